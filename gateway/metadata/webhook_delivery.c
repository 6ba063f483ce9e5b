#include "common/crypto/certificate.h"
#include "common/webhook/webhook_text.h"
#include "gateway/metadata/webhook_read.h"
#include <stdarg.h>
#include <stdio.h>

static bool PRINTF_LIKE(2, 3) invalid(struct err *err, const char *format, ...)
{
    char sentence[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    return err_fail_tag(err, ERR_INVALID, "INVALID_WEBHOOK_INPUT", "%s", sentence);
}

/* One of the words up to NULL; null is the first of them, unless `fallback` is another. */
static bool read_word(const struct json *value, const char *name, const char *const *words, const char *fallback,
                      struct str *out, struct err *err)
{
    struct strbuf list = {0};
    if (value == NULL || value->type == JSON_NULL) {
        *out = str_from(fallback);
        return true;
    }
    for (size_t i = 0; words[i] != NULL; i++) {
        if (value->type == JSON_STRING && str_is(value->text, words[i])) {
            *out = str_from(words[i]);
            return true;
        }
        strbuf_printf(&list, "%s\"%s\"", i == 0 ? "" : ", ", words[i]);
    }
    (void)invalid(err, "%s must be one of %s", name, strbuf_cstr(&list));
    strbuf_release(&list);
    return false;
}

static bool read_schedule(struct arena *arena, const struct json *value, struct webhook *out, struct err *err)
{
    struct strbuf text = {0};
    int64_t ignored;
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    bool ok = value->type == JSON_ARRAY && value->count <= WEBHOOK_DELAYS_MAX;
    for (const struct json *item = ok ? value->first : NULL; ok && item != NULL; item = item->next) {
        ok = item->type == JSON_STRING && webhook_delay_parse(item->text, &ignored);
        strbuf_puts(&text, item == value->first ? "" : ",");
        strbuf_put(&text, item->text);
    }
    out->retry_schedule = !ok || value->count == 0 ? STR("none") : arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    return ok ||
           invalid(err,
                   "retrySchedule must be an array of at most %d delays from 1ms to 30d such as \"30s\", \"5m\" or "
                   "\"2h\", or null",
                   WEBHOOK_DELAYS_MAX);
}

static bool read_rate(const struct json *value, struct webhook *out, struct err *err)
{
    int64_t count;
    int64_t period_us;
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    if (value->type != JSON_STRING || value->text.len == 0 || !webhook_rate_parse(value->text, &count, &period_us)) {
        return invalid(err, "rateLimit must be \"off\" or such as \"100/s\", \"90/min\" or \"1000/h\", or null");
    }
    out->rate_limit = value->text;
    return true;
}

static bool read_filter(const struct json *value, struct webhook *out, struct err *err)
{
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    if (value->type != JSON_STRING || value->text.len > WEBHOOK_FILTER_MAX) {
        return invalid(err, "filter must be a string of at most %d bytes such as \"employees[gt]:10\", or null",
                       WEBHOOK_FILTER_MAX);
    }
    out->filter = value->text.len == 0 ? STR_EMPTY : value->text;
    return true;
}

static bool read_fields(struct arena *arena, const struct json *value, struct webhook *out, struct err *err)
{
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    bool ok = value->type == JSON_ARRAY && value->count <= WEBHOOK_FIELDS_MAX;
    struct str *fields = ARENA_ARRAY(arena, struct str, WEBHOOK_FIELDS_MAX);
    for (const struct json *item = ok ? value->first : NULL; ok && item != NULL; item = item->next) {
        ok = item->type == JSON_STRING && item->text.len > 0 && item->text.len <= WEBHOOK_FIELD_MAX;
        fields[out->field_count++] = item->text;
    }
    out->fields = fields;
    return ok || invalid(err, "fields must be an array of at most %d names of fields, or null", WEBHOOK_FIELDS_MAX);
}

static bool read_headers(struct arena *arena, const struct json *value, struct webhook *out, struct err *err)
{
    struct err why;
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    return webhook_headers_read(arena, value, &out->headers, &out->header_count, &why) || invalid(err, "%s", why.text);
}

static bool read_max_bytes(const struct json *value, struct webhook *out, struct err *err)
{
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    return (value->type == JSON_NUMBER &&
            str_to_int64(value->text, WEBHOOK_BYTES_LEAST, WEBHOOK_BYTES_MOST, &out->max_bytes)) ||
           invalid(err, "maxBytes must be a whole number from %d to %d, or null", WEBHOOK_BYTES_LEAST,
                   WEBHOOK_BYTES_MOST);
}

static bool is_text(const struct json *value)
{
    return json_is(value, JSON_STRING) && value->text.len > 0 && value->text.len <= CERTIFICATE_BYTES_MAX;
}

static bool read_authorities(const struct json *value, struct webhook *out, struct err *err)
{
    struct err why = {.text = "a string of certificates in PEM, or null"};
    if (value == NULL || value->type == JSON_NULL) {
        return true;
    }
    if (!is_text(value) || !certificate_check_list(value->text, &why)) {
        return invalid(err, "authorities: %s", why.text);
    }
    out->authorities = value->text;
    return true;
}

/* One without the other is of no use, so neither is changed without the other. */
static bool read_client(const struct json *body, struct webhook *out, struct webhook_given *given, struct err *err)
{
    const struct json *certificate = json_get(body, "clientCertificate");
    const struct json *key = json_get(body, "clientKey");
    struct err why = {.text = "strings in PEM, or null"};
    given->client = certificate != NULL || key != NULL;
    if (!given->client || (json_is(certificate, JSON_NULL) && (key == NULL || key->type == JSON_NULL))) {
        return true;
    }
    if (certificate == NULL || key == NULL) {
        return invalid(err, "clientCertificate and clientKey can only be set together");
    }
    if (!is_text(certificate) || !is_text(key) || !certificate_check_pair(certificate->text, key->text, &why)) {
        return invalid(err, "clientCertificate and clientKey: %s", why.text);
    }
    out->client_certificate = certificate->text;
    out->client_key = key->text;
    return true;
}

static bool read_paused(const struct json *value, struct webhook *out, struct err *err)
{
    if (value != NULL && value->type > JSON_TRUE) {
        return invalid(err, "paused must be true or false");
    }
    out->paused = value != NULL && value->type == JSON_TRUE;
    return true;
}

static const struct json *take(const struct json *body, const char *name, bool *given)
{
    const struct json *value = json_get(body, name);
    *given = value != NULL;
    return value;
}

bool webhook_read_delivery(struct arena *arena, const struct json *body, struct webhook *out,
                           struct webhook_given *given, struct err *err)
{
    static const char *const orders[] = {"none", "record", "endpoint", NULL};
    static const char *const payloads[] = {"full", "thin", NULL};
    static const char *const signatures[] = {"v1", "v1a", NULL};
    return read_word(take(body, "order", &given->order), "order", orders, "record", &out->order, err) &&
           read_schedule(arena, take(body, "retrySchedule", &given->retry_schedule), out, err) &&
           read_rate(take(body, "rateLimit", &given->rate_limit), out, err) &&
           read_filter(take(body, "filter", &given->filter), out, err) &&
           read_fields(arena, take(body, "fields", &given->fields), out, err) &&
           read_word(take(body, "payload", &given->payload), "payload", payloads, "full", &out->payload, err) &&
           read_headers(arena, take(body, "headers", &given->headers), out, err) &&
           read_max_bytes(take(body, "maxBytes", &given->max_bytes), out, err) &&
           read_word(take(body, "signature", &given->signature), "signature", signatures, "v1", &out->signature, err) &&
           read_authorities(take(body, "authorities", &given->authorities), out, err) &&
           read_client(body, out, given, err) && read_paused(take(body, "paused", &given->paused), out, err);
}
