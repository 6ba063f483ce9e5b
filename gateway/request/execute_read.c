/*
 * Reads. A page and its count are asked for together and answered together. The count of a filtered list may be dear,
 * so it runs on the slow pool and never holds up a stranger's page; so does a page that no index answers.
 */
#include "gateway/record/record_json.h"
#include "gateway/request/record_set.h"

#include "common/text/json_read.h"

struct reading {
    struct request *request;
    unsigned pending; /* jobs not answered yet */
    bool failed;
    struct pg_failure failure;
    struct pg_job count_job;
    struct pg_command count_command;
    struct rest_page_info page;
};

static bool read_row(struct request *request, const struct object *object, const struct pg_result *result, size_t row,
                     struct value *values, bool keep)
{
    for (size_t i = 0; i < object->column_count; i++) {
        struct str bytes = STR_EMPTY;
        bool present = pg_value(result, row, i, &bytes);
        if (keep) {
            bytes = arena_copy(request->arena, bytes);
        }
        if (!value_from_pg(request->arena, object->columns[i].kind, bytes, !present, &values[i])) {
            return false;
        }
    }
    return true;
}

bool request_kept_row(struct request *request, const struct object *object, const struct pg_result *result, size_t row,
                      struct value *values)
{
    return read_row(request, object, result, row, values, true);
}

/* One record. */

static void on_one(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    if (pg_rows(results[0]) == 0) {
        request_not_found(request);
        return;
    }
    const struct object *object = request->plan.object;
    struct value **rows = ARENA_ARRAY(request->arena, struct value *, 1);
    rows[0] = ARENA_ARRAY(request->arena, struct value, object->column_count);
    bool keep = request->plan.selection.relation_count > 0;
    if (read_row(request, object, results[0], 0, rows[0], keep)) {
        request_answer_records(request, rows, 1);
    } else {
        request_fail_pg(request, &request_foreign_value);
    }
}

static void read_one(struct request *request)
{
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, &request->plan.id);
    request->commands[0] =
        (struct pg_command){&model_statements(request->model, request->plan.object)->read_one, params};
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = request->commands,
                                   .command_count = 1,
                                   .cost = 1,
                                   .on_done = on_one,
                                   .context = request};
    pg_submit(request->worker->fast, &request->job);
}

/* Many records. */

static struct reading *reading_of(struct request *request)
{
    return request->exchange->user;
}

/* Called as each part of the answer arrives; the last one ends the request. */
static void part_done(struct reading *reading)
{
    struct request *request = reading->request;
    if (--reading->pending > 0) {
        return;
    }
    if (reading->failed) {
        request_fail_pg(request, &reading->failure);
        return;
    }
    struct rest_page_info *page = &reading->page;
    rest_put_page_end(&request->exchange->body, request->arena, &request->plan, page);
    request_finish(request, 200);
}

static bool note_failure(struct reading *reading, const struct pg_failure *failure)
{
    if (failure != NULL && !reading->failed) {
        reading->failed = true;
        reading->failure = *failure;
    }
    return failure != NULL;
}

/* The values of the order's terms in one row of the result: what a cursor to it is made of. */
static const struct value *order_values(struct request *request, const struct pg_result *result, size_t row)
{
    const struct plan *plan = &request->plan;
    size_t places[ORDER_TERMS_MAX];
    struct value *values = ARENA_ARRAY(request->arena, struct value, plan->order_count);
    sql_page_places(plan, places);
    for (size_t i = 0; i < plan->order_count; i++) {
        struct str bytes = STR_EMPTY;
        enum column_kind kind = plan->order[i].path.column->kind;
        bool present = pg_value(result, row, places[i], &bytes);
        if (!value_from_pg(request->arena, kind, arena_copy(request->arena, bytes), !present, &values[i])) {
            values[i] = value_null(kind);
        }
    }
    return values;
}

/* The row at `place` of the page: a backward page comes in reverse. */
static size_t row_at(const struct plan_page *asked, size_t count, size_t place)
{
    return asked->backward ? count - 1 - place : place;
}

static void fill_page(struct request *request, const struct pg_result *rows, size_t count, struct rest_page_info *page)
{
    const struct plan_page *asked = &request->plan.page;
    bool more = pg_rows(rows) > asked->limit;
    page->has_next = asked->backward || more;
    page->has_previous = asked->backward ? more : asked->cursor != NULL;
    if (count > 0) {
        page->first = order_values(request, rows, row_at(asked, count, 0));
        page->last = order_values(request, rows, row_at(asked, count, count - 1));
    }
}

static bool put_rows(struct request *request, const struct pg_result *rows, size_t count)
{
    const struct plan *plan = &request->plan;
    const struct object *object = plan->object;
    struct value *values = ARENA_ARRAY(request->arena, struct value, object->column_count);
    struct strbuf *body = &request->exchange->body;
    for (size_t place = 0; place < count; place++) {
        if (!read_row(request, object, rows, row_at(&plan->page, count, place), values, false)) {
            return false;
        }
        strbuf_puts(body, place == 0 ? "" : ",");
        record_put_json(body, object, plan->selection.fields, plan->selection.count, values);
    }
    return true;
}

static bool keep_rows(struct request *request, const struct pg_result *rows, size_t count)
{
    const struct plan *plan = &request->plan;
    struct value **kept = ARENA_ARRAY(request->arena, struct value *, count + 1);
    for (size_t place = 0; place < count; place++) {
        kept[place] = ARENA_ARRAY(request->arena, struct value, plan->object->column_count);
        if (!read_row(request, plan->object, rows, row_at(&plan->page, count, place), kept[place], true)) {
            return false;
        }
    }
    request->answer =
        (struct record_set){.object = plan->object, .selection = &plan->selection, .rows = kept, .count = count};
    return true;
}

static void on_fetched(struct request *request, const struct pg_failure *failure)
{
    struct reading *reading = reading_of(request);
    struct strbuf *body = &request->exchange->body;
    struct rest_cut *cuts = NULL;
    if (note_failure(reading, failure)) {
        part_done(reading);
        return;
    }
    for (size_t i = 0; i < request->answer.count; i++) {
        strbuf_puts(body, i == 0 ? "" : ",");
        record_set_put(body, &request->answer, i);
    }
    strbuf_put_char(body, ']');
    reading->page.cut_count = record_set_cuts(request->arena, &request->answer, &cuts);
    reading->page.cuts = cuts;
    part_done(reading);
}

static void on_page(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct reading *reading = context;
    struct request *request = reading->request;
    const struct plan *plan = &request->plan;
    if (note_failure(reading, failure)) {
        part_done(reading);
        return;
    }
    size_t found = pg_rows(results[0]);
    size_t count = found > plan->page.limit ? plan->page.limit : found;
    fill_page(request, results[0], count, &reading->page);
    if (request->job.command_count == 2) {
        struct str total;
        reading->page.total = pg_value(results[1], 0, 0, &total) ? pg_get_int8(total) : 0;
    }
    rest_put_data_begin(&request->exchange->body, plan);
    strbuf_put_char(&request->exchange->body, '[');
    bool related = plan->selection.relation_count > 0;
    if (!(related ? keep_rows(request, results[0], count) : put_rows(request, results[0], count))) {
        note_failure(reading, &request_foreign_value);
        part_done(reading);
    } else if (related) {
        record_set_fetch(request, &request->answer, on_fetched);
    } else {
        strbuf_put_char(&request->exchange->body, ']');
        part_done(reading);
    }
}

/* EXPLAIN's own guess: [{"Plan":{"Plan Rows":n,…}}]. */
static int64_t read_estimate(struct arena *arena, struct str text)
{
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 20000};
    struct json *json = json_parse(arena, text, &limits, NULL);
    const struct json *plan = json_is(json, JSON_ARRAY) ? json_get(json->first, "Plan") : NULL;
    const struct json *rows = json_get(plan, "Plan Rows");
    int64_t estimate = 0;
    return json_is(rows, JSON_NUMBER) && str_to_int64(rows->text, 0, INT64_MAX, &estimate) ? estimate : 0;
}

static void on_count(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct reading *reading = context;
    struct str value;
    if (!note_failure(reading, failure) && pg_value(results[0], 0, 0, &value)) {
        reading->page.estimated = reading->request->plan.page.count == COUNT_ESTIMATED;
        reading->page.total =
            reading->page.estimated ? read_estimate(reading->request->arena, value) : pg_get_int8(value);
    }
    part_done(reading);
}

static void submit_count(struct reading *reading)
{
    struct request *request = reading->request;
    const struct plan *plan = &request->plan;
    bool estimated = plan->page.count == COUNT_ESTIMATED;
    reading->count_command =
        request_bound(request, estimated ? sql_estimate(request->arena, plan) : sql_count(request->arena, plan));
    reading->count_job = (struct pg_job){.kind = PG_READ,
                                         .commands = &reading->count_command,
                                         .command_count = 1,
                                         .cost = 1,
                                         .on_done = on_count,
                                         .context = reading};
    reading->pending++;
    pg_submit(request->worker->slow, &reading->count_job);
}

/* The commonest page has its statements ready. */
static struct pg_command page_command(struct request *request)
{
    const struct plan *plan = &request->plan;
    bool plain = plan->filter == NULL && !plan->page.backward && order_is_id(plan->order, plan->order_count);
    if (!plain) {
        return request_bound(request, sql_page(request->arena, plan));
    }
    const struct object_statements *statements = model_statements(request->model, plan->object);
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 2);
    bool after = plan->page.cursor != NULL;
    if (after) {
        params[0] = param_value(request->arena, &plan->page.cursor[0]);
    }
    /* One more than asked for tells whether there is a next page. */
    params[after ? 1 : 0] = param_int(request->arena, (int64_t)plan->page.limit + 1);
    return (struct pg_command){after ? &statements->read_after : &statements->read_first, params};
}

static void read_many(struct request *request)
{
    const struct plan *plan = &request->plan;
    struct reading *reading = ARENA_NEW(request->arena, struct reading);
    *reading = (struct reading){.request = request, .pending = 1, .page = {.total = -1}};
    request->exchange->user = reading;
    bool all = plan->filter == NULL;
    bool fast = order_is_id(plan->order, plan->order_count) ? all || filter_selective(plan->filter)
                                                            : filter_selective(plan->filter);
    size_t commands = 1;
    request->commands[0] = page_command(request);
    if (all && plan->page.count != COUNT_NONE) {
        struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
        params[0] = (struct pg_param){.value = str_of(plan->object->id_text, UUID_TEXT_LEN)};
        request->commands[commands++] = (struct pg_command){&request->model->live_count, params};
    } else if (!all && plan->page.count != COUNT_NONE) {
        submit_count(reading);
    }
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = request->commands,
                                   .command_count = commands,
                                   .cost = (unsigned)plan->page.limit + 1,
                                   .on_done = on_page,
                                   .context = reading};
    pg_submit(fast ? request->worker->fast : request->worker->slow, &request->job);
}

void execute_read(struct request *request)
{
    if (request->plan.kind == PLAN_READ_MANY) {
        read_many(request);
    } else {
        read_one(request);
    }
}
