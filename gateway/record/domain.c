#include "gateway/record/domain.h"

#include "common/text/utf8.h"
#include "gateway/record/record_input.h"

enum {
    LABEL_MAX = 63,
    DOMAIN_MAX = 253,
    LOCAL_MAX = 64,
    EMAIL_MAX = 254,
    INPUT_MAX = 1024 /* bytes before mapping; anything longer cannot come out short enough */
};

static bool between(uint32_t point, uint32_t from, uint32_t to)
{
    return point >= from && point <= to;
}

/* Spaces, controls, direction marks, private use and noncharacters: never part of a name that a person meant. */
static bool is_unprintable(uint32_t point)
{
    return point <= ' ' || between(point, 0x7F, 0xA0) || point == 0xAD || point == 0x1680 ||
           between(point, 0x2000, 0x200F) || between(point, 0x2028, 0x202F) || between(point, 0x205F, 0x206F) ||
           point == 0x3000 || between(point, 0xD800, 0xF8FF) || between(point, 0xFE00, 0xFE0F) || point == 0xFEFF ||
           between(point, 0xFFF0, 0xFFFF) || point >= 0xE0000;
}

static bool is_dot(uint32_t point)
{
    return point == '.' || point == 0x3002 || point == 0xFF0E || point == 0xFF61;
}

/* What UTS 46 drops: soft hyphen, zero-width space, word joiner, variation selectors (emoji carry them), BOM. */
static bool is_ignored(uint32_t point)
{
    return point == 0xAD || point == 0x200B || point == 0x2060 || point == 0xFEFF || between(point, 0xFE00, 0xFE0F);
}

/* RFC 3492 section 6.1; the numbers are those of section 5. */
static uint32_t punycode_adapt(uint32_t delta, uint32_t count, bool first)
{
    delta = first ? delta / 700 : delta / 2;
    delta += delta / count;
    uint32_t k = 0;
    while (delta > 455) {
        delta /= 35;
        k += 36;
    }
    return k + 36 * delta / (delta + 38);
}

static char punycode_digit(uint32_t digit)
{
    return (char)(digit < 26 ? 'a' + (int)digit : '0' + (int)digit - 26);
}

struct label {
    char text[LABEL_MAX];
    size_t len;
};

static bool label_put(struct label *label, char byte)
{
    if (label->len == LABEL_MAX) {
        return false;
    }
    label->text[label->len++] = byte;
    return true;
}

static bool punycode_number(struct label *out, uint32_t number, uint32_t bias)
{
    for (uint32_t k = 36;; k += 36) {
        uint32_t threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        if (number < threshold) {
            return label_put(out, punycode_digit(number));
        }
        if (!label_put(out, punycode_digit(threshold + (number - threshold) % (36 - threshold)))) {
            return false;
        }
        number = (number - threshold) / (36 - threshold);
    }
}

/* The ASCII code points as they are, then the delimiter when there were any. */
static bool punycode_basic(const uint32_t *points, size_t count, struct label *out, uint32_t *basic)
{
    *basic = 0;
    for (size_t i = 0; i < count; i++) {
        if (points[i] < 0x80) {
            ++*basic;
            if (!label_put(out, (char)points[i])) {
                return false;
            }
        }
    }
    return *basic == 0 || label_put(out, '-');
}

static uint32_t smallest_from(const uint32_t *points, size_t count, uint32_t from)
{
    uint32_t smallest = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        smallest = points[i] >= from && points[i] < smallest ? points[i] : smallest;
    }
    return smallest;
}

/* RFC 3492 section 6.3. A label has at most 63 code points here, so nothing below can overflow 32 bits. */
static bool punycode_encode(const uint32_t *points, size_t count, struct label *out)
{
    uint32_t basic = 0;
    if (!punycode_basic(points, count, out, &basic)) {
        return false;
    }
    uint32_t n = 0x80;
    uint32_t delta = 0;
    uint32_t bias = 72;
    for (uint32_t handled = basic; handled < count;) {
        uint32_t next = smallest_from(points, count, n);
        delta += (next - n) * (handled + 1);
        n = next;
        for (size_t i = 0; i < count; i++) {
            if (points[i] < n) {
                delta++;
            } else if (points[i] == n) {
                if (!punycode_number(out, delta, bias)) {
                    return false;
                }
                bias = punycode_adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled++;
            }
        }
        delta++;
        n++;
    }
    return true;
}

static bool label_char_ok(uint32_t point, bool edge, enum domain_kind kind)
{
    if (point >= 0x80) {
        return !is_unprintable(point);
    }
    if (between(point, 'a', 'z') || between(point, '0', '9')) {
        return true;
    }
    return kind == DOMAIN_OF_WEB ? point == '-' || point == '_' : point == '-' && !edge;
}

static bool label_encode(const uint32_t *points, size_t count, enum domain_kind kind, struct label *out)
{
    *out = (struct label){.len = 0};
    if (count == 0 || count > LABEL_MAX) {
        return false;
    }
    bool ascii = true;
    for (size_t i = 0; i < count; i++) {
        if (!label_char_ok(points[i], i == 0 || i == count - 1, kind)) {
            return false;
        }
        ascii = ascii && points[i] < 0x80;
    }
    if (!ascii) {
        memcpy(out->text, "xn--", 4);
        out->len = 4;
        return punycode_encode(points, count, out);
    }
    for (size_t i = 0; i < count; i++) {
        out->text[out->len++] = (char)points[i];
    }
    return true;
}

/* Into code points, mapped; false on malformed UTF-8. `points` has room for text.len. */
static bool domain_points(struct str text, uint32_t *points, size_t *count)
{
    *count = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t point = utf8_next(text, &at);
        if (point == UINT32_MAX) {
            return false;
        }
        if (is_ignored(point)) {
            continue;
        }
        if (is_dot(point)) {
            point = '.';
        } else if (between(point, 0xFF01, 0xFF5E)) {
            point -= 0xFEE0; /* full-width ASCII */
        }
        points[(*count)++] = unicode_lower(point);
    }
    return true;
}

bool domain_ascii(struct arena *arena, struct str text, enum domain_kind kind, struct str *out)
{
    uint32_t points[INPUT_MAX];
    size_t count = 0;
    if (text.len > INPUT_MAX || !domain_points(text, points, &count)) {
        return false;
    }
    if (count > 0 && points[count - 1] == '.') {
        count--;
    }
    char domain[DOMAIN_MAX];
    size_t len = 0;
    size_t labels = 0;
    for (size_t from = 0; from <= count; labels++) {
        size_t to = from;
        while (to < count && points[to] != '.') {
            to++;
        }
        struct label label;
        if (!label_encode(points + from, to - from, kind, &label) || len + (labels > 0) + label.len > DOMAIN_MAX) {
            return false;
        }
        if (labels > 0) {
            domain[len++] = '.';
        }
        memcpy(domain + len, label.text, label.len);
        len += label.len;
        from = to + 1;
    }
    if (kind == DOMAIN_OF_MAIL && labels < 2) {
        return false;
    }
    *out = arena_copy(arena, str_of(domain, len));
    return true;
}

/* RFC 5322's dot-atom, with RFC 6531's non-ASCII; quoted local parts are refused, as browsers do. */
static bool local_char_ok(uint32_t point)
{
    static const char *const specials = "!#$%&'*+/=?^_`{|}~-";
    if (point >= 0x80) {
        return !is_unprintable(point);
    }
    return between(point, 'a', 'z') || between(point, '0', '9') ||
           (point > ' ' && strchr(specials, (int)point) != NULL);
}

static bool local_lower(struct str text, char out[LOCAL_MAX + 4], size_t *len)
{
    bool after_dot = true; /* a dot may not stand first, last or twice */
    *len = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t point = unicode_lower(utf8_next(text, &at));
        bool dot = point == '.';
        if ((dot && after_dot) || (!dot && !local_char_ok(point)) || *len > LOCAL_MAX) {
            return false;
        }
        after_dot = dot;
        *len += utf8_put(point, out + *len);
    }
    return !after_dot && *len <= LOCAL_MAX;
}

bool email_canonical(struct arena *arena, struct str text, struct str *out)
{
    text = str_trim(text);
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != '@') {
        at--;
    }
    if (at == 0 || text.len > INPUT_MAX) {
        return false;
    }
    char local[LOCAL_MAX + 4];
    size_t local_len = 0;
    struct str domain;
    if (!local_lower(str_slice(text, 0, at - 1), local, &local_len) ||
        !domain_ascii(arena, str_slice(text, at, text.len), DOMAIN_OF_MAIL, &domain) ||
        local_len + 1 + domain.len > EMAIL_MAX) {
        return false;
    }
    char *bytes = arena_bytes(arena, local_len + 1 + domain.len);
    memcpy(bytes, local, local_len);
    bytes[local_len] = '@';
    memcpy(bytes + local_len + 1, domain.ptr, domain.len);
    *out = str_of(bytes, local_len + 1 + domain.len);
    return true;
}
