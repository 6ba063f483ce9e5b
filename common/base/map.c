#include "common/base/map.h"

#include "common/base/alloc.h"
#include <stdlib.h>

static uint64_t seed_value = 0x9E3779B97F4A7C15u;

void map_seed(uint64_t seed)
{
    seed_value = seed | 1u;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time through a 64x64 multiply, the construction of wyhash. */
uint64_t map_hash(struct str key)
{
    uint64_t hash = seed_value ^ (key.len * 0xA0761D6478BD642Fu);
    size_t at = 0;
    for (; at + 8 <= key.len; at += 8) {
        uint64_t word;
        memcpy(&word, key.ptr + at, 8);
        hash = mix(hash ^ word, 0xE7037ED1A0B428DBu);
    }
    uint64_t tail = 0;
    if (at < key.len) {
        memcpy(&tail, key.ptr + at, key.len - at);
    }
    return mix(hash ^ tail, 0x8EBC6AF09C88C6E3u ^ seed_value);
}

static struct map_entry *find(const struct map *map, struct str key, uint64_t hash)
{
    size_t mask = map->capacity - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct map_entry *entry = &map->entries[at];
        if (entry->key.ptr == NULL) {
            if (entry->value == NULL) {
                return NULL;
            }
        } else if (entry->hash == hash && str_eq(entry->key, key)) {
            return entry;
        }
    }
}

static void place(struct map *map, struct str key, uint64_t hash, void *value)
{
    size_t mask = map->capacity - 1;
    size_t at = hash & mask;
    while (map->entries[at].key.ptr != NULL || map->entries[at].value != NULL) {
        at = (at + 1) & mask;
    }
    map->entries[at] = (struct map_entry){key, hash, value};
    map->count++;
    map->filled++;
}

static void rebuild(struct map *map)
{
    struct map old = *map;
    size_t capacity = 16;
    while (capacity < (old.count + 1) * 2) {
        capacity *= 2;
    }
    *map = (struct map){.entries = xcalloc(capacity, sizeof(struct map_entry)), .capacity = capacity};
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.entries[i].key.ptr != NULL) {
            place(map, old.entries[i].key, old.entries[i].hash, old.entries[i].value);
        }
    }
    free(old.entries);
}

void *map_get(const struct map *map, struct str key)
{
    struct map_entry *entry = map->capacity == 0 ? NULL : find(map, key, map_hash(key));
    return entry == NULL ? NULL : entry->value;
}

void *map_set(struct map *map, struct str key, void *value)
{
    uint64_t hash = map_hash(key);
    struct map_entry *entry = map->capacity == 0 ? NULL : find(map, key, hash);
    if (entry != NULL) {
        void *replaced = entry->value;
        entry->key = key;
        entry->value = value;
        return replaced;
    }
    if ((map->filled + 1) * 4 > map->capacity * 3) {
        rebuild(map);
    }
    place(map, key, hash, value);
    return NULL;
}

void *map_remove(struct map *map, struct str key)
{
    struct map_entry *entry = map->capacity == 0 ? NULL : find(map, key, map_hash(key));
    if (entry == NULL) {
        return NULL;
    }
    void *removed = entry->value;
    /* A gravestone: no key, some value, so that probes walk on over it. */
    entry->key = STR_EMPTY;
    entry->value = map;
    map->count--;
    return removed;
}

const struct map_entry *map_next(const struct map *map, size_t *at)
{
    while (*at < map->capacity) {
        const struct map_entry *entry = &map->entries[(*at)++];
        if (entry->key.ptr != NULL) {
            return entry;
        }
    }
    return NULL;
}

void map_release(struct map *map)
{
    free(map->entries);
    *map = (struct map){0};
}
