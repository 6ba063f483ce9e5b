#include "gateway/request/graphql_subscribe.h"

#include "common/base/alloc.h"
#include "common/observe/metrics.h"
#include "gateway/graphql/introspect.h"
#include "gateway/live/live.h"
#include "gateway/plan/filter_match.h"
#include "gateway/policy/policy.h"
#include "gateway/record/record_read.h"
#include "gateway/resolve/resolve_event.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    TICK_US = 1000 * 1000,    /* how soon a revoked key, an expired one or a client that left is noticed */
    HEARTBEAT_TICKS = 12,     /* of a quiet stream */
    WAITING_BYTES = 1 << 20,  /* of events that a client has not taken; beyond the 256 KiB that are on the way */
    RECORD_NODES_MAX = 200000 /* as many values as a record that we wrote may have */
};

/* An event that waits for its turn: since the one before is not written, or not taken. */
struct waiting {
    struct list link;
    char id[REDIS_STREAM_ID_TEXT_MAX];
    size_t bytes;
    struct event event;
    char texts[];
};

struct subscription {
    struct request *request;
    struct subscription_asked asked;
    /* Of the model that it was prepared against, which the request holds. */
    struct arena arena;
    struct schema_set *schemas;
    struct resolved_event resolved;
    struct live_subscription *feed; /* NULL: it gets no more */
    struct loop_timer tick;
    unsigned quiet_ticks;
    struct list queue; /* struct waiting */
    size_t queued_bytes;
    struct waiting *current; /* whose relations are being fetched */
    struct arena scratch;    /* of the event that is written */
    struct value *row;
    struct operation operation;
    bool begun;
    bool no_room; /* until the client has taken some of it */
    bool over;    /* ends when nothing is under way */
    bool refused; /* `err` says why it ends */
    struct err err;
    size_t bytes;
};

enum { METRIC_OPEN, METRIC_STARTED, METRIC_EVENTS, METRIC_SLOW, METRIC_GAPS, METRIC_COUNT };

#define ENDED(labels_text)                                                                                             \
    {                                                                                                                  \
        .kind = METRIC_COUNTER, .name = "portti_subscriptions_dropped_total", .labels = (labels_text),                 \
        .help = "GraphQL subscriptions that the server ended."                                                         \
    }
static struct metric metrics[METRIC_COUNT] = {
    [METRIC_OPEN] = {.kind = METRIC_GAUGE, .name = "portti_subscriptions", .help = "GraphQL subscriptions under way."},
    [METRIC_STARTED] = {.kind = METRIC_COUNTER,
                        .name = "portti_subscriptions_started_total",
                        .help = "GraphQL subscriptions that began."},
    [METRIC_EVENTS] = {.kind = METRIC_COUNTER,
                       .name = "portti_subscription_events_total",
                       .help = "Events sent to GraphQL subscriptions."},
    [METRIC_SLOW] = ENDED("reason=\"slow\""),
    [METRIC_GAPS] = ENDED("reason=\"gap\""),
};

void subscription_register_metrics(void)
{
    metrics_register(metrics, METRIC_COUNT);
}

/* ---- the end ---- */

static void drop_queue(struct subscription *sub)
{
    LIST_EACH(at, after, &sub->queue)
    {
        list_remove(at);
        free(LIST_ENTRY(at, struct waiting, link));
    }
    free(sub->current);
    sub->current = NULL;
}

static void send(struct subscription *sub)
{
    struct http_exchange *exchange = sub->request->exchange;
    sub->bytes += exchange->body.len;
    sub->quiet_ticks = 0;
    http_stream_send(exchange);
}

static void put_last_words(struct subscription *sub)
{
    struct strbuf *body = &sub->request->exchange->body;
    transport_begin_next(body, STR_EMPTY);
    transport_put_refusal(body, &sub->err);
    transport_end_next(body);
    transport_put_complete(body);
    sub->bytes += body->len;
}

/* Nothing has been sent yet. What is wrong with the operation is told as an event, as graphql-sse's protocol wants it,
 * since a browser shows its page no other answer; the rest by the status. */
static void answer_refusal(struct subscription *sub)
{
    if (sub->err.code != ERR_INVALID) {
        request_fail(sub->request, &sub->err);
        return;
    }
    put_last_words(sub);
    request_finish(sub->request, 200);
}

static void finish(struct subscription *sub)
{
    struct request *request = sub->request;
    struct http_exchange *exchange = request->exchange;
    drop_queue(sub);
    loop_timer_release(&sub->tick);
    schema_set_unref(sub->schemas);
    arena_release(&sub->arena);
    arena_release(&sub->scratch);
    if (!sub->begun) {
        answer_refusal(sub);
        return;
    }
    metric_add(&metrics[METRIC_OPEN], UINT64_MAX);
    if (sub->refused) {
        put_last_words(sub);
    }
    request_observe(request, 200, sub->bytes);
    request_release(request);
    if (sub->refused) {
        http_stream_end(exchange);
    } else {
        /* Cut short, so that the client knows that there is more to come, and comes back. */
        http_stream_abort(exchange);
    }
}

/* As soon as nothing is under way: an operation lives in what the request holds. */
static void end(struct subscription *sub)
{
    if (sub->feed != NULL) {
        live_unsubscribe(sub->feed);
        sub->feed = NULL;
    }
    sub->over = true;
    if (sub->current == NULL) {
        finish(sub);
    }
}

static void refuse(struct subscription *sub, const struct err *err)
{
    sub->refused = true;
    sub->err = *err;
    end(sub);
}

/* ---- against a model ---- */

static bool prepare(struct subscription *sub, struct err *err)
{
    struct request *request = sub->request;
    struct gql_errors errors = {.arena = &sub->arena, .source = sub->asked.source};
    struct gql_prepared prepared;
    if (!gql_prepare(&sub->arena, schema_set_get(sub->schemas, request->graphql->endpoint), sub->asked.source,
                     sub->asked.operation_name, sub->asked.variables, sub->asked.limits, &prepared, &errors)) {
        return err_fail_tag(err, ERR_INVALID, "GRAPHQL_VALIDATION_FAILED", "%.*s", STR_ARG(errors.first->message));
    }
    const struct gql_selected *root = prepared.first;
    if (root->field == &gql_typename_field || gql_is_introspection(root)) {
        return err_fail_tag(err, ERR_INVALID, "BAD_USER_INPUT", "A subscription selects a field of Subscription");
    }
    return resolve_event(&sub->arena, root, &request->worker->settings->graphql.resolve, request_now_us(),
                         &sub->resolved, err) &&
           policy_check(request->role, &sub->resolved.plan, err);
}

/* The model has moved. The document is judged anew, as if it came now. */
static bool follow_model(struct subscription *sub)
{
    struct request *request = sub->request;
    struct request_worker *worker = request->worker;
    struct err err;
    if (request->model == worker->model || schema_set_get(worker->schemas, request->graphql->endpoint) == NULL) {
        return true;
    }
    struct uuid object_id = sub->resolved.plan.object->id;
    arena_reset(&sub->arena);
    schema_set_unref(sub->schemas);
    sub->schemas = schema_set_ref(worker->schemas);
    model_unref(request->model);
    request->model = model_ref(worker->model);
    if (!prepare(sub, &err)) {
        refuse(sub, &err);
        return false;
    }
    if (!uuid_eq(&object_id, &sub->resolved.plan.object->id)) {
        err_fail_tag(&err, ERR_INVALID, "BAD_USER_INPUT",
                     "The data model has changed: this name is another object's now. Subscribe again");
        refuse(sub, &err);
        return false;
    }
    return true;
}

/* Its key may have been revoked, have expired, or have got another role. */
static bool follow_key(struct subscription *sub)
{
    struct request *request = sub->request;
    struct err err;
    if (!request_follow_key(request, &err) || !policy_check(request->role, &sub->resolved.plan, &err)) {
        refuse(sub, &err);
        return false;
    }
    return true;
}

/* ---- events ---- */

static void drain(struct subscription *sub);

static void on_room(struct http_exchange *exchange)
{
    struct subscription *sub = exchange->user;
    sub->no_room = false;
    drain(sub);
}

static void write_event(struct subscription *sub, const char *id, const struct event *event,
                        const struct record_set *records)
{
    struct http_exchange *exchange = sub->request->exchange;
    struct strbuf *body = &exchange->body;
    transport_begin_next(body, str_from(id));
    strbuf_puts(body, "{\"data\":{\"");
    strbuf_put(body, sub->resolved.root->key);
    strbuf_puts(body, "\":");
    resolve_put_event(body, &sub->scratch, &sub->resolved, event, records);
    strbuf_puts(body, "}}");
    transport_end_next(body);
    if (body->overflowed) {
        struct err err;
        strbuf_clear(body);
        err_fail_tag(&err, ERR_INVALID, "TOO_COMPLEX_QUERY", "An event is longer than the server answers (%zu bytes)",
                     sub->request->worker->settings->max_answer);
        refuse(sub, &err);
        return;
    }
    metric_add(&metrics[METRIC_EVENTS], 1);
    send(sub);
    sub->no_room = !http_stream_room(exchange, on_room);
}

static void on_fetched(void *context, const struct plan_result *result, const struct pg_failure *failure)
{
    struct subscription *sub = context;
    struct waiting *waiting = sub->current;
    sub->current = NULL;
    sub->request->database_us += sub->operation.database_us;
    if (sub->over) {
        free(waiting);
        finish(sub);
        return;
    }
    if (failure != NULL) {
        free(waiting);
        refuse(sub, &failure->err);
        return;
    }
    write_event(sub, waiting->id, &waiting->event, &result->records);
    free(waiting);
    if (!sub->over) {
        drain(sub);
    }
}

/* The record's relations, as they are now. */
static void fetch(struct subscription *sub, struct waiting *waiting)
{
    struct value **rows = ARENA_ARRAY(&sub->scratch, struct value *, 1);
    rows[0] = sub->row;
    sub->current = waiting;
    sub->operation = (struct operation){0};
    request_equip(sub->request, &sub->operation);
    sub->operation.arena = &sub->scratch;
    sub->operation.plan = sub->resolved.plan;
    sub->operation.context = sub;
    sub->operation.on_done = on_fetched;
    operation_complete(&sub->operation, rows, 1);
}

/* The event's record as values; false when it is not for this subscription. */
static bool read_row(struct subscription *sub, const struct event *event)
{
    static const struct json_limits limits = {.max_depth = 128, .max_nodes = RECORD_NODES_MAX};
    const struct object *object = sub->resolved.plan.object;
    arena_reset(&sub->scratch);
    const struct json *json = json_parse(&sub->scratch, event->record, &limits, NULL);
    sub->row = ARENA_ARRAY(&sub->scratch, struct value, object->column_count);
    return json != NULL && record_read_json(&sub->scratch, object, json, sub->row) &&
           filter_matches(sub->resolved.plan.filter, sub->row);
}

static struct waiting *copy_of(const char *id, const struct event *event)
{
    size_t bytes = event->record.len + event->updated_fields.len;
    struct waiting *waiting = xmalloc(sizeof *waiting + bytes);
    waiting->link = (struct list){0};
    snprintf(waiting->id, sizeof waiting->id, "%s", id);
    waiting->bytes = sizeof *waiting + bytes;
    waiting->event = *event;
    memcpy(waiting->texts, event->record.ptr, event->record.len);
    waiting->event.record = str_of(waiting->texts, event->record.len);
    if (event->updated_fields.len > 0) {
        memcpy(waiting->texts + event->record.len, event->updated_fields.ptr, event->updated_fields.len);
        waiting->event.updated_fields = str_of(waiting->texts + event->record.len, event->updated_fields.len);
    }
    waiting->event.object_name = STR_EMPTY;
    return waiting;
}

static bool must_wait(const struct subscription *sub)
{
    return sub->current != NULL || sub->no_room || !list_empty(&sub->queue);
}

/* `waiting` is the event's own copy, or NULL: made when it is needed. Values may lie in the event's text. */
static void take(struct subscription *sub, const char *id, const struct event *event, struct waiting *waiting)
{
    bool related = plan_selection_fetches(&sub->resolved.plan.selection);
    if (related && waiting == NULL) {
        waiting = copy_of(id, event);
        event = &waiting->event;
    }
    if (!read_row(sub, event)) {
        free(waiting);
    } else if (related) {
        fetch(sub, waiting);
    } else {
        struct value *rows[] = {sub->row};
        struct record_set records = {
            .object = sub->resolved.plan.object, .selection = &sub->resolved.plan.selection, .rows = rows, .count = 1};
        write_event(sub, id, event, &records);
        free(waiting);
    }
}

static void drain(struct subscription *sub)
{
    while (!sub->over && sub->current == NULL && !sub->no_room && !list_empty(&sub->queue) && follow_model(sub)) {
        struct waiting *waiting = LIST_ENTRY(sub->queue.next, struct waiting, link);
        list_remove(&waiting->link);
        sub->queued_bytes -= waiting->bytes;
        take(sub, waiting->id, &waiting->event, waiting);
    }
}

static void wait_in_line(struct subscription *sub, const char *id, const struct event *event)
{
    struct waiting *waiting = copy_of(id, event);
    list_push_back(&sub->queue, &waiting->link);
    sub->queued_bytes += waiting->bytes;
    if (sub->queued_bytes > WAITING_BYTES) {
        struct err err;
        metric_add(&metrics[METRIC_SLOW], 1);
        err_fail_tag(&err, ERR_LIMITED, "SUBSCRIBER_TOO_SLOW",
                     "Events come faster than this subscription takes them. Subscribe again from the last event's id");
        refuse(sub, &err);
    }
}

static void feed_on_event(void *context, const char *id, const struct event *event)
{
    struct subscription *sub = context;
    if (sub->over || event->action != sub->resolved.action) {
        return;
    }
    if (must_wait(sub)) {
        wait_in_line(sub, id, event);
    } else if (follow_model(sub)) {
        take(sub, id, event, NULL);
    }
}

static void feed_on_ready(void *context)
{
    struct subscription *sub = context;
    struct request *request = sub->request;
    request_add_header(request, "X-Request-Id", request->id);
    request_add_header(request, "Cache-Control", STR("no-store"));
    request_add_header(request, "X-Accel-Buffering", STR("no"));
    struct http_reply reply = {.status = 200,
                               .content_type = transport_content_type(TRANSPORT_EVENTS),
                               .headers = request->headers,
                               .header_count = request->header_count};
    sub->begun = true;
    metric_add(&metrics[METRIC_OPEN], 1);
    metric_add(&metrics[METRIC_STARTED], 1);
    http_stream_begin(request->exchange, &reply);
    transport_put_heartbeat(&request->exchange->body);
    send(sub);
    loop_timer_start(&sub->tick, TICK_US);
}

static void feed_on_end(void *context, enum live_end why)
{
    struct subscription *sub = context;
    struct err err = {0};
    sub->feed = NULL;
    switch (why) {
    case LIVE_GAP:
        metric_add(&metrics[METRIC_GAPS], 1);
        err_fail_tag(&err, ERR_UNAVAILABLE, "EVENTS_MISSED",
                     "Events may have been missed. Read what you need anew, then subscribe again");
        break;
    case LIVE_FAILED:
        err_fail_tag(&err, ERR_UNAVAILABLE, "SERVICE_UNAVAILABLE", "Live changes are not to be had at the moment");
        break;
    case LIVE_STOPPED:
        err_fail_tag(&err, ERR_UNAVAILABLE, "SERVICE_UNAVAILABLE", "The server is going down");
        if (sub->begun) {
            end(sub);
            return;
        }
        break;
    }
    refuse(sub, &err);
}

static const struct live_callbacks feed_callbacks = {
    .on_ready = feed_on_ready, .on_event = feed_on_event, .on_end = feed_on_end};

static void subscription_on_tick(void *context)
{
    struct subscription *sub = context;
    struct http_exchange *exchange = sub->request->exchange;
    loop_timer_start(&sub->tick, TICK_US);
    if (sub->over) {
        return;
    }
    if (exchange->gone) {
        end(sub);
        return;
    }
    /* An operation under way still uses the old model. */
    if (!follow_key(sub) || (sub->current == NULL && !follow_model(sub))) {
        return;
    }
    if (++sub->quiet_ticks >= HEARTBEAT_TICKS) {
        transport_put_heartbeat(&exchange->body);
        send(sub);
    }
}

void subscription_start(struct request *request, const struct subscription_asked *asked)
{
    struct subscription *sub = ARENA_NEW(request->arena, struct subscription);
    struct request_worker *worker = request->worker;
    struct err err;
    *sub = (struct subscription){
        .request = request, .asked = *asked, .schemas = schema_set_ref(request->graphql->schemas)};
    list_init(&sub->queue);
    loop_timer_init(&sub->tick, worker->executor.loop, subscription_on_tick, sub);
    strbuf_clear(&request->exchange->body);
    request->exchange->user = sub;
    if (!prepare(sub, &err)) {
        refuse(sub, &err);
        return;
    }
    sub->feed =
        live_subscribe(worker->live, &request->key_id, &sub->resolved.plan.object->id,
                       http_header_get(&request->exchange->request, "last-event-id"), &feed_callbacks, sub, &err);
    if (sub->feed == NULL) {
        refuse(sub, &err);
    }
}
