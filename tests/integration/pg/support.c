#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *test_conninfo(void)
{
    const char *conninfo = getenv("PORTTI_TEST_PG");
    if (conninfo == NULL) {
        print_message("PORTTI_TEST_PG is not set: use tests/integration/pg/run\n");
        exit(77);
    }
    return conninfo;
}

static void world_on_guard(void *context)
{
    struct world *world = context;
    world->late = true;
    loop_stop(world->loop);
}

struct pg_pool_options pool_options(size_t connections, bool exclusive)
{
    return (struct pg_pool_options){.conninfo = test_conninfo(),
                                    .name = "portti-test",
                                    .connections = connections,
                                    .exclusive = exclusive,
                                    .max_queue = 20000,
                                    .max_in_flight = 256,
                                    .max_prepared = 64,
                                    .wait_timeout_us = 20 * 1000 * 1000,
                                    .statement_timeout_ms = 5000,
                                    .watchdog_us = 20 * 1000 * 1000};
}

void world_init(struct world *world, const struct pg_pool_options *options)
{
    *world = (struct world){.loop = loop_new()};
    loop_timer_init(&world->guard, world->loop, world_on_guard, world);
    if (options != NULL) {
        world->pool = pg_pool_new(world->loop, options);
    }
}

void world_release(struct world *world)
{
    pg_pool_free(world->pool);
    loop_timer_release(&world->guard);
    loop_free(world->loop);
}

void world_wait(struct world *world)
{
    if (world->pending == 0) {
        return;
    }
    world->late = false;
    loop_timer_start(&world->guard, 60 * 1000 * 1000);
    loop_run(world->loop);
    loop_timer_stop(&world->guard);
    assert_false(world->late);
    assert_int_equal(world->pending, 0);
}

void world_sleep(struct world *world, int64_t us)
{
    loop_timer_start(&world->guard, us);
    loop_run(world->loop);
}

void world_answered(struct world *world)
{
    assert_true(world->pending > 0);
    if (--world->pending == 0) {
        loop_stop(world->loop);
    }
}

static void ask_on_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct ask *ask = context;
    ask->answers++;
    ask->failed = failure != NULL;
    if (failure != NULL) {
        ask->failure = *failure;
    } else {
        const struct pg_result *last = results[ask->job.command_count - 1];
        struct str value = STR_EMPTY;
        ask->rows = pg_rows(last);
        ask->affected = pg_affected(last);
        if (pg_rows(last) > 0 && pg_columns(last) > 0 && pg_value(last, 0, 0, &value)) {
            ask->value = pg_get_int8(value);
        }
    }
    struct world *world = ask->world;
    if (ask->then != NULL) {
        ask->then(ask);
    }
    world_answered(world);
}

void ask_init(struct ask *ask, struct world *world, enum pg_job_kind kind, const struct step *steps, size_t count)
{
    *ask = (struct ask){.world = world};
    for (size_t i = 0; i < count; i++) {
        ask->steps[i] = steps[i];
        const struct step *step = &ask->steps[i];
        ask->statements[i] = (struct pg_statement){.sql = str_from(step->sql),
                                                   .param_types = step->types,
                                                   .param_count = step->param_count,
                                                   .once = step->once};
        for (size_t p = 0; p < step->param_count; p++) {
            ask->params[i][p] = (struct pg_param){str_from(step->params[p]), step->params[p] == NULL};
        }
        ask->commands[i] = (struct pg_command){&ask->statements[i], ask->params[i]};
    }
    ask->job = (struct pg_job){
        .kind = kind, .commands = ask->commands, .command_count = count, .on_done = ask_on_done, .context = ask};
}

void ask_submit(struct ask *ask)
{
    ask->world->pending++;
    pg_submit(ask->world->pool, &ask->job);
}

void ask_now(struct ask *ask)
{
    ask_submit(ask);
    world_wait(ask->world);
    assert_int_equal(ask->answers, 1);
}

int64_t ask_sql(struct world *world, enum pg_job_kind kind, const char *sql)
{
    struct ask ask;
    ask_init(&ask, world, kind, &(struct step){.sql = sql, .once = true}, 1);
    ask_now(&ask);
    if (ask.failed) {
        print_message("%s: %s\n", sql, ask.failure.detail);
    }
    assert_false(ask.failed);
    return ask.value;
}

int server_control_begin(const char *verb)
{
    const char *program = getenv("PORTTI_TEST_PG_CTL");
    assert_non_null(program);
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, program, verb, (char *)NULL);
        _exit(127);
    }
    return pid;
}

void server_control_wait(int pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void server_control(const char *verb)
{
    server_control_wait(server_control_begin(verb));
}
