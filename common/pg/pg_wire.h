/* Inside common/pg: sending and receiving on one connection; pg_conn.c has the rest of its life. */
#ifndef PORTTI_PG_PG_WIRE_H
#define PORTTI_PG_PG_WIRE_H

#include "common/pg/pg_conn.h"

enum pg_entry_kind { PG_ENTRY_PREPARE, PG_ENTRY_COMMAND, PG_ENTRY_DEALLOCATE, PG_ENTRY_ROLLBACK, PG_ENTRY_SYNC };

struct pg_entry {
    enum pg_entry_kind kind;
    unsigned command;   /* PREPARE, COMMAND: index in the job */
    struct pg_job *job; /* PREPARE, COMMAND; SYNC: the job that is answered by it, or NULL */
    uint64_t id;        /* of the prepared statement; 0 = the unnamed one */
    int64_t sent_us;
};

void pg_conn_push(struct pg_conn *conn, struct pg_entry entry);
/* Ends a segment. `job` is answered when the sync is. */
void pg_conn_sync(struct pg_conn *conn, struct pg_job *job);
/* Takes in all answers that are complete. */
void pg_conn_receive(struct pg_conn *conn);
void pg_conn_drop_results(struct pg_conn *conn);

/* A job that is answered only when its segment has ended, since only then its changes are kept. */
static inline bool pg_job_waits_for_sync(struct pg_job *job)
{
    return job->kind == PG_WRITE || pg_job_room(job)->in_session;
}

#endif
