#include "common/base/alloc.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine_internal.h"
#include <assert.h>
#include <stdlib.h>

enum { LATER_US = 500000 };

struct delivery *delivery_new(struct engine *engine, struct hook *hook, const struct uuid *event_id,
                              const struct uuid *record_id, int64_t seq, int64_t created_us)
{
    struct delivery *delivery = xcalloc(1, sizeof(*delivery));
    delivery->hook = hook;
    delivery->event_id = *event_id;
    delivery->record_id = *record_id;
    delivery->seq = seq;
    delivery->created_us = created_us;
    delivery->state = DELIVERY_WAITING;
    list_push_back(&hook->deliveries, &delivery->of_hook);
    hook->held++;
    engine->held++;
    return delivery;
}

void delivery_decided(struct engine *engine, struct delivery *delivery)
{
    if (delivery->batch != NULL) {
        list_remove(&delivery->of_batch);
        delivery->batch->undecided--;
        delivery->batch = NULL;
        engine->undecided--;
    }
}

void delivery_free(struct engine *engine, struct delivery *delivery)
{
    assert(delivery->order.slot == NULL && delivery->due.place == 0 && !list_linked(&delivery->link));
    delivery_decided(engine, delivery);
    list_remove(&delivery->dirty);
    list_remove(&delivery->of_hook);
    delivery_drop_event(engine, delivery);
    if (--delivery->hook->held == 0) {
        hook_emptied(delivery->hook);
    }
    engine->held--;
    free(delivery);
}

void delivery_touch(struct engine *engine, struct delivery *delivery)
{
    if (!list_linked(&delivery->dirty)) {
        list_push_back(&engine->dirty, &delivery->dirty);
    }
    engine_flush_soon(engine);
}

const struct uuid *engine_order_key(const struct hook *hook, const struct uuid *record_id)
{
    static const struct uuid any_record = {{0}};
    return hook->order == ORDER_ENDPOINT ? &any_record : record_id;
}

bool delivery_enter_order(struct engine *engine, struct delivery *delivery)
{
    struct hook *hook = delivery->hook;
    /* Without an order they are entered all the same, since that is where they are looked for. */
    return order_add(&engine->order, &hook->id, engine_order_key(hook, &delivery->record_id), &delivery->order) ||
           hook->order == ORDER_NONE;
}

struct list *engine_find_order(const struct engine *engine, const struct hook *hook, const struct uuid *record_id)
{
    return order_find(&engine->order, &hook->id, engine_order_key(hook, record_id));
}

struct delivery *delivery_leave_order(struct engine *engine, struct delivery *delivery)
{
    struct order_item *item = order_remove(&engine->order, &delivery->order);
    struct delivery *next = item == NULL ? NULL : CONTAINER_OF(item, struct delivery, order);
    return next != NULL && next->state == DELIVERY_WAITING ? next : NULL;
}

void delivery_finish(struct engine *engine, struct delivery *delivery)
{
    delivery->state = DELIVERY_DONE;
    delivery_drop_event(engine, delivery);
    struct delivery *next = delivery_leave_order(engine, delivery);
    delivery_touch(engine, delivery);
    if (next != NULL) {
        delivery_ready(engine, next);
    } else if (engine_is_parked(delivery->hook, &delivery->record_id)) {
        engine_unpark(engine, delivery);
    }
}

void delivery_spill(struct engine *engine, struct delivery *delivery)
{
    struct hook *hook = delivery->hook;
    if (!hook->spilled) {
        /* What is older and has no row yet gets one in the same group: after a crash, what is read back from
         * core.pending comes before what is read again from the outbox, and no record may go backwards. */
        hook->spilled = true;
        LIST_EACH(link, after, &hook->deliveries)
        {
            struct delivery *older = LIST_ENTRY(link, struct delivery, of_hook);
            if (!older->has_row) {
                delivery_touch(engine, older);
            }
        }
    }
    delivery->state = DELIVERY_SPILLED;
    delivery->next_at_us = engine_now_us(engine);
    delivery_drop_event(engine, delivery);
    hook->spilling++;
    metric_add(&dispatcher_metrics[METRIC_SPILLED], 1);
    delivery_touch(engine, delivery);
}

void delivery_ready(struct engine *engine, struct delivery *delivery)
{
    struct hook *hook = delivery->hook;
    if (hook->state != HOOK_ACTIVE) {
        delivery_finish(engine, delivery);
    } else if (delivery->stored == NULL) {
        delivery->state = DELIVERY_LOADING;
        list_push_back(&engine->wanted, &delivery->link);
        engine_load_wanted(engine);
    } else {
        delivery->state = DELIVERY_QUEUED;
        lane_push(&engine->lanes, &hook->lane, &delivery->link, delivery->again, loop_now_us(engine->loop));
        loop_defer(engine->loop, &engine->pump_task);
    }
}

/* Retries. */

void delivery_retry_at(struct engine *engine, struct delivery *delivery, int64_t next_at_us)
{
    delivery->state = DELIVERY_RETRY;
    delivery->next_at_us = next_at_us;
    /* The wait may be long, and the outbox keeps the event. */
    delivery_drop_event(engine, delivery);
    heap_push(&engine->heap, &delivery->due, next_at_us);
    engine_arm_due(engine);
}

/* The wall clock may jump, so the timer never sleeps for long. */
void engine_arm_due(struct engine *engine)
{
    enum { SLEEP_MOST_US = 1000000 };
    struct heap_item *top = heap_top(&engine->heap);
    if (top == NULL) {
        loop_timer_stop(&engine->due_timer);
        return;
    }
    int64_t wait = top->due_us - engine_now_us(engine);
    loop_timer_start(&engine->due_timer, wait < 0 ? 0 : wait > SLEEP_MOST_US ? SLEEP_MOST_US : wait);
}

/* While the breaker is open, and something is there to probe with, its event need not be loaded. */
static int64_t probe_wait(const struct engine *engine, const struct delivery *delivery)
{
    const struct lane *lane = &delivery->hook->lane;
    if (lane->pace.breaker == BREAKER_CLOSED || lane->queued + lane->in_flight == 0) {
        return 0;
    }
    int64_t wait = lane->pace.probe_at_us - loop_now_us(engine->loop);
    return lane->pace.breaker == BREAKER_OPEN && wait > LATER_US ? wait : LATER_US;
}

/* Memory is short: it comes back in a minute or two, and is in core.pending only until then. */
static void postpone(struct engine *engine, struct delivery *delivery, int64_t now)
{
    enum { PARK_US = 60000000 };
    delivery_retry_at(engine, delivery,
                      now + engine->options.retry_ahead_us + PARK_US + (int64_t)(engine_random(engine) % PARK_US));
    delivery_touch(engine, delivery);
}

void engine_on_due(void *context)
{
    struct engine *engine = context;
    int64_t now = engine_now_us(engine);
    for (struct heap_item *top; (top = heap_top(&engine->heap)) != NULL && top->due_us <= now;) {
        struct delivery *delivery = CONTAINER_OF(top, struct delivery, due);
        int64_t wait =
            delivery->hook->lane.queued >= engine->options.lane_queue ? LATER_US : probe_wait(engine, delivery);
        heap_remove(&engine->heap, top);
        if (wait > 0 && engine->heap.count > RETRIES_MOST / 2 && delivery->hook->held > RETRIES_MOST / 8) {
            postpone(engine, delivery, now);
        } else if (wait > 0) {
            heap_push(&engine->heap, &delivery->due, now + wait); /* no more bodies in memory than are of use */
        } else {
            delivery_ready(engine, delivery);
        }
    }
    engine_arm_due(engine);
}

static void event_is_lost(struct engine *engine, struct delivery *delivery)
{
    struct send_result result = {.outcome = {0, FAILURE_LOST, -1}, .parts = {-1, -1, -1, -1}};
    delivery->state = DELIVERY_SENDING;
    engine_attempt_done(engine, delivery, &result, engine_now_us(engine));
}

static void take_loaded(struct engine *engine, struct delivery *delivery, struct stored_event *const *events,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_eq(&events[i]->event.id, &delivery->event_id)) {
            delivery_keep_event(engine, delivery, stored_event_ref(events[i]));
            delivery_ready(engine, delivery);
            return;
        }
    }
    event_is_lost(engine, delivery);
}

struct load {
    struct engine *engine;
    unsigned generation;
};

static void on_loaded(void *context, bool ok, struct stored_event *const *events, size_t count)
{
    struct load *load = context;
    struct engine *engine = load->engine;
    bool ours = load->generation == engine->generation;
    free(load);
    if (!ours) {
        return;
    }
    for (size_t i = 0; i < engine->loading_count; i++) {
        struct delivery *delivery = engine->loading[i];
        if (delivery == NULL) {
            continue; /* dropped meanwhile, perhaps just now */
        }
        delivery->hook->loading--;
        engine->loading[i] = NULL;
        if (ok) {
            take_loaded(engine, delivery, events, count);
        } else {
            delivery_retry_at(engine, delivery, engine_now_us(engine) + 500000);
        }
    }
    engine->load_running = false; /* not before: one that is lost makes the next of its record ready */
    engine->loading_count = 0;
    engine_load_wanted(engine);
}

static bool has_key(const struct event_key *keys, size_t count, int64_t seq)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].seq == seq) {
            return true;
        }
    }
    return false;
}

void engine_load_wanted(struct engine *engine)
{
    struct event_key keys[LOAD_MAX];
    size_t key_count = 0;
    if (engine->load_running || list_empty(&engine->wanted)) {
        return;
    }
    while (engine->loading_count < LOAD_MAX) {
        struct list *link = list_pop_front(&engine->wanted);
        if (link == NULL) {
            break;
        }
        struct delivery *delivery = LIST_ENTRY(link, struct delivery, link);
        if (engine_has_enough(engine, delivery->hook)) {
            list_push_back(&delivery->hook->shelf, link);
            continue;
        }
        delivery->hook->loading++;
        engine->loading[engine->loading_count++] = delivery;
        if (!has_key(keys, key_count, delivery->seq)) {
            keys[key_count++] = (struct event_key){delivery->seq, delivery->created_us};
        }
    }
    if (key_count == 0) {
        return;
    }
    struct load *load = xmalloc(sizeof(*load));
    *load = (struct load){engine, engine->generation};
    engine->load_running = true;
    lookup_events(engine->options.read_pool, keys, key_count, engine->hooks.workspace_id, on_loaded, load);
}

/* Webhooks that stop. */

static void forget_loading(struct engine *engine, const struct delivery *delivery)
{
    for (size_t i = 0; i < engine->loading_count; i++) {
        if (engine->loading[i] == delivery) {
            engine->loading[i] = NULL;
            delivery->hook->loading--;
        }
    }
}

static void record_disabled(struct engine *engine, const struct delivery *delivery)
{
    struct attempt_row row = {
        .webhook_id = delivery->hook->id,
        .event_id = delivery->event_id,
        .seq = delivery->seq,
        .attempt = delivery->attempt,
        .started_us = engine_now_us(engine),
        .outcome = "disabled",
        .response = delivery->hook->state == HOOK_DELETED ? STR(GROUP_DELETED) : STR(GROUP_DISABLED),
        .record_id = delivery->record_id,
        .event_us = delivery->created_us,
        .part_us = {-1, -1, -1, -1},
    };
    if (delivery->stored != NULL) {
        row.object_name = delivery->stored->event.object_name;
        row.action = event_action_name(delivery->stored->event.action);
    }
    group_attempt(engine_gathering(engine), &row);
    metric_add(&dispatcher_metrics[METRIC_DISABLED], 1);
}

static void drop(struct engine *engine, struct delivery *delivery)
{
    switch (delivery->state) {
    case DELIVERY_SENDING:
    case DELIVERY_DONE: return; /* decided when the answer is there, or already */
    case DELIVERY_RETRY: heap_remove(&engine->heap, &delivery->due); break;
    case DELIVERY_QUEUED:
        lane_drop(&engine->lanes, &delivery->hook->lane, &delivery->link, loop_now_us(engine->loop));
        break;
    case DELIVERY_SPILLED: delivery->hook->spilling--; break;
    case DELIVERY_LOADING:
        list_remove(&delivery->link);
        forget_loading(engine, delivery);
        break;
    case DELIVERY_WAITING:
    case DELIVERY_PARKED: break;
    }
    if (!delivery->has_row) {
        record_disabled(engine, delivery);
    }
    delivery->has_row = false; /* it goes with the other rows of the webhook: group_purge */
    delivery->state = DELIVERY_DONE;
    delivery_drop_event(engine, delivery);
    (void)delivery_leave_order(engine, delivery); /* whoever is next is dropped as well */
    delivery_touch(engine, delivery);
}

void engine_drop_hook(void *context, struct hook *hook)
{
    struct engine *engine = context;
    LIST_EACH(link, after, &hook->deliveries)
    {
        drop(engine, LIST_ENTRY(link, struct delivery, of_hook));
    }
    hook->spilled = false;
    parked_release(&hook->parked);
    hook->rows_left = hook->rows_left || !hook->dropped;
    hook->dropped = true;
    engine->purge_wanted = true;
    engine_flush_soon(engine);
}

void engine_take_purged(struct engine *engine, const struct pg_result *result)
{
    int64_t version;
    if (group_purged(result, &version) >= GROUP_PURGE_MOST) {
        engine->purge_wanted = true;
    }
    /* There are more, or may be: it left alone what has been enabled again, of which we have not heard yet. Webhooks
     * that are still stopped when we do hear are purged once more. */
    if (engine->purge_wanted || version != engine->hooks.version) {
        return;
    }
    size_t at = 0;
    for (const struct map_entry *entry; (entry = map_next(&engine->hooks.by_id, &at)) != NULL;) {
        struct hook *hook = entry->value;
        hook->rows_left = false;
    }
}
