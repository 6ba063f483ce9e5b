#include "dispatcher/schedule/heap.h"
#include "common/base/alloc.h"
#include <assert.h>
#include <stdlib.h>

static void put(struct heap *heap, size_t at, struct heap_item *item)
{
    heap->items[at] = item;
    item->place = at + 1;
}

static void sift_up(struct heap *heap, size_t at, struct heap_item *item)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (heap->items[parent]->due_us <= item->due_us) {
            break;
        }
        put(heap, at, heap->items[parent]);
        at = parent;
    }
    put(heap, at, item);
}

static void sift_down(struct heap *heap, size_t at, struct heap_item *item)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && heap->items[child + 1]->due_us < heap->items[child]->due_us) {
            child++;
        }
        if (heap->items[child]->due_us >= item->due_us) {
            break;
        }
        put(heap, at, heap->items[child]);
        at = child;
    }
    put(heap, at, item);
}

void heap_push(struct heap *heap, struct heap_item *item, int64_t due_us)
{
    assert(item->place == 0);
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity == 0 ? 64 : heap->capacity * 2;
        heap->items = xrealloc(heap->items, heap->capacity * sizeof(struct heap_item *));
    }
    item->due_us = due_us;
    heap->count++;
    sift_up(heap, heap->count - 1, item);
}

struct heap_item *heap_top(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->items[0];
}

void heap_remove(struct heap *heap, struct heap_item *item)
{
    if (item->place == 0) {
        return;
    }
    size_t at = item->place - 1;
    assert(heap->items[at] == item);
    item->place = 0;
    struct heap_item *last = heap->items[--heap->count];
    if (last == item) {
        return;
    }
    if (at > 0 && heap->items[(at - 1) / 2]->due_us > last->due_us) {
        sift_up(heap, at, last);
    } else {
        sift_down(heap, at, last);
    }
}

void heap_release(struct heap *heap)
{
    free(heap->items);
    *heap = (struct heap){0};
}
