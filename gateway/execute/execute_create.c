/*
 * Creates: every value is known before the first statement (ids, times, defaults are ours), so the record's JSON is
 * made here, and the rows and their events go to PostgreSQL as one implicit transaction in one round trip.
 */
#include "gateway/execute/along.h"
#include "gateway/execute/unique_key.h"

struct creation {
    struct operation *operation;
    struct change *changes; /* what comes along first, then the plan's own */
    struct event *events;
    size_t along;
    size_t count;     /* of all */
    size_t outbox_at; /* among the commands */
};

/* The records as they are written, and whole as their events have them. */
static void tell_records(struct operation *operation, const struct creation *creation)
{
    size_t count = operation->plan.input_count;
    struct value **rows = ARENA_ARRAY(operation->arena, struct value *, count);
    struct str *json = ARENA_ARRAY(operation->arena, struct str, count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = operation->plan.inputs[i].values;
        json[i] = creation->events[creation->along + i].record;
    }
    operation_records(operation, rows, count);
    operation->result.json = json;
}

static void on_created(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct creation *creation = context;
    struct operation *operation = creation->operation;
    if (failure != NULL) {
        operation_fail_duplicate(operation, failure);
        return;
    }
    write_publish(operation, creation->events, creation->count, results[creation->outbox_at]);
    operation_end_records(operation);
}

static bool complete(struct operation *operation, struct creation *creation, int64_t now_us)
{
    const struct plan *plan = &operation->plan;
    for (size_t i = 0; i < plan->input_count; i++) {
        struct uuid fresh = operation_fresh_id(operation, now_us, i);
        struct err err;
        if (!record_input_complete(operation->arena, plan->object, &plan->inputs[i], &fresh, now_us, i,
                                   &operation->actor, &err)) {
            struct err where = err;
            if (plan->batch) {
                err_fail_tag(&where, err.code, err.tag, "%s (record %zu of the batch)", err.text, i + 1);
            }
            operation_fail(operation, &where);
            return false;
        }
        creation->changes[creation->along + i] = (struct change){
            .object = plan->object, .action = EVENT_CREATED, .values = plan->inputs[i].values, .delta = 1};
    }
    return true;
}

static struct pg_param *bind_one(struct operation *operation, const struct object *object, const struct value *values)
{
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, object->column_count);
    for (size_t i = 0; i < object->column_count; i++) {
        params[i] = param_value(operation->arena, &values[i]);
    }
    return params;
}

static struct pg_param *bind_many(struct operation *operation, const struct object *object,
                                  const struct change *changes, size_t count)
{
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, object->column_count);
    struct strbuf literal = {0};
    for (size_t column = 0; column < object->column_count; column++) {
        strbuf_clear(&literal);
        strbuf_put_char(&literal, '{');
        for (size_t i = 0; i < count; i++) {
            strbuf_puts(&literal, i == 0 ? "" : ",");
            value_put_array_element(&literal, operation->arena, &changes[i].values[column]);
        }
        strbuf_put_char(&literal, '}');
        params[column] = param_text(arena_copy(operation->arena, strbuf_str(&literal)));
    }
    strbuf_release(&literal);
    return params;
}

struct pg_command write_insert(struct operation *operation, const struct object *object, const struct change *changes,
                               size_t count)
{
    const struct object_statements *statements = model_statements(operation->model, object);
    if (count == 1) {
        return (struct pg_command){&statements->insert_one, bind_one(operation, object, changes[0].values)};
    }
    return (struct pg_command){&statements->insert_many, bind_many(operation, object, changes, count)};
}

void execute_create(struct operation *operation)
{
    const struct plan *plan = &operation->plan;
    int64_t now_us = write_now_us();
    struct creation *creation = ARENA_NEW(operation->arena, struct creation);
    creation->operation = operation;
    creation->along = operation->along_count;
    creation->count = creation->along + plan->input_count;
    creation->changes = ARENA_ARRAY(operation->arena, struct change, creation->count);
    if (!complete(operation, creation, now_us)) {
        return;
    }
    if (creation->along > 0) {
        memcpy(creation->changes, operation->along, creation->along * sizeof *creation->changes);
    }
    creation->events = write_events(operation, creation->changes, creation->count, now_us);
    struct pg_command *commands = creation->along == 0
                                      ? operation->commands
                                      : ARENA_ARRAY(operation->arena, struct pg_command, creation->along + 3);
    size_t count = along_inserts(operation, commands);
    commands[count++] = write_insert(operation, plan->object, creation->changes + creation->along, plan->input_count);
    creation->outbox_at = count;
    commands[count++] = write_outbox(operation, creation->events, creation->changes, creation->count);
    tell_records(operation, creation);
    count += operation_on_commit(operation, &commands[count]);
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_WRITE,
                                     .commands = commands,
                                     .command_count = count,
                                     .cost = (unsigned)creation->count,
                                     .on_done = on_created,
                                     .context = creation});
}
