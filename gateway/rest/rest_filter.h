/* The `filter` and `order_by` grammars. Internal to the room. */
#ifndef PORTTI_REST_REST_FILTER_H
#define PORTTI_REST_REST_FILTER_H

#include "gateway/plan/plan.h"

/* Contract 2.1, with a real parser: quotes, commas and brackets in values mean what a reader expects. NULL on failure,
 * with `*err` naming the byte. An empty text gives an empty AND. */
MUST_CHECK struct filter *rest_filter_parse(struct arena *arena, const struct object *object, struct str text,
                                            struct err *err);
/* Contract 2.2. `terms` has room for ORDER_TERMS_MAX; id is appended. */
MUST_CHECK bool rest_order_parse(const struct object *object, struct str text, struct order_term *terms, size_t *count,
                                 struct err *err);

#endif
