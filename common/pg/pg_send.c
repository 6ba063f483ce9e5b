#include "common/base/alloc.h"
#include "common/base/checked.h"
#include "common/pg/pg_cancel.h"
#include "common/pg/pg_failure.h"
#include "common/pg/pg_pool.h"
#include "common/pg/pg_wire.h"
#include <stdlib.h>

/* The protocol counts parameters in 16 bits. */
enum { PARAMS_MAX = 65535 };

static void grow_ring(struct pg_conn *conn)
{
    size_t capacity = conn->capacity == 0 ? 64 : conn->capacity * 2;
    struct pg_entry *entries = xcalloc(capacity, sizeof *entries);
    for (size_t i = 0; i < conn->count; i++) {
        entries[i] = conn->entries[(conn->head + i) & (conn->capacity - 1)];
    }
    free(conn->entries);
    conn->entries = entries;
    conn->capacity = capacity;
    conn->head = 0;
}

void pg_conn_push(struct pg_conn *conn, struct pg_entry entry)
{
    if (conn->count == conn->capacity) {
        grow_ring(conn);
    }
    entry.sent_us = loop_now_us(conn->pool->loop);
    conn->entries[(conn->head + conn->count) & (conn->capacity - 1)] = entry;
    conn->count++;
    conn->touched = true;
}

int64_t pg_conn_waiting_since(const struct pg_conn *conn)
{
    return conn->count == 0 ? INT64_MAX : conn->entries[conn->head].sent_us;
}

/* libpq says 0 when the connection is unusable or memory ran out. */
static bool sent(struct pg_conn *conn, int result, struct pg_entry entry)
{
    if (result != 1) {
        conn->broken = true;
        return false;
    }
    pg_conn_push(conn, entry);
    return true;
}

void pg_conn_sync(struct pg_conn *conn, struct pg_job *job)
{
    if (conn->broken) {
        return;
    }
    conn->open = false;
    if (job != NULL) {
        /* Before the call: it may fail and still have sent. */
        pg_job_room(job)->sent = true;
    }
    sent(conn, PQpipelineSync(conn->dial.conn), (struct pg_entry){.kind = PG_ENTRY_SYNC, .job = job});
}

/* Our own SQL, without parameters. */
static bool send_text(struct pg_conn *conn, const char *sql, struct pg_entry entry)
{
    return sent(conn, PQsendQueryParams(conn->dial.conn, sql, 0, NULL, NULL, NULL, NULL, 1), entry);
}

void pg_conn_clean(struct pg_conn *conn)
{
    conn->cleaning = true;
    if (send_text(conn, "ROLLBACK", (struct pg_entry){.kind = PG_ENTRY_ROLLBACK})) {
        pg_conn_sync(conn, NULL);
    }
}

static bool params_are_possible(const struct pg_job *job)
{
    for (size_t i = 0; i < job->command_count; i++) {
        const struct pg_command *command = &job->commands[i];
        if (command->statement->param_count > PARAMS_MAX) {
            return false;
        }
        for (size_t p = 0; p < command->statement->param_count; p++) {
            struct str value = command->params[p].value;
            if (!command->params[p].null && value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL) {
                return false;
            }
        }
    }
    return true;
}

/* libpq wants parameters in text form to end in NUL. Lays them out in the scratch buffer. */
static void lay_out_params(struct pg_conn *conn, const struct pg_command *command)
{
    size_t count = command->statement->param_count;
    size_t bytes = 1;
    for (size_t i = 0; i < count; i++) {
        if (!size_add(bytes, command->params[i].value.len + 1, &bytes)) {
            abort();
        }
    }
    if (count > conn->value_capacity) {
        conn->value_capacity = count * 2;
        conn->values = xrealloc(conn->values, conn->value_capacity * sizeof *conn->values);
    }
    char *place = strbuf_reserve(&conn->scratch, bytes); /* no ceiling: what comes in was bounded long before */
    for (size_t i = 0; i < count; i++) {
        struct str value = command->params[i].value;
        conn->values[i] = command->params[i].null ? NULL : place;
        if (!command->params[i].null) {
            if (value.len > 0) {
                memcpy(place, value.ptr, value.len);
            }
            place[value.len] = '\0';
            place += value.len + 1;
        }
    }
}

static bool send_unnamed(struct pg_conn *conn, struct pg_job *job, unsigned index)
{
    const struct pg_statement *statement = job->commands[index].statement;
    struct strbuf sql = {0};
    strbuf_put(&sql, statement->sql);
    int result = PQsendQueryParams(conn->dial.conn, strbuf_cstr(&sql), (int)statement->param_count,
                                   statement->param_types, conn->values, NULL, NULL, 1);
    strbuf_release(&sql);
    return sent(conn, result, (struct pg_entry){.kind = PG_ENTRY_COMMAND, .job = job, .command = index});
}

/* In a failed transaction only its end may be sent: a DEALLOCATE on the way there would be one more failure, and the
 * session's ROLLBACK behind it would be skipped. */
static bool in_failed_transaction(const struct pg_conn *conn)
{
    return conn->session != NULL && PQtransactionStatus(conn->dial.conn) == PQTRANS_INERROR;
}

static bool deallocate_leftovers(struct pg_conn *conn)
{
    uint64_t id = 0;
    while (pg_prepared_take_leftover(&conn->prepared, &id)) {
        char name[24];
        char sql[48];
        pg_prepared_name(id, name, sizeof name);
        snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
        if (!send_text(conn, sql, (struct pg_entry){.kind = PG_ENTRY_DEALLOCATE, .id = id})) {
            return false;
        }
    }
    return true;
}

/* Finds the statement or prepares it. `*out` is NULL when the unnamed statement is to be used. */
static bool prepare(struct pg_conn *conn, struct pg_job *job, unsigned index, bool may_prepare,
                    struct pg_prepared **out)
{
    const struct pg_statement *statement = job->commands[index].statement;
    /* A job that met a stale name goes without names this time: a name could be stale again, since a neighbour may be
     * preparing the same statement in vain, and then the job's own error would never be seen. */
    bool named = !statement->once && !pg_job_room(job)->healed;
    uint64_t types = pg_prepared_types(statement->param_types, statement->param_count);
    *out = !named ? NULL : pg_prepared_find(&conn->prepared, statement->sql, types);
    if (*out != NULL || !named || !may_prepare || !pg_prepared_make_room(&conn->prepared)) {
        return true;
    }
    if (!deallocate_leftovers(conn)) {
        return false;
    }
    *out = pg_prepared_add(&conn->prepared, statement->sql, types);
    conn->pool->stats.prepares++;
    int result = PQsendPrepare(conn->dial.conn, (*out)->name, (*out)->sql.ptr, (int)statement->param_count,
                               statement->param_types);
    return sent(conn, result,
                (struct pg_entry){.kind = PG_ENTRY_PREPARE, .job = job, .command = index, .id = (*out)->id});
}

static bool send_command(struct pg_conn *conn, struct pg_job *job, unsigned index, bool may_prepare)
{
    struct pg_prepared *prepared = NULL;
    if (!prepare(conn, job, index, may_prepare, &prepared)) {
        return false;
    }
    strbuf_clear(&conn->scratch);
    lay_out_params(conn, &job->commands[index]);
    if (prepared == NULL) {
        return send_unnamed(conn, job, index);
    }
    int result = PQsendQueryPrepared(conn->dial.conn, prepared->name, (int)job->commands[index].statement->param_count,
                                     conn->values, NULL, NULL, 1);
    return sent(conn, result,
                (struct pg_entry){.kind = PG_ENTRY_COMMAND, .job = job, .command = index, .id = prepared->id});
}

void pg_conn_send(struct pg_conn *conn, struct pg_job *job)
{
    struct pg_job_room *room = pg_job_room(job);
    room->sent = false;
    job->sent_us = loop_now_us(conn->pool->loop);
    if (!params_are_possible(job)) {
        struct pg_failure failure = pg_failure_of(ERR_INVALID, "A value contains a NUL character");
        pg_session_job_done(room->session);
        pg_pool_answer(conn->pool, job, NULL, &failure);
        return;
    }
    bool own_segment = pg_job_waits_for_sync(job) || room->alone;
    if (own_segment && conn->open) {
        pg_conn_sync(conn, NULL);
    }
    list_push_back(&conn->jobs, &job->link);
    conn->in_flight++;
    conn->cost += pg_job_cost(job);
    if (job->cancel_us != 0) {
        pg_cancel_note(conn->pool, job->cancel_us);
    }
    bool may_prepare = !in_failed_transaction(conn);
    for (size_t i = 0; i < job->command_count; i++) {
        if (conn->broken || !send_command(conn, job, (unsigned)i, may_prepare)) {
            return;
        }
    }
    if (own_segment) {
        pg_conn_sync(conn, pg_job_waits_for_sync(job) ? job : NULL);
    } else {
        conn->open = true;
    }
}
