/* What /metrics tells of the dispatcher. */
#ifndef PORTTI_DISPATCHER_APP_METRICS_H
#define PORTTI_DISPATCHER_APP_METRICS_H

#include "common/observe/metrics.h"
#include "dispatcher/schedule/verdict.h"

enum dispatcher_metric {
    METRIC_DELIVERED,
    METRIC_FAILED,
    METRIC_GAVE_UP,
    METRIC_DISABLED,
    METRIC_STATUS_2XX,
    METRIC_STATUS_3XX,
    METRIC_STATUS_4XX,
    METRIC_STATUS_5XX,
    METRIC_FAILURE_FIRST, /* a row for each enum failure but the first */
    METRIC_FAILURE_LAST = METRIC_FAILURE_FIRST + FAILURE_COUNT - 2,
    METRIC_EVENTS_READ,
    METRIC_CONNECTIONS_NEW,
    METRIC_CONNECTIONS_REUSED,
    METRIC_TLS_NEW,
    METRIC_RESENDS,
    METRIC_GROUPS_WRITTEN,
    METRIC_SPILLED,
    METRIC_REPLAYED,
    METRIC_GAUGE_FIRST, /* from here on, of all shards together */
    METRIC_IN_FLIGHT = METRIC_GAUGE_FIRST,
    METRIC_SLOW,
    METRIC_QUEUED,
    METRIC_HELD,
    METRIC_EVENT_BYTES,
    METRIC_RETRIES,
    METRIC_PARKED,
    METRIC_UNDECIDED,
    METRIC_OLDEST_BATCH_MS,
    METRIC_OLDEST_EVENT_MS,
    METRIC_LANES_CLOSED,
    METRIC_LANES_OPEN,
    METRIC_LANES_PROBING,
    METRIC_LANES_SPILLED,
    METRIC_LANES_PAUSED,
    METRIC_WINDOWS,
    METRIC_WEBHOOKS,
    METRIC_SHARDS,
    METRIC_GAUGE_LAST = METRIC_SHARDS,
    METRIC_LEADER,
    METRIC_DOORBELL,
    METRIC_DATABASE,
    METRIC_LAG,
    METRIC_DURATION,
    DISPATCHER_METRIC_COUNT
};

extern struct metric dispatcher_metrics[DISPATCHER_METRIC_COUNT];

void dispatcher_metrics_register(void);
/* Counts an attempt by what came of it. */
void dispatcher_metrics_attempt(const struct outcome *outcome, int64_t duration_us);

#endif
