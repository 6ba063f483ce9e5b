#include "common/webhook/webhook_event.h"
#include "common/text/json_write.h"
#include "common/text/timestamp.h"

static void put_time(struct strbuf *out, const char *key, int64_t us)
{
    strbuf_puts(out, key);
    if (us == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    timestamp_put(out, us);
    strbuf_put_char(out, '"');
}

static size_t find_any(struct str text, const char *bytes)
{
    size_t at = 0;
    while (at < text.len && strchr(bytes, text.ptr[at]) == NULL) {
        at++;
    }
    return at;
}

/* Scheme, host and port. What else is in a URL may be a secret: a password, a token in the query, a path that nobody
 * else knows. */
static void put_origin(struct strbuf *out, struct str url)
{
    size_t colon = str_find_str(url, STR("://"));
    size_t host = colon + 3 < url.len ? colon + 3 : url.len;
    struct str rest = str_slice(url, host, url.len);
    struct str authority = str_slice(rest, 0, find_any(rest, "/?#\\"));
    size_t at = str_find(authority, '@');
    struct strbuf origin = {0};
    strbuf_put(&origin, str_slice(url, 0, host));
    strbuf_put(&origin, at < authority.len ? str_slice(authority, at + 1, authority.len) : authority);
    json_put_string(out, strbuf_str(&origin));
    strbuf_release(&origin);
}

void webhook_event_put(struct strbuf *out, const struct webhook_event *event)
{
    strbuf_puts(out, "{\"id\":\"");
    uuid_put(out, &event->id);
    strbuf_puts(out, "\",\"targetUrl\":");
    put_origin(out, event->target_url);
    strbuf_puts(out, ",\"reason\":");
    json_put_string(out, event->reason.ptr == NULL ? STR("") : event->reason);
    put_time(out, ",\"failingSince\":", event->failing_since_us);
    put_time(out, ",\"disablesAt\":", event->disables_us);
    put_time(out, ",\"disabledAt\":", event->disabled_us);
    strbuf_put_char(out, '}');
}
