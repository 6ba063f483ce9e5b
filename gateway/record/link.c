#include "gateway/record/link.h"

#include "gateway/record/domain.h"

static bool is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

/* Bytes of "https://" or "//" in front; 0 when there is no scheme. */
static size_t scheme_len(struct str text)
{
    size_t colon = str_find_str(text, STR("://"));
    for (size_t i = 0; i < colon; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '+' && text.ptr[i] != '-' && text.ptr[i] != '.') {
            return 0;
        }
    }
    if (colon > 0 && colon < text.len) {
        return colon + 3;
    }
    return str_starts_with(text, STR("//")) ? 2 : 0;
}

/* The end of user, host and port. WHATWG's URL reads a backslash as a slash. */
static size_t authority_end(struct str text, size_t from)
{
    while (from < text.len && strchr("/?#\\", text.ptr[from]) == NULL) {
        from++;
    }
    return from;
}

static bool looks_like_host(struct str text)
{
    bool dot = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        dot = dot || byte == '.';
        if (!is_alnum(byte) && strchr(".-_:", byte) == NULL) {
            return false;
        }
    }
    return dot;
}

struct str link_canonical(struct arena *arena, struct str text)
{
    size_t host = scheme_len(text);
    size_t end = authority_end(text, host);
    if (host == 0 && !looks_like_host(str_slice(text, 0, end))) {
        return text;
    }
    size_t user = host;
    while (host < end && text.ptr[host] != '@') {
        host++;
    }
    host = host == end ? user : host + 1;
    char *bytes = arena_bytes(arena, text.len);
    for (size_t i = 0; i < text.len; i++) {
        bool keep = i >= end || (i >= user && i < host);
        char byte = text.ptr[i];
        bytes[i] = !keep && byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
    }
    return str_of(bytes, text.len);
}

bool link_domain(struct arena *arena, struct str text, struct str *out)
{
    text = str_trim(text);
    size_t from = scheme_len(text);
    struct str host = str_slice(text, from, authority_end(text, from));
    for (size_t i = host.len; i > 0; i--) {
        if (host.ptr[i - 1] == '@') {
            host = str_slice(host, i, host.len);
            break;
        }
    }
    size_t colon = str_find(host, ':');
    for (size_t i = colon + 1; i < host.len; i++) {
        if (host.ptr[i] < '0' || host.ptr[i] > '9') {
            return false;
        }
    }
    return domain_ascii(arena, str_slice(host, 0, colon), DOMAIN_OF_WEB, out);
}
