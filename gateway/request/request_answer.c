/* The end of a request: bodies, headers, the log line and the metrics. */
#include "common/observe/log.h"
#include "common/observe/metrics.h"
#include "gateway/request/request_private.h"

/* Access lines are written together, at the latest after this. */
enum { LOG_DELAY_US = 50000 };

enum { METRIC_2XX, METRIC_4XX, METRIC_5XX, METRIC_SECONDS, METRIC_COUNT };

static struct metric metrics[METRIC_COUNT] = {
    [METRIC_2XX] = {.kind = METRIC_COUNTER,
                    .name = "portti_http_requests_total",
                    .labels = "status=\"2xx\"",
                    .help = "Requests answered."},
    [METRIC_4XX] = {.kind = METRIC_COUNTER,
                    .name = "portti_http_requests_total",
                    .labels = "status=\"4xx\"",
                    .help = "Requests answered."},
    [METRIC_5XX] = {.kind = METRIC_COUNTER,
                    .name = "portti_http_requests_total",
                    .labels = "status=\"5xx\"",
                    .help = "Requests answered."},
    [METRIC_SECONDS] = {.kind = METRIC_HISTOGRAM,
                        .name = "portti_http_request_seconds",
                        .help = "From a request's first byte to its answer."},
};

void request_register_metrics(void)
{
    metrics_register(metrics, METRIC_COUNT);
    graphql_register_metrics();
}

void request_add_header(struct request *request, const char *name, struct str value)
{
    if (request->header_count < REQUEST_HEADERS_MAX) {
        request->headers[request->header_count++] = (struct http_header){str_from(name), value};
    }
}

void request_observe(struct request *request, int status, size_t bytes)
{
    int64_t took_us = loop_now_us(request->worker->executor.loop) - request->started_us;
    metric_add(&metrics[status >= 500 ? METRIC_5XX : status >= 400 ? METRIC_4XX : METRIC_2XX], 1);
    metric_observe_us(&metrics[METRIC_SECONDS], took_us);
    if (!log_requests_enabled()) {
        return;
    }
    const struct http_request *http = &request->exchange->request;
    char key[UUID_TEXT_LEN];
    uuid_print(&request->key_id, key);
    log_begin(LOG_LEVEL_INFO, "request");
    log_str("id", request->id);
    log_str("method", http->method_text);
    log_str("path", str_cut(http->path, 200));
    log_int("status", status);
    log_ms("ms", took_us);
    log_int("bytes", (int64_t)bytes);
    log_str("peer", http->peer);
    if (!uuid_is_nil(&request->key_id)) {
        log_str("key", str_of(key, UUID_TEXT_LEN));
    }
    if (request->graphql_kind != NULL) {
        log_str("operation", str_from(request->graphql_kind));
        log_str("name", str_cut(request->graphql_name, 100));
        log_int("fields", (int64_t)request->graphql_fields);
    }
    log_end();
    if (!request->worker->log_timer.pending) {
        loop_timer_start(&request->worker->log_timer, LOG_DELAY_US);
    }
}

void request_release(struct request *request)
{
    if (request->graphql != NULL) {
        graphql_release(request->graphql);
    }
    replan_release(request);
    model_unref(request->model);
    if (request->keyring != NULL) {
        keyring_unref(request->keyring);
    }
}

/* An answer over the limit is no answer. (A write has been done by then: what was too much is only its echo.) */
static void fail_too_large(struct request *request)
{
    struct err err;
    err_fail_tag(
        &err, ERR_INVALID, "TOO_COMPLEX_QUERY",
        "Query complexity is too high. The answer would be longer than %zu bytes: ask for fewer records, fields "
        "or levels",
        request->worker->settings->max_answer);
    request_fail(request, &err);
}

void request_finish(struct request *request, int status)
{
    if (request->on_inside != NULL) {
        request->on_inside(request, NULL);
    } else if (request->exchange->body.overflowed) {
        fail_too_large(request);
    } else if (!idempotency_ends(request, status)) {
        request_send(request, status);
    }
}

void request_fail_status(struct request *request, int status, const struct err *err)
{
    struct strbuf *body = &request->exchange->body;
    strbuf_clear(body);
    if (request->on_inside != NULL) {
        request->on_inside(request, err);
        return;
    }
    if (request->graphql != NULL) {
        graphql_put_refusal(request, &status, err);
    } else if (request_wants_problem(request)) {
        request->content_type = STR("application/problem+json");
        rest_put_problem(body, status, err, request->id);
    } else {
        rest_put_error(body, status, err);
    }
    request_finish(request, status);
}

void request_fail(struct request *request, const struct err *err)
{
    int status = rest_error_status(err);
    if (status == 503) {
        request_add_header(request, "Retry-After", STR("1"));
    }
    request_fail_status(request, status, err);
}

bool request_parse_id(struct request *request, struct str text, struct uuid *out)
{
    if (uuid_parse(text, out)) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, NULL, "'%.*s' is not a valid UUID", STR_ARG(str_cut(text, 80)));
    request_fail(request, &err);
    return false;
}

void request_fail_operation(struct request *request, const struct pg_failure *failure)
{
    if (idempotency_lost(request, failure)) {
        idempotency_refuse_in_use(request);
    } else {
        request_fail(request, &failure->err);
    }
}

void request_fail_pg(struct request *request, const struct pg_failure *failure)
{
    struct pg_failure tagged = *failure;
    tagged.err.tag = failure_tag(failure);
    failure_log(failure, request->id);
    request_fail_operation(request, &tagged);
}

struct str request_error_body(struct strbuf *out, int status, const char *sentence)
{
    struct err err;
    err_fail(&err, ERR_INVALID, 0, "%s", sentence);
    rest_put_error(out, status, &err);
    return STR("application/json; charset=utf-8");
}
