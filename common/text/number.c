#include "common/text/number.h"

#include "common/base/alloc.h"
#include "common/text/number_scan.h"
#include <math.h>
#include <stdlib.h>

/* Far beyond the length of any text, so that sums with lengths are exact and cannot overflow. */
static const int64_t EXPONENT_CEILING = INT64_C(1000000000000000);

static struct str digits_at(struct str text, size_t from)
{
    size_t to = from;
    while (to < text.len && text.ptr[to] >= '0' && text.ptr[to] <= '9') {
        to++;
    }
    return str_slice(text, from, to);
}

bool number_scan(struct str text, struct number_parts *out)
{
    *out = (struct number_parts){0};
    size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    out->negative = at == 1;
    out->len = at;
    out->whole = digits_at(text, at);
    if (out->whole.len > 1 && out->whole.ptr[0] == '0') {
        out->whole.len = 1;
    }
    if (out->whole.len == 0) {
        return false;
    }
    at += out->whole.len;
    if (at < text.len && text.ptr[at] == '.') {
        out->fraction = digits_at(text, at + 1);
        at += 1 + out->fraction.len;
        out->len = at;
        if (out->fraction.len == 0) {
            return false;
        }
    }
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        size_t start = ++at;
        if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-')) {
            at++;
        }
        size_t digits = digits_at(text, at).len;
        at += digits;
        out->len = at;
        if (digits == 0) {
            return false;
        }
        out->exponent = str_slice(text, start, at);
    }
    out->len = at;
    return true;
}

static int64_t exponent_of(const struct number_parts *parts)
{
    int64_t value = 0;
    for (size_t i = 0; i < parts->exponent.len && value < EXPONENT_CEILING; i++) {
        char digit = parts->exponent.ptr[i];
        if (digit >= '0' && digit <= '9') {
            value = value * 10 + (digit - '0');
        }
    }
    return parts->exponent.len > 0 && parts->exponent.ptr[0] == '-' ? -value : value;
}

/* Up to 2^53 both the digits and the power of ten are exact, so one division or product rounds correctly. */
static bool parse_exact(const struct number_parts *parts, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (parts->whole.len + parts->fraction.len > 18) {
        return false;
    }
    int64_t digits = 0;
    for (size_t i = 0; i < parts->whole.len; i++) {
        digits = digits * 10 + (parts->whole.ptr[i] - '0');
    }
    for (size_t i = 0; i < parts->fraction.len; i++) {
        digits = digits * 10 + (parts->fraction.ptr[i] - '0');
    }
    int64_t exponent = exponent_of(parts) - (int64_t)parts->fraction.len;
    if (digits > INT64_C(1) << 53 || exponent < -22 || exponent > 22) {
        return false;
    }
    double value = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    *out = parts->negative ? -value : value;
    return true;
}

static bool parse_any(struct str text, double *out)
{
    char few[64];
    char *copy = text.len < sizeof few ? few : xmalloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    double value = strtod(copy, NULL);
    if (copy != few) {
        free(copy);
    }
    if (!isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

bool number_parse_double(struct str text, double *out)
{
    struct number_parts parts;
    if (!number_scan(text, &parts) || parts.len != text.len) {
        return false;
    }
    return parse_exact(&parts, out) || parse_any(text, out);
}

/* The digit with that index of the whole part and the fraction, seen as one. */
static char digit_of(const struct number_parts *parts, size_t index)
{
    return index < parts->whole.len ? parts->whole.ptr[index] : parts->fraction.ptr[index - parts->whole.len];
}

/* The digits from `first` up to `end` count; the point belongs behind `point` of them. */
struct span {
    size_t first;
    size_t end;
    int64_t point;
};

static struct span significant(const struct number_parts *parts)
{
    struct span span = {0, parts->whole.len + parts->fraction.len, 0};
    while (span.end > 0 && digit_of(parts, span.end - 1) == '0') {
        span.end--;
    }
    while (span.first < span.end && digit_of(parts, span.first) == '0') {
        span.first++;
    }
    span.point = (int64_t)parts->whole.len + exponent_of(parts) - (int64_t)span.first;
    return span;
}

static struct str write_out(struct arena *arena, const struct number_parts *parts, struct span span, size_t digits)
{
    int64_t count = (int64_t)(span.end - span.first);
    char *text = arena_bytes(arena, digits + 2);
    size_t len = 0;
    if (parts->negative) {
        text[len++] = '-';
    }
    int64_t from = span.point < 1 ? span.point - 1 : 0;
    int64_t to = span.point > count ? span.point : count;
    for (int64_t i = from; i < to; i++) {
        if (i == span.point) {
            text[len++] = '.';
        }
        text[len++] = i >= 0 && i < count ? digit_of(parts, span.first + (size_t)i) : '0';
    }
    return str_of(text, len);
}

bool number_canonical_decimal(struct arena *arena, struct str text, size_t max_digits, struct str *out)
{
    if (text.len > 1 && text.ptr[0] == '+' && text.ptr[1] != '-') {
        text = str_slice(text, 1, text.len);
    }
    struct number_parts parts;
    if (!number_scan(text, &parts) || parts.len != text.len) {
        return false;
    }
    struct span span = significant(&parts);
    int64_t count = (int64_t)(span.end - span.first);
    if (count == 0) {
        if (max_digits == 0) {
            return false;
        }
        *out = STR("0");
        return true;
    }
    int64_t digits = span.point < 1 ? count - span.point + 1 : span.point > count ? span.point : count;
    if ((uint64_t)digits > max_digits) {
        return false;
    }
    *out = write_out(arena, &parts, span, (size_t)digits);
    return true;
}

bool number_survives_double(struct str canonical)
{
    double value = 0;
    if (!number_parse_double(canonical, &value)) {
        return false;
    }
    char printed[NUMBER_DOUBLE_MAX];
    return str_eq(str_of(printed, number_print_double(value, printed)), canonical);
}
