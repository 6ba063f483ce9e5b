#include "dispatcher/app/dispatcher_settings.h"
#include "common/text/url.h"
#include "common/webhook/webhook_text.h"
#include <assert.h>
#include <stddef.h>
#include <unistd.h>

#define SECOND_US INT64_C(1000000)

bool dispatcher_schedule_parse(struct str text, struct schedule *out, struct err *err)
{
    struct schedule schedule = {.count = 0};
    struct str part;
    if (str_trim(text).len == 0) {
        return err_fail(err, ERR_INVALID, 0, "needs at least one duration, such as 5s,5m,2h");
    }
    while (str_split(&text, ',', &part)) {
        part = str_trim(part);
        if (schedule.count == SCHEDULE_MAX) {
            return err_fail(err, ERR_INVALID, 0, "has more than %d durations", SCHEDULE_MAX);
        }
        int64_t delay_us;
        if (!webhook_delay_parse(part, &delay_us)) {
            return err_fail(err, ERR_INVALID, 0, "\"%.*s\" is no duration from 1ms to 30d", STR_ARG(part));
        }
        schedule.delays_us[schedule.count++] = delay_us;
    }
    out->count = schedule.count;
    memcpy(out->delays_us, schedule.delays_us, sizeof(out->delays_us));
    return true;
}

static bool check_schedule(struct str value, struct err *err)
{
    struct schedule ignored;
    return dispatcher_schedule_parse(value, &ignored, err);
}

static bool check_rate(struct str value, struct err *err)
{
    struct pace_rate ignored;
    return pace_rate_parse(value, &ignored) || err_fail(err, ERR_INVALID, 0, "off, or such as 100/s, 90/min, 1000/h");
}

static bool check_ranges(struct str value, struct err *err)
{
    struct egress_list ignored;
    return egress_list_parse(value, &ignored, err);
}

static bool check_proxy(struct str value, struct err *err)
{
    struct arena arena = {0};
    struct url url;
    struct str normal;
    bool ok = value.len == 0 || (url_parse_http(&arena, value, &url, &normal, err) && str_is(url.scheme, "http") &&
                                 url.port > 0 && str_is(url.path, "/") && url.query.len == 0);
    arena_release(&arena);
    return ok || err_fail(err, ERR_INVALID, 0, "not of the form http://[user:password@]host:port");
}

static bool check_file(struct str value, struct err *err)
{
    struct strbuf path = {0};
    strbuf_put(&path, value);
    bool ok = value.len == 0 || access(strbuf_cstr(&path), R_OK) == 0;
    strbuf_release(&path);
    return ok || err_fail(err, ERR_INVALID, 0, "the file cannot be read");
}

static bool check_given(struct str value, struct err *err)
{
    return value.len > 0 || err_fail(err, ERR_INVALID, 0, "it has no default");
}

static bool check_secret(struct str value, struct err *err)
{
    enum { LEAST = 16 };
    return value.len >= LEAST || err_fail(err, ERR_INVALID, 0, "at least %d bytes", LEAST);
}

void dispatcher_schedule(const struct dispatcher_settings *settings, struct schedule *out)
{
    struct err err;
    bool ok = dispatcher_schedule_parse(str_from(settings->retry_schedule), out, &err);
    assert(ok);
    out->jitter_percent = (int)settings->retry_jitter;
}

void dispatcher_rate(const struct dispatcher_settings *settings, struct pace_rate *out)
{
    bool ok = pace_rate_parse(str_from(settings->webhook_rate), out);
    assert(ok);
}

void dispatcher_egress(const struct dispatcher_settings *settings, struct egress_policy *out)
{
    struct err err;
    bool ok = egress_list_parse(str_from(settings->egress_allow), &out->allow, &err) &&
              egress_list_parse(str_from(settings->egress_deny), &out->deny, &err);
    assert(ok);
}

#define AT(member) offsetof(struct dispatcher_settings, member)
#define TEXT_ROW(name, member, initial, check, meaning)                                                                \
    {                                                                                                                  \
        name, SETTING_TEXT, AT(member), initial, 0, 0, NULL, "", meaning, false, check                                 \
    }
#define SECRET_ROW(name, member, check, meaning)                                                                       \
    {                                                                                                                  \
        name, SETTING_SECRET, AT(member), "", 0, 0, NULL, "", meaning, false, check                                    \
    }
#define INT_ROW(name, member, initial, min, max, unit, meaning)                                                        \
    {                                                                                                                  \
        name, SETTING_INT, AT(member), initial, min, max, NULL, unit, meaning, false, NULL                             \
    }
#define TIME_ROW(name, member, initial, min, max, meaning)                                                             \
    {                                                                                                                  \
        name, SETTING_DURATION_US, AT(member), initial, min, max, NULL, "", meaning, false, NULL                       \
    }

/* clang-format off */
const struct setting dispatcher_setting_table[] = {
    SECRET_ROW("database_url", database_url, check_given, "PostgreSQL, as a libpq URL or keywords."),
    SECRET_ROW("redis_url", redis_url, NULL, "Redis, whose stream wakes the dispatcher; empty: it polls only."),
    SECRET_ROW("secret_key", secret_key, check_secret, "The server's secret, the same as the gateway's; webhook secrets are sealed with it."),
    TEXT_ROW("event_stream", event_stream, "portti:events", check_given, "The Redis stream that the gateway adds events to."),
    TEXT_ROW("admin_bind", admin_bind, "127.0.0.1", check_given, "Address of the health checks and metrics."),
    INT_ROW("admin_port", admin_port, "3001", 0, 65535, "", "Port of the health checks and metrics; 0: any free one."),
    {"log_level", SETTING_CHOICE, AT(log_level), "info", 0, 0, "debug|info|warn|error", "", "The least that is logged.", false, NULL},
    {"access_log", SETTING_BOOL, AT(access_log), "on", 0, 0, NULL, "", "One log line per delivery attempt.", false, NULL},
    TEXT_ROW("schema_dir", schema_dir, "", NULL, "Folder of the SQL migrations to check the database against; empty: no check."),
    TEXT_ROW("retry_schedule", retry_schedule, "5s,30s,5m,30m,2h,5h,10h,14h,20h,24h", check_schedule, "Delays before the retries, comma separated; after the last one a delivery is given up."),
    INT_ROW("retry_jitter", retry_jitter, "20", 0, 100, "percent", "Each delay is changed by up to this, at random."),
    TIME_ROW("retry_ahead", retry_ahead_us, "30s", 100000, 3600 * SECOND_US, "Retries that are due later than this wait in PostgreSQL and take no memory."),
    TEXT_ROW("egress_allow", egress_allow, "", check_ranges, "Address ranges that may be delivered to although they are private or special, such as 10.0.0.0/8."),
    TEXT_ROW("egress_deny", egress_deny, "", check_ranges, "Address ranges that may not be delivered to; wins over egress_allow."),
    SECRET_ROW("egress_proxy", egress_proxy, check_proxy, "A proxy that deliveries go through, http://[user:password@]host:port; it judges addresses then. Empty: none, whatever the environment says."),
    TEXT_ROW("ca_file", ca_file, "", check_file, "Certificate authorities (PEM) in place of the system's; a webhook may have its own."),
    TIME_ROW("delivery_timeout", delivery_timeout_us, "15s", 100000, 300 * SECOND_US, "The most that one attempt may take."),
    TIME_ROW("connect_timeout", connect_timeout_us, "5s", 10000, 300 * SECOND_US, "The most that connecting may take."),
    {"response_limit", SETTING_BYTES, AT(response_limit), "1M", 8192, 1 << 30, NULL, "bytes", "A receiver's answer that is larger is cut off.", false, NULL},
    {"payload_limit", SETTING_BYTES, AT(payload_limit), "1M", 1024, 1 << 30, NULL, "bytes", "A delivery that would be larger is sent with the record's id alone, unless its webhook says otherwise.", false, NULL},
    TIME_ROW("disable_after", disable_after_us, "5d", 0, INT64_C(365) * 24 * 3600 * SECOND_US, "A webhook of which nothing but failures came for so long is disabled, with webhook.failing events for others at 50 and 80 percent of it; 0: never."),
    INT_ROW("max_in_flight", max_in_flight, "512", 1, 16384, "deliveries", "At most so many at once; those that take longer than 250 ms count apart."),
    INT_ROW("max_connections", max_connections, "1024", 1, 65536, "connections", "Connections to receivers that are kept open."),
    INT_ROW("webhook_concurrency", webhook_concurrency, "16", 1, 1024, "deliveries", "At most so many at once to one webhook; it begins with 4 and gets there while all is well."),
    TEXT_ROW("webhook_rate", webhook_rate, "off", check_rate, "At most so many deliveries to one webhook, such as 100/s, 90/min or 1000/h."),
    TIME_ROW("breaker_probe_interval", probe_interval_us, "30s", 100000, 3600 * SECOND_US, "A webhook that has only failed for so long gets one delivery in so long, until one succeeds."),
    INT_ROW("webhook_share", webhook_share, "25", 1, 100, "percent", "The part of max_in_flight that one webhook may take."),
    INT_ROW("lane_queue", lane_queue, "10000", 16, 1000000, "deliveries", "What waits for one webhook in memory; the rest waits in PostgreSQL."),
    INT_ROW("webhook_metrics", webhook_metrics, "100", 0, 10000, "webhooks", "/metrics has series of their own for so many webhooks, those with the most to do."),
    TIME_ROW("poll_interval", poll_interval_us, "50ms", 5000, 60 * SECOND_US, "The outbox is read at least so often, whatever Redis says."),
    INT_ROW("read_batch", read_batch, "500", 1, 10000, "events", "Read from the outbox at a time."),
    TIME_ROW("lease_time", lease_time_us, "3s", 500000, 300 * SECOND_US, "After this long without a sign of life another dispatcher takes over."),
    TIME_ROW("drain_timeout", drain_timeout_us, "20s", 0, 600 * SECOND_US, "At the end, deliveries under way may take so long."),
};
/* clang-format on */
const size_t dispatcher_setting_count = ARRAY_LEN(dispatcher_setting_table);
