/* Reads: one statement for a record; for a page, the page and the count in one pipeline segment. */
#include "gateway/record/record_json.h"
#include "gateway/request/request_private.h"

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
            struct err err;
            err_fail_tag(&err, ERR_INTERNAL, "INTERNAL_SERVER_ERROR", "Field \"%.*s\" holds a value of another type",
                         STR_ARG(object->columns[i].field->name));
            request_fail(request, &err);
            return false;
        }
    }
    return true;
}

bool request_row(struct request *request, const struct object *object, const struct pg_result *result, size_t row,
                 struct value *values)
{
    return read_row(request, object, result, row, values, false);
}

bool request_kept_row(struct request *request, const struct object *object, const struct pg_result *result, size_t row,
                      struct value *values)
{
    return read_row(request, object, result, row, values, true);
}

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
    struct value *values = ARENA_ARRAY(request->arena, struct value, object->column_count);
    if (request_row(request, object, results[0], 0, values)) {
        request_answer_record(request, values);
    }
}

static bool put_rows(struct request *request, const struct pg_result *rows, size_t count, struct rest_page_info *page)
{
    const struct plan *plan = &request->plan;
    const struct object *object = plan->object;
    struct value *values = ARENA_ARRAY(request->arena, struct value, object->column_count);
    struct strbuf *body = &request->exchange->body;
    strbuf_put_char(body, '[');
    for (size_t row = 0; row < count; row++) {
        if (!request_row(request, object, rows, row, values)) {
            return false;
        }
        if (row > 0) {
            strbuf_put_char(body, ',');
        }
        record_put_json(body, object, plan->selection.fields, plan->selection.count, values);
        page->last = values[object->id_column->index].as.uuid;
        if (row == 0) {
            page->first = page->last;
        }
    }
    strbuf_put_char(body, ']');
    return true;
}

static void on_many(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    const struct plan_page *asked = &request->plan.page;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    size_t found = pg_rows(results[0]);
    size_t count = found > asked->limit ? asked->limit : found;
    struct str total = STR_EMPTY;
    struct rest_page_info page = {
        .has_next = found > asked->limit, .has_previous = asked->after_given, .empty = count == 0, .total_known = true};
    if (pg_rows(results[1]) == 1 && pg_value(results[1], 0, 0, &total)) {
        page.total = pg_get_int8(total);
    }
    rest_put_data_begin(&request->exchange->body, &request->plan);
    if (put_rows(request, results[0], count, &page)) {
        rest_put_page_end(&request->exchange->body, &page);
        request_finish(request, 200);
    }
}

static void submit(struct request *request, size_t count, unsigned cost,
                   void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *))
{
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = request->commands,
                                   .command_count = count,
                                   .cost = cost,
                                   .on_done = on_done,
                                   .context = request};
    pg_submit(request->worker->fast, &request->job);
}

static void read_many(struct request *request)
{
    const struct object *object = request->plan.object;
    const struct plan_page *page = &request->plan.page;
    const struct object_statements *statements = model_statements(request->model, object);
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 3);
    size_t count = 0;
    if (page->after_given) {
        params[count++] = param_uuid(request->arena, &page->after);
    }
    /* One more than asked for tells whether there is a next page. */
    params[count++] = param_int(request->arena, (int64_t)page->limit + 1);
    params[count] = (struct pg_param){.value = str_of(object->id_text, UUID_TEXT_LEN)};
    request->commands[0] =
        (struct pg_command){page->after_given ? &statements->read_after : &statements->read_first, params};
    request->commands[1] = (struct pg_command){&request->model->live_count, &params[count]};
    submit(request, 2, (unsigned)page->limit + 1, on_many);
}

void execute_read(struct request *request)
{
    if (request->plan.kind == PLAN_READ_MANY) {
        read_many(request);
        return;
    }
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, &request->plan.id);
    request->commands[0] =
        (struct pg_command){&model_statements(request->model, request->plan.object)->read_one, params};
    submit(request, 1, 1, on_one);
}
