/* Jobs with a time: what PostgreSQL is told to stop, and what is left alone. */
#include "support.h"

#include "tests.h"

static void what_takes_too_long_is_cancelled_and_its_neighbours_are_not(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    ask_sql(&world, PG_WRITE, "create table public.beside (id int8 primary key)");
    int64_t backend = ask_sql(&world, PG_READ, "select pg_backend_pid()::int8");
    struct ask before, slow, beside, after;
    ask_init(&before, &world, PG_READ, &(struct step){.sql = "select 1::int8 as before"}, 1);
    ask_init(&slow, &world, PG_READ, &(struct step){.sql = "select 1::int8 from pg_sleep(20)"}, 1);
    ask_init(&beside, &world, PG_READ, &(struct step){.sql = "select 7::int8"}, 1);
    ask_init(&after, &world, PG_WRITE, &(struct step){.sql = "insert into public.beside values (1)"}, 1);
    slow.job.cancel_us = loop_now_us(world.loop) + 200 * 1000;
    int64_t began_us = clock_mono_us();
    ask_submit(&before);
    ask_submit(&slow);
    ask_submit(&beside);
    ask_submit(&after);
    world_wait(&world);
    assert_true(clock_mono_us() - began_us >= 150 * 1000 && clock_mono_us() - began_us < 5000 * 1000);
    assert_true(slow.failed && !before.failed && !beside.failed && !after.failed);
    assert_int_equal(slow.failure.err.code, ERR_TIMEOUT);
    assert_false(slow.failure.outcome_unknown);
    assert_int_equal(beside.value, 7);
    assert_int_equal(after.affected, 1);
    assert_int_equal(ask_sql(&world, PG_READ, "select pg_backend_pid()::int8"), backend);
    world_release(&world);
}

static void a_write_that_is_cancelled_leaves_nothing(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, true);
    world_init(&world, &options);
    ask_sql(&world, PG_WRITE, "create table public.unkept (id int8 primary key)");
    static const struct step steps[] = {{.sql = "insert into public.unkept values (1)"},
                                        {.sql = "select 1::int8 from pg_sleep(20)"},
                                        {.sql = "insert into public.unkept values (2)"}};
    /* Again and again: each time the connection is as good as before. */
    for (int i = 0; i < 5; i++) {
        struct ask ask;
        ask_init(&ask, &world, PG_WRITE, steps, 3);
        ask.job.cancel_us = loop_now_us(world.loop) + i * 20 * 1000 + 1;
        ask_now(&ask);
        assert_true(ask.failed);
        assert_int_equal(ask.failure.err.code, ERR_TIMEOUT);
        assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.unkept"), 0);
    }
    world_release(&world);
}

static void what_is_done_in_time_is_not_cancelled(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    struct ask ask;
    ask_init(&ask, &world, PG_READ, &(struct step){.sql = "select 3::int8 from pg_sleep(0.05)"}, 1);
    ask.job.cancel_us = loop_now_us(world.loop) + 5000 * 1000;
    ask_now(&ask);
    assert_false(ask.failed);
    assert_int_equal(ask.value, 3);
    struct pg_pool_stats stats;
    pg_pool_stats(world.pool, &stats);
    assert_int_equal(stats.cancels, 0);
    world_release(&world);
}

int run_cancel_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_takes_too_long_is_cancelled_and_its_neighbours_are_not),
                                       cmocka_unit_test(a_write_that_is_cancelled_leaves_nothing),
                                       cmocka_unit_test(what_is_done_in_time_is_not_cancelled)};
    return cmocka_run_group_tests_name("pg cancel", tests, NULL, NULL);
}
