/*
 * The work of the commands that look at the data model and at the database beside it, over a blocking connection. The
 * caller prints what comes back.
 */
#ifndef PORTTI_TOOLS_TOOLS_H
#define PORTTI_TOOLS_TOOLS_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/pg/pg_sync.h"
#include "gateway/blueprint/blueprint.h"
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

/* The model as a document (gateway/blueprint). `model_file` tells what is standard. */
MUST_CHECK bool tools_export(struct pg_sync *connection, const char *model_file, struct strbuf *out, struct err *err);

/* A document that is to be the model. */
struct tools_import {
    const char *conninfo;
    const char *model_file;
    struct str document; /* JSON text */
    bool apply;          /* else only the plan is made */
    bool allow_destructive;
    /* The plan; called once, before anything is done. */
    void (*on_plan)(void *context, const struct blueprint_plan *plan);
    /* A failure that has more than one sentence to it. */
    void (*on_report)(void *context, const struct report *report);
    void *context;
};
/*
 * Plans, and carries out what `apply` and `allow_destructive` let through, with the executor that gateways use, one
 * change of the model a round until there is nothing left to do. `*steps` is what the plan had. False with `*err` when
 * the document is malformed or a change was refused: then what earlier rounds did stays, and importing again goes on
 * from there.
 */
MUST_CHECK bool tools_import(struct pg_sync *connection, const struct tools_import *import, size_t *steps,
                             struct err *err);

#endif
