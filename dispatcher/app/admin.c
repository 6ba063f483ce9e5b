#include "dispatcher/app/admin.h"
#include "common/base/alloc.h"
#include "common/observe/metrics.h"
#include <stdlib.h>

struct admin {
    struct admin_options options;
    struct http_server *server;
};

static void answer(struct http_exchange *exchange, int status, struct str type)
{
    const struct http_reply reply = {.status = status, .content_type = type};
    http_reply(exchange, &reply);
}

static const struct str json_type = STR_INIT("application/json");

static void on_healthz(struct admin *admin, struct http_exchange *exchange)
{
    (void)admin;
    strbuf_put(&exchange->body, STR("{\"status\":\"ok\"}"));
    answer(exchange, 200, json_type);
}

static void on_readyz(struct admin *admin, struct http_exchange *exchange)
{
    const char *role = "standby";
    const char *missing = admin->options.not_ready(admin->options.context, &role);
    if (missing != NULL) {
        strbuf_printf(&exchange->body, "{\"status\":\"unavailable\",\"reason\":\"%s\"}", missing);
        answer(exchange, 503, json_type);
        return;
    }
    strbuf_printf(&exchange->body, "{\"status\":\"ok\",\"role\":\"%s\"}", role);
    answer(exchange, 200, json_type);
}

static void on_metrics(struct admin *admin, struct http_exchange *exchange)
{
    admin->options.observe(admin->options.context);
    metrics_print(&exchange->body);
    admin->options.print(admin->options.context, &exchange->body);
    answer(exchange, 200, STR("text/plain; version=0.0.4; charset=utf-8"));
}

static const struct {
    const char *path;
    void (*handle)(struct admin *admin, struct http_exchange *exchange);
} routes[] = {{"/healthz", on_healthz}, {"/readyz", on_readyz}, {"/metrics", on_metrics}};

static void refuse_method(struct http_exchange *exchange)
{
    static const struct http_header allow = {STR_INIT("Allow"), STR_INIT("GET, HEAD")};
    const struct http_reply reply = {.status = 405, .headers = &allow, .header_count = 1};
    http_reply(exchange, &reply);
}

static void on_request(void *context, struct http_exchange *exchange)
{
    struct admin *admin = context;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        if (!str_is(exchange->request.path, routes[i].path)) {
            continue;
        }
        if (exchange->request.method != HTTP_GET && exchange->request.method != HTTP_HEAD) {
            refuse_method(exchange);
            return;
        }
        routes[i].handle(admin, exchange);
        return;
    }
    strbuf_put(&exchange->body, STR("{\"status\":\"not found\"}"));
    answer(exchange, 404, json_type);
}

struct admin *admin_new(struct loop *loop, const struct admin_options *options, struct err *err)
{
    struct admin *admin = xcalloc(1, sizeof(*admin));
    struct http_server_options http;
    admin->options = *options;
    http_server_defaults(&http);
    http.bind_address = options->bind_address;
    http.port = options->port;
    http.reuse_port = false;
    http.max_connections = 64;
    http.handler = on_request;
    http.context = admin;
    admin->server = http_server_new(loop, &http, err);
    if (admin->server == NULL) {
        free(admin);
        return NULL;
    }
    return admin;
}

void admin_free(struct admin *admin)
{
    if (admin != NULL) {
        http_server_free(admin->server);
        free(admin);
    }
}

uint16_t admin_port(const struct admin *admin)
{
    return http_server_port(admin->server);
}
