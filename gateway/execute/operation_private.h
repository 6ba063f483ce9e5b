/* What the executions of all kinds of plans share. Internal to the room. */
#ifndef PORTTI_EXECUTE_OPERATION_PRIVATE_H
#define PORTTI_EXECUTE_OPERATION_PRIVATE_H

#include "gateway/execute/command.h"
#include "gateway/execute/operation.h"
#include "gateway/execute/write_event.h"

/* The end of an operation; nothing may touch it afterwards. */
void operation_end(struct operation *operation);
void operation_fail(struct operation *operation, const struct err *err);
/* From a failed statement. */
void operation_fail_pg(struct operation *operation, const struct pg_failure *failure);
/* Fails with "Record not found". */
void operation_not_found(struct operation *operation);
/* The same, naming which of the plan's ids it was. */
void operation_target_missing(struct operation *operation, size_t index);
/* Fails when more records are written than the setting allows besides the `roots` that were asked for. */
MUST_CHECK bool operation_refers_too_many(struct operation *operation, size_t roots);
/* The result is about these records. */
void operation_records(struct operation *operation, struct value **rows, size_t count);
/* Ends with the result's records, after fetching their relations, if that was not done before. */
void operation_end_records(struct operation *operation);
/* Both at once. */
void operation_answer(struct operation *operation, struct value **rows, size_t count);

/* The caller's command, if it has one, for the transaction that brings the records of operation_records: 0 or 1. */
size_t operation_on_commit(struct operation *operation, struct pg_command *out);

/* A row of the object's columns, which begin at `first`, into values. Unless `keep`, they live as long as the result.
 * False when a column is not what the catalogue says: fail with foreign_value then. */
MUST_CHECK bool operation_read_row(struct operation *operation, const struct object *object,
                                   const struct pg_result *result, size_t row, size_t first, struct value *values,
                                   bool keep);
/* The same of a row that has only the needed ones of the columns; the others are null. The values outlive the result.
 */
MUST_CHECK bool operation_read_needed(struct operation *operation, const struct object *object, const bool *needed,
                                      const struct pg_result *result, size_t row, struct value *values);
/* Columns that are text, from `first` on; NULL is a text without `ptr`. Unless `keep`, they live as long as the result.
 */
const struct str *operation_texts(struct operation *operation, const struct pg_result *result, size_t row, size_t first,
                                  size_t count, bool keep);
/* The values of an order's terms in one row, what a cursor to it is made of; `places` are their columns. They outlive
 * the result. */
const struct value *operation_order_values(struct operation *operation, const struct order_term *order, size_t count,
                                           const size_t *places, const struct pg_result *result, size_t row);
/* The version of row 0. */
uint64_t operation_row_version(const struct object *object, const struct pg_result *result);
/* Asks the caller whether the locked row of a write that is about one record is the one that is meant; false when the
 * operation has been failed. */
MUST_CHECK bool operation_expected(struct operation *operation, const struct pg_result *locked);
/* Adds a job's times to the operation's, before the job is used again. */
void operation_note_job(struct operation *operation, const struct pg_job *job);
/* The deadline has passed: fail with too_late. */
bool operation_is_late(const struct operation *operation);
extern const struct pg_failure too_late;
/* For pg_job.deadline_us and its like: how long it may wait for a connection; 0 when the pool's own time is shorter. */
int64_t operation_wait_until(const struct operation *operation);
/* Hands commands to a pool as the operation's job. */
void operation_submit(struct operation *operation, struct pg_pool *pool, struct pg_job job);

/* The kinds of plans; each ends the operation. */
void execute_read(struct operation *operation);
void execute_group(struct operation *operation);
void execute_create(struct operation *operation);
void execute_change(struct operation *operation); /* update, soft delete, restore */
void execute_destroy(struct operation *operation);
void execute_upsert(struct operation *operation);
void execute_duplicates(struct operation *operation);
void execute_merge(struct operation *operation);
/* Looks up the records that the plan's inputs connect to and sets their join columns, then calls `next`. At once when
 * there are none. */
void connect_resolve(struct operation *operation, void (*next)(struct operation *operation));

/* Transactions that think. */
/* Opens a session; `on_begun` runs the first statements on it. Without a connection in time the operation fails. */
void session_start(struct operation *operation, void (*on_begun)(struct operation *operation));
/* Runs commands on the session; they live until the answer. */
void session_run(struct operation *operation, const struct pg_command *commands, size_t count,
                 void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
                 void *context);
/* Gives the connection back, if there is one; an open transaction is rolled back. The end of an operation does it too.
 */
void session_close(struct operation *operation);

#endif
