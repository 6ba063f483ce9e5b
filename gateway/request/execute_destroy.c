/*
 * Destroy: the record goes, and with it what refers to it, as the model says: ON DELETE CASCADE destroys the referring
 * records, SET NULL clears their relation. PostgreSQL would do both silently; here they are looked up and locked first,
 * so that each of those changes has its event and its place in the counts. The parents are locked, so nothing new can
 * refer to them meanwhile. Level by level; one statement a relation and level.
 */
#include "common/base/map.h"
#include "gateway/request/request_private.h"
#include "gateway/sql/sql_type.h"

/* A record that the destroy changes. */
struct victim {
    const struct object *object;
    struct value *before;
    struct value *after; /* cleared relations */
    bool *changed;
    bool destroyed;
    bool expanded; /* its referrers have been looked up */
};

/* A relation that was looked up, and whose ids. */
struct sweep {
    const struct field *field;
    struct pg_param ids;
};

struct destroy {
    struct request *request;
    int64_t now_us;
    struct victim **victims; /* [0] is the record itself */
    size_t victim_count;
    size_t victim_capacity;
    struct map known; /* object index and id -> victim */
    struct sweep *sweeps;
    size_t sweep_count;
    size_t sweep_first; /* of the level in flight */
    struct change *changes;
    struct event *events;
    size_t change_count;
};

static void finish_with(struct destroy *destroy, void (*end)(struct request *request))
{
    map_release(&destroy->known);
    end(destroy->request);
}

static void fail_pg(struct destroy *destroy, const struct pg_failure *failure)
{
    map_release(&destroy->known);
    request_fail_pg(destroy->request, failure);
}

static struct victim *find_or_add(struct destroy *destroy, const struct object *object, const struct value *values)
{
    struct arena *arena = destroy->request->arena;
    size_t columns = object->column_count;
    char *key = arena_bytes(arena, sizeof(size_t) + sizeof(struct uuid));
    memcpy(key, &object->index, sizeof(size_t));
    memcpy(key + sizeof(size_t), &values[object->id_column->index].as.uuid, sizeof(struct uuid));
    struct str name = str_of(key, sizeof(size_t) + sizeof(struct uuid));
    struct victim *victim = map_get(&destroy->known, name);
    if (victim != NULL) {
        return victim;
    }
    victim = ARENA_NEW(arena, struct victim);
    victim->object = object;
    victim->before = ARENA_ARRAY(arena, struct value, columns);
    victim->after = ARENA_ARRAY(arena, struct value, columns);
    victim->changed = ARENA_ARRAY(arena, bool, columns);
    memcpy(victim->before, values, columns * sizeof(struct value));
    memcpy(victim->after, values, columns * sizeof(struct value));
    map_set(&destroy->known, name, victim);
    if (destroy->victim_count == destroy->victim_capacity) {
        size_t capacity = destroy->victim_capacity == 0 ? 16 : 2 * destroy->victim_capacity;
        struct victim **grown = ARENA_ARRAY(arena, struct victim *, capacity);
        if (destroy->victim_count > 0) {
            memcpy(grown, destroy->victims, destroy->victim_count * sizeof(struct victim *));
        }
        destroy->victims = grown;
        destroy->victim_capacity = capacity;
    }
    destroy->victims[destroy->victim_count++] = victim;
    return victim;
}

static void stamp(struct destroy *destroy, struct victim *victim)
{
    const struct object *object = victim->object;
    const struct column *by = object->updated_by->columns;
    const struct record_actor *actor = &destroy->request->actor;
    victim->after[object->updated_at->index] = (struct value){.kind = COLUMN_TIMESTAMPTZ, .as.us = destroy->now_us};
    victim->after[by[ACTOR_SOURCE].index] = (struct value){.kind = COLUMN_TEXT, .as.text = actor->source};
    victim->after[by[ACTOR_NAME].index] = (struct value){.kind = COLUMN_TEXT, .as.text = actor->name};
}

static void apply_sweep(struct destroy *destroy, const struct field *field, struct victim *victim)
{
    if (field->on_delete == ON_DELETE_CASCADE) {
        victim->destroyed = true;
        return;
    }
    size_t at = field->columns[0].index;
    victim->after[at] = value_null(COLUMN_UUID);
    victim->changed[at] = true;
    stamp(destroy, victim);
}

static void on_destroyed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct destroy *destroy = context;
    struct request *request = destroy->request;
    if (failure != NULL) {
        fail_pg(destroy, failure);
        return;
    }
    /* The outbox's insert is the last but one, before COMMIT. */
    request_publish(request, destroy->events, destroy->change_count, results[request->job.command_count - 2]);
    struct str id = param_uuid(request->arena, &request->plan.id).value;
    map_release(&destroy->known);
    request_answer_json(request, arena_printf(request->arena, "{\"id\":\"%.*s\"}", STR_ARG(id)));
}

/* What refers goes first, the record itself last. */
static void gather_changes(struct destroy *destroy)
{
    struct request *request = destroy->request;
    destroy->changes = ARENA_ARRAY(request->arena, struct change, destroy->victim_count);
    for (size_t i = destroy->victim_count; i-- > 0;) {
        const struct victim *victim = destroy->victims[i];
        bool live = victim->before[victim->object->deleted_at->index].null;
        destroy->changes[destroy->change_count++] = victim->destroyed ? (struct change){.object = victim->object,
                                                                                        .action = EVENT_DESTROYED,
                                                                                        .values = victim->before,
                                                                                        .delta = live ? -1 : 0}
                                                                      : (struct change){.object = victim->object,
                                                                                        .action = EVENT_UPDATED,
                                                                                        .values = victim->after,
                                                                                        .changed = victim->changed};
    }
    destroy->events = request_events(request, destroy->changes, destroy->change_count, destroy->now_us);
}

static struct pg_command clear_command(struct destroy *destroy, const struct sweep *sweep)
{
    struct request *request = destroy->request;
    struct value now = {.kind = COLUMN_TIMESTAMPTZ, .as.us = destroy->now_us};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 4);
    params[0] = sweep->ids;
    params[1] = param_value(request->arena, &now);
    params[2] = param_text(request->actor.source);
    params[3] = param_text(request->actor.name);
    return request_command(request, sql_clear_referring(request->arena, sweep->field), params);
}

static void write_destroy(struct destroy *destroy)
{
    struct request *request = destroy->request;
    gather_changes(destroy);
    struct pg_command *commands = ARENA_ARRAY(request->arena, struct pg_command, destroy->sweep_count + 3);
    size_t count = 0;
    for (size_t i = 0; i < destroy->sweep_count; i++) {
        if (destroy->sweeps[i].field->on_delete == ON_DELETE_SET_NULL) {
            commands[count++] = clear_command(destroy, &destroy->sweeps[i]);
        }
    }
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, &request->plan.id);
    commands[count++] = (struct pg_command){&model_statements(request->model, request->plan.object)->remove, params};
    commands[count++] = request_outbox(request, destroy->events, destroy->changes, destroy->change_count);
    commands[count++] = request_command(request, sql_commit(), NULL);
    session_run(request, commands, count, on_destroyed, destroy);
}

static void expand(struct destroy *destroy);

static bool too_many(struct destroy *destroy)
{
    size_t most = destroy->request->worker->settings->max_cascade;
    if (destroy->victim_count <= most) {
        return false;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                 "More than %zu records refer to this one. Remove or move them first (setting max_cascade)", most);
    map_release(&destroy->known);
    request_fail(destroy->request, &err);
    return true;
}

static void on_swept(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct destroy *destroy = context;
    struct request *request = destroy->request;
    if (failure != NULL) {
        fail_pg(destroy, failure);
        return;
    }
    for (size_t i = destroy->sweep_first; i < destroy->sweep_count; i++) {
        const struct field *field = destroy->sweeps[i].field;
        const struct pg_result *rows = results[i - destroy->sweep_first];
        for (size_t row = 0; row < pg_rows(rows); row++) {
            struct value *values = ARENA_ARRAY(request->arena, struct value, field->object->column_count);
            if (!request_kept_row(request, field->object, rows, row, values)) {
                fail_pg(destroy, &request_foreign_value);
                return;
            }
            apply_sweep(destroy, field, find_or_add(destroy, field->object, values));
            if (too_many(destroy)) {
                return;
            }
        }
    }
    destroy->sweep_first = destroy->sweep_count;
    expand(destroy);
}

static bool sweeps_wanted(const struct field *field)
{
    return field->on_delete == ON_DELETE_CASCADE || field->on_delete == ON_DELETE_SET_NULL;
}

/* The ids of one object's newly destroyed records; they count as looked up from here on. */
static size_t take_unexpanded(struct destroy *destroy, const struct object *object, struct uuid *ids)
{
    size_t count = 0;
    for (size_t i = 0; i < destroy->victim_count; i++) {
        struct victim *victim = destroy->victims[i];
        if (victim->object == object && victim->destroyed && !victim->expanded) {
            victim->expanded = true;
            ids[count++] = victim->before[object->id_column->index].as.uuid;
        }
    }
    return count;
}

static const struct object *next_unexpanded(const struct destroy *destroy)
{
    for (size_t i = 0; i < destroy->victim_count; i++) {
        const struct victim *victim = destroy->victims[i];
        if (victim->destroyed && !victim->expanded) {
            return victim->object;
        }
    }
    return NULL;
}

static void add_sweep(struct destroy *destroy, const struct field *field, struct pg_param ids)
{
    struct arena *arena = destroy->request->arena;
    struct sweep *grown = ARENA_ARRAY(arena, struct sweep, destroy->sweep_count + 1);
    if (destroy->sweep_count > 0) {
        memcpy(grown, destroy->sweeps, destroy->sweep_count * sizeof *grown);
    }
    grown[destroy->sweep_count++] = (struct sweep){field, ids};
    destroy->sweeps = grown;
}

static void expand(struct destroy *destroy)
{
    struct request *request = destroy->request;
    const struct object *object;
    while ((object = next_unexpanded(destroy)) != NULL) {
        struct uuid *ids = ARENA_ARRAY(request->arena, struct uuid, destroy->victim_count);
        size_t count = take_unexpanded(destroy, object, ids);
        struct pg_param list = param_uuids(request->arena, ids, count);
        for (size_t i = 0; i < object->referrer_count; i++) {
            if (sweeps_wanted(object->referrers[i])) {
                add_sweep(destroy, object->referrers[i], list);
            }
        }
    }
    size_t wanted = destroy->sweep_count - destroy->sweep_first;
    if (wanted == 0) {
        write_destroy(destroy);
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
    session_run(request, commands, wanted, on_swept, destroy);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct destroy *destroy = context;
    struct request *request = destroy->request;
    const struct object *object = request->plan.object;
    if (failure != NULL) {
        fail_pg(destroy, failure);
        return;
    }
    if (pg_rows(results[1]) == 0) {
        finish_with(destroy, request_not_found);
        return;
    }
    struct value *values = ARENA_ARRAY(request->arena, struct value, object->column_count);
    if (!request_kept_row(request, object, results[1], 0, values)) {
        fail_pg(destroy, &request_foreign_value);
        return;
    }
    find_or_add(destroy, object, values)->destroyed = true;
    expand(destroy);
}

static void on_begun(struct request *request)
{
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, &request->plan.id);
    request->commands[0] = request_command(request, sql_begin(), NULL);
    request->commands[1] = (struct pg_command){&model_statements(request->model, request->plan.object)->lock, params};
    session_run(request, request->commands, 2, on_locked, request->exchange->user);
}

void execute_destroy(struct request *request)
{
    struct destroy *destroy = ARENA_NEW(request->arena, struct destroy);
    destroy->request = request;
    destroy->now_us = request_now_us();
    request->exchange->user = destroy;
    session_start(request, on_begun);
}
