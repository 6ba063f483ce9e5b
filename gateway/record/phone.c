#include "gateway/record/phone.h"

#include "common/text/utf8.h"

enum phone_part phone_part_of(struct str name)
{
    if (str_ends_with(name, STR("allingCode"))) {
        return PHONE_CALLING_CODE;
    }
    return str_ends_with(name, STR("ountryCode")) ? PHONE_COUNTRY_CODE : PHONE_NUMBER;
}

static bool is_formatting(uint32_t point)
{
    switch (point) {
    case ' ':
    case '.':
    case '-':
    case '/':
    case '(':
    case ')':
    case 0xA0:   /* no-break space */
    case 0x202F: /* narrow no-break space */
    case 0x2010: /* hyphen */
    case 0x2011: /* non-breaking hyphen */
    case 0x2013: /* en dash */ return true;
    default: return false;
    }
}

/* False when there is more to it than digits. */
static bool digits_of(struct str text, char *out, size_t *len)
{
    size_t at = 0;
    while (at < text.len) {
        uint32_t point = utf8_next(text, &at);
        if (point == '+' && *len == 0) {
            out[(*len)++] = '+';
        } else if (point >= '0' && point <= '9') {
            out[(*len)++] = (char)point;
        } else if (!is_formatting(point)) {
            return false;
        }
    }
    return *len > (*len > 0 && out[0] == '+' ? 1u : 0u);
}

static struct str capitals(struct arena *arena, struct str text)
{
    char *out = arena_bytes(arena, text.len);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter || text.len != 2) {
            return text;
        }
        out[i] = (char)(c & ~0x20);
    }
    return str_of(out, text.len);
}

struct str phone_canonical(struct arena *arena, enum phone_part part, struct str text)
{
    text = str_trim(text);
    if (part == PHONE_COUNTRY_CODE) {
        return capitals(arena, text);
    }
    /* One byte in front, for the '+' of a calling code. */
    char *bytes = arena_bytes(arena, text.len + 1);
    size_t len = 0;
    if (!digits_of(text, bytes + 1, &len)) {
        return text;
    }
    if (part == PHONE_CALLING_CODE && bytes[1] != '+') {
        bytes[0] = '+';
        return str_of(bytes, len + 1);
    }
    return str_of(bytes + 1, len);
}
