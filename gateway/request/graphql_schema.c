#include "gateway/request/graphql_schema.h"

#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "gateway/request/graphql.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

const struct graphql_endpoint *const graphql_endpoints[] = {&graphql_core, &graphql_metadata};
const size_t graphql_endpoint_count = ARRAY_LEN(graphql_endpoints);

struct schema_set {
    atomic_size_t references;
    int64_t serial; /* of all that this process has made */
    struct catalogue *catalogue;
    pthread_mutex_t lock; /* of the rest */
    struct arena arena;
    const struct gql_schema *schemas[ARRAY_LEN(graphql_endpoints)];
    bool broken[ARRAY_LEN(graphql_endpoints)]; /* could not be made, and that is in the log */
};

struct schema_set *schema_set_new(struct catalogue *catalogue)
{
    static _Atomic int64_t made;
    struct schema_set *set = xcalloc(1, sizeof *set);
    set->serial = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    atomic_init(&set->references, 1);
    pthread_mutex_init(&set->lock, NULL);
    set->catalogue = catalogue_ref(catalogue);
    return set;
}

struct schema_set *schema_set_ref(struct schema_set *set)
{
    atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
    return set;
}

void schema_set_unref(struct schema_set *set)
{
    if (set == NULL || atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) > 1) {
        return;
    }
    pthread_mutex_destroy(&set->lock);
    arena_release(&set->arena);
    catalogue_unref(set->catalogue);
    free(set);
}

static void make(struct schema_set *set, size_t endpoint)
{
    struct err err;
    set->schemas[endpoint] = graphql_endpoints[endpoint]->build(&set->arena, set->catalogue, &err);
    set->broken[endpoint] = set->schemas[endpoint] == NULL;
    if (set->broken[endpoint]) {
        log_line(LOG_LEVEL_ERROR, "graphql_schema", "%s: %s", graphql_endpoints[endpoint]->path, err.text);
    }
}

const struct gql_schema *schema_set_get(struct schema_set *set, size_t endpoint)
{
    pthread_mutex_lock(&set->lock);
    if (set->schemas[endpoint] == NULL && !set->broken[endpoint]) {
        make(set, endpoint);
    }
    const struct gql_schema *schema = set->schemas[endpoint];
    pthread_mutex_unlock(&set->lock);
    return schema;
}

int64_t schema_set_version(const struct schema_set *set, size_t endpoint)
{
    /* Not the catalogue's: what is kept of documents points into their schema, and a model may go back a version. */
    return set->serial * (int64_t)graphql_endpoint_count + (int64_t)endpoint;
}

size_t graphql_find(struct str path)
{
    size_t i = 0;
    while (i < graphql_endpoint_count && !str_is(path, graphql_endpoints[i]->path)) {
        i++;
    }
    return i;
}
