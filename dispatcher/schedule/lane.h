/*
 * Lanes: one per webhook, so that a slow or dead receiver waits alone. Lanes that have something to send and room to
 * send it take turns, one delivery each. Pure bookkeeping: what is queued is a link, what "in flight" means is the
 * caller's business.
 */
#ifndef PORTTI_DISPATCHER_SCHEDULE_LANE_H
#define PORTTI_DISPATCHER_SCHEDULE_LANE_H

#include "common/base/list.h"
#include <stddef.h>

struct lanes {
    struct list turns; /* lanes that could start something, next one first */
    size_t max_in_flight;
    size_t share; /* the most that one lane may have in flight, of `max_in_flight` */
    size_t in_flight;
    size_t queued;
};

struct lane {
    struct list turn;
    struct list queue;
    size_t queued;
    size_t in_flight;
    size_t window; /* how many at once */
};

void lanes_init(struct lanes *lanes, size_t max_in_flight, size_t share_percent);
void lane_init(struct lane *lane, size_t window);
void lane_push(struct lanes *lanes, struct lane *lane, struct list *item);
/* Takes an item out of the queue it is in. */
void lane_drop(struct lanes *lanes, struct lane *lane, struct list *item);
/* The next item to start and its lane; it counts as in flight from now on. NULL when nothing can start. */
struct list *lanes_next(struct lanes *lanes, struct lane **lane);
void lane_finished(struct lanes *lanes, struct lane *lane);

#endif
