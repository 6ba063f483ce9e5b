/*
 * Destroy: records go, and with them what refers to them, as the model says: ON DELETE CASCADE destroys the referring
 * records, SET NULL clears their relation. PostgreSQL would do both silently; here they are looked up and locked first,
 * so that each of those changes has its event and its place in the counts. The parents are locked, so nothing new can
 * refer to them meanwhile. Level by level; one statement a relation and level.
 */
#include "gateway/request/write_set.h"

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

static void answer(struct request *request)
{
    const struct destroy *destroy = request->work;
    request_answer_ids(request, destroy->roots, destroy->root_count);
}

static struct pg_command delete_roots(struct request *request, const struct destroy *destroy)
{
    const struct object *object = request->plan.object;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    struct uuid *ids = ARENA_ARRAY(request->arena, struct uuid, destroy->root_count);
    for (size_t i = 0; i < destroy->root_count; i++) {
        ids[i] = record_change_id(destroy->roots[i]);
    }
    if (destroy->root_count == 1) {
        params[0] = param_uuid(request->arena, &ids[0]);
        return (struct pg_command){&model_statements(request->model, object)->remove, params};
    }
    params[0] = param_uuids(request->arena, ids, destroy->root_count);
    return request_command(request, sql_delete_many(request->arena, object), params);
}

/* What refers goes first, in the events too; the records themselves last. */
static void write_destroy(struct request *request)
{
    struct destroy *destroy = request->work;
    struct write_set *set = request->writes;
    struct pg_command *commands = ARENA_ARRAY(request->arena, struct pg_command, destroy->sweep_count + 4);
    size_t count = 0;
    for (size_t i = 0; i < destroy->sweep_count; i++) {
        const struct sweep *sweep = &destroy->sweeps[i];
        if (sweep->field->on_delete == ON_DELETE_SET_NULL) {
            commands[count++] = request_repoint(set, sweep->field, sweep->ids, NULL);
        }
    }
    commands[count++] = delete_roots(request, destroy);
    set->backwards = true;
    write_set_answers(set, destroy->roots, destroy->root_count, true);
    write_set_commit(set, commands, count, answer, NULL);
}

static void expand(struct request *request);

static bool too_many(struct request *request)
{
    const struct destroy *destroy = request->work;
    size_t most = request->worker->settings->max_cascade;
    if (request->writes->count - destroy->root_count <= most) {
        return false;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                 "More than %zu records refer to %s. Remove or move them first (setting max_cascade)", most,
                 destroy->root_count == 1 ? "this one" : "these");
    request_fail(request, &err);
    return true;
}

static void on_swept(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct destroy *destroy = request->work;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    for (size_t i = destroy->sweep_first; i < destroy->sweep_count; i++) {
        const struct field *field = destroy->sweeps[i].field;
        const struct pg_result *rows = results[i - destroy->sweep_first];
        if (!write_set_add_rows(request->writes, field->object, rows) || too_many(request)) {
            return;
        }
        for (size_t row = 0; row < pg_rows(rows); row++) {
            struct uuid id;
            struct str bytes = STR_EMPTY;
            if (pg_value(rows, row, field->object->id_column->index, &bytes) && bytes.len == sizeof id.bytes) {
                memcpy(id.bytes, bytes.ptr, sizeof id.bytes);
                apply_sweep(request->writes, field, write_set_find(request->writes, field->object, &id));
            }
        }
    }
    destroy->sweep_first = destroy->sweep_count;
    expand(request);
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

static void add_sweep(struct request *request, const struct field *field, struct pg_param ids)
{
    struct destroy *destroy = request->work;
    struct sweep *grown = ARENA_ARRAY(request->arena, struct sweep, destroy->sweep_count + 1);
    if (destroy->sweep_count > 0) {
        memcpy(grown, destroy->sweeps, destroy->sweep_count * sizeof *grown);
    }
    grown[destroy->sweep_count++] = (struct sweep){field, ids};
    destroy->sweeps = grown;
}

static void add_sweeps(struct request *request)
{
    struct write_set *set = request->writes;
    const struct object *object;
    while ((object = next_unexpanded(set)) != NULL) {
        struct uuid *ids = ARENA_ARRAY(request->arena, struct uuid, set->count);
        size_t count = take_unexpanded(set, object, ids);
        struct pg_param list = param_uuids(request->arena, ids, count);
        for (size_t i = 0; i < object->referrer_count; i++) {
            if (sweeps_wanted(object->referrers[i])) {
                add_sweep(request, object->referrers[i], list);
            }
        }
    }
}

static void expand(struct request *request)
{
    struct destroy *destroy = request->work;
    add_sweeps(request);
    size_t wanted = destroy->sweep_count - destroy->sweep_first;
    if (wanted == 0) {
        write_destroy(request);
        return;
    }
    struct pg_command *commands = ARENA_ARRAY(request->arena, struct pg_command, wanted);
    for (size_t i = 0; i < wanted; i++) {
        const struct sweep *sweep = &destroy->sweeps[destroy->sweep_first + i];
        struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 2);
        params[0] = sweep->ids;
        params[1] = param_int(request->arena, (int64_t)request->worker->settings->max_cascade + 1);
        commands[i] = request_command(request, sql_lock_referring(request->arena, sweep->field), params);
    }
    session_run(request, commands, wanted, on_swept, request);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct destroy *destroy = request->work;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    if (!request_if_match(request, results[1]) ||
        !write_set_add_rows(request->writes, request->plan.object, results[1]) ||
        !request_targets(request, NULL, &destroy->roots, &destroy->root_count)) {
        return;
    }
    if (destroy->root_count == 0) {
        answer(request);
        return;
    }
    for (size_t i = 0; i < destroy->root_count; i++) {
        destroy->roots[i]->destroyed = true;
    }
    expand(request);
}

static void on_begun(struct request *request)
{
    request_lock_targets(request, on_locked);
}

void execute_destroy(struct request *request)
{
    request->work = ARENA_NEW(request->arena, struct destroy);
    (void)write_set_begin(request);
    session_start(request, on_begun);
}
