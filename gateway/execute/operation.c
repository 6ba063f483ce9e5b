/* The beginning and the end of an operation. */
#include "gateway/execute/operation_private.h"

#include "common/base/hash.h"
#include "common/observe/log.h"
#include "gateway/execute/along.h"
#include "gateway/execute/record_set.h"
#include <stdlib.h>

static void execute(struct operation *operation)
{
    switch (operation->plan.kind) {
    case PLAN_READ_ONE:
    case PLAN_READ_MANY: execute_read(operation); return;
    case PLAN_GROUP: execute_group(operation); return;
    case PLAN_CREATE: execute_create(operation); return;
    case PLAN_UPDATE:
    case PLAN_SOFT_DELETE:
    case PLAN_RESTORE: execute_change(operation); return;
    case PLAN_DESTROY: execute_destroy(operation); return;
    case PLAN_DUPLICATES: execute_duplicates(operation); return;
    case PLAN_UPSERT: execute_upsert(operation); return;
    case PLAN_MERGE: execute_merge(operation); return;
    case PLAN_KIND_COUNT: abort();
    }
}

static void execute_connected(struct operation *operation)
{
    if (along_prepare(operation)) {
        execute(operation);
    }
}

void operation_execute(struct operation *operation)
{
    operation->result = (struct plan_result){.page = {.total = -1}};
    operation->along_count = 0;
    if (operation_is_late(operation)) {
        operation_fail_pg(operation, &too_late);
        return;
    }
    connect_resolve(operation, execute_connected);
}

void operation_complete(struct operation *operation, struct value **rows, size_t count)
{
    operation->result = (struct plan_result){.page = {.total = -1}};
    operation_answer(operation, rows, count);
}

/* ---- the end ---- */

static void release(struct operation *operation)
{
    operation_note_job(operation, &operation->job);
    session_close(operation);
    if (operation->writes != NULL) {
        write_set_release(operation->writes);
        operation->writes = NULL;
    }
}

void operation_end(struct operation *operation)
{
    release(operation);
    operation->on_done(operation->context, &operation->result, NULL);
}

void operation_fail(struct operation *operation, const struct err *err)
{
    struct pg_failure failure = {.err = *err};
    release(operation);
    operation->on_done(operation->context, NULL, &failure);
}

const char *failure_tag(const struct pg_failure *failure)
{
    if (strcmp(failure->sqlstate, "23505") == 0) {
        return "DUPLICATE_ENTRY_DETECTED";
    }
    switch (failure->err.code) {
    case ERR_CONFLICT:
    case ERR_INVALID: return "INVALID_INPUT";
    case ERR_TIMEOUT: return "QUERY_READ_TIMEOUT";
    case ERR_UNAVAILABLE: return "TRANSIENT_DATABASE_ERROR";
    default: return "INTERNAL_SERVER_ERROR";
    }
}

/* In the form of PostgreSQL's, and none of its own. */
#define FOREIGN_STATE "PF001"

const struct pg_failure foreign_value = {
    .err = {.code = ERR_INTERNAL, .text = "A stored value is not of its field's type"}, .sqlstate = FOREIGN_STATE};

/* Constraints that stand in for the model (gateway/ddl): an option that was one when the value was checked, a field
 * that was not required yet when it was left out. */
static bool broke_the_model(const struct pg_failure *failure)
{
    return strcmp(failure->sqlstate, "23514") == 0 &&
           (strncmp(failure->constraint, "opt_", 4) == 0 || strncmp(failure->constraint, "nn_", 3) == 0);
}

bool failure_is_stale(const struct pg_failure *failure)
{
    /* Class 42: no such table, no such column, one of another type. XX000: a table was dropped between two looks. */
    return strncmp(failure->sqlstate, "42", 2) == 0 || strcmp(failure->sqlstate, "0A000") == 0 ||
           strcmp(failure->sqlstate, FOREIGN_STATE) == 0 || broke_the_model(failure) ||
           (strcmp(failure->sqlstate, "XX000") == 0 && strncmp(failure->detail, "cache lookup failed", 19) == 0);
}

bool failure_may_be_stale(const struct pg_failure *failure)
{
    return strcmp(failure->sqlstate, "23502") == 0;
}

void failure_log(const struct pg_failure *failure, struct str request_id)
{
    if (failure->err.code == ERR_CONFLICT || failure->err.code == ERR_INVALID) {
        return;
    }
    log_begin(LOG_LEVEL_WARN, "statement_failed");
    log_str("id", request_id);
    log_str("sqlstate", str_from(failure->sqlstate));
    log_str("detail", str_from(failure->detail));
    log_bool("outcome_unknown", failure->outcome_unknown);
    log_end();
}

void operation_fail_pg(struct operation *operation, const struct pg_failure *failure)
{
    struct pg_failure tagged = *failure;
    tagged.err.tag = failure_tag(failure);
    failure_log(failure, operation->id);
    release(operation);
    operation->on_done(operation->context, NULL, &tagged);
}

bool operation_refers_too_many(struct operation *operation, size_t roots)
{
    size_t most = operation->executor->max_cascade;
    if (operation->writes->count - roots <= most) {
        return false;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                 "More than %zu records refer to %s. Remove or move them first (setting max_cascade)", most,
                 roots == 1 ? "this one" : "these");
    operation_fail(operation, &err);
    return true;
}

void operation_not_found(struct operation *operation)
{
    struct err err;
    err_fail_tag(&err, ERR_NOT_FOUND, "RECORD_NOT_FOUND", "Record not found");
    operation_fail(operation, &err);
}

static void on_fetched(struct operation *operation, const struct pg_failure *failure)
{
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
    } else {
        operation_end(operation);
    }
}

void operation_records(struct operation *operation, struct value **rows, size_t count)
{
    const struct plan *plan = &operation->plan;
    operation->result.records =
        (struct record_set){.object = plan->object, .selection = &plan->selection, .rows = rows, .count = count};
}

void operation_end_records(struct operation *operation)
{
    session_close(operation);
    if (operation->result.records.links != NULL) {
        operation_end(operation);
    } else {
        record_set_fetch(operation, &operation->result.records, on_fetched);
    }
}

void operation_answer(struct operation *operation, struct value **rows, size_t count)
{
    operation_records(operation, rows, count);
    operation_end_records(operation);
}

size_t operation_on_commit(struct operation *operation, struct pg_command *out)
{
    return operation->on_commit == NULL ? 0 : operation->on_commit(operation->context, &operation->result, out);
}

/* ---- rows ---- */

/* Of the columns as PostgreSQL sent them: what was made anew under the same name may be of another type. */
static bool types_fit(const struct object *object, const struct pg_result *result, size_t first)
{
    for (size_t i = 0; i < object->column_count; i++) {
        if (pg_column_type(result, first + i) != column_kinds[object->columns[i].kind].oid) {
            return false;
        }
    }
    return true;
}

/* Values of these kinds may point into the bytes that they were read from. */
static bool borrows(enum column_kind kind)
{
    return kind == COLUMN_TEXT || kind == COLUMN_TEXT_ARRAY || kind == COLUMN_JSONB || kind == COLUMN_NUMERIC;
}

static bool read_column(struct operation *operation, const struct pg_result *result, size_t row, size_t at,
                        enum column_kind kind, bool keep, struct value *out)
{
    struct str bytes = STR_EMPTY;
    bool present = pg_value(result, row, at, &bytes);
    if (keep && borrows(kind)) {
        bytes = arena_copy(operation->arena, bytes);
    }
    return value_from_pg(operation->arena, kind, bytes, !present, out);
}

bool operation_read_row(struct operation *operation, const struct object *object, const struct pg_result *result,
                        size_t row, size_t first, struct value *values, bool keep)
{
    if (row == 0 && !object->adopted && !types_fit(object, result, first)) {
        return false;
    }
    for (size_t i = 0; i < object->column_count; i++) {
        if (!read_column(operation, result, row, first + i, object->columns[i].kind, keep, &values[i])) {
            return false;
        }
    }
    return true;
}

bool operation_read_needed(struct operation *operation, const struct object *object, const bool *needed,
                           const struct pg_result *result, size_t row, struct value *values)
{
    size_t at = 0;
    for (size_t i = 0; i < object->column_count; i++) {
        bool checked = row == 0 && needed[i] && !object->adopted;
        if (checked && pg_column_type(result, at) != column_kinds[object->columns[i].kind].oid) {
            return false;
        }
        if (!needed[i]) {
            values[i] = value_null(object->columns[i].kind);
        } else if (!read_column(operation, result, row, at++, object->columns[i].kind, true, &values[i])) {
            return false;
        }
    }
    return true;
}

const struct str *operation_texts(struct operation *operation, const struct pg_result *result, size_t row, size_t first,
                                  size_t count, bool keep)
{
    struct str *texts = ARENA_ARRAY(operation->arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!pg_value(result, row, first + i, &texts[i])) {
            texts[i] = STR_EMPTY;
        } else if (keep) {
            texts[i] = arena_copy(operation->arena, texts[i]);
        }
    }
    return texts;
}

const struct value *operation_order_values(struct operation *operation, const struct order_term *order, size_t count,
                                           const size_t *places, const struct pg_result *result, size_t row)
{
    struct value *values = ARENA_ARRAY(operation->arena, struct value, count);
    for (size_t i = 0; i < count; i++) {
        struct str bytes = STR_EMPTY;
        enum column_kind kind = order[i].path.column->kind;
        bool present = pg_value(result, row, places[i], &bytes);
        if (!value_from_pg(operation->arena, kind, arena_copy(operation->arena, bytes), !present, &values[i])) {
            values[i] = value_null(kind);
        }
    }
    return values;
}

/* The row as PostgreSQL has it: no clock is asked whether it changed. */
uint64_t operation_row_version(const struct object *object, const struct pg_result *result)
{
    uint64_t hash = 1;
    for (size_t i = 0; i < object->column_count; i++) {
        struct str bytes = STR_EMPTY;
        bool present = pg_value(result, 0, i, &bytes);
        hash = hash_bytes(hash + (present ? 1 : 0), bytes);
    }
    return hash == 0 ? 1 : hash;
}

bool operation_expected(struct operation *operation, const struct pg_result *locked)
{
    const struct plan *plan = &operation->plan;
    if (operation->is_expected == NULL || plan->target != TARGET_ONE || pg_rows(locked) != 1 ||
        operation->is_expected(operation->context, operation_row_version(plan->object, locked))) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_CONFLICT, "PRECONDITION_FAILED",
                 "The record is not in the state that If-Match names. Read it again, then decide");
    operation_fail(operation, &err);
    return false;
}

/* ---- jobs ---- */

const struct pg_failure too_late = {.err = {.code = ERR_TIMEOUT, .text = "The request took longer than it may"}};

bool operation_is_late(const struct operation *operation)
{
    return operation->deadline_us != 0 && loop_now_us(operation->executor->loop) >= operation->deadline_us;
}

int64_t operation_wait_until(const struct operation *operation)
{
    int64_t most_us = loop_now_us(operation->executor->loop) + operation->executor->wait_us;
    return operation->deadline_us == 0 || operation->deadline_us > most_us ? 0 : operation->deadline_us;
}

void operation_note_job(struct operation *operation, const struct pg_job *job)
{
    if (job->done_us == 0) {
        return;
    }
    int64_t sent_us = job->sent_us == 0 ? job->done_us : job->sent_us;
    operation->queued_us += sent_us - job->submitted_us;
    operation->database_us += job->done_us - sent_us;
}

void operation_submit(struct operation *operation, struct pg_pool *pool, struct pg_job job)
{
    operation_note_job(operation, &operation->job);
    operation->job = job;
    operation->job.deadline_us = operation_wait_until(operation);
    operation->job.cancel_us = operation->deadline_us;
    pg_submit(pool, &operation->job);
}
