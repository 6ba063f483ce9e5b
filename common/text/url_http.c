/*
 * Absolute http and https URLs, normalised as WHATWG's parser does it. Stricter where its leniency is only a way to
 * smuggle: control characters, a missing "//", a backslash in the authority, escapes in the host and port 0 are
 * refused.
 */
#include "common/text/url.h"
#include "common/text/url_scan.h"
#include "common/text/utf8.h"

/* What is percent-encoded in each part, besides controls, spaces and everything above '~'. */
static const char PATH_SET[] = "\"#<>?`{}";
static const char QUERY_SET[] = "\"#<>'";
static const char FRAGMENT_SET[] = "\"<>`";
static const char USERINFO_SET[] = "\"#<>?`{}/:;=@[\\]^|";

/* The pieces as written. */
struct pieces {
    struct str scheme;
    struct str userinfo; /* without '@' */
    bool has_userinfo;
    struct str host;
    struct str port; /* without ':' */
    struct str path;
    struct str query;    /* with '?' */
    struct str fragment; /* with '#' */
};

static void put_encoded(struct strbuf *out, struct str text, const char *set)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte <= ' ' || byte > '~' || strchr(set, byte) != NULL) {
            url_put_escape(out, byte);
        } else {
            strbuf_put_char(out, byte);
        }
    }
}

static size_t find_any(struct str text, const char *bytes)
{
    size_t at = 0;
    while (at < text.len && strchr(bytes, text.ptr[at]) == NULL) {
        at++;
    }
    return at;
}

static struct str cut(struct str *rest, size_t at)
{
    struct str head = str_slice(*rest, 0, at);
    *rest = str_slice(*rest, at, rest->len);
    return head;
}

/* The last '@' ends the userinfo; the port's ':' is the last one, and not inside brackets. */
static void split_authority(struct str authority, struct pieces *out)
{
    size_t at = authority.len;
    while (at > 0 && authority.ptr[at - 1] != '@') {
        at--;
    }
    out->has_userinfo = at > 0;
    if (out->has_userinfo) {
        out->userinfo = str_slice(authority, 0, at - 1);
    }
    struct str rest = str_slice(authority, at, authority.len);
    size_t bracket = rest.len > 0 && rest.ptr[0] == '[' ? str_find(rest, ']') : 0;
    size_t colon = bracket + str_find(str_slice(rest, bracket, rest.len), ':');
    out->host = str_slice(rest, 0, colon);
    out->port = str_slice(rest, colon + 1, rest.len);
}

static bool split(struct str text, struct pieces *out, struct err *err)
{
    *out = (struct pieces){0};
    size_t colon = str_find(text, ':');
    out->scheme = cut(&text, colon);
    bool https = str_eq_nocase(out->scheme, STR("https"));
    if (!https && !str_eq_nocase(out->scheme, STR("http"))) {
        return err_fail(err, ERR_INVALID, 0, "The URL must start with http:// or https://");
    }
    out->scheme = https ? STR("https") : STR("http");
    if (!str_starts_with(text, STR("://"))) {
        return err_fail(err, ERR_INVALID, colon, "The URL must start with http:// or https://");
    }
    text = str_slice(text, 3, text.len);
    struct str authority = cut(&text, find_any(text, "/?#\\"));
    if (text.len > 0 && text.ptr[0] == '\\') {
        return err_fail(err, ERR_INVALID, 0, "The host of the URL is malformed");
    }
    split_authority(authority, out);
    out->path = cut(&text, find_any(text, "?#"));
    out->query = cut(&text, find_any(text, "#"));
    out->fragment = text;
    return true;
}

/* "." and "..", where each dot may be written "%2e". */
static size_t dots_of(struct str segment)
{
    size_t dots = 0;
    for (size_t at = 0; at < segment.len; dots++) {
        if (segment.ptr[at] == '.') {
            at++;
        } else if (str_eq_nocase(str_slice(segment, at, at + 3), STR("%2e"))) {
            at += 3;
        } else {
            return 0;
        }
    }
    return dots <= 2 ? dots : 0;
}

/* Writes the path with its dot segments resolved. `out` is a buffer of its own. */
static void put_path(struct strbuf *out, struct str path)
{
    bool more = path.len > 0;
    size_t at = more ? 1 : 0;
    while (more) {
        size_t end = at + find_any(str_slice(path, at, path.len), "/\\");
        struct str segment = str_slice(path, at, end);
        size_t dots = dots_of(segment);
        more = end < path.len;
        at = end + 1;
        if (dots == 2) {
            while (out->len > 0 && out->ptr[--out->len] != '/') {
            }
        }
        if (dots == 0 || !more) {
            strbuf_put_char(out, '/');
            put_encoded(out, dots == 0 ? segment : STR_EMPTY, PATH_SET);
        }
    }
    if (out->len == 0) {
        strbuf_put_char(out, '/');
    }
}

static void put_userinfo(struct strbuf *out, struct str userinfo)
{
    size_t colon = str_find(userinfo, ':');
    put_encoded(out, str_slice(userinfo, 0, colon), USERINFO_SET);
    if (colon + 1 < userinfo.len) {
        strbuf_put_char(out, ':');
        put_encoded(out, str_slice(userinfo, colon + 1, userinfo.len), USERINFO_SET);
    }
}

/* -1 when absent or the scheme's own. */
static bool read_port(const struct pieces *pieces, int *out, struct err *err)
{
    int64_t port = 0;
    *out = -1;
    if (pieces->port.len == 0) {
        return true;
    }
    if (pieces->port.ptr[0] == '-' || !str_to_int64(pieces->port, 1, 65535, &port)) {
        return err_fail(err, ERR_INVALID, 0, "The port of the URL must be a number from 1 to 65535");
    }
    *out = port == (str_is(pieces->scheme, "https") ? 443 : 80) ? -1 : (int)port;
    return true;
}

static bool check_bytes(struct str text, struct err *err)
{
    size_t bad = utf8_invalid_at(text);
    for (size_t i = 0; i < bad; i++) {
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7F) {
            bad = i;
        }
    }
    return bad == text.len || err_fail(err, ERR_INVALID, bad, "The URL has a forbidden character at byte %zu", bad);
}

static struct str keep(struct arena *arena, struct strbuf *buf)
{
    struct str kept = arena_copy(arena, strbuf_str(buf));
    strbuf_release(buf);
    return kept;
}

static struct str print(struct arena *arena, const struct url *url, struct str fragment)
{
    struct strbuf out = {0};
    strbuf_put(&out, url->scheme);
    strbuf_puts(&out, "://");
    if (url->userinfo.len > 0) {
        strbuf_put(&out, url->userinfo);
        strbuf_put_char(&out, '@');
    }
    strbuf_printf(&out, url->host_is_ipv6 ? "[%.*s]" : "%.*s", STR_ARG(url->host));
    if (url->port >= 0) {
        strbuf_printf(&out, ":%d", url->port);
    }
    strbuf_put(&out, url->path);
    strbuf_put(&out, url->query);
    put_encoded(&out, fragment, FRAGMENT_SET);
    return keep(arena, &out);
}

bool url_parse_http(struct arena *arena, struct str text, struct url *out, struct str *normal, struct err *err)
{
    struct pieces pieces;
    struct url url = {0};
    struct strbuf buf = {0};
    text = str_trim(text);
    if (!check_bytes(text, err) || !split(text, &pieces, err) || !read_port(&pieces, &url.port, err)) {
        return false;
    }
    if (pieces.host.len == 0) {
        return err_fail(err, ERR_INVALID, 0, "The URL has no host");
    }
    if (!url_host_put(&buf, pieces.host, &url.host_is_ipv6, err)) {
        strbuf_release(&buf);
        return false;
    }
    url.scheme = pieces.scheme;
    url.host = keep(arena, &buf);
    if (url.host_is_ipv6) {
        url.host = str_slice(url.host, 1, url.host.len - 1);
    }
    put_userinfo(&buf, pieces.userinfo);
    url.userinfo = keep(arena, &buf);
    put_path(&buf, pieces.path);
    url.path = keep(arena, &buf);
    if (pieces.query.len > 0) {
        strbuf_put_char(&buf, '?');
        put_encoded(&buf, str_slice(pieces.query, 1, pieces.query.len), QUERY_SET);
        url.query = keep(arena, &buf);
    }
    *normal = print(arena, &url, pieces.fragment);
    *out = url;
    return true;
}
