/*
 * The GraphQL front end over metadata (contract/metadata section 2): one root field of a prepared operation into what
 * is to be done, and what was read or done into the field's JSON, with exactly the fields that were selected. What
 * gateway/resolve is for records. Pure.
 */
#ifndef PORTTI_METAQUERY_METAQUERY_H
#define PORTTI_METAQUERY_METAQUERY_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/graphql/prepare.h"
#include "gateway/metadata/change.h"
#include "gateway/schema/metadata_schema.h"
#include "gateway/views/piece_change.h"
#include "gateway/views/piece_operation.h"
#include <stdbool.h>

/* An operation on views and what is in them. */
struct piece_query {
    const struct piece_operation *operation;
    struct piece_change change; /* of mutations */
    /* Of lists. */
    struct uuid parent;
    struct str types; /* with spaces between; empty: all */
    bool narrowed;    /* there is a parent */
    bool none;        /* an empty list of types was asked for */
    bool deep;        /* lists within are selected */
};

struct metaquery {
    const struct gql_selected *root;
    enum metadata_role role; /* what is asked for */
    bool settings;           /* only for keys whose role may change settings (contract 2.5) */
    /* Of mutations of the model. */
    const struct model_op *ops;
    size_t op_count;
    /* Of settings, as far as the field has such arguments. */
    struct uuid id;
    struct uuid role_id;
    const struct json *input; /* in the shape that REST has for it: what an update nests is taken out */
    struct str expires;
    struct str delivery_id;
    struct piece_query pieces; /* of META_PIECES */

    const struct gql_selected *fault; /* when something fails: the field that is to blame */
};

/* Reads the root field's arguments. ERR_INVALID for ids that are none. */
MUST_CHECK bool metaquery_plan(struct arena *arena, const struct gql_selected *root, struct metaquery *out,
                               struct err *err);

/*
 * Appends the value of META_OBJECTS, META_OBJECT, META_FIELDS or META_FIELD. False, with what was appended to be taken
 * back: ERR_NOT_FOUND for an unknown id; ERR_INVALID for a page that cannot be.
 */
MUST_CHECK bool metaquery_put_model(struct strbuf *out, struct arena *arena, const struct catalogue *catalogue,
                                    struct metaquery *query, struct err *err);
/* The value of a mutation of the model: what `ids`, one for each operation, are in `catalogue`: the one afterwards, or
 * that before a delete. */
MUST_CHECK bool metaquery_put_changed(struct strbuf *out, struct arena *arena, const struct catalogue *catalogue,
                                      struct metaquery *query, const struct uuid *ids, struct err *err);
/* The value of anything else, from a document (or a list of them) that has all members. NULL is null. False when null
 * is what the field may not be: ERR_NOT_FOUND. */
MUST_CHECK bool metaquery_put_document(struct strbuf *out, struct metaquery *query, const struct json *document,
                                       struct err *err);

#endif
