/* Inside this room: what every schema has. */
#ifndef PORTTI_GRAPHQL_BUILTIN_H
#define PORTTI_GRAPHQL_BUILTIN_H

#include "gateway/graphql/schema_build.h"

/* Scalars, directives and introspection types. String is the type with index 1. */
void gql_build_builtins(struct gql_builder *builder);
const struct gql_field *gql_build_arguments(struct gql_builder *builder, const struct gql_argument_row *rows,
                                            uint16_t *count);

/* The scalars whose values we know ourselves; roles of types of kind SCALAR. 0 is a scalar that stays JSON. */
enum gql_scalar {
    GQL_SCALAR_JSON,
    GQL_SCALAR_STRING,
    GQL_SCALAR_INT,
    GQL_SCALAR_FLOAT,
    GQL_SCALAR_BOOLEAN,
    GQL_SCALAR_ID
};

#define GQL_BUILTIN_SCALARS 5
/* Types 1 to this one are built in. */
#define GQL_BUILTIN_TYPES 13

#endif
