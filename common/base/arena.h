/*
 * struct arena: memory that is freed all at once, such as a request's. Zeroed is a valid empty arena. Allocations are
 * aligned for any type and zeroed unless said otherwise. Not for use by two threads at once.
 */
#ifndef PORTTI_BASE_ARENA_H
#define PORTTI_BASE_ARENA_H

#include "common/base/attributes.h"
#include "common/base/str.h"
#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* the newest; older ones behind it */
    size_t used;               /* bytes of the newest chunk */
    size_t total;              /* bytes handed out since the last reset, for budgets */
};

void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* Not zeroed, any alignment: for bytes. */
char *arena_bytes(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* A zeroed array; the product is checked (overflow aborts, as out of memory does). */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull));
/* Room for one more behind the `count` items of an array that has room for `*capacity`: itself, or a larger copy. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
    __attribute__((returns_nonnull));
struct str arena_copy(struct arena *arena, struct str text);
/* Copy with a NUL behind it. */
char *arena_cstr(struct arena *arena, struct str text);
struct str arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* Frees all but one ordinary chunk, kept for the next user. */
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
