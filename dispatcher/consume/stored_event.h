/* An event as it was read from the outbox, in one block of memory, shared by the deliveries that carry it. */
#ifndef PORTTI_DISPATCHER_CONSUME_STORED_EVENT_H
#define PORTTI_DISPATCHER_CONSUME_STORED_EVENT_H

#include "common/event/event.h"

struct stored_event {
    struct event event; /* its texts stand behind the struct */
    unsigned refs;
};

/* One reference, the caller's. The texts are copied. */
struct stored_event *stored_event_new(const struct event *event);
struct stored_event *stored_event_ref(struct stored_event *stored);
/* NULL is allowed. */
void stored_event_unref(struct stored_event *stored);

#endif
