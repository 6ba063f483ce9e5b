#include "common/text/like.h"
#include "common/text/utf8.h"
#include <string.h>

static uint32_t next(struct str text, size_t *at, bool fold)
{
    uint32_t point = utf8_next(text, at);
    return fold ? unicode_lower(point) : point;
}

/* The pattern's next element against the text's next character. Moves both behind them when they agree. */
static bool step(struct str pattern, size_t *p, struct str text, size_t *t, bool fold)
{
    size_t in_pattern = *p;
    size_t in_text = *t;
    bool any = pattern.ptr[in_pattern] == '_';
    if (pattern.ptr[in_pattern] == '\\' && in_pattern + 1 < pattern.len) {
        in_pattern++;
    }
    uint32_t wanted = next(pattern, &in_pattern, fold);
    uint32_t found = next(text, &in_text, fold);
    if (!any && wanted != found) {
        return false;
    }
    *p = in_pattern;
    *t = in_text;
    return true;
}

/* When something does not fit, the last `%` takes one character more: going further back can bring nothing. */
bool like_matches(struct str pattern, struct str text, bool fold)
{
    size_t p = 0;
    size_t t = 0;
    size_t after_percent = SIZE_MAX;
    size_t taken_to = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '%') {
            after_percent = ++p;
            taken_to = t;
        } else if (p < pattern.len && step(pattern, &p, text, &t, fold)) {
            continue;
        } else if (after_percent != SIZE_MAX) {
            (void)utf8_next(text, &taken_to);
            p = after_percent;
            t = taken_to;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '%') {
        p++;
    }
    return p == pattern.len;
}

static size_t put_plain(char *out, size_t len, struct str text)
{
    if (text.len > 0) {
        memcpy(out + len, text.ptr, text.len);
    }
    return len + text.len;
}

struct str like_around(struct arena *arena, const char *before, struct str text, const char *after)
{
    struct str first = str_from(before);
    struct str last = str_from(after);
    char *pattern = arena_bytes(arena, first.len + 2 * text.len + last.len + 1);
    size_t len = put_plain(pattern, 0, first);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\') {
            pattern[len++] = '\\';
        }
        pattern[len++] = text.ptr[i];
    }
    return str_of(pattern, put_plain(pattern, len, last));
}
