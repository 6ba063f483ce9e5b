#include "gateway/execute/write_set.h"

#include "gateway/sql/sql_type.h"

enum { KEY_BYTES = sizeof(size_t) + sizeof(struct uuid) };

struct write_set *write_set_begin(struct operation *operation)
{
    if (operation->writes != NULL) {
        write_set_release(operation->writes);
    }
    struct write_set *set = ARENA_NEW(operation->arena, struct write_set);
    set->operation = operation;
    set->now_us = write_now_us();
    operation->writes = set;
    return set;
}

void write_set_release(struct write_set *set)
{
    map_release(&set->known);
}

static struct str put_key(char *bytes, const struct object *object, const struct uuid *id)
{
    memcpy(bytes, &object->index, sizeof(size_t));
    memcpy(bytes + sizeof(size_t), id->bytes, sizeof id->bytes);
    return str_of(bytes, KEY_BYTES);
}

struct record_change *write_set_find(const struct write_set *set, const struct object *object, const struct uuid *id)
{
    char bytes[KEY_BYTES];
    return map_get(&set->known, put_key(bytes, object, id));
}

static struct record_change *append(struct write_set *set, const struct object *object, struct value *after)
{
    struct arena *arena = set->operation->arena;
    struct record_change *change = ARENA_NEW(arena, struct record_change);
    change->object = object;
    change->after = after;
    change->changed = ARENA_ARRAY(arena, bool, object->column_count);
    if (set->count == set->capacity) {
        size_t capacity = set->capacity == 0 ? 16 : 2 * set->capacity;
        struct record_change **grown = ARENA_ARRAY(arena, struct record_change *, capacity);
        if (set->count > 0) {
            memcpy(grown, set->items, set->count * sizeof(struct record_change *));
        }
        set->items = grown;
        set->capacity = capacity;
    }
    set->items[set->count++] = change;
    struct uuid id = record_change_id(change);
    map_set(&set->known, put_key(arena_bytes(arena, KEY_BYTES), object, &id), change);
    return change;
}

struct record_change *write_set_add(struct write_set *set, const struct object *object, struct value *values)
{
    struct record_change *change = write_set_find(set, object, &values[object->id_column->index].as.uuid);
    if (change != NULL) {
        return change;
    }
    struct value *after = ARENA_ARRAY(set->operation->arena, struct value, object->column_count);
    memcpy(after, values, object->column_count * sizeof *after);
    change = append(set, object, after);
    change->before = values;
    return change;
}

bool write_set_add_rows(struct write_set *set, const struct object *object, const struct pg_result *rows)
{
    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct value *values = ARENA_ARRAY(set->operation->arena, struct value, object->column_count);
        if (!operation_read_row(set->operation, object, rows, i, 0, values, true)) {
            operation_fail_pg(set->operation, &foreign_value);
            return false;
        }
        (void)write_set_add(set, object, values);
    }
    return true;
}

struct record_change *write_set_create(struct write_set *set, const struct object *object, struct value *values)
{
    return append(set, object, values);
}

void record_change_set(struct record_change *change, const struct column *column, const struct value *value)
{
    size_t at = column->index;
    if (!value_eq(&change->after[at], value)) {
        change->after[at] = *value;
        change->change_count += change->changed[at] ? 0u : 1u;
        change->changed[at] = true;
    }
}

static struct value text_value(struct str text)
{
    return (struct value){.kind = COLUMN_TEXT, .as.text = text};
}

void record_change_stamp(struct write_set *set, struct record_change *change)
{
    if (change->change_count == 0) {
        return;
    }
    const struct object *object = change->object;
    const struct column *by = object->updated_by->columns;
    const struct record_actor *actor = &set->operation->actor;
    struct value now = {.kind = COLUMN_TIMESTAMPTZ, .as.us = set->now_us};
    struct value source = text_value(actor->source);
    struct value name = text_value(actor->name);
    struct value nobody = value_null(COLUMN_UUID);
    record_change_set(change, object->updated_at, &now);
    record_change_set(change, &by[ACTOR_SOURCE], &source);
    record_change_set(change, &by[ACTOR_WORKSPACE_MEMBER_ID], &nobody);
    record_change_set(change, &by[ACTOR_NAME], &name);
}

struct uuid record_change_id(const struct record_change *change)
{
    return change->after[change->object->id_column->index].as.uuid;
}

struct pg_command write_set_update(struct write_set *set, const struct record_change *change)
{
    struct arena *arena = set->operation->arena;
    const struct object *object = change->object;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, change->change_count + 1);
    struct uuid id = record_change_id(change);
    size_t count = 0;
    params[count++] = param_uuid(arena, &id);
    for (size_t i = 0; i < object->column_count; i++) {
        if (change->changed[i]) {
            params[count++] = param_value(arena, &change->after[i]);
        }
    }
    return command_of(set->operation->arena, sql_update(arena, object, change->changed), params);
}

bool record_change_counts(const struct record_change *change)
{
    return change->destroyed || change->before == NULL || change->change_count > 0;
}

static bool is_live(const struct record_change *change, const struct value *values)
{
    return values != NULL && values[change->object->deleted_at->index].null;
}

static struct change event_change(const struct record_change *record)
{
    bool was_live = is_live(record, record->before);
    bool will_be = !record->destroyed && is_live(record, record->after);
    struct change change = {.object = record->object,
                            .action = EVENT_UPDATED,
                            .values = record->destroyed ? record->before : record->after,
                            .changed = record->destroyed || record->before == NULL ? NULL : record->changed,
                            .delta = (int)will_be - (int)was_live};
    if (record->before == NULL) {
        change.action = EVENT_CREATED;
    } else if (record->destroyed) {
        change.action = EVENT_DESTROYED;
    } else if (was_live != will_be) {
        change.action = will_be ? EVENT_RESTORED : EVENT_DELETED;
    }
    return change;
}

static void make_events(struct write_set *set)
{
    set->changes = ARENA_ARRAY(set->operation->arena, struct change, set->count);
    for (size_t i = 0; i < set->count; i++) {
        const struct record_change *record = set->items[set->backwards ? set->count - 1 - i : i];
        if (record_change_counts(record)) {
            set->changes[set->event_count++] = event_change(record);
        }
    }
    set->events = write_events(set->operation, set->changes, set->event_count, set->now_us);
}

static void on_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct write_set *set = context;
    if (failure == NULL) {
        write_publish(set->operation, set->events, set->event_count, results[set->outbox_at]);
        operation_end_records(set->operation);
    } else if (set->on_failed != NULL) {
        set->on_failed(set->operation, failure);
    } else {
        operation_fail_pg(set->operation, failure);
    }
}

void write_set_answers(struct write_set *set, struct record_change *const *changes, size_t count)
{
    struct value **rows = ARENA_ARRAY(set->operation->arena, struct value *, count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = changes[i]->destroyed ? changes[i]->before : changes[i]->after;
    }
    operation_records(set->operation, rows, count);
}

void write_set_commit(struct write_set *set, struct pg_command *commands, size_t count,
                      void (*on_failed)(struct operation *operation, const struct pg_failure *failure))
{
    struct operation *operation = set->operation;
    set->on_failed = on_failed;
    make_events(set);
    if (set->event_count == 0) {
        operation_end_records(operation);
        return;
    }
    set->outbox_at = count;
    commands[count++] = write_outbox(operation, set->events, set->changes, set->event_count);
    count += operation_on_commit(operation, &commands[count]);
    commands[count++] = command_of(operation->arena, sql_commit(), NULL);
    session_run(operation, commands, count, on_done, set);
}
