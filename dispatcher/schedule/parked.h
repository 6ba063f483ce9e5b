/*
 * Which records have deliveries that wait in PostgreSQL and not in memory: a set with counts, kept as 64-bit hashes, so
 * that a million of them cost some 25 MB. Two records may share a hash; then one waits for the other, which the owner
 * resolves as it does for one record.
 */
#ifndef PORTTI_DISPATCHER_SCHEDULE_PARKED_H
#define PORTTI_DISPATCHER_SCHEDULE_PARKED_H

#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed is a valid empty one. */
struct parked {
    uint64_t *hashes; /* 0 = free */
    uint32_t *counts; /* 0 with a hash = was removed */
    size_t capacity;
    size_t filled; /* slots with a hash */
    size_t keys;   /* of those, with a count */
    size_t rows;   /* the sum of the counts */
};

void parked_add(struct parked *parked, const struct uuid *record_id);
/* Harmless when it is not there. */
void parked_remove(struct parked *parked, const struct uuid *record_id);
bool parked_has(const struct parked *parked, const struct uuid *record_id);
void parked_release(struct parked *parked);

#endif
