/*
 * Changes of pieces: what somebody asks for, checked against the model and against the pieces that it mentions, becomes
 * rows to write, a refusal, or a report of all that is wrong. Pure.
 *
 *     piece_change_ids -> (the caller reads their facts: piece_sql_facts) -> piece_change_check
 */
#ifndef PORTTI_VIEWS_PIECE_CHANGE_H
#define PORTTI_VIEWS_PIECE_CHANGE_H

#include "common/base/err.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/views/piece.h"

/* A delete marks what a destroy removes. */
enum piece_verb { PIECE_CREATE, PIECE_UPDATE, PIECE_DELETE, PIECE_DESTROY };

struct piece_op {
    struct uuid id;           /* which one; of a create: a fresh id, for when the input brings none */
    const struct json *input; /* an object, in REST's flat shape; NULL for a delete and a destroy. Unknown members are
                                 ignored */
};

/* Several of one kind happen together, all or none. */
struct piece_change {
    enum piece_kind kind;
    enum piece_verb verb;
    struct piece_op *ops;
    size_t op_count;
};

/* A piece that is mentioned, as the database has it. */
struct piece_fact {
    enum piece_kind kind;
    struct uuid id;
    struct uuid scope;     /* see struct piece_info */
    struct uuid object_id; /* of its view; nil for a layout */
    bool live;             /* neither it nor its view is deleted */
    const struct json *row;
};

/* Ids of all pieces that the change mentions. */
const struct uuid *piece_change_ids(struct arena *arena, const struct piece_change *change, size_t *count);

enum piece_outcome {
    PIECE_READY,
    PIECE_REFUSED, /* `err`: malformed, or ERR_NOT_FOUND */
    PIECE_REPORTED
};
/*
 * Of a create, each op's id becomes the one that its input brings. `*rows` is a JSON array for piece_sql_insert or
 * piece_sql_update. The report has an arena.
 */
enum piece_outcome piece_change_check(struct arena *arena, const struct piece_change *change,
                                      const struct catalogue *catalogue, const struct piece_fact *facts,
                                      size_t fact_count, struct str *rows, struct report *report, struct err *err);

#endif
