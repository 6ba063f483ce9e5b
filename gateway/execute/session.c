/* A request's hold on a connection of the slow pool, for transactions that think between their statements. */
#include "gateway/execute/operation_private.h"

struct opening {
    struct operation *operation;
    void (*on_begun)(struct operation *operation);
    int64_t asked_us;
};

static void on_ready(void *context, struct pg_session *session, const struct pg_failure *failure)
{
    struct opening *opening = context;
    struct operation *operation = opening->operation;
    operation->queued_us += loop_now_us(operation->executor->loop) - opening->asked_us;
    if (session == NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    operation->session = session;
    opening->on_begun(operation);
}

void session_start(struct operation *operation, void (*on_begun)(struct operation *operation))
{
    struct opening *opening = ARENA_NEW(operation->arena, struct opening);
    *opening = (struct opening){operation, on_begun, loop_now_us(operation->executor->loop)};
    operation->session_request = (struct pg_session_request){
        .deadline_us = operation_wait_until(operation), .on_ready = on_ready, .context = opening};
    pg_session_open(operation->executor->slow, &operation->session_request);
}

void session_run(struct operation *operation, const struct pg_command *commands, size_t count,
                 void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
                 void *context)
{
    operation->job = (struct pg_job){.kind = PG_WRITE,
                                     .commands = commands,
                                     .command_count = count,
                                     .cost = 1,
                                     .cancel_us = operation->deadline_us,
                                     .on_done = on_done,
                                     .context = context};
    pg_session_run(operation->session, &operation->job);
}

void session_close(struct operation *operation)
{
    if (operation->session != NULL) {
        pg_session_end(operation->session);
        operation->session = NULL;
    }
}
