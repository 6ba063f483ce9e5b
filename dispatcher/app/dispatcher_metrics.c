#include "dispatcher/app/dispatcher_metrics.h"
#include "common/base/attributes.h"

#define DELIVERIES       "portti_deliveries_total"
#define DELIVERIES_HELP  "Deliveries by what came of the attempt."
#define ATTEMPTS         "portti_delivery_attempts_total"
#define ATTEMPTS_HELP    "Delivery attempts by class of answer or failure."
#define CONNECTIONS      "portti_delivery_connections_total"
#define CONNECTIONS_HELP "Attempts by the connection that they went over."
#define LANES            "portti_lanes"
#define LANES_HELP       "Webhooks by the state of their breaker."
#define CLASS(failure, name)                                                                                           \
    [METRIC_FAILURE_FIRST + (failure)-1] = {METRIC_COUNTER, ATTEMPTS, "class=\"" name "\"", ATTEMPTS_HELP, 0, 0, {0}}
#define ROW(kind, name, labels, help)                                                                                  \
    {                                                                                                                  \
        kind, name, labels, help, 0, 0,                                                                                \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

struct metric dispatcher_metrics[DISPATCHER_METRIC_COUNT] = {
    [METRIC_DELIVERED] = ROW(METRIC_COUNTER, DELIVERIES, "outcome=\"delivered\"", DELIVERIES_HELP),
    [METRIC_FAILED] = ROW(METRIC_COUNTER, DELIVERIES, "outcome=\"failed\"", DELIVERIES_HELP),
    [METRIC_GAVE_UP] = ROW(METRIC_COUNTER, DELIVERIES, "outcome=\"gave_up\"", DELIVERIES_HELP),
    [METRIC_DISABLED] = ROW(METRIC_COUNTER, DELIVERIES, "outcome=\"disabled\"", DELIVERIES_HELP),
    [METRIC_STATUS_2XX] = ROW(METRIC_COUNTER, ATTEMPTS, "class=\"2xx\"", ATTEMPTS_HELP),
    [METRIC_STATUS_3XX] = ROW(METRIC_COUNTER, ATTEMPTS, "class=\"3xx\"", ATTEMPTS_HELP),
    [METRIC_STATUS_4XX] = ROW(METRIC_COUNTER, ATTEMPTS, "class=\"4xx\"", ATTEMPTS_HELP),
    [METRIC_STATUS_5XX] = ROW(METRIC_COUNTER, ATTEMPTS, "class=\"5xx\"", ATTEMPTS_HELP),
    CLASS(FAILURE_TIMEOUT, "timeout"),
    CLASS(FAILURE_DNS, "dns"),
    CLASS(FAILURE_REFUSED, "refused"),
    CLASS(FAILURE_RESET, "reset"),
    CLASS(FAILURE_TLS, "tls"),
    CLASS(FAILURE_BLOCKED, "blocked"),
    CLASS(FAILURE_PROXY, "proxy"),
    CLASS(FAILURE_TOO_LARGE, "too_large"),
    CLASS(FAILURE_PROTOCOL, "protocol"),
    CLASS(FAILURE_URL, "url"),
    CLASS(FAILURE_SECRET, "secret"),
    CLASS(FAILURE_LOST, "lost"),
    CLASS(FAILURE_OTHER, "other"),
    [METRIC_EVENTS_READ] = ROW(METRIC_COUNTER, "portti_events_read_total", NULL, "Events read from the outbox."),
    [METRIC_CONNECTIONS_NEW] = ROW(METRIC_COUNTER, CONNECTIONS, "kind=\"new\"", CONNECTIONS_HELP),
    [METRIC_CONNECTIONS_REUSED] = ROW(METRIC_COUNTER, CONNECTIONS, "kind=\"reused\"", CONNECTIONS_HELP),
    [METRIC_TLS_NEW] =
        ROW(METRIC_COUNTER, "portti_delivery_tls_handshakes_total", NULL, "TLS handshakes with receivers."),
    [METRIC_RESENDS] = ROW(METRIC_COUNTER, "portti_delivery_resends_total", NULL,
                           "Requests that went out twice in one attempt, since a kept connection died unanswered."),
    [METRIC_GROUPS_WRITTEN] =
        ROW(METRIC_COUNTER, "portti_result_groups_total", NULL, "Transactions that recorded results."),
    [METRIC_SPILLED] = ROW(METRIC_COUNTER, "portti_deliveries_spilled_total", NULL,
                           "Deliveries that went to wait in PostgreSQL because their lane was full."),
    [METRIC_REPLAYED] = ROW(METRIC_COUNTER, "portti_deliveries_replayed_total", NULL,
                            "Deliveries that were made again by replays and resends."),
    [METRIC_IN_FLIGHT] = ROW(METRIC_GAUGE, "portti_deliveries_in_flight", NULL, "Deliveries being sent."),
    [METRIC_SLOW] = ROW(METRIC_GAUGE, "portti_deliveries_slow", NULL,
                        "Deliveries that have been under way for over 250 ms; they are not among those in flight."),
    [METRIC_QUEUED] = ROW(METRIC_GAUGE, "portti_deliveries_queued", NULL, "Deliveries ready to be sent."),
    [METRIC_HELD] = ROW(METRIC_GAUGE, "portti_deliveries_held", NULL, "Deliveries in memory, in any state."),
    [METRIC_EVENT_BYTES] = ROW(METRIC_GAUGE, "portti_delivery_event_bytes", NULL,
                               "Size of the events that deliveries in memory keep; a shared one counts for each."),
    [METRIC_RETRIES] =
        ROW(METRIC_GAUGE, "portti_deliveries_retrying", NULL, "Deliveries in memory that wait for a retry."),
    [METRIC_PARKED] = ROW(METRIC_GAUGE, "portti_deliveries_parked", NULL,
                          "Deliveries that wait in PostgreSQL for a later retry, and those behind them."),
    [METRIC_UNDECIDED] =
        ROW(METRIC_GAUGE, "portti_deliveries_undecided", NULL, "Deliveries that hold the cursor back."),
    [METRIC_OLDEST_BATCH_MS] = ROW(METRIC_GAUGE, "portti_oldest_batch_milliseconds", NULL,
                                   "Age of the oldest read that the cursor has not passed."),
    [METRIC_OLDEST_EVENT_MS] = ROW(METRIC_GAUGE, "portti_oldest_event_milliseconds", NULL,
                                   "Age of the oldest change of which a delivery is in memory and undelivered."),
    [METRIC_LANES_CLOSED] = ROW(METRIC_GAUGE, LANES, "state=\"closed\"", LANES_HELP),
    [METRIC_LANES_OPEN] = ROW(METRIC_GAUGE, LANES, "state=\"open\"", LANES_HELP),
    [METRIC_LANES_PROBING] = ROW(METRIC_GAUGE, LANES, "state=\"probing\"", LANES_HELP),
    [METRIC_LANES_SPILLED] = ROW(METRIC_GAUGE, "portti_lanes_spilled", NULL,
                                 "Webhooks of which more waits in PostgreSQL than memory holds."),
    [METRIC_LANES_PAUSED] = ROW(METRIC_GAUGE, "portti_lanes_paused", NULL, "Webhooks that are paused."),
    [METRIC_WINDOWS] = ROW(METRIC_GAUGE, "portti_lane_windows", NULL, "Sum of the webhooks' windows."),
    [METRIC_WEBHOOKS] = ROW(METRIC_GAUGE, "portti_webhooks_active", NULL, "Webhooks that get deliveries."),
    [METRIC_SHARDS] = ROW(METRIC_GAUGE, "portti_shards", NULL, "Shards that this process works on."),
    [METRIC_LEADER] = ROW(METRIC_GAUGE, "portti_leader", NULL, "1 when this process works on any."),
    [METRIC_DOORBELL] = ROW(METRIC_GAUGE, "portti_doorbell_up", NULL, "1 when Redis is connected."),
    [METRIC_DATABASE] = ROW(METRIC_GAUGE, "portti_database_up", NULL, "1 when PostgreSQL is connected."),
    [METRIC_LAG] = ROW(METRIC_HISTOGRAM, "portti_delivery_lag_seconds", NULL,
                       "From the change to the receiver's answer, of delivered events."),
    [METRIC_DURATION] = ROW(METRIC_HISTOGRAM, "portti_delivery_duration_seconds", NULL, "Duration of an attempt."),
};

void dispatcher_metrics_register(void)
{
    metrics_register(dispatcher_metrics, ARRAY_LEN(dispatcher_metrics));
}

static enum dispatcher_metric class_of(const struct outcome *outcome)
{
    if (outcome->status == 0) {
        return (enum dispatcher_metric)(METRIC_FAILURE_FIRST + (int)outcome->failure - 1);
    }
    if (outcome->status < 300) {
        return METRIC_STATUS_2XX;
    }
    if (outcome->status < 400) {
        return METRIC_STATUS_3XX;
    }
    return outcome->status < 500 ? METRIC_STATUS_4XX : METRIC_STATUS_5XX;
}

void dispatcher_metrics_attempt(const struct outcome *outcome, int64_t duration_us)
{
    metric_add(&dispatcher_metrics[class_of(outcome)], 1);
    metric_observe_us(&dispatcher_metrics[METRIC_DURATION], duration_us);
}
