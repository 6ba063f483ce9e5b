/*
 * struct gql_document: a parsed executable document (GraphQL, September 2025). Names and numbers point into the source,
 * which must outlive the document; everything else lives in the arena it was parsed into. It never changes afterwards,
 * so one document may serve many requests and threads.
 */
#ifndef PORTTI_GRAPHQL_DOCUMENT_H
#define PORTTI_GRAPHQL_DOCUMENT_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include "gateway/graphql/error.h"
#include "gateway/graphql/limits.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gql_value_kind {
    GQL_VALUE_VARIABLE,
    GQL_VALUE_INT,
    GQL_VALUE_FLOAT,
    GQL_VALUE_STRING,
    GQL_VALUE_BOOLEAN,
    GQL_VALUE_NULL,
    GQL_VALUE_ENUM,
    GQL_VALUE_LIST,
    GQL_VALUE_OBJECT
};

struct gql_value {
    enum gql_value_kind kind;
    bool block;          /* STRING: was written as a block string */
    uint32_t offset;     /* of the value; of a variable its `$` */
    uint32_t key_offset; /* of the name before it, inside an object */
    uint32_t count;      /* LIST, OBJECT: children */
    struct str text;     /* VARIABLE: name; INT, FLOAT: as written; STRING: decoded; BOOLEAN, ENUM: the word */
    struct str key;      /* inside an object */
    struct gql_value *first;
    struct gql_value *next;
};

struct gql_argument {
    struct str name;
    uint32_t offset;
    const struct gql_value *value;
    struct gql_argument *next;
};

struct gql_directive {
    struct str name;
    uint32_t offset; /* of the `@` */
    const struct gql_argument *arguments;
    struct gql_directive *next;
};

/* A type as written in a document: a name and what is around it. */
#define GQL_WRAPS_MAX 16
struct gql_type_node {
    struct str name;
    uint32_t offset;      /* of the whole */
    uint32_t name_offset; /* of the name */
    uint32_t wraps;       /* see struct gql_ref */
};

struct gql_definition;
struct gql_selection;

struct gql_selection_set {
    uint32_t offset; /* of the `{` */
    uint32_t index;  /* in the document */
    const struct gql_selection *first;
};

enum gql_selection_kind { GQL_FIELD, GQL_SPREAD, GQL_INLINE };

struct gql_selection {
    enum gql_selection_kind kind;
    uint32_t offset;      /* of the alias or name, or of the `...` */
    uint32_t name_offset; /* FIELD, SPREAD: of the name; INLINE: of the type's name */
    bool has_type;        /* INLINE: with a type condition */
    struct str key;       /* FIELD: the alias, or else the name */
    struct str name;      /* FIELD, SPREAD: the name; INLINE: the type's name */
    const struct gql_argument *arguments;
    const struct gql_directive *directives;
    const struct gql_selection_set *set;   /* NULL when there is none */
    const struct gql_definition *fragment; /* SPREAD: NULL when there is no such fragment */
    struct gql_selection *next;
    struct gql_selection *next_spread; /* of the whole document */
};

struct gql_variable {
    struct str name;
    uint32_t offset;      /* of the definition, its description included */
    uint32_t name_offset; /* behind the `$` */
    struct gql_type_node type;
    const struct gql_value *default_value; /* NULL when there is none */
    const struct gql_directive *directives;
    struct gql_variable *next;
};

enum gql_definition_kind { GQL_OPERATION, GQL_FRAGMENT, GQL_TYPE_SYSTEM };
enum gql_operation_kind { GQL_QUERY, GQL_MUTATION, GQL_SUBSCRIPTION };

struct gql_definition {
    enum gql_definition_kind kind;
    enum gql_operation_kind operation; /* OPERATION */
    uint32_t offset;                   /* of the definition, its description included */
    uint32_t name_offset;
    uint32_t type_offset; /* FRAGMENT */
    uint32_t index;       /* in the document */
    struct str name;      /* empty for an anonymous operation, and for `schema` */
    struct str type_name; /* FRAGMENT */
    const struct gql_variable *variables;
    const struct gql_directive *directives;
    const struct gql_selection_set *set; /* OPERATION, FRAGMENT */
    struct gql_definition *next;
};

struct gql_document {
    struct str source;
    const struct gql_definition *first;
    uint32_t count;
    uint32_t operation_count;
    uint32_t tokens;
    uint32_t aliases;    /* fields with an alias */
    uint32_t directives; /* uses of directives */
    uint32_t set_count;  /* selection sets */
};

/* NULL on failure, with one error of kind SYNTAX or LIMIT added to `errors`. Also checks the limits on tokens, nesting,
 * aliases and directives. `source` may hold any bytes, up to 16 MiB. */
MUST_CHECK const struct gql_document *gql_parse(struct arena *arena, struct str source, const struct gql_limits *limits,
                                                struct gql_errors *errors);

/* A constant value by itself, such as a default in a table of a schema; NULL when it is malformed. */
MUST_CHECK const struct gql_value *gql_parse_value(struct arena *arena, struct str text);

/* "query", "mutation", "subscription" */
const char *gql_operation_name(enum gql_operation_kind kind);

#endif
