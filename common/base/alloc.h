/*
 * Allocation that cannot fail: out of memory aborts. Every size that comes from outside is bounded before it gets
 * here, so running out is a fault of the machine, and half-tested recovery paths would be worse than a restart.
 */
#ifndef PORTTI_BASE_ALLOC_H
#define PORTTI_BASE_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1)));
/* Zeroed; the product is checked. */
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
/* `size` > 0. */
void *xrealloc(void *pointer, size_t size) __attribute__((returns_nonnull, alloc_size(2)));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));

#endif
