/*
 * PostgreSQL, blocking: for migrations and command line tools, never on a loop that serves requests. Results are in
 * text format here. As everywhere, TimeZone is UTC and search_path is empty: names in SQL carry their schema. There is
 * no statement_timeout. Sentences in errors hold the server's own message, for the operator at the terminal.
 */
#ifndef PORTTI_PG_PG_SYNC_H
#define PORTTI_PG_PG_SYNC_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_sync;
struct pg_sync_result;

/* Tries until `timeout_ms` has passed. NULL with ERR_UNAVAILABLE; the sentence has no password in it. */
MUST_CHECK struct pg_sync *pg_sync_open(const char *conninfo, int64_t timeout_ms, struct err *err);
void pg_sync_close(struct pg_sync *connection);
/* Runs a script of one or more statements without parameters; one transaction, unless it has BEGIN and COMMIT itself.
 * `err->offset` is the character where PostgreSQL saw the mistake, when it said so. */
MUST_CHECK bool pg_sync_script(struct pg_sync *connection, const char *sql, struct err *err);
/* Runs one statement; a param with NULL ptr is SQL NULL. NULL on failure. Free the result. */
MUST_CHECK struct pg_sync_result *pg_sync_query(struct pg_sync *connection, const char *sql, const struct str *params,
                                                size_t param_count, struct err *err);
size_t pg_sync_rows(const struct pg_sync_result *result);
/* NULL ptr for SQL NULL; valid until the result is freed. */
struct str pg_sync_value(const struct pg_sync_result *result, size_t row, size_t column);
uint64_t pg_sync_affected(const struct pg_sync_result *result);
void pg_sync_result_free(struct pg_sync_result *result);

#endif
