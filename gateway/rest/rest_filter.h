/* The `filter` and `order_by` grammars. Internal to the room, but for conditions of webhooks. */
#ifndef PORTTI_REST_REST_FILTER_H
#define PORTTI_REST_REST_FILTER_H

#include "common/filter/filter_syntax.h"
#include "gateway/plan/plan.h"

/* Contract 2.1, with a real parser: quotes, commas and brackets in values mean what a reader expects. NULL on failure,
 * with `*err` naming the byte. An empty text gives an empty AND. */
MUST_CHECK struct filter *rest_filter_parse(struct arena *arena, const struct object *object, struct str text,
                                            struct err *err);
/* One condition of it, by itself. */
MUST_CHECK struct filter *rest_filter_condition(struct arena *arena, const struct object *object,
                                                const struct filter_syntax *syntax, struct err *err);
/* Contract 2.2. `terms` has room for ORDER_TERMS_MAX; id is appended. */
MUST_CHECK bool rest_order_parse(const struct object *object, struct str text, struct order_term *terms, size_t *count,
                                 struct err *err);

#endif
