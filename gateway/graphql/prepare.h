/*
 * From a document to what is to be executed: the operation, its variables coerced, and its fields as a tree in which
 * fragments, @skip and @include are already dealt with and fields that merge are merged. An executor walks the tree and
 * looks at no name again: every node has its definition, with the `role` and `source` that the maker of the schema
 * gave.
 */
#ifndef PORTTI_GRAPHQL_PREPARE_H
#define PORTTI_GRAPHQL_PREPARE_H

#include "common/text/json_read.h"
#include "gateway/graphql/datum.h"
#include "gateway/graphql/document.h"
#include "gateway/graphql/error.h"
#include "gateway/graphql/limits.h"
#include "gateway/graphql/schema.h"

/*
 * Where an executor keeps what it makes of a field's children when these are the same every time that the document is
 * prepared. It is the document's: shared by all who execute it, one after the other, and gone together with it. Whoever
 * has set `made` never changes what it points to.
 */
struct gql_memo {
    struct arena *arena; /* the document's, for what is made */
    const void *made;    /* NULL before anything was */
    bool tried;          /* for the executor: nothing came of it, or something */
};

/* One field of the reply. */
struct gql_selected {
    struct str key;                    /* its name in the reply */
    const struct gql_field *field;     /* what it is; &gql_typename_field for __typename */
    const struct gql_type *parent;     /* the object type that it is a field of */
    const struct gql_datum *arguments; /* those that are given or have a default, in the order of the definition */
    const struct gql_selected *first;  /* its own fields, in the order of the reply; NULL for a leaf, and for
                                        * an object that a lenient document selects without braces */
    const struct gql_selected *next;
    uint32_t count;                /* of its own fields */
    uint32_t offset;               /* where the document first asks for it: for the locations of its errors */
    const struct gql_error *error; /* its arguments do not fit: it is null, and this (of kind FIELD) is why */
    struct gql_memo *memo;         /* of a root field whose children are the same every time; or NULL */
};

struct gql_prepared {
    enum gql_operation_kind kind;
    struct str name; /* empty when anonymous */
    const struct gql_type *root;
    const struct gql_selected *first;
    uint32_t count;       /* root fields */
    uint32_t field_count; /* in the whole tree */
    uint32_t depth;
    bool introspects; /* some root field is __schema or __type */
    const struct gql_document *document;
};

/* The argument's value, or NULL when it was not given and has no default. (A given null is a datum.) */
const struct gql_datum *gql_selected_argument(const struct gql_selected *selected, const char *name);

/*
 * All of it: parses, validates, picks the operation, coerces the variables and collects the fields. `operation_name`
 * may be empty; `variables` may be NULL or JSON null. False with at least one error: the whole request is refused.
 */
MUST_CHECK bool gql_prepare(struct arena *arena, const struct gql_schema *schema, struct str source,
                            struct str operation_name, const struct json *variables, const struct gql_limits *limits,
                            struct gql_prepared *out, struct gql_errors *errors);

/*
 * What is the same every time that a document is prepared: its selection sets that hold nothing but fields without
 * arguments. To be made once for a document that is kept and was validated against the schema; lives in `arena`.
 */
struct gql_ahead;
const struct gql_ahead *gql_prepare_ahead(struct arena *arena, const struct gql_schema *schema,
                                          const struct gql_document *document);

/* The part of it for a document that was validated before, against this schema: what a cache of documents calls.
 * `ahead` is the document's, or NULL. The document, `ahead` and `variables` must outlive the result. */
MUST_CHECK bool gql_prepare_document(struct arena *arena, const struct gql_schema *schema,
                                     const struct gql_document *document, const struct gql_ahead *ahead,
                                     struct str operation_name, const struct json *variables,
                                     const struct gql_limits *limits, struct gql_prepared *out,
                                     struct gql_errors *errors);

#endif
