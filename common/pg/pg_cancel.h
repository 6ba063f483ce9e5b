/*
 * Inside common/pg: asks the server to stop what a connection is doing, for jobs that nobody waits for any more.
 * PQcancel connects anew and waits for the answer, so it runs on a thread of its own, which touches nothing of ours.
 */
#ifndef PORTTI_PG_PG_CANCEL_H
#define PORTTI_PG_PG_CANCEL_H

#include "common/pg/pg_conn.h"

struct pg_cancel;

/* Lets go of a cancellation, which goes on by itself. NULL is allowed. */
void pg_cancel_drop(struct pg_cancel *cancel);

/* A job that is to be cancelled at `cancel_us` was sent. */
void pg_cancel_note(struct pg_pool *pool, int64_t cancel_us);
/* Has the time of this job passed? */
bool pg_cancel_is_due(const struct pg_pool *pool, const struct pg_job *job);
/* May a cancellation have been meant for another statement, and have hit what was sent at `sent_us`? */
bool pg_cancel_may_have_hit(const struct pg_conn *conn, int64_t sent_us);
/* The pool's timer. */
void pg_cancel_on_time(void *pool);

#endif
