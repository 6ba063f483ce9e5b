/* Inside this room: names to pointers, in an arena, for as many entries as were promised. */
#ifndef PORTTI_GRAPHQL_NAMES_H
#define PORTTI_GRAPHQL_NAMES_H

#include "common/base/arena.h"
#include "common/base/str.h"

struct gql_name_slot {
    struct str key; /* ptr NULL = free */
    const void *value;
};

struct gql_names {
    struct gql_name_slot *slots;
    size_t mask;
};

/* Room for `capacity` names. */
void gql_names_init(struct arena *arena, struct gql_names *names, size_t capacity);
/* The value, or NULL. */
const void *gql_names_get(const struct gql_names *names, struct str key);
/* Adds, or replaces the value. `key.ptr` and `value` are not NULL. Returns the value replaced. */
const void *gql_names_set(struct gql_names *names, struct str key, const void *value);

/* Pairs of pointers to what is known of them, growing in the arena: for "was this compared already?". Zeroed is empty.
 */
struct gql_pair {
    const void *a;
    const void *b;
    void *made; /* of the user */
    int value;  /* of the user */
};

struct gql_pairs {
    struct gql_pair *slots;
    size_t capacity;
    size_t count;
};

/* The entry of (a, b), made zeroed when it is new. `a` is not NULL. Valid until the next call. */
struct gql_pair *gql_pairs_at(struct arena *arena, struct gql_pairs *pairs, const void *a, const void *b);

#endif
