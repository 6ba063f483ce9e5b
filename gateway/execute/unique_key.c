#include "gateway/execute/unique_key.h"

struct unique_keys unique_keys_of(struct arena *arena, const struct object *object)
{
    struct unique_keys keys = {.items = ARENA_ARRAY(arena, struct unique_key, object->field_count)};
    for (size_t i = 0; i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        struct unique_key *key = &keys.items[keys.count];
        key->field = field;
        if (field == object->id_column->field) {
            key->columns[key->count++] = object->id_column;
        } else if (field->active) {
            key->count = unique_columns(field, key->columns);
        }
        keys.count += key->count > 0 ? 1u : 0u;
    }
    return keys;
}

bool unique_key_given(const struct unique_key *key, const struct record_input *input)
{
    for (size_t i = 0; i < key->count; i++) {
        size_t at = key->columns[i]->index;
        if (!input->set[at] || input->values[at].null) {
            return false;
        }
    }
    return true;
}

bool unique_key_eq(const struct unique_key *key, const struct value *input, const struct value *row)
{
    for (size_t i = 0; i < key->count; i++) {
        size_t at = key->columns[i]->index;
        if (!value_eq(&input[at], &row[at])) {
            return false;
        }
    }
    return true;
}

struct pg_command unique_keys_look_up(struct operation *operation, const struct unique_keys *keys, bool lock)
{
    const struct plan *plan = &operation->plan;
    struct sql_key *wanted = ARENA_ARRAY(operation->arena, struct sql_key, keys->count);
    size_t count = 0;
    for (size_t k = 0; k < keys->count; k++) {
        struct sql_key *key = &wanted[count];
        *key = (struct sql_key){.column = keys->items[k].columns[0],
                                .values = ARENA_ARRAY(operation->arena, struct value, plan->input_count)};
        for (size_t i = 0; i < plan->input_count; i++) {
            if (unique_key_given(&keys->items[k], &plan->inputs[i])) {
                key->values[key->count++] = plan->inputs[i].values[key->column->index];
            }
        }
        count += key->count > 0 ? 1u : 0u;
    }
    return command_bound(operation->arena, sql_by_keys(operation->arena, plan->object, wanted, count, true, lock));
}

/* ---- which it was ---- */

struct inquiry {
    struct operation *operation;
    struct pg_failure failure;
    struct unique_keys keys;
};

static void say(struct inquiry *inquiry, size_t index, const struct unique_key *key, struct str by)
{
    struct operation *operation = inquiry->operation;
    struct err *err = &inquiry->failure.err;
    struct str where = STR_EMPTY;
    if (operation->plan.batch) {
        where = arena_printf(operation->arena, " (record %zu of the batch)", index + 1);
    }
    err_fail(err, err->code, 0, "A duplicate entry was detected: \"%.*s\" is taken by %.*s%.*s",
             STR_ARG(key->field->name), STR_ARG(by), STR_ARG(where));
}

/* Among the records before it in the batch. Quadratic, over one batch, and only when it failed. */
static bool blame_batch(struct inquiry *inquiry, size_t index, const struct unique_key *key)
{
    const struct plan *plan = &inquiry->operation->plan;
    for (size_t i = 0; i < index; i++) {
        if (unique_key_given(key, &plan->inputs[i]) &&
            unique_key_eq(key, plan->inputs[index].values, plan->inputs[i].values)) {
            say(inquiry, index, key, arena_printf(inquiry->operation->arena, "record %zu", i + 1));
            return true;
        }
    }
    return false;
}

/* A deleted record keeps its id from others, but no other value. */
static bool blame_row(struct inquiry *inquiry, size_t index, const struct unique_key *key, const struct value *row)
{
    const struct plan *plan = &inquiry->operation->plan;
    const struct object *object = plan->object;
    bool holds = row[object->deleted_at->index].null || key->field == object->id_column->field;
    if (!holds || !unique_key_eq(key, plan->inputs[index].values, row)) {
        return false;
    }
    inquiry->operation->conflict_id = row[object->id_column->index].as.uuid;
    struct str id = param_uuid(inquiry->operation->arena, &inquiry->operation->conflict_id).value;
    say(inquiry, index, key, arena_printf(inquiry->operation->arena, "%.*s", STR_ARG(id)));
    return true;
}

static bool blame(struct inquiry *inquiry, size_t index, struct value *const *rows, size_t row_count)
{
    for (size_t k = 0; k < inquiry->keys.count; k++) {
        const struct unique_key *key = &inquiry->keys.items[k];
        if (!unique_key_given(key, &inquiry->operation->plan.inputs[index])) {
            continue;
        }
        for (size_t i = 0; i < row_count; i++) {
            if (blame_row(inquiry, index, key, rows[i])) {
                return true;
            }
        }
        if (blame_batch(inquiry, index, key)) {
            return true;
        }
    }
    return false;
}

/* What cannot be found out any more is told as PostgreSQL told it. */
static void on_found(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct inquiry *inquiry = context;
    struct operation *operation = inquiry->operation;
    const struct object *object = operation->plan.object;
    size_t count = failure == NULL ? pg_rows(results[0]) : 0;
    struct value **rows = ARENA_ARRAY(operation->arena, struct value *, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        rows[kept] = ARENA_ARRAY(operation->arena, struct value, object->column_count);
        kept += operation_read_row(operation, object, results[0], i, 0, rows[kept], true) ? 1u : 0u;
    }
    for (size_t i = 0; i < operation->plan.input_count && !blame(inquiry, i, rows, kept); i++) {
    }
    operation_fail_pg(operation, &inquiry->failure);
}

void operation_fail_duplicate(struct operation *operation, const struct pg_failure *failure)
{
    if (strcmp(failure->sqlstate, "23505") != 0) {
        operation_fail_pg(operation, failure);
        return;
    }
    struct inquiry *inquiry = ARENA_NEW(operation->arena, struct inquiry);
    inquiry->operation = operation;
    inquiry->failure = *failure;
    inquiry->keys = unique_keys_of(operation->arena, operation->plan.object);
    operation->commands[0] = unique_keys_look_up(operation, &inquiry->keys, false);
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = operation->commands,
                                     .command_count = 1,
                                     .cost = (unsigned)operation->plan.input_count,
                                     .on_done = on_found,
                                     .context = inquiry});
}
