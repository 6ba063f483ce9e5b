/* Inside this room: " Did you mean …?", as graphql-js says it. */
#ifndef PORTTI_GRAPHQL_SUGGEST_H
#define PORTTI_GRAPHQL_SUGGEST_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include "gateway/graphql/schema.h"

struct gql_suggestions {
    struct arena *arena;
    struct str input;
    struct {
        struct str name;
        size_t distance;
    } best[5];
    size_t count;
    size_t looked;  /* names looked at; stops after some thousands */
    size_t *budget; /* of a whole validation, or NULL: names that may be looked at; then there are no hints any more */
};

/* A name that might have been meant. */
void gql_suggest(struct gql_suggestions *suggestions, struct str name);
void gql_suggest_fields(struct gql_suggestions *suggestions, const struct gql_field *fields, size_t count);
/* Empty when nothing is near. `prefix` is "" or "the enum value ". */
struct str gql_suggest_text(const struct gql_suggestions *suggestions, const char *prefix);

#endif
