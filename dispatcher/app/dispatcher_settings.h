/* The dispatcher's settings: what config/dispatcher.conf, PORTTI_… and --set may say. */
#ifndef PORTTI_DISPATCHER_APP_SETTINGS_H
#define PORTTI_DISPATCHER_APP_SETTINGS_H

#include "common/settings/settings.h"
#include "dispatcher/deliver/egress.h"
#include "dispatcher/schedule/pace.h"
#include "dispatcher/schedule/verdict.h"

struct dispatcher_settings {
    char *database_url;
    char *redis_url;
    char *secret_key;
    char *event_stream;
    char *admin_bind;
    int64_t admin_port;
    int log_level;
    bool access_log;
    char *schema_dir;
    char *retry_schedule;
    int64_t retry_jitter;
    int64_t retry_ahead_us;
    char *egress_allow;
    char *egress_deny;
    char *egress_proxy;
    char *ca_file;
    int64_t delivery_timeout_us;
    int64_t connect_timeout_us;
    int64_t response_limit;
    int64_t payload_limit;
    int64_t disable_after_us;
    int64_t max_in_flight;
    int64_t max_connections;
    int64_t webhook_concurrency;
    char *webhook_rate;
    int64_t probe_interval_us;
    int64_t webhook_share;
    int64_t lane_queue;
    int64_t webhook_metrics;
    int64_t poll_interval_us;
    int64_t read_batch;
    int64_t lease_time_us;
    int64_t drain_timeout_us;
};

extern const struct setting dispatcher_setting_table[];
extern const size_t dispatcher_setting_count;

/* A list of durations, as in retry_schedule; the jitter of `*out` stays. On failure `*out` is untouched. */
MUST_CHECK bool dispatcher_schedule_parse(struct str text, struct schedule *out, struct err *err);
/* From settings that were loaded, and so are known to be well formed. */
void dispatcher_schedule(const struct dispatcher_settings *settings, struct schedule *out);
void dispatcher_rate(const struct dispatcher_settings *settings, struct pace_rate *out);
void dispatcher_egress(const struct dispatcher_settings *settings, struct egress_policy *out);

#endif
