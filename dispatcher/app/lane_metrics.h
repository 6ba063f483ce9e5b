/* How each webhook stands, as Prometheus text: a series a webhook and metric, of those with the most to do. */
#ifndef PORTTI_DISPATCHER_APP_LANE_METRICS_H
#define PORTTI_DISPATCHER_APP_LANE_METRICS_H

#include "common/base/strbuf.h"
#include "common/text/uuid.h"

struct lane_view {
    struct uuid webhook;
    const char *state; /* "closed", "open", "probing": the breaker; or "paused" */
    size_t window;
    size_t in_flight;
    size_t waiting;    /* in any way: ready, for its turn, for a retry; in memory or in core.pending */
    int64_t oldest_us; /* the age of its oldest event in memory; 0: none */
};

/* Prints the `most` with the most in flight and waiting; sorts `views`. */
void lane_metrics_print(struct strbuf *out, struct lane_view *views, size_t count, size_t most);

#endif
