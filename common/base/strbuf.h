/*
 * struct strbuf: a growing byte buffer that it owns, with a ceiling. Bytes over the ceiling are dropped and the buffer
 * is marked `overflowed`, so a writer appends without checks and looks once at the end. Zeroed is a valid empty buffer
 * with no ceiling. Not NUL-terminated, except through strbuf_cstr.
 */
#ifndef PORTTI_BASE_STRBUF_H
#define PORTTI_BASE_STRBUF_H

#include "common/base/attributes.h"
#include "common/base/str.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
    char *ptr;
    size_t len;
    size_t capacity;
    size_t ceiling; /* bytes; 0 = none */
    bool overflowed;
};

void strbuf_init(struct strbuf *buf, size_t ceiling);
void strbuf_release(struct strbuf *buf);
/* Empties, keeps the memory, clears `overflowed`. */
void strbuf_clear(struct strbuf *buf);
/* Room for `more` bytes behind the end, for writers that fill it themselves and then add to `len`. Returns the place,
 * or NULL when that would pass the ceiling (and marks the overflow). */
char *strbuf_reserve(struct strbuf *buf, size_t more);
void strbuf_put_slow(struct strbuf *buf, const char *bytes, size_t len);
void strbuf_printf(struct strbuf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void strbuf_vprintf(struct strbuf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);
void strbuf_put_uint(struct strbuf *buf, uint64_t value);
void strbuf_put_int(struct strbuf *buf, int64_t value);
/* NUL-terminated view, valid until the next change. */
const char *strbuf_cstr(struct strbuf *buf);
/* Gives the memory away (free with free()); the buffer is empty afterwards. */
char *strbuf_take(struct strbuf *buf, size_t *len);

static inline void strbuf_put(struct strbuf *buf, struct str text)
{
    if (LIKELY(text.len <= buf->capacity - buf->len && text.len > 0)) {
        memcpy(buf->ptr + buf->len, text.ptr, text.len);
        buf->len += text.len;
        return;
    }
    strbuf_put_slow(buf, text.ptr, text.len);
}

static inline void strbuf_put_char(struct strbuf *buf, char byte)
{
    strbuf_put(buf, str_of(&byte, 1));
}

static inline void strbuf_puts(struct strbuf *buf, const char *text)
{
    strbuf_put(buf, str_from(text));
}

static inline struct str strbuf_str(const struct strbuf *buf)
{
    return str_of(buf->ptr, buf->len);
}

#endif
