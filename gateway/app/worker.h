/* A worker: a thread with its own loop, listener, PostgreSQL connections and snapshots. */
#ifndef PORTTI_APP_WORKER_H
#define PORTTI_APP_WORKER_H

#include "common/base/err.h"
#include "common/loop/loop.h"
#include "gateway/app/gateway_settings.h"
#include "gateway/auth/auth.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/request/request.h"
#include <stdatomic.h>
#include <stdint.h>

struct worker;

/* What a worker tells the metrics, refreshed every second. */
enum worker_gauge {
    WORKER_CONNECTIONS,
    WORKER_ACCEPTED,
    WORKER_REFUSED,
    WORKER_PG_UP,
    WORKER_PG_IN_FLIGHT,
    WORKER_PG_QUEUED,
    WORKER_PG_FAILED,
    WORKER_PG_RETRIED,
    WORKER_PG_RECONNECTS,
    WORKER_REDIS_UP,
    WORKER_GAUGE_COUNT
};

struct worker_options {
    const struct gateway_settings *settings;
    const struct request_settings *request_settings;
    size_t index;
    size_t worker_count;
    uint16_t port; /* that all workers share; 0 for the first of them picks one */
    /* On the worker's thread, once, when it has drained. */
    void (*on_drained)(void *context);
    void *context;
};

/* Listens at once; NULL when the port cannot be had or redis_url is malformed. */
MUST_CHECK struct worker *worker_new(const struct worker_options *options, struct err *err);
uint16_t worker_port(const struct worker *worker);
void worker_start(struct worker *worker);
/* Thread-safe; both take references of their own. The schemas may be NULL. */
void worker_post_catalogue(struct worker *worker, struct catalogue *catalogue, struct schema_set *schemas);
void worker_post_keyring(struct worker *worker, struct keyring *keyring);
/* Thread-safe: runs `callback` on the worker's thread, behind what was posted to it before. */
void worker_post(struct worker *worker, loop_callback callback, void *context);
/* Thread-safe. */
void worker_drain(struct worker *worker);
/* Stops the thread, waits for it and frees the worker. */
void worker_stop(struct worker *worker);
uint64_t worker_gauge(const struct worker *worker, enum worker_gauge gauge);

#endif
