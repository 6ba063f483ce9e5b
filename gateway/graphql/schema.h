/*
 * struct gql_schema: types, fields, arguments, enums, inputs and directives, made once and never changed. It lives in
 * the arena that it was built in, together with everything that it points to but the texts of a table, which are
 * borrowed. Any number of threads may read it.
 *
 * There are object types only, no interfaces and unions: no field of ours returns one thing or another.
 */
#ifndef PORTTI_GRAPHQL_SCHEMA_H
#define PORTTI_GRAPHQL_SCHEMA_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "gateway/graphql/document.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gql_type_kind { GQL_SCALAR, GQL_OBJECT, GQL_ENUM, GQL_INPUT };

/*
 * A use of a type: which one, and what is around it. The two lowest bits of `wraps` are the outermost wrapper
 * (1 list, 2 non-null, 0 none), the next two the one inside of it. A zeroed ref is no type at all.
 */
struct gql_ref {
    uint32_t type; /* index in schema->types; 0 = none */
    uint32_t wraps;
};
static inline bool gql_ref_is_list(struct gql_ref ref)
{
    return (ref.wraps & 3) == 1;
}
static inline bool gql_ref_is_required(struct gql_ref ref)
{
    return (ref.wraps & 3) == 2;
}
/* Without the outermost wrapper. */
static inline struct gql_ref gql_ref_inner(struct gql_ref ref)
{
    return (struct gql_ref){ref.type, ref.wraps >> 2};
}
/* Without the outermost wrapper if that is non-null. */
static inline struct gql_ref gql_ref_nullable(struct gql_ref ref)
{
    return gql_ref_is_required(ref) ? gql_ref_inner(ref) : ref;
}

/* What few fields have. */
struct gql_extra {
    const char *description;
    const char *deprecation;               /* the reason; NULL = not deprecated */
    const char *default_text;              /* arguments and input fields: as in SDL; NULL = none */
    const struct gql_value *default_value; /* the same, parsed */
};

/* A field of an object or input type, or an argument. */
struct gql_field {
    struct str name;
    struct gql_ref type;
    const struct gql_field *arguments;
    const struct gql_extra *extra; /* NULL = none */
    const void *source;            /* for the executor: what `role` says */
    uint16_t argument_count;
    uint8_t role; /* for the executor: a number that the maker of the schema gave it */
};

struct gql_enum_value {
    struct str name;
    const char *description; /* NULL = none */
    const char *deprecation;
    const void *source;
};

struct gql_type {
    struct str name;
    enum gql_type_kind kind;
    bool one_of; /* INPUT */
    bool bare;   /* OBJECT: lenient documents may select it without braces */
    uint8_t role;
    uint32_t count;
    const struct gql_field *fields;      /* OBJECT, INPUT */
    const struct gql_enum_value *values; /* ENUM */
    const char *description;
    const char *specified_by; /* SCALAR: URL */
    const void *source;       /* for the executor: what `role` says */
    const uint16_t *slots;    /* find a field by name; NULL for few fields */
    uint32_t mask;
};

/* Places where a directive may stand: bits, in the order of the specification. */
enum gql_place {
    GQL_ON_QUERY,
    GQL_ON_MUTATION,
    GQL_ON_SUBSCRIPTION,
    GQL_ON_FIELD,
    GQL_ON_FRAGMENT_DEFINITION,
    GQL_ON_FRAGMENT_SPREAD,
    GQL_ON_INLINE_FRAGMENT,
    GQL_ON_VARIABLE_DEFINITION,
    GQL_ON_SCHEMA,
    GQL_ON_SCALAR,
    GQL_ON_OBJECT,
    GQL_ON_FIELD_DEFINITION,
    GQL_ON_ARGUMENT_DEFINITION,
    GQL_ON_INTERFACE,
    GQL_ON_UNION,
    GQL_ON_ENUM,
    GQL_ON_ENUM_VALUE,
    GQL_ON_INPUT_OBJECT,
    GQL_ON_INPUT_FIELD_DEFINITION,
    GQL_PLACE_COUNT
};
extern const char *const gql_place_names[GQL_PLACE_COUNT];

struct gql_directive_type {
    struct str name;
    const char *description;
    uint32_t places;
    bool repeatable;
    const struct gql_field *arguments;
    uint16_t argument_count;
};

struct gql_names;

struct gql_schema {
    const struct gql_type *types; /* the first one is no type; the built-in ones are next */
    uint32_t type_count;          /* with the first one */
    uint32_t roots[3];            /* by enum gql_operation_kind: index of the type, 0 = none */
    const struct gql_directive_type *directives;
    size_t directive_count;
    const char *description;
    const struct gql_names *names;
};

static inline const struct gql_type *gql_type_of(const struct gql_schema *schema, struct gql_ref ref)
{
    return &schema->types[ref.type];
}
/* NULL when there is none. */
const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct str name);
const struct gql_type *gql_schema_root(const struct gql_schema *schema, enum gql_operation_kind kind);
const struct gql_directive_type *gql_schema_directive(const struct gql_schema *schema, struct str name);
/* Of an object or input type; NULL when there is none. Does not know __typename, __schema and __type. */
const struct gql_field *gql_type_field(const struct gql_type *type, struct str name);
const struct gql_field *gql_field_argument(const struct gql_field *field, struct str name);
const struct gql_enum_value *gql_type_value(const struct gql_type *type, struct str name);
/* As gql_type_field, and also finds __typename everywhere, __schema and __type on the query root. */
const struct gql_field *gql_selectable(const struct gql_schema *schema, const struct gql_type *parent, struct str name);
/* An argument or input field that must be given: non-null and without a default. */
bool gql_field_required(const struct gql_field *field);
/* A type as written in a document; type 0 when the schema does not know the name. */
struct gql_ref gql_ref_of_node(const struct gql_schema *schema, const struct gql_type_node *node);
/* "[Person!]!" */
void gql_ref_print(struct strbuf *out, const struct gql_schema *schema, struct gql_ref ref);
struct str gql_ref_text(struct arena *arena, const struct gql_schema *schema, struct gql_ref ref);

/* The fields that every schema has; told apart by address. */
extern const struct gql_field gql_typename_field;
const struct gql_field *gql_schema_meta_field(const struct gql_schema *schema, bool one_type);

/* The schema as a document in the schema definition language, without what is built in (GraphQL section 3). */
void gql_schema_print_sdl(struct strbuf *out, const struct gql_schema *schema);

#endif
