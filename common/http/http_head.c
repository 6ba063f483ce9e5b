#include "common/http/http_head.h"

#include "common/http/http_chars.h"

static bool refuse(struct http_parser *parser, int status, const char *reason)
{
    (void)http_parser_refuse(parser, status, reason);
    return false;
}

static struct http_span span(size_t at, size_t len)
{
    return (struct http_span){(uint32_t)at, (uint32_t)len};
}

static struct str text_of(const char *bytes, struct http_span at)
{
    return str_of(bytes + at.at, at.len);
}

/* ---- the request line ---- */

static enum http_method method_of(struct str text)
{
    static const struct {
        struct str name;
        enum http_method method;
    } METHODS[] = {
        {STR_INIT("GET"), HTTP_GET},         {STR_INIT("POST"), HTTP_POST}, {STR_INIT("PATCH"), HTTP_PATCH},
        {STR_INIT("DELETE"), HTTP_DELETE},   {STR_INIT("PUT"), HTTP_PUT},   {STR_INIT("HEAD"), HTTP_HEAD},
        {STR_INIT("OPTIONS"), HTTP_OPTIONS},
    };
    for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
        if (str_eq(METHODS[i].name, text)) {
            return METHODS[i].method;
        }
    }
    return HTTP_METHOD_OTHER;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool read_version(struct http_parser *parser, struct str text)
{
    if (text.len != 8 || !str_starts_with(text, STR("HTTP/")) || !is_digit(text.ptr[5]) || text.ptr[6] != '.' ||
        !is_digit(text.ptr[7])) {
        return refuse(parser, 400, "The request line does not end in a HTTP version");
    }
    if (text.ptr[5] != '1' || text.ptr[7] > '1') {
        return refuse(parser, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    parser->version_minor = (unsigned)(text.ptr[7] - '0');
    return true;
}

/* Splits at '?' what starts at `at`: a path, or nothing for "/". */
static void split_path(struct http_parser *parser, const char *bytes, size_t at, size_t len)
{
    size_t path_len = str_find(str_of(bytes + at, len), '?');
    parser->path = span(at, path_len);
    parser->query = path_len == len ? span(at + len, 0) : span(at + path_len + 1, len - path_len - 1);
}

/* The length of "http://" or "https://" in front, or 0. */
static size_t scheme_len(struct str target)
{
    static const struct str SCHEMES[] = {STR_INIT("http://"), STR_INIT("https://")};
    for (size_t i = 0; i < ARRAY_LEN(SCHEMES); i++) {
        if (str_eq_nocase(str_slice(target, 0, SCHEMES[i].len), SCHEMES[i])) {
            return SCHEMES[i].len;
        }
    }
    return 0;
}

static bool read_absolute(struct http_parser *parser, const char *bytes, size_t at, size_t len, size_t scheme)
{
    size_t from = at + scheme;
    size_t end = from;
    while (end < at + len && bytes[end] != '/' && bytes[end] != '?') {
        end++;
    }
    parser->absolute = true;
    parser->authority = span(from, end - from);
    if (!http_is_host(text_of(bytes, parser->authority))) {
        return refuse(parser, 400, "The request target names no proper host");
    }
    split_path(parser, bytes, end, at + len - end);
    return true;
}

static bool read_target(struct http_parser *parser, const char *bytes, size_t at, size_t len)
{
    struct str target = str_of(bytes + at, len);
    if (!http_is_target(target)) {
        return refuse(parser, 400, "The request target is empty or holds a byte that must be percent-encoded");
    }
    parser->target = span(at, len);
    if (str_is(text_of(bytes, parser->method_text), "CONNECT")) {
        return refuse(parser, 501, "This server opens no tunnels");
    }
    if (target.ptr[0] == '/') {
        split_path(parser, bytes, at, len);
        return true;
    }
    if (len == 1 && target.ptr[0] == '*' && parser->method == HTTP_OPTIONS) {
        parser->query = span(at + len, 0);
        return true;
    }
    size_t scheme = scheme_len(target);
    if (scheme == 0) {
        return refuse(parser, 400, "The request target does not start with a slash");
    }
    return read_absolute(parser, bytes, at, len, scheme);
}

bool http_head_request_line(struct http_parser *parser, const char *bytes, size_t at, size_t len)
{
    struct str line = str_of(bytes + at, len);
    size_t method_len = str_find(line, ' ');
    struct str method = str_slice(line, 0, method_len);
    if (method_len == len || !http_is_token(method)) {
        return refuse(parser, 400, "The request line does not start with a method");
    }
    parser->method_text = span(at, method_len);
    parser->method = method_of(method);
    struct str rest = str_slice(line, method_len + 1, len);
    size_t target_len = str_find(rest, ' ');
    if (target_len == rest.len) {
        return refuse(parser, 400, "The request line does not have three parts");
    }
    return read_version(parser, str_slice(rest, target_len + 1, rest.len)) &&
           read_target(parser, bytes, at + method_len + 1, target_len);
}

/* ---- fields ---- */

static bool on_host(struct http_parser *parser, struct str value, struct http_span at)
{
    if (parser->has_host) {
        return refuse(parser, 400, "There is more than one Host field");
    }
    if (!http_is_host(value)) {
        return refuse(parser, 400, "The Host field is not a host with an optional port");
    }
    parser->has_host = true;
    parser->host = at;
    return true;
}

static bool on_content_type(struct http_parser *parser, struct str value, struct http_span at)
{
    (void)at;
    struct str large = parser->limits->large_body_type;
    if (large.len > 0 && str_eq_nocase(http_trim(str_slice(value, 0, str_find(value, ';'))), large)) {
        parser->body_limit = parser->limits->large_body_bytes;
    }
    return true;
}

/* More than 18 digits cannot be less than the limit for bodies, and would not fit. */
static bool on_content_length(struct http_parser *parser, struct str value, struct http_span at)
{
    (void)at;
    if (parser->has_length) {
        return refuse(parser, 400, "There is more than one Content-Length field");
    }
    size_t length = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (!is_digit(value.ptr[i])) {
            return refuse(parser, 400, "Content-Length is not a whole number");
        }
        length = i < 18 ? length * 10 + (size_t)(value.ptr[i] - '0') : SIZE_MAX;
    }
    if (value.len == 0) {
        return refuse(parser, 400, "Content-Length is not a whole number");
    }
    parser->has_length = true;
    parser->length = length;
    return true;
}

static bool on_transfer_encoding(struct http_parser *parser, struct str value, struct http_span at)
{
    (void)at;
    if (parser->chunked) {
        return refuse(parser, 400, "There is more than one Transfer-Encoding field");
    }
    if (!str_eq_nocase(value, STR("chunked"))) {
        return refuse(parser, 400, "The only Transfer-Encoding taken is \"chunked\"");
    }
    parser->chunked = true;
    return true;
}

static bool on_expect(struct http_parser *parser, struct str value, struct http_span at)
{
    (void)at;
    if (str_eq_nocase(value, STR("100-continue"))) {
        parser->expects_continue = true;
    } else {
        parser->expects_other = true;
    }
    return true;
}

static bool on_connection(struct http_parser *parser, struct str value, struct http_span at)
{
    (void)at;
    struct str option;
    while (str_split(&value, ',', &option)) {
        option = http_trim(option);
        if (str_eq_nocase(option, STR("close"))) {
            parser->asks_close = true;
        } else if (str_eq_nocase(option, STR("keep-alive"))) {
            parser->asks_keep_alive = true;
        }
    }
    return true;
}

static bool judge_field(struct http_parser *parser, struct str name, struct str value, struct http_span at)
{
    static const struct {
        struct str name;
        bool (*on_field)(struct http_parser *parser, struct str value, struct http_span at);
    } FIELDS[] = {
        {STR_INIT("host"), on_host},
        {STR_INIT("content-length"), on_content_length},
        {STR_INIT("content-type"), on_content_type},
        {STR_INIT("transfer-encoding"), on_transfer_encoding},
        {STR_INIT("expect"), on_expect},
        {STR_INIT("connection"), on_connection},
    };
    for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++) {
        if (FIELDS[i].name.len == name.len && str_eq_nocase(FIELDS[i].name, name)) {
            return FIELDS[i].on_field(parser, value, at);
        }
    }
    return true;
}

bool http_head_field(struct http_parser *parser, const char *bytes, size_t at, size_t len)
{
    struct str line = str_of(bytes + at, len);
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
        return refuse(parser, 400, "A header field is folded over several lines");
    }
    if (parser->field_count == parser->limits->headers) {
        return refuse(parser, 431, "There are too many header fields");
    }
    size_t name_len = str_find(line, ':');
    struct str name = str_slice(line, 0, name_len);
    if (name_len == len || !http_is_token(name)) {
        return refuse(parser, 400, "A header field has no proper name");
    }
    struct str value = http_trim(str_slice(line, name_len + 1, len));
    if (!http_is_value(value)) {
        return refuse(parser, 400, "A header field holds a control character");
    }
    struct http_span value_at = span((size_t)(value.ptr - bytes), value.len);
    parser->fields[parser->field_count++] = (struct http_field){span(at, name_len), value_at};
    return judge_field(parser, name, value, value_at);
}

/* ---- all of it ---- */

bool http_head_end(struct http_parser *parser, const char *bytes)
{
    if (!parser->has_host && parser->version_minor == 1) {
        return refuse(parser, 400, "There is no Host field");
    }
    if (parser->absolute && parser->has_host &&
        !str_eq_nocase(text_of(bytes, parser->authority), text_of(bytes, parser->host))) {
        return refuse(parser, 400, "The request target and the Host field name different hosts");
    }
    if (parser->chunked && parser->has_length) {
        return refuse(parser, 400, "There are both a Content-Length and a Transfer-Encoding field");
    }
    if (parser->chunked && parser->version_minor == 0) {
        return refuse(parser, 400, "HTTP/1.0 has no Transfer-Encoding");
    }
    if (parser->version_minor == 0) {
        /* A HTTP/1.0 client would not understand the interim answer (RFC 9110, 10.1.1). */
        parser->expects_continue = false;
        parser->expects_other = false;
    }
    if (parser->expects_other) {
        return refuse(parser, 417, "The only expectation met here is \"100-continue\"");
    }
    if (parser->has_length && parser->length > parser->body_limit) {
        return refuse(parser, 413, "The body is larger than this server takes");
    }
    return true;
}
