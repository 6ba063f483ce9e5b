/*
 * The shards: an engine for each, of which this process works on those whose lease it holds. Dispatchers share them
 * evenly: whoever owns two fewer than another asks for one of its, and gets it when what is under way has ended.
 */
#ifndef PORTTI_DISPATCHER_APP_SHARDS_H
#define PORTTI_DISPATCHER_APP_SHARDS_H

#include "dispatcher/app/engine.h"

enum { SHARDS_MAX = 64 };

struct shards;

/* `options` are those of the process as a whole: the limits on deliveries and connections are divided. */
struct shards *shards_new(struct loop *loop, size_t count, const struct engine_options *options);
/* As for an engine. */
void shards_abandon(struct shards *shards);
void shards_free(struct shards *shards);
void shards_wake(struct shards *shards);
void shards_drain(struct shards *shards, loop_callback on_drained, void *context);
/* How many are ours. */
size_t shards_led(const struct shards *shards);
/* Sets the gauges. */
void shards_observe(const struct shards *shards);
/* A series for each of the `most` webhooks with the most to do (lane_metrics.h). */
void shards_print_lanes(const struct shards *shards, struct strbuf *out, size_t most);

#endif
