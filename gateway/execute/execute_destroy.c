/*
 * Destroy: records go, and with them what refers to them, as the model says: ON DELETE CASCADE destroys the referring
 * records, SET NULL clears their relation. PostgreSQL would do both silently; here they are looked up and locked first,
 * so that each of those changes has its event and its place in the counts. The parents are locked, so nothing new can
 * refer to them meanwhile. Level by level; one statement a relation and level. What the answer shows of their relations
 * is read before all that, in the same transaction: afterwards it would not be there.
 */
#include "gateway/execute/record_set.h"
#include "gateway/execute/write_set.h"

/* A relation that was looked up, and whose ids. */
struct sweep {
    const struct field *field;
    struct pg_param ids;
};

struct destroy {
    struct record_change **roots; /* in the answer's order */
    size_t root_count;
    struct sweep *sweeps;
    size_t sweep_count;
    size_t sweep_first; /* of the level in flight */
};

static void apply_sweep(struct write_set *set, const struct field *field, struct record_change *change)
{
    if (field->on_delete == ON_DELETE_CASCADE) {
        change->destroyed = true;
        return;
    }
    struct value nothing = value_null(COLUMN_UUID);
    record_change_set(change, &field->columns[0], &nothing);
    record_change_stamp(set, change);
}

static struct pg_command delete_roots(struct operation *operation, const struct destroy *destroy)
{
    const struct object *object = operation->plan.object;
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 1);
    struct uuid *ids = ARENA_ARRAY(operation->arena, struct uuid, destroy->root_count);
    for (size_t i = 0; i < destroy->root_count; i++) {
        ids[i] = record_change_id(destroy->roots[i]);
    }
    if (destroy->root_count == 1) {
        params[0] = param_uuid(operation->arena, &ids[0]);
        return (struct pg_command){&model_statements(operation->model, object)->remove, params};
    }
    params[0] = param_uuids(operation->arena, ids, destroy->root_count);
    return command_of(operation->arena, sql_delete_many(operation->arena, object), params);
}

/* What refers goes first, in the events too; the records themselves last. */
static void write_destroy(struct operation *operation)
{
    struct destroy *destroy = operation->work;
    struct write_set *set = operation->writes;
    struct pg_command *commands = ARENA_ARRAY(operation->arena, struct pg_command, destroy->sweep_count + 4);
    size_t count = 0;
    for (size_t i = 0; i < destroy->sweep_count; i++) {
        const struct sweep *sweep = &destroy->sweeps[i];
        if (sweep->field->on_delete == ON_DELETE_SET_NULL) {
            commands[count++] = operation_repoint(set, sweep->field, sweep->ids, NULL);
        }
    }
    commands[count++] = delete_roots(operation, destroy);
    set->backwards = true;
    write_set_commit(set, commands, count, NULL);
}

static void expand(struct operation *operation);

static void on_swept(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct destroy *destroy = operation->work;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    for (size_t i = destroy->sweep_first; i < destroy->sweep_count; i++) {
        const struct field *field = destroy->sweeps[i].field;
        const struct pg_result *rows = results[i - destroy->sweep_first];
        if (!write_set_add_rows(operation->writes, field->object, rows) ||
            operation_refers_too_many(operation, destroy->root_count)) {
            return;
        }
        for (size_t row = 0; row < pg_rows(rows); row++) {
            struct uuid id;
            struct str bytes = STR_EMPTY;
            if (pg_value(rows, row, field->object->id_column->index, &bytes) && bytes.len == sizeof id.bytes) {
                memcpy(id.bytes, bytes.ptr, sizeof id.bytes);
                apply_sweep(operation->writes, field, write_set_find(operation->writes, field->object, &id));
            }
        }
    }
    destroy->sweep_first = destroy->sweep_count;
    expand(operation);
}

static bool sweeps_wanted(const struct field *field)
{
    return field->on_delete == ON_DELETE_CASCADE || field->on_delete == ON_DELETE_SET_NULL;
}

/* The ids of one object's newly destroyed records; they count as looked up from here on. */
static size_t take_unexpanded(struct write_set *set, const struct object *object, struct uuid *ids)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct record_change *change = set->items[i];
        if (change->object == object && change->destroyed && !change->expanded) {
            change->expanded = true;
            ids[count++] = record_change_id(change);
        }
    }
    return count;
}

static const struct object *next_unexpanded(const struct write_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i]->destroyed && !set->items[i]->expanded) {
            return set->items[i]->object;
        }
    }
    return NULL;
}

static void add_sweep(struct operation *operation, const struct field *field, struct pg_param ids)
{
    struct destroy *destroy = operation->work;
    struct sweep *grown = ARENA_ARRAY(operation->arena, struct sweep, destroy->sweep_count + 1);
    if (destroy->sweep_count > 0) {
        memcpy(grown, destroy->sweeps, destroy->sweep_count * sizeof *grown);
    }
    grown[destroy->sweep_count++] = (struct sweep){field, ids};
    destroy->sweeps = grown;
}

static void add_sweeps(struct operation *operation)
{
    struct write_set *set = operation->writes;
    const struct object *object;
    while ((object = next_unexpanded(set)) != NULL) {
        struct uuid *ids = ARENA_ARRAY(operation->arena, struct uuid, set->count);
        size_t count = take_unexpanded(set, object, ids);
        struct pg_param list = param_uuids(operation->arena, ids, count);
        for (size_t i = 0; i < object->referrer_count; i++) {
            if (sweeps_wanted(object->referrers[i])) {
                add_sweep(operation, object->referrers[i], list);
            }
        }
    }
}

static void expand(struct operation *operation)
{
    struct destroy *destroy = operation->work;
    add_sweeps(operation);
    size_t wanted = destroy->sweep_count - destroy->sweep_first;
    if (wanted == 0) {
        write_destroy(operation);
        return;
    }
    struct pg_command *commands = ARENA_ARRAY(operation->arena, struct pg_command, wanted);
    for (size_t i = 0; i < wanted; i++) {
        const struct sweep *sweep = &destroy->sweeps[destroy->sweep_first + i];
        struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, 2);
        params[0] = sweep->ids;
        params[1] = param_int(operation->arena, (int64_t)operation->executor->max_cascade + 1);
        commands[i] = command_of(operation->arena, sql_lock_referring(operation->arena, sweep->field), params);
    }
    session_run(operation, commands, wanted, on_swept, operation);
}

static void on_relations(struct operation *operation, const struct pg_failure *failure)
{
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
    } else {
        expand(operation);
    }
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct destroy *destroy = operation->work;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    if (!operation_expected(operation, results[1]) ||
        !write_set_add_rows(operation->writes, operation->plan.object, results[1]) ||
        !operation_targets(operation, NULL, &destroy->roots, &destroy->root_count)) {
        return;
    }
    if (destroy->root_count == 0) {
        operation_answer(operation, NULL, 0);
        return;
    }
    for (size_t i = 0; i < destroy->root_count; i++) {
        destroy->roots[i]->destroyed = true;
    }
    write_set_answers(operation->writes, destroy->roots, destroy->root_count);
    record_set_fetch(operation, &operation->result.records, on_relations);
}

static void on_begun(struct operation *operation)
{
    operation_lock_targets(operation, on_locked);
}

void execute_destroy(struct operation *operation)
{
    operation->work = ARENA_NEW(operation->arena, struct destroy);
    (void)write_set_begin(operation);
    session_start(operation, on_begun);
}
