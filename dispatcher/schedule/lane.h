/*
 * Lanes: one per webhook, so that a slow or dead receiver waits alone. Lanes that have something to send and may send
 * it take turns, one delivery each. Pure bookkeeping: what is queued is a link, what "in flight" means is the caller's
 * business, and so is the clock (`now_us`: any that does not jump).
 */
#ifndef PORTTI_DISPATCHER_SCHEDULE_LANE_H
#define PORTTI_DISPATCHER_SCHEDULE_LANE_H

#include "common/base/list.h"
#include "dispatcher/schedule/heap.h"
#include "dispatcher/schedule/pace.h"

/* Beside those in flight there may be so many times as many that are slow. */
enum { LANES_SLOW_FACTOR = 4 };

struct lanes {
    struct list turns;    /* lanes that could start something, next one first */
    struct heap sleeping; /* lanes that could at a known time */
    size_t max_in_flight;
    size_t share;     /* the most that one lane may have in flight, of `max_in_flight` */
    size_t in_flight; /* without the slow ones */
    size_t slow;
    size_t slow_most;
    size_t queued;
};

struct lane {
    struct list turn;
    struct heap_item wake;
    struct list first; /* first tries */
    struct list again; /* retries */
    size_t queued;     /* in both */
    size_t in_flight;
    size_t slow; /* of those */
    unsigned firsts_in_row;
    struct pace pace;
};

void lanes_init(struct lanes *lanes, size_t max_in_flight, size_t share_percent);
void lanes_release(struct lanes *lanes);
void lane_init(struct lane *lane, size_t window_most, int64_t probe_interval_us);
/* Before a lane's memory goes; it is empty. */
void lane_release(struct lanes *lanes, struct lane *lane);
/* `again`: a retry. First tries go before retries, except that every eighth turn is a retry's. */
void lane_push(struct lanes *lanes, struct lane *lane, struct list *item, bool again, int64_t now_us);
/* Takes an item out of the queue it is in. */
void lane_drop(struct lanes *lanes, struct lane *lane, struct list *item, int64_t now_us);
/* Pauses the lane, or lets it go on. */
void lane_pause(struct lanes *lanes, struct lane *lane, bool paused, int64_t now_us);
/* The next item to start and its lane; it counts as in flight from now on. NULL when nothing can start. */
struct list *lanes_next(struct lanes *lanes, int64_t now_us, struct lane **lane);
/* When a lane that sleeps may go on; INT64_MAX = none does. */
int64_t lanes_wake_at(const struct lanes *lanes);
/* One of the lane's has been under way for long: it keeps its place in the lane's window and gives back that in the
 * whole, so that receivers that hang take no turns from others. False when too many are slow already. */
MUST_CHECK bool lane_turned_slow(struct lanes *lanes, struct lane *lane);
void lane_finished(struct lanes *lanes, struct lane *lane, bool slow, int64_t now_us);
/* As lane_finished, and the pace learns from it. */
void lane_answered(struct lanes *lanes, struct lane *lane, bool slow, enum pace_mood mood, int64_t started_us,
                   int64_t now_us);
/* Would a delivery that is pushed now wait for longer than others take? */
bool lane_stalls(const struct lane *lane, int64_t now_us);

#endif
