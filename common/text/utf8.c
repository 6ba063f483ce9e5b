#include "common/text/utf8.h"

/* The length of the well-formed character at `byte`, or 0; its code point in `*point`. `left` > 0. */
static size_t decode(const unsigned char *byte, size_t left, uint32_t *point)
{
    uint32_t lead = byte[0];
    if (lead < 0x80) {
        *point = lead;
        return 1;
    }
    size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || left < len) {
        return 0;
    }
    uint32_t value = lead & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((byte[i] & 0xC0u) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *point = value;
    return len;
}

static const unsigned char *bytes_of(struct str text)
{
    return (const unsigned char *)text.ptr;
}

size_t utf8_invalid_at(struct str text)
{
    size_t at = 0;
    while (at < text.len) {
        uint64_t word = 0;
        if (text.len - at >= sizeof word) {
            memcpy(&word, text.ptr + at, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                at += sizeof word;
                continue;
            }
        }
        uint32_t point = 0;
        size_t len = decode(bytes_of(text) + at, text.len - at, &point);
        if (len == 0) {
            return at;
        }
        at += len;
    }
    return text.len;
}

uint32_t utf8_next(struct str text, size_t *at)
{
    uint32_t point = 0;
    size_t len = decode(bytes_of(text) + *at, text.len - *at, &point);
    *at += len == 0 ? 1 : len;
    return len == 0 ? UINT32_MAX : point;
}

size_t utf8_put(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80u | (point & 0x3Fu));
        point >>= 6;
    }
    static const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[len] | point);
    return len;
}

size_t utf8_count(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xC0u) != 0x80;
    }
    return count;
}
