/*
 * Update, soft delete and restore, of one record or many: lock the records in the order of their ids, think, write.
 * Events are made from the locked rows, so order in the outbox is the order of commits, and a record that does not
 * change is not written; it is in the answer all the same.
 */
#include "gateway/execute/along.h"

struct alteration {
    struct record_change **targets; /* in the answer's order */
    size_t count;
    const struct record_change **written; /* of each UPDATE */
    size_t first;                         /* the first UPDATE among the commands */
};

static void apply_input(struct record_change *change, const struct record_input *input)
{
    const struct object *object = change->object;
    for (size_t i = 0; i < object->column_count; i++) {
        if (input->set[i] && &object->columns[i] != object->id_column) {
            record_change_set(change, &object->columns[i], &input->values[i]);
        }
    }
}

static void apply(struct operation *operation, struct record_change *change, size_t index)
{
    const struct plan *plan = &operation->plan;
    struct value deleted_at = {.kind = COLUMN_TIMESTAMPTZ, .as.us = operation->writes->now_us};
    deleted_at.null = plan->kind == PLAN_RESTORE;
    if (plan->kind == PLAN_UPDATE) {
        apply_input(change, &plan->inputs[plan->target == TARGET_IDS ? index : 0]);
    } else {
        record_change_set(change, plan->object->deleted_at, &deleted_at);
    }
    record_change_stamp(operation->writes, change);
}

/* NULL where the model forbids it would be refused by PostgreSQL too, but in its words. */
static bool check_nulls(struct operation *operation, const struct record_change *change)
{
    const struct object *object = change->object;
    for (size_t i = 0; i < object->column_count; i++) {
        if (change->changed[i] && change->after[i].null && !object->columns[i].nullable) {
            struct err err;
            err_fail_tag(&err, ERR_INVALID, "INVALID_ARGS_DATA", "Field \"%.*s\" cannot be null",
                         STR_ARG(object->columns[i].field->name));
            operation_fail(operation, &err);
            return false;
        }
    }
    return true;
}

/* Which of the batch it was. */
static void on_failed(struct operation *operation, const struct pg_failure *failure)
{
    const struct alteration *alteration = operation->work;
    struct pg_failure named = *failure;
    bool refused = failure->err.code == ERR_CONFLICT || failure->err.code == ERR_INVALID;
    for (size_t i = 0; refused && operation->plan.target == TARGET_IDS && i < alteration->count; i++) {
        size_t at = failure->command - alteration->first;
        if (at < alteration->count && alteration->targets[i] == alteration->written[at]) {
            err_fail(&named.err, failure->err.code, 0, "%s (record %zu of the batch)", failure->err.text, i + 1);
        }
    }
    operation_fail_pg(operation, &named);
}

/* Restore wants a deleted record, the others a live one. */
static bool in_wrong_state(const struct operation *operation, const struct record_change *change)
{
    bool live = change->before[change->object->deleted_at->index].null;
    return live != (operation->plan.kind != PLAN_RESTORE);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct write_set *set = operation->writes;
    struct alteration *alteration = operation->work;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    if (!operation_expected(operation, results[1]) || !write_set_add_rows(set, operation->plan.object, results[1]) ||
        !operation_targets(operation, in_wrong_state, &alteration->targets, &alteration->count)) {
        return;
    }
    struct pg_command *commands =
        ARENA_ARRAY(operation->arena, struct pg_command, operation->along_count + alteration->count + 3);
    alteration->written = ARENA_ARRAY(operation->arena, const struct record_change *, alteration->count);
    if (alteration->count > 0) {
        along_add(set);
        alteration->first = along_inserts(operation, commands);
    }
    size_t count = alteration->first;
    set->now_us = write_now_us(); /* not before the locks were had */
    for (size_t i = 0; i < alteration->count; i++) {
        struct record_change *change = alteration->targets[i];
        apply(operation, change, i);
        if (!check_nulls(operation, change)) {
            return;
        }
        if (change->change_count > 0) {
            alteration->written[count - alteration->first] = change;
            commands[count++] = write_set_update(set, change);
        }
    }
    write_set_answers(set, alteration->targets, alteration->count);
    write_set_commit(set, commands, count, on_failed);
}

static void on_begun(struct operation *operation)
{
    operation_lock_targets(operation, on_locked);
}

void execute_change(struct operation *operation)
{
    operation->work = ARENA_NEW(operation->arena, struct alteration);
    (void)write_set_begin(operation);
    session_start(operation, on_begun);
}
