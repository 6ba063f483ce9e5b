#include "gateway/app/worker.h"

#include "common/base/alloc.h"
#include "common/crypto/digest.h"
#include "common/http/http_server.h"
#include "common/observe/log.h"
#include "common/pg/pg.h"
#include "gateway/live/live.h"
#include "gateway/request/graphql_schema.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { GAUGE_INTERVAL_US = 1000000, BODY_RATE_MIN = 1024, MAX_IN_FLIGHT = 256, WATCHDOG_FACTOR = 2 };

struct worker {
    pthread_t thread;
    bool started;
    struct loop *loop;
    struct http_server *server;
    struct request_worker request;
    struct loop_timer gauge_timer;
    void (*on_drained)(void *context);
    void *context;
    _Atomic uint64_t gauges[WORKER_GAUGE_COUNT];
};

static void set_gauge(struct worker *worker, enum worker_gauge gauge, uint64_t value)
{
    atomic_store_explicit(&worker->gauges[gauge], value, memory_order_relaxed);
}

uint64_t worker_gauge(const struct worker *worker, enum worker_gauge gauge)
{
    return atomic_load_explicit(&worker->gauges[gauge], memory_order_relaxed);
}

static void on_gauge_timer(void *context)
{
    struct worker *worker = context;
    struct http_server_stats http;
    struct pg_pool_stats fast;
    struct pg_pool_stats slow;
    http_server_stats(worker->server, &http);
    pg_pool_stats(worker->request.executor.fast, &fast);
    pg_pool_stats(worker->request.executor.slow, &slow);
    set_gauge(worker, WORKER_CONNECTIONS, http.connections_open);
    set_gauge(worker, WORKER_ACCEPTED, http.connections_accepted);
    set_gauge(worker, WORKER_REFUSED, http.refused);
    set_gauge(worker, WORKER_PG_UP, fast.connections_up + slow.connections_up);
    set_gauge(worker, WORKER_PG_IN_FLIGHT, fast.in_flight + slow.in_flight);
    set_gauge(worker, WORKER_PG_QUEUED, fast.queued + slow.queued);
    set_gauge(worker, WORKER_PG_FAILED, fast.failed + slow.failed);
    set_gauge(worker, WORKER_PG_RETRIED, fast.retried + slow.retried);
    set_gauge(worker, WORKER_PG_RECONNECTS, fast.connects + slow.connects);
    set_gauge(worker, WORKER_REDIS_UP, events_connected(worker->request.executor.events) ? 1 : 0);
    loop_timer_start(&worker->gauge_timer, GAUGE_INTERVAL_US);
}

static void on_log_timer(void *context)
{
    (void)context;
    log_flush();
}

static struct pg_pool *open_pool(struct worker *worker, const struct gateway_settings *settings, bool exclusive)
{
    int64_t timeout_us = exclusive ? settings->slow_statement_timeout_us : settings->fast_statement_timeout_us;
    struct pg_pool_options options = {
        .conninfo = settings->database_url,
        .name = exclusive ? "portti-slow" : "portti-fast",
        .connections = (size_t)(exclusive ? settings->slow_connections : settings->fast_connections),
        .exclusive = exclusive,
        .max_queue = (size_t)settings->max_queue,
        .max_in_flight = MAX_IN_FLIGHT,
        .max_prepared = (size_t)settings->max_prepared,
        .wait_timeout_us = settings->queue_timeout_us,
        .statement_timeout_ms = timeout_us / 1000,
        .watchdog_us = WATCHDOG_FACTOR * timeout_us + settings->queue_timeout_us,
    };
    return pg_pool_new(worker->loop, &options);
}

static bool listen_on(struct worker *worker, const struct worker_options *options, struct err *err)
{
    const struct gateway_settings *settings = options->settings;
    size_t connections = (size_t)settings->max_connections / options->worker_count;
    struct http_server_options http;
    http_server_defaults(&http);
    http.bind_address = settings->bind;
    http.port = options->port;
    http.reuse_port = options->worker_count > 1;
    http.max_connections = connections == 0 ? 1 : connections;
    http.max_header_bytes = (size_t)settings->max_header_bytes;
    http.max_body_bytes = (size_t)settings->max_body_bytes;
    http.large_body_type = STR("application/x-ndjson");
    http.max_large_body_bytes = (size_t)settings->max_import_bytes;
    http.max_pipelined = (size_t)settings->max_pipelined;
    http.header_timeout_us = settings->header_timeout_us;
    http.body_timeout_us = settings->body_timeout_us;
    http.body_min_bytes_per_s = BODY_RATE_MIN;
    http.idle_timeout_us = settings->idle_timeout_us;
    http.write_timeout_us = settings->write_timeout_us;
    http.handler = request_handle;
    http.context = &worker->request;
    http.error_body = request_error_body;
    worker->server = http_server_new(worker->loop, &http, err);
    return worker->server != NULL;
}

struct worker *worker_new(const struct worker_options *options, struct err *err)
{
    const struct gateway_settings *settings = options->settings;
    struct worker *worker = xcalloc(1, sizeof *worker);
    struct events_options events = {.redis_url = settings->redis_url,
                                    .stream = settings->event_stream,
                                    .max_length = settings->event_stream_length};
    worker->on_drained = options->on_drained;
    worker->context = options->context;
    worker->loop = loop_new();
    worker->request.executor.loop = worker->loop;
    worker->request.executor.max_mutation = (size_t)settings->max_mutation;
    worker->request.executor.wait_us = settings->queue_timeout_us;
    worker->request.executor.max_cascade = (size_t)settings->max_cascade;
    worker->request.settings = options->request_settings;
    request_worker_init(&worker->request);
    random_bytes(&worker->request.id_prefix, sizeof worker->request.id_prefix);
    if (!listen_on(worker, options, err)) {
        loop_free(worker->loop);
        free(worker);
        return NULL;
    }
    worker->request.executor.events = events_new(worker->loop, &events, err);
    if (worker->request.executor.events == NULL) {
        http_server_free(worker->server);
        loop_free(worker->loop);
        free(worker);
        return NULL;
    }
    struct live_options live = {.redis_url = settings->redis_url,
                                .stream = settings->event_stream,
                                .max_subscriptions = (size_t)settings->max_subscriptions,
                                .max_subscriptions_per_key = (size_t)settings->max_subscriptions_per_key};
    worker->request.live = live_new(worker->loop, &live);
    worker->request.tokens = token_checker_new(str_from(settings->secret_key));
    worker->request.executor.fast = open_pool(worker, settings, false);
    worker->request.executor.slow = open_pool(worker, settings, true);
    loop_timer_init(&worker->request.log_timer, worker->loop, on_log_timer, NULL);
    loop_timer_init(&worker->gauge_timer, worker->loop, on_gauge_timer, worker);
    loop_timer_start(&worker->gauge_timer, 0);
    return worker;
}

uint16_t worker_port(const struct worker *worker)
{
    return http_server_port(worker->server);
}

/* On the worker's own thread, for sanitizers and because loops are freed where they ran. */
static void release(struct worker *worker)
{
    loop_timer_release(&worker->gauge_timer);
    /* The pools answer what they still hold, and those answers go to exchanges of the server: it goes last. */
    pg_pool_free(worker->request.executor.fast);
    pg_pool_free(worker->request.executor.slow);
    http_server_free(worker->server);
    loop_timer_release(&worker->request.log_timer);
    live_free(worker->request.live);
    events_free(worker->request.executor.events);
    request_worker_release(&worker->request);
    token_checker_free(worker->request.tokens);
    loop_free(worker->loop);
    log_flush();
}

static void *run(void *context)
{
    struct worker *worker = context;
    loop_run(worker->loop);
    release(worker);
    return NULL;
}

void worker_start(struct worker *worker)
{
    /* Signals are the main thread's. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
        abort();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    worker->started = true;
}

struct parcel {
    struct worker *worker;
    struct catalogue *catalogue;
    struct schema_set *schemas;
    struct keyring *keyring;
};

static void on_parcel(void *context)
{
    struct parcel *parcel = context;
    if (parcel->catalogue != NULL) {
        request_worker_set_catalogue(&parcel->worker->request, parcel->catalogue, parcel->schemas);
    }
    if (parcel->keyring != NULL) {
        request_worker_set_keyring(&parcel->worker->request, parcel->keyring);
    }
    free(parcel);
}

static void post_parcel(struct worker *worker, struct parcel contents)
{
    struct parcel *parcel = xmalloc(sizeof *parcel);
    *parcel = contents;
    parcel->worker = worker;
    loop_post(worker->loop, on_parcel, parcel);
}

void worker_post_catalogue(struct worker *worker, struct catalogue *catalogue, struct schema_set *schemas)
{
    post_parcel(worker, (struct parcel){.catalogue = catalogue_ref(catalogue), .schemas = schema_set_ref(schemas)});
}

void worker_post_keyring(struct worker *worker, struct keyring *keyring)
{
    post_parcel(worker, (struct parcel){.keyring = keyring_ref(keyring)});
}

void worker_post(struct worker *worker, loop_callback callback, void *context)
{
    loop_post(worker->loop, callback, context);
}

static void on_server_drained(void *context)
{
    struct worker *worker = context;
    worker->on_drained(worker->context);
}

static void on_drain(void *context)
{
    struct worker *worker = context;
    live_stop(worker->request.live);
    http_server_drain(worker->server, on_server_drained, worker);
}

void worker_drain(struct worker *worker)
{
    loop_post(worker->loop, on_drain, worker);
}

static void on_stop(void *context)
{
    struct worker *worker = context;
    loop_stop(worker->loop);
}

void worker_stop(struct worker *worker)
{
    if (worker->started) {
        loop_post(worker->loop, on_stop, worker);
        pthread_join(worker->thread, NULL);
    } else {
        release(worker);
    }
    free(worker);
}
