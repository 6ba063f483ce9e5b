/*
 * A list as NDJSON: all that match, one record a line, in pages by keyset. The next page is asked for when the client
 * has taken nearly all of the one before, and PostgreSQL finds it while this one is written: memory is that of two
 * pages, however many records there are. Each page sees the records of its moment.
 */
#include "common/http/http_list.h"
#include "common/observe/log.h"
#include "gateway/record/record_json.h"
#include "gateway/request/request_private.h"

/* Pages grow to the most while they are small, and shrink when records turn out to be long. */
enum { PAGE_FIRST = 125, PAGE_MOST = 1000, PAGE_LEAST = 8, PAGE_SMALL_BYTES = 1 << 20, PAGE_LARGE_BYTES = 4 << 20 };
enum { PIECE_BYTES = 64 * 1024 };

struct export
{
    struct request *request;
    struct arena pages[2]; /* of the page in flight and of the one before it: its statement, parameters and cursor */
    struct arena scratch;  /* of `rows` */
    struct value *rows;    /* of the page being written, each by object->columns */
    size_t count;
    bool last;
    struct loop_task turn_task; /* writes them */
    unsigned turn;
    bool begun;
    bool broken; /* a value could not be read: ends as soon as nothing is under way */
    size_t page; /* records of the next page */
    size_t left; /* records that are still wanted */
    size_t bytes;
    size_t page_bytes; /* of the page being written */
};

bool export_wanted(const struct request *request)
{
    struct str accept = http_header_get(&request->exchange->request, "accept");
    return accept.len > 0 && http_list_prefers(accept, STR("application/x-ndjson"), STR("application/json"));
}

static void release(struct export *export)
{
    export->request->arena = &export->request->exchange->arena;
    for (size_t i = 0; i < ARRAY_LEN(export->pages); i++) {
        arena_release(&export->pages[i]);
    }
    arena_release(&export->scratch);
}

static void send(struct export *export)
{
    struct http_exchange *exchange = export->request->exchange;
    export->bytes += exchange->body.len;
    export->page_bytes += exchange->body.len;
    http_stream_send(exchange);
}

static void begin(struct export *export)
{
    struct request *request = export->request;
    request_add_header(request, "X-Request-Id", request->id);
    struct http_reply reply = {.status = 200,
                               .content_type = STR("application/x-ndjson"),
                               .headers = request->headers,
                               .header_count = request->header_count};
    export->begun = true;
    http_stream_begin(request->exchange, &reply);
}

static void end(struct export *export, bool whole)
{
    struct request *request = export->request;
    struct http_exchange *exchange = request->exchange;
    release(export);
    request_observe(request, whole ? 200 : 500, export->bytes);
    request_release(request);
    if (whole) {
        http_stream_end(exchange);
    } else {
        http_stream_abort(exchange);
    }
}

static void fail(struct export *export, const struct pg_failure *failure)
{
    struct request *request = export->request;
    if (!export->begun) {
        release(export);
        request->again.planned = request->model;
        request->again.on_model = records_plan_again;
        request->again.context = request;
        if (request_replans(request, failure, &request->again)) {
            request->failure = *failure;
        } else {
            request_fail_pg(request, failure);
        }
        return;
    }
    /* The status is long out: a connection that is cut short says that it is not whole. */
    log_begin(LOG_LEVEL_WARN, "export_failed");
    log_str("id", request->id);
    log_str("detail", str_from(failure->detail));
    log_end();
    end(export, false);
}

static void on_page(void *context, struct pg_result *const *results, const struct pg_failure *failure);

/* The page behind plan.page.cursor, which lives in the current arena. */
static void ask(struct export *export)
{
    struct request *request = export->request;
    request->arena = &export->pages[export->turn];
    request->operation.plan.page.limit = export->page < export->left ? export->page : export->left;
    request->commands[0] = command_bound(request->arena, sql_page(request->arena, &request->operation.plan));
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = request->commands,
                                   .command_count = 1,
                                   .cost = (unsigned)request->operation.plan.page.limit,
                                   .on_done = on_page,
                                   .context = export};
    pg_submit(request->worker->executor.slow, &request->job);
}

static void on_room(struct http_exchange *exchange)
{
    struct export *export = exchange->user;
    if (exchange->gone || export->broken) {
        end(export, !export->broken);
    } else {
        ask(export);
    }
}

/* The values of the order's terms in the last row, in the arena whose page is done with. */
static bool move_cursor(struct export *export, const struct pg_result *rows)
{
    struct plan *plan = &export->request->operation.plan;
    size_t places[ORDER_TERMS_MAX];
    export->turn ^= 1U;
    struct arena *arena = &export->pages[export->turn];
    arena_reset(arena);
    struct value *values = ARENA_ARRAY(arena, struct value, plan->order_count);
    sql_page_places(plan, places);
    for (size_t i = 0; i < plan->order_count; i++) {
        struct str bytes = STR_EMPTY;
        bool present = pg_value(rows, plan->page.limit - 1, places[i], &bytes);
        if (!value_from_pg(arena, plan->order[i].path.column->kind, arena_copy(arena, bytes), !present, &values[i])) {
            return false;
        }
    }
    plan->page.cursor = values;
    return true;
}

/* Texts outlive the result; the other kinds are decoded into the value. */
static bool keep_value(struct export *export, const struct pg_result *rows, size_t row, const struct column *column,
                       struct value *out)
{
    struct str bytes = STR_EMPTY;
    bool present = pg_value(rows, row, column->index, &bytes);
    bool fixed = column->kind == COLUMN_UUID || column->kind == COLUMN_BOOLEAN || column->kind == COLUMN_FLOAT8 ||
                 column->kind == COLUMN_DATE || column->kind == COLUMN_TIMESTAMPTZ;
    return value_from_pg(&export->scratch, column->kind, fixed ? bytes : arena_copy(&export->scratch, bytes), !present,
                         out);
}

static bool keep_rows(struct export *export, const struct pg_result *rows, size_t count)
{
    const struct object *object = export->request->operation.plan.object;
    arena_reset(&export->scratch);
    export->rows = ARENA_ARRAY(&export->scratch, struct value, count * object->column_count);
    export->count = count;
    for (size_t row = 0; row < count; row++) {
        for (size_t i = 0; i < object->column_count; i++) {
            struct value *value = &export->rows[row * object->column_count + i];
            if (!keep_value(export, rows, row, &object->columns[i], value)) {
                export->count = 0;
                return false;
            }
        }
    }
    return true;
}

static void put_lines(struct export *export)
{
    const struct plan *plan = &export->request->operation.plan;
    const struct object *object = plan->object;
    struct strbuf *body = &export->request->exchange->body;
    for (size_t row = 0; row < export->count; row++) {
        record_put_json(body, object, plan->selection.fields, plan->selection.count,
                        &export->rows[row * object->column_count]);
        strbuf_put_char(body, '\n');
        if (body->len >= PIECE_BYTES) {
            export->broken = export->broken || body->overflowed;
            send(export);
        }
    }
    send(export);
}

/* At the end of the turn, when the question for the next page is out. */
static void export_on_turn(void *context)
{
    struct export *export = context;
    put_lines(export);
    if (export->last) {
        end(export, !export->broken);
    }
}

/* The next page's size, by that of the last one. */
static void size_page(struct export *export)
{
    size_t *limit = &export->page;
    if (export->page_bytes > PAGE_LARGE_BYTES && *limit > PAGE_LEAST) {
        *limit /= 2;
    } else if (export->page_bytes < PAGE_SMALL_BYTES && *limit < PAGE_MOST) {
        *limit *= 2;
    }
    export->page_bytes = 0;
}

static void on_page(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct export *export = context;
    struct http_exchange *exchange = export->request->exchange;
    if (failure != NULL) {
        fail(export, failure);
        return;
    }
    if (exchange->gone || export->broken) {
        end(export, !export->broken);
        return;
    }
    if (!export->begun) {
        begin(export);
    }
    size_t limit = export->request->operation.plan.page.limit;
    size_t count = pg_rows(results[0]) > limit ? limit : pg_rows(results[0]);
    export->left -= count;
    bool more = pg_rows(results[0]) > limit && export->left > 0;
    if (more && !move_cursor(export, results[0])) {
        fail(export, &foreign_value);
        return;
    }
    size_page(export);
    export->last = !more;
    export->broken = !keep_rows(export, results[0], count);
    if (more && http_stream_room(exchange, on_room)) {
        ask(export);
    }
    loop_defer(export->request->worker->executor.loop, &export->turn_task);
}

void handle_export(struct request *request)
{
    struct err err;
    struct plan *plan = &request->operation.plan;
    if (plan->selection.relation_count > 0 || plan->page.backward) {
        err_fail_tag(&err, ERR_INVALID, "INVALID_EXPORT",
                     "An export (application/x-ndjson) has no 'depth' over 0 and no 'ending_before'");
        request_fail(request, &err);
        return;
    }
    struct export *export = ARENA_NEW(request->arena, struct export);
    export->request = request;
    export->turn_task = (struct loop_task){.callback = export_on_turn, .context = export};
    request->exchange->user = export;
    export->page = PAGE_FIRST;
    export->left = plan->page.limit;
    if (export->left == 0 || request->exchange->request.method == HTTP_HEAD) {
        begin(export);
        end(export, true);
    } else {
        ask(export);
    }
}
