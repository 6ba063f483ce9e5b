#include "common/text/url.h"

#include "common/base/map.h"
#include "common/text/url_scan.h"
#include "common/text/utf8.h"

int url_hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

void url_put_escape(struct strbuf *out, char byte)
{
    static const char hex[] = "0123456789ABCDEF";
    unsigned char value = (unsigned char)byte;
    strbuf_put(out, str_of((char[]){'%', hex[value >> 4], hex[value & 15]}, 3));
}

/* The byte that the escape at `at` stands for, or -1: malformed, or NUL, which PostgreSQL's text cannot hold. */
static int escaped_byte(struct str text, size_t at)
{
    if (text.len - at < 3) {
        return -1;
    }
    int high = url_hex_value(text.ptr[at + 1]);
    int low = url_hex_value(text.ptr[at + 2]);
    return high < 0 || low < 0 || high + low == 0 ? -1 : high << 4 | low;
}

/* On a bad escape, `*bad` is its place. */
static bool decode_bytes(struct arena *arena, struct str text, bool plus_is_space, struct str *out, size_t *bad)
{
    char *bytes = arena_bytes(arena, text.len);
    size_t len = 0;
    for (size_t at = 0; at < text.len; at++) {
        char byte = text.ptr[at];
        if (byte == '%') {
            int value = escaped_byte(text, at);
            if (value < 0) {
                *bad = at;
                return false;
            }
            byte = (char)value;
            at += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        bytes[len++] = byte;
    }
    *out = str_of(bytes, len);
    return true;
}

/* Text without escapes is not copied. On failure `*bad` is the place of the bad escape, or 0 when the result would not
 * be UTF-8. */
static bool decode(struct arena *arena, struct str text, bool plus_is_space, struct str *out, size_t *bad)
{
    struct str decoded = text;
    *bad = 0;
    bool same = str_find(text, '%') == text.len && (!plus_is_space || str_find(text, '+') == text.len);
    if (!same && !decode_bytes(arena, text, plus_is_space, &decoded, bad)) {
        return false;
    }
    if (utf8_invalid_at(decoded) < decoded.len || str_find(decoded, '\0') < decoded.len) {
        return false;
    }
    *out = decoded;
    return true;
}

bool url_decode(struct arena *arena, struct str text, bool plus_is_space, struct str *out)
{
    size_t bad = 0;
    return decode(arena, text, plus_is_space, out, &bad);
}

void url_encode_put(struct strbuf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        bool digit = byte >= '0' && byte <= '9';
        if (letter || digit || byte == '-' || byte == '.' || byte == '_' || byte == '~') {
            strbuf_put_char(out, byte);
        } else {
            url_put_escape(out, byte);
        }
    }
}

static bool decode_piece(struct arena *arena, struct str query, struct str piece, struct str *out, struct err *err)
{
    size_t bad = 0;
    if (decode(arena, piece, true, out, &bad)) {
        return true;
    }
    size_t at = (size_t)(piece.ptr - query.ptr) + bad;
    return err_fail(err, ERR_INVALID, at, "Malformed percent-encoding in the query at byte %zu", at);
}

/* There are at most QUERY_PARAMS_MAX of them, so the map stays small and its hash is seeded. */
static void mark_repeated(struct query_params *params)
{
    struct map seen = {0};
    for (size_t i = 0; i < params->count; i++) {
        struct query_param *param = &params->items[i];
        struct query_param *earlier = map_get(&seen, param->name);
        if (earlier == NULL) {
            (void)map_set(&seen, param->name, param);
        } else {
            earlier->repeated = true;
            param->repeated = true;
        }
    }
    map_release(&seen);
}

bool query_parse(struct arena *arena, struct str query, struct query_params *out, struct err *err)
{
    struct query_params params = {0};
    struct str rest = query;
    struct str piece;
    /* One more than the separators, and no more than allowed. */
    size_t room = 1;
    for (size_t i = 0; i < query.len && room < QUERY_PARAMS_MAX; i++) {
        room += query.ptr[i] == '&';
    }
    params.items = ARENA_ARRAY(arena, struct query_param, room);
    while (str_split(&rest, '&', &piece)) {
        if (piece.len == 0) {
            continue;
        }
        if (params.count == QUERY_PARAMS_MAX) {
            return err_fail(err, ERR_INVALID, (size_t)(piece.ptr - query.ptr), "More than %d query parameters",
                            QUERY_PARAMS_MAX);
        }
        struct query_param *param = &params.items[params.count++];
        size_t equals = str_find(piece, '=');
        if (!decode_piece(arena, query, str_slice(piece, 0, equals), &param->name, err) ||
            !decode_piece(arena, query, str_slice(piece, equals + 1, piece.len), &param->value, err)) {
            return false;
        }
    }
    mark_repeated(&params);
    *out = params;
    return true;
}

const struct query_param *query_get(const struct query_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (str_is(params->items[i].name, name)) {
            return &params->items[i];
        }
    }
    return NULL;
}
