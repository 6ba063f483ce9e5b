/*
 * What the engine's files share.
 *
 *   engine.c        life cycle: lease taken and lost, drain, the tick
 *   engine_read.c   a read of the outbox becomes deliveries
 *   engine_flow.c   a delivery's states
 *   engine_events.c which deliveries keep their event in memory
 *   engine_send.c   lanes → sender → verdict
 *   engine_write.c  results → groups, the cursor
 *   engine_replay.c events that are delivered again on request
 *   engine_health.c webhooks that only fail
 *   engine_park.c   what waits in core.pending and not in memory: recovery, retries that become due, what is read back
 */
#ifndef PORTTI_DISPATCHER_APP_ENGINE_INTERNAL_H
#define PORTTI_DISPATCHER_APP_ENGINE_INTERNAL_H

#include "common/webhook/webhook_headers.h"
#include "dispatcher/app/engine.h"
#include "dispatcher/app/hooks.h"
#include "dispatcher/consume/outbox.h"
#include "dispatcher/deliver/headers.h"
#include "dispatcher/record/pending.h"
#include "dispatcher/record/recorder.h"
#include "dispatcher/schedule/heap.h"
#include "dispatcher/schedule/order.h"
#include "dispatcher/send/sender.h"

enum delivery_state {
    DELIVERY_WAITING, /* an older delivery of the same record and webhook goes first */
    DELIVERY_RETRY,   /* in the heap until it is due */
    DELIVERY_LOADING, /* needs its event from the outbox */
    DELIVERY_QUEUED,  /* in its lane */
    DELIVERY_SENDING,
    DELIVERY_SPILLED, /* on its way to core.pending, out of memory, until its lane has room */
    DELIVERY_PARKED,  /* likewise, until those of its record that wait there are done */
    DELIVERY_DONE     /* decided for good; gone when a group has it */
};

/* One event for one webhook. */
struct delivery {
    struct list link;     /* LOADING: engine->wanted or hook->shelf; QUEUED: its lane */
    struct list of_hook;  /* hook->deliveries */
    struct list of_batch; /* batch->deliveries, while undecided */
    struct list dirty;    /* engine->dirty: the next group has to say something about it */
    struct order_item order;
    struct heap_item due;
    struct hook *hook;
    struct stored_event *stored; /* NULL: in the outbox only */
    struct batch *batch;         /* the read that it holds back; NULL once a group has decided it */
    struct uuid event_id;
    struct uuid record_id;
    int64_t seq;
    int64_t created_us;
    int64_t next_at_us; /* by engine_now_us */
    int attempt;        /* tries made so far */
    int last_status;
    enum failure last_failure;
    enum delivery_state state;
    bool again;   /* was tried before, or waited for long: behind first tries */
    bool has_row; /* core.pending has, or is about to have, a row of it */
};

/* A read of the outbox that the durable cursor has not passed yet. */
struct batch {
    struct list link;
    struct list deliveries; /* the undecided ones */
    size_t undecided;
    struct cursor after;
    int64_t read_us; /* loop time */
};

/* A read that waits for what it needs before it may become deliveries. */
struct incoming {
    struct stored_event **events;
    size_t count;
    struct cursor after;
    int64_t webhooks_version;
    bool more;
    bool here;
};

/* A delivery under way: body and headers live here until the sender is done. */
struct sending {
    struct list link;
    struct engine *engine;
    struct delivery *delivery;
    struct strbuf body;
    struct deliver_headers headers;
    struct strbuf own_text; /* the webhook's own headers: it may change while the delivery is under way */
    char *lines[DELIVER_HEADER_MAX + WEBHOOK_HEADERS_MAX];
    size_t line_count;
    struct hook_tls *tls; /* a reference: the webhook may change meanwhile */
    int64_t started_us;   /* by engine_now_us */
    int64_t begun_us;     /* loop time */
    bool slow;            /* in engine->slow_sendings */
};

enum {
    LOAD_MAX = 256,
    GROUP_RESULTS = 128,    /* with so many results a group goes at once */
    UNRECORDED_MOST = 256,  /* with so many that no transaction holds yet nothing is started: a crash repeats them */
    RETRIES_MOST = 50000,   /* in memory; what is due beyond that comes when there is room */
    UNDECIDED_MOST = 2000,  /* with so many undecided deliveries the outbox waits */
    SLOW_AFTER_US = 250000, /* what has been under way for longer gives back its turn */
};

enum engine_phase { PHASE_STANDBY, PHASE_STARTING, PHASE_WORKING };

struct engine {
    struct loop *loop;
    struct engine_options options;
    enum engine_phase phase;
    unsigned generation; /* of leading: answers that belong to an earlier one are dropped */
    struct sender *sender;
    struct recorder *recorder;
    struct hooks hooks;
    struct lanes lanes;
    struct order order;
    struct heap heap;

    struct outbox *outbox;
    struct cursor start; /* where the last owner stood */
    struct incoming incoming;
    bool recovering;  /* what is read may have been decided by the last owner */
    bool read_paused; /* outbox_continue is owed */
    struct list batches;
    size_t undecided;
    size_t held;

    struct list dirty;
    struct group *gathering;
    size_t unrecorded_gathered; /* results in `gathering` */
    size_t unrecorded_sent;     /* results in the group that is being written */
    bool purge_wanted;
    bool flush_wanted;

    /* Retries that are due later than this stand in core.pending only, all others are in memory. */
    int64_t known_until_us;
    int64_t asked_until_us; /* not 0: a read up to here is under way */
    /* Where recovery stands: first the retries by blocks, then the others by key. */
    int64_t recovered_blocks; /* -1: all */
    struct pending_row recovered;

    size_t event_bytes; /* of the events that deliveries keep */
    struct list wanted; /* deliveries that need their event */
    struct delivery *loading[LOAD_MAX];
    size_t loading_count;
    bool load_running;

    struct list sendings; /* in the order of their start */
    struct list slow_sendings;
    struct loop_timer lane_timer; /* a lane may go on, or a sending is about to be slow */
    struct loop_timer due_timer;
    struct loop_timer flush_timer;
    struct loop_timer tick_timer;
    struct loop_timer step_timer; /* tries a failed look-up again */
    struct loop_task pump_task;
    uint64_t random;

    bool draining;
    bool yielding; /* draining for another dispatcher; it goes on standing by */
    bool releasing;
    int64_t drain_until_us;
    loop_callback on_drained;
    void *drained_context;
};

/* engine_read.c */
void engine_start_reading(struct engine *engine);
void engine_on_batch(void *context, const struct outbox_batch *batch);
/* Goes on with what the incoming read still needs. */
void engine_step(void *context);
/* Lets the outbox go on when there is room. */
void engine_read_on(struct engine *engine);
void engine_drop_incoming(struct engine *engine);
/* Is there an active webhook that has nothing to do, and so could gain from reading on? */
bool engine_any_hungry(const struct engine *engine);
/* Loads the webhooks; engine_step follows. */
void engine_load_hooks(struct engine *engine);

/* engine_flow.c */
struct delivery *delivery_new(struct engine *engine, struct hook *hook, const struct uuid *event_id,
                              const struct uuid *record_id, int64_t seq, int64_t created_us);
/* All deliveries of a webhook in the order "endpoint" go by the same key. */
const struct uuid *engine_order_key(const struct hook *hook, const struct uuid *record_id);
/* Out of the order; returns the one that has become ready, or NULL. */
struct delivery *delivery_leave_order(struct engine *engine, struct delivery *delivery);
/* True when it may go at once. */
MUST_CHECK bool delivery_enter_order(struct engine *engine, struct delivery *delivery);
/* The deliveries of that webhook that may be of that record, linked by order.link; NULL = none. */
struct list *engine_find_order(const struct engine *engine, const struct hook *hook, const struct uuid *record_id);
/* The next group has to say something about it. */
void delivery_touch(struct engine *engine, struct delivery *delivery);
/* It is first of its record: load, queue or drop it. */
void delivery_ready(struct engine *engine, struct delivery *delivery);
void delivery_retry_at(struct engine *engine, struct delivery *delivery, int64_t next_at_us);
/* Decided for good; whoever waited behind it is ready. */
void delivery_finish(struct engine *engine, struct delivery *delivery);
/* Holds nothing back any more. */
void delivery_decided(struct engine *engine, struct delivery *delivery);
void delivery_free(struct engine *engine, struct delivery *delivery);
/* Leaves memory for core.pending. */
void delivery_spill(struct engine *engine, struct delivery *delivery);
/* For hooks_load: all deliveries of a hook that gets nothing any more. */
void engine_drop_hook(void *context, struct hook *hook);
/* Rows of webhooks that get nothing any more are gone. */
void engine_take_purged(struct engine *engine, const struct pg_result *result);
void engine_arm_due(struct engine *engine);
void engine_on_due(void *context);
void engine_load_wanted(struct engine *engine);

/* engine_events.c */
/* Takes over the reference. */
void delivery_keep_event(struct engine *engine, struct delivery *delivery, struct stored_event *stored);
void delivery_drop_event(struct engine *engine, struct delivery *delivery);
/* Has the webhook as many events in memory as it may have, and something to do? */
bool engine_has_enough(const struct engine *engine, const struct hook *hook);
/* Reads events that wait for room, when there is. */
void engine_take_off_shelf(struct engine *engine, struct hook *hook);

/* engine_send.c */
void engine_pump(void *context);
void engine_abort_sendings(struct engine *engine);
bool engine_sends(const struct engine *engine);
/* Records an attempt and what follows from it. */
void engine_attempt_done(struct engine *engine, struct delivery *delivery, const struct send_result *result,
                         int64_t started_us);

/* engine_write.c */
struct group *engine_gathering(struct engine *engine);
/* Something is to be written: soon, or now when it is much. */
void engine_flush_soon(struct engine *engine);
void engine_flush(void *context);
void engine_on_written(void *context, const struct pg_result *const *reads);
/* Undecided deliveries of old reads go to core.pending, so that the cursor may pass them. */
void engine_pass_slow(struct engine *engine);
bool engine_nothing_to_write(const struct engine *engine);
void engine_put_pending(const struct engine *engine, struct group *group, struct delivery *delivery,
                        enum pending_state state);

/* engine_park.c */
/* Reads core.pending from its begin to its end; engine_start_reading follows. */
void engine_recover(struct engine *engine);
/* Of what is about to be written: the retries that are due much later leave memory, and those that wait behind them. */
void engine_park_retries(struct engine *engine, struct group *group);
/* Must a new delivery of the record wait in core.pending, behind others there? */
bool engine_is_parked(const struct hook *hook, const struct uuid *record_id);
/* It will wait there. */
void delivery_park(struct engine *engine, struct delivery *delivery);
/* No delivery of its record is in memory any more: those in core.pending are next. */
void engine_unpark(struct engine *engine, const struct delivery *last);
/* One delivery of the record fewer waits in core.pending only. */
void engine_count_out(struct hook *hook, const struct uuid *record_id);
/* Asks for retries that become due soon. */
void engine_look_ahead(struct engine *engine);
void engine_take_reads(struct engine *engine, const struct pg_result *const *reads);

/* engine_replay.c */
/* Asks for the next pieces of replays. */
void engine_put_replays(struct engine *engine, struct group *group);
/* Is there one to ask for? */
bool engine_replays_wait(const struct engine *engine);
void engine_take_replays(struct engine *engine, const struct pg_result *result);

/* engine_health.c */
/* True when the webhook has done nothing but fail for too long. */
MUST_CHECK bool engine_note_outcome(struct engine *engine, struct hook *hook, const struct outcome *outcome);
/* What has become known of webhooks that only fail, or fail no more. */
void engine_put_health(struct engine *engine, struct group *group);
/* It gets nothing any more; what it has waiting is dropped, and others are told why. */
void engine_disable_hook(struct engine *engine, struct hook *hook, struct str reason);

/* engine.c */
/* Ends what is under way and gives the shard back, to whoever takes it next. */
void engine_yield(struct engine *engine);
/* The time of day, by the database's clock: what is planned by one dispatcher may fall to another. */
int64_t engine_now_us(const struct engine *engine);
bool engine_may_start(const struct engine *engine);
void engine_check_drained(struct engine *engine);
uint32_t engine_random(struct engine *engine);

#endif
