/* Routing, authentication, rate limits, policy: everything before a plan is executed. */
#include "gateway/request/request.h"

#include "common/crypto/digest.h"
#include "common/loop/loop.h"
#include "gateway/policy/policy.h"
#include "gateway/request/request_private.h"
#include <stdlib.h>

enum { REQUEST_ID_MAX = 64 };

static bool id_acceptable(struct str id)
{
    if (id.len == 0 || id.len > REQUEST_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                     c == '_' || c == '.';
        if (!plain) {
            return false;
        }
    }
    return true;
}

static struct str request_id(struct request_worker *worker, struct http_exchange *exchange)
{
    struct str given = http_header_get(&exchange->request, "x-request-id");
    if (id_acceptable(given)) {
        return given;
    }
    static const char digits[] = "0123456789abcdef";
    char *text = arena_bytes(&exchange->arena, 24);
    uint64_t words[2] = {worker->id_prefix, worker->id_next++};
    for (size_t i = 0; i < 24; i++) {
        uint64_t word = i < 12 ? words[0] : words[1];
        text[i] = digits[(word >> (44 - 4 * (i % 12))) & 15u];
    }
    return str_of(text, 24);
}

static struct request *request_new(struct request_worker *worker, struct http_exchange *exchange)
{
    struct request *request = ARENA_NEW(&exchange->arena, struct request);
    request->exchange = exchange;
    request->worker = worker;
    request->arena = &exchange->arena;
    request->started_us = exchange->request.received_us;
    request->id = request_id(worker, exchange);
    exchange->user = request;
    exchange->body.ceiling = worker->settings->max_answer;
    return request;
}

/* CORS (Fetch standard). Keys travel in a header, never in a cookie, so any origin may be let in. */
static void add_cors(struct request *request)
{
    const char *allowed = request->worker->settings->cors_origin;
    struct str origin = http_header_get(&request->exchange->request, "origin");
    if (origin.len == 0 || allowed[0] == '\0') {
        return;
    }
    if (strcmp(allowed, "*") != 0 && !str_is(origin, allowed)) {
        return;
    }
    request_add_header(request, "Access-Control-Allow-Origin", str_from(allowed));
    request_add_header(request, "Access-Control-Expose-Headers",
                       STR("X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, ETag, Server-Timing,"
                           " Idempotency-Replayed"));
    if (strcmp(allowed, "*") != 0) {
        request_add_header(request, "Vary", STR("Origin"));
    }
}

static void answer_options(struct request *request, struct str allow)
{
    request_add_header(request, "Allow", allow);
    struct str asked = http_header_get(&request->exchange->request, "access-control-request-headers");
    if (http_header_get(&request->exchange->request, "access-control-request-method").len > 0) {
        request_add_header(request, "Access-Control-Allow-Methods", allow);
        request_add_header(request, "Access-Control-Allow-Headers",
                           asked.len > 0 ? asked : STR("Authorization, Content-Type"));
        request_add_header(request, "Access-Control-Max-Age", STR("86400"));
    }
    request_finish(request, 204);
}

static void add_rate_headers(struct request *request, const struct rate_verdict *verdict)
{
    int64_t wait_s = (verdict->retry_after_us + 999999) / 1000000;
    request_add_header(request, "Retry-After",
                       arena_printf(request->arena, "%lld", (long long)(wait_s < 1 ? 1 : wait_s)));
    request_add_header(request, "X-RateLimit-Limit", arena_printf(request->arena, "%lld", (long long)verdict->limit));
    request_add_header(request, "X-RateLimit-Remaining",
                       arena_printf(request->arena, "%lld", (long long)verdict->remaining));
}

static bool take_rate(struct request *request)
{
    const struct request_settings *settings = request->worker->settings;
    if (!settings->rate_limited) {
        return true;
    }
    struct rate_verdict verdict = rate_take(settings->rates, &request->key_id, loop_now_us(request->worker->loop));
    if (verdict.allowed) {
        return true;
    }
    add_rate_headers(request, &verdict);
    struct err err;
    err_fail_tag(&err, ERR_LIMITED, "LIMIT_REACHED", "Limit reached (%lld tokens per %lld ms)",
                 (long long)verdict.limit, (long long)verdict.window_us / 1000);
    request_fail(request, &err);
    return false;
}

/* False when the request has been ended. */
static bool identify(struct request *request)
{
    struct request_worker *worker = request->worker;
    struct err err;
    if (!request_worker_ready(worker)) {
        request_add_header(request, "Retry-After", STR("1"));
        err_fail_tag(&err, ERR_UNAVAILABLE, "SERVICE_UNAVAILABLE", "The server is starting. Try again in a moment");
        request_fail(request, &err);
        return false;
    }
    request->model = model_ref(worker->model);
    request->keyring = keyring_ref(worker->keyring);
    const struct api_key *key = NULL;
    struct str authorization = http_header_get(&request->exchange->request, "authorization");
    if (!authenticate(worker->tokens, request->keyring, authorization, clock_wall_us() / 1000000, &key, &err)) {
        if (err.code == ERR_UNAUTHENTICATED) {
            request_add_header(request, "WWW-Authenticate", STR("Bearer"));
        }
        request_fail(request, &err);
        return false;
    }
    request->key_id = key->id;
    request->role = key->role;
    request->actor = (struct record_actor){.source = STR("API"), .name = key->name};
    return take_rate(request);
}

static struct str media_type(const struct request *request)
{
    struct str type = http_header_get(&request->exchange->request, "content-type");
    return str_trim(str_slice(type, 0, str_find(type, ';')));
}

/* JSON, or no content type at all: curl's default for -d would otherwise be taken for it. */
static bool body_is_json(struct request *request)
{
    struct str media = media_type(request);
    if (media.len == 0 || request->exchange->request.body.len == 0 || str_eq_nocase(media, STR("application/json"))) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json");
    request_fail_status(request, 415, &err);
    return false;
}

static enum rest_method rest_method_of(enum http_method method)
{
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD: return REST_GET;
    case HTTP_POST: return REST_POST;
    case HTTP_PUT:
    case HTTP_PATCH: return REST_PATCH;
    case HTTP_DELETE: return REST_DELETE;
    case HTTP_OPTIONS:
    case HTTP_METHOD_OTHER: break;
    }
    return REST_OTHER;
}

static void not_here(struct request *request, const char *what)
{
    struct err err;
    err_fail_tag(&err, ERR_UNSUPPORTED, "NOT_SUPPORTED", "%s is not supported by this server yet", what);
    request_fail(request, &err);
}

static void execute(struct request *request)
{
    switch (request->plan.kind) {
    case PLAN_READ_ONE: execute_read(request); return;
    case PLAN_READ_MANY:
        if (export_wanted(request)) {
            execute_export(request);
        } else {
            execute_read(request);
        }
        return;
    case PLAN_GROUP: execute_group(request); return;
    case PLAN_CREATE: execute_create(request); return;
    case PLAN_UPDATE:
    case PLAN_SOFT_DELETE:
    case PLAN_RESTORE: execute_change(request); return;
    case PLAN_DESTROY: execute_destroy(request); return;
    case PLAN_DUPLICATES: execute_duplicates(request); return;
    case PLAN_UPSERT: execute_upsert(request); return;
    case PLAN_MERGE: execute_merge(request); return;
    case PLAN_KIND_COUNT: abort();
    }
}

static void connect_and_execute(struct request *request)
{
    connect_resolve(request, execute);
}

/* A report is as long as its import, so it is not kept; lines that bring their ids can be sent again without harm. */
static void begin_import(struct request *request)
{
    struct err err;
    if (http_header_get(&request->exchange->request, "idempotency-key").ptr != NULL) {
        err_fail_tag(&err, ERR_INVALID, "INVALID_IDEMPOTENCY_KEY",
                     "An import (application/x-ndjson) takes no Idempotency-Key. Give the records ids instead");
        request_fail(request, &err);
    } else if (request->plan.kind != PLAN_CREATE) {
        err_fail_tag(&err, ERR_INVALID, "BAD_REQUEST", "An import (application/x-ndjson) takes no 'upsert'");
        request_fail(request, &err);
    } else {
        execute_import(request);
    }
}

static void handle_records(struct request *request)
{
    const struct http_request *http = &request->exchange->request;
    struct rest_request rest = {
        .query = http->query, .body = http->body, .strict = request_prefers(request, STR("handling=strict"))};
    struct str allow = STR_EMPTY;
    struct err err;
    switch (rest_route(request->arena, rest_method_of(http->method), http->path, &rest.route, &allow, &err)) {
    case REST_BAD_METHOD:
        if (http->method == HTTP_OPTIONS) {
            answer_options(request, allow);
            return;
        }
        request_add_header(request, "Allow", allow);
        request_fail_status(request, 405, &err);
        return;
    case REST_BAD_PATH:
        if (identify(request)) {
            request_fail(request, &err);
        }
        return;
    case REST_ROUTED: break;
    }
    rest.streamed = rest.route.action == REST_FIND_MANY && export_wanted(request);
    rest.lines =
        rest.route.action == REST_CREATE_MANY && str_eq_nocase(media_type(request), STR("application/x-ndjson"));
    if (!identify(request) || (!rest.lines && !body_is_json(request))) {
        return;
    }
    if (!rest_plan(request->arena, request->model->catalogue, &rest, &request->worker->settings->limits,
                   request_now_us(), &request->plan, &err) ||
        !policy_check(request->role, &request->plan, &err)) {
        request_fail(request, &err);
        return;
    }
    if (rest.lines) {
        begin_import(request);
    } else if (plan_writes(&request->plan)) {
        idempotency_begin(request, connect_and_execute);
    } else {
        connect_and_execute(request);
    }
}

/* A path of the settings: who answers, and to which methods ("GET, HEAD, OPTIONS"). */
struct settings_route {
    struct str allow;
    void (*handle)(struct request *request, const struct settings_route *route);
    struct str id_text; /* NULL: the whole collection */
    bool alias;
    const struct webhook_action *action;
};

static bool is_among(struct str list, struct str word)
{
    struct str one;
    while (str_split(&list, ',', &one)) {
        if (str_eq(str_trim(one), word)) {
            return true;
        }
    }
    return false;
}

static void go_to_settings(struct request *request)
{
    const struct settings_route *route = request->exchange->user;
    route->handle(request, route);
}

static void handle_settings(struct request *request, const struct settings_route *route)
{
    const struct http_request *http = &request->exchange->request;
    struct err err;
    if (http->method == HTTP_OPTIONS) {
        answer_options(request, route->allow);
        return;
    }
    if (!is_among(route->allow, http->method_text)) {
        request_add_header(request, "Allow", route->allow);
        err_fail(&err, ERR_INVALID, 0, "Method not allowed. Allowed: %.*s", STR_ARG(route->allow));
        request_fail_status(request, 405, &err);
        return;
    }
    if (!identify(request) || !body_is_json(request)) {
        return;
    }
    if (!policy_check_settings(request->role, &err)) {
        request_fail(request, &err);
        return;
    }
    struct settings_route *kept = ARENA_NEW(request->arena, struct settings_route);
    *kept = *route;
    request->exchange->user = kept;
    if (http->method == HTTP_GET || http->method == HTTP_HEAD) {
        go_to_settings(request);
    } else {
        idempotency_begin(request, go_to_settings);
    }
}

static void not_found(struct request *request, const char *sentence)
{
    struct err err;
    err_fail(&err, ERR_NOT_FOUND, 0, "%s", sentence);
    request_fail(request, &err);
}

static void go_to_webhooks(struct request *request, const struct settings_route *route)
{
    handle_webhooks(request, route->id_text, route->alias);
}

static void go_to_webhook_action(struct request *request, const struct settings_route *route)
{
    handle_webhook_action(request, route->id_text, route->action);
}

static void go_to_deliveries(struct request *request, const struct settings_route *route)
{
    handle_deliveries(request, route->id_text);
}

/* `rest` is what follows the collection's path: nothing, an id, or an id and an action. */
static void route_webhooks(struct request *request, struct str rest, bool alias)
{
    size_t slash = str_find(rest, '/');
    struct settings_route route = {.allow = rest.ptr == NULL ? STR("GET, HEAD, POST, OPTIONS")
                                                             : STR("GET, HEAD, PATCH, DELETE, OPTIONS"),
                                   .handle = go_to_webhooks,
                                   .id_text = rest,
                                   .alias = alias};
    if (slash < rest.len && !alias) {
        route.id_text = str_slice(rest, 0, slash);
        route.action = webhook_action_find(str_slice(rest, slash + 1, rest.len));
        if (route.action == NULL) {
            not_found(request, "A webhook has test, pause, resume, rotateSecret and replay");
            return;
        }
        route.allow = webhook_action_allows(route.action);
        route.handle = go_to_webhook_action;
    }
    handle_settings(request, &route);
}

static void route_deliveries(struct request *request, struct str rest)
{
    struct str id = str_slice(rest, 0, str_find(rest, '/'));
    struct settings_route route = {
        .allow = STR("GET, HEAD, OPTIONS"), .handle = go_to_deliveries, .id_text = rest.ptr == NULL ? rest : id};
    if (id.len < rest.len) {
        if (!str_is(str_slice(rest, id.len, rest.len), "/resend")) {
            not_found(request, "A delivery has resend");
            return;
        }
        route.allow = STR("POST, OPTIONS");
    }
    handle_settings(request, &route);
}

static void handle_search_route(struct request *request)
{
    struct str allow = STR("GET, HEAD, OPTIONS");
    enum http_method method = request->exchange->request.method;
    struct err err;
    if (method == HTTP_OPTIONS) {
        answer_options(request, allow);
    } else if (method != HTTP_GET && method != HTTP_HEAD) {
        request_add_header(request, "Allow", allow);
        err_fail(&err, ERR_INVALID, 0, "Method not allowed. Allowed: %.*s", STR_ARG(allow));
        request_fail_status(request, 405, &err);
    } else if (identify(request)) {
        handle_search(request);
    }
}

static void handle_health(struct request *request, bool ready_asked)
{
    struct request_worker *worker = request->worker;
    bool up = !ready_asked || (request_worker_ready(worker) && pg_pool_ready(worker->fast));
    strbuf_puts(&request->exchange->body, up ? "{\"status\":\"ok\"}" : "{\"status\":\"unavailable\"}");
    if (!up) {
        request_add_header(request, "Retry-After", STR("1"));
    }
    request_finish(request, up ? 200 : 503);
}

/* `path` is `prefix`, or `prefix` and one more segment (then `*id` is that segment). */
static bool collection(struct str path, struct str prefix, struct str *id)
{
    if (!str_starts_with(path, prefix)) {
        return false;
    }
    struct str rest = str_slice(path, prefix.len, path.len);
    if (rest.len > 0 && rest.ptr[0] != '/') {
        return false;
    }
    rest = str_slice(rest, 1, rest.len);
    *id = rest.len == 0 ? STR_EMPTY : rest;
    return true;
}

static void route(struct request *request)
{
    struct str path = request->exchange->request.path;
    struct str id;
    if (str_is(path, "/healthz")) {
        handle_health(request, false);
    } else if (str_is(path, "/readyz")) {
        handle_health(request, true);
    } else if (collection(path, STR("/rest/metadata/webhooks"), &id)) {
        route_webhooks(request, id, false);
    } else if (collection(path, STR("/rest/metadata/webhookDeliveries"), &id)) {
        route_deliveries(request, id);
    } else if (collection(path, STR("/rest/webhooks"), &id)) {
        route_webhooks(request, id, true);
    } else if (collection(path, STR("/rest/metadata"), &id)) {
        not_here(request, "This part of the metadata API");
    } else if (str_is(path, "/rest/search")) {
        handle_search_route(request);
    } else if (collection(path, STR("/rest/open-api"), &id)) {
        not_here(request, "The OpenAPI document");
    } else if (collection(path, STR("/rest"), &id)) {
        handle_records(request);
    } else if (str_is(path, "/graphql") || str_is(path, "/metadata")) {
        not_here(request, "GraphQL");
    } else {
        struct err err;
        err_fail(&err, ERR_NOT_FOUND, 0, "Cannot find '%.*s'. The records are under /rest",
                 STR_ARG(str_cut(path, 120)));
        request_fail(request, &err);
    }
}

void request_handle(void *context, struct http_exchange *exchange)
{
    struct request *request = request_new(context, exchange);
    add_cors(request);
    route(request);
}

bool request_worker_ready(const struct request_worker *worker)
{
    return worker->model != NULL && worker->keyring != NULL;
}

void request_worker_set_catalogue(struct request_worker *worker, struct catalogue *catalogue)
{
    model_unref(worker->model);
    worker->model = model_new(catalogue);
}

void request_worker_set_keyring(struct request_worker *worker, struct keyring *keyring)
{
    if (worker->keyring != NULL) {
        keyring_unref(worker->keyring);
    }
    worker->keyring = keyring;
}

void request_worker_release(struct request_worker *worker)
{
    model_unref(worker->model);
    worker->model = NULL;
    zip_free(worker->zip);
    worker->zip = NULL;
    if (worker->keyring != NULL) {
        keyring_unref(worker->keyring);
        worker->keyring = NULL;
    }
}
