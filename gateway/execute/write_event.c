/* The events of a write: made from its changes, bound as the outbox's rows, published after the commit. */
#include "common/crypto/digest.h"
#include "common/text/json_write.h"
#include "gateway/execute/operation_private.h"
#include "gateway/record/record_json.h"

enum { MILLISECOND_US = 1000 };

int64_t write_now_us(void)
{
    int64_t now_us = clock_wall_us();
    return now_us - now_us % MILLISECOND_US;
}

static struct str record_json(struct operation *operation, const struct object *object, const struct value *values)
{
    struct strbuf json = {0};
    strbuf_reserve(&json, 1024);
    record_put_json(&json, object, NULL, 0, values);
    struct str copy = arena_copy(operation->arena, strbuf_str(&json));
    strbuf_release(&json);
    return copy;
}

/* Names as a client knows them, each once: a composite by its own name, a relation by its join column. What every
 * update touches (updatedAt, updatedBy) says nothing and is left out. */
static struct str updated_fields(struct operation *operation, const struct object *object, const bool *changed)
{
    struct strbuf json = {0};
    const struct field *last = NULL;
    strbuf_put_char(&json, '[');
    for (size_t i = 0; i < object->column_count; i++) {
        const struct field *field = object->columns[i].field;
        if (!changed[i] || field == last || field == object->updated_at->field || field == object->updated_by) {
            continue;
        }
        last = field;
        strbuf_puts(&json, json.len == 1 ? "" : ",");
        json_put_string(&json, field->side == RELATION_MANY_TO_ONE ? object->columns[i].name : field->name);
    }
    strbuf_put_char(&json, ']');
    struct str copy = arena_copy(operation->arena, strbuf_str(&json));
    strbuf_release(&json);
    return copy;
}

struct event *write_events(struct operation *operation, const struct change *changes, size_t count, int64_t now_us)
{
    struct event *events = ARENA_ARRAY(operation->arena, struct event, count);
    for (size_t i = 0; i < count; i++) {
        const struct change *change = &changes[i];
        uint8_t random[10];
        random_bytes(random, sizeof random);
        events[i] = (struct event){
            .id = uuid_v7(now_us / MILLISECOND_US, random),
            .workspace_id = operation->model->catalogue->workspace_id,
            .object_id = change->object->id,
            .object_name = change->object->name_singular,
            .action = change->action,
            .record_id = change->values[change->object->id_column->index].as.uuid,
            .record = record_json(operation, change->object, change->values),
            .updated_fields =
                change->changed == NULL ? STR_EMPTY : updated_fields(operation, change->object, change->changed),
            .created_us = now_us,
        };
    }
    return events;
}

static struct pg_param optional_text(struct str text)
{
    return text.len == 0 ? param_null() : param_text(text);
}

static void bind_one(struct operation *operation, const struct event *event, const struct change *change,
                     struct pg_param *params)
{
    struct arena *arena = operation->arena;
    struct value created = {.kind = COLUMN_TIMESTAMPTZ, .as.us = event->created_us};
    params[SQL_EVENT_ID] = param_uuid(arena, &event->id);
    params[SQL_EVENT_OBJECT_ID] = param_text(str_of(change->object->id_text, UUID_TEXT_LEN));
    params[SQL_EVENT_OBJECT_NAME] = param_text(event->object_name);
    params[SQL_EVENT_ACTION] = param_text(event_action_name(event->action));
    params[SQL_EVENT_RECORD_ID] = param_uuid(arena, &event->record_id);
    params[SQL_EVENT_RECORD] = param_text(event->record);
    params[SQL_EVENT_UPDATED_FIELDS] = optional_text(event->updated_fields);
    params[SQL_EVENT_DELTA] = param_int(arena, change->delta);
    params[SQL_EVENT_CREATED_AT] = param_value(arena, &created);
}

static struct value text_value(struct str text, bool null)
{
    return (struct value){.kind = COLUMN_TEXT, .null = null, .as.text = text};
}

/* The same columns as array literals. */
static void bind_many(struct operation *operation, const struct event *events, const struct change *changes,
                      size_t count, struct pg_param *params)
{
    for (size_t column = 0; column < SQL_EVENT_PARAMS; column++) {
        struct strbuf literal = {0};
        strbuf_put_char(&literal, '{');
        for (size_t i = 0; i < count; i++) {
            struct pg_param one[SQL_EVENT_PARAMS];
            if (column == SQL_EVENT_RECORD) {
                one[column] = param_text(events[i].record);
            } else {
                bind_one(operation, &events[i], &changes[i], one);
            }
            struct value element = text_value(one[column].value, one[column].null);
            strbuf_puts(&literal, i == 0 ? "" : ",");
            value_put_array_element(&literal, operation->arena, &element);
        }
        strbuf_put_char(&literal, '}');
        params[column] = param_text(arena_copy(operation->arena, strbuf_str(&literal)));
        strbuf_release(&literal);
    }
}

struct pg_command write_outbox(struct operation *operation, const struct event *events, const struct change *changes,
                               size_t count)
{
    struct pg_param *params = ARENA_ARRAY(operation->arena, struct pg_param, SQL_EVENT_PARAMS);
    if (count == 1) {
        bind_one(operation, &events[0], &changes[0], params);
        return command_of(operation->arena, sql_outbox_one(), params);
    }
    bind_many(operation, events, changes, count, params);
    return command_of(operation->arena, sql_outbox_many(), params);
}

void write_publish(struct operation *operation, struct event *events, size_t count, const struct pg_result *sequences)
{
    for (size_t i = 0; i < count; i++) {
        struct str sequence;
        if (pg_value(sequences, i, 0, &sequence)) {
            events[i].sequence = pg_get_int8(sequence);
        }
        events_publish(operation->executor->events, operation->arena, &events[i]);
    }
}
