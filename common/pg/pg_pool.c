#include "common/pg/pg_pool.h"

#include "common/base/alloc.h"
#include "common/pg/pg_cancel.h"
#include "common/pg/pg_failure.h"
#include <stdio.h>
#include <stdlib.h>

/* After a scan of the queue for deadlines, the next one comes no sooner: a long queue must not be scanned for ever. */
enum {
    SCAN_GAP_US = 5000,
    WATCHDOG_LEAST_US = 10 * 1000,
    WATCHDOG_MOST_US = 1000 * 1000,
    DEFAULT_WAIT_US = 2000 * 1000
};

struct pg_ready_waiter {
    struct pg_ready_waiter *next;
    loop_callback callback;
    void *context;
};

/* ---- lifetime ---- */

static void destroy(struct pg_pool *pool);

void pg_pool_enter(struct pg_pool *pool)
{
    pool->busy++;
}

void pg_pool_leave(struct pg_pool *pool)
{
    pool->busy--;
    if (pool->busy == 0 && pool->closing) {
        destroy(pool);
    }
}

void pg_pool_kick(struct pg_pool *pool)
{
    loop_defer(pool->loop, &pool->turn);
}

/* ---- answers ---- */

void pg_pool_answer(struct pg_pool *pool, struct pg_job *job, struct pg_result *const *results,
                    const struct pg_failure *failure)
{
    pool->stats.jobs++;
    if (failure != NULL) {
        pool->stats.failed++;
    }
    job->done_us = loop_now_us(pool->loop);
    job->on_done(job->context, results, failure);
}

static void fail_job(struct pg_pool *pool, struct pg_job *job, const char *sentence)
{
    struct pg_failure failure = pg_failure_of(ERR_UNAVAILABLE, sentence);
    pg_pool_answer(pool, job, NULL, &failure);
}

static void fail_request(struct pg_session_request *request, const char *sentence)
{
    struct pg_failure failure = pg_failure_of(ERR_UNAVAILABLE, sentence);
    request->on_ready(request->context, NULL, &failure);
}

static const char *late_sentence(const struct pg_pool *pool)
{
    return pg_pool_ready(pool) ? "The database is busy; try again later"
                               : "The database is not available; try again later";
}

/* ---- queues ---- */

void pg_pool_note_deadline(struct pg_pool *pool, int64_t deadline_us)
{
    if (deadline_us < pool->next_deadline_us) {
        pool->next_deadline_us = deadline_us;
        loop_timer_stop(&pool->deadlines); /* the end of the turn starts it anew, if it is still needed */
    }
}

static int64_t deadline_or_default(const struct pg_pool *pool, int64_t deadline_us)
{
    return deadline_us != 0 ? deadline_us : loop_now_us(pool->loop) + pool->options.wait_timeout_us;
}

void pg_submit(struct pg_pool *pool, struct pg_job *job)
{
    assert(job->command_count > 0);
    struct pg_job_room *room = pg_job_room(job);
    *room =
        (struct pg_job_room){.deadline_us = deadline_or_default(pool, job->deadline_us), .sequence = pool->sequence++};
    job->link = (struct list){0};
    job->submitted_us = loop_now_us(pool->loop);
    job->sent_us = 0;
    list_push_back(&pool->queue, &job->link);
    pool->waiting++;
    pg_pool_note_deadline(pool, room->deadline_us);
    pg_pool_kick(pool);
}

void pg_pool_send_again(struct pg_pool *pool, struct pg_job *job)
{
    list_push_back(&pool->again, &job->link);
    pool->waiting++;
    pg_pool_note_deadline(pool, pg_job_room(job)->deadline_us);
    pg_pool_kick(pool);
}

void pg_session_open(struct pg_pool *pool, struct pg_session_request *request)
{
    assert(pool->options.exclusive);
    *pg_request_room(request) = (struct pg_request_room){.deadline_us = deadline_or_default(pool, request->deadline_us),
                                                         .sequence = pool->sequence++};
    request->link = (struct list){0};
    list_push_back(&pool->requests, &request->link);
    pool->asking++;
    pg_pool_note_deadline(pool, pg_request_room(request)->deadline_us);
    pg_pool_kick(pool);
}

static struct pg_job *first_job(const struct pg_pool *pool)
{
    const struct list *from = list_empty(&pool->again) ? &pool->queue : &pool->again;
    return list_empty(from) ? NULL : LIST_ENTRY(from->next, struct pg_job, link);
}

static struct pg_session_request *first_request(const struct pg_pool *pool)
{
    return list_empty(&pool->requests) ? NULL : LIST_ENTRY(pool->requests.next, struct pg_session_request, link);
}

static void take_job(struct pg_pool *pool, struct pg_job *job)
{
    list_remove(&job->link);
    pool->waiting--;
}

static void take_request(struct pg_pool *pool, struct pg_session_request *request)
{
    list_remove(&request->link);
    pool->asking--;
}

/* ---- serving ---- */

static bool can_take(const struct pg_pool *pool, const struct pg_conn *conn)
{
    if (!pg_conn_up(conn) || conn->cleaning || conn->retiring || conn->cancel != NULL) {
        return false;
    }
    return pool->options.exclusive ? pg_conn_idle(conn) : conn->in_flight < pool->options.max_in_flight;
}

static struct pg_conn *least_loaded(const struct pg_pool *pool)
{
    struct pg_conn *best = NULL;
    for (size_t i = 0; i < pool->options.connections; i++) {
        struct pg_conn *conn = &pool->conns[i];
        if (can_take(pool, conn) && (best == NULL || conn->cost < best->cost)) {
            best = conn;
        }
    }
    return best;
}

/* One job or request; false when nothing waits or nothing is free. */
static bool serve_one(struct pg_pool *pool)
{
    struct pg_job *job = first_job(pool);
    struct pg_session_request *request = first_request(pool);
    struct pg_conn *conn = job == NULL && request == NULL ? NULL : least_loaded(pool);
    if (conn == NULL || pool->closing) {
        return false;
    }
    if (request != NULL && (job == NULL || pg_request_room(request)->sequence < pg_job_room(job)->sequence)) {
        take_request(pool, request);
        pg_session_give(conn, request);
        return true;
    }
    take_job(pool, job);
    const struct pg_job_room *room = pg_job_room(job);
    if (!room->urgent && loop_now_us(pool->loop) > room->deadline_us) {
        fail_job(pool, job, late_sentence(pool));
    } else {
        pg_conn_send(conn, job);
    }
    return true;
}

/* Too many for the queue: the newest go first, they lose the least. */
static void refuse_excess(struct pg_pool *pool)
{
    static const char sentence[] = "Too many requests wait for the database; try again later";
    while (!pool->closing && pool->waiting > pool->options.max_queue && !list_empty(&pool->queue)) {
        struct pg_job *job = LIST_ENTRY(pool->queue.prev, struct pg_job, link);
        take_job(pool, job);
        fail_job(pool, job, sentence);
    }
    while (!pool->closing && pool->asking > pool->options.max_queue) {
        struct pg_session_request *request = LIST_ENTRY(pool->requests.prev, struct pg_session_request, link);
        take_request(pool, request);
        fail_request(request, sentence);
    }
}

static void tell_ready(struct pg_pool *pool)
{
    while (!pool->closing && pg_pool_ready(pool) && pool->on_ready != NULL) {
        struct pg_ready_waiter *waiter = pool->on_ready;
        struct pg_ready_waiter copy = *waiter;
        pool->on_ready = copy.next;
        free(waiter);
        copy.callback(copy.context);
    }
}

/* ---- clocks ---- */

static void arm_timers(struct pg_pool *pool)
{
    if (pool->waiting == 0 && pool->asking == 0) {
        pool->next_deadline_us = INT64_MAX;
        loop_timer_stop(&pool->deadlines);
    } else if (!pool->deadlines.pending) {
        int64_t left_us = pool->next_deadline_us - loop_now_us(pool->loop);
        loop_timer_start(&pool->deadlines, left_us < SCAN_GAP_US ? SCAN_GAP_US : left_us);
    }
    if (pool->options.watchdog_us > 0 && !pool->watchdog.pending) {
        int64_t wait_us = pool->options.watchdog_us / 4;
        wait_us = wait_us < WATCHDOG_LEAST_US ? WATCHDOG_LEAST_US : wait_us;
        for (size_t i = 0; i < pool->options.connections; i++) {
            if (pool->conns[i].count > 0) {
                loop_timer_start(&pool->watchdog, wait_us > WATCHDOG_MOST_US ? WATCHDOG_MOST_US : wait_us);
                break;
            }
        }
    }
}

static void move_late_jobs(struct pg_pool *pool, struct list *from, int64_t now_us, struct list *late)
{
    LIST_EACH(at, after, from)
    {
        struct pg_job *job = LIST_ENTRY(at, struct pg_job, link);
        int64_t deadline_us = pg_job_room(job)->deadline_us;
        if (deadline_us <= now_us) {
            take_job(pool, job);
            list_push_back(late, &job->link);
        } else if (deadline_us < pool->next_deadline_us) {
            pool->next_deadline_us = deadline_us;
        }
    }
}

static void move_late_requests(struct pg_pool *pool, int64_t now_us, struct list *late)
{
    LIST_EACH(at, after, &pool->requests)
    {
        struct pg_session_request *request = LIST_ENTRY(at, struct pg_session_request, link);
        int64_t deadline_us = pg_request_room(request)->deadline_us;
        if (deadline_us <= now_us) {
            take_request(pool, request);
            list_push_back(late, &request->link);
        } else if (deadline_us < pool->next_deadline_us) {
            pool->next_deadline_us = deadline_us;
        }
    }
}

static void pool_on_deadline(void *context)
{
    struct pg_pool *pool = context;
    struct list jobs = LIST_INIT(jobs);
    struct list requests = LIST_INIT(requests);
    int64_t now_us = loop_now_us(pool->loop);
    pg_pool_enter(pool);
    pool->next_deadline_us = INT64_MAX;
    move_late_jobs(pool, &pool->again, now_us, &jobs);
    move_late_jobs(pool, &pool->queue, now_us, &jobs);
    move_late_requests(pool, now_us, &requests);
    for (struct list *at = list_pop_front(&jobs); at != NULL; at = list_pop_front(&jobs)) {
        fail_job(pool, LIST_ENTRY(at, struct pg_job, link), late_sentence(pool));
    }
    for (struct list *at = list_pop_front(&requests); at != NULL; at = list_pop_front(&requests)) {
        fail_request(LIST_ENTRY(at, struct pg_session_request, link), late_sentence(pool));
    }
    pg_pool_kick(pool);
    pg_pool_leave(pool);
}

static void pool_on_watchdog(void *context)
{
    struct pg_pool *pool = context;
    pg_pool_enter(pool);
    int64_t now_us = loop_now_us(pool->loop);
    for (size_t i = 0; i < pool->options.connections && !pool->closing; i++) {
        struct pg_conn *conn = &pool->conns[i];
        if (conn->count > 0 && now_us - pg_conn_waiting_since(conn) > pool->options.watchdog_us) {
            pg_conn_lose(conn, "the watchdog waited in vain for an answer");
        }
    }
    pg_pool_kick(pool);
    pg_pool_leave(pool);
}

/* ---- the end of a turn ---- */

static void lose_broken(struct pg_pool *pool)
{
    for (size_t i = 0; i < pool->options.connections && !pool->closing; i++) {
        struct pg_conn *conn = &pool->conns[i];
        if (conn->dial.state != PG_DIAL_UP) {
            continue;
        }
        if (conn->broken) {
            pg_conn_lose(conn, NULL);
        } else if (conn->retiring && pg_conn_idle(conn)) {
            pg_conn_lose(conn, "the server accepts no changes");
        }
    }
}

static void pool_on_turn(void *context)
{
    struct pg_pool *pool = context;
    pg_pool_enter(pool);
    lose_broken(pool);
    for (size_t i = 0; i < pool->options.connections && !pool->closing; i++) {
        if (pool->conns[i].session != NULL) {
            pg_session_turn(&pool->conns[i]);
        }
    }
    while (serve_one(pool)) {
    }
    for (size_t i = 0; i < pool->options.connections; i++) {
        pg_conn_end_turn(&pool->conns[i]);
        if (pool->conns[i].broken) {
            pg_pool_kick(pool);
        }
    }
    refuse_excess(pool);
    tell_ready(pool);
    if (!pool->closing) {
        arm_timers(pool);
    }
    pg_pool_leave(pool);
}

/* ---- the pool ---- */

/* An operator's own options come before these, so these win. JIT compilation pays off for long reports only; for the
 * short statements of an API a wrong estimate would cost tens of milliseconds. */
static void put_settings(struct strbuf *out, const struct pg_pool_options *options)
{
    strbuf_puts(out, "-c timezone=UTC -c datestyle=ISO -c search_path= -c standard_conforming_strings=on -c jit=off");
    strbuf_puts(out, " -c idle_in_transaction_session_timeout=60000 -c statement_timeout=");
    strbuf_put_int(out, options->statement_timeout_ms < 0 ? 0 : options->statement_timeout_ms);
    if (options->settings != NULL) {
        strbuf_put_char(out, ' ');
        strbuf_puts(out, options->settings);
    }
}

static void connect_all(struct pg_pool *pool)
{
    struct strbuf settings = {0};
    put_settings(&settings, &pool->options);
    /* A malformed string shows as a connection that never comes up, with a line in the log. */
    bool good = pg_conninfo_init(&pool->conninfo, pool->options.conninfo, pool->name, strbuf_cstr(&settings));
    (void)good;
    strbuf_release(&settings);
    pool->conns = xcalloc(pool->options.connections, sizeof *pool->conns);
    for (size_t i = 0; i < pool->options.connections; i++) {
        pg_conn_init(&pool->conns[i], pool, &pool->conninfo, pool->name, pool->options.max_prepared);
        pg_dial_start(&pool->conns[i].dial);
    }
}

struct pg_pool *pg_pool_new(struct loop *loop, const struct pg_pool_options *options)
{
    struct pg_pool *pool = xcalloc(1, sizeof *pool);
    pool->loop = loop;
    pool->options = *options;
    pool->name = xstrdup(options->name);
    if (pool->options.connections == 0) {
        pool->options.connections = 1;
    }
    if (pool->options.max_in_flight == 0) {
        pool->options.max_in_flight = 1;
    }
    if (pool->options.wait_timeout_us <= 0) {
        pool->options.wait_timeout_us = DEFAULT_WAIT_US;
    }
    list_init(&pool->queue);
    list_init(&pool->again);
    list_init(&pool->requests);
    pool->next_deadline_us = INT64_MAX;
    pool->next_cancel_us = INT64_MAX;
    pool->turn = (struct loop_task){.callback = pool_on_turn, .context = pool};
    loop_timer_init(&pool->deadlines, loop, pool_on_deadline, pool);
    loop_timer_init(&pool->cancels, loop, pg_cancel_on_time, pool);
    loop_timer_init(&pool->watchdog, loop, pool_on_watchdog, pool);
    connect_all(pool);
    pool->options.conninfo = NULL;
    pool->options.name = NULL;
    return pool;
}

static void answer_all(struct pg_pool *pool, struct list *sent)
{
    static const char sentence[] = "The server is shutting down";
    for (struct list *at = list_pop_front(sent); at != NULL; at = list_pop_front(sent)) {
        struct pg_job *job = LIST_ENTRY(at, struct pg_job, link);
        struct pg_failure failure = pg_failure_of(ERR_UNAVAILABLE, sentence);
        failure.outcome_unknown = job->kind == PG_WRITE && pg_job_room(job)->sent;
        pg_session_job_done(pg_job_room(job)->session);
        pg_pool_answer(pool, job, NULL, &failure);
    }
    for (struct pg_job *job = first_job(pool); job != NULL; job = first_job(pool)) {
        take_job(pool, job);
        fail_job(pool, job, sentence);
    }
    for (struct pg_session_request *request = first_request(pool); request != NULL; request = first_request(pool)) {
        take_request(pool, request);
        fail_request(request, sentence);
    }
}

static void destroy(struct pg_pool *pool)
{
    struct list sent = LIST_INIT(sent);
    for (size_t i = 0; i < pool->options.connections; i++) {
        struct pg_conn *conn = &pool->conns[i];
        pg_conn_take_jobs(conn, &sent);
        if (conn->session != NULL) {
            pg_session_detach(conn, &sent);
        }
        pg_conn_release(conn);
    }
    pool->busy++; /* a callback may enter and leave */
    answer_all(pool, &sent);
    loop_undefer(&pool->turn);
    loop_timer_release(&pool->deadlines);
    loop_timer_release(&pool->cancels);
    loop_timer_release(&pool->watchdog);
    for (struct pg_ready_waiter *waiter = pool->on_ready; waiter != NULL;) {
        struct pg_ready_waiter *next = waiter->next;
        free(waiter);
        waiter = next;
    }
    pg_conninfo_release(&pool->conninfo);
    free(pool->conns);
    free(pool->name);
    free(pool);
}

void pg_pool_free(struct pg_pool *pool)
{
    if (pool == NULL || pool->closing) {
        return;
    }
    pg_pool_enter(pool);
    pool->closing = true;
    pg_pool_leave(pool);
}

bool pg_pool_ready(const struct pg_pool *pool)
{
    for (size_t i = 0; i < pool->options.connections; i++) {
        if (pg_conn_up(&pool->conns[i])) {
            return true;
        }
    }
    return false;
}

void pg_pool_on_ready(struct pg_pool *pool, loop_callback callback, void *context)
{
    struct pg_ready_waiter **end = &pool->on_ready;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = xcalloc(1, sizeof **end);
    (*end)->callback = callback;
    (*end)->context = context;
    pg_pool_kick(pool);
}

void pg_pool_stats(const struct pg_pool *pool, struct pg_pool_stats *out)
{
    *out = pool->stats;
    out->queued = pool->waiting + pool->asking;
    out->connections_up = 0;
    out->in_flight = 0;
    for (size_t i = 0; i < pool->options.connections; i++) {
        out->connections_up += pg_conn_up(&pool->conns[i]) ? 1 : 0;
        out->in_flight += pool->conns[i].in_flight;
    }
}
