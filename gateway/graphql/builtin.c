/* The scalars, directives and introspection types of the specification (sections 3.5, 3.13 and 4). */
#include "gateway/graphql/builtin.h"

#include "gateway/graphql/introspect.h"
#include "gateway/graphql/introspect_role.h"
#include <string.h>

static const struct gql_argument_row with_deprecated[] = {
    {"includeDeprecated", "Boolean", "false", NULL},
    {0},
};
static const struct gql_argument_row type_name[] = {{"name", "String!", NULL, NULL}, {0}};

#define DEPRECATION                                                                                                    \
    {.name = "isDeprecated", .type = "Boolean!", .role = INTRO_IS_DEPRECATED},                                         \
    {                                                                                                                  \
        .name = "deprecationReason", .type = "String", .role = INTRO_DEPRECATION_REASON                                \
    }
#define NAME_AND_DESCRIPTION                                                                                           \
    {.name = "name", .type = "String!", .role = INTRO_NAME},                                                           \
    {                                                                                                                  \
        .name = "description", .type = "String", .role = INTRO_DESCRIPTION                                             \
    }

static const struct gql_field_row schema_fields[] = {
    {.name = "description", .type = "String", .role = INTRO_DESCRIPTION},
    {.name = "types", .type = "[__Type!]!", .role = INTRO_TYPES, .description = "All types of this server."},
    {.name = "queryType", .type = "__Type!", .role = INTRO_QUERY_TYPE, .description = "Where queries start."},
    {.name = "mutationType", .type = "__Type", .role = INTRO_MUTATION_TYPE, .description = "Where mutations start."},
    {.name = "subscriptionType",
     .type = "__Type",
     .role = INTRO_SUBSCRIPTION_TYPE,
     .description = "Where subscriptions start."},
    {.name = "directives",
     .type = "[__Directive!]!",
     .role = INTRO_DIRECTIVES,
     .description = "All directives of this server."},
    {0},
};
static const struct gql_field_row type_fields[] = {
    {.name = "kind", .type = "__TypeKind!", .role = INTRO_KIND},
    {.name = "name", .type = "String", .role = INTRO_NAME},
    {.name = "description", .type = "String", .role = INTRO_DESCRIPTION},
    {.name = "specifiedByURL", .type = "String", .role = INTRO_SPECIFIED_BY},
    {.name = "fields", .type = "[__Field!]", .arguments = with_deprecated, .role = INTRO_FIELDS},
    {.name = "interfaces", .type = "[__Type!]", .role = INTRO_INTERFACES},
    {.name = "possibleTypes", .type = "[__Type!]", .role = INTRO_POSSIBLE_TYPES},
    {.name = "enumValues", .type = "[__EnumValue!]", .arguments = with_deprecated, .role = INTRO_ENUM_VALUES},
    {.name = "inputFields", .type = "[__InputValue!]", .arguments = with_deprecated, .role = INTRO_INPUT_FIELDS},
    {.name = "ofType", .type = "__Type", .role = INTRO_OF_TYPE},
    {.name = "isOneOf", .type = "Boolean", .role = INTRO_IS_ONE_OF},
    {0},
};
static const struct gql_field_row field_fields[] = {
    NAME_AND_DESCRIPTION,
    {.name = "args", .type = "[__InputValue!]!", .arguments = with_deprecated, .role = INTRO_ARGS},
    {.name = "type", .type = "__Type!", .role = INTRO_TYPE},
    DEPRECATION,
    {0},
};
static const struct gql_field_row input_value_fields[] = {
    NAME_AND_DESCRIPTION,
    {.name = "type", .type = "__Type!", .role = INTRO_TYPE},
    {.name = "defaultValue",
     .type = "String",
     .role = INTRO_DEFAULT_VALUE,
     .description = "The default as GraphQL, if there is one."},
    DEPRECATION,
    {0},
};
static const struct gql_field_row enum_value_fields[] = {NAME_AND_DESCRIPTION, DEPRECATION, {0}};
static const struct gql_field_row directive_fields[] = {
    NAME_AND_DESCRIPTION,
    {.name = "isRepeatable", .type = "Boolean!", .role = INTRO_IS_REPEATABLE},
    {.name = "locations", .type = "[__DirectiveLocation!]!", .role = INTRO_LOCATIONS},
    {.name = "args", .type = "[__InputValue!]!", .arguments = with_deprecated, .role = INTRO_ARGS},
    {0},
};

static const struct gql_type_row builtin_types[] = {
    {.kind = GQL_SCALAR, .name = "String", .role = GQL_SCALAR_STRING, .description = "Text."},
    {.kind = GQL_SCALAR, .name = "Int", .role = GQL_SCALAR_INT, .description = "A whole number of 32 bits with sign."},
    {.kind = GQL_SCALAR,
     .name = "Float",
     .role = GQL_SCALAR_FLOAT,
     .description = "A number, as IEEE 754 doubles hold it."},
    {.kind = GQL_SCALAR, .name = "Boolean", .role = GQL_SCALAR_BOOLEAN, .description = "`true` or `false`."},
    {.kind = GQL_SCALAR,
     .name = "ID",
     .role = GQL_SCALAR_ID,
     .description = "Identifies an object. Written as a string or a whole number, read as a string."},
    {.kind = GQL_OBJECT, .name = "__Schema", .fields = schema_fields, .description = "What this server can be asked."},
    {.kind = GQL_OBJECT,
     .name = "__Type",
     .fields = type_fields,
     .description = "A type, or a list or non-null form of one."},
    {.kind = GQL_ENUM,
     .name = "__TypeKind",
     .values = "SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL",
     .description = "Which kind of type a `__Type` is."},
    {.kind = GQL_OBJECT, .name = "__Field", .fields = field_fields, .description = "A field of an object type."},
    {.kind = GQL_OBJECT,
     .name = "__InputValue",
     .fields = input_value_fields,
     .description = "An argument, or a field of an input type."},
    {.kind = GQL_OBJECT, .name = "__EnumValue", .fields = enum_value_fields, .description = "One value of an enum."},
    {.kind = GQL_OBJECT,
     .name = "__Directive",
     .fields = directive_fields,
     .description = "A directive, and where it may stand."},
    {.kind = GQL_ENUM,
     .name = "__DirectiveLocation",
     .values = "QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT "
               "VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM "
               "ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION",
     .description = "A place where a directive may stand."},
};
_Static_assert(ARRAY_LEN(builtin_types) == GQL_BUILTIN_TYPES, "printing leaves out exactly these");

static const struct gql_field_row meta_fields[] = {
    {.name = "__schema", .type = "__Schema!", .role = GQL_META_SCHEMA},
    {.name = "__type", .type = "__Type", .arguments = type_name, .role = GQL_META_TYPE},
    {0},
};

#define ON(place) (1u << GQL_ON_##place)
static const struct gql_argument_row if_argument[] = {{"if", "Boolean!", NULL, NULL}, {0}};
static const struct gql_argument_row reason_argument[] = {{"reason", "String", "\"No longer supported\"", NULL}, {0}};
static const struct gql_argument_row url_argument[] = {{"url", "String!", NULL, NULL}, {0}};

static const struct {
    const char *name;
    const char *description;
    uint32_t places;
    const struct gql_argument_row *arguments;
} builtin_directives[] = {
    {"include", "Leaves this out unless the argument is true.", ON(FIELD) | ON(FRAGMENT_SPREAD) | ON(INLINE_FRAGMENT),
     if_argument},
    {"skip", "Leaves this out if the argument is true.", ON(FIELD) | ON(FRAGMENT_SPREAD) | ON(INLINE_FRAGMENT),
     if_argument},
    {"deprecated", "No longer to be used, for the reason given.",
     ON(FIELD_DEFINITION) | ON(ARGUMENT_DEFINITION) | ON(INPUT_FIELD_DEFINITION) | ON(ENUM_VALUE), reason_argument},
    {"specifiedBy", "Where the behaviour of this scalar is specified.", ON(SCALAR), url_argument},
    {"oneOf", "Exactly one field of this input is to be given, and not as null.", ON(INPUT_OBJECT), NULL},
};

void gql_build_builtins(struct gql_builder *builder)
{
    gql_build_tables(builder, builtin_types, ARRAY_LEN(builtin_types));
    struct gql_field *meta = ARENA_ARRAY(builder->arena, struct gql_field, 2);
    for (size_t i = 0; i < 2; i++) {
        meta[i].name = str_from(meta_fields[i].name);
        meta[i].type = gql_build_ref(builder, meta_fields[i].type);
        meta[i].role = meta_fields[i].role;
        meta[i].arguments = gql_build_arguments(builder, meta_fields[i].arguments, &meta[i].argument_count);
    }
    builder->types[0].fields = meta;
    size_t count = ARRAY_LEN(builtin_directives);
    struct gql_directive_type *directives = ARENA_ARRAY(builder->arena, struct gql_directive_type, count);
    for (size_t i = 0; i < count; i++) {
        directives[i].name = str_from(builtin_directives[i].name);
        directives[i].description = builtin_directives[i].description;
        directives[i].places = builtin_directives[i].places;
        directives[i].arguments =
            gql_build_arguments(builder, builtin_directives[i].arguments, &directives[i].argument_count);
    }
    builder->schema->directives = directives;
    builder->schema->directive_count = count;
}
