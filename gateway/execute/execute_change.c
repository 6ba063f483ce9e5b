/*
 * Update, soft delete and restore, of one record or many: lock the records in the order of their ids, think, write.
 * Events are made from the locked rows, so order in the outbox is the order of commits, and a record that does not
 * change is not written; it is in the answer all the same. The links of a note or task are deleted and restored with
 * it.
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

/* Links that live and die with a note or task (contract graphql-core 3.13): what leads from a noteTarget to its note.
 */
static const struct field *follower_of(const struct object *object)
{
    for (size_t i = 0; i < object->referrer_count; i++) {
        const struct field *field = object->referrers[i];
        struct str rest = field->object->name_singular;
        if (str_eq(field->name, object->name_singular) && str_starts_with(rest, object->name_singular) &&
            str_is(str_slice(rest, object->name_singular.len, rest.len), "Target") && field->object->active) {
            return field;
        }
    }
    return NULL;
}

static bool goes_along(const struct operation *operation, const struct record_change *link,
                       const struct record_change *target)
{
    const struct value *gone = &link->before[link->object->deleted_at->index];
    const struct value *with = &target->before[target->object->deleted_at->index];
    /* Back come those that went with it, and not those that were taken away before. */
    return operation->plan.kind == PLAN_SOFT_DELETE ? gone->null
                                                    : !gone->null && !with->null && gone->as.us == with->as.us;
}

/* Returns how many commands that takes. */
static size_t write_followers(struct operation *operation, struct pg_command *commands)
{
    struct write_set *set = operation->writes;
    const struct field *field = operation->plan.kind == PLAN_UPDATE ? NULL : follower_of(operation->plan.object);
    struct value deleted_at = {.kind = COLUMN_TIMESTAMPTZ, .as.us = set->now_us};
    size_t count = 0;
    deleted_at.null = operation->plan.kind == PLAN_RESTORE;
    for (size_t i = 0; field != NULL && i < set->count; i++) {
        struct record_change *change = set->items[i];
        const struct value *id = change->object == field->object ? &change->before[field->columns[0].index] : NULL;
        const struct record_change *target =
            id == NULL || id->null ? NULL : write_set_find(set, field->target, &id->as.uuid);
        if (target != NULL && goes_along(operation, change, target)) {
            record_change_set(change, change->object->deleted_at, &deleted_at);
            record_change_stamp(set, change);
            commands[count++] = write_set_update(set, change);
        }
    }
    return count;
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

static void write_all(struct operation *operation)
{
    struct write_set *set = operation->writes;
    struct alteration *alteration = operation->work;
    struct pg_command *commands =
        ARENA_ARRAY(operation->arena, struct pg_command, operation->along_count + alteration->count + set->count + 3);
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
    count += write_followers(operation, &commands[count]);
    write_set_answers(set, alteration->targets, alteration->count);
    write_set_commit(set, commands, count, on_failed);
}

static void on_followers(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct err err;
    size_t most = operation->executor->max_cascade;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
    } else if (pg_rows(results[0]) > most) {
        err_fail_tag(&err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                     "More than %zu records go along with these (setting max_cascade)", most);
        operation_fail(operation, &err);
    } else if (write_set_add_rows(operation->writes, follower_of(operation->plan.object)->object, results[0])) {
        write_all(operation);
    }
}

static void lock_followers(struct operation *operation, const struct field *field)
{
    const struct alteration *alteration = operation->work;
    struct uuid *ids = ARENA_ARRAY(operation->arena, struct uuid, alteration->count);
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 2);
    for (size_t i = 0; i < alteration->count; i++) {
        ids[i] = record_change_id(alteration->targets[i]);
    }
    params[0] = param_uuids(operation->arena, ids, alteration->count);
    params[1] = param_int(operation->arena, (int64_t)operation->executor->max_cascade + 1);
    operation->commands[0] = command_of(operation->arena, sql_lock_referring(operation->arena, field), params);
    session_run(operation, operation->commands, 1, on_followers, operation);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    const struct plan *plan = &operation->plan;
    struct alteration *alteration = operation->work;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    if (!operation_expected(operation, results[1]) ||
        !write_set_add_rows(operation->writes, plan->object, results[1]) ||
        !operation_targets(operation, in_wrong_state, &alteration->targets, &alteration->count)) {
        return;
    }
    const struct field *follower = plan->kind == PLAN_UPDATE ? NULL : follower_of(plan->object);
    if (follower != NULL && alteration->count > 0) {
        lock_followers(operation, follower);
    } else {
        write_all(operation);
    }
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
