#include "common/text/json_write.h"
#include "common/text/timestamp.h"
#include "gateway/metadata/webhook.h"

static void put_key(struct strbuf *out, const char *key)
{
    strbuf_put_char(out, ',');
    json_put_string(out, str_from(key));
    strbuf_put_char(out, ':');
}

static void put_text(struct strbuf *out, const char *key, struct str text)
{
    put_key(out, key);
    if (text.ptr == NULL) {
        strbuf_puts(out, "null");
    } else {
        json_put_string(out, text);
    }
}

static void put_time(struct strbuf *out, const char *key, int64_t us)
{
    put_key(out, key);
    if (us == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    timestamp_put(out, us);
    strbuf_put_char(out, '"');
}

static void put_list(struct strbuf *out, const char *key, const struct str *items, size_t count)
{
    put_key(out, key);
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        json_put_string(out, items[i]);
    }
    strbuf_put_char(out, ']');
}

static void put_schedule(struct strbuf *out, struct str text)
{
    struct str delay;
    put_key(out, "retrySchedule");
    if (text.ptr == NULL) {
        strbuf_puts(out, "null");
        return;
    }
    bool first = true;
    strbuf_put_char(out, '[');
    while (!str_is(text, "none") && str_split(&text, ',', &delay)) {
        strbuf_puts(out, first ? "" : ",");
        json_put_string(out, delay);
        first = false;
    }
    strbuf_put_char(out, ']');
}

static const char *status_of(const struct webhook *webhook)
{
    if (webhook->disabled_us != 0) {
        return "disabled";
    }
    return webhook->paused ? "paused" : "active";
}

static void put_contract(struct strbuf *out, const struct webhook *webhook)
{
    strbuf_puts(out, "{\"id\":\"");
    uuid_put(out, &webhook->id);
    strbuf_put_char(out, '"');
    put_text(out, "targetUrl", webhook->target_url);
    put_list(out, "operations", webhook->operations, webhook->operation_count);
    put_text(out, "description", webhook->description);
    put_text(out, "secret", webhook->secret.ptr == NULL ? STR("") : webhook->secret);
    put_key(out, "applicationId");
    strbuf_put_char(out, '"');
    uuid_put(out, &webhook->application_id);
    strbuf_put_char(out, '"');
    put_time(out, "createdAt", webhook->created_us);
    put_time(out, "updatedAt", webhook->updated_us);
    put_time(out, "deletedAt", 0);
}

static void put_delivery(struct strbuf *out, const struct webhook *webhook)
{
    put_text(out, "order", webhook->order);
    put_schedule(out, webhook->retry_schedule);
    put_text(out, "rateLimit", webhook->rate_limit);
    put_text(out, "filter", webhook->filter);
    if (webhook->fields == NULL) {
        put_text(out, "fields", STR_EMPTY);
    } else {
        put_list(out, "fields", webhook->fields, webhook->field_count);
    }
    put_text(out, "payload", webhook->payload);
    put_key(out, "headers");
    webhook_headers_put(out, webhook->headers, webhook->header_count);
    put_key(out, "maxBytes");
    if (webhook->max_bytes == 0) {
        strbuf_puts(out, "null");
    } else {
        strbuf_put_int(out, webhook->max_bytes);
    }
    put_text(out, "signature", webhook->signature);
    put_text(out, "publicKey", webhook->public_key);
    put_text(out, "authorities", webhook->authorities);
    put_text(out, "clientCertificate", webhook->client_certificate);
}

void webhook_put_json(struct strbuf *out, const struct webhook *webhook)
{
    put_contract(out, webhook);
    put_delivery(out, webhook);
    put_key(out, "paused");
    strbuf_puts(out, webhook->paused ? "true" : "false");
    put_text(out, "status", str_from(status_of(webhook)));
    put_time(out, "disabledAt", webhook->disabled_us);
    put_text(out, "disabledReason", webhook->disabled_us == 0 ? STR_EMPTY : webhook->disabled_reason);
    put_time(out, "failingSince", webhook->failing_since_us);
    put_time(out, "oldSecretsUntil", webhook->old_until_us);
    strbuf_put_char(out, '}');
}
