/*
 * Reads. A page and its count are asked for together and answered together. The count of a filtered list may be dear,
 * so it runs on the slow pool and never holds up a stranger's page; so does a page that no index answers.
 */
#include "gateway/execute/record_set.h"

#include "common/text/json_read.h"

enum { NOWHERE = SIZE_MAX };

struct reading {
    struct operation *operation;
    unsigned pending; /* jobs not answered yet */
    bool failed;
    struct pg_failure failure;
    /* Places among the commands of the page's job, and of the one on the slow pool; NOWHERE: not asked for. */
    size_t page_at;
    size_t live_at;
    size_t count_at;
    size_t aggregates_at;
    struct pg_job slow_job;
    struct pg_command slow_commands[2];
};

/* One record. */

static void on_one(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    if (pg_rows(results[0]) == 0) {
        operation_not_found(operation);
        return;
    }
    const struct object *object = operation->plan.object;
    struct value **rows = ARENA_ARRAY(operation->arena, struct value *, 1);
    rows[0] = ARENA_ARRAY(operation->arena, struct value, object->column_count);
    operation->result.version = operation->versioned ? operation_row_version(object, results[0]) : 0;
    bool keep = plan_selection_fetches(&operation->plan.selection);
    if (operation_read_row(operation, object, results[0], 0, 0, rows[0], keep)) {
        operation_answer(operation, rows, 1);
    } else {
        operation_fail_pg(operation, &foreign_value);
    }
}

static void read_one(struct operation *operation)
{
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 1);
    params[0] = param_uuid(operation->arena, &operation->plan.id);
    operation->commands[0] =
        (struct pg_command){&model_statements(operation->model, operation->plan.object)->read_one, params};
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = operation->commands,
                                     .command_count = 1,
                                     .cost = 1,
                                     .on_done = on_one,
                                     .context = operation});
}

/* Many records. */

/* Called as each part of the answer arrives; the last one ends the operation. */
static void part_done(struct reading *reading)
{
    struct operation *operation = reading->operation;
    if (--reading->pending > 0) {
        return;
    }
    if (reading->failed) {
        operation_fail_pg(operation, &reading->failure);
    } else {
        operation_end(operation);
    }
}

static bool note_failure(struct reading *reading, const struct pg_failure *failure)
{
    if (failure != NULL && !reading->failed) {
        reading->failed = true;
        reading->failure = *failure;
    }
    return failure != NULL;
}

/* The values of the order's terms in one row of the page: what a cursor to it is made of. */
static const struct value *order_values(struct operation *operation, const struct pg_result *result, size_t row)
{
    const struct plan *plan = &operation->plan;
    size_t places[ORDER_TERMS_MAX];
    sql_page_places(plan, places);
    return operation_order_values(operation, plan->order, plan->order_count, places, result, row);
}

/* The row at `place` of the page: a backward page comes in reverse. */
static size_t row_at(const struct plan_page *asked, size_t count, size_t place)
{
    return asked->backward ? count - 1 - place : place;
}

static void fill_page(struct operation *operation, const struct pg_result *rows, size_t count)
{
    const struct plan_page *asked = &operation->plan.page;
    struct result_page *page = &operation->result.page;
    bool more = pg_rows(rows) > asked->limit;
    page->has_next = asked->backward || more;
    page->has_previous = asked->backward ? more : asked->cursor != NULL || asked->offset > 0;
    if (count > 0) {
        page->first = order_values(operation, rows, row_at(asked, count, 0));
        page->last = order_values(operation, rows, row_at(asked, count, count - 1));
    }
}

/* The page is not held: each row is taken as it is read. */
static bool pass_rows(struct operation *operation, const struct pg_result *rows, size_t count)
{
    const struct plan *plan = &operation->plan;
    struct value *values = ARENA_ARRAY(operation->arena, struct value, plan->object->column_count);
    for (size_t place = 0; place < count; place++) {
        size_t row = row_at(&plan->page, count, place);
        if (!operation_read_row(operation, plan->object, rows, row, 0, values, false)) {
            return false;
        }
        operation->on_row(operation->context, values);
    }
    operation_records(operation, NULL, 0);
    return true;
}

/* The page, whose values are copied when they must outlive the rows. */
static bool hold_rows(struct operation *operation, const struct pg_result *rows, size_t count, bool keep)
{
    const struct plan *plan = &operation->plan;
    struct value **held = ARENA_ARRAY(operation->arena, struct value *, count + 1);
    const struct value **orders = ARENA_ARRAY(operation->arena, const struct value *, count + 1);
    for (size_t place = 0; place < count; place++) {
        size_t row = row_at(&plan->page, count, place);
        held[place] = ARENA_ARRAY(operation->arena, struct value, plan->object->column_count);
        if (!operation_read_row(operation, plan->object, rows, row, 0, held[place], keep)) {
            return false;
        }
        orders[place] = plan->page.cursors ? order_values(operation, rows, row) : NULL;
    }
    operation_records(operation, held, count);
    operation->result.records.orders = plan->page.cursors ? orders : NULL;
    return true;
}

static void on_fetched(struct operation *operation, const struct pg_failure *failure)
{
    struct reading *reading = operation->work;
    (void)note_failure(reading, failure);
    part_done(reading);
}

/* The page itself; false when it could not be read. A page whose records have relations goes on with those. */
static bool take_page(struct reading *reading, const struct pg_result *rows)
{
    struct operation *operation = reading->operation;
    const struct plan *plan = &operation->plan;
    size_t found = pg_rows(rows);
    size_t count = found > plan->page.limit ? plan->page.limit : found;
    fill_page(operation, rows, count);
    bool related = plan_selection_fetches(&plan->selection);
    if (operation->on_row != NULL && !related) {
        return pass_rows(operation, rows, count);
    }
    /* With relations, or something from the slow pool still to come, the operation ends after this result is gone. */
    return hold_rows(operation, rows, count, related || reading->pending > 1);
}

static void on_page(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct reading *reading = context;
    struct operation *operation = reading->operation;
    if (note_failure(reading, failure)) {
        part_done(reading);
        return;
    }
    if (reading->live_at != NOWHERE) {
        struct str total;
        operation->result.page.total = pg_value(results[reading->live_at], 0, 0, &total) ? pg_get_int8(total) : 0;
    }
    if (reading->page_at == NOWHERE) {
        part_done(reading);
    } else if (!take_page(reading, results[reading->page_at])) {
        (void)note_failure(reading, &foreign_value);
        part_done(reading);
    } else {
        record_set_fetch(operation, &operation->result.records, on_fetched);
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

static void on_slow(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct reading *reading = context;
    struct operation *operation = reading->operation;
    const struct plan *plan = &operation->plan;
    struct result_page *page = &operation->result.page;
    struct str value;
    if (note_failure(reading, failure)) {
        part_done(reading);
        return;
    }
    if (reading->count_at != NOWHERE && pg_value(results[reading->count_at], 0, 0, &value)) {
        page->estimated = plan->page.count == COUNT_ESTIMATED;
        page->total = page->estimated ? read_estimate(operation->arena, value) : pg_get_int8(value);
    }
    if (reading->aggregates_at != NOWHERE) {
        operation->result.aggregates =
            operation_texts(operation, results[reading->aggregates_at], 0, 0, plan->aggregate_count, true);
    }
    part_done(reading);
}

/* What looks at all that match: a dear count, aggregates. */
static void submit_slow(struct reading *reading, bool counts)
{
    struct operation *operation = reading->operation;
    struct arena *arena = operation->arena;
    const struct plan *plan = &operation->plan;
    size_t count = 0;
    if (counts) {
        bool estimated = plan->page.count == COUNT_ESTIMATED;
        reading->count_at = count;
        reading->slow_commands[count++] =
            command_bound(arena, estimated ? sql_estimate(arena, plan) : sql_count(arena, plan));
    }
    if (plan->aggregate_count > 0) {
        reading->aggregates_at = count;
        reading->slow_commands[count++] = command_bound(arena, sql_aggregates(arena, plan));
    }
    if (count == 0) {
        return;
    }
    reading->slow_job = (struct pg_job){.kind = PG_READ,
                                        .commands = reading->slow_commands,
                                        .command_count = count,
                                        .cost = 1,
                                        .on_done = on_slow,
                                        .context = reading};
    reading->slow_job.deadline_us = operation_wait_until(operation);
    reading->slow_job.cancel_us = operation->deadline_us;
    reading->pending++;
    pg_submit(operation->executor->slow, &reading->slow_job);
}

/* The commonest page has its statements ready. */
static struct pg_command page_command(struct operation *operation)
{
    const struct plan *plan = &operation->plan;
    bool plain = plan->filter == NULL && !plan->with_deleted && !plan->page.backward && plan->page.offset == 0 &&
                 order_is_id(plan->order, plan->order_count);
    if (!plain) {
        return command_bound(operation->arena, sql_page(operation->arena, plan));
    }
    const struct object_statements *statements = model_statements(operation->model, plan->object);
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 2);
    bool after = plan->page.cursor != NULL;
    if (after) {
        params[0] = param_value(operation->arena, &plan->page.cursor[0]);
    }
    /* One more than asked for tells whether there is a next page. */
    params[after ? 1 : 0] = param_int(operation->arena, (int64_t)plan->page.limit + 1);
    return (struct pg_command){after ? &statements->read_after : &statements->read_first, params};
}

/* The exact number of all live records is known at constant cost. */
static struct pg_command live_command(struct operation *operation)
{
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 1);
    params[0] = (struct pg_param){.value = str_of(operation->plan.object->id_text, UUID_TEXT_LEN)};
    return (struct pg_command){&operation->model->live_count, params};
}

static bool answered_by_index(const struct plan *plan)
{
    bool all = plan->filter == NULL && order_is_id(plan->order, plan->order_count) && plan->page.offset == 0;
    return plan->page.unseen || all || (plan->filter != NULL && filter_selective(plan->filter));
}

static void read_many(struct operation *operation)
{
    const struct plan *plan = &operation->plan;
    struct reading *reading = ARENA_NEW(operation->arena, struct reading);
    *reading = (struct reading){
        .operation = operation, .page_at = NOWHERE, .live_at = NOWHERE, .count_at = NOWHERE, .aggregates_at = NOWHERE};
    operation->work = reading;
    bool all = plan->filter == NULL && !plan->with_deleted;
    bool counted = plan->page.count == COUNT_EXACT || plan->page.count == COUNT_ESTIMATED;
    size_t commands = 0;
    if (!plan->page.unseen) {
        reading->page_at = commands;
        operation->commands[commands++] = page_command(operation);
    }
    if (all && counted) {
        reading->live_at = commands;
        operation->commands[commands++] = live_command(operation);
    }
    operation_records(operation, NULL, 0);
    reading->pending = commands > 0 ? 1 : 0;
    submit_slow(reading, counted && !all);
    if (commands > 0) {
        operation_submit(operation, answered_by_index(plan) ? operation->executor->fast : operation->executor->slow,
                         (struct pg_job){.kind = PG_READ,
                                         .commands = operation->commands,
                                         .command_count = commands,
                                         .cost = (unsigned)plan->page.limit + 1,
                                         .on_done = on_page,
                                         .context = reading});
    } else if (reading->pending == 0) {
        operation_end(operation);
    }
}

void execute_read(struct operation *operation)
{
    if (operation->plan.kind == PLAN_READ_MANY) {
        read_many(operation);
    } else {
        read_one(operation);
    }
}
