#include "support.h"

#include "tests.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads and writes that follow each other in a fixed number of lanes, for as long as the fault lasts. */
enum { LANES = 60 };

struct lane {
    struct ask ask;
    struct load *load;
    char number[24];
    bool writes;
};

struct load {
    struct world world;
    struct lane lanes[LANES];
    uint64_t next;
    bool stopping;
    uint64_t good_writes;
    uint64_t unknown_writes;
    uint64_t failed_writes;
    uint64_t good_reads;
    uint64_t failed_reads;
};

static void lane_go(struct lane *lane);

static void lane_then(struct ask *ask)
{
    struct lane *lane = ask->extra;
    struct load *load = lane->load;
    assert_int_equal(ask->answers, 1);
    if (ask->failed) {
        assert_int_equal(ask->failure.err.code, ERR_UNAVAILABLE);
    }
    if (lane->writes) {
        load->good_writes += ask->failed ? 0 : 1;
        load->unknown_writes += ask->failed && ask->failure.outcome_unknown ? 1 : 0;
        load->failed_writes += ask->failed && !ask->failure.outcome_unknown ? 1 : 0;
    } else {
        assert_false(ask->failed && ask->failure.outcome_unknown);
        load->good_reads += ask->failed ? 0 : 1;
        load->failed_reads += ask->failed ? 1 : 0;
    }
    if (!load->stopping) {
        lane_go(lane);
    }
}

static void lane_go(struct lane *lane)
{
    struct load *load = lane->load;
    snprintf(lane->number, sizeof lane->number, "%llu", (unsigned long long)++load->next);
    lane->writes = load->next % 3 == 0;
    /* No key: a write that was applied twice would show. */
    struct step write = {"insert into public.load values ($1)", {PG_INT8}, {lane->number}, 1, false};
    struct step read = {"select $1 + 1", {PG_INT8}, {lane->number}, 1, false};
    ask_init(&lane->ask, &load->world, lane->writes ? PG_WRITE : PG_READ, lane->writes ? &write : &read, 1);
    lane->ask.then = lane_then;
    lane->ask.extra = lane;
    ask_submit(&lane->ask);
}

static struct load *load_start(struct pg_pool_options *options)
{
    struct load *load = calloc(1, sizeof *load);
    assert_non_null(load);
    world_init(&load->world, options);
    ask_sql(&load->world, PG_WRITE, "create table if not exists public.load (id int8)");
    ask_sql(&load->world, PG_WRITE, "truncate public.load");
    for (int i = 0; i < LANES; i++) {
        load->lanes[i].load = load;
        lane_go(&load->lanes[i]);
    }
    world_sleep(&load->world, 100000);
    return load;
}

/* Each job was answered once (asserted on the way); no write was applied twice, none that succeeded is missing. */
static void load_check(struct load *load)
{
    load->stopping = true;
    world_wait(&load->world);
    int64_t rows = ask_sql(&load->world, PG_READ, "select count(*) from public.load");
    int64_t distinct = ask_sql(&load->world, PG_READ, "select count(distinct id) from public.load");
    print_message("writes: %llu good, %llu unknown, %llu failed; reads: %llu good, %llu failed; rows %lld\n",
                  (unsigned long long)load->good_writes, (unsigned long long)load->unknown_writes,
                  (unsigned long long)load->failed_writes, (unsigned long long)load->good_reads,
                  (unsigned long long)load->failed_reads, (long long)rows);
    assert_int_equal(rows, distinct);
    assert_true((uint64_t)rows >= load->good_writes);
    assert_true((uint64_t)rows <= load->good_writes + load->unknown_writes);
    assert_true(load->good_writes > 0 && load->good_reads > 0);
    world_release(&load->world);
    free(load);
}

static void killed_backends_lose_nothing(void **state)
{
    (void)state;
    struct pg_pool_options options = pool_options(2, false);
    struct load *load = load_start(&options);
    struct world killer;
    world_init(&killer, &options);
    for (int i = 0; i < 10; i++) {
        killer.pending++;
        struct ask ask;
        ask_init(
            &ask, &killer, PG_WRITE,
            &(struct step){.sql = "select pg_terminate_backend(pid) from pg_stat_activity where "
                                  "application_name = 'portti-test' and pid <> pg_backend_pid() and state = 'active'"},
            1);
        pg_submit(killer.pool, &ask.job);
        world_wait(&killer);
        world_sleep(&load->world, 60000);
    }
    world_release(&killer);
    struct pg_pool_stats stats;
    pg_pool_stats(load->world.pool, &stats);
    assert_true(stats.connects > 2);
    assert_int_equal(load->failed_writes, 0);
    load_check(load);
}

static void restarts_lose_nothing(void **state)
{
    (void)state;
    static const char *const how[] = {"stop", "kill"};
    for (int i = 0; i < 2; i++) {
        struct pg_pool_options options = pool_options(2, false);
        struct load *load = load_start(&options);
        int pid = server_control_begin(how[i]);
        world_sleep(&load->world, 700000);
        server_control_wait(pid);
        assert_false(pg_pool_ready(load->world.pool));
        pid = server_control_begin("start");
        world_sleep(&load->world, 1000000);
        server_control_wait(pid);
        uint64_t before = load->good_reads;
        world_sleep(&load->world, 2200000);
        assert_true(pg_pool_ready(load->world.pool));
        assert_true(load->good_reads > before);
        load_check(load);
    }
}

static void deadlines_hold_while_the_server_is_down(void **state)
{
    (void)state;
    struct world world;
    struct ask early;
    struct ask late;
    struct pg_pool_options options = pool_options(1, false);
    options.conninfo = "host=/nowhere dbname=x user=x";
    options.wait_timeout_us = 300000;
    world_init(&world, &options);
    ask_init(&late, &world, PG_WRITE, &(struct step){.sql = "select 1"}, 1);
    ask_submit(&late);
    int64_t began_us = clock_mono_us();
    ask_init(&early, &world, PG_READ, &(struct step){.sql = "select 1"}, 1);
    early.job.deadline_us = loop_now_us(world.loop) + 50000;
    ask_submit(&early);
    assert_int_equal(early.answers, 0);
    while (early.answers == 0) {
        world_sleep(&world, 1000);
    }
    assert_in_range(clock_mono_us() - began_us, 50000, 200000);
    assert_int_equal(late.answers, 0);
    world_wait(&world);
    assert_in_range(clock_mono_us() - began_us, 300000, 600000);
    assert_int_equal(late.failure.err.code, ERR_UNAVAILABLE);
    assert_false(late.failure.outcome_unknown);
    world_release(&world);
}

static void the_watchdog_replaces_a_silent_connection(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    options.watchdog_us = 100000;
    world_init(&world, &options);
    ask_sql(&world, PG_READ, "select 1");
    struct ask write;
    ask_init(&write, &world, PG_WRITE, &(struct step){.sql = "select pg_sleep(3)"}, 1);
    ask_now(&write);
    assert_true(write.failed);
    assert_true(write.failure.outcome_unknown);
    assert_int_equal(ask_sql(&world, PG_READ, "select 8::int8"), 8);
    world_release(&world);
}

/* Who takes each descriptor that is closed during a turn, as accept does for a client that comes in that moment. */
enum { FDS_MAX = 64 };

struct takers {
    struct loop *loop;
    int ready; /* the end of a pipe that is always readable */
    bool was_open[FDS_MAX];
    struct loop_io ready_io;
    struct loop_io taken[FDS_MAX];
    int takes;
};

static void takers_on_taken(void *context, int ready)
{
    struct loop_io *io = context;
    assert_int_equal(ready, LOOP_READ);
    int fd = io->fd;
    loop_io_release(io);
    close(fd);
}

static void takers_on_ready(void *context, int ready)
{
    (void)ready;
    struct takers *takers = context;
    for (int fd = 0; fd < FDS_MAX; fd++) {
        if (takers->was_open[fd] && fcntl(fd, F_GETFD) < 0 && fcntl(takers->ready, F_DUPFD, fd) == fd) {
            takers->was_open[fd] = false;
            takers->takes++;
            loop_io_init(&takers->taken[fd], takers->loop, fd, takers_on_taken, &takers->taken[fd]);
            loop_io_want(&takers->taken[fd], LOOP_READ);
        }
    }
}

/* libpq closes the socket of a lost connection by itself, in the middle of a turn. What gets its number in the same
 * turn must be heard all the same: libevent takes a descriptor that it still watches for one that it need not add. */
static void a_lost_connection_makes_nobody_deaf(void **state)
{
    (void)state;
    struct world world;
    struct world killer;
    struct takers takers = {0};
    struct pg_pool_options options = pool_options(4, false);
    world_init(&world, &options);
    ask_sql(&world, PG_READ, "select 1");
    world_sleep(&world, 300000);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    takers.loop = world.loop;
    takers.ready = ends[0];
    for (int fd = 0; fd < FDS_MAX; fd++) {
        takers.was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    world_init(&killer, &options);
    ask_sql(&killer, PG_WRITE,
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = "
            "'portti-test' and pid <> pg_backend_pid()");
    poll(NULL, 0, 100);
    /* Ready after the sockets of the connections, so called back after them. */
    loop_io_init(&takers.ready_io, world.loop, ends[0], takers_on_ready, &takers);
    loop_io_want(&takers.ready_io, LOOP_READ);
    world_sleep(&world, 20000);
    loop_io_release(&takers.ready_io);
    world_sleep(&world, 20000);
    assert_true(takers.takes > 0);
    for (int fd = 0; fd < FDS_MAX; fd++) {
        if (takers.taken[fd].event != NULL) {
            fail_msg("descriptor %d is watched, readable, and not heard", fd);
        }
    }
    close(ends[0]);
    close(ends[1]);
    world_release(&killer);
    world_release(&world);
}

int run_fault_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_backends_lose_nothing), cmocka_unit_test(a_lost_connection_makes_nobody_deaf),
        cmocka_unit_test(restarts_lose_nothing), cmocka_unit_test(deadlines_hold_while_the_server_is_down),
        cmocka_unit_test(the_watchdog_replaces_a_silent_connection)};
    return cmocka_run_group_tests_name("pg fault", tests, NULL, NULL);
}
