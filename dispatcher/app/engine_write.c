#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine_internal.h"
#include <stdlib.h>

static const int64_t flush_after_us = 25000;
/* An undecided delivery may hold the cursor back for so long. */
static const int64_t slow_after_us = 1000000;

struct group *engine_gathering(struct engine *engine)
{
    if (engine->gathering == NULL) {
        engine->gathering = group_new();
    }
    return engine->gathering;
}

void engine_flush_soon(struct engine *engine)
{
    if (recorder_busy(engine->recorder)) {
        return; /* engine_on_written looks again */
    }
    bool much = engine->unrecorded_gathered >= GROUP_RESULTS;
    if (much && !engine->flush_wanted) {
        engine->flush_wanted = true;
        loop_timer_start(&engine->flush_timer, 0);
    } else if (!much && !engine->flush_timer.pending) {
        loop_timer_start(&engine->flush_timer, flush_after_us);
    }
}

void engine_put_pending(const struct engine *engine, struct group *group, struct delivery *delivery,
                        enum pending_state state)
{
    struct pending_row row = {
        .webhook_id = delivery->hook->id,
        .event_id = delivery->event_id,
        .seq = delivery->seq,
        .event_created_us = delivery->created_us,
        .record_id = delivery->record_id,
        .attempt = delivery->attempt,
        .state = state,
        .next_at_us = state == PENDING_RETRY ? delivery->next_at_us : engine_now_us(engine),
        .last_status = delivery->last_status,
        .last_failure = delivery->last_failure,
    };
    group_pending(group, &row);
    delivery->has_row = true;
}

/* What the group has to say follows from the state that a delivery is in now, whatever it went through since the last
 * group. */
static void put_delivery(struct engine *engine, struct group *group, struct delivery *delivery)
{
    list_remove(&delivery->dirty);
    delivery_decided(engine, delivery);
    switch (delivery->state) {
    case DELIVERY_DONE:
        if (delivery->has_row) {
            group_pending_delete(group, &delivery->hook->id, &delivery->event_id);
        }
        delivery_free(engine, delivery);
        return;
    case DELIVERY_SPILLED:
        engine_put_pending(engine, group, delivery, PENDING_IN_FLIGHT);
        delivery->hook->spilling--;
        delivery_free(engine, delivery);
        return;
    case DELIVERY_PARKED:
        engine_put_pending(engine, group, delivery, PENDING_WAITING);
        delivery_free(engine, delivery);
        return;
    case DELIVERY_RETRY: engine_put_pending(engine, group, delivery, PENDING_RETRY); return;
    case DELIVERY_WAITING:
        engine_put_pending(engine, group, delivery, PENDING_IN_FLIGHT);
        /* Its turn may be hours away; the outbox keeps the event. */
        delivery_drop_event(engine, delivery);
        return;
    case DELIVERY_LOADING:
    case DELIVERY_QUEUED:
    case DELIVERY_SENDING: engine_put_pending(engine, group, delivery, PENDING_IN_FLIGHT); return;
    }
}

static void put_cursor(struct engine *engine, struct group *group)
{
    LIST_EACH(link, after, &engine->batches)
    {
        struct batch *batch = LIST_ENTRY(link, struct batch, link);
        if (batch->undecided > 0) {
            return;
        }
        group_cursor(group, strbuf_str(&batch->after.snapshot), strbuf_str(&batch->after.upper),
                     batch->after.upper_seq);
        list_remove(link);
        cursor_release(&batch->after);
        free(batch);
    }
}

/* Lanes that have room again read back what waits in core.pending. */
static void put_refills(struct engine *engine, struct group *group)
{
    size_t piece = engine->options.lane_queue / 2;
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        struct hook *hook = engine->hooks.active[i];
        if (!hook->spilled || hook->refill_limit > 0 || !list_empty(&hook->shelf) || engine_has_enough(engine, hook) ||
            hook->state != HOOK_ACTIVE || hook->lane.queued > piece || hook->held > 5 * engine->options.lane_queue) {
            continue;
        }
        /* Those in memory may have rows too, and come first. */
        hook->refill_limit = hook->held + piece;
        group_refill(group, &hook->id, hook->refill_limit);
    }
}

void engine_flush(void *context)
{
    struct engine *engine = context;
    engine->flush_wanted = false;
    if (engine->phase == PHASE_STANDBY || recorder_busy(engine->recorder)) {
        return;
    }
    if (!recorder_leads(engine->recorder)) {
        loop_timer_start(&engine->flush_timer, flush_after_us); /* the lease ran out: wait until it is renewed */
        return;
    }
    struct group *group = engine_gathering(engine);
    engine_park_retries(engine, group);
    for (struct list *link; !list_empty(&engine->dirty);) {
        link = engine->dirty.next;
        put_delivery(engine, group, LIST_ENTRY(link, struct delivery, dirty));
    }
    put_cursor(engine, group);
    engine_put_health(engine, group);
    if (!engine->draining) {
        put_refills(engine, group);
        engine_put_replays(engine, group);
    }
    if (engine->purge_wanted) {
        engine->purge_wanted = false;
        group_purge(group);
    }
    if (group_empty(group)) {
        engine_check_drained(engine);
        return;
    }
    engine->gathering = NULL;
    engine->unrecorded_sent = engine->unrecorded_gathered;
    engine->unrecorded_gathered = 0;
    recorder_write(engine->recorder, group);
    engine_read_on(engine);
}

bool engine_nothing_to_write(const struct engine *engine)
{
    return list_empty(&engine->dirty) && engine->gathering == NULL && !recorder_busy(engine->recorder);
}

void engine_pass_slow(struct engine *engine)
{
    int64_t now = loop_now_us(engine->loop);
    if (!engine_any_hungry(engine)) {
        return; /* reading on would help nobody, so the happy path stays free of rows */
    }
    /* When reading has stopped because of them, they have been slow enough. */
    int64_t patience_us = engine->undecided < UNDECIDED_MOST ? slow_after_us : 0;
    LIST_EACH(link, after, &engine->batches)
    {
        struct batch *batch = LIST_ENTRY(link, struct batch, link);
        if (now - batch->read_us < patience_us) {
            return;
        }
        LIST_EACH(at, next, &batch->deliveries)
        {
            delivery_touch(engine, LIST_ENTRY(at, struct delivery, of_batch));
        }
    }
}

void engine_on_written(void *context, const struct pg_result *const *reads)
{
    struct engine *engine = context;
    metric_add(&dispatcher_metrics[METRIC_GROUPS_WRITTEN], 1);
    if (engine->unrecorded_sent > 0) {
        engine->unrecorded_sent = 0;
        loop_defer(engine->loop, &engine->pump_task);
    }
    engine_take_reads(engine, reads);
    if (!list_empty(&engine->dirty) || engine->gathering != NULL || engine->purge_wanted) {
        engine_flush_soon(engine);
    }
    engine_check_drained(engine);
}
