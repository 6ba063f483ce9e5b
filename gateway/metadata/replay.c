#include "gateway/metadata/replay.h"

#include "common/text/timestamp.h"
#include "common/webhook/webhook_text.h"
#include "gateway/metadata/put.h"
#include "gateway/metadata/webhook.h"

static const char tag[] = "INVALID_WEBHOOK_INPUT";

static bool is_given(const struct json *value)
{
    return value != NULL && value->type != JSON_NULL;
}

static bool read_time(const struct json *body, const char *name, int64_t *out, struct err *err)
{
    const struct json *value = json_get(body, name);
    if (is_given(value) && (value->type != JSON_STRING || !timestamp_parse(value->text, out))) {
        return err_fail_tag(err, ERR_INVALID, tag, "%s must be a time such as \"2026-03-01T00:00:00Z\"", name);
    }
    return true;
}

static bool read_times(const struct json *body, int64_t now_us, struct replay *out, struct err *err)
{
    out->to_us = now_us;
    if (!read_time(body, "from", &out->from_us, err) || !read_time(body, "to", &out->to_us, err)) {
        return false;
    }
    if (!is_given(json_get(body, "from"))) {
        return err_fail_tag(err, ERR_INVALID, tag, "from is required: a time such as \"2026-03-01T00:00:00Z\"");
    }
    return out->from_us < out->to_us || err_fail_tag(err, ERR_INVALID, tag, "from must be before to");
}

static bool read_operations(struct arena *arena, const struct json *value, struct replay *out, struct err *err)
{
    if (!is_given(value)) {
        return true;
    }
    struct str *operations = ARENA_ARRAY(arena, struct str, value->count + 1);
    bool ok = value->type == JSON_ARRAY && value->count <= WEBHOOK_OPERATIONS_MAX;
    for (const struct json *item = ok ? value->first : NULL; ok && item != NULL; item = item->next) {
        ok = item->type == JSON_STRING && item->text.len <= WEBHOOK_OPERATION_MAX;
        operations[out->operation_count++] = item->text;
    }
    out->operations = operations;
    return ok || err_fail_tag(err, ERR_INVALID, tag,
                              "operations must be an array of strings such as \"company.created\" or \"*.*\", or null");
}

static bool read_rest(const struct json *body, struct replay *out, struct err *err)
{
    const struct json *filter = json_get(body, "filter");
    const struct json *undelivered = json_get(body, "undelivered");
    const struct json *rate = json_get(body, "rate");
    int64_t ignored;
    if (is_given(filter) && (filter->type != JSON_STRING || filter->text.len > WEBHOOK_FILTER_MAX)) {
        return err_fail_tag(err, ERR_INVALID, tag, "filter must be a string of at most %d bytes, or null",
                            WEBHOOK_FILTER_MAX);
    }
    if (is_given(undelivered) && undelivered->type != JSON_TRUE && undelivered->type != JSON_FALSE) {
        return err_fail_tag(err, ERR_INVALID, tag, "undelivered must be true or false");
    }
    if (is_given(rate) && (rate->type != JSON_STRING || !webhook_rate_parse(rate->text, &ignored, &ignored))) {
        return err_fail_tag(err, ERR_INVALID, tag, "rate must be \"off\" or such as \"100/s\", or null");
    }
    out->filter = is_given(filter) && filter->text.len > 0 ? filter->text : STR_EMPTY;
    out->undelivered = json_is(undelivered, JSON_TRUE);
    out->rate = is_given(rate) && rate->text.len > 0 ? rate->text : STR("off");
    return true;
}

bool replay_read(struct arena *arena, const struct json *body, int64_t now_us, struct replay *out, struct err *err)
{
    *out = (struct replay){.created_us = now_us};
    if (!json_is(body, JSON_OBJECT)) {
        return err_fail_tag(err, ERR_INVALID, tag, "The body must be a JSON object");
    }
    return read_times(body, now_us, out, err) && read_operations(arena, json_get(body, "operations"), out, err) &&
           read_rest(body, out, err);
}

bool rotate_read(const struct json *body, struct str *secret, int64_t *overlap_us, struct err *err)
{
    static const int64_t most_us = INT64_C(7) * 86400 * 1000000;
    if (!json_is(body, JSON_OBJECT)) {
        return err_fail_tag(err, ERR_INVALID, tag, "The body must be a JSON object");
    }
    const struct json *given = json_get(body, "secret");
    const struct json *overlap = json_get(body, "overlap");
    *secret = STR_EMPTY;
    *overlap_us = INT64_C(86400) * 1000000;
    if (is_given(given)) {
        if (given->type != JSON_STRING || given->text.len == 0 || given->text.len > WEBHOOK_SECRET_MAX) {
            return err_fail_tag(err, ERR_INVALID, tag, "secret must be a string of 1 to %d bytes", WEBHOOK_SECRET_MAX);
        }
        *secret = given->text;
    }
    if (is_given(overlap) &&
        (overlap->type != JSON_STRING || !webhook_duration_parse(overlap->text, overlap_us) || *overlap_us > most_us)) {
        return err_fail_tag(err, ERR_INVALID, tag, "overlap must be from \"0s\" to \"7d\", such as \"24h\"");
    }
    return true;
}

void replay_put_json(struct strbuf *out, const struct replay *replay)
{
    const char *status = replay->cancelled ? "cancelled" : replay->finished_us != 0 ? "done" : "running";
    strbuf_put_char(out, '{');
    put_id(out, "id", &replay->id);
    put_id(out, "webhookId", &replay->webhook_id);
    put_time_or_null(out, "from", replay->from_us);
    put_time_or_null(out, "to", replay->to_us);
    put_texts(out, "operations", replay->operations, replay->operation_count);
    put_text(out, "filter", replay->filter);
    put_bool(out, "undelivered", replay->undelivered);
    put_text(out, "rate", replay->rate);
    put_text(out, "status", str_from(status));
    put_int(out, "eventsRead", replay->events_read);
    put_int(out, "deliveriesMade", replay->deliveries_made);
    put_time_or_null(out, "createdAt", replay->created_us);
    put_time_or_null(out, "finishedAt", replay->finished_us);
    strbuf_put_char(out, '}');
}
