/*
 * The body of a delivery, byte by byte as Twenty sends it (contract/webhooks 1.2). It is a pure function of the outbox
 * row and the webhook, so every retry carries the same bytes; the record's own bytes are never parsed or printed again.
 */
#ifndef PORTTI_DISPATCHER_DELIVER_BODY_H
#define PORTTI_DISPATCHER_DELIVER_BODY_H

#include "common/base/strbuf.h"
#include "common/event/event.h"

/* `updatedFields` is left out when the event has none. `eventDate` is the time of the change. */
void deliver_body_put(struct strbuf *out, const struct event *event, struct str target_url,
                      const struct uuid *webhook_id);

#endif
