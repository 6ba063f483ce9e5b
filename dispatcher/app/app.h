/* The dispatcher as a whole: pools, doorbell, engine and admin port on one loop, until a signal ends it. */
#ifndef PORTTI_DISPATCHER_APP_APP_H
#define PORTTI_DISPATCHER_APP_APP_H

#include "common/base/err.h"
#include "dispatcher/app/dispatcher_settings.h"

/* Waits for the database, runs until SIGTERM or SIGINT, drains. False with a sentence when it cannot start. */
MUST_CHECK bool app_run(const struct dispatcher_settings *settings, struct err *err);

/* How many shards there are, which is how many dispatchers share the work; 1 to 64. Only while none runs. */
MUST_CHECK bool app_set_shards(const struct dispatcher_settings *settings, int64_t count, struct err *err);

#endif
