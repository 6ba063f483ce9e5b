#include "common/base/alloc.h"
#include "common/pg/pg_cancel.h"
#include "common/pg/pg_failure.h"
#include "common/pg/pg_pool.h"
#include "common/pg/pg_wire.h"
#include <stdlib.h>

void pg_conn_drop_results(struct pg_conn *conn)
{
    for (size_t i = 0; i < conn->result_count; i++) {
        PQclear((PGresult *)conn->results[i]);
    }
    conn->result_count = 0;
}

static void keep_result(struct pg_conn *conn, PGresult *result)
{
    if (conn->result_count == conn->result_capacity) {
        conn->result_capacity = conn->result_capacity == 0 ? 8 : conn->result_capacity * 2;
        conn->results = xrealloc(conn->results, conn->result_capacity * sizeof(struct pg_result *));
    }
    conn->results[conn->result_count++] = (struct pg_result *)result;
}

/* The server ends the connection with this message, or libpq made it up since the other end is gone. */
static bool ends_connection(const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return sqlstate == NULL || sqlstate[0] == '\0' ||
           (severity != NULL && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0));
}

static bool is_stale(const struct pg_entry *entry, const char *sqlstate)
{
    if (!pg_failure_heals(sqlstate)) {
        return false;
    }
    /* Only a name can be stale: from the unnamed statement or a prepare, 0A000 is a real complaint. */
    bool taken = strcmp(sqlstate, "42P05") == 0;
    return entry->kind == PG_ENTRY_PREPARE ? taken : entry->id != 0 && !taken;
}

static const char late_sentence[] = "The request took longer than it may";

/* Stopped on request: the job's own, or a neighbour's. */
static void note_cancelled(struct pg_conn *conn, const struct pg_entry *entry)
{
    if (pg_cancel_is_due(conn->pool, entry->job)) {
        err_fail(&conn->failure.err, ERR_TIMEOUT, 0, "%s", late_sentence);
    } else if (pg_cancel_may_have_hit(conn, entry->sent_us)) {
        conn->verdict = PG_VERDICT_ABORTED;
    }
}

/* The first trouble decides what becomes of the job. */
static void note_trouble(struct pg_conn *conn, const struct pg_entry *entry, const PGresult *result)
{
    if (conn->verdict != PG_VERDICT_GOOD) {
        return;
    }
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
        conn->verdict = PG_VERDICT_ABORTED;
        return;
    }
    pg_failure_from_result(result, &conn->failure);
    conn->failure.command = entry->command;
    conn->verdict = PG_VERDICT_FAILED;
    if (strcmp(conn->failure.sqlstate, "57014") == 0) {
        note_cancelled(conn, entry);
    }
    if (is_stale(entry, conn->failure.sqlstate)) {
        conn->verdict = PG_VERDICT_STALE;
        if (entry->kind == PG_ENTRY_COMMAND) {
            bool exists = strcmp(conn->failure.sqlstate, "0A000") == 0;
            pg_prepared_drop(&conn->prepared, entry->job->commands[entry->command].statement->sql, entry->id, exists);
        }
    }
}

/* Our own statement in somebody's segment failed; its neighbours will be told that they were aborted. */
static void note_deallocate(struct pg_conn *conn, const struct pg_entry *entry, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (sqlstate == NULL || strcmp(sqlstate, "26000") != 0) {
        pg_prepared_leave(&conn->prepared, entry->id);
    }
}

static bool takes_result(struct pg_conn *conn, const struct pg_entry *entry, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
    switch (entry->kind) {
    case PG_ENTRY_PREPARE:
        pg_prepared_settle(&conn->prepared, entry->job->commands[entry->command].statement->sql, entry->id, good);
        break;
    case PG_ENTRY_COMMAND:
        if (good) {
            keep_result(conn, result);
            return true;
        }
        break;
    case PG_ENTRY_DEALLOCATE:
        if (!good) {
            note_deallocate(conn, entry, result);
        }
        return false;
    case PG_ENTRY_ROLLBACK: return false;
    case PG_ENTRY_SYNC: break; /* the commit failed: a deferred constraint, say */
    }
    if (!good && entry->job != NULL) {
        note_trouble(conn, entry, result);
    }
    return false;
}

static bool may_send_again(struct pg_conn *conn, struct pg_job *job)
{
    struct pg_job_room *room = pg_job_room(job);
    if (room->in_session || pg_cancel_is_due(conn->pool, job)) {
        return false;
    }
    if (conn->verdict == PG_VERDICT_ABORTED && job->kind == PG_READ && !room->alone) {
        room->alone = true;
        return true;
    }
    /* A write is sent again only here: its segment was rolled back by this very error, so nothing of it was kept. */
    if ((conn->verdict == PG_VERDICT_STALE || conn->verdict == PG_VERDICT_ABORTED) && !room->healed) {
        room->healed = true;
        return true;
    }
    return false;
}

static void finish_job(struct pg_conn *conn, struct pg_job *job)
{
    struct pg_pool *pool = conn->pool;
    list_remove(&job->link);
    conn->in_flight--;
    conn->cost -= pg_job_cost(job);
    pg_session_job_done(pg_job_room(job)->session);
    if (conn->verdict == PG_VERDICT_GOOD) {
        pg_pool_answer(pool, job, conn->results, NULL);
    } else if (may_send_again(conn, job)) {
        pg_job_room(job)->urgent = true;
        pool->stats.retried++;
        pg_pool_send_again(pool, job);
    } else {
        if (conn->verdict == PG_VERDICT_ABORTED && pg_cancel_is_due(pool, job)) {
            conn->failure = pg_failure_of(ERR_TIMEOUT, late_sentence);
        } else if (conn->verdict == PG_VERDICT_ABORTED) {
            conn->failure = pg_failure_of(ERR_UNAVAILABLE, "The request was interrupted; try again");
        } else if (conn->verdict == PG_VERDICT_STALE) {
            err_fail(&conn->failure.err, ERR_UNAVAILABLE, 0, "The data model has just changed; try again");
        }
        /* After a failover, the address may lead to the new primary by now. */
        conn->retiring = conn->retiring || strcmp(conn->failure.sqlstate, "25006") == 0;
        pg_pool_answer(pool, job, NULL, &conn->failure);
    }
    conn->verdict = PG_VERDICT_GOOD;
    pg_conn_drop_results(conn);
}

/* Everything is answered: is the connection in a state for the next user? */
static void check_transaction(struct pg_conn *conn)
{
    if (conn->session != NULL) {
        return;
    }
    bool clean = PQtransactionStatus(conn->dial.conn) == PQTRANS_IDLE;
    if (conn->cleaning) {
        conn->cleaning = false;
        conn->broken = !clean;
    } else if (!clean) {
        pg_conn_clean(conn);
    }
}

static void entry_is_done(struct pg_conn *conn)
{
    struct pg_entry entry = conn->entries[conn->head];
    conn->head = (conn->head + 1) & (conn->capacity - 1);
    conn->count--;
    conn->answered = false;
    bool last = entry.kind == PG_ENTRY_COMMAND && entry.command + 1 == entry.job->command_count;
    if ((last && !pg_job_waits_for_sync(entry.job)) || (entry.kind == PG_ENTRY_SYNC && entry.job != NULL)) {
        finish_job(conn, entry.job);
    }
    if (conn->count == 0) {
        check_transaction(conn);
    }
}

static void on_null(struct pg_conn *conn)
{
    if (!conn->answered) {
        conn->broken = true; /* we and libpq disagree about what was sent */
    } else if (conn->entries[conn->head].kind == PG_ENTRY_SYNC) {
        conn->answered = false; /* it was the error of a commit; the sync itself is still to come */
    } else {
        entry_is_done(conn);
    }
}

static void on_result(struct pg_conn *conn, PGresult *result)
{
    const struct pg_entry *entry = &conn->entries[conn->head];
    bool kept = false;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        if (entry->kind == PG_ENTRY_SYNC) {
            entry_is_done(conn);
        } else {
            conn->broken = true;
        }
        break;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
    case PGRES_PIPELINE_ABORTED:
    case PGRES_FATAL_ERROR:
        if (conn->answered || (PQresultStatus(result) == PGRES_FATAL_ERROR && ends_connection(result))) {
            conn->broken = true;
            break;
        }
        conn->answered = true;
        kept = takes_result(conn, entry, result);
        break;
    default: conn->broken = true; break; /* COPY, which has no place in a pipeline */
    }
    if (!kept) {
        PQclear(result);
    }
}

void pg_conn_receive(struct pg_conn *conn)
{
    /* PQgetResult would wait for the server while PQisBusy. */
    while (conn->count > 0 && !conn->broken && !conn->pool->closing && !PQisBusy(conn->dial.conn)) {
        PGresult *result = PQgetResult(conn->dial.conn);
        if (result == NULL) {
            on_null(conn);
        } else {
            on_result(conn, result);
        }
    }
}
