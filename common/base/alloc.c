#include "common/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *pointer)
{
    if (pointer == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return pointer;
}

void *xmalloc(size_t size)
{
    return or_abort(malloc(size == 0 ? 1 : size));
}

void *xcalloc(size_t count, size_t size)
{
    return or_abort(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void *xrealloc(void *pointer, size_t size)
{
    return or_abort(realloc(pointer, size == 0 ? 1 : size));
}

char *xstrdup(const char *text)
{
    return or_abort(strdup(text));
}
