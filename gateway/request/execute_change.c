/*
 * Update, soft delete and restore: lock the record, think, write. The event is made from the locked row, so order in
 * the outbox is the order of commits, and a change that changes nothing writes nothing.
 */
#include "gateway/request/request_private.h"
#include "gateway/sql/sql_type.h"

struct alteration {
    struct value *before;
    struct value *after;
    bool *changed; /* by column */
    size_t change_count;
    struct change change;
    struct event *events;
};

static struct alteration *alteration_of(struct request *request)
{
    return request->exchange->user;
}

static void set(struct alteration *alteration, const struct column *column, struct value value)
{
    size_t at = column->index;
    if (!value_eq(&alteration->before[at], &value)) {
        alteration->after[at] = value;
        alteration->changed[at] = true;
        alteration->change_count++;
    }
}

static struct value time_value(int64_t us)
{
    return (struct value){.kind = COLUMN_TIMESTAMPTZ, .as.us = us};
}

static struct value text_value(struct str text)
{
    return (struct value){.kind = COLUMN_TEXT, .null = text.len == 0, .as.text = text};
}

static void apply_input(struct request *request, struct alteration *alteration)
{
    const struct object *object = request->plan.object;
    const struct record_input *input = &request->plan.inputs[0];
    for (size_t i = 0; i < object->column_count; i++) {
        if (input->set[i] && &object->columns[i] != object->id_column) {
            set(alteration, &object->columns[i], input->values[i]);
        }
    }
}

/* NULL where the model forbids it would be refused by PostgreSQL too, but in its words. */
static bool check_nulls(struct request *request, const struct alteration *alteration)
{
    const struct object *object = request->plan.object;
    for (size_t i = 0; i < object->column_count; i++) {
        if (alteration->changed[i] && alteration->after[i].null && !object->columns[i].nullable) {
            struct err err;
            err_fail_tag(&err, ERR_INVALID, "INVALID_ARGS_DATA", "Field \"%.*s\" cannot be null",
                         STR_ARG(object->columns[i].field->name));
            request_fail(request, &err);
            return false;
        }
    }
    return true;
}

static void apply(struct request *request, struct alteration *alteration, int64_t now_us)
{
    const struct object *object = request->plan.object;
    switch (request->plan.kind) {
    case PLAN_SOFT_DELETE: set(alteration, object->deleted_at, time_value(now_us)); break;
    case PLAN_RESTORE: set(alteration, object->deleted_at, value_null(COLUMN_TIMESTAMPTZ)); break;
    default: apply_input(request, alteration); break;
    }
    if (alteration->change_count > 0) {
        const struct column *by = object->updated_by->columns;
        set(alteration, object->updated_at, time_value(now_us));
        set(alteration, &by[ACTOR_SOURCE], text_value(request->actor.source));
        set(alteration, &by[ACTOR_WORKSPACE_MEMBER_ID], value_null(COLUMN_UUID));
        set(alteration, &by[ACTOR_NAME], text_value(request->actor.name));
    }
}

static void answer(struct request *request, const struct alteration *alteration)
{
    const struct plan *plan = &request->plan;
    if (plan->kind == PLAN_SOFT_DELETE) {
        struct str id = param_uuid(request->arena, &plan->id).value;
        request_answer_json(request, arena_printf(request->arena, "{\"id\":\"%.*s\"}", STR_ARG(id)));
        return;
    }
    struct value **rows = ARENA_ARRAY(request->arena, struct value *, 1);
    rows[0] = alteration->after;
    session_close(request);
    request_answer_records(request, rows, 1);
}

static void on_written(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct alteration *alteration = alteration_of(request);
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    request_publish(request, alteration->events, 1, results[1]);
    answer(request, alteration);
}

static struct pg_param *bind(struct request *request, const struct alteration *alteration)
{
    const struct object *object = request->plan.object;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, alteration->change_count + 1);
    size_t count = 0;
    params[count++] = param_uuid(request->arena, &request->plan.id);
    for (size_t i = 0; i < object->column_count; i++) {
        if (alteration->changed[i]) {
            params[count++] = param_value(request->arena, &alteration->after[i]);
        }
    }
    return params;
}

static void write_change(struct request *request, struct alteration *alteration, int64_t now_us)
{
    static const enum event_action actions[PLAN_KIND_COUNT] = {
        [PLAN_UPDATE] = EVENT_UPDATED, [PLAN_SOFT_DELETE] = EVENT_DELETED, [PLAN_RESTORE] = EVENT_RESTORED};
    static const int deltas[PLAN_KIND_COUNT] = {[PLAN_SOFT_DELETE] = -1, [PLAN_RESTORE] = 1};
    enum plan_kind kind = request->plan.kind;
    alteration->change = (struct change){.object = request->plan.object,
                                         .action = actions[kind],
                                         .values = alteration->after,
                                         .changed = alteration->changed,
                                         .delta = deltas[kind]};
    alteration->events = request_events(request, &alteration->change, 1, now_us);
    struct sql update = sql_update(request->arena, request->plan.object, alteration->changed);
    request->commands[0] = request_command(request, update, bind(request, alteration));
    request->commands[1] = request_outbox(request, alteration->events, &alteration->change, 1);
    request->commands[2] = request_command(request, sql_commit(), NULL);
    session_run(request, request->commands, 3, on_written, request);
}

/* Restore wants a deleted record, the others a live one. */
static bool in_right_state(const struct request *request, const struct value *values)
{
    bool live = values[request->plan.object->deleted_at->index].null;
    return live == (request->plan.kind != PLAN_RESTORE);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct alteration *alteration = alteration_of(request);
    const struct object *object = request->plan.object;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    if (pg_rows(results[1]) == 0) {
        request_not_found(request);
        return;
    }
    if (!request_kept_row(request, object, results[1], 0, alteration->before)) {
        request_fail_pg(request, &request_foreign_value);
        return;
    }
    if (!in_right_state(request, alteration->before)) {
        request_not_found(request);
        return;
    }
    int64_t now_us = request_now_us();
    memcpy(alteration->after, alteration->before, object->column_count * sizeof(struct value));
    apply(request, alteration, now_us);
    if (alteration->change_count == 0) {
        answer(request, alteration);
    } else if (check_nulls(request, alteration)) {
        write_change(request, alteration, now_us);
    }
}

static void on_begun(struct request *request)
{
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, &request->plan.id);
    request->commands[0] = request_command(request, sql_begin(), NULL);
    request->commands[1] = (struct pg_command){&model_statements(request->model, request->plan.object)->lock, params};
    session_run(request, request->commands, 2, on_locked, request);
}

void execute_change(struct request *request)
{
    size_t columns = request->plan.object->column_count;
    struct alteration *alteration = ARENA_NEW(request->arena, struct alteration);
    alteration->before = ARENA_ARRAY(request->arena, struct value, columns);
    alteration->after = ARENA_ARRAY(request->arena, struct value, columns);
    alteration->changed = ARENA_ARRAY(request->arena, bool, columns);
    request->exchange->user = alteration;
    session_start(request, on_begun);
}
