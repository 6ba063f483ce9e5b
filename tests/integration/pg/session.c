#include "support.h"

#include "tests.h"

/* A session, opened and used one step after the other. */
struct talk {
    struct world *world;
    struct pg_session_request request;
    struct pg_session *session;
    unsigned answers;
    bool failed;
    void (*then)(struct talk *talk);
};

static void talk_on_ready(void *context, struct pg_session *session, const struct pg_failure *failure)
{
    struct talk *talk = context;
    talk->answers++;
    talk->session = session;
    talk->failed = failure != NULL;
    assert_int_equal(session == NULL, failure != NULL);
    struct world *world = talk->world;
    if (talk->then != NULL) {
        talk->then(talk);
    }
    world_answered(world);
}

static void talk_open(struct talk *talk, struct world *world, int64_t wait_us)
{
    *talk = (struct talk){.world = world, .then = talk->then};
    talk->request = (struct pg_session_request){
        .deadline_us = loop_now_us(world->loop) + wait_us, .on_ready = talk_on_ready, .context = talk};
    world->pending++;
    pg_session_open(world->pool, &talk->request);
}

static struct ask talk_run(struct talk *talk, const char *sql)
{
    struct ask ask;
    ask_init(&ask, talk->world, PG_WRITE, &(struct step){.sql = sql}, 1);
    talk->world->pending++;
    pg_session_run(talk->session, &ask.job);
    world_wait(talk->world);
    assert_int_equal(ask.answers, 1);
    return ask;
}

static void begin(struct talk *talk, struct world *world, struct pg_pool_options *options)
{
    *talk = (struct talk){0};
    world_init(world, options);
    ask_sql(world, PG_WRITE, "create table if not exists public.talk (id int8 primary key)");
    ask_sql(world, PG_WRITE, "truncate public.talk");
    talk_open(talk, world, 5000000);
    world_wait(world);
    assert_non_null(talk->session);
}

static void a_session_outlives_what_was_cancelled_in_it(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, true);
    struct talk talk;
    begin(&talk, &world, &options);
    assert_false(talk_run(&talk, "begin").failed);
    assert_false(talk_run(&talk, "insert into public.talk values (1)").failed);
    struct ask ask;
    ask_init(&ask, &world, PG_WRITE, &(struct step){.sql = "select pg_sleep(20)"}, 1);
    ask.job.cancel_us = loop_now_us(world.loop) + 50 * 1000;
    world.pending++;
    pg_session_run(talk.session, &ask.job);
    world_wait(&world);
    assert_true(ask.failed);
    assert_int_equal(ask.failure.err.code, ERR_TIMEOUT);
    pg_session_end(talk.session);
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.talk"), 0);
    world_release(&world);
}

static void a_transaction_may_think(void **state)
{
    (void)state;
    struct world world;
    struct talk talk;
    struct pg_pool_options options = pool_options(2, true);
    begin(&talk, &world, &options);
    assert_false(talk_run(&talk, "begin").failed);
    assert_false(talk_run(&talk, "insert into public.talk values (1)").failed);
    assert_int_equal(talk_run(&talk, "select count(*) from public.talk").value, 1);
    /* The other connection does not see it yet. */
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.talk"), 0);
    assert_false(talk_run(&talk, "commit").failed);
    pg_session_end(talk.session);
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.talk"), 1);
    world_release(&world);
}

static void what_was_not_committed_is_rolled_back(void **state)
{
    (void)state;
    struct world world;
    struct talk talk;
    struct pg_pool_options options = pool_options(1, true);
    begin(&talk, &world, &options);
    int64_t backend = talk_run(&talk, "select pg_backend_pid()").value;
    assert_false(talk_run(&talk, "begin").failed);
    assert_false(talk_run(&talk, "insert into public.talk values (1)").failed);
    pg_session_end(talk.session);
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.talk"), 0);

    talk_open(&talk, &world, 5000000);
    world_wait(&world);
    assert_false(talk_run(&talk, "begin").failed);
    struct ask broken = talk_run(&talk, "select 1 / 0");
    assert_true(broken.failed);
    assert_string_equal(broken.failure.sqlstate, "22012");
    assert_string_equal(talk_run(&talk, "select 1").failure.sqlstate, "25P02");
    pg_session_end(talk.session);
    /* The same connection serves on. */
    assert_int_equal(ask_sql(&world, PG_READ, "select pg_backend_pid()"), backend);
    world_release(&world);
}

static void a_failed_transaction_can_be_ended_by_its_owner(void **state)
{
    (void)state;
    struct world world;
    struct talk talk;
    struct pg_pool_options options = pool_options(1, true);
    options.max_prepared = 2;
    begin(&talk, &world, &options);
    assert_false(talk_run(&talk, "select 1").failed);
    assert_false(talk_run(&talk, "begin").failed);
    assert_true(talk_run(&talk, "select 1 / 0").failed);
    assert_false(talk_run(&talk, "rollback").failed);
    assert_false(talk_run(&talk, "insert into public.talk values (3)").failed);
    pg_session_end(talk.session);
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.talk"), 1);
    world_release(&world);
}

static void a_whole_transaction_in_one_job(void **state)
{
    (void)state;
    struct world world;
    struct talk talk;
    struct pg_pool_options options = pool_options(1, true);
    begin(&talk, &world, &options);
    struct step steps[] = {{.sql = "begin isolation level repeatable read"},
                           {.sql = "insert into public.talk values (1)"},
                           {.sql = "insert into public.talk values (1)"},
                           {.sql = "commit"}};
    struct ask ask;
    ask_init(&ask, &world, PG_WRITE, steps, 4);
    world.pending++;
    pg_session_run(talk.session, &ask.job);
    world_wait(&world);
    assert_true(ask.failed);
    assert_int_equal(ask.failure.command, 2);
    pg_session_end(talk.session);
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.talk"), 0);
    world_release(&world);
}

static void ends_at_once(struct talk *talk)
{
    pg_session_end(talk->session);
    talk->session = NULL;
}

static void ends_session(struct ask *ask)
{
    pg_session_end(ask->extra);
}

static void a_session_may_end_in_its_callbacks(void **state)
{
    (void)state;
    struct world world;
    struct talk talk;
    struct pg_pool_options options = pool_options(1, true);
    begin(&talk, &world, &options);
    struct ask ask;
    ask_init(&ask, &world, PG_WRITE, &(struct step){.sql = "begin"}, 1);
    ask.then = ends_session;
    ask.extra = talk.session;
    world.pending++;
    pg_session_run(talk.session, &ask.job);
    world_wait(&world);
    talk.then = ends_at_once;
    talk_open(&talk, &world, 5000000);
    world_wait(&world);
    assert_int_equal(ask_sql(&world, PG_READ, "select 7::int8"), 7);
    /* Ended while its job is on the way: the job is answered all the same. */
    talk.then = NULL;
    talk_open(&talk, &world, 5000000);
    world_wait(&world);
    ask_init(&ask, &world, PG_WRITE, &(struct step){.sql = "select 9::int8 from pg_sleep(0.05)"}, 1);
    world.pending++;
    pg_session_run(talk.session, &ask.job);
    pg_session_end(talk.session);
    world_wait(&world);
    assert_false(ask.failed);
    assert_int_equal(ask.value, 9);
    world_release(&world);
}

static void sessions_wait_in_line_until_their_deadline(void **state)
{
    (void)state;
    struct world world;
    struct talk first;
    struct talk late = {0};
    struct talk next = {0};
    struct pg_pool_options options = pool_options(1, true);
    begin(&first, &world, &options);
    talk_open(&late, &world, 30000);
    world_wait(&world);
    assert_true(late.failed);
    talk_open(&next, &world, 5000000);
    struct ask ask;
    ask_init(&ask, &world, PG_READ, &(struct step){.sql = "select 4::int8"}, 1);
    ask_submit(&ask);
    next.then = ends_at_once;
    pg_session_end(first.session);
    world_wait(&world);
    assert_false(next.failed);
    assert_false(ask.failed);
    world_release(&world);
}

static void a_lost_session_says_so(void **state)
{
    (void)state;
    struct world world;
    struct talk talk;
    struct pg_pool_options options = pool_options(1, true);
    begin(&talk, &world, &options);
    struct ask ask = talk_run(&talk, "select pg_terminate_backend(pg_backend_pid())");
    assert_true(ask.failed);
    assert_int_equal(ask.failure.err.code, ERR_UNAVAILABLE);
    assert_true(ask.failure.outcome_unknown);
    ask = talk_run(&talk, "select 1");
    assert_true(ask.failed);
    assert_false(ask.failure.outcome_unknown);
    pg_session_end(talk.session);
    assert_int_equal(ask_sql(&world, PG_READ, "select 4::int8"), 4);
    /* Open while the pool ends. */
    talk_open(&talk, &world, 5000000);
    world_wait(&world);
    pg_pool_free(world.pool);
    world.pool = NULL;
    assert_true(talk_run(&talk, "select 1").failed);
    pg_session_end(talk.session);
    world_release(&world);
}

int run_session_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_transaction_may_think),
                                       cmocka_unit_test(a_session_outlives_what_was_cancelled_in_it),
                                       cmocka_unit_test(what_was_not_committed_is_rolled_back),
                                       cmocka_unit_test(a_failed_transaction_can_be_ended_by_its_owner),
                                       cmocka_unit_test(a_whole_transaction_in_one_job),
                                       cmocka_unit_test(a_session_may_end_in_its_callbacks),
                                       cmocka_unit_test(sessions_wait_in_line_until_their_deadline),
                                       cmocka_unit_test(a_lost_session_says_so)};
    return cmocka_run_group_tests_name("pg session", tests, NULL, NULL);
}
