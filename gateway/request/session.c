/* A request's hold on a connection of the slow pool, for transactions that think between their statements. */
#include "gateway/request/request_private.h"

struct opening {
    struct request *request;
    void (*on_begun)(struct request *request);
    int64_t asked_us;
};

static void on_ready(void *context, struct pg_session *session, const struct pg_failure *failure)
{
    struct opening *opening = context;
    struct request *request = opening->request;
    request->queued_us += loop_now_us(request->worker->loop) - opening->asked_us;
    if (session == NULL) {
        request_fail_pg(request, failure);
        return;
    }
    request->session = session;
    opening->on_begun(request);
}

void session_start(struct request *request, void (*on_begun)(struct request *request))
{
    struct opening *opening = ARENA_NEW(request->arena, struct opening);
    *opening = (struct opening){request, on_begun, loop_now_us(request->worker->loop)};
    request->session_request = (struct pg_session_request){.on_ready = on_ready, .context = opening};
    pg_session_open(request->worker->slow, &request->session_request);
}

void session_run(struct request *request, const struct pg_command *commands, size_t count,
                 void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
                 void *context)
{
    request_note_job(request, &request->job);
    request->job = (struct pg_job){.kind = PG_WRITE,
                                   .commands = commands,
                                   .command_count = count,
                                   .cost = 1,
                                   .on_done = on_done,
                                   .context = context};
    pg_session_run(request->session, &request->job);
}

void session_close(struct request *request)
{
    if (request->session != NULL) {
        pg_session_end(request->session);
        request->session = NULL;
    }
}
