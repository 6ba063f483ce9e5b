/* Subscriptions over a real Redis: order, resuming, gaps, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/events/events.h"
#include "gateway/live/live.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- support ---- */

enum { SEEN_MAX = 8192 }; /* more than any test publishes */

struct world {
    struct loop *loop;
    struct loop_timer timer;
    struct events *events;
    struct live *live;
};

struct listener {
    struct live_subscription *subscription;
    bool ready;
    bool ended;
    enum live_end why;
    size_t leave_after; /* events; 0: stays */
    size_t count;
    int64_t seen[SEEN_MAX]; /* sequences */
    char last_id[64];
};

static const struct uuid company = {.bytes = {1}};
static const struct uuid person = {.bytes = {2}};
static const struct uuid key = {.bytes = {9}};

static const char *need(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        print_message("%s is not set: use tests/integration/live/run\n", name);
        exit(77);
    }
    return value;
}

static void control(const char *verb, const char *a)
{
    const char *program = need("PORTTI_TEST_REDIS_CTL");
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, program, verb, a, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void world_on_time(void *context)
{
    struct world *world = context;
    loop_stop(world->loop);
}

static void world_sleep(struct world *world, int64_t ms)
{
    loop_timer_start(&world->timer, ms * 1000);
    loop_run(world->loop);
}

static void wait_for(struct world *world, const bool *what)
{
    for (int i = 0; i < 1000 && !*what; i++) {
        world_sleep(world, 10);
    }
    assert_true(*what);
}

static void wait_count(struct world *world, const struct listener *listener, size_t count)
{
    for (int i = 0; i < 1000 && listener->count < count; i++) {
        world_sleep(world, 10);
    }
    assert_int_equal(listener->count, count);
}

static void world_begin(struct world *world, int64_t cap)
{
    struct err err;
    *world = (struct world){.loop = loop_new()};
    loop_timer_init(&world->timer, world->loop, world_on_time, world);
    struct events_options events = {.redis_url = need("PORTTI_TEST_REDIS"), .stream = "changes", .max_length = cap};
    struct live_options live = {.redis_url = need("PORTTI_TEST_REDIS"),
                                .stream = "changes",
                                .max_subscriptions = 5,
                                .max_subscriptions_per_key = 4};
    world->events = events_new(world->loop, &events, &err);
    world->live = live_new(world->loop, &live);
    assert_non_null(world->events);
    for (int i = 0; i < 300 && !events_connected(world->events); i++) {
        world_sleep(world, 10);
    }
    control("cli", "flushall");
}

static void world_end(struct world *world)
{
    live_free(world->live);
    events_free(world->events);
    loop_timer_release(&world->timer);
    loop_free(world->loop);
}

static void publish(struct world *world, struct uuid object, int64_t sequence)
{
    struct arena arena = {0};
    struct event event = {.id = {.bytes = {7}},
                          .sequence = sequence,
                          .object_id = object,
                          .object_name = STR("x"),
                          .action = EVENT_UPDATED,
                          .updated_fields = STR("[\"name\"]"),
                          .record = STR("{\"id\":\"x\"}")};
    events_publish(world->events, &arena, &event);
    arena_release(&arena);
}

static void listener_on_ready(void *context)
{
    struct listener *listener = context;
    assert_false(listener->ready);
    listener->ready = true;
}

static void listener_on_event(void *context, const char *id, const struct event *event)
{
    struct listener *listener = context;
    assert_true(listener->ready);
    assert_true(uuid_eq(&event->object_id, &company));
    assert_true(str_is(event->record, "{\"id\":\"x\"}"));
    assert_true(str_is(event->updated_fields, "[\"name\"]"));
    assert_true(listener->count < SEEN_MAX);
    listener->seen[listener->count++] = event->sequence;
    snprintf(listener->last_id, sizeof listener->last_id, "%s", id);
    if (listener->count == listener->leave_after) {
        live_unsubscribe(listener->subscription);
    }
}

static void listener_on_end(void *context, enum live_end why)
{
    struct listener *listener = context;
    assert_false(listener->ended);
    listener->ended = true;
    listener->why = why;
}

static const struct live_callbacks callbacks = {
    .on_ready = listener_on_ready, .on_event = listener_on_event, .on_end = listener_on_end};

static void listen_from(struct world *world, struct listener *listener, const char *from)
{
    struct err err;
    *listener = (struct listener){0};
    listener->subscription = live_subscribe(world->live, &key, &company, str_from(from), &callbacks, listener, &err);
    assert_non_null(listener->subscription);
}

static void in_order_from(const struct listener *listener, int64_t first)
{
    for (size_t i = 0; i < listener->count; i++) {
        assert_int_equal(listener->seen[i], first + (int64_t)i);
    }
}

/* ---- tests ---- */

static void events_of_one_object_come_in_order(void **state)
{
    (void)state;
    struct world world;
    struct listener a;
    struct listener b;
    world_begin(&world, 100000);
    publish(&world, company, -1);
    listen_from(&world, &a, "");
    wait_for(&world, &a.ready);
    listen_from(&world, &b, "");
    wait_for(&world, &b.ready);
    for (int i = 0; i < 700; i++) {
        publish(&world, company, i);
        publish(&world, person, 1000 + i);
    }
    wait_count(&world, &a, 700);
    wait_count(&world, &b, 700);
    in_order_from(&a, 0);
    in_order_from(&b, 0);
    assert_int_equal(live_count(world.live), 2);
    live_unsubscribe(a.subscription);
    live_unsubscribe(b.subscription);
    world_sleep(&world, 20);
    assert_int_equal(live_count(world.live), 0);
    assert_false(a.ended);
    world_end(&world);
}

static void one_that_leaves_hears_no_more(void **state)
{
    (void)state;
    struct world world;
    struct listener a;
    struct listener b;
    world_begin(&world, 100000);
    listen_from(&world, &a, "");
    listen_from(&world, &b, "");
    wait_for(&world, &a.ready);
    wait_for(&world, &b.ready);
    a.leave_after = 3;
    for (int i = 0; i < 10; i++) {
        publish(&world, company, i);
    }
    wait_count(&world, &b, 10);
    assert_int_equal(a.count, 3);
    live_unsubscribe(b.subscription);
    world_end(&world);
}

/* While a writer goes on, a client leaves and comes back again and again: it must see each event once. */
static void resuming_loses_and_doubles_nothing(void **state)
{
    (void)state;
    struct world world;
    struct listener steady;
    struct listener back;
    world_begin(&world, 100000);
    listen_from(&world, &steady, "");
    wait_for(&world, &steady.ready);
    listen_from(&world, &back, "");
    wait_for(&world, &back.ready);
    int64_t next = 0;
    int64_t expected = 0;
    char from[64] = "";
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 40; i++) {
            publish(&world, company, next++);
        }
        back.leave_after = 7 + (size_t)round;
        wait_count(&world, &back, back.leave_after);
        in_order_from(&back, expected);
        expected += (int64_t)back.count;
        snprintf(from, sizeof from, "%s", back.last_id);
        publish(&world, company, next++);
        listen_from(&world, &back, from);
    }
    size_t rest = (size_t)(next - expected);
    wait_count(&world, &back, rest);
    in_order_from(&back, expected);
    /* It has caught up, and now hears what comes over the worker's connection. */
    world_sleep(&world, 50);
    for (int i = 0; i < 20; i++) {
        publish(&world, company, next++);
    }
    wait_count(&world, &back, rest + 20);
    in_order_from(&back, expected);
    wait_count(&world, &steady, (size_t)next);
    in_order_from(&steady, 0);
    live_unsubscribe(back.subscription);
    live_unsubscribe(steady.subscription);
    world_end(&world);
}

static void what_is_gone_is_a_gap(void **state)
{
    (void)state;
    struct world world;
    struct listener a;
    struct listener late;
    world_begin(&world, 1000);
    listen_from(&world, &a, "");
    wait_for(&world, &a.ready);
    publish(&world, company, 0);
    wait_count(&world, &a, 1);
    /* The stream is capped: far more than it holds goes by while the client is away. */
    for (int i = 1; i <= 3000; i++) {
        publish(&world, company, i);
        if (i % 100 == 0) {
            world_sleep(&world, 2);
        }
    }
    wait_count(&world, &a, 3001);
    listen_from(&world, &late, "1-1");
    wait_for(&world, &late.ended);
    assert_int_equal(late.why, LIVE_GAP);
    assert_int_equal(late.count, 0);
    /* An id of a stream that was emptied since. */
    control("cli", "flushall");
    listen_from(&world, &late, a.last_id);
    wait_for(&world, &late.ended);
    assert_int_equal(late.why, LIVE_GAP);
    live_unsubscribe(a.subscription);
    world_end(&world);
}

/* More goes by than the stream holds before we get to read it: nothing of it may pass for whole. */
static void one_that_is_too_slow_is_told(void **state)
{
    (void)state;
    struct world world;
    struct listener a;
    world_begin(&world, 1000);
    listen_from(&world, &a, "");
    wait_for(&world, &a.ready);
    for (int i = 0; i < 6000; i++) {
        publish(&world, company, i);
    }
    wait_for(&world, &a.ended);
    assert_int_equal(a.why, LIVE_GAP);
    in_order_from(&a, 0);
    world_sleep(&world, 300);
    listen_from(&world, &a, "");
    wait_for(&world, &a.ready);
    publish(&world, company, 0);
    wait_count(&world, &a, 1);
    in_order_from(&a, 0);
    live_unsubscribe(a.subscription);
    world_end(&world);
}

static void a_lost_redis_is_a_gap(void **state)
{
    (void)state;
    struct world world;
    struct listener a;
    world_begin(&world, 100000);
    listen_from(&world, &a, "");
    wait_for(&world, &a.ready);
    control("stop", NULL);
    control("start", NULL);
    wait_for(&world, &a.ended);
    assert_int_equal(a.why, LIVE_GAP);
    control("stop", NULL);
    listen_from(&world, &a, "");
    wait_for(&world, &a.ended);
    assert_int_equal(a.why, LIVE_FAILED);
    assert_false(a.ready);
    control("start", NULL);
    world_end(&world);
}

static void there_are_bounds(void **state)
{
    (void)state;
    struct world world;
    struct listener listeners[5];
    struct err err;
    struct uuid other = {.bytes = {8}};
    world_begin(&world, 100000);
    for (size_t i = 0; i < 4; i++) {
        listen_from(&world, &listeners[i], "");
    }
    assert_null(live_subscribe(world.live, &key, &company, STR_EMPTY, &callbacks, &listeners[4], &err));
    assert_int_equal(err.code, ERR_LIMITED);
    listeners[4] = (struct listener){0};
    listeners[4].subscription =
        live_subscribe(world.live, &other, &company, STR_EMPTY, &callbacks, &listeners[4], &err);
    assert_non_null(listeners[4].subscription);
    struct uuid third = {.bytes = {5}};
    assert_null(live_subscribe(world.live, &third, &company, STR_EMPTY, &callbacks, &listeners[4], &err));
    assert_int_equal(err.code, ERR_LIMITED);
    assert_null(live_subscribe(world.live, &third, &company, STR("7"), &callbacks, &listeners[4], &err));
    assert_int_equal(err.code, ERR_INVALID);
    live_stop(world.live);
    for (size_t i = 0; i < 5; i++) {
        wait_for(&world, &listeners[i].ended);
        assert_int_equal(listeners[i].why, LIVE_STOPPED);
    }
    assert_int_equal(live_count(world.live), 0);
    world_end(&world);
}

int main(void)
{
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_one_object_come_in_order),
        cmocka_unit_test(one_that_leaves_hears_no_more),
        cmocka_unit_test(resuming_loses_and_doubles_nothing),
        cmocka_unit_test(what_is_gone_is_a_gap),
        cmocka_unit_test(one_that_is_too_slow_is_told),
        cmocka_unit_test(a_lost_redis_is_a_gap),
        cmocka_unit_test(there_are_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
