#include "dispatcher/app/engine_internal.h"

/*
 * The events of the deliveries in memory. Each keeps its event from when it is read until it is sent, unless its
 * webhook has enough of them: what waits for a receiver that hangs may be thousands of large records. New deliveries of
 * such a webhook go to core.pending then, and what is read back from there waits on its shelf until some are done.
 */

static const size_t lane_most = (size_t)16 << 20;
static const size_t lane_least = (size_t)1 << 20; /* for each, when all together have more than the next */
static const size_t all_most = (size_t)128 << 20;
enum { OFF_SHELF = 64 };

static size_t size_of(const struct stored_event *stored)
{
    return sizeof(*stored) + stored->event.record.len + stored->event.updated_fields.len;
}

bool engine_has_enough(const struct engine *engine, const struct hook *hook)
{
    size_t most = engine->event_bytes > all_most ? lane_least : lane_most;
    /* While none of them is under way nothing would end this. */
    bool moves = hook->lane.queued + hook->lane.in_flight + hook->loading > 0;
    return moves && hook->event_bytes + hook->loading * hook->usual_bytes >= most;
}

void delivery_keep_event(struct engine *engine, struct delivery *delivery, struct stored_event *stored)
{
    struct hook *hook = delivery->hook;
    size_t size = size_of(stored);
    delivery->stored = stored;
    hook->usual_bytes = hook->usual_bytes == 0 ? size : (7 * hook->usual_bytes + size) / 8;
    hook->event_bytes += size;
    engine->event_bytes += size; /* one that several share counts for each of them */
}

void delivery_drop_event(struct engine *engine, struct delivery *delivery)
{
    if (delivery->stored != NULL) {
        size_t size = size_of(delivery->stored);
        delivery->hook->event_bytes -= size;
        engine->event_bytes -= size;
        stored_event_unref(delivery->stored);
        delivery->stored = NULL;
        engine_take_off_shelf(engine, delivery->hook);
    }
}

void engine_take_off_shelf(struct engine *engine, struct hook *hook)
{
    if (list_empty(&hook->shelf) || engine->phase == PHASE_STANDBY || engine_has_enough(engine, hook)) {
        return;
    }
    for (size_t i = 0; i < OFF_SHELF && !list_empty(&hook->shelf); i++) {
        list_push_back(&engine->wanted, list_pop_front(&hook->shelf));
    }
    engine_load_wanted(engine);
}
