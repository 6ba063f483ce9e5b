/*
 * The body of a delivery, byte by byte as Twenty sends it (contract/webhooks 1.2). It is a pure function of the outbox
 * row and the webhook, so every retry carries the same bytes; the record's own bytes are never parsed or printed again.
 */
#ifndef PORTTI_DISPATCHER_DELIVER_BODY_H
#define PORTTI_DISPATCHER_DELIVER_BODY_H

#include "common/base/strbuf.h"
#include "common/event/event.h"
#include <stdbool.h>
#include <stddef.h>

/* How much of the record goes out. Zeroed: all of it, whatever its size. */
struct deliver_shape {
    bool thin;                /* the record's id alone */
    bool chosen;              /* `fields`, and the id */
    const struct str *fields; /* names of fields */
    size_t field_count;
    size_t max_bytes; /* a body that would be larger is thin; 0 = any size */
};

/* `updatedFields` is left out when the event has none. `eventDate` is the time of the change. A thin body ends with
 * `"payload":"thin"`, which no other has. */
void deliver_body_put(struct strbuf *out, const struct event *event, struct str target_url,
                      const struct uuid *webhook_id, const struct deliver_shape *shape);

#endif
