/*
 * Changes of the data model (contract: metadata 3 and 4). Pure: a catalogue and what somebody asks for become either a
 * report of all that is wrong with it, or a change: the model afterwards, and the SQL that takes the database there.
 *
 *     change_plan -> change_build -> change_steps
 *
 * The caller runs the steps while nobody else changes the model. REST bodies, GraphQL arguments and a model document
 * all come as operations with JSON inputs, so the rules are here once.
 */
#ifndef PORTTI_METADATA_CHANGE_H
#define PORTTI_METADATA_CHANGE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/map.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/ddl/ddl.h"
#include "gateway/metadata/report.h"

enum model_kind { MODEL_OBJECT, MODEL_FIELD };
enum model_verb { MODEL_CREATE, MODEL_UPDATE, MODEL_DELETE };

/* One thing that is asked for. Several in one change happen in their order, all or none. */
struct model_op {
    enum model_kind kind;
    enum model_verb verb;
    struct uuid id;           /* which one; of a create: the id it shall have, nil for a fresh one */
    struct uuid universal_id; /* of a create: nil for a fresh one */
    /* CreateObjectInput, UpdateObjectPayload, CreateFieldInput or UpdateFieldInput; NULL for a delete. Unknown members
     * are ignored. */
    const struct json *input;
};

struct change_input {
    const struct catalogue *before;
    const struct model_op *ops;
    size_t op_count;
    int64_t now_us;   /* wall clock, in whole milliseconds */
    uint8_t seed[16]; /* random: fresh ids are made from it */
};

struct change;

enum change_outcome {
    CHANGE_READY,
    CHANGE_REFUSED, /* `err` says why: no such object or field, malformed input, what must never be edited. The tag is
                       the contract's code (the subCode in GraphQL) */
    CHANGE_REPORTED /* the report lists all failures */
};

/* The change lives in the arena and borrows from the catalogue and the inputs. */
enum change_outcome change_plan(struct arena *arena, const struct change_input *input, struct change **out,
                                struct report *report, struct err *err);
/* The id of what operation `op` made, changed or deleted. */
struct uuid change_id(const struct change *change, size_t op);
/* The model afterwards, whole and checked, with the version of the one before: set its own before anybody sees it. NULL
 * is our own fault: the engine let something through that makes no sense. */
MUST_CHECK struct catalogue *change_build(const struct change *change, struct err *err);

/* A statement with a parameter of type text. */
struct change_rows {
    struct str sql;
    struct str json;
};
enum { CHANGE_ROWS_MAX = 6 };

/*
 * The way there, in the order in which it is walked. What stands outside the one transaction is there only for tables
 * that are not small, so that their writers are not held up.
 *  1. `first`: a transaction; the columns of fields that nobody can see yet.
 *  2. `apart`: one by one, each outside a transaction: indexes. When one of them fails, or the transaction does, `undo`
 *     takes away (outside a transaction) what stands so far.
 *  3. `inside` and `rows`: the transaction, together with whatever the caller adds.
 *  4. `later`: one by one, after the commit and when all workers have the new model; they may be repeated.
 */
struct change_steps {
    struct ddl first;
    struct ddl apart;
    struct ddl undo;
    struct ddl inside;
    struct ddl later;
    struct change_rows rows[CHANGE_ROWS_MAX];
    size_t row_count;
};
/* `large`: names of tables that are not small (to anything but NULL). The steps live in the arena. */
void change_steps(struct arena *arena, const struct change *change, const struct catalogue *after,
                  const struct map *large, struct change_steps *out);

#endif
