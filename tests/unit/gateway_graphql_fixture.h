/* A small schema by hand, with something of everything: for the tests, the fuzz target and the comparison with
 * graphql-js. */
#ifndef PORTTI_TESTS_GATEWAY_GRAPHQL_FIXTURE_H
#define PORTTI_TESTS_GATEWAY_GRAPHQL_FIXTURE_H

#include "gateway/graphql/schema_build.h"
#include <stdio.h>
#include <stdlib.h>

static const struct gql_argument_row zoo_pet_arguments[] = {
    {"id", "ID", NULL, NULL},
    {"by", "PetBy", NULL, NULL},
    {0},
};
static const struct gql_argument_row zoo_pets_arguments[] = {
    {"first", "Int", "10", "How many."},
    {"filter", "PetFilter", NULL, NULL},
    {"order", "[[Order!]!]", NULL, NULL},
    {"tags", "[String]", NULL, NULL},
    {0},
};
static const struct gql_argument_row zoo_size_arguments[] = {
    {"unit", "Unit!", "METRE", NULL}, {"digits", "Int!", NULL, NULL}, {0}};
static const struct gql_argument_row zoo_adopt_arguments[] = {
    {"pet", "PetInput!", NULL, NULL}, {"note", "JSON", NULL, NULL}, {0}};

static const struct gql_field_row zoo_query[] = {
    {.name = "pet", .type = "Pet", .arguments = zoo_pet_arguments, .role = 1},
    {.name = "pets", .type = "[Pet!]!", .arguments = zoo_pets_arguments, .role = 2},
    {.name = "count", .type = "Int!", .role = 3},
    {.name = "old", .type = "String", .deprecation = "Use \"count\"."},
    {0},
};
static const struct gql_field_row zoo_mutation[] = {
    {.name = "adopt", .type = "Pet", .arguments = zoo_adopt_arguments},
    {0},
};
static const struct gql_field_row zoo_subscription[] = {
    {.name = "born", .type = "Pet!"},
    {.name = "gone", .type = "ID"},
    {0},
};
static const struct gql_field_row zoo_pet[] = {
    {.name = "id", .type = "ID!"},
    {.name = "name", .type = "String", .description = "What it is called.\nMay be \"\"\"quoted\"\"\"."},
    {.name = "nick", .type = "String!"},
    {.name = "kind", .type = "Kind"},
    {.name = "size", .type = "Float", .arguments = zoo_size_arguments},
    {.name = "keeper", .type = "Keeper"},
    {.name = "friends", .type = "[Pet]", .arguments = zoo_pets_arguments},
    {.name = "data", .type = "JSON"},
    {.name = "tall", .type = "Boolean"},
    {0},
};
static const struct gql_field_row zoo_keeper[] = {
    {.name = "id", .type = "ID!"},
    {.name = "name", .type = "String!"},
    {.name = "pets", .type = "[Pet!]", .arguments = zoo_pets_arguments},
    {.name = "boss", .type = "Keeper"},
    {.name = "tall", .type = "Int"},
    {0},
};
static const struct gql_field_row zoo_pet_filter[] = {
    {.name = "name", .type = "String"},
    {.name = "kind", .type = "[Kind!]"},
    {.name = "taller", .type = "Float"},
    {.name = "and", .type = "[PetFilter!]"},
    {.name = "not", .type = "PetFilter"},
    {.name = "happy", .type = "Boolean!", .default_text = "true"},
    {.name = "was", .type = "String", .deprecation = "No longer."},
    {0},
};
static const struct gql_field_row zoo_pet_by[] = {
    {.name = "id", .type = "ID"}, {.name = "name", .type = "String"}, {.name = "keeper", .type = "PetBy"}, {0}};
static const struct gql_field_row zoo_pet_input[] = {
    {.name = "name", .type = "String!"}, {.name = "kind", .type = "Kind!"},          {.name = "age", .type = "Int"},
    {.name = "data", .type = "JSON"},    {.name = "parents", .type = "[PetInput!]"}, {0}};

static const struct gql_type_row zoo_types[] = {
    {.kind = GQL_OBJECT, .name = "Query", .fields = zoo_query},
    {.kind = GQL_OBJECT, .name = "Mutation", .fields = zoo_mutation},
    {.kind = GQL_OBJECT, .name = "Subscription", .fields = zoo_subscription},
    {.kind = GQL_OBJECT, .name = "Pet", .fields = zoo_pet, .description = "An animal."},
    {.kind = GQL_OBJECT, .name = "Keeper", .fields = zoo_keeper, .bare = true},
    {.kind = GQL_INPUT, .name = "PetFilter", .fields = zoo_pet_filter},
    {.kind = GQL_INPUT, .name = "PetBy", .fields = zoo_pet_by, .one_of = true},
    {.kind = GQL_INPUT, .name = "PetInput", .fields = zoo_pet_input},
    {.kind = GQL_ENUM, .name = "Kind", .values = "CAT DOG FISH"},
    {.kind = GQL_ENUM, .name = "Unit", .values = "METRE FOOT"},
    {.kind = GQL_ENUM, .name = "Order", .values = "NAME SIZE"},
    {.kind = GQL_SCALAR, .name = "JSON", .specified_by = "https://www.rfc-editor.org/rfc/rfc8259"},
};

static inline const struct gql_schema *zoo_schema(struct arena *arena)
{
    struct gql_builder builder;
    struct err err = {0};
    gql_build_begin(&builder, arena, 0);
    gql_build_tables(&builder, zoo_types, ARRAY_LEN(zoo_types));
    const struct gql_schema *schema = gql_build_finish(&builder, &err);
    if (schema == NULL) {
        fprintf(stderr, "fixture: %s\n", err.text);
        abort();
    }
    return schema;
}

#endif
