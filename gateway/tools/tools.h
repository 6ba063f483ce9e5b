/*
 * The work of the commands that look at the data model and at the database beside it, over a blocking connection. The
 * caller prints what comes back.
 */
#ifndef PORTTI_TOOLS_TOOLS_H
#define PORTTI_TOOLS_TOOLS_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/pg/pg_sync.h"
#include "gateway/inspect/adopt.h"
#include "gateway/inspect/verify.h"
#include <stdbool.h>

/*
 * Compares core.object and core.field with the tables that PostgreSQL has. Nothing is changed; a temporary table is
 * made and goes again. Waits up to ten seconds for a change of the model that is under way, then looks all the same and
 * says so. `model_file` is what the standard objects were made from; its indexes are looked for too. `counts`: also
 * counts all live records. `out->arena` is the caller's. False when the database could not be read.
 */
MUST_CHECK bool tools_verify(struct pg_sync *connection, const char *model_file, bool counts, struct findings *out,
                             struct err *err);

/*
 * Plans an adoption and, when `apply` and nothing is missing, carries it out: one transaction under the lock of model
 * changes, with a lock_timeout of five seconds. `out` is the plan in either case; gateways follow within a second.
 */
MUST_CHECK bool tools_adopt(struct pg_sync *connection, struct arena *arena, struct adopt_wish *wish, bool apply,
                            struct adoption *out, struct err *err);

#endif
