/*
 * Order per record: of the deliveries of one record to one webhook, only the oldest may be sent or wait for its retry;
 * the later ones wait behind it. Intrusive: embed an order_item.
 */
#ifndef PORTTI_DISPATCHER_SCHEDULE_ORDER_H
#define PORTTI_DISPATCHER_SCHEDULE_ORDER_H

#include "common/base/list.h"
#include "common/base/map.h"
#include "common/text/uuid.h"
#include <stdbool.h>

struct order_slot;

struct order_item {
    struct list link;
    struct order_slot *slot; /* NULL = in none */
};

/* Zeroed is a valid empty one. */
struct order {
    struct map slots;
};

/* Puts the item behind all others of that webhook and record. True when it is the first, and so may go. */
MUST_CHECK bool order_add(struct order *order, const struct uuid *webhook_id, const struct uuid *record_id,
                          struct order_item *item);
/* Takes an item out. Returns the one that has now become the first, or NULL when none did. */
struct order_item *order_remove(struct order *order, struct order_item *item);
/* The items of that webhook and record, oldest first, linked by `link`; NULL when there are none. */
struct list *order_find(const struct order *order, const struct uuid *webhook_id, const struct uuid *record_id);
/* All items must have been removed. */
void order_release(struct order *order);

#endif
