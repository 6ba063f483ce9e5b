#include "common/text/json_write.h"
#include "gateway/metadata/put.h"
#include "gateway/metadata/webhook.h"

static void put_schedule(struct strbuf *out, struct str text)
{
    struct str delay;
    put_name(out, "retrySchedule");
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
    put_texts(out, "operations", webhook->operations, webhook->operation_count);
    put_text(out, "description", webhook->description);
    put_text(out, "secret", webhook->secret.ptr == NULL ? STR("") : webhook->secret);
    put_id(out, "applicationId", &webhook->application_id);
    put_time_or_null(out, "createdAt", webhook->created_us);
    put_time_or_null(out, "updatedAt", webhook->updated_us);
    put_time_or_null(out, "deletedAt", 0);
}

static void put_delivery(struct strbuf *out, const struct webhook *webhook)
{
    put_text(out, "order", webhook->order);
    put_schedule(out, webhook->retry_schedule);
    put_text(out, "rateLimit", webhook->rate_limit);
    put_text(out, "filter", webhook->filter);
    put_texts(out, "fields", webhook->fields, webhook->field_count);
    put_text(out, "payload", webhook->payload);
    put_name(out, "headers");
    webhook_headers_put(out, webhook->headers, webhook->header_count);
    if (webhook->max_bytes == 0) {
        put_text(out, "maxBytes", STR_EMPTY);
    } else {
        put_int(out, "maxBytes", webhook->max_bytes);
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
    put_bool(out, "paused", webhook->paused);
    put_text(out, "status", str_from(status_of(webhook)));
    put_time_or_null(out, "disabledAt", webhook->disabled_us);
    put_text(out, "disabledReason", webhook->disabled_us == 0 ? STR_EMPTY : webhook->disabled_reason);
    put_time_or_null(out, "failingSince", webhook->failing_since_us);
    put_time_or_null(out, "oldSecretsUntil", webhook->old_until_us);
    strbuf_put_char(out, '}');
}
