/* Records written together with their events, as the statements of one write. */
#ifndef PORTTI_EXECUTE_WRITE_EVENT_H
#define PORTTI_EXECUTE_WRITE_EVENT_H

#include "common/event/event.h"
#include "gateway/execute/operation.h"

/* Events of one write, gathered, then bound as the outbox's statement. */
struct change {
    const struct object *object;
    enum event_action action;
    const struct value *values; /* what the record's JSON is made of: after; before for destroyed */
    const bool *changed;        /* by column, or NULL: named in updatedFields */
    int delta;                  /* of the live count */
};
/* Events of `changes`, with fresh ids and `now_us`, in the arena. */
struct event *write_events(struct operation *operation, const struct change *changes, size_t count, int64_t now_us);
/* The insert of created records: the values of `changes`, which are all the object's. */
struct pg_command write_insert(struct operation *operation, const struct object *object, const struct change *changes,
                               size_t count);
/* The outbox's insert for them. */
struct pg_command write_outbox(struct operation *operation, const struct event *events, const struct change *changes,
                               size_t count);
/* Takes the sequence numbers from the outbox's RETURNING and publishes. After the commit. */
void write_publish(struct operation *operation, struct event *events, size_t count, const struct pg_result *sequences);
/* Wall clock, cut to the millisecond: what a write stamps. */
int64_t write_now_us(void);

#endif
