/* Inside common/pg: the pool, as its connections and sessions see it. */
#ifndef PORTTI_PG_PG_POOL_H
#define PORTTI_PG_PG_POOL_H

#include "common/pg/pg.h"
#include "common/pg/pg_conn.h"

struct pg_pool {
    struct loop *loop;
    struct pg_pool_options options; /* strings are our own copies, or gone */
    struct pg_conninfo conninfo;
    char *name;
    struct pg_conn *conns;

    struct list queue;    /* jobs that were never sent */
    struct list again;    /* jobs to be sent again: first in line */
    struct list requests; /* for sessions */
    size_t waiting;       /* in queue and again */
    size_t asking;        /* in requests */
    uint64_t sequence;

    struct loop_task turn;
    struct loop_timer deadlines;
    int64_t next_deadline_us; /* not later than the earliest of all that wait */
    struct loop_timer cancels;
    int64_t next_cancel_us; /* when the timer goes off */
    struct loop_timer watchdog;
    struct pg_ready_waiter *on_ready; /* first come, first called */

    unsigned busy; /* frames of ours on the stack: while there are any, nothing is freed */
    bool closing;
    struct pg_pool_stats stats;
};

void pg_pool_enter(struct pg_pool *pool);
/* May free the pool. */
void pg_pool_leave(struct pg_pool *pool);
/* Serve the queues at the end of this turn. */
void pg_pool_kick(struct pg_pool *pool);
void pg_pool_note_deadline(struct pg_pool *pool, int64_t deadline_us);
/* Calls back. The job may be gone afterwards. */
void pg_pool_answer(struct pg_pool *pool, struct pg_job *job, struct pg_result *const *results,
                    const struct pg_failure *failure);
void pg_pool_send_again(struct pg_pool *pool, struct pg_job *job);

/* pg_session.c */
struct pg_request_room {
    int64_t deadline_us;
    uint64_t sequence;
};
static_assert(sizeof(struct pg_request_room) <= sizeof(((struct pg_session_request *)NULL)->room), "it has room");

static inline struct pg_request_room *pg_request_room(struct pg_session_request *request)
{
    return (struct pg_request_room *)(void *)request->room;
}

/* Answers the request with a session on this connection. */
void pg_session_give(struct pg_conn *conn, struct pg_session_request *request);
/* End of a turn: sends the session's job, or takes the connection back when the session was ended. */
void pg_session_turn(struct pg_conn *conn);
/* The session's job is about to be answered. NULL is allowed. */
void pg_session_job_done(struct pg_session *session);
/* The connection is gone. A job that was not sent yet is put on `unsent`. */
void pg_session_detach(struct pg_conn *conn, struct list *unsent);

#endif
