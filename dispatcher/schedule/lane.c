#include "dispatcher/schedule/lane.h"
#include <assert.h>

void lanes_init(struct lanes *lanes, size_t max_in_flight, size_t share_percent)
{
    *lanes = (struct lanes){.max_in_flight = max_in_flight, .share = max_in_flight * share_percent / 100};
    if (lanes->share == 0) {
        lanes->share = 1;
    }
    list_init(&lanes->turns);
}

void lane_init(struct lane *lane, size_t window)
{
    *lane = (struct lane){.window = window};
    list_init(&lane->queue);
}

static bool can_start(const struct lanes *lanes, const struct lane *lane)
{
    return lane->queued > 0 && lane->in_flight < lane->window && lane->in_flight < lanes->share;
}

/* Keeps membership of `turns` true after any change of the lane. */
static void settle(struct lanes *lanes, struct lane *lane)
{
    if (!can_start(lanes, lane)) {
        list_remove(&lane->turn);
    } else if (!list_linked(&lane->turn)) {
        list_push_back(&lanes->turns, &lane->turn);
    }
}

void lane_push(struct lanes *lanes, struct lane *lane, struct list *item)
{
    list_push_back(&lane->queue, item);
    lane->queued++;
    lanes->queued++;
    settle(lanes, lane);
}

void lane_drop(struct lanes *lanes, struct lane *lane, struct list *item)
{
    assert(lane->queued > 0);
    list_remove(item);
    lane->queued--;
    lanes->queued--;
    settle(lanes, lane);
}

struct list *lanes_next(struct lanes *lanes, struct lane **out)
{
    if (lanes->in_flight >= lanes->max_in_flight) {
        return NULL;
    }
    struct list *turn = list_pop_front(&lanes->turns);
    if (turn == NULL) {
        return NULL;
    }
    struct lane *lane = LIST_ENTRY(turn, struct lane, turn);
    struct list *item = list_pop_front(&lane->queue);
    lane->queued--;
    lanes->queued--;
    lane->in_flight++;
    lanes->in_flight++;
    settle(lanes, lane); /* to the end of the ring */
    *out = lane;
    return item;
}

void lane_finished(struct lanes *lanes, struct lane *lane)
{
    assert(lane->in_flight > 0 && lanes->in_flight > 0);
    lane->in_flight--;
    lanes->in_flight--;
    settle(lanes, lane);
}
