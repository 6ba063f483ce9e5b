/*
 * The schemas of all GraphQL endpoints over one catalogue, shared by all workers and counted, like the catalogue. Each
 * is made when it is first asked for, on the thread that asks: a millisecond for tens of objects, a tenth of a second
 * and 50 MB for a thousand, which nobody pays who does not speak GraphQL, and no change of the model waits for.
 * Immutable from then on.
 */
#ifndef PORTTI_REQUEST_GRAPHQL_SCHEMA_H
#define PORTTI_REQUEST_GRAPHQL_SCHEMA_H

#include "gateway/catalogue/catalogue.h"
#include "gateway/graphql/schema.h"

/* The endpoint of a path; graphql_endpoint_count when there is none. */
size_t graphql_find(struct str path);
extern const size_t graphql_endpoint_count;

struct schema_set;

/* Holds a reference of its own to the catalogue. */
struct schema_set *schema_set_new(struct catalogue *catalogue);
/* Thread-safe. */
struct schema_set *schema_set_ref(struct schema_set *set);
/* Thread-safe; NULL is allowed. */
void schema_set_unref(struct schema_set *set);
/* Of the endpoint at that place of graphql_endpoints. Thread-safe. NULL when a room is at odds with itself, which is in
 * the log then. */
const struct gql_schema *schema_set_get(struct schema_set *set, size_t endpoint);
/* Another number for every schema that the process makes. */
int64_t schema_set_version(const struct schema_set *set, size_t endpoint);

#endif
