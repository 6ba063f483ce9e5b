/*
 * The record of an event about a webhook: webhook.test, webhook.failing, webhook.disabled. No secrets are in it.
 */
#ifndef PORTTI_WEBHOOK_WEBHOOK_EVENT_H
#define PORTTI_WEBHOOK_WEBHOOK_EVENT_H

#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include <stdint.h>

/* Times in microseconds since 1970, 0 = null. */
struct webhook_event {
    struct uuid id;
    struct str target_url; /* in normal form */
    struct str reason;     /* a sentence */
    int64_t failing_since_us;
    int64_t disables_us; /* FAILING: when it will be disabled if that goes on */
    int64_t disabled_us;
};

/* Of targetUrl only scheme, host and port, since others read it.
 * {"id","targetUrl","reason","failingSince","disablesAt","disabledAt"} */
void webhook_event_put(struct strbuf *out, const struct webhook_event *event);

#endif
