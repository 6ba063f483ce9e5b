#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "dispatcher/app/engine_internal.h"
#include <stdlib.h>

/*
 * A retry that is due much later, and what waits behind it, stands in core.pending only. Memory knows of which records
 * there are such (hook->parked), so that newer deliveries of them go there too. A read of the next half minute's
 * retries brings them back in time.
 */

enum { LOOK_MOST = 5000, TRY_AGAIN_US = 200000 };

bool engine_is_parked(const struct hook *hook, const struct uuid *record_id)
{
    return hook->order != ORDER_NONE && parked_has(&hook->parked, engine_order_key(hook, record_id));
}

static void count_in(struct hook *hook, const struct uuid *record_id)
{
    parked_add(&hook->parked, engine_order_key(hook, record_id));
}

void engine_count_out(struct hook *hook, const struct uuid *record_id)
{
    parked_remove(&hook->parked, engine_order_key(hook, record_id));
}

void delivery_park(struct engine *engine, struct delivery *delivery)
{
    delivery->state = DELIVERY_PARKED;
    delivery_drop_event(engine, delivery);
    count_in(delivery->hook, &delivery->record_id);
    delivery_touch(engine, delivery);
}

static void put_away(struct engine *engine, struct group *group, struct delivery *delivery, enum pending_state state)
{
    engine_put_pending(engine, group, delivery, state);
    count_in(delivery->hook, &delivery->record_id);
    heap_remove(&engine->heap, &delivery->due);
    (void)order_remove(&engine->order, &delivery->order);
    delivery_free(engine, delivery);
}

/* With those that wait behind it, oldest first. */
static void park_retry(struct engine *engine, struct group *group, struct delivery *delivery)
{
    struct list *items = engine_find_order(engine, delivery->hook, &delivery->record_id);
    if (delivery->hook->order != ORDER_NONE) {
        for (struct list *link = items->prev; link != &delivery->order.link; link = items->prev) {
            struct order_item *item = LIST_ENTRY(link, struct order_item, link);
            put_away(engine, group, CONTAINER_OF(item, struct delivery, order), PENDING_WAITING);
        }
    }
    put_away(engine, group, delivery, PENDING_RETRY);
}

void engine_park_retries(struct engine *engine, struct group *group)
{
    int64_t until_us =
        engine->asked_until_us > engine->known_until_us ? engine->asked_until_us : engine->known_until_us;
    /* From the start again after each, since one may take others with it that are dirty as well. */
    for (struct list *link = engine->dirty.next; link != &engine->dirty;) {
        struct delivery *delivery = LIST_ENTRY(link, struct delivery, dirty);
        link = link->next;
        if (delivery->state == DELIVERY_RETRY && delivery->next_at_us > until_us) {
            park_retry(engine, group, delivery);
            link = engine->dirty.next;
        }
    }
}

void engine_unpark(struct engine *engine, const struct delivery *last)
{
    const struct hook *hook = last->hook;
    if (hook->state == HOOK_ACTIVE) {
        group_unpark(engine_gathering(engine), &hook->id, hook->order == ORDER_ENDPOINT ? NULL : &last->record_id);
        engine_flush_soon(engine);
    }
}

static bool any_parked(const struct engine *engine)
{
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        if (engine->hooks.active[i]->parked.rows > 0) {
            return true;
        }
    }
    return false;
}

void engine_look_ahead(struct engine *engine)
{
    int64_t now = engine_now_us(engine);
    if (engine->asked_until_us != 0 || engine->known_until_us > now + engine->options.retry_ahead_us / 2 ||
        engine->draining || engine->heap.count > RETRIES_MOST) {
        return;
    }
    if (!any_parked(engine)) {
        engine->known_until_us = now + engine->options.retry_ahead_us;
        return;
    }
    engine->asked_until_us = now + engine->options.retry_ahead_us;
    group_due(engine_gathering(engine), engine->known_until_us, engine->asked_until_us, LOOK_MOST);
    engine_flush_soon(engine);
}

/* Rows that come back. */

static bool is_row(const struct delivery *delivery, const struct pending_row *row)
{
    return uuid_eq(&delivery->event_id, &row->event_id) && uuid_eq(&delivery->hook->id, &row->webhook_id);
}

static bool in_memory(struct engine *engine, const struct hook *hook, const struct pending_row *row)
{
    struct list *items = engine_find_order(engine, hook, &row->record_id);
    if (items != NULL) {
        LIST_EACH(link, after, items)
        {
            struct order_item *item = LIST_ENTRY(link, struct order_item, link);
            if (is_row(CONTAINER_OF(item, struct delivery, order), row)) {
                return true;
            }
        }
    }
    /* Decided or sent away since the group was put together: that goes with the next one. */
    LIST_EACH(link, after, &engine->dirty)
    {
        struct delivery *delivery = LIST_ENTRY(link, struct delivery, dirty);
        if ((delivery->state == DELIVERY_DONE || delivery->state == DELIVERY_PARKED) && is_row(delivery, row)) {
            return true;
        }
    }
    return false;
}

static struct delivery *delivery_of(struct engine *engine, struct hook *hook, const struct pending_row *row)
{
    struct delivery *delivery =
        delivery_new(engine, hook, &row->event_id, &row->record_id, row->seq, row->event_created_us);
    delivery->attempt = row->attempt;
    delivery->again = row->attempt > 0;
    delivery->has_row = true;
    delivery->last_status = row->last_status;
    return delivery;
}

static void take_row(struct engine *engine, struct hook *hook, const struct pending_row *row)
{
    struct delivery *delivery = delivery_of(engine, hook, row);
    if (!delivery_enter_order(engine, delivery)) {
        return;
    }
    if (row->state == PENDING_RETRY) {
        delivery_retry_at(engine, delivery, row->next_at_us);
    } else {
        delivery_ready(engine, delivery);
    }
}

/* The row's webhook when the row is of use: it is active, and the delivery is not in memory. */
static struct hook *read_row(struct engine *engine, const struct pg_result *result, size_t at, struct pending_row *row)
{
    group_read_row(result, at, row);
    struct hook *hook = hooks_find(&engine->hooks, &row->webhook_id);
    return hook != NULL && hook->state == HOOK_ACTIVE && !in_memory(engine, hook, row) ? hook : NULL;
}

static void take_refill(struct engine *engine, const struct pg_result *result)
{
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct pending_row row;
        struct hook *hook = read_row(engine, result, i, &row);
        if (hook != NULL && engine_is_parked(hook, &row.record_id)) {
            delivery_park(engine, delivery_of(engine, hook, &row)); /* older ones of its record wait there */
        } else if (hook != NULL) {
            take_row(engine, hook, &row);
        }
    }
}

/* A lane that got fewer rows than it asked for has them all, unless more are on their way out. */
static void end_refills(struct engine *engine, const struct pg_result *refill)
{
    struct pending_row row;
    for (size_t i = 0; i < pg_rows(refill); i++) {
        group_read_row(refill, i, &row);
        struct hook *hook = hooks_find(&engine->hooks, &row.webhook_id);
        if (hook != NULL) {
            hook->refill_rows++;
        }
    }
    size_t at = 0;
    for (const struct map_entry *entry; (entry = map_next(&engine->hooks.by_id, &at)) != NULL;) {
        struct hook *hook = entry->value;
        if (hook->refill_limit > 0) {
            hook->spilled =
                hook->state == HOOK_ACTIVE && (hook->spilling > 0 || hook->refill_rows >= hook->refill_limit);
            hook->refill_limit = 0;
        }
        hook->refill_rows = 0;
    }
}

static void take_unparked(struct engine *engine, const struct pg_result *result)
{
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct pending_row row;
        struct hook *hook = read_row(engine, result, i, &row);
        if (hook == NULL) {
            continue;
        }
        if (row.state != PENDING_IN_FLIGHT) { /* what is in flight was not counted: it waits for room */
            engine_count_out(hook, &row.record_id);
        }
        take_row(engine, hook, &row);
    }
}

static void take_due(struct engine *engine, const struct pg_result *result)
{
    struct pending_row row = {.next_at_us = engine->asked_until_us};
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct hook *hook = read_row(engine, result, i, &row);
        if (hook != NULL) {
            engine_count_out(hook, &row.record_id);
            take_row(engine, hook, &row);
        }
    }
    engine->known_until_us = pg_rows(result) >= LOOK_MOST ? row.next_at_us : engine->asked_until_us;
    engine->asked_until_us = 0;
    engine_look_ahead(engine);
}

void engine_take_reads(struct engine *engine, const struct pg_result *const *reads)
{
    if (reads[READ_UNPARK] != NULL) {
        take_unparked(engine, reads[READ_UNPARK]);
    }
    if (reads[READ_UNPARK_ALL] != NULL) {
        take_unparked(engine, reads[READ_UNPARK_ALL]);
    }
    if (reads[READ_DUE] != NULL) {
        take_due(engine, reads[READ_DUE]);
    }
    if (reads[READ_PURGE] != NULL) {
        engine_take_purged(engine, reads[READ_PURGE]);
    }
    if (reads[READ_REPLAY] != NULL) {
        engine_take_replays(engine, reads[READ_REPLAY]);
    }
    if (reads[READ_REFILL] != NULL) {
        take_refill(engine, reads[READ_REFILL]);
        end_refills(engine, reads[READ_REFILL]);
    }
}

/* Recovery. */

static void recover_in_flight(struct engine *engine, struct hook *hook, const struct pending_row *row)
{
    if (hook->spilled || hook->held >= engine->options.lane_queue || engine_is_parked(hook, &row->record_id)) {
        hook->spilled = true; /* a refill takes it when there is room */
    } else {
        take_row(engine, hook, row);
    }
}

/* What is no retry. `behind`: an older row of the record went before it. */
static void recover_row(struct engine *engine, struct hook *hook, const struct pending_row *row, bool behind)
{
    bool waits = hook->order == ORDER_RECORD && (behind || engine_is_parked(hook, &row->record_id));
    if (row->state == PENDING_IN_FLIGHT) {
        recover_in_flight(engine, hook, row);
    } else if (waits || hook->order == ORDER_ENDPOINT) {
        count_in(hook, &row->record_id);
    } else {
        take_row(engine, hook, row);
    }
}

static void recovered(struct engine *engine)
{
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        const struct hook *hook = engine->hooks.active[i];
        if (hook->order == ORDER_ENDPOINT && hook->parked.rows > 0) {
            group_unpark(engine_gathering(engine), &hook->id, NULL);
        }
    }
    engine->purge_wanted = true;
    engine_look_ahead(engine);
    engine_flush_soon(engine);
    engine_start_reading(engine);
}

static struct hook *active_hook(const struct engine *engine, const struct pending_row *row)
{
    struct hook *hook = hooks_find(&engine->hooks, &row->webhook_id);
    return hook != NULL && hook->state == HOOK_ACTIVE ? hook : NULL;
}

static void take_piece(struct engine *engine, const struct pg_result *result)
{
    struct pending_row *last = &engine->recovered;
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct pending_row row;
        group_read_row(result, i, &row);
        struct hook *hook = active_hook(engine, &row);
        if (hook != NULL) {
            recover_row(engine, hook, &row,
                        uuid_eq(&row.webhook_id, &last->webhook_id) && uuid_eq(&row.record_id, &last->record_id));
        }
        *last = row;
    }
}

static void take_retries(struct engine *engine, const struct pg_result *result)
{
    int64_t blocks = 0;
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct pending_row row;
        blocks = group_retry_row(result, i, &row);
        struct hook *hook = active_hook(engine, &row);
        if (hook != NULL) {
            count_in(hook, &row.record_id);
        }
    }
    engine->recovered_blocks += PENDING_BLOCKS;
    if (engine->recovered_blocks >= blocks) {
        engine->recovered_blocks = -1;
    }
}

static void on_piece(struct engine *engine, const struct pg_result *result)
{
    if (engine->recovered_blocks >= 0) {
        take_retries(engine, result);
    } else {
        take_piece(engine, result);
        if (pg_rows(result) < PENDING_PIECE) {
            recovered(engine);
            return;
        }
    }
    engine_recover(engine);
}

struct piece {
    struct engine *engine;
    unsigned generation;
    struct pending_read read;
};

static void on_piece_read(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct piece *piece = context;
    struct engine *engine = piece->engine;
    bool ours = piece->generation == engine->generation;
    pending_read_release(&piece->read);
    free(piece);
    if (!ours) {
        return;
    }
    if (failure == NULL) {
        on_piece(engine, results[0]);
        return;
    }
    if (failure->err.code != ERR_UNAVAILABLE) {
        log_line(LOG_LEVEL_ERROR, "pending_read_failed", "%s", failure->detail);
    }
    loop_timer_start(&engine->step_timer, TRY_AGAIN_US); /* engine_step comes back here */
}

void engine_recover(struct engine *engine)
{
    struct piece *piece = xcalloc(1, sizeof(*piece));
    struct pg_pool *pool = engine->options.read_pool;
    piece->engine = engine;
    piece->generation = engine->generation;
    if (engine->recovered_blocks >= 0) {
        pending_read_retries(&piece->read, pool, engine->recovered_blocks, on_piece_read, piece);
    } else {
        pending_read_start(&piece->read, pool, &engine->recovered, on_piece_read, piece);
    }
}
