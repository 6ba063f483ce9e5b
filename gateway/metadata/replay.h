/* clang-format off */
/*
 * Replays: events of a time that a webhook gets again.
 *
 * POST /rest/metadata/webhooks/{id}/replay takes
 *   from          a time, required; of the changes, not of the deliveries
 *   to            a time (default: now)
 *   operations    ["company.*"]: only these, of those that the webhook wants; null (default): all
 *   filter        as of a webhook, beside its own; null (default): none
 *   undelivered   true: only what was never delivered to it; false (default)
 *   rate          "100/s" and the like: so many are prepared; "off" or null (default): as the webhook takes them
 * and answers 202 with the job, which GET .../replay lists, newest first, at most 60, as {"data":[job]}:
 *   {"id","webhookId","from","to","operations","filter","undelivered","rate","status","eventsRead","deliveriesMade",
 *    "createdAt","finishedAt"}
 * eventsRead: of the webhook's operations; deliveriesMade: of those that the filters let through. status is "running",
 * "done" or "cancelled" (DELETE .../replay answers true when one was running, false otherwise). While one runs another
 * is refused: 409, REPLAY_RUNNING.
 */
/* clang-format on */
#ifndef PORTTI_METADATA_REPLAY_H
#define PORTTI_METADATA_REPLAY_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text with a NULL ptr is null, a time of 0 too. */
struct replay {
    struct uuid id;
    struct uuid webhook_id;
    int64_t from_us;
    int64_t to_us;
    const struct str *operations; /* NULL: all */
    size_t operation_count;
    struct str filter;
    bool undelivered;
    struct str rate;
    bool cancelled;
    int64_t events_read;
    int64_t deliveries_made;
    int64_t created_us;
    int64_t finished_us;
};

/* A body; ids and times of its own are the caller's. ERR_INVALID names the property. */
MUST_CHECK bool replay_read(struct arena *arena, const struct json *body, int64_t now_us, struct replay *out,
                            struct err *err);
void replay_put_json(struct strbuf *out, const struct replay *replay);

/*
 * POST /rest/metadata/webhooks/{id}/rotateSecret takes
 *   secret    the new one; null (default): 64 random hex digits
 *   overlap   "24h" (default), "0s" to "7d": so long what is replaced signs too
 * and answers 200 with the webhook. Of X-Twenty-Webhook-Signature there can be only one: it is the new secret's at
 * once.
 */
MUST_CHECK bool rotate_read(const struct json *body, struct str *secret, int64_t *overlap_us, struct err *err);

#endif
