/* clang-format off */
/*
 * Deliveries as the metadata API shows them: what came of one event for one webhook, after its first attempt.
 *
 * GET /rest/metadata/webhookDeliveries answers {"data":[delivery],"pageInfo":{"hasNextPage","hasPreviousPage",
 * "startCursor","endCursor"}}, the latest attempt first. Parameters, all optional:
 *   webhook    id
 *   status     delivered | retrying | failed | disabled
 *   object     nameSingular, such as company
 *   action     created, updated, …
 *   record     id
 *   event      id
 *   from, to   times: of the latest attempt, from <= it < to
 *   limit      1 to 200, default 60
 *   starting_after, ending_before   a page's endCursor or startCursor
 * A delivery:
 *   {"id","webhookId","eventId","sequence","eventName","object","action","recordId","eventDate","status","attempts",
 *    "lastAttemptAt","nextAttemptAt","responseStatus","error","durationMs"}
 * id is "{webhookId}_{eventId}". status: "delivered"; "retrying": another attempt is to come; "failed": given up;
 * "disabled": the webhook was disabled or deleted before it came to that; the last entry of the log says which. error is
 * null when a status came, else one of timeout, dns, refused, reset, tls, blocked, too_large, protocol, url, secret,
 * lost, other. Attempts of resends and replays are counted in `attempts` too.
 *
 * GET /rest/metadata/webhookDeliveries/{id} answers the delivery with "attemptLog", oldest first, at most 1000:
 *   {"attempt","startedAt","durationMs","timings":{"dnsMs","connectMs","tlsMs","firstByteMs"},"outcome",
 *    "responseStatus","error","response","nextAttemptAt"}
 * outcome has the words of status. timings are null where it did not come to that, or for what a kept connection had
 * done before. response is the first 8 kB of the answer as text, with U+FFFD where it is none; without an answer, a
 * sentence. An unknown delivery is 404, DELIVERY_NOT_FOUND.
 *
 * POST /rest/metadata/webhookDeliveries/{id}/resend answers 202 with {"id","webhookId","eventId"}: it is sent at once,
 * whatever came of it and whatever the webhook wants by now. POST /rest/metadata/webhooks/{id}/test answers the same.
 */
/* clang-format on */
#ifndef PORTTI_METADATA_DELIVERY_H
#define PORTTI_METADATA_DELIVERY_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/url.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery_id {
    struct uuid webhook;
    struct uuid event;
};
/* "{webhookId}_{eventId}" */
MUST_CHECK bool delivery_id_parse(struct str text, struct delivery_id *out);
void delivery_id_put(struct strbuf *out, const struct delivery_id *id);

/* A text with a NULL ptr is null, a time of 0 too. */
struct attempt {
    int64_t number;
    int64_t started_us;
    int64_t duration_us;
    int64_t part_us[4]; /* dns, connect, tls, first byte; -1: null */
    struct str outcome; /* delivered, failed, gave_up, disabled */
    int64_t status;     /* 0: null */
    struct str error;
    struct str response;
    int64_t next_us;
};

struct delivery_view {
    struct delivery_id id;
    int64_t sequence;
    struct str object; /* with action null when nothing was sent because the event was not at hand */
    struct str action;
    struct uuid record_id;
    int64_t event_us;
    int64_t attempts;
    struct attempt last;
};

/* A delivery that has been asked for: its ids. */
void delivery_put_accepted(struct strbuf *out, const struct delivery_id *id);
void delivery_put_json(struct strbuf *out, const struct delivery_view *delivery);
/* With its attempts. */
void delivery_put_json_whole(struct strbuf *out, const struct delivery_view *delivery, const struct attempt *attempts,
                             size_t count);

/* Where a page begins or ends: the delivery's latest attempt, as it was then. */
struct delivery_cursor {
    int64_t started_us;
    struct delivery_id id;
};
void delivery_cursor_put(struct strbuf *out, const struct delivery_cursor *cursor);

enum { DELIVERIES_PAGE_DEFAULT = 60, DELIVERIES_PAGE_MAX = 200 };

struct delivery_search {
    bool by_webhook, by_record, by_event;
    struct uuid webhook, record, event;
    struct str outcome; /* as the attempts have it; empty: any. The same for the next two */
    struct str object;
    struct str action;
    int64_t from_us, to_us; /* 0: any */
    size_t limit;
    bool after_given, before_given;
    struct delivery_cursor cursor;
};
/* ERR_INVALID names the parameter, also one that there is not. */
MUST_CHECK bool delivery_search_read(const struct query_params *params, struct delivery_search *out, struct err *err);

#endif
