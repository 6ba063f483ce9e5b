#include "common/pg/pg_cancel.h"

#include "common/base/alloc.h"
#include "common/pg/pg_pool.h"
#include "common/pg/pg_wire.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    POLL_US = 5000,        /* how soon it is seen that a cancellation has arrived, or that the next job is due */
    AGAIN_US = 200 * 1000, /* it came too early or too late: between two statements */
    THREAD_STACK = 128 * 1024
};

struct pg_cancel {
    PGcancel *request;
    atomic_int holders; /* the thread and the connection */
    atomic_bool settled;
};

void pg_cancel_drop(struct pg_cancel *cancel)
{
    if (cancel != NULL && atomic_fetch_sub(&cancel->holders, 1) == 1) {
        PQfreeCancel(cancel->request);
        free(cancel);
    }
}

/* The server closes this second connection after it has sent the signal: nothing that is sent later can be hit. */
static void *cancel_run(void *context)
{
    struct pg_cancel *cancel = context;
    char reason[256];
    int good = PQcancel(cancel->request, reason, sizeof reason);
    (void)good; /* the statement's own timeout and the watchdog are still there */
    atomic_store(&cancel->settled, true);
    pg_cancel_drop(cancel);
    return NULL;
}

static bool start_thread(struct pg_cancel *cancel)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    /* Signals are the main loop's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                   pthread_attr_setstacksize(&attributes, THREAD_STACK) == 0 &&
                   pthread_create(&thread, &attributes, cancel_run, cancel) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

static void start(struct pg_conn *conn, int64_t now_us)
{
    conn->cancelled_us = now_us;
    PGcancel *request = PQgetCancel(conn->dial.conn);
    if (request == NULL) {
        return;
    }
    struct pg_cancel *cancel = xcalloc(1, sizeof *cancel);
    cancel->request = request;
    atomic_init(&cancel->holders, 2);
    atomic_init(&cancel->settled, false);
    if (!start_thread(cancel)) {
        PQfreeCancel(request);
        free(cancel);
        return;
    }
    conn->cancel = cancel;
    conn->cancel_reach_us = INT64_MAX;
    conn->pool->stats.cancels++;
}

static void settle(struct pg_conn *conn, int64_t now_us)
{
    if (conn->cancel != NULL && atomic_load(&conn->cancel->settled)) {
        pg_cancel_drop(conn->cancel);
        conn->cancel = NULL;
        conn->cancel_reach_us = now_us;
        pg_pool_kick(conn->pool); /* it may have work again */
    }
}

bool pg_cancel_is_due(const struct pg_pool *pool, const struct pg_job *job)
{
    return job->cancel_us != 0 && job->cancel_us <= loop_now_us(pool->loop);
}

bool pg_cancel_may_have_hit(const struct pg_conn *conn, int64_t sent_us)
{
    return conn->cancelled_us != 0 && sent_us <= conn->cancel_reach_us;
}

/* Is a job due in the segment that the server works on? It keeps a segment's answers back until the end, so which of
 * its statements is running cannot be told. */
static bool has_due(const struct pg_conn *conn)
{
    for (size_t i = 0; i < conn->count; i++) {
        const struct pg_entry *entry = &conn->entries[(conn->head + i) & (conn->capacity - 1)];
        if (entry->kind == PG_ENTRY_SYNC) {
            return false;
        }
        if (entry->job != NULL && pg_cancel_is_due(conn->pool, entry->job)) {
            return true;
        }
    }
    return false;
}

/* Returns when to look again. */
static int64_t look_at(struct pg_conn *conn, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    settle(conn, now_us);
    if (conn->cancel == NULL && now_us - conn->cancelled_us >= AGAIN_US && has_due(conn)) {
        start(conn, now_us);
    }
    LIST_EACH(at, after, &conn->jobs)
    {
        const struct pg_job *job = LIST_ENTRY(at, struct pg_job, link);
        int64_t wanted_us = pg_cancel_is_due(conn->pool, job) ? now_us + POLL_US : job->cancel_us;
        if (job->cancel_us != 0 && wanted_us < next_us) {
            next_us = wanted_us;
        }
    }
    return conn->cancel != NULL ? now_us + POLL_US : next_us;
}

void pg_cancel_note(struct pg_pool *pool, int64_t cancel_us)
{
    if (cancel_us < pool->next_cancel_us) {
        int64_t left_us = cancel_us - loop_now_us(pool->loop);
        pool->next_cancel_us = cancel_us;
        loop_timer_start(&pool->cancels, left_us < POLL_US ? POLL_US : left_us);
    }
}

void pg_cancel_on_time(void *context)
{
    struct pg_pool *pool = context;
    int64_t now_us = loop_now_us(pool->loop);
    int64_t next_us = INT64_MAX;
    pool->next_cancel_us = INT64_MAX;
    for (size_t i = 0; i < pool->options.connections; i++) {
        struct pg_conn *conn = &pool->conns[i];
        int64_t wanted_us = pg_conn_up(conn) ? look_at(conn, now_us) : INT64_MAX;
        next_us = wanted_us < next_us ? wanted_us : next_us;
    }
    if (next_us != INT64_MAX) {
        pg_cancel_note(pool, next_us);
    }
}
