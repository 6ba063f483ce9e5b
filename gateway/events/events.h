/*
 * The live feed: publishes committed changes to a Redis stream, fire and forget. A request never waits for it and never
 * fails by it: PostgreSQL's outbox remembers what Redis did not get.
 */
#ifndef PORTTI_EVENTS_EVENTS_H
#define PORTTI_EVENTS_EVENTS_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/event/event.h"
#include "common/loop/loop.h"
#include "common/redis/redis.h"

struct events;

struct events_options {
    const char *redis_url;
    const char *stream;
    int64_t max_length; /* entries kept in the stream, roughly */
};

/* NULL only for a malformed URL. */
MUST_CHECK struct events *events_new(struct loop *loop, const struct events_options *options, struct err *err);
void events_free(struct events *events);
/* After the commit. `arena` is for scratch. */
void events_publish(struct events *events, struct arena *arena, const struct event *event);
bool events_connected(const struct events *events);
/* Once, before the threads. */
void events_register_metrics(void);

#endif
