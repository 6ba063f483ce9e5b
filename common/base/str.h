/*
 * struct str: a borrowed run of bytes, passed by value. It owns nothing, need not end in NUL, and may hold any byte.
 * The empty string may have a NULL `ptr`.
 */
#ifndef PORTTI_BASE_STR_H
#define PORTTI_BASE_STR_H

#include "common/base/attributes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

#define STR_EMPTY ((struct str){NULL, 0})
/* From a string literal. */
#define STR(literal) ((struct str){"" literal "", sizeof(literal) - 1})
/* The same inside a static initialiser. */
#define STR_INIT(literal)                                                                                              \
    {                                                                                                                  \
        "" literal "", sizeof(literal) - 1                                                                             \
    }
/* For printf's "%.*s". */
#define STR_ARG(text) ((int)(text).len), ((text).ptr == NULL ? "" : (text).ptr)

static inline struct str str_of(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}

/* From a NUL-terminated string; NULL gives the empty string. */
static inline struct str str_from(const char *text)
{
    return (struct str){text, text == NULL ? 0 : strlen(text)};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool str_is(struct str a, const char *text)
{
    return str_eq(a, str_from(text));
}

/* ASCII letters compare alike in either case; other bytes must be equal. */
bool str_eq_nocase(struct str a, struct str b);
/* Bytewise order: negative, 0 or positive. */
int str_cmp(struct str a, struct str b);
bool str_starts_with(struct str text, struct str prefix);
bool str_ends_with(struct str text, struct str suffix);
/* Index of the first `byte`, or `text.len` when there is none. */
size_t str_find(struct str text, char byte);
/* Index of the first `needle`, or `text.len` when there is none. An empty needle is found at 0. */
size_t str_find_str(struct str text, struct str needle);
/* The bytes from `from` up to, not including, `to`; both are clamped to the length. */
struct str str_slice(struct str text, size_t from, size_t to);
/* At most `max` bytes from the start, cut where a UTF-8 character begins: for quoting input in a message. */
struct str str_cut(struct str text, size_t max);
/* Without leading and trailing space, tab, CR and LF. */
struct str str_trim(struct str text);
/* A copy of its own with a NUL behind it, for free(). */
char *str_dup(struct str text) __attribute__((malloc, returns_nonnull));
/* Cuts the part before the first `separator` off `*rest` into `*part`; false when `*rest` was already used up
 * (its ptr is then NULL). "a,,b" gives "a", "", "b"; "" gives one empty part. Start with a non-NULL ptr. */
bool str_split(struct str *rest, char separator, struct str *part);

/* Whole decimal numbers: an optional '-', then digits, nothing else. False when malformed or outside min..max;
 * `*out` is then untouched. */
MUST_CHECK bool str_to_int64(struct str text, int64_t min, int64_t max, int64_t *out);

#endif
