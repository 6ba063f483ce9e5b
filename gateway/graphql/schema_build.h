/*
 * Making a schema: from tables, for one written by hand, or type by type, for one made from a model. Types may be named
 * before they are described; the finish checks that all of them were. Texts of tables are borrowed for good, so they
 * are string literals or live as long as the schema.
 */
#ifndef PORTTI_GRAPHQL_SCHEMA_BUILD_H
#define PORTTI_GRAPHQL_SCHEMA_BUILD_H

#include "gateway/graphql/schema.h"

struct gql_argument_row {
    const char *name;
    const char *type;         /* as in SDL: "[Int!]" */
    const char *default_text; /* as in SDL, or NULL */
    const char *description;
};

struct gql_field_row {
    const char *name;
    const char *type;
    const struct gql_argument_row *arguments; /* ends with a row without a name; NULL = none */
    const char *description;
    const char *deprecation;
    const char *default_text; /* of an input field */
    uint8_t role;
};

struct gql_type_row {
    const char *name;
    const struct gql_field_row *fields; /* OBJECT, INPUT: ends with a row without a name */
    const char *values;                 /* ENUM: names with spaces between */
    const char *description;
    const char *specified_by;
    enum gql_type_kind kind;
    bool one_of;
    bool bare;
    uint8_t role;
};

struct gql_builder {
    struct arena *arena;
    struct gql_type *types;
    uint32_t count;
    uint32_t capacity;
    struct gql_names *names;
    struct gql_schema *schema;
    const char *wrong; /* the first mistake: a name that is not described, or is described twice */
};

/* Starts a schema with the built-in scalars, directives and introspection types. `type_estimate` saves copying. */
void gql_build_begin(struct gql_builder *builder, struct arena *arena, uint32_t type_estimate);
void gql_build_tables(struct gql_builder *builder, const struct gql_type_row *rows, size_t count);
/* The index of the type with that name, to be described now or later. `name` is borrowed for good. */
uint32_t gql_build_name(struct gql_builder *builder, struct str name);
/* Describes a type; the arrays are borrowed for good. Valid until the next type is named. */
struct gql_type *gql_build_type(struct gql_builder *builder, enum gql_type_kind kind, struct str name);
void gql_build_fields(struct gql_builder *builder, struct gql_type *type, const struct gql_field *fields, size_t count);
/* "[Int!]" as a ref. */
struct gql_ref gql_build_ref(struct gql_builder *builder, const char *text);
/* `inner` with what `wraps` puts around it: "" nothing, "!" non-null, "[]", "[]!", "[!]", "[!]!". */
struct gql_ref gql_build_wrap(uint32_t type, const char *wraps);
/* The roots are "Query", "Mutation" and "Subscription", as far as these were described. NULL with a sentence when a
 * type is missing: a mistake of the maker. */
MUST_CHECK const struct gql_schema *gql_build_finish(struct gql_builder *builder, struct err *err);

#endif
