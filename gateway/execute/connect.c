/*
 * The records that a write connects to, by their ids or unique fields: one statement an object, all in one job, before
 * the write. One that goes away in between is caught by the foreign key.
 */
#include "gateway/execute/along.h"

struct connecting {
    struct operation *operation;
    void (*next)(struct operation *operation);
    struct along *inputs; /* the plan's, and those that lie in them */
    size_t input_count;
    const struct object **targets;
    struct value ***rows; /* of each target */
    size_t *row_counts;
    size_t target_count;
};

static size_t count_connects(const struct along *inputs, size_t input_count)
{
    size_t count = 0;
    for (size_t i = 0; i < input_count; i++) {
        count += inputs[i].input->connect_count;
    }
    return count;
}

static size_t target_index(const struct connecting *connecting, const struct object *object)
{
    size_t i = 0;
    while (i < connecting->target_count && connecting->targets[i] != object) {
        i++;
    }
    return i;
}

/* Adds the value that the connect looks for; of a field with several columns the first one's narrows enough. */
static void add_key(struct operation *operation, const struct record_connect *connect, struct sql_key *keys,
                    size_t *count, size_t most)
{
    size_t i = 0;
    while (i < *count && keys[i].column != connect->columns[0]) {
        i++;
    }
    if (i == *count) {
        keys[(*count)++] = (struct sql_key){.column = connect->columns[0],
                                            .values = ARENA_ARRAY(operation->arena, struct value, most)};
    }
    keys[i].values[keys[i].count++] = connect->values[0];
}

static struct pg_command look_up(const struct connecting *connecting, const struct object *target, size_t most)
{
    struct operation *operation = connecting->operation;
    struct sql_key *keys = ARENA_ARRAY(operation->arena, struct sql_key, most);
    size_t count = 0;
    for (size_t i = 0; i < connecting->input_count; i++) {
        const struct record_input *input = connecting->inputs[i].input;
        for (size_t k = 0; k < input->connect_count; k++) {
            const struct record_connect *connect = &input->connects[k];
            if (connect->field->target == target) {
                add_key(operation, connect, keys, &count, most);
            }
        }
    }
    return command_bound(operation->arena, sql_by_keys(operation->arena, target, keys, count, false, false));
}

static const struct value *find(const struct connecting *connecting, const struct record_connect *connect)
{
    size_t target = target_index(connecting, connect->field->target);
    for (size_t i = 0; i < connecting->row_counts[target]; i++) {
        const struct value *row = connecting->rows[target][i];
        size_t equal = 0;
        while (equal < connect->count && value_eq(&row[connect->columns[equal]->index], &connect->values[equal])) {
            equal++;
        }
        if (equal == connect->count) {
            return &row[connect->field->target->id_column->index];
        }
    }
    return NULL;
}

static bool keep_rows(struct connecting *connecting, size_t target, const struct pg_result *result)
{
    struct operation *operation = connecting->operation;
    const struct object *object = connecting->targets[target];
    size_t count = pg_rows(result);
    struct value **rows = ARENA_ARRAY(operation->arena, struct value *, count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = ARENA_ARRAY(operation->arena, struct value, object->column_count);
        if (!operation_read_row(operation, object, result, i, 0, rows[i], true)) {
            return false;
        }
    }
    connecting->rows[target] = rows;
    connecting->row_counts[target] = count;
    return true;
}

static void fail_missing(struct operation *operation, const struct record_connect *connect, size_t index)
{
    struct err err;
    struct str looked_for = STR_EMPTY;
    for (size_t i = 0; i < connect->count; i++) {
        struct str value = str_cut(value_to_pg(operation->arena, &connect->values[i]), 80);
        looked_for = arena_printf(operation->arena, "%.*s%s%.*s = %.*s", STR_ARG(looked_for), i == 0 ? "" : " and ",
                                  STR_ARG(connect->columns[i]->name), STR_ARG(value));
    }
    err_fail_tag(&err, ERR_INVALID, "CONNECT_RECORD_NOT_FOUND",
                 "Expected 1 record to connect to %.*s, but found 0 for %.*s", STR_ARG(connect->field->name),
                 STR_ARG(looked_for));
    if (operation->plan.batch && operation->plan.input_count > 1) {
        struct err whole = err;
        err_fail_tag(&err, whole.code, whole.tag, "%s (record %zu of the batch)", whole.text, index + 1);
    }
    operation_fail(operation, &err);
}

static bool apply(const struct connecting *connecting)
{
    struct operation *operation = connecting->operation;
    for (size_t i = 0; i < connecting->input_count; i++) {
        struct record_input *input = connecting->inputs[i].input;
        for (size_t k = 0; k < input->connect_count; k++) {
            const struct value *id = find(connecting, &input->connects[k]);
            if (id == NULL) {
                fail_missing(operation, &input->connects[k], connecting->inputs[i].index);
                return false;
            }
            size_t at = input->connects[k].field->columns[0].index;
            input->values[at] = *id;
            input->set[at] = true;
        }
    }
    return true;
}

static void on_found(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct connecting *connecting = context;
    struct operation *operation = connecting->operation;
    for (size_t i = 0; failure == NULL && i < connecting->target_count; i++) {
        if (!keep_rows(connecting, i, results[i])) {
            failure = &foreign_value;
        }
    }
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
    } else if (apply(connecting)) {
        connecting->next(operation);
    }
}

static void gather_targets(struct connecting *connecting)
{
    for (size_t i = 0; i < connecting->input_count; i++) {
        const struct record_input *input = connecting->inputs[i].input;
        for (size_t k = 0; k < input->connect_count; k++) {
            const struct object *target = input->connects[k].field->target;
            if (target_index(connecting, target) == connecting->target_count) {
                connecting->targets[connecting->target_count++] = target;
            }
        }
    }
}

void connect_resolve(struct operation *operation, void (*next)(struct operation *operation))
{
    struct along *inputs = NULL;
    size_t input_count = along_gather(operation, &inputs);
    size_t most = count_connects(inputs, input_count);
    if (most == 0) {
        next(operation);
        return;
    }
    struct arena *arena = operation->arena;
    struct connecting *connecting = ARENA_NEW(arena, struct connecting);
    *connecting = (struct connecting){.operation = operation,
                                      .next = next,
                                      .inputs = inputs,
                                      .input_count = input_count,
                                      .targets = ARENA_ARRAY(arena, const struct object *, most),
                                      .rows = ARENA_ARRAY(arena, struct value **, most),
                                      .row_counts = ARENA_ARRAY(arena, size_t, most)};
    gather_targets(connecting);
    struct pg_command *commands = ARENA_ARRAY(arena, struct pg_command, connecting->target_count);
    for (size_t i = 0; i < connecting->target_count; i++) {
        commands[i] = look_up(connecting, connecting->targets[i], most);
    }
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = commands,
                                     .command_count = connecting->target_count,
                                     .cost = (unsigned)most,
                                     .on_done = on_found,
                                     .context = connecting});
}
