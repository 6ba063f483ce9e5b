/*
 * struct map: byte strings to pointers, open addressing, grows. Keys are borrowed: they must live as long as their
 * entry. Zeroed is a valid empty map. The hash is seeded per process, so keys from outside cannot be chosen to collide.
 */
#ifndef PORTTI_BASE_MAP_H
#define PORTTI_BASE_MAP_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
    struct str key; /* ptr NULL = free, or removed when `value` is not NULL */
    uint64_t hash;
    void *value;
};

struct map {
    struct map_entry *entries;
    size_t capacity; /* 0 or a power of two */
    size_t count;    /* live entries */
    size_t filled;   /* live and removed ones */
};

/* The value, or NULL. */
void *map_get(const struct map *map, struct str key);
/* Adds or replaces; `value` is not NULL, and an empty key must have a non-NULL ptr. Returns the value replaced. */
void *map_set(struct map *map, struct str key, void *value);
/* Returns the value removed, or NULL. */
void *map_remove(struct map *map, struct str key);
/* The next live entry at or after `*at`, which is moved on; NULL at the end. Start with 0. Do not change meanwhile. */
const struct map_entry *map_next(const struct map *map, size_t *at);
void map_release(struct map *map);

/* Call once at start with random bytes, before the first map is used; without it the seed is fixed (tests, fuzzing). */
void map_seed(uint64_t seed);
uint64_t map_hash(struct str key);

#endif
