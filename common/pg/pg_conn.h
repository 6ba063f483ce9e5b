/*
 * Inside common/pg: one connection of a pool, always in pipeline mode. What was sent stands in a ring of entries, in
 * the order in which the answers come.
 */
#ifndef PORTTI_PG_PG_CONN_H
#define PORTTI_PG_PG_CONN_H

#include "common/base/strbuf.h"
#include "common/pg/pg.h"
#include "common/pg/pg_dial.h"
#include "common/pg/pg_prepared.h"
#include <assert.h>

struct pg_entry;
struct pg_cancel;

/* The room's part of a job, laid over job->room. */
struct pg_job_room {
    int64_t deadline_us;
    int64_t lost_us;            /* when the connection died on which it was sent first; 0 = never */
    uint64_t sequence;          /* order of arrival */
    struct pg_session *session; /* to be told when it is answered, or NULL */
    bool in_session;
    bool sent;   /* its sync may have reached the server */
    bool alone;  /* was aborted by a neighbour, so it gets a segment of its own */
    bool healed; /* met a stale name, and was sent again without names */
    bool urgent; /* is to be sent again, whatever its deadline */
};
static_assert(sizeof(struct pg_job_room) <= sizeof(((struct pg_job *)NULL)->room), "the job has room for it");

static inline struct pg_job_room *pg_job_room(struct pg_job *job)
{
    return (struct pg_job_room *)(void *)job->room;
}

static inline unsigned pg_job_cost(const struct pg_job *job)
{
    return job->cost == 0 ? 1 : job->cost;
}

/* What is known about the job whose answers are coming in. */
enum pg_verdict {
    PG_VERDICT_GOOD,
    PG_VERDICT_ABORTED, /* by a statement that is not its own */
    PG_VERDICT_STALE,   /* preparing anew may help */
    PG_VERDICT_FAILED
};

struct pg_conn {
    struct pg_pool *pool;
    struct pg_dial dial;
    struct pg_prepared_set prepared;
    struct pg_session *session; /* whose it is, or NULL */

    struct list jobs; /* sent and not answered, oldest first */
    size_t in_flight;
    uint64_t cost;
    bool open;     /* a shared segment of reads has begun and has no sync yet */
    bool touched;  /* something was put into libpq's buffer this turn */
    bool cleaning; /* a ROLLBACK of our own is on its way */
    bool retiring; /* gets no more work, and is made anew when it is idle: it leads to a read-only server */
    bool broken;   /* to be given up at the end of this turn */

    struct pg_cancel *cancel; /* under way: it gets no work meanwhile */
    int64_t cancelled_us;     /* when the last one began; 0 = never */
    int64_t cancel_reach_us;  /* what was sent until then may have been hit */

    struct pg_entry *entries; /* a ring */
    size_t head;
    size_t count;
    size_t capacity; /* 0 or a power of two */

    bool answered; /* the first entry has its result; the NULL that ends it is to come */
    enum pg_verdict verdict;
    struct pg_failure failure;
    struct pg_result **results; /* of the job whose answers are coming in */
    size_t result_count;
    size_t result_capacity;

    struct strbuf scratch; /* parameters, and SQL that is not kept, with NULs */
    const char **values;
    size_t value_capacity;
};

void pg_conn_init(struct pg_conn *conn, struct pg_pool *pool, const struct pg_conninfo *info, const char *name,
                  size_t max_prepared);
void pg_conn_release(struct pg_conn *conn);

static inline bool pg_conn_up(const struct pg_conn *conn)
{
    return conn->dial.state == PG_DIAL_UP && !conn->broken;
}
/* Nothing is on its way, and nobody holds it. */
static inline bool pg_conn_idle(const struct pg_conn *conn)
{
    return conn->count == 0 && !conn->cleaning && conn->session == NULL;
}
/* When the oldest entry without an answer was sent; INT64_MAX when there is none. */
int64_t pg_conn_waiting_since(const struct pg_conn *conn);
/* Puts the job into libpq's buffer. A job with an impossible parameter fails at once. */
void pg_conn_send(struct pg_conn *conn, struct pg_job *job);
/* Ends the shared segment and flushes. */
void pg_conn_end_turn(struct pg_conn *conn);
/* Rolls an open transaction back before the connection is used again. */
void pg_conn_clean(struct pg_conn *conn);
/* Gives the connection up; decides the fate of what was sent on it. NULL: libpq's own reason. */
void pg_conn_lose(struct pg_conn *conn, const char *reason);
/* Takes the jobs away without answering them, for the end of the pool. */
void pg_conn_take_jobs(struct pg_conn *conn, struct list *out);

#endif
