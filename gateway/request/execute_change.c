/*
 * Update, soft delete and restore, of one record or many: lock the records in the order of their ids, think, write.
 * Events are made from the locked rows, so order in the outbox is the order of commits, and a record that does not
 * change is not written; it is in the answer all the same.
 */
#include "gateway/request/write_set.h"

struct alteration {
    struct record_change **targets; /* in the answer's order */
    size_t count;
    const struct record_change **written; /* of each UPDATE */
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

static void apply(struct request *request, struct record_change *change, size_t index)
{
    const struct plan *plan = &request->plan;
    struct value deleted_at = {.kind = COLUMN_TIMESTAMPTZ, .as.us = request->writes->now_us};
    deleted_at.null = plan->kind == PLAN_RESTORE;
    if (plan->kind == PLAN_UPDATE) {
        apply_input(change, &plan->inputs[plan->target == TARGET_IDS ? index : 0]);
    } else {
        record_change_set(change, plan->object->deleted_at, &deleted_at);
    }
    record_change_stamp(request->writes, change);
}

/* NULL where the model forbids it would be refused by PostgreSQL too, but in its words. */
static bool check_nulls(struct request *request, const struct record_change *change)
{
    const struct object *object = change->object;
    for (size_t i = 0; i < object->column_count; i++) {
        if (change->changed[i] && change->after[i].null && !object->columns[i].nullable) {
            struct err err;
            err_fail_tag(&err, ERR_INVALID, "INVALID_ARGS_DATA", "Field \"%.*s\" cannot be null",
                         STR_ARG(object->columns[i].field->name));
            request_fail(request, &err);
            return false;
        }
    }
    return true;
}

static void answer(struct request *request)
{
    const struct alteration *alteration = request->work;
    if (request->plan.kind == PLAN_SOFT_DELETE) {
        request_answer_ids(request, alteration->targets, alteration->count);
    } else {
        request_answer_changes(request, alteration->targets, alteration->count);
    }
}

/* Which of the batch it was. */
static void on_failed(struct request *request, const struct pg_failure *failure)
{
    const struct alteration *alteration = request->work;
    struct pg_failure named = *failure;
    bool refused = failure->err.code == ERR_CONFLICT || failure->err.code == ERR_INVALID;
    for (size_t i = 0; refused && request->plan.target == TARGET_IDS && i < alteration->count; i++) {
        if (failure->command < alteration->count && alteration->targets[i] == alteration->written[failure->command]) {
            err_fail(&named.err, failure->err.code, 0, "%s (record %zu of the batch)", failure->err.text, i + 1);
        }
    }
    request_fail_pg(request, &named);
}

/* Restore wants a deleted record, the others a live one. */
static bool in_wrong_state(const struct request *request, const struct record_change *change)
{
    bool live = change->before[change->object->deleted_at->index].null;
    return live != (request->plan.kind != PLAN_RESTORE);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct write_set *set = request->writes;
    struct alteration *alteration = request->work;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    if (!request_if_match(request, results[1]) || !write_set_add_rows(set, request->plan.object, results[1]) ||
        !request_targets(request, in_wrong_state, &alteration->targets, &alteration->count)) {
        return;
    }
    struct pg_command *commands = ARENA_ARRAY(request->arena, struct pg_command, alteration->count + 3);
    alteration->written = ARENA_ARRAY(request->arena, const struct record_change *, alteration->count);
    size_t count = 0;
    set->now_us = request_now_us(); /* not before the locks were had */
    for (size_t i = 0; i < alteration->count; i++) {
        struct record_change *change = alteration->targets[i];
        apply(request, change, i);
        if (!check_nulls(request, change)) {
            return;
        }
        if (change->change_count > 0) {
            alteration->written[count] = change;
            commands[count++] = write_set_update(set, change);
        }
    }
    write_set_answers(set, alteration->targets, alteration->count, request->plan.kind == PLAN_SOFT_DELETE);
    write_set_commit(set, commands, count, answer, on_failed);
}

static void on_begun(struct request *request)
{
    request_lock_targets(request, on_locked);
}

void execute_change(struct request *request)
{
    request->work = ARENA_NEW(request->arena, struct alteration);
    (void)write_set_begin(request);
    session_start(request, on_begun);
}
