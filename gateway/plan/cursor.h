/*
 * Cursors (contract rest-core 2.5, graphql-core 3.6): base64 of a compact JSON object with a record's value for each
 * ordered path, nested as the path is, plus the id. Both protocols take the other's.
 */
#ifndef PORTTI_PLAN_CURSOR_H
#define PORTTI_PLAN_CURSOR_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "gateway/plan/order.h"
#include "gateway/record/value.h"

/* `values` hold one value for each of the terms. */
void cursor_put(struct strbuf *out, struct arena *arena, const struct order_term *terms, size_t count,
                const struct value *values);
/*
 * Values for the terms, which end with the id. ERR_INVALID, INVALID_CURSOR, when it is none, or one of another order;
 * `*missing`, if wanted, is then the first term that it has no value for, or NULL. A space is read as '+', since
 * clients paste cursors into URLs unescaped.
 */
MUST_CHECK bool cursor_parse(struct arena *arena, const struct order_term *terms, size_t count, struct str text,
                             const struct value **out, const struct order_term **missing, struct err *err);

#endif
