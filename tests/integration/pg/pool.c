#include "support.h"

#include "tests.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_read_gives_binary_values(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    struct ask ask;
    ask_init(&ask, &world, PG_READ,
             &(struct step){.sql = "select $1 + 1", .types = {PG_INT8}, .params = {"41"}, .param_count = 1}, 1);
    ask_now(&ask);
    assert_false(ask.failed);
    assert_int_equal(ask.value, 42);
    assert_true(pg_pool_ready(world.pool));
    assert_int_equal(ask_sql(&world, PG_READ, "select current_setting('TimeZone') = 'UTC'"), 0);
    assert_int_equal(ask_sql(&world, PG_READ, "select length(current_setting('search_path'))"), 0);
    world_release(&world);
}

/* ---- many mixed jobs ---- */

enum kind_of_job { GOOD_READ, DIVIDES_BY_ZERO, BAD_UUID, TWO_READS, GOOD_WRITE, BROKEN_WRITE, BAD_SQL, KINDS };

static const struct step good_read = {"select $1 * 2", {PG_INT8}, {NULL}, 1, false};
static const struct step divides = {"select 1 / ($1 - $1)", {PG_INT8}, {NULL}, 1, false};
static const struct step bad_uuid = {"select $1::uuid", {PG_UUID}, {NULL}, 1, false};
static const struct step insert = {"insert into public.mixed values ($1)", {PG_INT8}, {NULL}, 1, false};
static const struct step insert_zero = {"insert into public.mixed values ($1 * 0)", {PG_INT8}, {NULL}, 1, false};
static const struct step bad_sql = {"select nonsense from public.mixed where id = $1", {PG_INT8}, {NULL}, 1, false};

struct mixed {
    struct ask ask;
    enum kind_of_job kind;
    char number[24];
};

struct mix {
    struct world world;
    struct mixed *jobs;
    size_t count;
    size_t next;
    uint64_t seed;
};

/* The same numbers in each run: xorshift64. */
static uint64_t next_number(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void submit_next(struct mix *mix);

static void mixed_then(struct ask *ask)
{
    submit_next(ask->extra);
}

static void mixed_init(struct mix *mix, size_t i)
{
    struct mixed *job = &mix->jobs[i];
    unsigned dice = (unsigned)(next_number(&mix->seed) % 100);
    job->kind = dice < 60   ? GOOD_READ
                : dice < 64 ? DIVIDES_BY_ZERO
                : dice < 67 ? BAD_UUID
                : dice < 77 ? TWO_READS
                : dice < 92 ? GOOD_WRITE
                : dice < 98 ? BROKEN_WRITE
                            : BAD_SQL;
    snprintf(job->number, sizeof job->number, "%zu", i + 1);
    struct step one[KINDS] = {good_read, divides, bad_uuid, good_read, insert, insert, bad_sql};
    struct step steps[2] = {one[job->kind], good_read};
    size_t count = job->kind == TWO_READS || job->kind == BROKEN_WRITE ? 2 : 1;
    if (job->kind == BROKEN_WRITE) {
        steps[1] = insert_zero;
    }
    steps[0].params[0] = job->kind == BAD_UUID ? "no-uuid" : job->number;
    steps[1].params[0] = job->number;
    bool writes = job->kind == GOOD_WRITE || job->kind == BROKEN_WRITE;
    ask_init(&job->ask, &mix->world, writes ? PG_WRITE : PG_READ, steps, count);
    job->ask.then = mixed_then;
    job->ask.extra = mix;
}

static void submit_next(struct mix *mix)
{
    if (mix->next < mix->count) {
        struct mixed *job = &mix->jobs[mix->next];
        mixed_init(mix, mix->next++);
        ask_submit(&job->ask);
    }
}

static void check_mixed(const struct mixed *job, size_t i)
{
    static const char *const sqlstates[KINDS] = {
        [DIVIDES_BY_ZERO] = "22012", [BAD_UUID] = "22P02", [BROKEN_WRITE] = "23505", [BAD_SQL] = "42703"};
    assert_int_equal(job->ask.answers, 1);
    if (sqlstates[job->kind] != NULL) {
        assert_true(job->ask.failed);
        assert_string_equal(job->ask.failure.sqlstate, sqlstates[job->kind]);
        assert_int_equal(job->ask.failure.command, job->kind == BROKEN_WRITE ? 1 : 0);
        return;
    }
    if (job->ask.failed) {
        print_message("job %zu of kind %d: %s\n", i, job->kind, job->ask.failure.detail);
    }
    assert_false(job->ask.failed);
    if (job->kind == GOOD_WRITE) {
        assert_int_equal(job->ask.affected, 1);
    } else {
        assert_int_equal(job->ask.value, (int64_t)(i + 1) * 2);
    }
}

static void run_mix(struct pg_pool_options options)
{
    struct mix mix = {.count = 10000, .seed = 42};
    mix.jobs = calloc(mix.count, sizeof *mix.jobs);
    assert_non_null(mix.jobs);
    world_init(&mix.world, &options);
    ask_sql(&mix.world, PG_WRITE, "drop table if exists public.mixed");
    ask_sql(&mix.world, PG_WRITE, "create table public.mixed (id int8 primary key)");
    ask_sql(&mix.world, PG_WRITE, "insert into public.mixed values (0)");
    for (int i = 0; i < 300; i++) {
        submit_next(&mix);
    }
    world_wait(&mix.world);
    size_t writes = 0;
    for (size_t i = 0; i < mix.count; i++) {
        check_mixed(&mix.jobs[i], i);
        writes += mix.jobs[i].kind == GOOD_WRITE ? 1 : 0;
    }
    /* The first insert of each broken write is gone as well. */
    assert_int_equal(ask_sql(&mix.world, PG_READ, "select count(*) from public.mixed"), writes + 1);
    struct pg_pool_stats stats;
    pg_pool_stats(mix.world.pool, &stats);
    assert_int_equal(stats.in_flight, 0);
    assert_int_equal(stats.queued, 0);
    assert_int_equal(stats.connects, 2);
    assert_true(stats.retried > 0);
    world_release(&mix.world);
    free(mix.jobs);
}

static void neighbours_are_unharmed(void **state)
{
    (void)state;
    run_mix(pool_options(2, false));
}

/* Statements come and go all the time, also in segments that fail. */
static void neighbours_are_unharmed_under_a_tight_cap(void **state)
{
    (void)state;
    struct pg_pool_options options = pool_options(2, false);
    options.max_prepared = 3;
    run_mix(options);
    options.max_prepared = 0;
    run_mix(options);
}

/* Both sides have more to say than the socket holds: who writes without reading would wait for ever. */
static void large_values_pass_in_both_directions(void **state)
{
    (void)state;
    enum { COUNT = 60, BYTES = 400000 };
    static struct ask asks[COUNT];
    static char large[BYTES + 1];
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    memset(large, 'x', BYTES);
    world_init(&world, &options);
    for (int i = 0; i < COUNT; i++) {
        ask_init(
            &asks[i], &world, i % 3 == 0 ? PG_WRITE : PG_READ,
            &(struct step){.sql = "select length($1), $1, $1", .types = {PG_TEXT}, .params = {large}, .param_count = 1},
            1);
        ask_submit(&asks[i]);
    }
    world_wait(&world);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(asks[i].answers, 1);
        assert_false(asks[i].failed);
        assert_int_equal(asks[i].value, BYTES);
    }
    world_release(&world);
}

static void an_exclusive_pool_runs_one_job_a_connection(void **state)
{
    (void)state;
    static struct ask asks[12];
    struct world world;
    struct pg_pool_options options = pool_options(3, true);
    world_init(&world, &options);
    for (int i = 0; i < 3; i++) {
        ask_sql(&world, PG_READ, "select pg_sleep(0.02)");
    }
    for (int i = 0; i < 12; i++) {
        ask_init(&asks[i], &world, PG_READ,
                 &(struct step){.sql = "select count(*) from pg_stat_activity where application_name = 'portti-test' "
                                       "and state = 'active' and pg_sleep(0.01) is not null"},
                 1);
        ask_submit(&asks[i]);
    }
    world_wait(&world);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(asks[i].answers, 1);
        assert_false(asks[i].failed);
        assert_in_range(asks[i].value, 1, 3);
    }
    world_release(&world);
}

/* As after a failover, when the old primary has become a standby. */
static void a_read_only_connection_is_replaced(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    ask_sql(&world, PG_WRITE, "set session characteristics as transaction read only");
    struct ask ask;
    ask_init(&ask, &world, PG_WRITE, &(struct step){.sql = "create table public.ro (id int8)"}, 1);
    ask_now(&ask);
    assert_true(ask.failed);
    assert_int_equal(ask.failure.err.code, ERR_UNAVAILABLE);
    ask.answers = 0;
    ask_now(&ask);
    assert_false(ask.failed);
    world_release(&world);
}

/* ---- failures told ---- */

static void failures_are_told_by_kind(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    options.statement_timeout_ms = 200;
    world_init(&world, &options);
    ask_sql(&world, PG_WRITE,
            "create table public.kinds (id int8 primary key, name text not null, other int8 "
            "constraint other_fk references public.kinds deferrable initially deferred, constraint positive check (id "
            "> 0))");
    static const struct {
        const char *sql;
        enum err_code code;
        const char *constraint;
    } rows[] = {
        {"insert into public.kinds values (1, null, null)", ERR_INVALID, ""},
        {"insert into public.kinds values (-1, 'x', null)", ERR_INVALID, "positive"},
        /* Fails at the commit, when the sync comes. */
        {"insert into public.kinds values (1, 'x', 99)", ERR_CONFLICT, "other_fk"},
        {"insert into public.kinds select 5, 'x', null from generate_series(1, 2)", ERR_CONFLICT, "kinds_pkey"},
        {"select pg_sleep(2)", ERR_TIMEOUT, ""},
        {"select * from public.unknown_table", ERR_INTERNAL, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ask ask;
        ask_init(&ask, &world, PG_WRITE, &(struct step){.sql = rows[i].sql}, 1);
        ask_now(&ask);
        assert_true(ask.failed);
        assert_int_equal(ask.failure.err.code, rows[i].code);
        assert_string_equal(ask.failure.constraint, rows[i].constraint);
        assert_false(ask.failure.outcome_unknown);
        assert_null(strstr(ask.failure.err.text, "kinds"));
    }
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.kinds"), 0);
    world_release(&world);
}

static void a_nul_in_a_value_is_refused(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    struct ask ask;
    ask_init(&ask, &world, PG_READ,
             &(struct step){.sql = "select length($1)", .types = {PG_TEXT}, .params = {"x"}, .param_count = 1}, 1);
    ask.params[0][0].value = str_of("a\0b", 3);
    ask_now(&ask);
    assert_true(ask.failed);
    assert_int_equal(ask.failure.err.code, ERR_INVALID);
    ask.answers = 0;
    ask.params[0][0].value = str_of("abcdef", 3); /* not NUL-terminated */
    ask_now(&ask);
    assert_false(ask.failed);
    assert_int_equal(ask.value, 3);
    world_release(&world);
}

/* ---- prepared statements ---- */

static void prepared_statements_are_capped(void **state)
{
    (void)state;
    static struct ask asks[200];
    static char sqls[200][64];
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    options.max_prepared = 10;
    world_init(&world, &options);
    for (int i = 0; i < 200; i++) {
        snprintf(sqls[i], sizeof sqls[i], "select %d::int8", i);
        ask_init(&asks[i], &world, PG_READ, &(struct step){.sql = sqls[i]}, 1);
        if (i % 3 == 0) {
            ask_now(&asks[i]);
        } else {
            ask_submit(&asks[i]);
        }
    }
    world_wait(&world);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(asks[i].answers, 1);
        assert_false(asks[i].failed);
        assert_int_equal(asks[i].value, i);
    }
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from pg_catalog.pg_prepared_statements"), 10);
    struct pg_pool_stats stats;
    pg_pool_stats(world.pool, &stats);
    assert_int_equal(stats.retried, 0);
    world_release(&world);
}

/* Twice: first with the stale name, then with one that was made anew. */
static void check_heals(struct world *world, struct ask *ask)
{
    for (int i = 0; i < 2; i++) {
        ask->answers = 0;
        ask_now(ask);
        if (ask->failed) {
            print_message("%s\n", ask->failure.detail);
        }
        assert_false(ask->failed);
    }
    struct pg_pool_stats stats;
    pg_pool_stats(world->pool, &stats);
    assert_int_equal(stats.failed, 0);
}

static void a_changed_table_is_prepared_anew(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    ask_sql(&world, PG_WRITE, "create table public.heal (id int4)");
    struct ask read;
    struct ask write;
    ask_init(&read, &world, PG_READ, &(struct step){.sql = "select * from public.heal"}, 1);
    ask_init(&write, &world, PG_WRITE,
             (struct step[]){{.sql = "insert into public.heal (id) values (7)"},
                             {.sql = "insert into public.heal (id) values (8) returning *"}},
             2);
    check_heals(&world, &read);
    check_heals(&world, &write);
    ask_sql(&world, PG_WRITE, "alter table public.heal alter column id type int8");
    check_heals(&world, &read);
    check_heals(&world, &write);
    ask_sql(&world, PG_WRITE, "alter table public.heal add column more text");
    check_heals(&world, &write);
    check_heals(&world, &read);
    ask_sql(&world, PG_WRITE, "deallocate all");
    check_heals(&world, &read);
    check_heals(&world, &write);
    assert_int_equal(ask_sql(&world, PG_READ, "select count(*) from public.heal"), 16);
    struct pg_pool_stats stats;
    pg_pool_stats(world.pool, &stats);
    /* One for each stale name that was met: the write has two after the DEALLOCATE. */
    assert_int_equal(stats.retried, 7);
    assert_true(ask_sql(&world, PG_READ, "select count(*) from pg_catalog.pg_prepared_statements") <= 4);
    world_release(&world);
}

/* ---- limits ---- */

static void too_many_are_refused(void **state)
{
    (void)state;
    static struct ask asks[40];
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    options.max_queue = 5;
    options.max_in_flight = 4;
    world_init(&world, &options);
    ask_sql(&world, PG_READ, "select 1");
    size_t refused = 0;
    for (int i = 0; i < 40; i++) {
        ask_init(&asks[i], &world, PG_READ, &(struct step){.sql = "select 5::int8"}, 1);
        ask_submit(&asks[i]);
        assert_int_equal(asks[i].answers, 0);
    }
    world_wait(&world);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(asks[i].answers, 1);
        refused += asks[i].failed ? 1 : 0;
        assert_true(!asks[i].failed || asks[i].failure.err.code == ERR_UNAVAILABLE);
        assert_true(i >= 9 || !asks[i].failed);
    }
    assert_int_equal(refused, 31);
    world_release(&world);
}

static void single_reads_are_fast(void **state)
{
    (void)state;
    enum { WINDOW = 64, ROUNDS = 400 };
    static struct ask asks[WINDOW];
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    ask_sql(&world, PG_WRITE,
            "create table public.fast as select i::int8 as id, repeat('x', 50) as name from "
            "generate_series(1, 1000) i");
    ask_sql(&world, PG_WRITE, "alter table public.fast add primary key (id)");
    int64_t began_us = clock_mono_us();
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < WINDOW; i++) {
            ask_init(&asks[i], &world, PG_READ,
                     &(struct step){.sql = "select id, name from public.fast where id = $1",
                                    .types = {PG_INT8},
                                    .params = {"77"},
                                    .param_count = 1},
                     1);
            ask_submit(&asks[i]);
        }
        world_wait(&world);
    }
    int64_t took_us = clock_mono_us() - began_us;
    print_message("%d reads: %.0f a second\n", WINDOW * ROUNDS, WINDOW * ROUNDS * 1e6 / (double)took_us);
    struct pg_pool_stats stats;
    pg_pool_stats(world.pool, &stats);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(stats.prepares, 1);
    world_release(&world);
}

static void free_while_asking(void **state)
{
    (void)state;
    static struct ask asks[20];
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    ask_sql(&world, PG_READ, "select 1");
    for (int i = 0; i < 20; i++) {
        ask_init(&asks[i], &world, i % 2 == 0 ? PG_READ : PG_WRITE, &(struct step){.sql = "select pg_sleep(0.05)"}, 1);
        ask_submit(&asks[i]);
    }
    world_sleep(&world, 20000);
    world_release(&world);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(asks[i].answers, 1);
        assert_true(asks[i].failed);
        assert_int_equal(asks[i].failure.err.code, ERR_UNAVAILABLE);
        assert_int_equal(asks[i].failure.outcome_unknown, i % 2 == 1);
    }
}

static void frees_the_pool(struct ask *ask)
{
    pg_pool_free(ask->world->pool);
    ask->world->pool = NULL;
}

static void free_inside_a_callback(void **state)
{
    (void)state;
    static struct ask asks[10];
    struct world world;
    struct pg_pool_options options = pool_options(2, false);
    world_init(&world, &options);
    ask_sql(&world, PG_READ, "select 1");
    for (int i = 0; i < 10; i++) {
        ask_init(&asks[i], &world, PG_READ, &(struct step){.sql = "select 5::int8"}, 1);
        asks[i].then = i == 3 ? frees_the_pool : NULL;
        ask_submit(&asks[i]);
    }
    world_wait(&world);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(asks[i].answers, 1);
    }
    world_release(&world);
}

static void count_ready(void *context)
{
    world_answered(context);
}

static void ready_is_told_once(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    for (int i = 0; i < 2; i++) {
        world.pending++;
        pg_pool_on_ready(world.pool, count_ready, &world);
        world_wait(&world);
        assert_true(pg_pool_ready(world.pool));
    }
    world_release(&world);
}

int run_pool_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_read_gives_binary_values),
                                       cmocka_unit_test(neighbours_are_unharmed),
                                       cmocka_unit_test(neighbours_are_unharmed_under_a_tight_cap),
                                       cmocka_unit_test(large_values_pass_in_both_directions),
                                       cmocka_unit_test(an_exclusive_pool_runs_one_job_a_connection),
                                       cmocka_unit_test(a_read_only_connection_is_replaced),
                                       cmocka_unit_test(failures_are_told_by_kind),
                                       cmocka_unit_test(a_nul_in_a_value_is_refused),
                                       cmocka_unit_test(prepared_statements_are_capped),
                                       cmocka_unit_test(a_changed_table_is_prepared_anew),
                                       cmocka_unit_test(too_many_are_refused),
                                       cmocka_unit_test(single_reads_are_fast),
                                       cmocka_unit_test(free_while_asking),
                                       cmocka_unit_test(free_inside_a_callback),
                                       cmocka_unit_test(ready_is_told_once)};
    return cmocka_run_group_tests_name("pg pool", tests, NULL, NULL);
}
