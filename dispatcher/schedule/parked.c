#include "dispatcher/schedule/parked.h"
#include "common/base/alloc.h"
#include "common/base/map.h"
#include <stdlib.h>

static uint64_t hash_of(const struct uuid *record_id)
{
    uint64_t hash = map_hash(str_of((const char *)record_id->bytes, sizeof(record_id->bytes)));
    return hash == 0 ? 1 : hash;
}

/* The slot of the hash, or the free one where it would be. */
static size_t slot_of(const struct parked *parked, uint64_t hash)
{
    size_t mask = parked->capacity - 1;
    size_t at = hash & mask;
    while (parked->hashes[at] != 0 && parked->hashes[at] != hash) {
        at = (at + 1) & mask;
    }
    return at;
}

static void rebuild(struct parked *parked)
{
    enum { CAPACITY_LEAST = 16 };
    struct parked old = *parked;
    size_t capacity = CAPACITY_LEAST;
    while (capacity * 3 < (old.keys + 1) * 5) { /* at most 60 % full */
        capacity *= 2;
    }
    *parked = (struct parked){
        .hashes = xcalloc(capacity, sizeof(uint64_t)),
        .counts = xcalloc(capacity, sizeof(uint32_t)),
        .capacity = capacity,
        .filled = old.keys,
        .keys = old.keys,
        .rows = old.rows,
    };
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.counts[i] > 0) {
            size_t at = slot_of(parked, old.hashes[i]);
            parked->hashes[at] = old.hashes[i];
            parked->counts[at] = old.counts[i];
        }
    }
    free(old.hashes);
    free(old.counts);
}

void parked_add(struct parked *parked, const struct uuid *record_id)
{
    if ((parked->filled + 1) * 4 > parked->capacity * 3) {
        rebuild(parked);
    }
    uint64_t hash = hash_of(record_id);
    size_t at = slot_of(parked, hash);
    if (parked->hashes[at] == 0) {
        parked->hashes[at] = hash;
        parked->filled++;
    }
    parked->keys += parked->counts[at] == 0 ? 1 : 0;
    parked->counts[at]++;
    parked->rows++;
}

void parked_remove(struct parked *parked, const struct uuid *record_id)
{
    if (parked->capacity == 0) {
        return;
    }
    size_t at = slot_of(parked, hash_of(record_id));
    if (parked->counts[at] == 0) {
        return;
    }
    parked->rows--;
    if (--parked->counts[at] == 0) {
        parked->keys--;
    }
    if (parked->keys == 0) {
        parked_release(parked);
    }
}

bool parked_has(const struct parked *parked, const struct uuid *record_id)
{
    return parked->keys > 0 && parked->counts[slot_of(parked, hash_of(record_id))] > 0;
}

void parked_release(struct parked *parked)
{
    free(parked->hashes);
    free(parked->counts);
    *parked = (struct parked){0};
}
