#include "common/base/arena.h"

#include "common/base/alloc.h"
#include "common/base/checked.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ORDINARY_CHUNK = 8 * 1024 - 64 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

static char *take(struct arena *arena, size_t size, size_t alignment)
{
    size_t start = (arena->used + alignment - 1) & ~(alignment - 1);
    if (arena->chunk == NULL || start > arena->chunk->size || size > arena->chunk->size - start) {
        size_t room = size > ORDINARY_CHUNK ? size : ORDINARY_CHUNK;
        size_t whole = 0;
        if (!size_add(room, sizeof(struct arena_chunk), &whole)) {
            abort();
        }
        struct arena_chunk *chunk = xmalloc(whole);
        chunk->older = arena->chunk;
        chunk->size = room;
        arena->chunk = chunk;
        start = 0;
    }
    arena->used = start + size;
    arena->total += size;
    return arena->chunk->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size, _Alignof(max_align_t)), 0, size);
}

char *arena_bytes(struct arena *arena, size_t size)
{
    return take(arena, size, 1);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t whole = 0;
    if (!size_mul(count, size, &whole)) {
        abort();
    }
    return arena_alloc(arena, whole);
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    *capacity = *capacity == 0 ? 16 : *capacity * 2;
    void *grown = arena_array(arena, *capacity, size);
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    return grown;
}

struct str arena_copy(struct arena *arena, struct str text)
{
    char *copy = arena_bytes(arena, text.len);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return str_of(copy, text.len);
}

char *arena_cstr(struct arena *arena, struct str text)
{
    char *copy = arena_bytes(arena, text.len + 1);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int wanted = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t len = wanted < 0 ? 0 : (size_t)wanted;
    char *text = arena_bytes(arena, len + 1);
    vsnprintf(text, len + 1, format, again);
    va_end(again);
    return str_of(text, len);
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *kept = NULL;
    struct arena_chunk *chunk = arena->chunk;
    while (chunk != NULL) {
        struct arena_chunk *older = chunk->older;
        if (kept == NULL && chunk->size == ORDINARY_CHUNK) {
            kept = chunk;
        } else {
            free(chunk);
        }
        chunk = older;
    }
    if (kept != NULL) {
        kept->older = NULL;
    }
    *arena = (struct arena){.chunk = kept};
}

void arena_release(struct arena *arena)
{
    arena_reset(arena);
    free(arena->chunk);
    *arena = (struct arena){0};
}
