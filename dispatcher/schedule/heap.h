/* A binary heap of what is due first. Intrusive: embed a heap_item. One timer, for the top, serves them all. */
#ifndef PORTTI_DISPATCHER_SCHEDULE_HEAP_H
#define PORTTI_DISPATCHER_SCHEDULE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_item {
    int64_t due_us;
    size_t place; /* 1 + index while in a heap; 0 = in none */
};

/* Zeroed is a valid empty heap. */
struct heap {
    struct heap_item **items;
    size_t count;
    size_t capacity;
};

void heap_push(struct heap *heap, struct heap_item *item, int64_t due_us);
/* The earliest, or NULL. */
struct heap_item *heap_top(const struct heap *heap);
/* Harmless on an item that is in no heap. */
void heap_remove(struct heap *heap, struct heap_item *item);
void heap_release(struct heap *heap);

#endif
