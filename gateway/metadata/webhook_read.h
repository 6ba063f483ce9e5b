/* Inside this room: the properties that say how a webhook is delivered to. */
#ifndef PORTTI_METADATA_WEBHOOK_READ_H
#define PORTTI_METADATA_WEBHOOK_READ_H

#include "gateway/metadata/webhook.h"

/* Fills what the body names, and the defaults of the rest. */
MUST_CHECK bool webhook_read_delivery(struct arena *arena, const struct json *body, struct webhook *out,
                                      struct webhook_given *given, struct err *err);

#endif
