#include "common/webhook/webhook_headers.h"
#include "common/text/json_write.h"

/* Set by us or by HTTP, or about the connection: to let a webhook have them would break a delivery or lie in it. */
static const char *const reserved[] = {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
};
static const char *const reserved_prefixes[] = {"webhook-", "x-twenty-webhook-", "x-portti-", "proxy-"};

static bool is_token(struct str name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr(others, c) == NULL)) {
            return false;
        }
    }
    return name.len > 0;
}

static bool is_reserved(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (str_eq_nocase(name, str_from(reserved[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(reserved_prefixes); i++) {
        struct str prefix = str_from(reserved_prefixes[i]);
        if (str_eq_nocase(str_slice(name, 0, prefix.len), prefix)) {
            return true;
        }
    }
    return false;
}

static bool is_value(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < ' ' && c != '\t') || c > '~') {
            return false;
        }
    }
    return value.len > 0;
}

static bool check(struct str name, const struct json *value, struct err *err)
{
    struct str shown = str_cut(name, 80);
    if (name.len > WEBHOOK_HEADER_NAME_MAX || !is_token(name)) {
        return err_fail(err, ERR_INVALID, 0, "headers: \"%.*s\" is no name of a header", STR_ARG(shown));
    }
    if (is_reserved(name)) {
        return err_fail(err, ERR_INVALID, 0, "headers: %.*s is set by the server and cannot be chosen", STR_ARG(shown));
    }
    if (value->type != JSON_STRING || value->text.len > WEBHOOK_HEADER_VALUE_MAX || !is_value(str_trim(value->text))) {
        return err_fail(err, ERR_INVALID, 0,
                        "headers: the value of %.*s must be a string of 1 to %d visible ASCII characters and spaces",
                        STR_ARG(shown), WEBHOOK_HEADER_VALUE_MAX);
    }
    return true;
}

bool webhook_headers_read(struct arena *arena, const struct json *value, const struct webhook_header **out,
                          size_t *count, struct err *err)
{
    if (!json_is(value, JSON_OBJECT)) {
        return err_fail(err, ERR_INVALID, 0, "headers must be an object such as {\"X-Tenant\":\"north\"}, or null");
    }
    if (value->count > WEBHOOK_HEADERS_MAX) {
        return err_fail(err, ERR_INVALID, 0, "headers may hold at most %d headers", WEBHOOK_HEADERS_MAX);
    }
    struct webhook_header *headers = ARENA_ARRAY(arena, struct webhook_header, value->count + 1);
    size_t found = 0;
    JSON_EACH(member, value)
    {
        if (!check(member->key, member, err)) {
            return false;
        }
        for (size_t i = 0; i < found; i++) {
            if (str_eq_nocase(headers[i].name, member->key)) {
                return err_fail(err, ERR_INVALID, 0, "headers: %.*s is there twice", STR_ARG(member->key));
            }
        }
        headers[found++] = (struct webhook_header){member->key, str_trim(member->text)};
    }
    *out = headers;
    *count = found;
    return true;
}

void webhook_headers_put(struct strbuf *out, const struct webhook_header *headers, size_t count)
{
    strbuf_put_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        json_put_string(out, headers[i].name);
        strbuf_put_char(out, ':');
        json_put_string(out, headers[i].value);
    }
    strbuf_put_char(out, '}');
}
