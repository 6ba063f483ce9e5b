#include "gateway/request/graphql_schema.h"

#include "common/base/alloc.h"
#include "gateway/request/graphql.h"
#include <stdatomic.h>
#include <stdlib.h>

const struct graphql_endpoint *const graphql_endpoints[] = {&graphql_core, &graphql_metadata};
const size_t graphql_endpoint_count = ARRAY_LEN(graphql_endpoints);

struct schema_set {
    atomic_size_t references;
    int64_t serial; /* of all that this process has made */
    struct catalogue *catalogue;
    struct arena arena;
    const struct gql_schema *schemas[ARRAY_LEN(graphql_endpoints)];
};

struct schema_set *schema_set_new(struct catalogue *catalogue, struct err *err)
{
    static _Atomic int64_t made;
    struct schema_set *set = xcalloc(1, sizeof *set);
    set->serial = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    atomic_init(&set->references, 1);
    set->catalogue = catalogue_ref(catalogue);
    for (size_t i = 0; i < graphql_endpoint_count; i++) {
        set->schemas[i] = graphql_endpoints[i]->build(&set->arena, catalogue, err);
        if (set->schemas[i] == NULL) {
            schema_set_unref(set);
            return NULL;
        }
    }
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
    arena_release(&set->arena);
    catalogue_unref(set->catalogue);
    free(set);
}

const struct gql_schema *schema_set_get(const struct schema_set *set, size_t endpoint)
{
    return set->schemas[endpoint];
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
