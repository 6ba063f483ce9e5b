/*
 * Live changes: hands the events of the Redis stream to whoever subscribed on this worker. One connection to Redis a
 * worker, made with the first subscription and dropped after the last; a subscription that resumes reads with one of
 * its own until it has caught up. One thread's.
 *
 * What is in the stream comes in its order, each event once a subscription. The stream is a feed and no ledger: where
 * events may be missing the subscription is told so, and ends.
 */
#ifndef PORTTI_LIVE_LIVE_H
#define PORTTI_LIVE_LIVE_H

#include "common/base/err.h"
#include "common/base/list.h"
#include "common/event/event.h"
#include "common/loop/loop.h"
#include "common/redis/redis.h"
#include <stdbool.h>

struct live;

struct live_options {
    const char *redis_url;
    const char *stream;
    size_t max_subscriptions;         /* of this worker */
    size_t max_subscriptions_per_key; /* of this worker */
};

/* Connects to nothing yet. Copies the options' texts. */
struct live *live_new(struct loop *loop, const struct live_options *options);
/* Without subscriptions. */
void live_free(struct live *live);

enum live_end {
    LIVE_GAP,     /* events may be missing: read anew, then subscribe anew */
    LIVE_STOPPED, /* the server goes down */
    LIVE_FAILED   /* Redis could not be reached in time */
};

struct live_subscription;

struct live_callbacks {
    /* From now on, or behind the id that was resumed from, no event is missed. Once. */
    void (*on_ready)(void *context);
    /* `id` is what a client resumes from. Borrowed for the call. */
    void (*on_event)(void *context, const char *id, const struct event *event);
    /* The last call: the subscription is gone. */
    void (*on_end)(void *context, enum live_end why);
};

/*
 * Events of one object. `from` is an id of on_event, or empty for "from now on". NULL with ERR_INVALID for an id that
 * is none and ERR_LIMITED when there are too many. Callbacks come later, from the loop, and live_unsubscribe may be
 * called in each.
 */
MUST_CHECK struct live_subscription *live_subscribe(struct live *live, const struct uuid *key_id,
                                                    const struct uuid *object_id, struct str from,
                                                    const struct live_callbacks *callbacks, void *context,
                                                    struct err *err);
/* No callback follows. */
void live_unsubscribe(struct live_subscription *subscription);
/* Ends all with LIVE_STOPPED, and every later one as well. */
void live_stop(struct live *live);
size_t live_count(const struct live *live);

#endif
