/*
 * Introspection: answers `__schema` and `__type` for any selection, from the schema itself.
 */
#ifndef PORTTI_GRAPHQL_INTROSPECT_H
#define PORTTI_GRAPHQL_INTROSPECT_H

#include "common/base/strbuf.h"
#include "gateway/graphql/prepare.h"
#include "gateway/graphql/schema.h"

/* Roles of the three fields that are no fields of a type: they are theirs alone in every schema. */
enum { GQL_META_TYPENAME = 250, GQL_META_SCHEMA = 251, GQL_META_TYPE = 252 };

/* Is this selected field __schema or __type? */
bool gql_is_introspection(const struct gql_selected *field);
/* Appends the value of such a field (without its key) to `out`. Selections may make this large: give `out` a ceiling
 * and look at `overflowed` afterwards. */
void gql_introspect(struct strbuf *out, const struct gql_schema *schema, const struct gql_selected *field);

/* The document that tools send to learn everything (graphql-js's, with every option on). */
extern const char gql_introspection_query[];
/* Appends the whole reply to it: {"data":{"__schema":…}}. To be made once a schema. */
void gql_introspection_reply(struct strbuf *out, const struct gql_schema *schema);

#endif
