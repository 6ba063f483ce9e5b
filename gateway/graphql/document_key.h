/* Keys under which documents are kept. */
#ifndef PORTTI_GRAPHQL_DOCUMENT_KEY_H
#define PORTTI_GRAPHQL_DOCUMENT_KEY_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

/* For a cache of parsed and validated documents: what was validated against one schema is not valid for the next. The
 * hash is seeded per process, but it is no proof: compare the source as well when an entry is found. */
uint64_t gql_document_key(struct str source, int64_t schema_version);

/* Automatic persisted queries (Apollo): SHA-256 of the document in lower-case hexadecimal. */
#define GQL_PERSISTED_LEN 64
void gql_persisted_hash(struct str source, char out[GQL_PERSISTED_LEN]);
/* Is `hash` the hash of the document? Letters may be of either case. */
bool gql_persisted_matches(struct str source, struct str hash);

#endif
