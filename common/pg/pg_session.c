#include "common/base/alloc.h"
#include "common/pg/pg_failure.h"
#include "common/pg/pg_pool.h"
#include <stdlib.h>

struct pg_session {
    struct loop *loop;
    struct pg_conn *conn; /* NULL: lost, or the pool is gone */
    struct pg_job *job;   /* to be answered */
    bool job_sent;
    bool ended;
    struct loop_task broken; /* answers a job that has no connection to go to */
};

static void session_on_broken(void *context)
{
    struct pg_session *session = context;
    struct pg_job *job = session->job;
    session->job = NULL;
    struct pg_failure failure = pg_failure_of(ERR_UNAVAILABLE, "The connection to the database was lost; try again");
    job->done_us = loop_now_us(session->loop);
    job->on_done(job->context, NULL, &failure);
}

void pg_session_give(struct pg_conn *conn, struct pg_session_request *request)
{
    struct pg_session *session = xcalloc(1, sizeof *session);
    session->loop = conn->pool->loop;
    session->conn = conn;
    session->broken = (struct loop_task){.callback = session_on_broken, .context = session};
    conn->session = session;
    request->on_ready(request->context, session, NULL);
}

void pg_session_run(struct pg_session *session, struct pg_job *job)
{
    assert(session->job == NULL && !session->ended && job->command_count > 0);
    *pg_job_room(job) = (struct pg_job_room){.session = session, .in_session = true};
    job->link = (struct list){0};
    job->submitted_us = loop_now_us(session->loop);
    job->sent_us = 0;
    session->job = job;
    session->job_sent = false;
    if (session->conn == NULL) {
        loop_defer(session->loop, &session->broken);
    } else {
        pg_pool_kick(session->conn->pool);
    }
}

void pg_session_job_done(struct pg_session *session)
{
    if (session != NULL) {
        session->job = NULL;
    }
}

void pg_session_turn(struct pg_conn *conn)
{
    struct pg_session *session = conn->session;
    if (session->job != NULL && !session->job_sent) {
        session->job_sent = true;
        pg_conn_send(conn, session->job);
    } else if (session->job == NULL && session->ended && conn->count == 0) {
        conn->session = NULL;
        free(session);
        if (PQtransactionStatus(conn->dial.conn) != PQTRANS_IDLE) {
            pg_conn_clean(conn);
        }
    }
}

void pg_session_detach(struct pg_conn *conn, struct list *unsent)
{
    struct pg_session *session = conn->session;
    conn->session = NULL;
    session->conn = NULL;
    if (session->job != NULL && !session->job_sent) {
        list_push_back(unsent, &session->job->link);
    }
    if (session->ended) {
        if (session->job != NULL) {
            pg_job_room(session->job)->session = NULL;
        }
        free(session);
    }
}

void pg_session_end(struct pg_session *session)
{
    assert(!session->ended);
    session->ended = true;
    if (session->conn != NULL) {
        pg_pool_kick(session->conn->pool);
    } else {
        loop_undefer(&session->broken);
        free(session);
    }
}
