/*
 * The gateway's control room, on the main loop with a connection of its own: loads the catalogue and the keyring,
 * follows their versions (LISTEN, and a poll every half second for what LISTEN missed), folds record counts and keeps
 * the partitions. Snapshots are handed out by reference; the receiver unrefs them.
 */
#ifndef PORTTI_CONTROL_CONTROL_H
#define PORTTI_CONTROL_CONTROL_H

#include "common/base/err.h"
#include "common/loop/loop.h"
#include "common/pg/pg_sync.h"
#include "gateway/auth/auth.h"
#include "gateway/catalogue/catalogue.h"
#include <stdbool.h>

struct control;

struct control_options {
    const char *conninfo;
    int64_t poll_us;      /* version check: 500 ms */
    int64_t fold_us;      /* counts: 250 ms */
    int64_t retention_us; /* of outbox and attempts: 7 days */
    /* On the main loop, when a newer one is loaded (and once for the first of each). The callee takes a reference of
     * its own with catalogue_ref / keyring_ref for each place that keeps it. */
    void (*on_catalogue)(void *context, struct catalogue *catalogue);
    void (*on_keyring)(void *context, struct keyring *keyring);
    void *context;
};

/* Begins to connect; retries for ever. Ready when both have been handed out once. */
struct control *control_new(struct loop *loop, const struct control_options *options);
/* Not from one of its callbacks. Takes back its own references; a refresh that is still posted does no harm. */
void control_free(struct control *control);
bool control_ready(const struct control *control);
/* The newest catalogue, borrowed; NULL before the first. */
struct catalogue *control_catalogue(const struct control *control);
/* A catalogue that was made here and is already in the database, with its version: handed out as a loaded one is. Takes
 * over the reference. */
void control_adopt(struct control *control, struct catalogue *catalogue);
/* Look at the versions now (thread-safe: posts to the main loop). */
void control_refresh(struct control *control);

/* Blocking, for `gateway migrate`: seeds the standard objects from config/model/standard.json where they are missing:
 * rows in core.object and core.field, tables, indexes, foreign keys, a row in core.record_count; one transaction. */
MUST_CHECK bool model_seed(struct pg_sync *connection, const char *model_file, size_t *made, struct err *err);

/*
 * Blocking, for tools: the model as a gateway would load it. False when the rows could not be read; `*out` is NULL,
 * with
 * `*err` saying why, also when they were read and make no sense. The caller holds a transaction in which they stand
 * still.
 */
MUST_CHECK bool model_load(struct pg_sync *connection, struct catalogue **out, struct err *err);

#endif
