#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/redis/redis.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- support ---- */

struct world {
    struct loop *loop;
    struct loop_timer timer;
    size_t rings;
    size_t entries;
    struct redis_doorbell *doorbell;
    bool frees;
};

static const char *need(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        print_message("%s is not set: use tests/integration/redis/run\n", name);
        exit(77);
    }
    return value;
}

static void world_on_time(void *context)
{
    struct world *world = context;
    loop_stop(world->loop);
}

static void world_init(struct world *world)
{
    *world = (struct world){.loop = loop_new()};
    loop_timer_init(&world->timer, world->loop, world_on_time, world);
}

static void world_release(struct world *world)
{
    loop_timer_release(&world->timer);
    loop_free(world->loop);
}

static void world_sleep(struct world *world, int64_t ms)
{
    loop_timer_start(&world->timer, ms * 1000);
    loop_run(world->loop);
}

static void control(const char *verb, const char *a, const char *b, const char *c, const char *d, const char *e)
{
    const char *program = need("PORTTI_TEST_REDIS_CTL");
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, program, verb, a, b, c, d, e, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static struct redis *redis_at(struct world *world, const char *url, size_t max_pending, int64_t timeout_us)
{
    struct err err;
    struct redis_options options = {.url = url, .max_pending = max_pending, .command_timeout_us = timeout_us};
    struct redis *redis = redis_new(world->loop, &options, &err);
    assert_non_null(redis);
    return redis;
}

static void wait_connected(struct world *world, const struct redis *redis)
{
    for (int i = 0; i < 400 && !redis_connected(redis); i++) {
        world_sleep(world, 10);
    }
    assert_true(redis_connected(redis));
}

static bool add(struct redis *redis, struct str stream)
{
    struct str argv[] = {STR("XADD"), stream, STR("*"), STR("data"), STR("some text")};
    return redis_send(redis, argv, 5);
}

/* ---- commands ---- */

static void commands_are_sent(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    const char *urls[] = {need("PORTTI_TEST_REDIS"), need("PORTTI_TEST_REDIS_TCP")};
    for (size_t i = 0; i < 2; i++) {
        struct redis *redis = redis_at(&world, urls[i], 100000, 0);
        assert_false(add(redis, STR("x")));
        wait_connected(&world, redis);
        for (int n = 0; n < 1000; n++) {
            assert_true(add(redis, STR("x")));
        }
        struct str wrong[] = {STR("LPUSH"), STR("x"), STR("y")};
        assert_true(redis_send(redis, wrong, 3));
        world_sleep(&world, 200);
        struct redis_stats stats;
        redis_stats(redis, &stats);
        assert_int_equal(stats.sent, 1001);
        assert_int_equal(stats.dropped, 1);
        assert_int_equal(stats.failed, 1);
        assert_int_equal(stats.connects, 1);
        redis_free(redis);
    }
    world_release(&world);
}

static void a_full_pipe_drops(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct redis *redis = redis_at(&world, need("PORTTI_TEST_REDIS"), 10, 0);
    wait_connected(&world, redis);
    int sent = 0;
    for (int i = 0; i < 50; i++) {
        sent += add(redis, STR("x")) ? 1 : 0;
    }
    assert_int_equal(sent, 10);
    world_sleep(&world, 50);
    assert_true(add(redis, STR("x")));
    redis_free(redis); /* with a reply outstanding */
    world_release(&world);
}

static void a_restart_is_survived(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct redis *redis = redis_at(&world, need("PORTTI_TEST_REDIS"), 100, 0);
    wait_connected(&world, redis);
    add(redis, STR("x"));
    control("stop", NULL, NULL, NULL, NULL, NULL);
    world_sleep(&world, 300);
    assert_false(redis_connected(redis));
    int64_t began_us = clock_mono_us();
    assert_false(add(redis, STR("x")));
    assert_true(clock_mono_us() - began_us < 10000);
    control("start", NULL, NULL, NULL, NULL, NULL);
    wait_connected(&world, redis);
    assert_true(add(redis, STR("x")));
    redis_free(redis);
    world_release(&world);
}

static void a_silent_server_is_left(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct redis *redis = redis_at(&world, need("PORTTI_TEST_REDIS"), 100, 200000);
    wait_connected(&world, redis);
    control("pause", NULL, NULL, NULL, NULL, NULL);
    assert_true(add(redis, STR("x")));
    world_sleep(&world, 150);
    assert_true(redis_connected(redis));
    world_sleep(&world, 300);
    assert_false(redis_connected(redis));
    control("resume", NULL, NULL, NULL, NULL, NULL);
    wait_connected(&world, redis);
    struct redis_stats stats;
    redis_stats(redis, &stats);
    assert_int_equal(stats.failed, 1);
    assert_int_equal(stats.connects, 2);
    redis_free(redis);
    world_release(&world);
}

static void a_password_is_given(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    const char *path = need("PORTTI_TEST_REDIS") + 7; /* behind "unix://" */
    char good_url[300];
    char bad_url[300];
    snprintf(good_url, sizeof good_url, "unix://:s3cr%%65t@%s?db=2", path);
    snprintf(bad_url, sizeof bad_url, "unix://:wrong@%s", path);
    control("cli", "config", "set", "requirepass", "s3cret", NULL);
    struct redis *good = redis_at(&world, good_url, 100, 0);
    struct redis *bad = redis_at(&world, bad_url, 100, 0);
    struct redis *none = redis_at(&world, need("PORTTI_TEST_REDIS"), 100, 0);
    wait_connected(&world, good);
    world_sleep(&world, 300);
    assert_false(redis_connected(bad));
    assert_false(redis_connected(none));
    struct str argv[] = {STR("CONFIG"), STR("SET"), STR("requirepass"), STR("")};
    assert_true(redis_send(good, argv, 4));
    wait_connected(&world, none);
    redis_free(good);
    redis_free(bad);
    redis_free(none);
    world_release(&world);
}

static void no_server_and_bad_urls(void **state)
{
    (void)state;
    struct world world;
    struct err err;
    world_init(&world);
    struct redis *redis = redis_at(&world, "unix:///nowhere/sock", 100, 0);
    struct redis *tcp = redis_at(&world, "redis://127.0.0.1:1", 100, 0);
    world_sleep(&world, 300);
    assert_false(redis_connected(redis));
    assert_false(redis_connected(tcp));
    redis_free(redis);
    redis_free(tcp);
    struct redis_options options = {.url = "http://:geheim@x"};
    assert_null(redis_new(world.loop, &options, &err));
    assert_int_equal(err.code, ERR_INVALID);
    assert_null(strstr(err.text, "geheim"));
    world_release(&world);
}

/* ---- doorbell ---- */

static void world_on_entries(void *context, size_t count)
{
    struct world *world = context;
    world->rings++;
    world->entries += count;
    if (world->frees) {
        redis_doorbell_free(world->doorbell);
        world->doorbell = NULL;
    }
}

static void expect_entries(struct world *world, size_t count)
{
    for (int i = 0; i < 800 && world->entries < count; i++) {
        world_sleep(world, 10);
    }
    assert_int_equal(world->entries, count);
}

static void the_doorbell_rings_once_per_entry(void **state)
{
    (void)state;
    struct world world;
    struct err err;
    world_init(&world);
    struct redis *redis = redis_at(&world, need("PORTTI_TEST_REDIS"), 100000, 0);
    wait_connected(&world, redis);
    control("cli", "flushall", NULL, NULL, NULL, NULL);
    add(redis, STR("bell")); /* before our time */
    world_sleep(&world, 50);
    world.doorbell =
        redis_doorbell_new(world.loop, need("PORTTI_TEST_REDIS"), STR("bell"), world_on_entries, &world, &err);
    assert_non_null(world.doorbell);
    for (int i = 0; i < 200 && world.rings == 0; i++) {
        world_sleep(&world, 10);
    }
    assert_true(redis_doorbell_connected(world.doorbell));
    assert_int_equal(world.rings, 1);
    assert_int_equal(world.entries, 0);
    size_t expected = 0;
    for (int burst = 1; burst < 60; burst++) {
        for (int i = 0; i < burst * burst % 700; i++) {
            expected += add(redis, STR("bell")) ? 1 : 0;
        }
        world_sleep(&world, burst % 3);
    }
    expect_entries(&world, expected);

    control("cli", "del", "bell", NULL, NULL, NULL);
    expected += add(redis, STR("bell")) ? 1 : 0;
    expect_entries(&world, expected);
    control("cli", "flushall", NULL, NULL, NULL, NULL);
    expected += add(redis, STR("bell")) ? 1 : 0;
    expect_entries(&world, expected);

    control("stop", NULL, NULL, NULL, NULL, NULL);
    world_sleep(&world, 100);
    assert_false(redis_doorbell_connected(world.doorbell));
    size_t rings = world.rings;
    control("start", NULL, NULL, NULL, NULL, NULL);
    wait_connected(&world, redis);
    for (int i = 0; i < 400 && world.rings == rings; i++) {
        world_sleep(&world, 10);
    }
    assert_int_equal(world.rings, rings + 1);
    expected += add(redis, STR("bell")) ? 1 : 0;
    expect_entries(&world, expected);

    world.frees = true;
    add(redis, STR("bell"));
    world_sleep(&world, 100);
    assert_null(world.doorbell);
    redis_free(redis);
    world_release(&world);
}

static void ids_that_go_back_are_noticed(void **state)
{
    (void)state;
    struct world world;
    struct err err;
    world_init(&world);
    control("cli", "flushall", NULL, NULL, NULL, NULL);
    control("cli", "xadd", "low", "9999999999999-1", "a", "b");
    world.doorbell =
        redis_doorbell_new(world.loop, need("PORTTI_TEST_REDIS"), STR("low"), world_on_entries, &world, &err);
    assert_non_null(world.doorbell);
    world_sleep(&world, 200);
    control("cli", "del", "low", NULL, NULL, NULL);
    control("cli", "xadd", "low", "5-1", "a", "b");
    size_t rings = world.rings;
    world_sleep(&world, 5600); /* longer than one BLOCK */
    assert_true(world.rings > rings);
    control("cli", "xadd", "low", "5-2", "a", "b");
    expect_entries(&world, 1);

    /* A key of another type is an error until it is gone. */
    control("cli", "del", "low", NULL, NULL, NULL);
    control("cli", "set", "low", "text", NULL, NULL);
    world_sleep(&world, 5600);
    assert_true(redis_doorbell_connected(world.doorbell));
    control("cli", "del", "low", NULL, NULL, NULL);
    world_sleep(&world, 1300);
    control("cli", "xadd", "low", "6-1", "a", "b");
    expect_entries(&world, 2);
    redis_doorbell_free(world.doorbell);
    world_release(&world);
}

int main(void)
{
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_sent),
        cmocka_unit_test(a_full_pipe_drops),
        cmocka_unit_test(a_restart_is_survived),
        cmocka_unit_test(a_silent_server_is_left),
        cmocka_unit_test(a_password_is_given),
        cmocka_unit_test(no_server_and_bad_urls),
        cmocka_unit_test(the_doorbell_rings_once_per_entry),
        cmocka_unit_test(ids_that_go_back_are_noticed),
    };
    return cmocka_run_group_tests_name("redis", tests, NULL, NULL);
}
