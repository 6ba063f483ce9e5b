#include "gateway/graphql/names.h"

#include "common/base/map.h"

void gql_names_init(struct arena *arena, struct gql_names *names, size_t capacity)
{
    size_t size = 4;
    while (size < 2 * capacity) {
        size *= 2;
    }
    names->slots = ARENA_ARRAY(arena, struct gql_name_slot, size);
    names->mask = size - 1;
}

static struct gql_name_slot *find(const struct gql_names *names, struct str key)
{
    size_t at = map_hash(key) & names->mask;
    while (names->slots[at].key.ptr != NULL && !str_eq(names->slots[at].key, key)) {
        at = (at + 1) & names->mask;
    }
    return &names->slots[at];
}

const void *gql_names_get(const struct gql_names *names, struct str key)
{
    return names->slots == NULL ? NULL : find(names, key)->value;
}

const void *gql_names_set(struct gql_names *names, struct str key, const void *value)
{
    struct gql_name_slot *slot = find(names, key);
    const void *before = slot->value;
    *slot = (struct gql_name_slot){key, value};
    return before;
}

static struct gql_pair *find_pair(const struct gql_pairs *pairs, const void *a, const void *b)
{
    uint64_t hash = (uintptr_t)a * UINT64_C(0x9E3779B97F4A7C15) ^ (uintptr_t)b * UINT64_C(0xC2B2AE3D27D4EB4F);
    size_t mask = pairs->capacity - 1;
    size_t at = (hash ^ (hash >> 29)) & mask;
    while (pairs->slots[at].a != NULL && (pairs->slots[at].a != a || pairs->slots[at].b != b)) {
        at = (at + 1) & mask;
    }
    return &pairs->slots[at];
}

static void grow(struct arena *arena, struct gql_pairs *pairs)
{
    struct gql_pairs bigger = {.capacity = pairs->capacity == 0 ? 16 : 2 * pairs->capacity, .count = pairs->count};
    bigger.slots = ARENA_ARRAY(arena, struct gql_pair, bigger.capacity);
    for (size_t i = 0; i < pairs->capacity; i++) {
        if (pairs->slots[i].a != NULL) {
            *find_pair(&bigger, pairs->slots[i].a, pairs->slots[i].b) = pairs->slots[i];
        }
    }
    *pairs = bigger;
}

struct gql_pair *gql_pairs_at(struct arena *arena, struct gql_pairs *pairs, const void *a, const void *b)
{
    if (2 * (pairs->count + 1) > pairs->capacity) {
        grow(arena, pairs);
    }
    struct gql_pair *pair = find_pair(pairs, a, b);
    if (pair->a == NULL) {
        *pair = (struct gql_pair){.a = a, .b = b};
        pairs->count++;
    }
    return pair;
}
