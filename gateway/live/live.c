#include "gateway/live/live.h"

#include "common/base/alloc.h"
#include <stdlib.h>

enum { READY_LIMIT_US = 3000 * 1000 };

struct live {
    struct loop *loop;
    struct live_options options;
    char *url;
    char *stream;
    struct redis_tail *tail; /* NULL without subscriptions */
    bool positioned;
    bool stopped;
    struct redis_stream_id last; /* that the tail has handed out, or stands behind */
    struct list subscriptions;   /* struct live_subscription.link */
    struct list over;            /* that only wait to be freed outside Redis' callbacks */
    struct loop_task sweep;
    size_t count;
};

struct live_subscription {
    struct list link;
    struct live *live;
    struct uuid key_id;
    struct uuid object_id;
    struct live_callbacks callbacks;
    void *context;
    struct redis_tail *own; /* while it catches up; NULL: fed by the worker's */
    struct redis_stream_id last;
    struct loop_timer timer; /* how long it may take to begin */
    bool ready;
    bool closed; /* no callback any more */
    bool ending; /* on_end is due */
    enum live_end end;
};

/* ---- endings: never within Redis' own callbacks ---- */

static void finish(struct live_subscription *subscription, enum live_end why)
{
    if (!subscription->ending && !subscription->closed) {
        subscription->ending = true;
        subscription->end = why;
        loop_defer(subscription->live->loop, &subscription->live->sweep);
    }
}

static void bury(struct live_subscription *subscription)
{
    list_remove(&subscription->link);
    list_push_back(&subscription->live->over, &subscription->link);
    subscription->live->count--;
    subscription->closed = true;
    loop_timer_stop(&subscription->timer);
    loop_defer(subscription->live->loop, &subscription->live->sweep);
}

static void live_on_sweep(void *context)
{
    struct live *live = context;
    LIST_EACH(at, after, &live->subscriptions)
    {
        struct live_subscription *subscription = LIST_ENTRY(at, struct live_subscription, link);
        if (subscription->ending) {
            bury(subscription);
            subscription->callbacks.on_end(subscription->context, subscription->end);
        }
    }
    LIST_EACH(at, after, &live->over)
    {
        struct live_subscription *subscription = LIST_ENTRY(at, struct live_subscription, link);
        list_remove(at);
        redis_tail_free(subscription->own);
        loop_timer_release(&subscription->timer);
        free(subscription);
    }
    if (live->count == 0 && live->tail != NULL) {
        redis_tail_free(live->tail);
        live->tail = NULL;
        live->positioned = false;
    }
}

/* ---- entries ---- */

static void become_ready(struct live_subscription *subscription)
{
    if (!subscription->ready && !subscription->closed && !subscription->ending) {
        subscription->ready = true;
        loop_timer_stop(&subscription->timer);
        subscription->callbacks.on_ready(subscription->context);
    }
}

static void offer(struct live_subscription *subscription, struct redis_stream_id id, const struct event *event)
{
    if (subscription->closed || subscription->ending || !redis_stream_id_after(id, subscription->last)) {
        return;
    }
    subscription->last = id;
    /* An entry may overtake the turn of the loop in which it would have been told that it is ready. */
    become_ready(subscription);
    if (!subscription->closed && uuid_eq(&subscription->object_id, &event->object_id)) {
        char text[REDIS_STREAM_ID_TEXT_MAX];
        redis_stream_id_print(id, text);
        subscription->callbacks.on_event(subscription->context, text, event);
    }
}

static void live_on_entries(void *context, const struct redis_entry *entries, size_t count)
{
    struct live *live = context;
    for (size_t i = 0; i < count; i++) {
        struct event event;
        live->last = entries[i].id;
        if (!event_from_stream(entries[i].fields, entries[i].field_count, &event)) {
            continue;
        }
        LIST_EACH(at, after, &live->subscriptions)
        {
            struct live_subscription *subscription = LIST_ENTRY(at, struct live_subscription, link);
            if (subscription->own == NULL) {
                offer(subscription, entries[i].id, &event);
            }
        }
    }
}

static void live_on_positioned(void *context, struct redis_stream_id last)
{
    struct live *live = context;
    if (!live->positioned) {
        live->positioned = true;
        live->last = last;
    }
    LIST_EACH(at, after, &live->subscriptions)
    {
        struct live_subscription *subscription = LIST_ENTRY(at, struct live_subscription, link);
        if (subscription->own == NULL) {
            become_ready(subscription);
        }
    }
}

static void live_on_gap(void *context)
{
    struct live *live = context;
    live->positioned = false; /* until it stands somewhere again */
    LIST_EACH(at, after, &live->subscriptions)
    {
        struct live_subscription *subscription = LIST_ENTRY(at, struct live_subscription, link);
        if (subscription->own == NULL && subscription->ready) {
            finish(subscription, LIVE_GAP);
        }
    }
}

/* ---- catching up ---- */

/* The worker's connection brings the rest as soon as it stands no further than we do. */
static void join_if_caught_up(struct live_subscription *subscription)
{
    struct live *live = subscription->live;
    if (live->positioned && !redis_stream_id_after(live->last, subscription->last) && !subscription->closed) {
        struct live_subscription *done = xcalloc(1, sizeof *done);
        /* Its connection is freed by the sweep, outside of Redis' callback, in a shell of its own. */
        *done = (struct live_subscription){.live = live, .own = subscription->own, .closed = true};
        loop_timer_init(&done->timer, live->loop, live_on_sweep, live);
        list_push_back(&live->over, &done->link);
        loop_defer(live->loop, &live->sweep);
        subscription->own = NULL;
    }
}

static void own_on_entries(void *context, const struct redis_entry *entries, size_t count)
{
    struct live_subscription *subscription = context;
    for (size_t i = 0; i < count && subscription->own != NULL && !subscription->closed; i++) {
        struct event event;
        if (event_from_stream(entries[i].fields, entries[i].field_count, &event)) {
            offer(subscription, entries[i].id, &event);
        }
        subscription->last = entries[i].id;
    }
    join_if_caught_up(subscription);
}

static void own_on_positioned(void *context, struct redis_stream_id last)
{
    struct live_subscription *subscription = context;
    (void)last;
    if (subscription->own != NULL) {
        become_ready(subscription);
        join_if_caught_up(subscription);
    }
}

static void own_on_gap(void *context)
{
    struct live_subscription *subscription = context;
    if (subscription->own != NULL) {
        finish(subscription, LIVE_GAP);
    }
}

/* ---- the room's doors ---- */

/* Its begin is due, or overdue. */
static void subscription_on_time(void *context)
{
    struct live_subscription *subscription = context;
    if (subscription->own == NULL && subscription->live->positioned) {
        become_ready(subscription);
    } else {
        finish(subscription, LIVE_FAILED);
    }
}

static const struct redis_tail_callbacks live_tail = {
    .on_positioned = live_on_positioned, .on_entries = live_on_entries, .on_gap = live_on_gap};
static const struct redis_tail_callbacks own_tail = {
    .on_positioned = own_on_positioned, .on_entries = own_on_entries, .on_gap = own_on_gap};

struct live *live_new(struct loop *loop, const struct live_options *options)
{
    struct live *live = xcalloc(1, sizeof *live);
    live->loop = loop;
    live->options = *options;
    live->url = xstrdup(options->redis_url);
    live->stream = xstrdup(options->stream);
    live->sweep = (struct loop_task){.callback = live_on_sweep, .context = live};
    list_init(&live->subscriptions);
    list_init(&live->over);
    return live;
}

void live_free(struct live *live)
{
    if (live == NULL) {
        return;
    }
    live_on_sweep(live);
    redis_tail_free(live->tail);
    loop_undefer(&live->sweep);
    free(live->url);
    free(live->stream);
    free(live);
}

static bool room_left(const struct live *live, const struct uuid *key_id, struct err *err)
{
    size_t of_key = 0;
    for (struct list *at = live->subscriptions.next; at != &live->subscriptions; at = at->next) {
        of_key += uuid_eq(&LIST_ENTRY(at, struct live_subscription, link)->key_id, key_id);
    }
    if (live->count >= live->options.max_subscriptions) {
        return err_fail_tag(err, ERR_LIMITED, "LIMIT_REACHED", "Too many subscriptions on this server (%zu)",
                            live->options.max_subscriptions);
    }
    if (of_key >= live->options.max_subscriptions_per_key) {
        return err_fail_tag(err, ERR_LIMITED, "LIMIT_REACHED", "Too many subscriptions with this key (%zu)",
                            live->options.max_subscriptions_per_key);
    }
    return true;
}

struct live_subscription *live_subscribe(struct live *live, const struct uuid *key_id, const struct uuid *object_id,
                                         struct str from, const struct live_callbacks *callbacks, void *context,
                                         struct err *err)
{
    struct redis_stream_id id = {0};
    /* No event has the id 0-0, which would mean the stream's end to us. */
    if (from.len > 0 && (!redis_stream_id_parse(from, &id) || (id.ms == 0 && id.sequence == 0))) {
        (void)err_fail_tag(err, ERR_INVALID, "INVALID_LAST_EVENT_ID",
                           "Last-Event-ID must be the id of an event of this server, such as 1526919030474-0");
        return NULL;
    }
    struct str stream = str_from(live->stream);
    if (!room_left(live, key_id, err) ||
        (live->tail == NULL && (live->tail = redis_tail_new(live->loop, live->url, stream, (struct redis_stream_id){0},
                                                            &live_tail, live, err)) == NULL)) {
        return NULL;
    }
    struct redis_tail *own = NULL;
    struct live_subscription *subscription = xcalloc(1, sizeof *subscription);
    if (from.len > 0 &&
        (own = redis_tail_new(live->loop, live->url, stream, id, &own_tail, subscription, err)) == NULL) {
        free(subscription);
        return NULL;
    }
    *subscription = (struct live_subscription){.live = live,
                                               .key_id = *key_id,
                                               .object_id = *object_id,
                                               .callbacks = *callbacks,
                                               .context = context,
                                               .own = own,
                                               .last = from.len > 0 ? id : live->last};
    loop_timer_init(&subscription->timer, live->loop, subscription_on_time, subscription);
    loop_timer_start(&subscription->timer, READY_LIMIT_US);
    list_push_back(&live->subscriptions, &subscription->link);
    live->count++;
    if (live->stopped) {
        finish(subscription, LIVE_STOPPED);
    } else if (own == NULL && live->positioned) {
        /* Ready at once, but its maker is told from the loop. */
        loop_timer_start(&subscription->timer, 0);
    }
    return subscription;
}

void live_unsubscribe(struct live_subscription *subscription)
{
    if (!subscription->closed) {
        bury(subscription);
    }
}

void live_stop(struct live *live)
{
    live->stopped = true;
    LIST_EACH(at, after, &live->subscriptions)
    {
        finish(LIST_ENTRY(at, struct live_subscription, link), LIVE_STOPPED);
    }
}

size_t live_count(const struct live *live)
{
    return live->count;
}
