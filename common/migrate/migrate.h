/*
 * Numbered SQL migrations, config/schema/NNNN_name.sql, each one transaction, recorded in core.migration with a
 * fingerprint of its text, under an advisory lock: safe to run twice and from two
 * programs at once. A migration that was applied and has changed on disk is refused.
 */
#ifndef PORTTI_MIGRATE_MIGRATE_H
#define PORTTI_MIGRATE_MIGRATE_H

#include "common/base/err.h"
#include "common/pg/pg_sync.h"
#include <stdbool.h>
#include <stddef.h>

/* Applies what is missing from `folder`, in order. `*applied` counts. */
MUST_CHECK bool migrate_run(struct pg_sync *connection, const char *folder, size_t *applied, struct err *err);
/* Is everything in `folder` applied? ERR_UNAVAILABLE with the names that are missing otherwise. */
MUST_CHECK bool migrate_check(struct pg_sync *connection, const char *folder, struct err *err);

#endif
