/*
 * NDJSON in, one record a line, and one line of report out for each: {"line":1,"id":…} or {"line":2,"error":…}. Lines
 * are taken in batches, each a transaction of its own with its events. A batch that PostgreSQL refuses is done again
 * record by record, so that the refusal lands on the line that earned it. The client's pace of reading holds up the
 * next batch. When the model moves meanwhile, records are read again in the new one, by their names as ever; when the
 * object is gone, or the key may not write it any more, the line where that was noticed says so and is the last.
 */
#include "common/crypto/digest.h"
#include "common/text/json_read.h"
#include "gateway/policy/policy.h"
#include "gateway/request/request_private.h"

struct item {
    size_t line;
    struct str text;
    struct record_input input;
    struct uuid id;
    struct err err;
    bool refused;
};

struct import {
    struct request *request;
    struct str rest; /* of the body; NULL ptr: all is read */
    size_t line;
    struct arena arena; /* of the batch */
    struct item *items;
    size_t item_count;
    size_t *good; /* places of those that are to be written */
    size_t good_count;
    bool singly;
    size_t first; /* of the records in flight, in `good` */
    size_t flying;
    struct event *events;
    size_t bytes;
    bool stopped;
};

static void next_batch(struct import *import);

/* ---- reading ---- */

static bool read_line(struct import *import, struct str *out)
{
    while (import->rest.ptr != NULL && str_split(&import->rest, '\n', out)) {
        import->line++;
        *out = str_trim(*out);
        if (out->len > 0) {
            return true;
        }
    }
    return false;
}

static bool read_record(struct import *import, struct item *item, struct str text, int64_t now_us)
{
    struct request *request = import->request;
    const struct object *object = request->operation.plan.object;
    const struct rest_limits *limits = &request->worker->settings->limits;
    struct json_limits json_limits = {.max_depth = limits->max_json_depth, .max_nodes = limits->max_json_nodes};
    struct json *json = json_parse(request->arena, text, &json_limits, &item->err);
    if (json == NULL) {
        item->err.tag = "BAD_REQUEST";
        return false;
    }
    if (json->type != JSON_OBJECT) {
        return err_fail_tag(&item->err, ERR_INVALID, "INVALID_ARGS_DATA", "A record must be a JSON object, not %s",
                            json_type_name(json));
    }
    uint8_t random[16];
    random_bytes(random, sizeof random);
    struct uuid fresh = uuid_v7(now_us / 1000, random);
    if (!record_input_read(request->arena, object, json, RECORD_INPUT_CREATE, now_us, &item->input, &item->err) ||
        !policy_check_input(request->role, object, &item->input, &item->err)) {
        return false;
    }
    if (item->input.connect_count > 0) {
        return err_fail_tag(&item->err, ERR_INVALID, "CONNECT_NOT_ALLOWED",
                            "An import does not look records up: set \"%.*sId\" instead of connect",
                            STR_ARG(item->input.connects[0].field->name));
    }
    if (!record_input_complete(request->arena, object, &item->input, &fresh, now_us, item->line, &request->actor,
                               &item->err)) {
        return false;
    }
    item->id = item->input.values[object->id_column->index].as.uuid;
    return true;
}

static void read_batch(struct import *import)
{
    struct request *request = import->request;
    size_t most = request->worker->settings->limits.max_batch;
    int64_t now_us = request_now_us();
    struct str text;
    import->items = ARENA_ARRAY(request->arena, struct item, most);
    import->good = ARENA_ARRAY(request->arena, size_t, most);
    import->item_count = 0;
    import->good_count = 0;
    import->singly = false;
    while (import->item_count < most && read_line(import, &text)) {
        struct item *item = &import->items[import->item_count];
        item->line = import->line;
        item->text = text;
        item->refused = !read_record(import, item, text, now_us);
        if (!item->refused) {
            import->good[import->good_count++] = import->item_count;
        }
        import->item_count++;
    }
}

/* ---- the report ---- */

static void report(struct import *import)
{
    struct strbuf *body = &import->request->exchange->body;
    for (size_t i = 0; i < import->item_count; i++) {
        const struct item *item = &import->items[i];
        strbuf_printf(body, "{\"line\":%zu,", item->line);
        if (item->refused) {
            strbuf_puts(body, "\"error\":");
            rest_put_error(body, rest_error_status(&item->err), &item->err);
        } else {
            strbuf_puts(body, "\"id\":\"");
            uuid_put(body, &item->id);
            strbuf_put_char(body, '"');
        }
        strbuf_puts(body, "}\n");
    }
    import->bytes += body->len;
}

static void end(struct import *import)
{
    struct request *request = import->request;
    struct http_exchange *exchange = request->exchange;
    request->arena = &exchange->arena;
    arena_release(&import->arena);
    request_observe(request, 200, import->bytes);
    request_release(request);
    http_stream_end(exchange);
}

static void on_room(struct http_exchange *exchange)
{
    struct import *import = exchange->user;
    if (exchange->gone) {
        end(import);
    } else {
        next_batch(import);
    }
}

/* Through the loop's queue: lines that are all refused must not keep other requests waiting. */
static void on_turn(void *context)
{
    struct import *import = context;
    next_batch(import);
}

static void batch_done(struct import *import)
{
    struct http_exchange *exchange = import->request->exchange;
    report(import);
    if (import->stopped || exchange->gone || import->rest.ptr == NULL) {
        end(import);
        return;
    }
    http_stream_send(exchange);
    if (http_stream_room(exchange, on_room)) {
        loop_post(import->request->worker->executor.loop, on_turn, import);
    }
}

/* ---- a model or a key that changes meanwhile ---- */

/* The object as it is now, by the id of the one that was asked for. */
static bool follow_model(struct import *import, struct model *newer, struct err *err)
{
    struct request *request = import->request;
    struct plan *plan = &request->operation.plan;
    const struct object *object = catalogue_object(newer->catalogue, &plan->object->id);
    if (object == NULL || !object->active) {
        return err_fail_tag(err, ERR_NOT_FOUND, "OBJECT_METADATA_NOT_FOUND",
                            "The object was deleted or deactivated while the import ran: this line and those behind it "
                            "were not imported");
    }
    plan->object = object;
    if (request->model != newer) {
        model_ref(newer);
        model_unref(request->model);
        request->model = newer;
        request->operation.model = newer;
    }
    return true;
}

/* An import may take longer than a key's life. */
static bool follow_key(struct import *import, struct err *err)
{
    struct request *request = import->request;
    return request_follow_key(request, err) &&
           (policy_may(request->role, request->operation.plan.object, RIGHT_UPDATE) || policy_deny(err));
}

/* The next line is refused, and is the last one. */
static void stop_here(struct import *import, const struct err *err)
{
    struct str text;
    import->stopped = true;
    import->item_count = 0;
    if (read_line(import, &text)) {
        import->items = ARENA_NEW(import->request->arena, struct item);
        import->items[0] = (struct item){.line = import->line, .text = text, .refused = true, .err = *err};
        import->item_count = 1;
    }
    batch_done(import);
}

/* ---- writing ---- */

static void write_some(struct import *import, size_t first, size_t count);

/* Is it the record's own fault? */
static bool is_refusal(const struct pg_failure *failure)
{
    return failure->err.code == ERR_CONFLICT || failure->err.code == ERR_INVALID;
}

static void refuse_flying(struct import *import, const struct pg_failure *failure)
{
    for (size_t i = 0; i < import->flying; i++) {
        struct item *item = &import->items[import->good[import->first + i]];
        item->refused = true;
        item->err = failure->err;
        item->err.tag = failure_tag(failure);
    }
}

/* The database is away or too slow: what has not been tried is not reported, so it can be sent again. */
static void give_up(struct import *import, const struct pg_failure *failure)
{
    import->stopped = true;
    refuse_flying(import, failure);
    while (import->singly && ++import->first < import->good_count) {
        import->flying = 1;
        refuse_flying(import, failure);
    }
    batch_done(import);
}

/* Those of the batch that are not written yet, read once more in the newer model. */
static void write_again(void *context, struct model *newer)
{
    struct import *import = context;
    struct err err;
    if (newer == NULL) {
        give_up(import, &import->request->failure);
        return;
    }
    bool there = follow_model(import, newer, &err);
    int64_t now_us = request_now_us();
    size_t kept = import->first;
    for (size_t i = import->first; i < import->good_count; i++) {
        struct item *item = &import->items[import->good[i]];
        item->refused = !there || !read_record(import, item, item->text, now_us);
        if (!there) {
            item->err = err;
        } else if (!item->refused) {
            import->good[kept++] = import->good[i];
        }
    }
    import->good_count = kept;
    import->stopped = !there;
    if (import->first < kept) {
        write_some(import, import->first, import->singly ? 1 : kept - import->first);
    } else {
        batch_done(import);
    }
}

static void on_written(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct import *import = context;
    struct request *request = import->request;
    request_note_job(request, &request->job);
    request->again.planned = request->model;
    request->again.on_model = write_again;
    request->again.context = import;
    if (failure != NULL && request_replans(request, failure, &request->again)) {
        request->failure = *failure;
        return;
    }
    if (failure == NULL) {
        write_publish(&request->operation, import->events, import->flying, results[1]);
    } else if (is_refusal(failure) && import->flying > 1) {
        import->singly = true;
        write_some(import, 0, 1);
        return;
    } else if (is_refusal(failure)) {
        refuse_flying(import, failure);
    } else {
        give_up(import, failure);
        return;
    }
    if (import->singly && import->first + 1 < import->good_count) {
        write_some(import, import->first + 1, 1);
    } else {
        batch_done(import);
    }
}

static void write_some(struct import *import, size_t first, size_t count)
{
    struct request *request = import->request;
    const struct object *object = request->operation.plan.object;
    struct change *changes = ARENA_ARRAY(request->arena, struct change, count);
    for (size_t i = 0; i < count; i++) {
        changes[i] = (struct change){.object = object,
                                     .action = EVENT_CREATED,
                                     .values = import->items[import->good[first + i]].input.values,
                                     .delta = 1};
    }
    import->first = first;
    import->flying = count;
    import->events = write_events(&request->operation, changes, count, request_now_us());
    request->commands[0] = write_insert(&request->operation, object, changes, count);
    request->commands[1] = write_outbox(&request->operation, import->events, changes, count);
    request->job = (struct pg_job){.kind = PG_WRITE,
                                   .commands = request->commands,
                                   .command_count = 2,
                                   .cost = (unsigned)count,
                                   .on_done = on_written,
                                   .context = import};
    pg_submit(request->worker->executor.fast, &request->job);
}

static void next_batch(struct import *import)
{
    if (import->request->exchange->gone) {
        end(import);
        return;
    }
    struct err err;
    arena_reset(&import->arena);
    if (!follow_model(import, import->request->worker->model, &err) || !follow_key(import, &err)) {
        stop_here(import, &err);
        return;
    }
    request_equip(import->request, &import->request->operation);
    import->request->again.times = 0;
    read_batch(import);
    if (import->good_count > 0) {
        write_some(import, 0, import->good_count);
    } else {
        batch_done(import);
    }
}

void handle_import(struct request *request)
{
    struct import *import = ARENA_NEW(request->arena, struct import);
    import->request = request;
    import->rest = request->exchange->request.body;
    if (import->rest.ptr == NULL) {
        import->rest = STR("");
    }
    request_add_header(request, "X-Request-Id", request->id);
    struct http_reply reply = {.status = 200,
                               .content_type = STR("application/x-ndjson"),
                               .headers = request->headers,
                               .header_count = request->header_count};
    http_stream_begin(request->exchange, &reply);
    request->exchange->user = import;
    request->replan.arena = request->arena;
    request->arena = &import->arena;
    next_batch(import);
}
