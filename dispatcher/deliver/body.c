#include "dispatcher/deliver/body.h"
#include "common/text/json_write.h"
#include "common/text/timestamp.h"
#include "dispatcher/shape/record_pick.h"

static void put_uuid(struct strbuf *out, const struct uuid *uuid)
{
    strbuf_put_char(out, '"');
    uuid_put(out, uuid);
    strbuf_put_char(out, '"');
}

static void put_event_name(struct strbuf *out, const struct event *event)
{
    /* The name of an object and of an action need no escapes: identifiers, by the rules of the data model. */
    strbuf_put_char(out, '"');
    strbuf_put(out, event->object_name);
    strbuf_put_char(out, '.');
    strbuf_put(out, event_action_name(event->action));
    strbuf_put_char(out, '"');
}

static void put_record(struct strbuf *out, struct str record, const struct deliver_shape *shape, bool thin)
{
    if (thin) {
        record_pick_put(out, record, NULL, 0);
    } else if (shape->chosen) {
        record_pick_put(out, record, shape->fields, shape->field_count);
    } else {
        strbuf_put(out, record);
    }
}

static void put_body(struct strbuf *out, const struct event *event, struct str target_url,
                     const struct uuid *webhook_id, const struct deliver_shape *shape, bool thin)
{
    strbuf_put(out, STR("{\"targetUrl\":"));
    json_put_string(out, target_url);
    strbuf_put(out, STR(",\"eventName\":"));
    put_event_name(out, event);
    strbuf_put(out, STR(",\"objectMetadata\":{\"id\":"));
    put_uuid(out, &event->object_id);
    strbuf_put(out, STR(",\"nameSingular\":"));
    json_put_string(out, event->object_name);
    strbuf_put(out, STR("},\"workspaceId\":"));
    put_uuid(out, &event->workspace_id);
    strbuf_put(out, STR(",\"webhookId\":"));
    put_uuid(out, webhook_id);
    strbuf_put(out, STR(",\"eventDate\":\""));
    timestamp_put(out, event->created_us);
    strbuf_put(out, STR("\",\"record\":"));
    put_record(out, event->record, shape, thin);
    if (event->updated_fields.len > 0) {
        strbuf_put(out, STR(",\"updatedFields\":"));
        strbuf_put(out, event->updated_fields);
    }
    strbuf_puts(out, thin ? ",\"payload\":\"thin\"}" : "}");
}

void deliver_body_put(struct strbuf *out, const struct event *event, struct str target_url,
                      const struct uuid *webhook_id, const struct deliver_shape *shape)
{
    put_body(out, event, target_url, webhook_id, shape, shape->thin);
    if (!shape->thin && shape->max_bytes > 0 && out->len > shape->max_bytes) {
        strbuf_clear(out);
        put_body(out, event, target_url, webhook_id, shape, true);
    }
}
