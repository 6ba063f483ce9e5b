#include "gateway/metadata/delivery.h"

#include "common/text/timestamp.h"
#include "gateway/metadata/put.h"
#include <stdio.h>

enum { ID_LEN = 2 * UUID_TEXT_LEN + 1 };

bool delivery_id_parse(struct str text, struct delivery_id *out)
{
    return text.len == ID_LEN && text.ptr[UUID_TEXT_LEN] == '_' &&
           uuid_parse(str_slice(text, 0, UUID_TEXT_LEN), &out->webhook) &&
           uuid_parse(str_slice(text, UUID_TEXT_LEN + 1, ID_LEN), &out->event);
}

void delivery_id_put(struct strbuf *out, const struct delivery_id *id)
{
    uuid_put(out, &id->webhook);
    strbuf_put_char(out, '_');
    uuid_put(out, &id->event);
}

void delivery_cursor_put(struct strbuf *out, const struct delivery_cursor *cursor)
{
    strbuf_put_int(out, cursor->started_us);
    strbuf_put_char(out, '_');
    delivery_id_put(out, &cursor->id);
}

/* Microseconds as milliseconds, without trailing zeros. */
static void put_ms(struct strbuf *out, const char *key, int64_t us)
{
    put_name(out, key);
    if (us < 0) {
        strbuf_puts(out, "null");
        return;
    }
    char text[32];
    int len = snprintf(text, sizeof(text), "%lld.%03d", (long long)(us / 1000), (int)(us % 1000));
    while (text[len - 1] == '0') {
        len--;
    }
    len -= text[len - 1] == '.';
    strbuf_put(out, str_of(text, (size_t)len));
}

static void put_answer(struct strbuf *out, const struct attempt *attempt)
{
    if (attempt->status == 0) {
        put_text(out, "responseStatus", STR_EMPTY);
    } else {
        put_int(out, "responseStatus", attempt->status);
    }
    put_text(out, "error", attempt->error);
}

static const struct {
    const char *outcome;
    const char *status;
} statuses[] = {{"delivered", "delivered"}, {"failed", "retrying"}, {"gave_up", "failed"}, {"disabled", "disabled"}};

static struct str status_of(struct str outcome)
{
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        if (str_is(outcome, statuses[i].outcome)) {
            return str_from(statuses[i].status);
        }
    }
    return outcome;
}

static void put_ids(struct strbuf *out, const struct delivery_id *id)
{
    strbuf_puts(out, "{\"id\":\"");
    delivery_id_put(out, id);
    strbuf_put_char(out, '"');
    put_id(out, "webhookId", &id->webhook);
    put_id(out, "eventId", &id->event);
}

void delivery_put_accepted(struct strbuf *out, const struct delivery_id *id)
{
    put_ids(out, id);
    strbuf_put_char(out, '}');
}

static void put_event(struct strbuf *out, const struct delivery_view *delivery)
{
    put_ids(out, &delivery->id);
    put_int(out, "sequence", delivery->sequence);
    put_name(out, "eventName");
    if (delivery->object.ptr == NULL) {
        strbuf_puts(out, "null");
    } else {
        strbuf_printf(out, "\"%.*s.%.*s\"", STR_ARG(delivery->object), STR_ARG(delivery->action));
    }
    put_text(out, "object", delivery->object);
    put_text(out, "action", delivery->action);
    put_id(out, "recordId", &delivery->record_id);
    put_time_or_null(out, "eventDate", delivery->event_us);
}

static void put_open(struct strbuf *out, const struct delivery_view *delivery)
{
    const struct attempt *last = &delivery->last;
    put_event(out, delivery);
    put_text(out, "status", status_of(last->outcome));
    put_int(out, "attempts", delivery->attempts);
    put_time_or_null(out, "lastAttemptAt", last->started_us);
    put_time_or_null(out, "nextAttemptAt", last->next_us);
    put_answer(out, last);
    put_ms(out, "durationMs", last->duration_us);
}

void delivery_put_json(struct strbuf *out, const struct delivery_view *delivery)
{
    put_open(out, delivery);
    strbuf_put_char(out, '}');
}

static void put_attempt(struct strbuf *out, const struct attempt *attempt)
{
    static const char *const parts[] = {"dnsMs", "connectMs", "tlsMs", "firstByteMs"};
    strbuf_printf(out, "{\"attempt\":%lld", (long long)attempt->number);
    put_time_or_null(out, "startedAt", attempt->started_us);
    put_ms(out, "durationMs", attempt->duration_us);
    put_name(out, "timings");
    strbuf_put_char(out, '{');
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        put_ms(out, parts[i], attempt->part_us[i]);
    }
    strbuf_put_char(out, '}');
    put_text(out, "outcome", status_of(attempt->outcome));
    put_answer(out, attempt);
    put_text(out, "response", attempt->response);
    put_time_or_null(out, "nextAttemptAt", attempt->next_us);
    strbuf_put_char(out, '}');
}

void delivery_put_json_whole(struct strbuf *out, const struct delivery_view *delivery, const struct attempt *attempts,
                             size_t count)
{
    put_open(out, delivery);
    put_name(out, "attemptLog");
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        put_attempt(out, &attempts[i]);
    }
    strbuf_puts(out, "]}");
}

static bool fail(struct err *err, struct str name, const char *what)
{
    return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "'%.*s' must be %s", STR_ARG(str_cut(name, 60)), what);
}

static bool read_uuid(const struct query_param *param, struct uuid *out, bool *given, struct err *err)
{
    *given = true;
    return uuid_parse(param->value, out) || fail(err, param->name, "a UUID");
}

static bool read_time(const struct query_param *param, int64_t *out, struct err *err)
{
    return timestamp_parse(param->value, out) || fail(err, param->name, "a time such as 2026-03-01T00:00:00Z");
}

static bool read_status(const struct query_param *param, struct str *outcome, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        if (str_is(param->value, statuses[i].status)) {
            *outcome = str_from(statuses[i].outcome);
            return true;
        }
    }
    return fail(err, param->name, "delivered, retrying, failed or disabled");
}

static bool read_cursor(const struct query_param *param, struct delivery_cursor *out, bool *given, struct err *err)
{
    struct str rest = param->value;
    struct str time;
    *given = true;
    return (str_split(&rest, '_', &time) && str_to_int64(time, 0, INT64_MAX, &out->started_us) && rest.ptr != NULL &&
            delivery_id_parse(rest, &out->id)) ||
           fail(err, param->name, "the startCursor or endCursor of a page");
}

static bool read_param(const struct query_param *param, struct delivery_search *out, struct err *err)
{
    int64_t limit;
    struct str name = param->name;
    if (param->value.len == 0) {
        return true;
    }
    if (str_is(name, "webhook")) {
        return read_uuid(param, &out->webhook, &out->by_webhook, err);
    }
    if (str_is(name, "record")) {
        return read_uuid(param, &out->record, &out->by_record, err);
    }
    if (str_is(name, "event")) {
        return read_uuid(param, &out->event, &out->by_event, err);
    }
    if (str_is(name, "status")) {
        return read_status(param, &out->outcome, err);
    }
    if (str_is(name, "object") || str_is(name, "action")) {
        *(str_is(name, "object") ? &out->object : &out->action) = param->value;
        return true;
    }
    if (str_is(name, "from") || str_is(name, "to")) {
        return read_time(param, str_is(name, "from") ? &out->from_us : &out->to_us, err);
    }
    if (str_is(name, "starting_after")) {
        return read_cursor(param, &out->cursor, &out->after_given, err);
    }
    if (str_is(name, "ending_before")) {
        return read_cursor(param, &out->cursor, &out->before_given, err);
    }
    if (str_is(name, "limit")) {
        if (!str_to_int64(param->value, 1, INT64_MAX, &limit)) {
            return fail(err, name, "a whole number from 1 on");
        }
        out->limit = limit > DELIVERIES_PAGE_MAX ? DELIVERIES_PAGE_MAX : (size_t)limit;
        return true;
    }
    return err_fail_tag(
        err, ERR_INVALID, "BAD_REQUEST",
        "There is no parameter '%.*s': webhook, status, object, action, record, event, from, to, limit, "
        "starting_after, ending_before",
        STR_ARG(str_cut(name, 60)));
}

bool delivery_search_read(const struct query_params *params, struct delivery_search *out, struct err *err)
{
    *out = (struct delivery_search){.limit = DELIVERIES_PAGE_DEFAULT};
    for (size_t i = 0; i < params->count; i++) {
        if (!read_param(&params->items[i], out, err)) {
            return false;
        }
    }
    if (out->after_given && out->before_given) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST",
                            "'starting_after' and 'ending_before' cannot be used together.");
    }
    return true;
}
