#include "dispatcher/schedule/order.h"
#include "common/base/alloc.h"
#include <assert.h>
#include <stdlib.h>

struct order_slot {
    struct list items;
    char key[2 * sizeof(struct uuid)];
};

static struct str key_of(const struct uuid *webhook_id, const struct uuid *record_id, char key[2 * sizeof(struct uuid)])
{
    memcpy(key, webhook_id->bytes, sizeof(webhook_id->bytes));
    memcpy(key + sizeof(webhook_id->bytes), record_id->bytes, sizeof(record_id->bytes));
    return str_of(key, 2 * sizeof(struct uuid));
}

bool order_add(struct order *order, const struct uuid *webhook_id, const struct uuid *record_id,
               struct order_item *item)
{
    char key[2 * sizeof(struct uuid)];
    struct order_slot *slot = map_get(&order->slots, key_of(webhook_id, record_id, key));
    bool first = slot == NULL;
    if (first) {
        slot = xcalloc(1, sizeof(*slot));
        list_init(&slot->items);
        map_set(&order->slots, key_of(webhook_id, record_id, slot->key), slot);
    }
    assert(item->slot == NULL);
    item->slot = slot;
    list_push_back(&slot->items, &item->link);
    return first;
}

struct order_item *order_remove(struct order *order, struct order_item *item)
{
    struct order_slot *slot = item->slot;
    if (slot == NULL) {
        return NULL;
    }
    bool was_first = slot->items.next == &item->link;
    list_remove(&item->link);
    item->slot = NULL;
    if (list_empty(&slot->items)) {
        map_remove(&order->slots, str_of(slot->key, sizeof(slot->key)));
        free(slot);
        return NULL;
    }
    return was_first ? LIST_ENTRY(slot->items.next, struct order_item, link) : NULL;
}

struct list *order_find(const struct order *order, const struct uuid *webhook_id, const struct uuid *record_id)
{
    char key[2 * sizeof(struct uuid)];
    struct order_slot *slot = map_get(&order->slots, key_of(webhook_id, record_id, key));
    return slot == NULL ? NULL : &slot->items;
}

void order_release(struct order *order)
{
    assert(order->slots.count == 0);
    map_release(&order->slots);
}
