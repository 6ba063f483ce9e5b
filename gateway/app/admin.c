#include "gateway/app/admin.h"

#include "common/base/alloc.h"
#include "common/http/http_server.h"
#include "common/observe/log.h"
#include "common/observe/metrics.h"
#include <stdlib.h>

enum { CONNECTIONS_MAX = 64, BODY_MAX = 4096, FLUSH_US = 500000 };

struct admin {
    struct http_server *server;
    const struct control *control;
    struct worker *const *workers;
    size_t worker_count;
    struct loop_timer flush_timer;
};

static struct metric gauges[WORKER_GAUGE_COUNT] = {
    [WORKER_CONNECTIONS] = {.kind = METRIC_GAUGE,
                            .name = "portti_http_connections",
                            .help = "Client connections that are open."},
    [WORKER_ACCEPTED] = {.kind = METRIC_COUNTER,
                         .name = "portti_http_connections_accepted_total",
                         .help = "Client connections accepted."},
    [WORKER_REFUSED] = {.kind = METRIC_COUNTER,
                        .name = "portti_http_refused_total",
                        .help = "Requests refused before they reached a handler: malformed, too large, too slow."},
    [WORKER_PG_UP] = {.kind = METRIC_GAUGE,
                      .name = "portti_pg_connections",
                      .help = "PostgreSQL connections of the workers that are up."},
    [WORKER_PG_IN_FLIGHT] = {.kind = METRIC_GAUGE,
                             .name = "portti_pg_in_flight",
                             .help = "Statements sent and not answered."},
    [WORKER_PG_QUEUED] = {.kind = METRIC_GAUGE,
                          .name = "portti_pg_queued",
                          .help = "Requests that wait for a PostgreSQL connection."},
    [WORKER_PG_FAILED] = {.kind = METRIC_COUNTER, .name = "portti_pg_failed_total", .help = "Jobs that failed."},
    [WORKER_PG_RETRIED] = {.kind = METRIC_COUNTER,
                           .name = "portti_pg_retried_total",
                           .help = "Reads sent again because a neighbour in their segment failed."},
    [WORKER_PG_RECONNECTS] = {.kind = METRIC_COUNTER,
                              .name = "portti_pg_connects_total",
                              .help = "PostgreSQL connections made."},
    [WORKER_REDIS_UP] = {.kind = METRIC_GAUGE,
                         .name = "portti_redis_connections",
                         .help = "Workers that have a connection to Redis."},
};

static void gather(struct admin *admin)
{
    for (size_t gauge = 0; gauge < WORKER_GAUGE_COUNT; gauge++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < admin->worker_count; i++) {
            sum += worker_gauge(admin->workers[i], (enum worker_gauge)gauge);
        }
        metric_set(&gauges[gauge], (int64_t)sum);
    }
}

static void answer(struct http_exchange *exchange, int status, struct str type)
{
    struct http_reply reply = {.status = status, .content_type = type};
    http_reply(exchange, &reply);
}

static bool ready(const struct admin *admin)
{
    uint64_t up = 0;
    for (size_t i = 0; i < admin->worker_count; i++) {
        up += worker_gauge(admin->workers[i], WORKER_PG_UP);
    }
    return control_ready(admin->control) && up > 0;
}

static void handle(void *context, struct http_exchange *exchange)
{
    struct admin *admin = context;
    struct str path = exchange->request.path;
    struct str json = STR("application/json; charset=utf-8");
    if (exchange->request.method != HTTP_GET && exchange->request.method != HTTP_HEAD) {
        strbuf_puts(&exchange->body, "{\"status\":\"only GET is allowed here\"}");
        answer(exchange, 405, json);
    } else if (str_is(path, "/metrics")) {
        gather(admin);
        metrics_print(&exchange->body);
        answer(exchange, 200, STR("text/plain; version=0.0.4; charset=utf-8"));
    } else if (str_is(path, "/healthz")) {
        strbuf_puts(&exchange->body, "{\"status\":\"ok\"}");
        answer(exchange, 200, json);
    } else if (str_is(path, "/readyz")) {
        bool up = ready(admin);
        strbuf_puts(&exchange->body, up ? "{\"status\":\"ok\"}" : "{\"status\":\"unavailable\"}");
        answer(exchange, up ? 200 : 503, json);
    } else {
        strbuf_puts(&exchange->body, "{\"status\":\"not found: /metrics, /healthz and /readyz are here\"}");
        answer(exchange, 404, json);
    }
}

/* The main thread's log lines are few, and written at the latest by this. */
static void on_flush(void *context)
{
    struct admin *admin = context;
    log_flush();
    loop_timer_start(&admin->flush_timer, FLUSH_US);
}

struct admin *admin_new(struct loop *loop, const struct gateway_settings *settings, const struct control *control,
                        struct worker *const *workers, size_t worker_count, struct err *err)
{
    struct admin *admin = xcalloc(1, sizeof *admin);
    admin->control = control;
    admin->workers = workers;
    admin->worker_count = worker_count;
    struct http_server_options options;
    http_server_defaults(&options);
    options.bind_address = settings->admin_bind;
    options.port = (uint16_t)settings->admin_port;
    options.reuse_port = false;
    options.max_connections = CONNECTIONS_MAX;
    options.max_body_bytes = BODY_MAX;
    options.handler = handle;
    options.context = admin;
    admin->server = http_server_new(loop, &options, err);
    if (admin->server == NULL) {
        free(admin);
        return NULL;
    }
    metrics_register(gauges, WORKER_GAUGE_COUNT);
    loop_timer_init(&admin->flush_timer, loop, on_flush, admin);
    loop_timer_start(&admin->flush_timer, FLUSH_US);
    log_begin(LOG_LEVEL_INFO, "admin_listening");
    log_int("port", http_server_port(admin->server));
    log_end();
    return admin;
}

void admin_free(struct admin *admin)
{
    if (admin != NULL) {
        loop_timer_release(&admin->flush_timer);
        http_server_free(admin->server);
        free(admin);
    }
}
