/* Routing, authentication, rate limits, policy: everything before a plan is executed. */
#include "gateway/request/request.h"

#include "common/crypto/digest.h"
#include "common/loop/loop.h"
#include "gateway/policy/policy.h"
#include "gateway/request/graphql.h"
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

void request_answer_options(struct request *request, struct str allow)
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

void request_refuse_method(struct request *request, struct str allow)
{
    struct err err;
    request_add_header(request, "Allow", allow);
    err_fail(&err, ERR_INVALID, 0, "Method not allowed. Allowed: %.*s", STR_ARG(allow));
    request_fail_status(request, 405, &err);
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
    struct rate_verdict verdict =
        rate_take(settings->rates, &request->key_id, loop_now_us(request->worker->executor.loop));
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
static bool pin(struct request *request)
{
    struct request_worker *worker = request->worker;
    if (!request_worker_ready(worker)) {
        struct err err;
        request_add_header(request, "Retry-After", STR("1"));
        err_fail_tag(&err, ERR_UNAVAILABLE, "SERVICE_UNAVAILABLE", "The server is starting. Try again in a moment");
        request_fail(request, &err);
        return false;
    }
    request->model = model_ref(worker->model);
    request->keyring = keyring_ref(worker->keyring);
    return true;
}

static bool find_key(struct request *request, struct err *err)
{
    const struct api_key *key = NULL;
    struct str authorization = http_header_get(&request->exchange->request, "authorization");
    if (!authenticate(request->worker->tokens, request->keyring, authorization, clock_wall_us() / 1000000, &key, err)) {
        return false;
    }
    request->key_id = key->id;
    request->role = key->role;
    request->actor = (struct record_actor){.source = STR("API"), .name = key->name};
    return true;
}

bool request_follow_key(struct request *request, struct err *err)
{
    struct keyring *before = request->keyring;
    request->keyring = keyring_ref(request->worker->keyring);
    /* What is known of the key lies in its keyring, and stays there when it is no key any more. */
    bool known = find_key(request, err);
    keyring_unref(known ? before : request->keyring);
    request->keyring = known ? request->keyring : before;
    return known;
}

bool request_identify(struct request *request)
{
    struct err err;
    if (!pin(request)) {
        return false;
    }
    if (!find_key(request, &err)) {
        if (err.code == ERR_UNAUTHENTICATED) {
            request_add_header(request, "WWW-Authenticate", STR("Bearer"));
        }
        request_fail(request, &err);
        return false;
    }
    return take_rate(request);
}

struct str request_media_type(const struct request *request)
{
    struct str type = http_header_get(&request->exchange->request, "content-type");
    return str_trim(str_slice(type, 0, str_find(type, ';')));
}

/* Strict where there is one: curl's default for -d would otherwise be taken for JSON. */
bool request_body_is_json(struct request *request)
{
    struct str media = request_media_type(request);
    if (media.len == 0 || request->exchange->request.body.len == 0 || str_eq_nocase(media, STR("application/json"))) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json");
    request_fail_status(request, 415, &err);
    return false;
}

static void not_here(struct request *request, const char *what)
{
    struct err err;
    err_fail_tag(&err, ERR_UNSUPPORTED, "NOT_SUPPORTED", "%s is not supported by this server yet", what);
    request_fail(request, &err);
}

static void go_to_settings(struct request *request)
{
    const struct settings_route *route = request->exchange->user;
    route->handle(request, route);
}

static bool secret_is_not_kept(struct request *request, const struct settings_route *route)
{
    if (!route->secret || http_header_get(&request->exchange->request, "idempotency-key").ptr == NULL) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "INVALID_IDEMPOTENCY_KEY",
                 "A request that is answered with a token takes no Idempotency-Key, since the answer would be kept. "
                 "Give the key an id instead, and ask for another token when one is lost");
    request_fail(request, &err);
    return false;
}

static void handle_settings(struct request *request, const struct settings_route *found)
{
    const struct http_request *http = &request->exchange->request;
    struct err err;
    if (http->method == HTTP_OPTIONS) {
        request_answer_options(request, found->allow);
        return;
    }
    if (!found->known) {
        request_refuse_method(request, found->allow);
        return;
    }
    if (!request_identify(request) || !request_body_is_json(request)) {
        return;
    }
    if (!found->open && !policy_check_settings(request->role, found->needs, &err)) {
        request_fail(request, &err);
        return;
    }
    struct settings_route *route = ARENA_NEW(request->arena, struct settings_route);
    *route = *found;
    request->exchange->user = route;
    if (http->method == HTTP_GET || http->method == HTTP_HEAD) {
        go_to_settings(request);
    } else if (secret_is_not_kept(request, route)) {
        idempotency_begin(request, go_to_settings);
    }
}

/* For paths that are only read; false when the request has been ended. */
static bool only_read(struct request *request)
{
    struct str allow = STR("GET, HEAD, OPTIONS");
    enum http_method method = request->exchange->request.method;
    if (method == HTTP_OPTIONS) {
        request_answer_options(request, allow);
    } else if (method != HTTP_GET && method != HTTP_HEAD) {
        request_refuse_method(request, allow);
    }
    return method == HTTP_GET || method == HTTP_HEAD;
}

static void handle_search_route(struct request *request)
{
    if (only_read(request) && request_identify(request)) {
        handle_search(request);
    }
}

/* The documents need no key; a valid one shows more of them. */
static void handle_docs_route(struct request *request, struct str name)
{
    struct err err;
    if (!only_read(request) || !pin(request)) {
        return;
    }
    bool known = find_key(request, &err);
    if (!known || take_rate(request)) {
        handle_docs(request, name, known);
    }
}

static void handle_health(struct request *request, bool ready_asked)
{
    struct request_worker *worker = request->worker;
    bool up = !ready_asked || (request_worker_ready(worker) && pg_pool_ready(worker->executor.fast));
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
    const struct http_request *http = &request->exchange->request;
    struct str path = http->path;
    struct settings_route settings;
    struct str id;
    if (str_is(path, "/healthz")) {
        handle_health(request, false);
    } else if (str_is(path, "/readyz")) {
        handle_health(request, true);
    } else if (webhooks_route(http, &settings) || settings_route(http, &settings) || models_route(http, &settings) ||
               pieces_route(http, &settings)) {
        handle_settings(request, &settings);
    } else if (collection(path, STR("/rest/metadata"), &id)) {
        not_here(request, "This part of the metadata API");
    } else if (str_is(path, "/rest/search")) {
        handle_search_route(request);
    } else if (collection(path, STR("/rest/open-api"), &id)) {
        handle_docs_route(request, id);
    } else if (collection(path, STR("/rest"), &id)) {
        handle_records(request);
    } else if (graphql_find(path) < graphql_endpoint_count) {
        handle_graphql(request, graphql_find(path));
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

void request_worker_init(struct request_worker *worker)
{
    document_cache_init(&worker->documents, worker->settings->graphql.cache_bytes);
}

void request_worker_set_catalogue(struct request_worker *worker, struct catalogue *catalogue,
                                  struct schema_set *schemas)
{
    model_unref(worker->model);
    schema_set_unref(worker->schemas);
    worker->schemas = schemas;
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
    schema_set_unref(worker->schemas);
    worker->schemas = NULL;
    document_cache_release(&worker->documents);
    zip_free(worker->zip);
    worker->zip = NULL;
    docs_free(worker->docs);
    worker->docs = NULL;
    if (worker->keyring != NULL) {
        keyring_unref(worker->keyring);
        worker->keyring = NULL;
    }
}
