#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine_internal.h"

/*
 * Replays and resends: jobs in core.replay. A piece of one is read behind a group and becomes deliveries; the next
 * group writes their rows and moves the job's cursor, so a crash in between repeats the piece and loses nothing. Pieces
 * are small and come only while the lane has room, so that what changes meanwhile does not wait behind history.
 */

enum { PIECE_MOST = 100, PACE_US = 200000 };

static bool may_read(const struct engine *engine, const struct hook *hook, int64_t now_us)
{
    return !uuid_is_nil(&hook->replay_wanted) && hook->replay_limit == 0 && hook->state == HOOK_ACTIVE &&
           !hook->spilled && !engine_has_enough(engine, hook) && hook->lane.queued < PIECE_MOST &&
           hook->held < engine->options.lane_queue && now_us >= hook->replay_at_us;
}

/* What the rate allows in a fifth of a second, one at least. */
static size_t piece_of(struct hook *hook, int64_t now_us)
{
    if (hook->replay_count == 0) {
        return PIECE_MOST;
    }
    int64_t events = hook->replay_count * PACE_US / hook->replay_period_us;
    events = events < 1 ? 1 : events > PIECE_MOST ? PIECE_MOST : events;
    hook->replay_at_us = now_us + events * hook->replay_period_us / hook->replay_count;
    return (size_t)events;
}

void engine_put_replays(struct engine *engine, struct group *group)
{
    int64_t now_us = loop_now_us(engine->loop);
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        struct hook *hook = engine->hooks.active[i];
        if (may_read(engine, hook, now_us)) {
            hook->replay_id = hook->replay_wanted;
            hook->replay_limit = piece_of(hook, now_us);
            group_replay_read(group, &hook->replay_id, hook->replay_limit);
        }
    }
}

bool engine_replays_wait(const struct engine *engine)
{
    int64_t now_us = loop_now_us(engine->loop);
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        if (may_read(engine, engine->hooks.active[i], now_us)) {
            return true;
        }
    }
    return false;
}

/* The index knows webhooks by their place among the active ones. */
static bool is_subscriber(const struct engine *engine, const struct hook *hook, const struct event *event)
{
    const uint32_t *found;
    size_t count = match_find(engine->hooks.index, event->object_name, event->action, &found);
    for (size_t i = 0; i < count; i++) {
        if (engine->hooks.active[found[i]] == hook) {
            return true;
        }
    }
    return false;
}

static bool operation_fits(const struct replay_row *row)
{
    struct arena arena = {0};
    struct str *operations;
    bool fits = true;
    if (row->has_operations) {
        size_t count = lookup_texts(&arena, row->operations, &operations);
        fits = match_wants(operations, count, row->event.object_name, row->event.action);
    }
    arena_release(&arena);
    return fits;
}

static bool filters_hold(const struct hook *hook, const struct replay_row *row)
{
    struct record_view view;
    bool hold = true;
    record_view_init(&view, row->event.record, row->event.updated_fields);
    if (row->filter.len > 0) {
        struct record_filter *filter = record_filter_new(row->filter, NULL);
        hold = filter != NULL && record_filter_holds(filter, &view);
        record_filter_free(filter);
    }
    hold = hold && (hook->shape->filter == NULL || record_filter_holds(hook->shape->filter, &view));
    record_view_release(&view);
    return hold;
}

static bool is_wanted(const struct engine *engine, const struct hook *hook, const struct replay_row *row)
{
    return row->by_name || (!event_is_about_webhook(row->event.action) && is_subscriber(engine, hook, &row->event) &&
                            operation_fits(row) && filters_hold(hook, row));
}

/* In whatever state. */
static struct delivery *find_delivery(const struct hook *hook, const struct uuid *event_id)
{
    LIST_EACH(link, after, &hook->deliveries)
    {
        struct delivery *delivery = LIST_ENTRY(link, struct delivery, of_hook);
        if (uuid_eq(&delivery->event_id, event_id)) {
            return delivery;
        }
    }
    return NULL;
}

/* It waits for a retry, or behind one, and was asked for: the retry is due. What waits for room or its turn has it. */
static void hurry(struct engine *engine, struct hook *hook, struct delivery *delivery, const struct replay_row *row)
{
    if (delivery != NULL && delivery->state == DELIVERY_RETRY) {
        heap_remove(&engine->heap, &delivery->due);
        delivery_ready(engine, delivery);
    } else if (delivery == NULL && row->waits_for_retry) {
        const struct event *event = &row->event;
        engine_count_out(hook, &event->record_id);
        delivery = delivery_new(engine, hook, &event->id, &event->record_id, event->sequence, event->created_us);
        delivery->attempt = row->attempt;
        delivery->again = true;
        delivery->has_row = true;
        if (delivery_enter_order(engine, delivery)) {
            delivery_ready(engine, delivery);
        }
    }
}

static void make_delivery(struct engine *engine, struct hook *hook, struct event event)
{
    event.workspace_id = engine->hooks.workspace_id;
    struct delivery *delivery =
        delivery_new(engine, hook, &event.id, &event.record_id, event.sequence, event.created_us);
    delivery->again = true;
    if (hook->spilled) {
        delivery_spill(engine, delivery);
    } else if (engine_is_parked(hook, &event.record_id)) {
        delivery_park(engine, delivery);
    } else {
        delivery_keep_event(engine, delivery, stored_event_new(&event));
        if (delivery_enter_order(engine, delivery)) {
            delivery_ready(engine, delivery);
        }
        delivery_touch(engine, delivery);
    }
    metric_add(&dispatcher_metrics[METRIC_REPLAYED], 1);
}

static void take_row(struct engine *engine, struct hook *hook, const struct replay_row *row)
{
    struct delivery *delivery = find_delivery(hook, &row->event.id);
    if (delivery != NULL || row->waits) {
        if (row->by_name) {
            hurry(engine, hook, delivery, row);
        }
    } else if (is_wanted(engine, hook, row)) {
        make_delivery(engine, hook, row->event);
        hook->replay_piece.move.made++;
    }
}

/* A piece that is full ends with its last event; otherwise all of the stretch has been looked at. */
static void end_piece(struct engine *engine, struct hook *hook)
{
    struct replay_piece *piece = &hook->replay_piece;
    bool full = piece->move.events >= hook->replay_limit;
    piece->move.id = hook->replay_id;
    piece->move.seq = full ? piece->move.seq : piece->stretch_end;
    piece->move.done = !full && piece->stretch < GROUP_REPLAY_STRETCH;
    if (piece->move.done && uuid_eq(&hook->replay_wanted, &hook->replay_id)) {
        hook->replay_wanted = (struct uuid){{0}};
    }
    if (!full && hook->replay_count > 0) { /* what was looked at in vain takes none of the rate */
        int64_t spare = (int64_t)(hook->replay_limit - piece->move.events);
        hook->replay_at_us -= spare * hook->replay_period_us / hook->replay_count;
    }
    group_replay_move(engine_gathering(engine), &piece->move);
    hook->replay_limit = 0;
    *piece = (struct replay_piece){.stretch = 0};
    engine_flush_soon(engine);
}

void engine_take_replays(struct engine *engine, const struct pg_result *result)
{
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct replay_row row;
        group_replay_row(result, i, &row);
        struct hook *hook = hooks_find(&engine->hooks, &row.webhook_id);
        if (hook == NULL || !uuid_eq(&hook->replay_id, &row.replay_id)) {
            continue;
        }
        hook->replay_piece.stretch = row.stretch;
        hook->replay_piece.stretch_end = row.stretch_end;
        if (row.event.sequence == 0) {
            continue;
        }
        hook->replay_piece.move.seq = row.event.sequence;
        hook->replay_piece.move.events++;
        if (row.known && hook->state == HOOK_ACTIVE) {
            take_row(engine, hook, &row);
        }
    }
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        if (engine->hooks.active[i]->replay_limit > 0) {
            end_piece(engine, engine->hooks.active[i]);
        }
    }
}
