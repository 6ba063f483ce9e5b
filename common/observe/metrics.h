/*
 * Counters, gauges and histograms, printed as Prometheus text (exposition format 0.0.4). Values are relaxed atomics, to
 * be bumped from any thread; definitions are static and registered once before the threads start.
 */
#ifndef PORTTI_OBSERVE_METRICS_H
#define PORTTI_OBSERVE_METRICS_H

#include "common/base/strbuf.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* Seconds: 100 us to 60 s, and +Inf. */
#define METRIC_BUCKETS 18

struct metric {
    enum metric_kind kind;
    const char *name;   /* "portti_http_requests_total" */
    const char *labels; /* "status=\"2xx\"", or NULL. Metrics of one name stand next to each other. */
    const char *help;
    _Atomic uint64_t value;  /* counter; gauge as int64; histogram: count */
    _Atomic uint64_t sum_us; /* histogram */
    _Atomic uint64_t buckets[METRIC_BUCKETS];
};

/* The table must outlive the process's use of it. */
void metrics_register(struct metric *metrics, size_t count);
static inline void metric_add(struct metric *metric, uint64_t more)
{
    atomic_fetch_add_explicit(&metric->value, more, memory_order_relaxed);
}
static inline void metric_set(struct metric *metric, int64_t value)
{
    atomic_store_explicit(&metric->value, (uint64_t)value, memory_order_relaxed);
}
/* Histogram. */
void metric_observe_us(struct metric *metric, int64_t us);
/* Everything registered, plus the process's own (resident bytes, open fds, CPU seconds, start time, build info). */
void metrics_print(struct strbuf *out);

#endif
