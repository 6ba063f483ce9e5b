/*
 * The schemas of all GraphQL endpoints, made once a catalogue version, away from requests, and shared by all workers.
 * Immutable and counted, like the catalogue.
 */
#ifndef PORTTI_REQUEST_GRAPHQL_SCHEMA_H
#define PORTTI_REQUEST_GRAPHQL_SCHEMA_H

#include "common/base/err.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/graphql/schema.h"

/* The endpoint of a path; graphql_endpoint_count when there is none. */
size_t graphql_find(struct str path);
extern const size_t graphql_endpoint_count;

struct schema_set;

/* Holds a reference of its own to the catalogue. NULL when a room is at odds with itself; `*err` says how. */
MUST_CHECK struct schema_set *schema_set_new(struct catalogue *catalogue, struct err *err);
/* Thread-safe. */
struct schema_set *schema_set_ref(struct schema_set *set);
/* Thread-safe; NULL is allowed. */
void schema_set_unref(struct schema_set *set);
/* Of the endpoint at that place of graphql_endpoints. */
const struct gql_schema *schema_set_get(const struct schema_set *set, size_t endpoint);
/* Another number for every schema that the process makes. */
int64_t schema_set_version(const struct schema_set *set, size_t endpoint);

#endif
