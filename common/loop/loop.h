/*
 * One thread's event loop, on libevent (whose headers stay in this room). Everything that is registered on a loop is
 * called back on its thread, and may be changed or freed only there; loop_post is the one door for other threads.
 */
#ifndef PORTTI_LOOP_LOOP_H
#define PORTTI_LOOP_LOOP_H

#include "common/base/list.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
typedef void (*loop_callback)(void *context);

/* Never NULL: a machine without a descriptor left aborts. */
struct loop *loop_new(void);
/* Posts that have not run are dropped. Timers and descriptors must have been released. */
void loop_free(struct loop *loop);
/* Runs until loop_stop. Each turn: wait for events, run their callbacks, then run the tasks that were deferred. */
void loop_run(struct loop *loop);
/* Ends loop_run after the current turn. Callable from this loop's callbacks only. */
void loop_stop(struct loop *loop);
/* Microseconds of the monotonic clock, cached per turn. */
int64_t loop_now_us(struct loop *loop);
/* Microseconds since 1970 (wall clock), read anew. */
int64_t clock_wall_us(void);
/* Microseconds of the monotonic clock, read anew. */
int64_t clock_mono_us(void);

/*
 * A task for the end of this turn, once, however often it is asked for: what turns the many statements of a turn into
 * one flush. Embed it; zero it and set callback and context. Tasks deferred while tasks run are run in the same turn.
 */
struct loop_task {
    struct list link;
    loop_callback callback;
    void *context;
};
void loop_defer(struct loop *loop, struct loop_task *task);
void loop_undefer(struct loop_task *task);

/* Runs `callback` on the loop's thread soon. Thread-safe; order is kept per posting thread. */
void loop_post(struct loop *loop, loop_callback callback, void *context);

/* A timer. Embed; loop_timer_init once, then start and stop as often as needed. Fires once per start, never early and
 * up to some 5 ms late. Starting a pending one sets its new time. Releasing a zeroed one is harmless. */
#define LOOP_DELAY_MAX_US (INT64_C(366) * 86400 * 1000000) /* longer delays are cut to this */
struct loop_timer {
    void *event;
    struct loop *loop;
    loop_callback callback;
    void *context;
    bool pending;
};
void loop_timer_init(struct loop_timer *timer, struct loop *loop, loop_callback callback, void *context);
void loop_timer_start(struct loop_timer *timer, int64_t delay_us);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_release(struct loop_timer *timer);

/* Readiness of a file descriptor, level-triggered. Embed; the fd stays the caller's and is never closed here: release
 * before closing it. When both directions are ready the callback comes once for each. It may release its own io. */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };
typedef void (*loop_io_callback)(void *context, int ready);
struct loop_io {
    void *event;
    struct loop *loop;
    int fd;
    int wanted;
    loop_io_callback callback;
    void *context;
};
void loop_io_init(struct loop_io *io, struct loop *loop, int fd, loop_io_callback callback, void *context);
/* A set of LOOP_READ and LOOP_WRITE, or 0. Cheap when nothing changes. */
void loop_io_want(struct loop_io *io, int wanted);
void loop_io_release(struct loop_io *io);

/* Calls back on the loop when the process gets this signal. Up to 8, for the main loop only. */
void loop_on_signal(struct loop *loop, int signal_number, loop_callback callback, void *context);

/* For common/http, which listens with libevent itself: the struct event_base. */
void *loop_event_base(struct loop *loop);

#endif
