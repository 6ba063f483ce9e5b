#include "gateway/auth/auth.h"

enum { TOKENS_MAX = 1000000000 };

static const struct {
    const char *name;
    int64_t us;
} windows[] = {
    {"s", 1000000},    {"second", 1000000},  {"min", 60000000},  {"minute", 60000000}, {"m", 60000000},
    {"h", 3600000000}, {"hour", 3600000000}, {"d", 86400000000}, {"day", 86400000000},
};

static bool window_parse(struct str text, int64_t *out_us)
{
    for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
        if (str_is(text, windows[i].name)) {
            *out_us = windows[i].us;
            return true;
        }
    }
    return false;
}

static bool bucket_parse(struct str text, size_t offset, int64_t *tokens, int64_t *window_us, struct err *err)
{
    struct str shown = str_cut(text, 40);
    size_t slash = str_find(text, '/');
    if (slash == text.len) {
        return err_fail(err, ERR_INVALID, offset, "\"%.*s\" is not a rate such as 100/s", STR_ARG(shown));
    }
    if (!str_to_int64(str_trim(str_slice(text, 0, slash)), 1, TOKENS_MAX, tokens)) {
        return err_fail(err, ERR_INVALID, offset, "\"%.*s\": the number must be from 1 to %d", STR_ARG(shown),
                        TOKENS_MAX);
    }
    if (!window_parse(str_trim(str_slice(text, slash + 1, text.len)), window_us)) {
        return err_fail(err, ERR_INVALID, offset, "\"%.*s\": behind the slash must be s, min, h or d", STR_ARG(shown));
    }
    return true;
}

bool rate_limit_parse(struct str text, struct rate_limit *out, struct err *err)
{
    struct rate_limit limit = {0};
    if (str_is(str_trim(text), "off")) {
        *out = limit;
        return true;
    }
    struct str rest = text.ptr == NULL ? STR("") : text;
    struct str part = STR_EMPTY;
    const char *start = rest.ptr;
    while (str_split(&rest, ',', &part)) {
        size_t offset = (size_t)(part.ptr - start);
        if (limit.count == RATE_BUCKETS_MAX) {
            return err_fail(err, ERR_INVALID, offset, "more than %d rates", RATE_BUCKETS_MAX);
        }
        if (!bucket_parse(str_trim(part), offset, &limit.buckets[limit.count].tokens,
                          &limit.buckets[limit.count].window_us, err)) {
            return false;
        }
        limit.count++;
    }
    *out = limit;
    return true;
}
