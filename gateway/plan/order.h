/* Orders: columns of the object itself or across to-one relations, with the place of nulls. */
#ifndef PORTTI_PLAN_ORDER_H
#define PORTTI_PLAN_ORDER_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/plan/path.h"
#include <stdbool.h>
#include <stddef.h>

enum { ORDER_TERMS_MAX = 16 };

struct order_term {
    struct path path;
    bool descending;
    bool nulls_first;
};

/* "AscNullsFirst" and so on. */
MUST_CHECK bool order_direction_parse(struct str text, struct order_term *out);
struct str order_direction_name(const struct order_term *term);
/* Refuses what cannot be ordered by: composites, relations, to-many hops, lists, JSON. */
MUST_CHECK bool order_check(const struct path *path, struct err *err);
/* Adds a term unless its path is there already; then the first stands. */
void order_add(struct order_term *terms, size_t *count, struct order_term term);
/* Appends id, ascending, unless it is ordered by already. */
void order_finish(struct order_term *terms, size_t *count, const struct object *object);
/* Are these just the ids, ascending? */
bool order_is_id(const struct order_term *terms, size_t count);

#endif
