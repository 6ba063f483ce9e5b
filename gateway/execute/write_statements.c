/* Statements that several kinds of writes send, and the records that a write is about. */
#include "gateway/execute/write_set.h"

#include "common/crypto/digest.h"

struct uuid operation_fresh_id(const struct operation *operation, int64_t now_us, size_t index)
{
    uint8_t random[16];
    random_bytes(random, sizeof random);
    if (operation->plan.batch) {
        /* In the order of the input: the bits after the millisecond count (RFC 9562, 6.2 method 1). */
        random[0] = (uint8_t)(index >> 8);
        random[1] = (uint8_t)index;
    }
    return uuid_v7(now_us / 1000, random);
}

struct pg_command operation_repoint(struct write_set *set, const struct field *field, struct pg_param ids,
                                    const struct uuid *target)
{
    struct operation *operation = set->operation;
    struct value now = {.kind = COLUMN_TIMESTAMPTZ, .as.us = set->now_us};
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 5);
    params[0] = ids;
    params[1] = target == NULL ? param_null() : param_uuid(operation->arena, target);
    params[2] = param_value(operation->arena, &now);
    params[3] = param_text(operation->actor.source);
    params[4] = param_text(operation->actor.name);
    return command_of(operation->arena, sql_repoint(operation->arena, field), params);
}

static struct pg_command lock_one(struct operation *operation)
{
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 1);
    params[0] = param_uuid(operation->arena, &operation->plan.id);
    return (struct pg_command){&model_statements(operation->model, operation->plan.object)->lock, params};
}

void operation_lock_targets(struct operation *operation,
                            void (*on_locked)(void *context, struct pg_result *const *results,
                                              const struct pg_failure *failure))
{
    const struct plan *plan = &operation->plan;
    struct arena *arena = operation->arena;
    operation->commands[0] = command_of(operation->arena, sql_begin(), NULL);
    switch (plan->target) {
    case TARGET_ONE: operation->commands[1] = lock_one(operation); break;
    case TARGET_IDS:
        operation->commands[1] =
            command_bound(operation->arena, sql_by_ids(arena, plan->object, plan->ids, plan->id_count, true, true));
        break;
    case TARGET_FILTER:
        operation->commands[1] =
            command_bound(operation->arena, sql_lock_matching(arena, plan, operation->executor->max_mutation + 1));
        break;
    }
    session_run(operation, operation->commands, 2, on_locked, operation);
}

static bool too_many(struct operation *operation)
{
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                 "More than %zu records match the filter. Narrow it (setting max_mutation)",
                 operation->executor->max_mutation);
    operation_fail(operation, &err);
    return false;
}

void operation_target_missing(struct operation *operation, size_t index)
{
    if (operation->plan.target == TARGET_ONE) {
        operation_not_found(operation);
        return;
    }
    struct err err;
    struct str id = param_uuid(operation->arena, &operation->plan.ids[index]).value;
    err_fail_tag(&err, ERR_NOT_FOUND, "RECORD_NOT_FOUND", "Record not found: %.*s (record %zu of the batch)",
                 STR_ARG(id), index + 1);
    operation_fail(operation, &err);
}

bool operation_targets(struct operation *operation,
                       bool (*refused)(const struct operation *operation, const struct record_change *change),
                       struct record_change ***out, size_t *count)
{
    const struct plan *plan = &operation->plan;
    const struct write_set *set = operation->writes;
    if (plan->target == TARGET_FILTER) {
        *count = set->count;
        *out = ARENA_ARRAY(operation->arena, struct record_change *, set->count);
        for (size_t i = 0; i < set->count; i++) {
            (*out)[i] = set->items[i];
        }
        return set->count <= operation->executor->max_mutation || too_many(operation);
    }
    const struct uuid *ids = plan->target == TARGET_ONE ? &plan->id : plan->ids;
    *count = plan->target == TARGET_ONE ? 1 : plan->id_count;
    *out = ARENA_ARRAY(operation->arena, struct record_change *, *count);
    for (size_t i = 0; i < *count; i++) {
        struct record_change *change = write_set_find(set, plan->object, &ids[i]);
        if (change == NULL || (refused != NULL && refused(operation, change))) {
            operation_target_missing(operation, i);
            return false;
        }
        (*out)[i] = change;
    }
    return true;
}
