/*
 * Documents that were parsed and validated before, so that a repeated query costs a look-up. Bounded in bytes, least
 * recently used first out. One thread's. Pure.
 */
#ifndef PORTTI_TRANSPORT_DOCUMENT_CACHE_H
#define PORTTI_TRANSPORT_DOCUMENT_CACHE_H

#include "common/base/list.h"
#include "common/base/map.h"
#include "common/base/strbuf.h"
#include "gateway/graphql/prepare.h"
#include "gateway/graphql/schema.h"

struct document_cache {
    size_t most_bytes; /* 0: nothing is kept */
    size_t bytes;
    struct map by_key;
    struct list recent; /* the most recently used one first */
};

/*
 * A valid document. Whoever holds it may use all of it; it never changes but for its reply, what is ahead, and what
 * executors keep in the memos of that (struct gql_memo).
 */
struct cached_document {
    const struct gql_document *document;
    const struct gql_ahead *ahead; /* for gql_prepare_document; NULL until it is asked for the second time */
    struct strbuf reply; /* the whole reply to a document that always gets the same one; empty until it was made */
    /* The rest is the cache's. */
    struct list link;
    struct arena arena;
    struct str source;
    uint64_t key;
    size_t bytes;
    size_t references;
    bool kept;
};

void document_cache_init(struct document_cache *cache, size_t most_bytes);
void document_cache_release(struct document_cache *cache);
/*
 * The document of `source`, parsed and validated against the schema, whose `version` must be another one for every
 * schema. NULL, with at least one error, when it is not valid. `scratch` is not needed afterwards; `*hit` tells whether
 * it was there. To be put back with document_cache_put.
 */
MUST_CHECK struct cached_document *document_cache_get(struct document_cache *cache, struct arena *scratch,
                                                      const struct gql_schema *schema, int64_t version,
                                                      struct str source, const struct gql_limits *limits,
                                                      struct gql_errors *errors, bool *hit);
/* NULL is allowed. Counts what its reply and memos have grown to. */
void document_cache_put(struct document_cache *cache, struct cached_document *document);

#endif
