#include "common/base/str.h"
#include "common/base/alloc.h"

#include <stdint.h>

static unsigned char lower(char byte)
{
    unsigned char value = (unsigned char)byte;
    return value >= 'A' && value <= 'Z' ? (unsigned char)(value + 32) : value;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(struct str text, struct str prefix)
{
    return text.len >= prefix.len && str_eq(str_of(text.ptr, prefix.len), prefix);
}

bool str_ends_with(struct str text, struct str suffix)
{
    return text.len >= suffix.len && str_eq(str_slice(text, text.len - suffix.len, text.len), suffix);
}

size_t str_find(struct str text, char byte)
{
    const char *found = text.len == 0 ? NULL : memchr(text.ptr, byte, text.len);
    return found == NULL ? text.len : (size_t)(found - text.ptr);
}

size_t str_find_str(struct str text, struct str needle)
{
    if (needle.len == 0) {
        return 0;
    }
    const char *found = text.len < needle.len ? NULL : memmem(text.ptr, text.len, needle.ptr, needle.len);
    return found == NULL ? text.len : (size_t)(found - text.ptr);
}

struct str str_slice(struct str text, size_t from, size_t to)
{
    if (to > text.len) {
        to = text.len;
    }
    if (from > to) {
        from = to;
    }
    return text.ptr == NULL ? text : str_of(text.ptr + from, to - from);
}

struct str str_cut(struct str text, size_t max)
{
    if (text.len <= max) {
        return text;
    }
    size_t end = max;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0u) == 0x80u) {
        end--;
    }
    return str_of(text.ptr, end);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct str str_trim(struct str text)
{
    while (text.len > 0 && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

bool str_split(struct str *rest, char separator, struct str *part)
{
    if (rest->ptr == NULL) {
        return false;
    }
    size_t at = str_find(*rest, separator);
    *part = str_of(rest->ptr, at);
    *rest = at == rest->len ? STR_EMPTY : str_of(rest->ptr + at + 1, rest->len - at - 1);
    return true;
}

bool str_to_int64(struct str text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = negative ? 1 : 0;
    if (at == text.len) {
        return false;
    }
    /* Accumulated below zero, where there is room for INT64_MIN. */
    int64_t value = 0;
    for (; at < text.len; at++) {
        char digit = text.ptr[at];
        if (digit < '0' || digit > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit - '0', &value)) {
            return false;
        }
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, value, &value)) {
        return false;
    }
    if (value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

char *str_dup(struct str text)
{
    char *copy = xmalloc(text.len + 1);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}
