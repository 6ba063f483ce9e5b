/*
 * Merge (contract 1.10): the records and all that refers to the losers are locked; what refers is pointed to the
 * survivor, the losers go, the survivor takes the values: one transaction, an event for each. A record that does
 * nothing but link (all its fields are relations) and would repeat a link that the survivor has goes as well.
 */
#include "common/crypto/digest.h"
#include "gateway/execute/write_set.h"
#include "gateway/record/record_merge.h"

struct merge {
    struct record_change **records; /* in the order of the plan's ids */
    size_t count;
    struct pg_param losers;
};

static bool is_deleted(const struct operation *operation, const struct record_change *change)
{
    (void)operation;
    return !change->before[change->object->deleted_at->index].null;
}

static struct value *merged_values(struct operation *operation, const struct value *const *records, size_t count)
{
    const struct plan *plan = &operation->plan;
    struct value *values = ARENA_ARRAY(operation->arena, struct value, plan->object->column_count);
    record_merge(operation->arena, plan->object, records, count, plan->priority, values);
    return values;
}

/* ---- links that would be there twice ---- */

static bool is_own(const struct object *object, const struct field *field)
{
    return field == object->id_column->field || field == object->created_at->field ||
           field == object->updated_at->field || field == object->deleted_at->field ||
           field == object->position->field || field == object->created_by || field == object->updated_by;
}

static bool is_link_object(const struct object *object)
{
    for (size_t i = 0; i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        if (field->column_count > 0 && !is_own(object, field) && field->side != RELATION_MANY_TO_ONE) {
            return false;
        }
    }
    return object->referrer_count == 0;
}

/* All that a link says. */
static struct str link_key(struct arena *arena, const struct record_change *change)
{
    const struct object *object = change->object;
    char *bytes = arena_bytes(arena, sizeof(size_t) + object->column_count * sizeof(struct uuid));
    size_t len = sizeof(size_t);
    memcpy(bytes, &object->index, sizeof(size_t));
    for (size_t i = 0; i < object->column_count; i++) {
        if (object->columns[i].field->side == RELATION_MANY_TO_ONE) {
            const struct value *value = &change->after[i];
            struct uuid id = value->null ? (struct uuid){0} : value->as.uuid;
            memcpy(bytes + len, id.bytes, sizeof id.bytes);
            len += sizeof id.bytes;
        }
    }
    return str_of(bytes, len);
}

/* Links that stay as they are come first, so that they are the ones to stay. */
static void drop_repeated_links(struct write_set *set)
{
    struct map seen = {0};
    for (int changed = 0; changed <= 1; changed++) {
        for (size_t i = 0; i < set->count; i++) {
            struct record_change *change = set->items[i];
            bool live = change->after[change->object->deleted_at->index].null;
            if (change->destroyed || !live || (change->change_count > 0) != (changed == 1) ||
                !is_link_object(change->object)) {
                continue;
            }
            struct str key = link_key(set->operation->arena, change);
            if (map_get(&seen, key) == NULL) {
                map_set(&seen, key, change);
            } else {
                change->destroyed = changed == 1;
            }
        }
    }
    map_release(&seen);
}

/* ---- the write ---- */

static void delete_marked(struct write_set *set, const struct object *object, struct pg_command *commands,
                          size_t *command_count)
{
    struct operation *operation = set->operation;
    struct uuid *ids = ARENA_ARRAY(operation->arena, struct uuid, set->count);
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 1);
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i]->object == object && set->items[i]->destroyed) {
            ids[count++] = record_change_id(set->items[i]);
        }
    }
    if (count > 0) {
        params[0] = param_uuids(operation->arena, ids, count);
        commands[(*command_count)++] = command_of(operation->arena, sql_delete_many(operation->arena, object), params);
    }
}

/* Links that go make room for those that are re-pointed, losers for the survivor's unique values. */
static void write_merge(struct operation *operation)
{
    const struct merge *merge = operation->work;
    const struct object *object = operation->plan.object;
    struct write_set *set = operation->writes;
    struct record_change *survivor = merge->records[operation->plan.priority];
    struct uuid target = record_change_id(survivor);
    struct pg_command *commands = ARENA_ARRAY(operation->arena, struct pg_command, 2 * object->referrer_count + 5);
    size_t count = 0;
    for (size_t i = 0; i < object->referrer_count; i++) {
        if (object->referrers[i]->object != object && is_link_object(object->referrers[i]->object)) {
            delete_marked(set, object->referrers[i]->object, commands, &count);
        }
    }
    for (size_t i = 0; i < object->referrer_count; i++) {
        commands[count++] = operation_repoint(set, object->referrers[i], merge->losers, &target);
    }
    delete_marked(set, object, commands, &count);
    if (survivor->change_count > 0) {
        commands[count++] = write_set_update(set, survivor);
    }
    set->backwards = true;
    write_set_answers(set, &merge->records[operation->plan.priority], 1);
    write_set_commit(set, commands, count, NULL);
}

static void apply_values(struct operation *operation)
{
    const struct merge *merge = operation->work;
    struct record_change *survivor = merge->records[operation->plan.priority];
    const struct value **records = ARENA_ARRAY(operation->arena, const struct value *, merge->count);
    for (size_t i = 0; i < merge->count; i++) {
        records[i] = merge->records[i]->before;
    }
    const struct value *merged = merged_values(operation, records, merge->count);
    for (size_t i = 0; i < survivor->object->column_count; i++) {
        record_change_set(survivor, &survivor->object->columns[i], &merged[i]);
    }
    record_change_stamp(operation->writes, survivor);
}

/* Every record that `field` leads to a loser with. */
static void repoint(struct operation *operation, const struct field *field)
{
    struct merge *merge = operation->work;
    struct write_set *set = operation->writes;
    const struct record_change *survivor = merge->records[operation->plan.priority];
    struct value target = {.kind = COLUMN_UUID, .as.uuid = record_change_id(survivor)};
    for (size_t i = 0; i < set->count; i++) {
        struct record_change *change = set->items[i];
        if (change->object != field->object || change == survivor) {
            continue;
        }
        const struct value *link = &change->before[field->columns[0].index];
        const struct record_change *led = link->null ? NULL : write_set_find(set, field->target, &link->as.uuid);
        if (led != NULL && led->destroyed && led->object == operation->plan.object) {
            record_change_set(change, &field->columns[0], &target);
            record_change_stamp(set, change);
        }
    }
}

static void on_referrers(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct merge *merge = operation->work;
    const struct object *object = operation->plan.object;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    for (size_t i = 0; i < object->referrer_count; i++) {
        if (!write_set_add_rows(operation->writes, object->referrers[i]->object, results[i]) ||
            operation_refers_too_many(operation, merge->count)) {
            return;
        }
    }
    operation->writes->now_us = write_now_us();
    for (size_t i = 0; i < merge->count; i++) {
        merge->records[i]->destroyed = i != operation->plan.priority;
    }
    for (size_t i = 0; i < object->referrer_count; i++) {
        repoint(operation, object->referrers[i]);
    }
    apply_values(operation);
    drop_repeated_links(operation->writes);
    write_merge(operation);
}

/* What refers to the losers; of mere links those to the survivor, too, since one may be repeated. */
static void lock_referrers(struct operation *operation)
{
    struct merge *merge = operation->work;
    const struct plan *plan = &operation->plan;
    const struct object *object = plan->object;
    struct pg_command *commands = ARENA_ARRAY(operation->arena, struct pg_command, object->referrer_count);
    struct uuid *losers = ARENA_ARRAY(operation->arena, struct uuid, plan->id_count);
    size_t count = 0;
    for (size_t i = 0; i < plan->id_count; i++) {
        if (i != plan->priority) {
            losers[count++] = plan->ids[i];
        }
    }
    merge->losers = param_uuids(operation->arena, losers, count);
    struct pg_param all = param_uuids(operation->arena, plan->ids, plan->id_count);
    for (size_t i = 0; i < object->referrer_count; i++) {
        const struct field *field = object->referrers[i];
        struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 2);
        params[0] = is_link_object(field->object) ? all : merge->losers;
        params[1] = param_int(operation->arena, (int64_t)operation->executor->max_cascade + 1);
        commands[i] = command_of(operation->arena, sql_lock_referring(operation->arena, field), params);
    }
    if (object->referrer_count == 0) {
        on_referrers(operation, NULL, NULL);
        return;
    }
    session_run(operation, commands, object->referrer_count, on_referrers, operation);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct merge *merge = operation->work;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    if (write_set_add_rows(operation->writes, operation->plan.object, results[1]) &&
        operation_targets(operation, is_deleted, &merge->records, &merge->count)) {
        lock_referrers(operation);
    }
}

static void on_begun(struct operation *operation)
{
    operation_lock_targets(operation, on_locked);
}

/* ---- the preview: nothing is locked or written; a fresh id and a deletedAt say that it is no record ---- */

static void preview(struct operation *operation)
{
    const struct merge *merge = operation->work;
    const struct object *object = operation->plan.object;
    const struct value **records = ARENA_ARRAY(operation->arena, const struct value *, merge->count);
    for (size_t i = 0; i < merge->count; i++) {
        records[i] = merge->records[i]->before;
    }
    uint8_t random[16];
    random_bytes(random, sizeof random);
    struct value **rows = ARENA_ARRAY(operation->arena, struct value *, 1);
    rows[0] = merged_values(operation, records, merge->count);
    rows[0][object->id_column->index].as.uuid = uuid_v4(random);
    rows[0][object->deleted_at->index] = (struct value){.kind = COLUMN_TIMESTAMPTZ, .as.us = operation->writes->now_us};
    operation_records(operation, rows, 1);
    operation->result.records.together = operation->plan.ids;
    operation->result.records.together_count = operation->plan.id_count;
    operation_end_records(operation);
}

static void on_read(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct merge *merge = operation->work;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    if (write_set_add_rows(operation->writes, operation->plan.object, results[0]) &&
        operation_targets(operation, is_deleted, &merge->records, &merge->count)) {
        preview(operation);
    }
}

void execute_merge(struct operation *operation)
{
    const struct plan *plan = &operation->plan;
    operation->work = ARENA_NEW(operation->arena, struct merge);
    (void)write_set_begin(operation);
    if (!plan->dry_run) {
        session_start(operation, on_begun);
        return;
    }
    operation->commands[0] = command_bound(
        operation->arena, sql_by_ids(operation->arena, plan->object, plan->ids, plan->id_count, false, false));
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = operation->commands,
                                     .command_count = 1,
                                     .cost = (unsigned)plan->id_count,
                                     .on_done = on_read,
                                     .context = operation});
}
