#include "common/pg/pg_conn.h"

#include "common/base/alloc.h"
#include "common/pg/pg_cancel.h"
#include "common/pg/pg_failure.h"
#include "common/pg/pg_pool.h"
#include "common/pg/pg_wire.h"
#include <stdlib.h>

static void conn_on_up(void *context)
{
    struct pg_conn *conn = context;
    pg_pool_enter(conn->pool);
    conn->pool->stats.connects++;
    if (PQsetnonblocking(conn->dial.conn, 1) != 0 || PQenterPipelineMode(conn->dial.conn) != 1) {
        conn->broken = true;
    }
    pg_pool_kick(conn->pool);
    pg_pool_leave(conn->pool);
}

static void flush(struct pg_conn *conn)
{
    int left = PQflush(conn->dial.conn);
    if (left < 0) {
        conn->broken = true;
        return;
    }
    loop_io_want(&conn->dial.io, left > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static void conn_on_io(void *context, int ready)
{
    struct pg_conn *conn = context;
    struct pg_pool *pool = conn->pool;
    pg_pool_enter(pool);
    bool alive = true;
    if ((ready & LOOP_READ) != 0) {
        /* One read may leave the second half of a TLS record in libpq's TLS layer, where no readiness tells of it. */
        for (int rounds = PQsslInUse(conn->dial.conn) ? 2 : 1; rounds > 0 && alive; rounds--) {
            alive = PQconsumeInput(conn->dial.conn) == 1;
            /* Also when the other end is gone: what it still said counts. */
            pg_conn_receive(conn);
        }
    }
    if (!alive || PQstatus(conn->dial.conn) == CONNECTION_BAD) {
        conn->broken = true;
    } else if ((ready & LOOP_WRITE) != 0) {
        flush(conn);
    }
    pg_pool_kick(pool);
    pg_pool_leave(pool);
}

void pg_conn_init(struct pg_conn *conn, struct pg_pool *pool, const struct pg_conninfo *info, const char *name,
                  size_t max_prepared)
{
    *conn = (struct pg_conn){.pool = pool};
    list_init(&conn->jobs);
    pg_prepared_init(&conn->prepared, max_prepared);
    pg_dial_init(&conn->dial, pool->loop, info, name, conn_on_up, conn_on_io, conn);
}

/* The state of one libpq connection, as opposed to that of the place that it has in the pool. */
static void forget_wire(struct pg_conn *conn)
{
    pg_conn_drop_results(conn);
    pg_cancel_drop(conn->cancel);
    conn->cancel = NULL;
    conn->cancelled_us = 0;
    pg_prepared_clear(&conn->prepared);
    conn->head = 0;
    conn->count = 0;
    conn->in_flight = 0;
    conn->cost = 0;
    conn->open = false;
    conn->touched = false;
    conn->cleaning = false;
    conn->retiring = false;
    conn->broken = false;
    conn->answered = false;
    conn->verdict = PG_VERDICT_GOOD;
}

void pg_conn_release(struct pg_conn *conn)
{
    forget_wire(conn);
    pg_prepared_release(&conn->prepared);
    pg_dial_release(&conn->dial);
    free(conn->entries);
    free(conn->results);
    free(conn->values);
    strbuf_release(&conn->scratch);
}

void pg_conn_end_turn(struct pg_conn *conn)
{
    if (!conn->touched) {
        return;
    }
    if (conn->open) {
        pg_conn_sync(conn, NULL);
    }
    conn->touched = false;
    if (!conn->broken) {
        conn->pool->stats.flushes++;
        flush(conn);
    }
}

void pg_conn_take_jobs(struct pg_conn *conn, struct list *out)
{
    LIST_EACH(at, after, &conn->jobs)
    {
        list_remove(at);
        list_push_back(out, at);
    }
}

static void fail_lost(struct pg_pool *pool, struct pg_job *job, bool unknown)
{
    struct pg_failure failure = pg_failure_of(ERR_UNAVAILABLE, "The connection to the database was lost; try again");
    failure.outcome_unknown = unknown;
    pg_pool_answer(pool, job, NULL, &failure);
}

/* A read is sent again once. A connection that was up before that first loss does not count: it died of the same cause,
 * and only told us later. */
static void decide_lost(struct pg_pool *pool, struct pg_job *job, int64_t up_since_us)
{
    struct pg_job_room *room = pg_job_room(job);
    if (room->in_session) {
        pg_session_job_done(room->session);
        fail_lost(pool, job, room->sent && job->kind == PG_WRITE);
        return;
    }
    bool spent = job->kind == PG_WRITE ? room->sent : room->lost_us != 0 && up_since_us > room->lost_us;
    if (spent) {
        fail_lost(pool, job, job->kind == PG_WRITE);
        return;
    }
    if (job->kind == PG_READ && room->lost_us == 0) {
        room->lost_us = loop_now_us(pool->loop);
    }
    room->urgent = false;
    pg_pool_send_again(pool, job);
}

void pg_conn_lose(struct pg_conn *conn, const char *reason)
{
    struct pg_pool *pool = conn->pool;
    char text[200];
    pg_first_line(text, sizeof text, reason != NULL ? reason : PQerrorMessage(conn->dial.conn));
    struct list jobs = LIST_INIT(jobs);
    pg_conn_take_jobs(conn, &jobs);
    if (conn->session != NULL) {
        pg_session_detach(conn, &jobs);
    }
    int64_t up_since_us = conn->dial.up_since_us;
    forget_wire(conn);
    pg_dial_again(&conn->dial, text[0] == '\0' ? "no reason was given" : text);
    for (struct list *at = list_pop_front(&jobs); at != NULL; at = list_pop_front(&jobs)) {
        decide_lost(pool, LIST_ENTRY(at, struct pg_job, link), up_since_us);
    }
    pg_pool_kick(pool);
}
