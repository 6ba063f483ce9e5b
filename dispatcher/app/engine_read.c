#include "common/base/alloc.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine_internal.h"
#include <assert.h>
#include <stdlib.h>

enum { TRY_AGAIN_US = 200000 };
/* With so many deliveries in memory, lanes that lag keep no more than a few. */
enum { HELD_MOST = 200000, LANE_LEAST = 64 };

struct step {
    struct engine *engine;
    unsigned generation;
};

static struct step *step_new(struct engine *engine)
{
    struct step *step = xmalloc(sizeof(*step));
    *step = (struct step){engine, engine->generation};
    return step;
}

/* The engine, or NULL when it has lost the lease since. */
static struct engine *step_end(struct step *step)
{
    struct engine *engine = step->engine;
    bool ours = step->generation == engine->generation;
    free(step);
    return ours ? engine : NULL;
}

/* Webhooks. */

/* What a webhook has in memory when it is paused waits for as long as people take: it gets rows. */
static void keep_paused(struct engine *engine)
{
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        struct hook *hook = engine->hooks.active[i];
        if (!hook->just_paused) {
            continue;
        }
        hook->just_paused = false;
        LIST_EACH(link, after, &hook->deliveries)
        {
            struct delivery *delivery = LIST_ENTRY(link, struct delivery, of_hook);
            if (!delivery->has_row) {
                delivery_touch(engine, delivery);
            }
        }
    }
}

static void on_hooks(void *context, bool ok, const struct webhook_rows *rows)
{
    struct engine *engine = step_end(context);
    if (engine == NULL) {
        return;
    }
    if (!ok) {
        loop_timer_start(&engine->step_timer, TRY_AGAIN_US);
        return;
    }
    struct hooks_clock now = {loop_now_us(engine->loop), engine_now_us(engine)};
    hooks_load(&engine->hooks, rows, &now, engine_drop_hook, engine);
    if (engine->hooks.torn) {
        engine_yield(engine); /* the next owner begins with all that core.pending has */
    }
    keep_paused(engine);
    loop_defer(engine->loop, &engine->pump_task); /* one may have been resumed */
    engine_step(engine);
}

void engine_load_hooks(struct engine *engine)
{
    lookup_webhooks(engine->options.read_pool, on_hooks, step_new(engine));
}

bool engine_any_hungry(const struct engine *engine)
{
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        const struct hook *hook = engine->hooks.active[i];
        if (hook->state == HOOK_ACTIVE && hook->lane.queued == 0 && hook->lane.in_flight == 0 &&
            !hook->lane.pace.paused) {
            return true;
        }
    }
    return false;
}

/* From events to deliveries. */

static bool lane_is_full(const struct engine *engine, const struct hook *hook)
{
    size_t most = engine->held > HELD_MOST ? LANE_LEAST : engine->options.lane_queue;
    return hook->lane.queued >= most || engine_has_enough(engine, hook) || !list_empty(&hook->shelf) ||
           hook->held >= 10 * engine->options.lane_queue;
}

/* After a crash what has a row comes before what is read again from the outbox, so a delivery may not have one while an
 * older one of its record has none. */
static void touch_with_older(struct engine *engine, struct delivery *delivery)
{
    struct list *items = engine_find_order(engine, delivery->hook, &delivery->record_id);
    if (delivery->hook->order != ORDER_NONE && items != NULL) {
        LIST_EACH(link, after, items)
        {
            struct delivery *older = CONTAINER_OF(LIST_ENTRY(link, struct order_item, link), struct delivery, order);
            if (!older->has_row && older->seq < delivery->seq) {
                delivery_touch(engine, older);
            }
        }
    }
    delivery_touch(engine, delivery);
}

static void admit(struct engine *engine, struct batch *batch, struct hook *hook, struct stored_event *stored)
{
    const struct event *event = &stored->event;
    struct delivery *delivery =
        delivery_new(engine, hook, &event->id, &event->record_id, event->sequence, event->created_us);
    delivery->batch = batch;
    batch->undecided++;
    engine->undecided++;
    list_push_back(&batch->deliveries, &delivery->of_batch);
    if (hook->spilled || lane_is_full(engine, hook)) {
        delivery_spill(engine, delivery);
        return;
    }
    if (engine_is_parked(hook, &event->record_id)) {
        delivery_park(engine, delivery);
        return;
    }
    delivery_keep_event(engine, delivery, stored_event_ref(stored));
    if (delivery_enter_order(engine, delivery)) {
        delivery_ready(engine, delivery);
    }
    if (lane_stalls(&hook->lane, loop_now_us(engine->loop))) {
        touch_with_older(engine, delivery); /* it may take long: a row, so that nobody else's reading waits for it */
    }
}

static int compare_decided(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct decided_row));
}

static bool is_decided(const struct decided_row *decided, size_t count, const struct hook *hook,
                       const struct stored_event *stored)
{
    struct decided_row wanted = {hook->id, stored->event.id};
    return count > 0 && bsearch(&wanted, decided, count, sizeof(wanted), compare_decided) != NULL;
}

/* A webhook's own events are for itself when it is tested, and for all others otherwise. */
static bool is_wanted(const struct hook *hook, const struct event *event, struct record_view *view)
{
    if (hook->state != HOOK_ACTIVE || event->sequence <= hook->from_seq) {
        return false;
    }
    if (event_is_about_webhook(event->action)) {
        return uuid_eq(&hook->id, &event->record_id) == (event->action == EVENT_TEST);
    }
    return hook->shape->filter == NULL || record_filter_holds(hook->shape->filter, view);
}

static void admit_event(struct engine *engine, struct batch *batch, struct stored_event *stored,
                        const struct decided_row *decided, size_t count)
{
    const struct event *event = &stored->event;
    struct record_view view;
    const uint32_t *found;
    size_t subscribers = match_find(engine->hooks.index, event->object_name, event->action, &found);
    record_view_init(&view, event->record, event->updated_fields);
    for (size_t s = 0; s < subscribers && event->action != EVENT_TEST; s++) {
        struct hook *hook = engine->hooks.active[found[s]];
        if (is_wanted(hook, event, &view) && !is_decided(decided, count, hook, stored)) {
            admit(engine, batch, hook, stored);
        }
    }
    struct hook *tested = event->action == EVENT_TEST ? hooks_find(&engine->hooks, &event->record_id) : NULL;
    if (tested != NULL && is_wanted(tested, event, &view) && !is_decided(decided, count, tested, stored)) {
        admit(engine, batch, tested, stored); /* whatever its operations are */
    }
    record_view_release(&view);
}

static void admit_all(struct engine *engine, struct batch *batch, const struct decided_row *decided, size_t count)
{
    struct incoming *incoming = &engine->incoming;
    for (size_t i = 0; i < incoming->count; i++) {
        admit_event(engine, batch, incoming->events[i], decided, count);
    }
}

static void take_incoming(struct engine *engine, const struct decided_row *decided, size_t count)
{
    struct incoming *incoming = &engine->incoming;
    struct batch *batch = xcalloc(1, sizeof(*batch));
    assert(incoming->here);
    list_init(&batch->deliveries);
    batch->read_us = loop_now_us(engine->loop);
    cursor_set(&batch->after, strbuf_str(&incoming->after.snapshot), strbuf_str(&incoming->after.upper),
               incoming->after.upper_seq);
    list_push_back(&engine->batches, &batch->link);
    metric_add(&dispatcher_metrics[METRIC_EVENTS_READ], incoming->count);
    admit_all(engine, batch, decided, count);
    if (batch->undecided == 0) {
        engine_flush_soon(engine); /* nothing to wait for: the cursor may move on */
    }
    engine->recovering = engine->recovering && incoming->more;
    engine_drop_incoming(engine);
    engine->read_paused = true;
    engine_pump(engine);
    engine_read_on(engine);
}

void engine_drop_incoming(struct engine *engine)
{
    struct incoming *incoming = &engine->incoming;
    for (size_t i = 0; i < incoming->count; i++) {
        stored_event_unref(incoming->events[i]);
    }
    free(incoming->events);
    incoming->events = NULL;
    incoming->count = 0;
    incoming->here = false;
}

/* What the last owner has decided. */

static void on_decided(void *context, bool ok, const struct decided_row *rows, size_t count)
{
    struct engine *engine = step_end(context);
    if (engine == NULL || !engine->incoming.here) {
        return; /* the read was dropped, as when draining: the cursor may not pass it */
    }
    if (!ok) {
        loop_timer_start(&engine->step_timer, TRY_AGAIN_US);
        return;
    }
    struct decided_row *sorted = xcalloc(count + 1, sizeof(*sorted));
    if (count > 0) {
        memcpy(sorted, rows, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare_decided);
    }
    take_incoming(engine, sorted, count);
    free(sorted);
}

static void ask_decided(struct engine *engine)
{
    const struct incoming *incoming = &engine->incoming;
    int64_t *seqs = xcalloc(incoming->count, sizeof(*seqs));
    for (size_t i = 0; i < incoming->count; i++) {
        seqs[i] = incoming->events[i]->event.sequence;
    }
    lookup_decided(engine->options.read_pool, seqs, incoming->count, on_decided, step_new(engine));
    free(seqs);
}

/* The way of a read. */

void engine_step(void *context)
{
    struct engine *engine = context;
    const struct incoming *incoming = &engine->incoming;
    if (engine->phase == PHASE_STARTING) {
        if (engine->hooks.version == 0) {
            engine_load_hooks(engine);
        } else {
            engine_recover(engine);
        }
        return;
    }
    if (engine->phase != PHASE_WORKING || !incoming->here) {
        return;
    }
    if (incoming->webhooks_version > engine->hooks.version) {
        /* Before matching: an event may follow the webhook that wants it within the same read. */
        engine_load_hooks(engine);
    } else if (engine->recovering && incoming->count > 0) {
        ask_decided(engine);
    } else {
        take_incoming(engine, NULL, 0);
    }
}

/* Nothing was read and the webhooks are the same: no row, no cursor to move. */
static bool is_nothing(const struct engine *engine, const struct outbox_batch *batch)
{
    return batch->count == 0 && !batch->more && !engine->recovering && batch->webhooks_version <= engine->hooks.version;
}

void engine_on_batch(void *context, const struct outbox_batch *batch)
{
    struct engine *engine = context;
    struct incoming *incoming = &engine->incoming;
    if (is_nothing(engine, batch)) {
        engine->read_paused = true;
        engine_read_on(engine);
        return;
    }
    incoming->events = xcalloc(batch->count + 1, sizeof(struct stored_event *));
    incoming->count = batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        incoming->events[i] = stored_event_ref(batch->events[i]);
    }
    cursor_set(&incoming->after, strbuf_str(&batch->after->snapshot), strbuf_str(&batch->after->upper),
               batch->after->upper_seq);
    incoming->webhooks_version = batch->webhooks_version;
    incoming->more = batch->more;
    incoming->here = true;
    engine_step(engine);
}

void engine_read_on(struct engine *engine)
{
    if (engine->read_paused && engine->phase == PHASE_WORKING && !engine->draining &&
        engine->undecided < UNDECIDED_MOST && recorder_leads(engine->recorder)) {
        engine->read_paused = false;
        outbox_continue(engine->outbox);
    }
}

void engine_start_reading(struct engine *engine)
{
    const struct outbox_options options = {
        .workspace_id = engine->hooks.workspace_id,
        .poll_us = engine->options.poll_interval_us,
        .batch = engine->options.read_batch,
        .on_batch = engine_on_batch,
        .context = engine,
    };
    engine->phase = PHASE_WORKING;
    engine->recovering = true;
    engine->read_paused = false;
    if (!engine->draining) {
        engine->outbox = outbox_new(engine->loop, engine->options.read_pool, &options, &engine->start);
    }
}
