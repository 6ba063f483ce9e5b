#include "gateway/request/graphql_persisted.h"

#include "common/base/alloc.h"
#include "common/base/list.h"
#include "common/base/map.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct persisted {
    struct list link;
    struct str hash; /* both lie behind the struct */
    struct str document;
};

struct persisted_store {
    pthread_mutex_t lock;
    size_t most_bytes;
    size_t bytes;
    struct map by_hash;
    struct list recent; /* the most recently used one first */
};

struct persisted_store *persisted_store_new(size_t most_bytes)
{
    struct persisted_store *store = xcalloc(1, sizeof *store);
    pthread_mutex_init(&store->lock, NULL);
    store->most_bytes = most_bytes;
    list_init(&store->recent);
    return store;
}

static size_t size_of(const struct persisted *item)
{
    return sizeof *item + item->hash.len + item->document.len;
}

static void drop_oldest(struct persisted_store *store)
{
    struct persisted *item = LIST_ENTRY(store->recent.prev, struct persisted, link);
    list_remove(&item->link);
    map_remove(&store->by_hash, item->hash);
    store->bytes -= size_of(item);
    free(item);
}

void persisted_store_free(struct persisted_store *store)
{
    if (store == NULL) {
        return;
    }
    while (!list_empty(&store->recent)) {
        drop_oldest(store);
    }
    map_release(&store->by_hash);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

bool persisted_store_enabled(const struct persisted_store *store)
{
    return store->most_bytes > 0;
}

bool persisted_store_get(struct persisted_store *store, struct arena *arena, struct str hash, struct str *out)
{
    pthread_mutex_lock(&store->lock);
    struct persisted *item = map_get(&store->by_hash, hash);
    if (item != NULL) {
        list_remove(&item->link);
        list_push_front(&store->recent, &item->link);
        *out = arena_copy(arena, item->document);
    }
    pthread_mutex_unlock(&store->lock);
    return item != NULL;
}

static struct persisted *make(struct str hash, struct str document)
{
    struct persisted *item = xmalloc(sizeof *item + hash.len + document.len);
    char *bytes = (char *)(item + 1);
    memcpy(bytes, hash.ptr, hash.len);
    memcpy(bytes + hash.len, document.ptr, document.len);
    *item = (struct persisted){.hash = str_of(bytes, hash.len), .document = str_of(bytes + hash.len, document.len)};
    return item;
}

void persisted_store_add(struct persisted_store *store, struct str hash, struct str document)
{
    /* One that would push out most others is not worth it. */
    if (document.len == 0 || document.len > store->most_bytes / 8) {
        return;
    }
    pthread_mutex_lock(&store->lock);
    if (map_get(&store->by_hash, hash) == NULL) {
        struct persisted *item = make(hash, document);
        map_set(&store->by_hash, item->hash, item);
        list_push_front(&store->recent, &item->link);
        store->bytes += size_of(item);
        while (store->bytes > store->most_bytes) {
            drop_oldest(store);
        }
    }
    pthread_mutex_unlock(&store->lock);
}
