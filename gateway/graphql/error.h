/*
 * struct gql_errors: what is wrong with a request, in the order it was found. Each error has the words that graphql-js
 * uses for it, the name of the rule that was broken, and where in the document. All of it lives in the arena that the
 * errors were made with. Zeroed with an arena is a valid empty list.
 */
#ifndef PORTTI_GRAPHQL_ERROR_H
#define PORTTI_GRAPHQL_ERROR_H

#include "common/base/arena.h"
#include "common/base/attributes.h"
#include "common/base/str.h"
#include "common/base/strbuf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gql_error_kind {
    GQL_ERROR_SYNTAX,     /* GRAPHQL_PARSE_FAILED */
    GQL_ERROR_VALIDATION, /* GRAPHQL_VALIDATION_FAILED */
    GQL_ERROR_LIMIT,      /* the document asks for more than may be asked for */
    GQL_ERROR_OPERATION,  /* no such operation, or which one? */
    GQL_ERROR_VARIABLES,  /* the variables do not fit their types */
    GQL_ERROR_FIELD       /* one field's arguments do not fit: that field is null, the others are not touched */
};

struct gql_location {
    uint32_t line;   /* from 1; LF, CR and CR LF end a line */
    uint32_t column; /* from 1, in UTF-16 units as in graphql-js and in editors */
};

struct gql_error {
    enum gql_error_kind kind;
    const char *rule; /* graphql-js's name of the rule, such as "ScalarLeafs"; for other kinds a word like "Syntax" */
    struct str message;
    const struct gql_location *locations;
    size_t location_count;
    const struct gql_error *next;
};

/* After so many, the list ends with one that says so. graphql-js stops there too. */
#define GQL_ERRORS_MAX 100

struct gql_errors {
    struct arena *arena;
    struct str source; /* of the document, to find lines and columns */
    struct gql_error *first;
    struct gql_error *last;
    size_t count;
};

/* Line and column of a byte of the document. Linear in `offset`. */
struct gql_location gql_location_at(struct str source, size_t offset);

static inline bool gql_errors_full(const struct gql_errors *errors)
{
    return errors->count > GQL_ERRORS_MAX;
}

/* Adds an error about the places at `offsets`. Does nothing when the list is full. */
void gql_error_add(struct gql_errors *errors, enum gql_error_kind kind, const char *rule, const uint32_t *offsets,
                   size_t count, const char *format, ...) PRINTF_LIKE(6, 7);

/* The contract's code of a kind: "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED" or "BAD_USER_INPUT". */
const char *gql_error_code(enum gql_error_kind kind);
/* Appends {"message":…,"locations":[…],"path":…,"extensions":{"code":…}}: an entry of `errors` in a reply. `path` is
 * JSON; empty = none. */
void gql_error_put_json(struct strbuf *out, const struct gql_error *error, struct str path);

#endif
