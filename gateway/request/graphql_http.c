/* GraphQL over HTTP: methods, media types, statuses; one call or a list of them. */
#include "gateway/policy/policy.h"
#include "gateway/request/graphql.h"

static void fail(struct request *request, int status, const char *tag, const char *sentence)
{
    struct err err;
    err_fail_tag(&err, ERR_INVALID, tag, "%s", sentence);
    request_fail_status(request, status, &err);
}

/* Of what authentication forbids, a revoked key has been found; no key has not. */
static bool lacks_token(const struct request *request, const struct err *err)
{
    return request->role == NULL && err->tag != NULL && strcmp(err->tag, "FORBIDDEN_EXCEPTION") == 0 &&
           str_starts_with(err_str(err), STR("Missing"));
}

void graphql_put_refusal(struct request *request, int *status, const struct err *err)
{
    if (request->graphql->media == TRANSPORT_EVENTS) {
        request->content_type = transport_content_type(TRANSPORT_JSON);
    }
    /* Who asks for application/json reads the errors, not the status (contract 4); who is not let in, or must wait,
     * has sent a good request all the same. */
    if (request->graphql->media == TRANSPORT_JSON && (*status == 401 || *status == 403 || *status == 429)) {
        *status = 200;
    }
    struct err told = *err;
    if (graphql_endpoints[request->graphql->endpoint]->needs_login && lacks_token(request, err)) {
        told.tag = "UNAUTHENTICATED";
    }
    transport_put_refusal(&request->exchange->body, &told);
}

void graphql_release(struct graphql *graphql)
{
    if (graphql->call != NULL) {
        graphql_call_release(graphql->call);
    }
    schema_set_unref(graphql->schemas);
}

/* The status of a single call: lists, and older clients, look into the replies. */
static int status_of(const struct graphql *graphql)
{
    bool plain = graphql->asked.batch || graphql->media != TRANSPORT_RESPONSE;
    return plain && graphql->status == 400 ? 200 : graphql->status;
}

void graphql_call_ended(struct graphql *graphql)
{
    struct strbuf *body = &graphql->request->exchange->body;
    if (++graphql->at < graphql->asked.count) {
        strbuf_put_char(body, ',');
        graphql_call_start(graphql);
        return;
    }
    strbuf_puts(body, graphql->asked.batch ? "]" : "");
    if (graphql->media == TRANSPORT_EVENTS) {
        transport_end_next(body);
        transport_put_complete(body);
    }
    request_finish(graphql->request, status_of(graphql));
}

static bool read_calls(struct graphql *graphql, struct err *err)
{
    struct request *request = graphql->request;
    const struct request_settings *settings = request->worker->settings;
    const struct http_request *http = &request->exchange->request;
    struct json_limits limits = {.max_depth = settings->limits.max_json_depth,
                                 .max_nodes = settings->limits.max_json_nodes};
    return http->method == HTTP_POST ? transport_read_body(request->arena, http->body, &limits,
                                                           settings->graphql.max_batch, &graphql->asked, err)
                                     : transport_read_query(request->arena, http->query, &limits, &graphql->asked, err);
}

/* An event stream is one operation's, and nothing that could be replayed later. */
static bool fits_events(const struct graphql *graphql, struct err *err)
{
    const struct http_request *http = &graphql->request->exchange->request;
    if (graphql->media != TRANSPORT_EVENTS) {
        return true;
    }
    if (graphql->asked.batch) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "A list of operations is not answered as an event stream");
    }
    return http_header_get(http, "idempotency-key").ptr == NULL ||
           err_fail_tag(err, ERR_INVALID, "INVALID_IDEMPOTENCY_KEY", "An event stream takes no Idempotency-Key");
}

/* A key keeps the answer to one operation. To write a list again in spite of one would be worse than to refuse it. */
static bool fits_idempotency(const struct graphql *graphql, struct err *err)
{
    const struct http_request *http = &graphql->request->exchange->request;
    return !graphql->asked.batch || http_header_get(http, "idempotency-key").ptr == NULL ||
           err_fail_tag(err, ERR_INVALID, "INVALID_IDEMPOTENCY_KEY",
                        "A list of operations takes no Idempotency-Key: send each by itself, with a key of its own");
}

/* The setting is the ceiling of what roles allow. */
static bool may_introspect(const struct request *request)
{
    struct err err;
    switch (request->worker->settings->graphql.introspection) {
    case INTROSPECTION_ON: return request->role->can_introspect;
    case INTROSPECTION_ADMIN: return request->role->can_introspect && policy_check_settings(request->role, &err);
    case INTROSPECTION_OFF: break;
    }
    return false;
}

static void begin(struct graphql *graphql)
{
    struct request *request = graphql->request;
    struct request_worker *worker = request->worker;
    struct err err;
    if (schema_set_get(worker->schemas, graphql->endpoint) == NULL) {
        request_add_header(request, "Retry-After", STR("1"));
        err_fail_tag(&err, ERR_UNAVAILABLE, "SERVICE_UNAVAILABLE", "There is no GraphQL schema of the data model");
        request_fail_status(request, 503, &err);
        return;
    }
    if (!read_calls(graphql, &err) || !fits_events(graphql, &err) || !fits_idempotency(graphql, &err)) {
        request_fail_status(request, 400, &err);
        return;
    }
    graphql->schemas = schema_set_ref(worker->schemas);
    graphql->deadline_us = loop_now_us(worker->executor.loop) + worker->settings->graphql.timeout_us;
    graphql->may_introspect = may_introspect(request);
    if (graphql->media == TRANSPORT_EVENTS) {
        transport_begin_next(&request->exchange->body, STR_EMPTY);
    }
    strbuf_puts(&request->exchange->body, graphql->asked.batch ? "[" : "");
    graphql_call_start(graphql);
}

void handle_graphql(struct request *request, size_t endpoint)
{
    const struct http_request *http = &request->exchange->request;
    bool post = http->method == HTTP_POST;
    struct graphql *graphql = ARENA_NEW(request->arena, struct graphql);
    if (http->method == HTTP_OPTIONS) {
        request_answer_options(request, STR("GET, HEAD, POST, OPTIONS"));
        return;
    }
    *graphql = (struct graphql){.request = request, .endpoint = endpoint};
    request->graphql = graphql;
    bool acceptable = transport_accept(http_header_get(http, "accept"), &graphql->media);
    request->content_type = transport_content_type(graphql->media);
    if (!acceptable) {
        fail(request, 406, "NOT_ACCEPTABLE",
             "GraphQL is answered as application/graphql-response+json, application/json or text/event-stream");
    } else if (!post && http->method != HTTP_GET && http->method != HTTP_HEAD) {
        request_add_header(request, "Allow", STR("GET, HEAD, POST, OPTIONS"));
        fail(request, 405, "METHOD_NOT_ALLOWED", "GraphQL is asked with POST, or with GET for queries");
    } else if (post && !transport_is_json(http_header_get(http, "content-type"))) {
        fail(request, 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json, in UTF-8");
    } else if (request_identify(request)) {
        begin(graphql);
    }
}
