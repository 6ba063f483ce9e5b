/*
 * The owner's pen. It takes the lease of a shard by compare-and-set, keeps it, and writes result groups under it, one
 * at a time, each until it stands: PostgreSQL away only means later. A recorder that finds another owner's epoch says
 * so once (on_lost) and goes back to waiting for the lease.
 */
#ifndef PORTTI_DISPATCHER_RECORD_RECORDER_H
#define PORTTI_DISPATCHER_RECORD_RECORDER_H

#include "common/loop/loop.h"
#include "common/pg/pg.h"
#include "dispatcher/record/group.h"
#include <stdbool.h>

struct recorder;

/* Where the last owner stood. Texts are valid during the callback. */
struct taken {
    int64_t epoch;
    struct str snapshot;
    struct str upper; /* empty = NULL */
    int64_t upper_seq;
};

struct recorder_options {
    const char *owner; /* for people: host and process */
    int64_t lease_us;
    struct shard shard;
    void (*on_taken)(void *context, const struct taken *taken);
    /* The lease is another's. The group that was being written is dropped. */
    void (*on_lost)(void *context);
    /* Another dispatcher, which owns less, wants the lease. */
    void (*on_claimed)(void *context);
    /* The number of shards is not `shard.count` (any more): nothing is taken. */
    void (*on_misfit)(void *context);
    /* A group stands; the recorder has freed it. `reads` has GROUP_READS results, NULL where none was asked for. */
    void (*on_written)(void *context, const struct pg_result *const *reads);
    void *context;
};

struct recorder *recorder_new(struct loop *loop, struct pg_pool *pool, const struct recorder_options *options);
void recorder_free(struct recorder *recorder);
/* Starts asking for the lease, after a while. */
void recorder_start(struct recorder *recorder, int64_t after_us);
/* Is the lease ours and not run out? Nothing may be started otherwise. */
bool recorder_leads(const struct recorder *recorder);
/* The time of day by the database's clock, in microseconds since 1970: measured with each renewal of the lease, and
 * carried on by the monotonic clock, so that this machine's wall clock may be wrong or jump. */
int64_t recorder_now_us(const struct recorder *recorder);
/* A group is being written. */
bool recorder_busy(const struct recorder *recorder);
/* Takes the group. Only while leading and not busy. */
void recorder_write(struct recorder *recorder, struct group *group);
/* Gives the lease back, so that another may take it at once, then calls back; also when that fails. */
void recorder_release_lease(struct recorder *recorder, loop_callback on_done, void *context);

struct recorder_stats {
    uint64_t groups;
    uint64_t rows;
    uint64_t failures;
    uint64_t takeovers;
};
void recorder_stats(const struct recorder *recorder, struct recorder_stats *out);

#endif
