#include "dispatcher/schedule/lane.h"
#include <assert.h>

enum { FIRSTS_IN_ROW_MOST = 7 };
static const int64_t soon_us = 100000;

void lanes_init(struct lanes *lanes, size_t max_in_flight, size_t share_percent)
{
    *lanes = (struct lanes){
        .max_in_flight = max_in_flight,
        .share = max_in_flight * share_percent / 100,
        .slow_most = LANES_SLOW_FACTOR * max_in_flight,
    };
    if (lanes->share == 0) {
        lanes->share = 1;
    }
    list_init(&lanes->turns);
}

void lanes_release(struct lanes *lanes)
{
    heap_release(&lanes->sleeping);
}

void lane_init(struct lane *lane, size_t window_most, int64_t probe_interval_us)
{
    *lane = (struct lane){.queued = 0};
    list_init(&lane->first);
    list_init(&lane->again);
    pace_init(&lane->pace, window_most, probe_interval_us);
}

void lane_release(struct lanes *lanes, struct lane *lane)
{
    assert(lane->queued == 0 && lane->in_flight == 0);
    list_remove(&lane->turn);
    heap_remove(&lanes->sleeping, &lane->wake);
}

/* Keeps membership of `turns` and `sleeping` true after any change of the lane. */
static void settle(struct lanes *lanes, struct lane *lane, int64_t now_us)
{
    int64_t at = INT64_MAX;
    if (lane->queued > 0 && lane->in_flight < lanes->share) {
        at = pace_ready_at(&lane->pace, lane->in_flight);
    }
    heap_remove(&lanes->sleeping, &lane->wake);
    if (at > now_us) {
        list_remove(&lane->turn);
        if (at < INT64_MAX) {
            heap_push(&lanes->sleeping, &lane->wake, at);
        }
    } else if (!list_linked(&lane->turn)) {
        list_push_back(&lanes->turns, &lane->turn);
    }
}

void lane_pause(struct lanes *lanes, struct lane *lane, bool paused, int64_t now_us)
{
    pace_pause(&lane->pace, paused);
    settle(lanes, lane, now_us);
}

void lane_push(struct lanes *lanes, struct lane *lane, struct list *item, bool again, int64_t now_us)
{
    list_push_back(again ? &lane->again : &lane->first, item);
    lane->queued++;
    lanes->queued++;
    settle(lanes, lane, now_us);
}

void lane_drop(struct lanes *lanes, struct lane *lane, struct list *item, int64_t now_us)
{
    assert(lane->queued > 0);
    list_remove(item);
    lane->queued--;
    lanes->queued--;
    settle(lanes, lane, now_us);
}

static void wake(struct lanes *lanes, int64_t now_us)
{
    for (struct heap_item *top; (top = heap_top(&lanes->sleeping)) != NULL && top->due_us <= now_us;) {
        settle(lanes, CONTAINER_OF(top, struct lane, wake), now_us);
    }
}

static struct list *take(struct lane *lane)
{
    bool again = list_empty(&lane->first) || (lane->firsts_in_row >= FIRSTS_IN_ROW_MOST && !list_empty(&lane->again));
    lane->firsts_in_row = again ? 0 : lane->firsts_in_row + 1;
    return list_pop_front(again ? &lane->again : &lane->first);
}

struct list *lanes_next(struct lanes *lanes, int64_t now_us, struct lane **out)
{
    wake(lanes, now_us);
    if (lanes->in_flight >= lanes->max_in_flight) {
        return NULL;
    }
    struct list *turn = list_pop_front(&lanes->turns);
    if (turn == NULL) {
        return NULL;
    }
    struct lane *lane = LIST_ENTRY(turn, struct lane, turn);
    struct list *item = take(lane);
    lane->queued--;
    lanes->queued--;
    lane->in_flight++;
    lanes->in_flight++;
    pace_started(&lane->pace, now_us);
    settle(lanes, lane, now_us); /* to the end of the ring */
    *out = lane;
    return item;
}

int64_t lanes_wake_at(const struct lanes *lanes)
{
    const struct heap_item *top = heap_top(&lanes->sleeping);
    return top == NULL ? INT64_MAX : top->due_us;
}

bool lane_turned_slow(struct lanes *lanes, struct lane *lane)
{
    if (lanes->slow >= lanes->slow_most) {
        return false;
    }
    assert(lanes->in_flight > 0 && lane->slow < lane->in_flight);
    lanes->in_flight--;
    lanes->slow++;
    lane->slow++;
    return true;
}

void lane_finished(struct lanes *lanes, struct lane *lane, bool slow, int64_t now_us)
{
    assert(lane->in_flight > 0);
    lane->in_flight--;
    if (slow) {
        assert(lane->slow > 0 && lanes->slow > 0);
        lane->slow--;
        lanes->slow--;
    } else {
        assert(lanes->in_flight > 0);
        lanes->in_flight--;
    }
    settle(lanes, lane, now_us);
}

void lane_answered(struct lanes *lanes, struct lane *lane, bool slow, enum pace_mood mood, int64_t started_us,
                   int64_t now_us)
{
    pace_answered(&lane->pace, mood, started_us, now_us);
    lane_finished(lanes, lane, slow, now_us);
}

bool lane_stalls(const struct lane *lane, int64_t now_us)
{
    int64_t at = pace_ready_at(&lane->pace, lane->in_flight);
    if (lane->pace.paused) {
        return true;
    }
    if (lane->pace.breaker != BREAKER_CLOSED || lane->slow > 0) {
        return at > now_us;
    }
    return at < INT64_MAX && at > now_us + soon_us; /* the rate */
}
