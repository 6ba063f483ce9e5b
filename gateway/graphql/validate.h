/*
 * The rules of chapter 5 of the specification, with the names, words and places that graphql-js uses for them. Work
 * that could grow faster than the document is counted and ends in an error of kind LIMIT.
 */
#ifndef PORTTI_GRAPHQL_VALIDATE_H
#define PORTTI_GRAPHQL_VALIDATE_H

#include "gateway/graphql/document.h"
#include "gateway/graphql/error.h"
#include "gateway/graphql/limits.h"
#include "gateway/graphql/schema.h"

enum gql_rule {
    GQL_RULE_EXECUTABLE_DEFINITIONS,
    GQL_RULE_KNOWN_OPERATION_TYPES,
    GQL_RULE_UNIQUE_OPERATION_NAMES,
    GQL_RULE_LONE_ANONYMOUS_OPERATION,
    GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS,
    GQL_RULE_KNOWN_TYPE_NAMES,
    GQL_RULE_FRAGMENTS_ON_COMPOSITE_TYPES,
    GQL_RULE_VARIABLES_ARE_INPUT_TYPES,
    GQL_RULE_SCALAR_LEAFS,
    GQL_RULE_FIELDS_ON_CORRECT_TYPE,
    GQL_RULE_UNIQUE_FRAGMENT_NAMES,
    GQL_RULE_KNOWN_FRAGMENT_NAMES,
    GQL_RULE_NO_UNUSED_FRAGMENTS,
    GQL_RULE_POSSIBLE_FRAGMENT_SPREADS,
    GQL_RULE_NO_FRAGMENT_CYCLES,
    GQL_RULE_UNIQUE_VARIABLE_NAMES,
    GQL_RULE_NO_UNDEFINED_VARIABLES,
    GQL_RULE_NO_UNUSED_VARIABLES,
    GQL_RULE_KNOWN_DIRECTIVES,
    GQL_RULE_UNIQUE_DIRECTIVES_PER_LOCATION,
    GQL_RULE_KNOWN_ARGUMENT_NAMES,
    GQL_RULE_UNIQUE_ARGUMENT_NAMES,
    GQL_RULE_VALUES_OF_CORRECT_TYPE,
    GQL_RULE_PROVIDED_REQUIRED_ARGUMENTS,
    GQL_RULE_VARIABLES_IN_ALLOWED_POSITION,
    GQL_RULE_OVERLAPPING_FIELDS_CAN_BE_MERGED,
    GQL_RULE_UNIQUE_INPUT_FIELD_NAMES,
    GQL_RULE_MAX_INTROSPECTION_DEPTH,
    GQL_RULE_COUNT
};
/* "ScalarLeafs" */
extern const char *const gql_rule_names[GQL_RULE_COUNT];

/* False when at least one error was added. `arena` is for scratch; nothing in it is needed afterwards. */
MUST_CHECK bool gql_validate(struct arena *arena, const struct gql_schema *schema, const struct gql_document *document,
                             const struct gql_limits *limits, struct gql_errors *errors);

#endif
