/* One GraphQL operation: its document, its fields, its reply. */
#include "common/observe/metrics.h"
#include "gateway/graphql/document_key.h"
#include "gateway/graphql/introspect.h"
#include "gateway/request/graphql.h"
#include "gateway/request/graphql_persisted.h"
#include "gateway/request/graphql_subscribe.h"

struct graphql_call {
    struct graphql *graphql;
    const struct transport_call *asked;
    struct str source;
    struct cached_document *document; /* held until the end */
    struct graphql_again *agains;     /* the same in newer models, newest first */
    struct gql_limits limits;
    struct gql_prepared prepared;
    struct graphql_field *fields;
    size_t count;
    size_t next;    /* to be begun */
    size_t open;    /* begun and not ended */
    size_t at;      /* where the reply begins in the body */
    bool beginning; /* further up the stack */
};

enum {
    METRIC_QUERIES,
    METRIC_QUERY_ERRORS,
    METRIC_MUTATIONS,
    METRIC_MUTATION_ERRORS,
    METRIC_SUBSCRIPTIONS,
    METRIC_REFUSED,
    METRIC_DOCUMENT_HITS,
    METRIC_DOCUMENT_MISSES,
    METRIC_COUNT
};

#define OPERATIONS(labels_text)                                                                                        \
    {                                                                                                                  \
        .kind = METRIC_COUNTER, .name = "portti_graphql_operations_total", .labels = (labels_text),                    \
        .help = "GraphQL operations answered."                                                                         \
    }
#define DOCUMENTS(labels_text)                                                                                         \
    {                                                                                                                  \
        .kind = METRIC_COUNTER, .name = "portti_graphql_documents_total", .labels = (labels_text),                     \
        .help = "GraphQL documents looked up among those parsed and validated before."                                 \
    }

static struct metric metrics[METRIC_COUNT] = {
    [METRIC_QUERIES] = OPERATIONS("kind=\"query\",outcome=\"data\""),
    [METRIC_QUERY_ERRORS] = OPERATIONS("kind=\"query\",outcome=\"errors\""),
    [METRIC_MUTATIONS] = OPERATIONS("kind=\"mutation\",outcome=\"data\""),
    [METRIC_MUTATION_ERRORS] = OPERATIONS("kind=\"mutation\",outcome=\"errors\""),
    [METRIC_SUBSCRIPTIONS] = OPERATIONS("kind=\"subscription\",outcome=\"begun\""),
    [METRIC_REFUSED] = OPERATIONS("kind=\"none\",outcome=\"refused\""),
    [METRIC_DOCUMENT_HITS] = DOCUMENTS("result=\"hit\""),
    [METRIC_DOCUMENT_MISSES] = DOCUMENTS("result=\"miss\""),
};

void graphql_register_metrics(void)
{
    metrics_register(metrics, METRIC_COUNT);
    subscription_register_metrics();
}

static struct request *request_of(const struct graphql_call *call)
{
    return call->graphql->request;
}

static struct strbuf *body_of(const struct graphql_call *call)
{
    return &call->graphql->request->exchange->body;
}

static const struct graphql_endpoint *endpoint_of(const struct graphql_call *call)
{
    return graphql_endpoints[call->graphql->endpoint];
}

static const struct gql_schema *schema_of(const struct graphql_call *call)
{
    return schema_set_get(call->graphql->schemas, call->graphql->endpoint);
}

void graphql_call_release(struct graphql_call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        strbuf_release(&call->fields[i].own);
    }
    call->count = 0;
    graphql_again_release(request_of(call), &call->agains);
    document_cache_put(&request_of(call)->worker->documents, call->document);
    call->document = NULL;
}

static void end(struct graphql_call *call)
{
    struct graphql *graphql = call->graphql;
    graphql_call_release(call);
    graphql_call_ended(graphql);
}

/* ---- refused before anything is executed ---- */

static void refused(struct graphql_call *call, int status)
{
    metric_add(&metrics[METRIC_REFUSED], 1);
    call->graphql->status = status;
    end(call);
}

static void refuse(struct graphql_call *call, int status, const struct err *err)
{
    transport_put_refusal(body_of(call), err);
    refused(call, status);
}

static void refuse_all(struct graphql_call *call, const struct gql_errors *errors)
{
    struct strbuf *body = body_of(call);
    strbuf_puts(body, "{\"errors\":[");
    for (const struct gql_error *error = errors->first; error != NULL; error = error->next) {
        strbuf_puts(body, error == errors->first ? "" : ",");
        gql_error_put_json(body, error, STR_EMPTY);
    }
    strbuf_puts(body, "]}");
    refused(call, 400);
}

/* ---- the reply ---- */

static void put_key(struct strbuf *out, struct str key, bool first)
{
    strbuf_puts(out, first ? "\"" : ",\"");
    strbuf_put(out, key); /* a GraphQL name: nothing to escape */
    strbuf_puts(out, "\":");
}

static bool nulls_all(const struct graphql_field *field)
{
    return field->failed && gql_ref_is_required(field->selected->field->type);
}

static void put_error(struct graphql_call *call, const struct graphql_field *field)
{
    struct strbuf *body = body_of(call);
    const struct gql_selected *blamed = field->fault == NULL ? field->selected : field->fault;
    struct gql_location location = gql_location_at(call->source, blamed->offset);
    struct transport_error error = {.err = &field->err,
                                    .location = &location,
                                    .key = field->selected->key,
                                    .conflict_id = field->conflict_id,
                                    .conflict_object = field->conflict_object};
    if (field->selected->error != NULL) {
        gql_error_put_json(body, field->selected->error,
                           arena_printf(request_of(call)->arena, "[\"%.*s\"]", STR_ARG(field->selected->key)));
    } else if (field->report.len > 0) {
        strbuf_put(body, field->report);
    } else {
        transport_put_error(body, &error);
    }
}

static void put_errors(struct graphql_call *call)
{
    struct strbuf *body = body_of(call);
    bool first = true;
    for (size_t i = 0; i < call->count; i++) {
        if (call->fields[i].failed) {
            strbuf_puts(body, first ? ",\"errors\":[" : ",");
            put_error(call, &call->fields[i]);
            first = false;
        }
    }
    strbuf_puts(body, first ? "}" : "]}");
}

/* A field by itself is written where it belongs as it comes; of several each waits for its turn. */
static bool is_alone(const struct graphql_call *call)
{
    return call->count == 1;
}

static void put_data(struct graphql_call *call)
{
    struct strbuf *body = body_of(call);
    bool all_null = false;
    for (size_t i = 0; i < call->count; i++) {
        all_null = all_null || nulls_all(&call->fields[i]);
    }
    if (all_null) {
        body->len = call->at;
        strbuf_puts(body, "{\"data\":null");
        return;
    }
    for (size_t i = 0; i < call->count && !is_alone(call); i++) {
        put_key(body, call->fields[i].selected->key, i == 0);
        strbuf_put(body, strbuf_str(&call->fields[i].own));
    }
    strbuf_put_char(body, '}');
}

static void count(const struct graphql_call *call, bool failed)
{
    bool mutation = call->prepared.kind == GQL_MUTATION;
    size_t metric = mutation ? (failed ? METRIC_MUTATION_ERRORS : METRIC_MUTATIONS)
                             : (failed ? METRIC_QUERY_ERRORS : METRIC_QUERIES);
    metric_add(&metrics[metric], 1);
}

/* An Idempotency-Key keeps what was done, and what would be refused again. */
static bool may_differ_next_time(const struct graphql_call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        enum err_code code = call->fields[i].err.code;
        if (!call->fields[i].failed ||
            (code != ERR_INTERNAL && code != ERR_UNAVAILABLE && code != ERR_TIMEOUT && code != ERR_LIMITED)) {
            return false;
        }
    }
    return true;
}

/* The next one with this document is answered with the same bytes. */
static void keep_reply(struct graphql_call *call)
{
    struct request_worker *worker = request_of(call)->worker;
    struct str reply = str_slice(strbuf_str(body_of(call)), call->at, body_of(call)->len);
    if (call->document->kept && reply.len <= worker->documents.most_bytes / 4) {
        strbuf_put(&call->document->reply, reply);
    }
}

/* Is the reply the document's alone? */
static bool is_constant(const struct graphql_call *call)
{
    const struct gql_document *document = call->document->document;
    for (size_t i = 0; i < call->count; i++) {
        const struct gql_selected *selected = call->fields[i].selected;
        if (call->fields[i].failed || (!gql_is_introspection(selected) && selected->field != &gql_typename_field)) {
            return false;
        }
    }
    /* Without variables, whether given or by default, and without a choice of operations. */
    return document->operation_count == 1 && call->asked->variables == NULL;
}

static void finish(struct graphql_call *call)
{
    bool failed = false;
    for (size_t i = 0; i < call->count; i++) {
        failed = failed || call->fields[i].failed;
    }
    put_data(call);
    put_errors(call);
    count(call, failed);
    request_of(call)->not_kept = failed && may_differ_next_time(call);
    if (call->prepared.introspects && is_constant(call)) {
        keep_reply(call);
    }
    end(call);
}

/* ---- fields ---- */

static void begin_fields(struct graphql_call *call);

static void field_ended(struct graphql_field *field)
{
    struct graphql_call *call = field->call;
    call->open--;
    if (!call->beginning) {
        begin_fields(call);
    }
}

void graphql_field_done(struct graphql_field *field)
{
    if (field->out == &field->own && field->own.overflowed) {
        struct err err;
        err_fail_tag(&err, ERR_INVALID, "TOO_COMPLEX_QUERY",
                     "Query complexity is too high. The answer would be longer than %zu bytes: ask for fewer records, "
                     "fields or levels",
                     field->own.ceiling);
        graphql_field_fail(field, &err);
        return;
    }
    field_ended(field);
}

void graphql_field_fail(struct graphql_field *field, const struct err *err)
{
    field->failed = true;
    field->err = *err;
    field->out->len = field->begin;
    strbuf_puts(field->out, "null");
    field_ended(field);
}

static bool too_late(const struct graphql_call *call)
{
    return loop_now_us(request_of(call)->worker->executor.loop) >= call->graphql->deadline_us;
}

static void begin_field(struct graphql_field *field)
{
    struct graphql_call *call = field->call;
    const struct gql_selected *selected = field->selected;
    struct err err;
    if (selected->field == &gql_typename_field) {
        strbuf_put_char(field->out, '"');
        strbuf_put(field->out, selected->parent->name);
        strbuf_put_char(field->out, '"');
        graphql_field_done(field);
    } else if (gql_is_introspection(selected)) {
        gql_introspect(field->out, schema_of(call), selected);
        graphql_field_done(field);
    } else if (selected->error != NULL) {
        err_fail(&err, ERR_INVALID, 0, "%.*s", STR_ARG(selected->error->message));
        graphql_field_fail(field, &err);
    } else if (too_late(call)) {
        err_fail_tag(&err, ERR_TIMEOUT, "QUERY_READ_TIMEOUT",
                     "The request took longer than it may (setting graphql_timeout): this field was not begun");
        graphql_field_fail(field, &err);
    } else {
        endpoint_of(call)->resolve(field);
    }
}

static void on_model(void *context, struct model *newer)
{
    struct graphql_field *field = context;
    struct graphql_call *call = field->call;
    struct err err = field->err;
    const struct gql_prepared *prepared =
        newer == NULL ? NULL : graphql_prepare_again(call->graphql, &call->agains, call->asked, call->source, &err);
    if (prepared == NULL) {
        graphql_field_fail(field, &err);
        return;
    }
    const struct gql_selected *selected = prepared->first;
    for (size_t i = 0; i < (size_t)(field - call->fields); i++) {
        selected = selected->next;
    }
    field->selected = selected;
    field->model = newer;
    field->out->len = field->begin;
    begin_field(field);
}

bool graphql_field_replans(struct graphql_field *field, const struct pg_failure *failure)
{
    field->err = failure->err;
    field->again.planned = field->model;
    field->again.on_model = on_model;
    field->again.context = field;
    return request_replans(field->request, failure, &field->again);
}

/* All of a query, of a mutation one after the other. A field may end before its beginning returns. */
static void begin_fields(struct graphql_call *call)
{
    bool serial = call->prepared.kind == GQL_MUTATION;
    call->beginning = true;
    while (call->next < call->count && !(serial && call->open > 0)) {
        call->open++;
        begin_field(&call->fields[call->next++]);
    }
    call->beginning = false;
    if (call->open == 0 && call->next == call->count) {
        finish(call);
    }
}

static void make_fields(struct graphql_call *call)
{
    struct request *request = request_of(call);
    struct strbuf *body = body_of(call);
    call->fields = ARENA_ARRAY(request->arena, struct graphql_field, call->prepared.count + 1);
    strbuf_puts(body, "{\"data\":{");
    for (const struct gql_selected *selected = call->prepared.first; selected != NULL; selected = selected->next) {
        struct graphql_field *field = &call->fields[call->count++];
        *field = (struct graphql_field){.call = call,
                                        .request = request,
                                        .selected = selected,
                                        .model = request->model,
                                        .deadline_us = call->graphql->deadline_us,
                                        .mutation = call->prepared.kind == GQL_MUTATION,
                                        .out = &field->own,
                                        .own = {.ceiling = request->worker->settings->max_answer}};
    }
    if (is_alone(call)) {
        put_key(body, call->fields[0].selected->key, true);
        call->fields[0].out = body;
        call->fields[0].begin = body->len;
    }
}

static void execute(struct request *request)
{
    struct graphql_call *call = request->graphql->call;
    make_fields(call);
    begin_fields(call);
}

struct str graphql_reply_of(const struct graphql_field *field, struct str value)
{
    const struct graphql_call *call = field->call;
    struct request *request = field->request;
    if (request->idempotency == NULL || !is_alone(call) || call->graphql->asked.batch) {
        return STR_EMPTY;
    }
    return arena_printf(request->arena, "{\"data\":{\"%.*s\":%.*s}}", STR_ARG(field->selected->key), STR_ARG(value));
}

/* ---- the document ---- */

static bool find_persisted(struct graphql_call *call, struct err *err)
{
    struct request *request = request_of(call);
    struct persisted_store *store = request->worker->settings->graphql.persisted;
    const struct transport_call *asked = call->asked;
    if (!persisted_store_enabled(store)) {
        return asked->query.ptr != NULL ||
               err_fail_tag(err, ERR_INVALID, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
    }
    if (asked->query.ptr == NULL) {
        char hash[GQL_PERSISTED_LEN];
        for (size_t i = 0; i < GQL_PERSISTED_LEN && asked->persisted.len == GQL_PERSISTED_LEN; i++) {
            char c = asked->persisted.ptr[i];
            hash[i] = c >= 'A' && c <= 'F' ? (char)(c + 32) : c;
        }
        return (asked->persisted.len == GQL_PERSISTED_LEN &&
                persisted_store_get(store, request->arena, str_of(hash, sizeof hash), &call->source)) ||
               err_fail_tag(err, ERR_INVALID, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    }
    return gql_persisted_matches(asked->query, asked->persisted) ||
           err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "provided sha does not match query");
}

/* A document that turned out to be valid may be asked for by its hash from now on. */
static void learn(const struct graphql_call *call)
{
    char hash[GQL_PERSISTED_LEN];
    if (call->asked->persisted.len > 0 && call->asked->query.ptr != NULL) {
        gql_persisted_hash(call->source, hash);
        persisted_store_add(request_of(call)->worker->settings->graphql.persisted, str_of(hash, sizeof hash),
                            call->source);
    }
}

/* False when it has been refused. */
static bool check_kind(struct graphql_call *call)
{
    struct request *request = request_of(call);
    bool reading = request->exchange->request.method != HTTP_POST;
    struct err err;
    bool events = call->graphql->media == TRANSPORT_EVENTS;
    if (call->prepared.kind == GQL_SUBSCRIPTION && (!events || request->exchange->request.method == HTTP_HEAD)) {
        err_fail_tag(&err, ERR_INVALID, "BAD_USER_INPUT",
                     "A subscription is answered as an event stream: send Accept: text/event-stream");
        refuse(call, 406, &err);
        return false;
    }
    if (reading && call->prepared.kind == GQL_MUTATION) {
        request_add_header(request, "Allow", STR("POST, OPTIONS"));
        err_fail_tag(&err, ERR_INVALID, "METHOD_NOT_ALLOWED", "A %s can only be sent with POST",
                     gql_operation_name(call->prepared.kind));
        refuse(call, 405, &err);
        return false;
    }
    if (call->prepared.introspects && !call->graphql->may_introspect) {
        err_fail_tag(
            &err, ERR_INVALID, "GRAPHQL_VALIDATION_FAILED",
            "GraphQL introspection is not allowed to this API key (setting graphql_introspection, and canIntrospect of "
            "its role), but the query contained __schema or __type");
        refuse(call, 400, &err);
        return false;
    }
    return true;
}

static bool prepare(struct graphql_call *call, const struct gql_limits *limits, struct gql_errors *errors)
{
    struct request *request = request_of(call);
    struct graphql *graphql = call->graphql;
    bool hit = false;
    call->document =
        document_cache_get(&request->worker->documents, request->arena, schema_of(call),
                           schema_set_version(graphql->schemas, graphql->endpoint), call->source, limits, errors, &hit);
    metric_add(&metrics[hit ? METRIC_DOCUMENT_HITS : METRIC_DOCUMENT_MISSES], 1);
    return call->document != NULL &&
           gql_prepare_document(request->arena, schema_of(call), call->document->document, call->document->ahead,
                                call->asked->operation_name, call->asked->variables, limits, &call->prepared, errors);
}

static void note_operation(struct graphql_call *call)
{
    struct request *request = request_of(call);
    request->graphql_kind = gql_operation_name(call->prepared.kind);
    request->graphql_name = call->prepared.name;
    request->graphql_fields += call->prepared.count;
}

static void subscribe(struct graphql_call *call)
{
    struct subscription_asked asked = {.source = call->source,
                                       .operation_name = call->asked->operation_name,
                                       .variables = call->asked->variables,
                                       .limits = &call->limits};
    struct request *request = request_of(call);
    metric_add(&metrics[METRIC_SUBSCRIPTIONS], 1);
    graphql_call_release(call);
    subscription_start(request, &asked);
}

static void go(struct graphql_call *call)
{
    struct request *request = request_of(call);
    if (call->prepared.kind == GQL_SUBSCRIPTION) {
        subscribe(call);
        return;
    }
    if (call->document->reply.len > 0 && is_constant(call)) {
        strbuf_put(body_of(call), strbuf_str(&call->document->reply));
        count(call, false);
        end(call);
    } else if (call->prepared.kind == GQL_MUTATION && !call->graphql->asked.batch) {
        idempotency_begin(request, execute);
    } else {
        execute(request);
    }
}

void graphql_call_start(struct graphql *graphql)
{
    struct request *request = graphql->request;
    struct graphql_call *call = ARENA_NEW(request->arena, struct graphql_call);
    struct gql_errors errors = {.arena = request->arena};
    struct err err;
    *call = (struct graphql_call){.graphql = graphql, .asked = &graphql->asked.items[graphql->at]};
    graphql->call = call;
    graphql->status = 200;
    call->source = call->asked->query;
    call->at = body_of(call)->len;
    call->limits = request->worker->settings->graphql.limits;
    call->limits.hide_suggestions = !graphql->may_introspect;
    if (call->asked->persisted.len > 0 && !find_persisted(call, &err)) {
        refuse(call, 400, &err);
        return;
    }
    errors.source = call->source;
    if (!prepare(call, &call->limits, &errors)) {
        refuse_all(call, &errors);
        return;
    }
    learn(call);
    note_operation(call);
    if (check_kind(call)) {
        go(call);
    }
}
