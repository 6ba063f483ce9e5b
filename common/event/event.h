/*
 * A record change, as it stands in the outbox and in the Redis stream. The record's JSON is kept as bytes and never
 * parsed again: every delivery and every retry of an event carries the same bytes.
 */
#ifndef PORTTI_EVENT_EVENT_H
#define PORTTI_EVENT_EVENT_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stdint.h>

enum event_action {
    EVENT_CREATED,
    EVENT_UPDATED,
    EVENT_DELETED,
    EVENT_RESTORED,
    EVENT_DESTROYED,
    /* About a webhook rather than a record: the object is "webhook", the record says how it stands. */
    EVENT_TEST,     /* for that webhook alone */
    EVENT_FAILING,  /* for others: it has done nothing but fail for long */
    EVENT_DISABLED, /* for others: it gets no deliveries any more */
    EVENT_ACTION_COUNT
};

/* The object of the last three, which has no metadata of its own. */
#define EVENT_WEBHOOK_OBJECT    "webhook"
#define EVENT_WEBHOOK_OBJECT_ID "77656268-6f6f-4b00-8000-000000000001"

static inline bool event_is_about_webhook(enum event_action action)
{
    return action >= EVENT_TEST;
}

struct event {
    struct uuid id;   /* v7, stable over retries: the webhook-id */
    int64_t sequence; /* the outbox's order; 0 = not known yet */
    struct uuid workspace_id;
    struct uuid object_id;  /* metadata id of the object */
    struct str object_name; /* nameSingular */
    enum event_action action;
    struct uuid record_id;
    struct str record;         /* the exact JSON: after the change; before it for `destroyed` */
    struct str updated_fields; /* a JSON array of names, or empty when the action has none */
    int64_t created_us;        /* the eventDate, millisecond precision */
};

/* "created", "updated", … */
struct str event_action_name(enum event_action action);
MUST_CHECK bool event_action_parse(struct str name, enum event_action *out);

/* The live feed: one Redis stream entry per event, field names and values in this order. */
#define EVENT_STREAM_DEFAULT "portti:events"
enum { EVENT_STREAM_FIELDS = 10 };
/* Fills names and values for XADD; texts live in the arena. Fields: id, sequence, workspaceId, objectId, object,
 * action, recordId, createdAt (ISO), updatedFields, record. */
void event_to_stream(struct arena *arena, const struct event *event, struct str names[EVENT_STREAM_FIELDS],
                     struct str values[EVENT_STREAM_FIELDS]);
/* The way back, from name, value, name, value …: in any order, unknown names are passed over. Texts are borrowed. */
MUST_CHECK bool event_from_stream(const struct str *fields, size_t count, struct event *out);

#endif
