#include "dispatcher/app/engine.h"
#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine_internal.h"
#include <stdlib.h>

enum { TICK_US = 200000, DRAIN_FLUSH_US = 5000000, YIELD_MOST_US = 2000000 };

/* xorshift64*: for jitter, where nobody gains from guessing. */
uint32_t engine_random(struct engine *engine)
{
    uint64_t x = engine->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    engine->random = x;
    return (uint32_t)((x * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

bool engine_may_start(const struct engine *engine)
{
    return engine->phase == PHASE_WORKING && !engine->draining &&
           engine->unrecorded_gathered + engine->unrecorded_sent < UNRECORDED_MOST && recorder_leads(engine->recorder);
}

bool engine_leads(const struct engine *engine)
{
    return engine->phase != PHASE_STANDBY && recorder_leads(engine->recorder);
}

/* Forgets everything that belongs to the lease. What was decided and not recorded is decided again by the next owner.
 */
static void forget(struct engine *engine)
{
    engine_abort_sendings(engine);
    engine->phase = PHASE_STANDBY;
    engine->generation++;
    outbox_free(engine->outbox);
    engine->outbox = NULL;
    engine_drop_incoming(engine);
    engine->load_running = false;
    engine->loading_count = 0;
    engine->read_paused = false;
    engine->purge_wanted = false;
    engine->flush_wanted = false;
    engine->unrecorded_gathered = 0;
    engine->unrecorded_sent = 0;
    engine->asked_until_us = 0;
    loop_timer_stop(&engine->lane_timer);
    loop_timer_stop(&engine->due_timer);
    loop_timer_stop(&engine->flush_timer);
    loop_timer_stop(&engine->step_timer);
    size_t at = 0;
    for (const struct map_entry *entry; (entry = map_next(&engine->hooks.by_id, &at)) != NULL;) {
        struct hook *hook = entry->value;
        LIST_EACH(link, after, &hook->deliveries)
        {
            struct delivery *delivery = LIST_ENTRY(link, struct delivery, of_hook);
            (void)order_remove(&engine->order, &delivery->order);
            heap_remove(&engine->heap, &delivery->due);
            if (delivery->state == DELIVERY_QUEUED) {
                lane_drop(&engine->lanes, &hook->lane, &delivery->link, loop_now_us(engine->loop));
            }
            list_remove(&delivery->link);
            delivery_free(engine, delivery);
        }
        parked_release(&hook->parked);
        hook->spilled = false;
        hook->spilling = 0;
        hook->refill_limit = 0;
        hook->loading = 0;
        hook->replay_limit = 0;
        hook->replay_piece = (struct replay_piece){.stretch = 0};
        hook->health_dirty = false;
        hook->rows_left = false;
        hook->dropped = false;
    }
    LIST_EACH(link, after, &engine->batches)
    {
        struct batch *batch = LIST_ENTRY(link, struct batch, link);
        list_remove(link);
        cursor_release(&batch->after);
        free(batch);
    }
    group_free(engine->gathering);
    engine->gathering = NULL;
}

static void on_taken(void *context, const struct taken *taken)
{
    struct engine *engine = context;
    engine->phase = PHASE_STARTING;
    cursor_set(&engine->start, taken->snapshot, taken->upper, taken->upper_seq);
    engine->hooks.version = 0; /* load them anew */
    engine->recovered = (struct pending_row){.seq = -1};
    engine->recovered_blocks = 0;
    engine->known_until_us = 0; /* the first look ahead finds all that is due */
    engine_step(engine);
}

static void on_lost(void *context)
{
    struct engine *engine = context;
    forget(engine);
    engine_check_drained(engine);
}

static void on_tick(void *context)
{
    struct engine *engine = context;
    loop_timer_start(&engine->tick_timer, TICK_US);
    engine_check_drained(engine);
    if (engine->phase == PHASE_WORKING) {
        engine_pass_slow(engine);
        engine_look_ahead(engine);
        for (size_t i = 0; i < engine->hooks.active_count; i++) {
            engine_take_off_shelf(engine, engine->hooks.active[i]);
        }
        if (!engine->draining && engine_replays_wait(engine)) {
            engine_flush_soon(engine);
        }
        engine_pump(engine);
        engine_read_on(engine);
    }
}

void engine_wake(struct engine *engine)
{
    if (engine->outbox != NULL) {
        outbox_wake(engine->outbox);
    }
}

/* The end. */

static void on_released(void *context)
{
    struct engine *engine = context;
    if (!engine->yielding) {
        loop_timer_stop(&engine->tick_timer);
        engine->on_drained(engine->drained_context);
        return;
    }
    /* The other one takes it meanwhile. */
    forget(engine);
    engine->yielding = false;
    engine->draining = false;
    engine->releasing = false;
    recorder_start(engine->recorder, 2 * engine->options.lease_us);
}

void engine_check_drained(struct engine *engine)
{
    if (!engine->draining || engine->releasing) {
        return;
    }
    int64_t now = clock_mono_us();
    bool late = now > engine->drain_until_us;
    if (engine_sends(engine) && !late) {
        return;
    }
    if (engine->phase == PHASE_WORKING && !engine_nothing_to_write(engine) &&
        now < engine->drain_until_us + DRAIN_FLUSH_US) {
        engine_flush_soon(engine);
        return;
    }
    if (engine_sends(engine)) {
        log_line(LOG_LEVEL_WARN, "drain_cut_short", "%zu deliveries were still under way",
                 sender_in_flight(engine->sender));
    }
    engine->releasing = true;
    recorder_release_lease(engine->recorder, on_released, engine);
}

static void drain(struct engine *engine, int64_t most_us)
{
    engine->draining = true;
    engine->drain_until_us = clock_mono_us() + most_us;
    outbox_free(engine->outbox);
    engine->outbox = NULL;
    engine_drop_incoming(engine);
    loop_timer_start(&engine->tick_timer, 0);
}

void engine_drain(struct engine *engine, loop_callback on_drained, void *context)
{
    engine->yielding = false;
    engine->on_drained = on_drained;
    engine->drained_context = context;
    drain(engine, engine->options.drain_timeout_us);
}

void engine_yield(struct engine *engine)
{
    if (engine->draining || engine->phase != PHASE_WORKING) {
        return;
    }
    log_begin(LOG_LEVEL_INFO, "shard_given_up");
    log_int("shard", engine->options.shard.number);
    log_end();
    engine->yielding = true;
    drain(engine, engine->options.drain_timeout_us < YIELD_MOST_US ? engine->options.drain_timeout_us : YIELD_MOST_US);
}

static void on_claimed(void *context)
{
    engine_yield(context);
}

static void on_misfit(void *context)
{
    struct engine *engine = context;
    engine->options.on_misfit(engine->options.context);
}

struct engine *engine_new(struct loop *loop, const struct engine_options *options)
{
    struct engine *engine = xcalloc(1, sizeof(*engine));
    engine->loop = loop;
    engine->options = *options;
    const struct sender_options sending = {
        .connect_timeout_us = options->connect_timeout_us,
        .timeout_us = options->delivery_timeout_us,
        .response_limit = options->response_limit,
        .max_connections = options->max_connections,
        .egress = &engine->options.egress,
        .ca_file = options->ca_file,
        .proxy = options->egress_proxy,
    };
    const struct recorder_options recording = {
        .owner = options->owner,
        .lease_us = options->lease_us,
        .on_taken = on_taken,
        .on_lost = on_lost,
        .on_claimed = on_claimed,
        .on_misfit = on_misfit,
        .shard = options->shard,
        .on_written = engine_on_written,
        .context = engine,
    };
    engine->sender = sender_new(loop, &sending);
    engine->recorder = recorder_new(loop, options->write_pool, &recording);
    const struct hooks_defaults defaults = {
        .window_most = options->webhook_concurrency,
        .probe_interval_us = options->probe_interval_us,
        .schedule = options->schedule,
        .rate = options->rate,
        .max_bytes = options->payload_limit,
        .egress = &engine->options.egress,
        .shard = options->shard,
    };
    hooks_init(&engine->hooks, options->server_secret, &defaults, &engine->lanes);
    lanes_init(&engine->lanes, options->max_in_flight, options->webhook_share_percent);
    list_init(&engine->batches);
    list_init(&engine->dirty);
    list_init(&engine->wanted);
    list_init(&engine->sendings);
    list_init(&engine->slow_sendings);
    random_bytes(&engine->random, sizeof(engine->random));
    engine->random |= 1;
    loop_timer_init(&engine->lane_timer, loop, engine_pump, engine);
    loop_timer_init(&engine->due_timer, loop, engine_on_due, engine);
    loop_timer_init(&engine->flush_timer, loop, engine_flush, engine);
    loop_timer_init(&engine->tick_timer, loop, on_tick, engine);
    loop_timer_init(&engine->step_timer, loop, engine_step, engine);
    engine->pump_task = (struct loop_task){.callback = engine_pump, .context = engine};
    loop_timer_start(&engine->tick_timer, TICK_US);
    recorder_start(engine->recorder, 0);
    return engine;
}

void engine_abandon(struct engine *engine)
{
    forget(engine);
    loop_timer_stop(&engine->tick_timer);
}

void engine_free(struct engine *engine)
{
    loop_undefer(&engine->pump_task);
    loop_timer_release(&engine->lane_timer);
    loop_timer_release(&engine->due_timer);
    loop_timer_release(&engine->flush_timer);
    loop_timer_release(&engine->tick_timer);
    loop_timer_release(&engine->step_timer);
    recorder_free(engine->recorder);
    sender_free(engine->sender);
    cursor_release(&engine->start);
    cursor_release(&engine->incoming.after);
    hooks_release(&engine->hooks);
    lanes_release(&engine->lanes);
    order_release(&engine->order);
    heap_release(&engine->heap);
    free(engine);
}

static void observe_lanes(const struct engine *engine, int64_t gauges[DISPATCHER_METRIC_COUNT])
{
    size_t states[BREAKER_PROBING + 1] = {0};
    size_t spilled = 0;
    size_t paused = 0;
    size_t windows = 0;
    size_t parked = 0;
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        const struct hook *hook = engine->hooks.active[i];
        states[hook->lane.pace.breaker]++;
        spilled += hook->spilled ? 1 : 0;
        paused += hook->lane.pace.paused ? 1 : 0;
        windows += hook->lane.pace.window;
        parked += hook->parked.rows;
    }
    gauges[METRIC_LANES_CLOSED] += (int64_t)states[BREAKER_CLOSED];
    gauges[METRIC_LANES_OPEN] += (int64_t)states[BREAKER_OPEN];
    gauges[METRIC_LANES_PROBING] += (int64_t)states[BREAKER_PROBING];
    gauges[METRIC_LANES_SPILLED] += (int64_t)spilled;
    gauges[METRIC_LANES_PAUSED] += (int64_t)paused;
    gauges[METRIC_PARKED] += (int64_t)parked;
    gauges[METRIC_WINDOWS] += (int64_t)windows;
}

/* A webhook's deliveries stand in the order in which they came, so its first is about its oldest. */
static int64_t oldest_of(const struct hook *hook)
{
    return list_empty(&hook->deliveries) ? INT64_MAX
                                         : LIST_ENTRY(hook->deliveries.next, struct delivery, of_hook)->created_us;
}

static int64_t oldest_event_us(const struct engine *engine)
{
    int64_t oldest = INT64_MAX;
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        int64_t of_hook = oldest_of(engine->hooks.active[i]);
        oldest = of_hook < oldest ? of_hook : oldest;
    }
    return oldest == INT64_MAX ? 0 : engine_now_us(engine) - oldest;
}

size_t engine_lane_count(const struct engine *engine)
{
    return engine->phase == PHASE_WORKING ? engine->hooks.active_count : 0;
}

void engine_view_lanes(const struct engine *engine, struct lane_view *views)
{
    static const char *const states[] = {
        [BREAKER_CLOSED] = "closed", [BREAKER_OPEN] = "open", [BREAKER_PROBING] = "probing"};
    int64_t now_us = engine_now_us(engine);
    for (size_t i = 0; i < engine_lane_count(engine); i++) {
        const struct hook *hook = engine->hooks.active[i];
        const struct lane *lane = &hook->lane;
        int64_t oldest_us = oldest_of(hook);
        views[i] = (struct lane_view){
            .webhook = hook->id,
            .state = lane->pace.paused ? "paused" : states[lane->pace.breaker],
            .window = lane->pace.window,
            .in_flight = lane->in_flight,
            .waiting = (hook->held > lane->in_flight ? hook->held - lane->in_flight : 0) + hook->parked.rows,
            .oldest_us = oldest_us == INT64_MAX || oldest_us > now_us ? 0 : now_us - oldest_us,
        };
    }
}

int64_t engine_now_us(const struct engine *engine)
{
    return recorder_now_us(engine->recorder);
}

static void raise_to(int64_t *gauge, int64_t value)
{
    *gauge = value > *gauge ? value : *gauge;
}

void engine_observe(const struct engine *engine, int64_t gauges[DISPATCHER_METRIC_COUNT])
{
    int64_t oldest_us = 0;
    if (!list_empty(&engine->batches)) {
        const struct batch *oldest = LIST_ENTRY(engine->batches.next, struct batch, link);
        oldest_us = clock_mono_us() - oldest->read_us;
    }
    gauges[METRIC_IN_FLIGHT] += (int64_t)engine->lanes.in_flight;
    gauges[METRIC_QUEUED] += (int64_t)engine->lanes.queued;
    gauges[METRIC_HELD] += (int64_t)engine->held;
    gauges[METRIC_EVENT_BYTES] += (int64_t)engine->event_bytes;
    gauges[METRIC_RETRIES] += (int64_t)engine->heap.count;
    gauges[METRIC_UNDECIDED] += (int64_t)engine->undecided;
    raise_to(&gauges[METRIC_OLDEST_BATCH_MS], oldest_us / 1000);
    gauges[METRIC_SLOW] += (int64_t)engine->lanes.slow;
    raise_to(&gauges[METRIC_OLDEST_EVENT_MS], oldest_event_us(engine) / 1000);
    observe_lanes(engine, gauges);
    gauges[METRIC_WEBHOOKS] += (int64_t)engine->hooks.active_count;
    gauges[METRIC_SHARDS] += engine_leads(engine) ? 1 : 0;
}
