#include "common/base/strbuf.h"

#include "common/base/alloc.h"
#include <stdio.h>
#include <stdlib.h>

void strbuf_init(struct strbuf *buf, size_t ceiling)
{
    *buf = (struct strbuf){.ceiling = ceiling};
}

void strbuf_release(struct strbuf *buf)
{
    free(buf->ptr);
    *buf = (struct strbuf){.ceiling = buf->ceiling};
}

void strbuf_clear(struct strbuf *buf)
{
    buf->len = 0;
    buf->overflowed = false;
}

char *strbuf_reserve(struct strbuf *buf, size_t more)
{
    if (more <= buf->capacity - buf->len) {
        return buf->ptr + buf->len;
    }
    size_t needed = 0;
    if (__builtin_add_overflow(buf->len, more, &needed) || (buf->ceiling != 0 && needed > buf->ceiling)) {
        buf->overflowed = true;
        return NULL;
    }
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity;
    while (capacity < needed) {
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    }
    if (buf->ceiling != 0 && capacity > buf->ceiling) {
        capacity = buf->ceiling;
    }
    buf->ptr = xrealloc(buf->ptr, capacity);
    buf->capacity = capacity;
    return buf->ptr + buf->len;
}

void strbuf_put_slow(struct strbuf *buf, const char *bytes, size_t len)
{
    if (len == 0) {
        return;
    }
    char *place = strbuf_reserve(buf, len);
    if (place != NULL) {
        memcpy(place, bytes, len);
        buf->len += len;
    }
}

void strbuf_vprintf(struct strbuf *buf, const char *format, va_list args)
{
    char small[512];
    va_list again;
    va_copy(again, args);
    int wanted = vsnprintf(small, sizeof small, format, args);
    if (wanted >= 0 && (size_t)wanted < sizeof small) {
        strbuf_put(buf, str_of(small, (size_t)wanted));
    } else if (wanted >= 0) {
        char *large = xmalloc((size_t)wanted + 1);
        vsnprintf(large, (size_t)wanted + 1, format, again);
        strbuf_put(buf, str_of(large, (size_t)wanted));
        free(large);
    }
    va_end(again);
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(buf, format, args);
    va_end(args);
}

void strbuf_put_uint(struct strbuf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    strbuf_put(buf, str_of(digits + at, sizeof digits - at));
}

void strbuf_put_int(struct strbuf *buf, int64_t value)
{
    if (value < 0) {
        strbuf_put_char(buf, '-');
        strbuf_put_uint(buf, 0 - (uint64_t)value);
        return;
    }
    strbuf_put_uint(buf, (uint64_t)value);
}

const char *strbuf_cstr(struct strbuf *buf)
{
    if (buf->len == buf->capacity) {
        /* Not counted as capacity: at the ceiling this byte is ours, not the content's. */
        buf->ptr = xrealloc(buf->ptr, buf->capacity + 1);
    }
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}

char *strbuf_take(struct strbuf *buf, size_t *len)
{
    char *ptr = buf->ptr;
    *len = buf->len;
    *buf = (struct strbuf){.ceiling = buf->ceiling};
    return ptr;
}
