/* Inside this room: tables as PostgreSQL has them, read over a blocking connection (see gateway/inspect/database.h). */
#ifndef PORTTI_TOOLS_DB_READ_H
#define PORTTI_TOOLS_DB_READ_H

#include "common/pg/pg_sync.h"
#include "gateway/inspect/database.h"

/* All tables of these schemas. Zero `*out` first; release it with db_release. All but its maps lives in the arena. */
MUST_CHECK bool db_read(struct pg_sync *connection, struct arena *arena, const struct str *schemas, size_t schema_count,
                        struct database *out, struct err *err);
/* Asks PostgreSQL how it spells the columns that the model wants: makes a temporary table, so within a transaction that
 * is rolled back. */
MUST_CHECK bool db_read_spellings(struct pg_sync *connection, struct arena *arena, const struct catalogue *catalogue,
                                  struct database *out, struct err *err);
/* Counts and unfinished changes, of the core schema. */
MUST_CHECK bool db_read_core(struct pg_sync *connection, struct arena *arena, struct database *out, struct err *err);
void db_release(struct database *database);

#endif
