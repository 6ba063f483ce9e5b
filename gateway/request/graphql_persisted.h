/*
 * Documents that clients ask for by their hash (automatic persisted queries): the process's, so that whichever worker
 * learnt one, all know it. Bounded in bytes, least recently used first out.
 */
#ifndef PORTTI_REQUEST_GRAPHQL_PERSISTED_H
#define PORTTI_REQUEST_GRAPHQL_PERSISTED_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>

struct persisted_store;

/* With 0 bytes nothing is kept, and persisted_store_enabled is false. */
struct persisted_store *persisted_store_new(size_t most_bytes);
void persisted_store_free(struct persisted_store *store);
bool persisted_store_enabled(const struct persisted_store *store);
/* Both are thread-safe. `hash` is in lower-case hexadecimal. False when it is not known. */
bool persisted_store_get(struct persisted_store *store, struct arena *arena, struct str hash, struct str *out);
/* The caller has checked that the hash is the document's. */
void persisted_store_add(struct persisted_store *store, struct str hash, struct str document);

#endif
