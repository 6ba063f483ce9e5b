#include "gateway/transport/document_cache.h"

#include "common/base/alloc.h"
#include "gateway/graphql/document_key.h"
#include "gateway/graphql/validate.h"
#include <stdlib.h>

void document_cache_init(struct document_cache *cache, size_t most_bytes)
{
    *cache = (struct document_cache){.most_bytes = most_bytes};
    list_init(&cache->recent);
}

static void free_document(struct cached_document *document)
{
    strbuf_release(&document->reply);
    arena_release(&document->arena);
    free(document);
}

static struct str key_of(const struct cached_document *document)
{
    return str_of((const char *)&document->key, sizeof document->key);
}

/* It lives on as long as somebody holds it. */
static void drop(struct document_cache *cache, struct cached_document *document)
{
    list_remove(&document->link);
    if (map_get(&cache->by_key, key_of(document)) == document) {
        map_remove(&cache->by_key, key_of(document));
    }
    cache->bytes -= document->bytes;
    document->kept = false;
    if (document->references == 0) {
        free_document(document);
    }
}

void document_cache_release(struct document_cache *cache)
{
    LIST_EACH(at, after, &cache->recent)
    {
        drop(cache, LIST_ENTRY(at, struct cached_document, link));
    }
    map_release(&cache->by_key);
}

static void make_room(struct document_cache *cache)
{
    for (struct list *at = cache->recent.prev; cache->bytes > cache->most_bytes && at != &cache->recent;) {
        struct list *newer = at->prev;
        drop(cache, LIST_ENTRY(at, struct cached_document, link));
        at = newer;
    }
}

static struct cached_document *find(struct document_cache *cache, uint64_t key, struct str source)
{
    struct cached_document *found = map_get(&cache->by_key, str_of((const char *)&key, sizeof key));
    if (found == NULL || !str_eq(found->source, source)) {
        return NULL;
    }
    list_remove(&found->link);
    list_push_front(&cache->recent, &found->link);
    return found;
}

static struct cached_document *make(struct arena *scratch, const struct gql_schema *schema, struct str source,
                                    const struct gql_limits *limits, struct gql_errors *errors)
{
    struct cached_document *made = xcalloc(1, sizeof *made);
    made->source = arena_copy(&made->arena, source);
    made->document = gql_parse(&made->arena, made->source, limits, errors);
    if (made->document == NULL || !gql_validate(scratch, schema, made->document, limits, errors)) {
        free_document(made);
        return NULL;
    }
    made->bytes = sizeof *made + made->arena.total;
    return made;
}

static void keep(struct document_cache *cache, struct cached_document *document)
{
    struct cached_document *other = map_get(&cache->by_key, key_of(document));
    if (document->bytes > cache->most_bytes / 4) {
        return; /* it would push out too many others */
    }
    if (other != NULL) {
        drop(cache, other);
    }
    document->kept = true;
    cache->bytes += document->bytes;
    list_push_front(&cache->recent, &document->link);
    map_set(&cache->by_key, key_of(document), document);
    make_room(cache);
}

struct cached_document *document_cache_get(struct document_cache *cache, struct arena *scratch,
                                           const struct gql_schema *schema, int64_t version, struct str source,
                                           const struct gql_limits *limits, struct gql_errors *errors, bool *hit)
{
    uint64_t key = gql_document_key(source, version);
    struct cached_document *document = find(cache, key, source);
    *hit = document != NULL;
    if (document == NULL) {
        document = make(scratch, schema, source, limits, errors);
        if (document == NULL) {
            return NULL;
        }
        document->key = key;
        document->references = 1;
        keep(cache, document);
        return document;
    }
    if (document->ahead == NULL) {
        document->ahead = gql_prepare_ahead(&document->arena, schema, document->document);
    }
    document->references++;
    return document;
}

static void count_reply(struct document_cache *cache, struct cached_document *document)
{
    size_t bytes = sizeof *document + document->arena.total + document->reply.capacity;
    cache->bytes += bytes - document->bytes;
    document->bytes = bytes;
    if (bytes > cache->most_bytes) {
        drop(cache, document);
    } else {
        make_room(cache);
    }
}

void document_cache_put(struct document_cache *cache, struct cached_document *document)
{
    if (document == NULL) {
        return;
    }
    document->references--;
    if (!document->kept) {
        if (document->references == 0) {
            free_document(document);
        }
    } else {
        count_reply(cache, document);
    }
}
