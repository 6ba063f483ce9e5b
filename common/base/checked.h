/* Sizes that come from outside add and multiply through these: false on overflow, `*out` then undefined. */
#ifndef PORTTI_BASE_CHECKED_H
#define PORTTI_BASE_CHECKED_H

#include "common/base/attributes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline MUST_CHECK bool size_add(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static inline MUST_CHECK bool size_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static inline MUST_CHECK bool int64_add(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static inline MUST_CHECK bool int64_mul(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

#endif
