/* What common/loop promises: tasks at the end of the same turn, timers not early, posts in order, readiness. */
#include "common/loop/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
    struct loop *loop;
    struct loop_task first;
    struct loop_task second;
    struct loop_timer timer;
    struct loop_timer other;
    struct loop_io io;
    int fds[2];
    int64_t started_us;
    int trace[64];
    size_t traced;
    int ready;
};

static void note(struct world *world, int what)
{
    assert_true(world->traced < sizeof world->trace / sizeof world->trace[0]);
    world->trace[world->traced++] = what;
}

static void stop_later(void *context)
{
    struct world *world = context;
    note(world, 9);
    loop_stop(world->loop);
}

static void second_task(void *context)
{
    note(context, 2);
}

static void first_task(void *context)
{
    struct world *world = context;
    note(world, 1);
    loop_defer(world->loop, &world->second);
}

static void defer_and_stop(void *context)
{
    struct world *world = context;
    loop_defer(world->loop, &world->first);
    loop_defer(world->loop, &world->first);
    note(world, 0);
    loop_stop(world->loop);
}

static void tasks_run_once_and_in_the_same_turn(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    world.first = (struct loop_task){.callback = first_task, .context = &world};
    world.second = (struct loop_task){.callback = second_task, .context = &world};
    loop_timer_init(&world.timer, world.loop, defer_and_stop, &world);
    loop_timer_start(&world.timer, 0);
    loop_run(world.loop);
    assert_int_equal(world.traced, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world.trace[i], i);
    }
    loop_timer_release(&world.timer);
    loop_free(world.loop);
}

static void stop_task(void *context)
{
    stop_later(context);
}

static void task_before_the_first_turn_does_not_wait(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    world.first = (struct loop_task){.callback = stop_task, .context = &world};
    world.second = (struct loop_task){.callback = second_task, .context = &world};
    loop_defer(world.loop, &world.second);
    loop_defer(world.loop, &world.first);
    loop_undefer(&world.second);
    loop_undefer(&world.second);
    loop_run(world.loop);
    assert_int_equal(world.traced, 1);
    loop_free(world.loop);
}

static void timer_due(void *context)
{
    struct world *world = context;
    assert_false(world->timer.pending);
    int64_t passed_us = clock_mono_us() - world->started_us;
    assert_true(passed_us >= 12345);
    note(world, 1);
    loop_stop(world->loop);
}

static void timers_are_not_early_and_can_be_stopped(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    loop_timer_init(&world.timer, world.loop, timer_due, &world);
    loop_timer_init(&world.other, world.loop, second_task, &world);
    world.started_us = clock_mono_us();
    loop_timer_start(&world.timer, 1000);
    loop_timer_start(&world.timer, 12345); /* the later start counts */
    loop_timer_start(&world.other, 2000);
    assert_true(world.timer.pending);
    loop_timer_stop(&world.other);
    loop_run(world.loop);
    assert_int_equal(world.traced, 1);
    loop_timer_release(&world.timer);
    loop_timer_release(&world.other);
    loop_timer_release(&world.other);
    loop_free(world.loop);
}

enum { POSTS = 1000 };

struct posted {
    struct world *world;
    int number;
};

static struct posted posted[POSTS];

static void post_arrived(void *context)
{
    const struct posted *post = context;
    assert_int_equal(post->world->ready, post->number);
    if (++post->world->ready == POSTS) {
        loop_stop(post->world->loop);
    }
}

static void *post_all(void *context)
{
    for (int i = 0; i < POSTS; i++) {
        posted[i] = (struct posted){context, i};
        loop_post(((struct world *)context)->loop, post_arrived, &posted[i]);
    }
    return NULL;
}

static void posts_arrive_in_order_from_another_thread(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, post_all, &world), 0);
    loop_run(world.loop);
    pthread_join(thread, NULL);
    assert_int_equal(world.ready, POSTS);
    loop_post(world.loop, post_arrived, NULL); /* never run, freed with the loop */
    loop_free(world.loop);
}

static void io_ready(void *context, int ready)
{
    struct world *world = context;
    world->ready |= ready;
    if (ready == LOOP_READ) {
        char byte = 0;
        assert_int_equal(read(world->fds[0], &byte, 1), 1);
        loop_io_want(&world->io, LOOP_READ | LOOP_WRITE);
        return;
    }
    loop_io_release(&world->io);
    loop_stop(world->loop);
}

static void io_reports_each_direction_and_may_be_released_inside(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, world.fds), 0);
    loop_io_init(&world.io, world.loop, world.fds[0], io_ready, &world);
    loop_io_want(&world.io, LOOP_READ);
    loop_io_want(&world.io, LOOP_READ);
    assert_int_equal(write(world.fds[1], "x", 1), 1);
    loop_run(world.loop);
    assert_int_equal(world.ready, LOOP_READ | LOOP_WRITE);
    loop_io_release(&world.io);
    close(world.fds[0]);
    close(world.fds[1]);
    loop_free(world.loop);
}

static void signals_call_back(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    loop_on_signal(world.loop, SIGUSR1, stop_later, &world);
    raise(SIGUSR1);
    loop_run(world.loop);
    assert_int_equal(world.traced, 1);
    loop_free(world.loop);
}

static void now_check(void *context)
{
    struct world *world = context;
    int64_t now_us = loop_now_us(world->loop);
    usleep(2000);
    assert_true(loop_now_us(world->loop) == now_us);
    assert_true(clock_mono_us() >= now_us + 2000);
    loop_stop(world->loop);
}

static void now_stands_still_within_a_turn(void **state)
{
    (void)state;
    struct world world = {.loop = loop_new()};
    loop_post(world.loop, now_check, &world);
    loop_run(world.loop);
    int64_t outside_us = loop_now_us(world.loop);
    usleep(1000);
    assert_true(loop_now_us(world.loop) > outside_us);
    assert_true(clock_wall_us() > INT64_C(1600000000) * 1000000);
    loop_free(world.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run_once_and_in_the_same_turn),
        cmocka_unit_test(task_before_the_first_turn_does_not_wait),
        cmocka_unit_test(timers_are_not_early_and_can_be_stopped),
        cmocka_unit_test(posts_arrive_in_order_from_another_thread),
        cmocka_unit_test(io_reports_each_direction_and_may_be_released_inside),
        cmocka_unit_test(signals_call_back),
        cmocka_unit_test(now_stands_still_within_a_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
