/* Inside this room: values of documents and of variables into data (GraphQL sections 3 and 6.1, 6.4.1). */
#ifndef PORTTI_GRAPHQL_COERCE_H
#define PORTTI_GRAPHQL_COERCE_H

#include "gateway/graphql/datum.h"
#include "gateway/graphql/error.h"
#include "gateway/graphql/limits.h"
#include "gateway/graphql/names.h"

struct gql_coercion {
    struct arena *arena;
    const struct gql_schema *schema;
    const struct gql_limits *limits;
    struct gql_errors *errors;
    const struct json *given;   /* the variables as they came, or NULL */
    struct gql_names variables; /* by name -> struct gql_coerced; absent ones are not in it */
};

struct gql_coerced {
    const struct gql_datum *datum;
    struct gql_ref type;
};

/* Where in a variable's value. */
struct gql_path {
    const struct gql_path *before;
    struct str key; /* ptr NULL: an index */
    size_t index;
};

/* A value of JSON. NULL when it does not fit; then, if `variable` is not NULL, errors were added that name it. */
const struct gql_datum *gql_coerce_json(struct gql_coercion *c, const struct json *json, struct gql_ref type,
                                        const struct gql_variable *variable, const struct gql_path *path);
/* A value of a document. NULL when it does not fit, or is a variable that was not given. */
const struct gql_datum *gql_coerce_value(struct gql_coercion *c, const struct gql_value *value, struct gql_ref type);
/* Fills c->variables. False when an error was added. */
MUST_CHECK bool gql_coerce_variables(struct gql_coercion *c, const struct gql_definition *operation);
/* A variable that was not given and has no default? */
bool gql_variable_missing(const struct gql_coercion *c, const struct gql_value *value);

struct gql_argument_fault {
    struct str why;
    uint32_t offset;
};
/* The arguments of a field or directive at `offset`: a chain of those that are there. */
MUST_CHECK bool gql_coerce_arguments(struct gql_coercion *c, const struct gql_field *definitions, size_t count,
                                     const struct gql_argument *given, uint32_t offset, const struct gql_datum **out,
                                     struct gql_argument_fault *fault);

#endif
