/*
 * The dispatcher's engine: from the outbox through matching, order, lanes and the sender to the results, for the
 * webhooks of one shard. It works while it holds the shard's lease, stands by otherwise, gives it to another dispatcher
 * that owns less, and drains on request.
 */
#ifndef PORTTI_DISPATCHER_APP_ENGINE_H
#define PORTTI_DISPATCHER_APP_ENGINE_H

#include "common/loop/loop.h"
#include "common/pg/pg.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/lane_metrics.h"
#include "dispatcher/deliver/egress.h"
#include "dispatcher/record/group.h"
#include "dispatcher/schedule/pace.h"
#include "dispatcher/schedule/verdict.h"
#include <stdbool.h>

struct engine;

struct engine_options {
    struct pg_pool *read_pool;
    struct pg_pool *write_pool;
    struct str server_secret;
    const char *owner;
    struct shard shard;
    void (*on_misfit)(void *context); /* the number of shards has changed */
    void *context;
    struct schedule schedule; /* where a webhook has none of its own */
    struct pace_rate rate;    /* likewise */
    struct egress_policy egress;
    const char *egress_proxy;
    const char *ca_file;
    int64_t connect_timeout_us;
    int64_t delivery_timeout_us;
    size_t response_limit;
    size_t max_connections;
    size_t max_in_flight;
    size_t webhook_concurrency;
    int64_t probe_interval_us;
    int64_t retry_ahead_us;
    size_t webhook_share_percent;
    size_t lane_queue;
    size_t read_batch;
    int64_t disable_after_us; /* of nothing but failures; 0: never */
    size_t payload_limit;     /* bytes of a body; more is sent thin */
    int64_t poll_interval_us;
    int64_t lease_us;
    int64_t drain_timeout_us;
};

struct engine *engine_new(struct loop *loop, const struct engine_options *options);
/* Stops at once and forgets everything; answers that still come are dropped. Before its pools are freed. */
void engine_abandon(struct engine *engine);
/* After its pools have been freed. */
void engine_free(struct engine *engine);
/* The doorbell rang: look at the outbox now. */
void engine_wake(struct engine *engine);
/* Reads no more, starts nothing new, waits for what is under way (at most drain_timeout), records it, gives the lease
 * back, then calls back. */
void engine_drain(struct engine *engine, loop_callback on_drained, void *context);

bool engine_leads(const struct engine *engine);
/* Adds to the gauges that it knows of; of ages, the highest counts. */
void engine_observe(const struct engine *engine, int64_t gauges[DISPATCHER_METRIC_COUNT]);
/* How many active webhooks this engine works for, and how each of them stands. */
size_t engine_lane_count(const struct engine *engine);
void engine_view_lanes(const struct engine *engine, struct lane_view *views);

#endif
