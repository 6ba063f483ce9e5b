/* Before ours: it has a LIST_ENTRY of its own, which it takes away again at its end. */
#include <event2/event.h>
#include <event2/event_struct.h>

#include "common/loop/loop.h"

#include "common/base/alloc.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALS_MAX = 8 };

struct post {
    struct post *next;
    loop_callback callback;
    void *context;
};

struct signal_watch {
    struct event *event;
    loop_callback callback;
    void *context;
};

struct loop {
    struct event_base *base;
    struct list tasks;
    bool running;
    bool stopped;
    int64_t now_us; /* of this turn; 0 = not read yet */

    int post_fd;
    struct event *post_event;
    pthread_mutex_t post_lock; /* guards the two below */
    struct post *posts;
    struct post **posts_end;

    struct signal_watch signals[SIGNALS_MAX];
    size_t signal_count;
};

/* ---- clocks ---- */

static int64_t clock_us(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

int64_t loop_now_us(struct loop *loop)
{
    if (!loop->running) {
        return clock_mono_us();
    }
    if (loop->now_us == 0) {
        loop->now_us = clock_mono_us();
    }
    return loop->now_us;
}

/* ---- posts from other threads ---- */

static struct post *take_posts(struct loop *loop)
{
    pthread_mutex_lock(&loop->post_lock);
    struct post *posts = loop->posts;
    loop->posts = NULL;
    loop->posts_end = &loop->posts;
    pthread_mutex_unlock(&loop->post_lock);
    return posts;
}

static void posts_on_ready(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct loop *loop = context;
    uint64_t count = 0;
    /* Emptied before the queue is taken: a post that comes in between leaves the descriptor ready for another turn. */
    ssize_t got = read(fd, &count, sizeof count);
    (void)got;
    struct post *post = take_posts(loop);
    while (post != NULL) {
        struct post done = *post;
        free(post);
        done.callback(done.context);
        post = done.next;
    }
}

void loop_post(struct loop *loop, loop_callback callback, void *context)
{
    struct post *post = xmalloc(sizeof *post);
    *post = (struct post){.callback = callback, .context = context};
    pthread_mutex_lock(&loop->post_lock);
    bool first = loop->posts == NULL;
    *loop->posts_end = post;
    loop->posts_end = &post->next;
    if (first) {
        /* Under the lock, so that the loop cannot be freed between the two. */
        ssize_t put = write(loop->post_fd, &(uint64_t){1}, sizeof(uint64_t));
        (void)put;
    }
    pthread_mutex_unlock(&loop->post_lock);
}

/* ---- the loop itself ---- */

static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    if (config == NULL) {
        abort();
    }
    /* One thread a base, so its locks would be waste. Environment variables must not change how we wait. */
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

struct loop *loop_new(void)
{
    struct loop *loop = xcalloc(1, sizeof *loop);
    list_init(&loop->tasks);
    loop->posts_end = &loop->posts;
    pthread_mutex_init(&loop->post_lock, NULL);
    loop->base = base_new();
    loop->post_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->base == NULL || loop->post_fd < 0) {
        abort();
    }
    loop->post_event = event_new(loop->base, loop->post_fd, EV_READ | EV_PERSIST, posts_on_ready, loop);
    if (loop->post_event == NULL || event_add(loop->post_event, NULL) != 0) {
        abort();
    }
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    for (struct post *post = take_posts(loop); post != NULL;) {
        struct post *next = post->next;
        free(post);
        post = next;
    }
    for (size_t i = 0; i < loop->signal_count; i++) {
        event_free(loop->signals[i].event);
    }
    event_free(loop->post_event);
    event_base_free(loop->base);
    close(loop->post_fd);
    pthread_mutex_destroy(&loop->post_lock);
    free(loop);
}

static void run_tasks(struct loop *loop)
{
    struct list *link = NULL;
    while ((link = list_pop_front(&loop->tasks)) != NULL) {
        struct loop_task *task = LIST_ENTRY(link, struct loop_task, link);
        task->callback(task->context);
    }
}

void loop_run(struct loop *loop)
{
    loop->running = true;
    loop->now_us = 0;
    run_tasks(loop); /* those asked for before the first turn must not wait for an event */
    while (!loop->stopped) {
        loop->now_us = 0;
        event_base_loop(loop->base, EVLOOP_ONCE);
        run_tasks(loop);
    }
    loop->running = false;
    loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}

void loop_defer(struct loop *loop, struct loop_task *task)
{
    if (!list_linked(&task->link)) {
        list_push_back(&loop->tasks, &task->link);
    }
}

void loop_undefer(struct loop_task *task)
{
    list_remove(&task->link);
}

void *loop_event_base(struct loop *loop)
{
    return loop->base;
}

/* ---- timers ---- */

struct timer_event {
    struct event event;
    int64_t due_us;
};

static void timer_arm(struct timer_event *at, int64_t delay_us)
{
    struct timeval delay = {.tv_sec = delay_us / 1000000, .tv_usec = delay_us % 1000000};
    event_add(&at->event, &delay);
}

static void timer_on_due(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct loop_timer *timer = context;
    struct timer_event *at = timer->event;
    /* libevent counts in ticks of the kernel's coarse clock and from the start of the turn, so it may be early by some
     * milliseconds. Its precise clock would cost a system call a turn; asking again costs one only then. */
    int64_t left_us = at->due_us - clock_mono_us();
    if (left_us > 0) {
        timer_arm(at, left_us);
        return;
    }
    timer->pending = false;
    timer->callback(timer->context);
}

void loop_timer_init(struct loop_timer *timer, struct loop *loop, loop_callback callback, void *context)
{
    struct timer_event *at = xcalloc(1, sizeof *at);
    *timer = (struct loop_timer){.event = at, .loop = loop, .callback = callback, .context = context};
    event_assign(&at->event, loop->base, -1, 0, timer_on_due, timer);
}

void loop_timer_start(struct loop_timer *timer, int64_t delay_us)
{
    if (delay_us < 0) {
        delay_us = 0;
    } else if (delay_us > LOOP_DELAY_MAX_US) {
        delay_us = LOOP_DELAY_MAX_US;
    }
    struct timer_event *at = timer->event;
    at->due_us = clock_mono_us() + delay_us;
    timer->pending = true;
    timer_arm(at, delay_us);
}

void loop_timer_stop(struct loop_timer *timer)
{
    if (timer->pending) {
        struct timer_event *at = timer->event;
        event_del(&at->event);
        timer->pending = false;
    }
}

void loop_timer_release(struct loop_timer *timer)
{
    loop_timer_stop(timer);
    free(timer->event);
    timer->event = NULL;
}

/* ---- descriptors ---- */

/* One event a direction: turning one on or off is then a single system call, and the other stays as it is. */
struct io_events {
    struct event read;
    struct event write;
};

static void io_on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct loop_io *io = context;
    io->callback(io->context, LOOP_READ);
}

static void io_on_writable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct loop_io *io = context;
    io->callback(io->context, LOOP_WRITE);
}

void loop_io_init(struct loop_io *io, struct loop *loop, int fd, loop_io_callback callback, void *context)
{
    struct io_events *events = xcalloc(1, sizeof *events);
    *io = (struct loop_io){.event = events, .loop = loop, .fd = fd, .callback = callback, .context = context};
    event_assign(&events->read, loop->base, fd, EV_READ | EV_PERSIST, io_on_readable, io);
    event_assign(&events->write, loop->base, fd, EV_WRITE | EV_PERSIST, io_on_writable, io);
}

static void io_turn(struct event *event, bool on)
{
    if (on) {
        event_add(event, NULL);
    } else {
        event_del(event);
    }
}

void loop_io_want(struct loop_io *io, int wanted)
{
    int changed = io->wanted ^ wanted;
    if (changed == 0) {
        return;
    }
    struct io_events *events = io->event;
    io->wanted = wanted;
    if ((changed & LOOP_READ) != 0) {
        io_turn(&events->read, (wanted & LOOP_READ) != 0);
    }
    if ((changed & LOOP_WRITE) != 0) {
        io_turn(&events->write, (wanted & LOOP_WRITE) != 0);
    }
}

void loop_io_release(struct loop_io *io)
{
    if (io->event != NULL) {
        loop_io_want(io, 0);
        free(io->event);
        io->event = NULL;
    }
}

/* ---- signals ---- */

static void signal_on_caught(evutil_socket_t number, short what, void *context)
{
    (void)number;
    (void)what;
    const struct signal_watch *watch = context;
    watch->callback(watch->context);
}

void loop_on_signal(struct loop *loop, int signal_number, loop_callback callback, void *context)
{
    assert(loop->signal_count < SIGNALS_MAX);
    struct signal_watch *watch = &loop->signals[loop->signal_count++];
    watch->callback = callback;
    watch->context = context;
    watch->event = event_new(loop->base, signal_number, EV_SIGNAL | EV_PERSIST, signal_on_caught, watch);
    if (watch->event == NULL || event_add(watch->event, NULL) != 0) {
        abort();
    }
}
