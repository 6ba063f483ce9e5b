/* Inside this room: a value of a document as text. */
#ifndef PORTTI_GRAPHQL_VALUE_PRINT_H
#define PORTTI_GRAPHQL_VALUE_PRINT_H

#include "common/base/strbuf.h"
#include "gateway/graphql/document.h"

/* As GraphQL. Give `out` a ceiling. */
void gql_value_print(struct strbuf *out, const struct gql_value *value);
/* The same for a message: at most some hundred bytes. */
struct str gql_value_text(struct arena *arena, const struct gql_value *value);
/* Do both say the same? The order of an object's fields does not count. `*work` goes down by what was looked at. */
bool gql_value_same(struct arena *arena, const struct gql_value *a, const struct gql_value *b, int64_t *work);

#endif
