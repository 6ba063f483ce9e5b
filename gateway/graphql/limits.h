/*
 * What one request may ask for. Each limit has its own refusal, before anything is executed. 0 means the default.
 */
#ifndef PORTTI_GRAPHQL_LIMITS_H
#define PORTTI_GRAPHQL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct gql_limits {
    uint32_t tokens;  /* 5,000: of the document */
    uint32_t nesting; /* 64: of braces, brackets and parentheses of the document; this bounds recursion. At most 256 */
    uint32_t depth;   /* 15, at most 200: levels of fields of the operation, fragments followed; introspection may have
                       * 20 in any case, which its usual query needs */
    uint32_t aliases; /* 100: in the document */
    uint32_t directives;   /* 100: uses in the document */
    uint32_t root_fields;  /* 20: of the operation; introspection and __typename are not counted */
    uint32_t fields;       /* 2,000: of the operation, fragments followed, as they stand in the reply */
    uint32_t work;         /* 500,000: steps of validation that can grow faster than the document */
    bool hide_suggestions; /* no "Did you mean": for callers who may not introspect */
    /*
     * Accepts what clients of the contract send though the specification refuses it: a string where an enum is
     * expected (contract 2.5), and a selection without braces of types marked `bare` (contract 2.3).
     */
    bool lenient;
    uint64_t skip_rules; /* bits 1 << enum gql_rule: rules of validation that are not enforced (contract 3.2) */
};

/* `limits` with the defaults filled in. */
struct gql_limits gql_limits_complete(const struct gql_limits *limits);

#endif
