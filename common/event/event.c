#include "common/event/event.h"

#include "common/text/timestamp.h"
#include <inttypes.h>

static const struct str ACTIONS[EVENT_ACTION_COUNT] = {
    [EVENT_CREATED] = STR_INIT("created"),     [EVENT_UPDATED] = STR_INIT("updated"),
    [EVENT_DELETED] = STR_INIT("deleted"),     [EVENT_RESTORED] = STR_INIT("restored"),
    [EVENT_DESTROYED] = STR_INIT("destroyed"), [EVENT_TEST] = STR_INIT("test"),
    [EVENT_FAILING] = STR_INIT("failing"),     [EVENT_DISABLED] = STR_INIT("disabled"),
};

struct str event_action_name(enum event_action action)
{
    return ACTIONS[action];
}

bool event_action_parse(struct str name, enum event_action *out)
{
    for (int action = 0; action < EVENT_ACTION_COUNT; action++) {
        if (str_eq(name, ACTIONS[action])) {
            *out = (enum event_action)action;
            return true;
        }
    }
    return false;
}

static struct str uuid_text(struct arena *arena, const struct uuid *uuid)
{
    char *text = arena_bytes(arena, UUID_TEXT_LEN);
    uuid_print(uuid, text);
    return str_of(text, UUID_TEXT_LEN);
}

static struct str time_text(struct arena *arena, int64_t us)
{
    char *text = arena_bytes(arena, TIMESTAMP_TEXT_LEN);
    timestamp_print(us, text);
    return str_of(text, TIMESTAMP_TEXT_LEN);
}

void event_to_stream(struct arena *arena, const struct event *event, struct str names[EVENT_STREAM_FIELDS],
                     struct str values[EVENT_STREAM_FIELDS])
{
    const struct {
        struct str name;
        struct str value;
    } fields[EVENT_STREAM_FIELDS] = {
        {STR("id"), uuid_text(arena, &event->id)},
        {STR("sequence"), arena_printf(arena, "%" PRId64, event->sequence)},
        {STR("workspaceId"), uuid_text(arena, &event->workspace_id)},
        {STR("objectId"), uuid_text(arena, &event->object_id)},
        {STR("object"), event->object_name},
        {STR("action"), event_action_name(event->action)},
        {STR("recordId"), uuid_text(arena, &event->record_id)},
        {STR("createdAt"), time_text(arena, event->created_us)},
        {STR("updatedFields"), event->updated_fields},
        {STR("record"), event->record},
    };
    for (size_t i = 0; i < EVENT_STREAM_FIELDS; i++) {
        names[i] = fields[i].name;
        values[i] = fields[i].value;
    }
}

bool event_from_stream(const struct str *fields, size_t count, struct event *out)
{
    *out = (struct event){0};
    bool has_action = false;
    bool ids = true;
    bool has_id = false;
    for (size_t i = 0; i + 1 < count; i += 2) {
        struct str name = fields[i];
        struct str value = fields[i + 1];
        if (str_is(name, "id")) {
            has_id = uuid_parse(value, &out->id);
        } else if (str_is(name, "sequence")) {
            ids = str_to_int64(value, 0, INT64_MAX, &out->sequence) && ids;
        } else if (str_is(name, "workspaceId")) {
            ids = uuid_parse(value, &out->workspace_id) && ids;
        } else if (str_is(name, "objectId")) {
            ids = uuid_parse(value, &out->object_id) && ids;
        } else if (str_is(name, "object")) {
            out->object_name = value;
        } else if (str_is(name, "action")) {
            has_action = event_action_parse(value, &out->action);
        } else if (str_is(name, "recordId")) {
            ids = uuid_parse(value, &out->record_id) && ids;
        } else if (str_is(name, "createdAt")) {
            ids = timestamp_parse(value, &out->created_us) && ids;
        } else if (str_is(name, "updatedFields")) {
            out->updated_fields = value;
        } else if (str_is(name, "record")) {
            out->record = value;
        }
    }
    return ids && has_id && has_action && out->record.len > 0;
}
