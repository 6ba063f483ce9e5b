#include "gateway/auth/auth.h"

#include "common/base/alloc.h"
#include "common/base/list.h"
#include <pthread.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

enum { SHARDS_MAX = 16 };

/* `level` whole tokens and `parts` of the next one; a token has as many parts as its window has microseconds, so that
 * each microsecond adds exactly `tokens` parts and no rounding ever gives or takes any. */
struct level {
    int64_t level;
    int64_t parts;
};

struct counter {
    struct list recent; /* in its shard, newest first */
    struct uuid key_id;
    int64_t refilled_us;
    struct level levels[RATE_BUCKETS_MAX];
};

struct shard {
    pthread_mutex_t lock;
    struct map by_id;
    struct list recent;
};

struct rate_table {
    struct rate_limit limit;
    size_t shard_count; /* a power of two */
    size_t shard_keys;  /* at most, in each */
    struct shard shards[SHARDS_MAX];
};

struct rate_table *rate_table_new(const struct rate_limit *limit, size_t max_keys)
{
    struct rate_table *table = xcalloc(1, sizeof *table);
    table->limit = *limit;
    table->shard_count = SHARDS_MAX;
    while (table->shard_count > 1 && max_keys / table->shard_count < 16) {
        table->shard_count /= 2;
    }
    table->shard_keys = max_keys / table->shard_count > 0 ? max_keys / table->shard_count : 1;
    for (size_t i = 0; i < table->shard_count; i++) {
        pthread_mutex_init(&table->shards[i].lock, NULL);
        list_init(&table->shards[i].recent);
    }
    return table;
}

static void counter_free(struct shard *shard, struct counter *counter)
{
    map_remove(&shard->by_id, str_of((const char *)counter->key_id.bytes, sizeof counter->key_id.bytes));
    list_remove(&counter->recent);
    free(counter);
}

void rate_table_free(struct rate_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->shard_count; i++) {
        struct shard *shard = &table->shards[i];
        while (!list_empty(&shard->recent)) {
            counter_free(shard, LIST_ENTRY(shard->recent.next, struct counter, recent));
        }
        map_release(&shard->by_id);
        pthread_mutex_destroy(&shard->lock);
    }
    free(table);
}

static struct counter *counter_new(const struct rate_table *table, struct shard *shard, const struct uuid *key_id,
                                   int64_t now_us)
{
    if (shard->by_id.count >= table->shard_keys) {
        counter_free(shard, LIST_ENTRY(shard->recent.prev, struct counter, recent));
    }
    struct counter *counter = xcalloc(1, sizeof *counter);
    counter->key_id = *key_id;
    counter->refilled_us = now_us;
    for (size_t i = 0; i < table->limit.count; i++) {
        counter->levels[i].level = table->limit.buckets[i].tokens;
    }
    map_set(&shard->by_id, str_of((const char *)counter->key_id.bytes, sizeof counter->key_id.bytes), counter);
    return counter;
}

static struct counter *counter_get(const struct rate_table *table, struct shard *shard, const struct uuid *key_id,
                                   int64_t now_us)
{
    struct counter *counter = map_get(&shard->by_id, str_of((const char *)key_id->bytes, sizeof key_id->bytes));
    if (counter == NULL) {
        counter = counter_new(table, shard, key_id, now_us);
    }
    list_remove(&counter->recent);
    list_push_front(&shard->recent, &counter->recent);
    return counter;
}

static void refill(const struct rate_limit *limit, struct counter *counter, int64_t now_us)
{
    /* Workers read the clock before they get here, so a step back of a little is ordinary, and adds nothing. */
    if (now_us <= counter->refilled_us) {
        return;
    }
    uint64_t elapsed_us = (uint64_t)now_us - (uint64_t)counter->refilled_us;
    counter->refilled_us = now_us;
    for (size_t i = 0; i < limit->count; i++) {
        uint64_t tokens = (uint64_t)limit->buckets[i].tokens;
        uint64_t window_us = (uint64_t)limit->buckets[i].window_us;
        struct level *level = &counter->levels[i];
        wide parts = (wide)elapsed_us * tokens + (uint64_t)level->parts;
        if (elapsed_us >= window_us || parts / window_us >= tokens - (uint64_t)level->level) {
            *level = (struct level){.level = (int64_t)tokens};
            continue;
        }
        level->level += (int64_t)(parts / window_us);
        level->parts = (int64_t)(parts % window_us);
    }
}

/* Until the bucket holds `tokens` tokens, rounded up. */
static int64_t wait_us(const struct rate_limit *limit, size_t bucket, const struct level *level, int64_t tokens)
{
    if (level->level >= tokens) {
        return 0;
    }
    uint64_t rate = (uint64_t)limit->buckets[bucket].tokens;
    wide missing =
        (wide)(uint64_t)(tokens - level->level) * (uint64_t)limit->buckets[bucket].window_us - (uint64_t)level->parts;
    return (int64_t)((missing + rate - 1) / rate);
}

static struct rate_verdict verdict(const struct rate_limit *limit, const struct counter *counter, bool allowed,
                                   int64_t retry_after_us, size_t bucket)
{
    const struct level *level = &counter->levels[bucket];
    return (struct rate_verdict){
        .allowed = allowed,
        .retry_after_us = retry_after_us,
        .bucket = bucket,
        .limit = limit->buckets[bucket].tokens,
        .remaining = level->level,
        .reset_us = wait_us(limit, bucket, level, limit->buckets[bucket].tokens),
        .window_us = limit->buckets[bucket].window_us,
    };
}

static struct rate_verdict take(const struct rate_limit *limit, struct counter *counter)
{
    int64_t longest_us = 0;
    size_t refusing = 0;
    size_t tightest = 0;
    for (size_t i = 0; i < limit->count; i++) {
        int64_t us = wait_us(limit, i, &counter->levels[i], 1);
        if (us > longest_us) {
            longest_us = us;
            refusing = i;
        }
        if (counter->levels[i].level < counter->levels[tightest].level) {
            tightest = i;
        }
    }
    if (longest_us > 0) {
        return verdict(limit, counter, false, longest_us, refusing);
    }
    for (size_t i = 0; i < limit->count; i++) {
        counter->levels[i].level--;
    }
    return verdict(limit, counter, true, 0, tightest);
}

struct rate_verdict rate_take(struct rate_table *table, const struct uuid *key_id, int64_t now_us)
{
    if (table->limit.count == 0) {
        return (struct rate_verdict){.allowed = true};
    }
    uint64_t hash = map_hash(str_of((const char *)key_id->bytes, sizeof key_id->bytes));
    /* The map inside uses the low bits. */
    struct shard *shard = &table->shards[(hash >> 48) & (table->shard_count - 1)];
    pthread_mutex_lock(&shard->lock);
    struct counter *counter = counter_get(table, shard, key_id, now_us);
    refill(&table->limit, counter, now_us);
    struct rate_verdict result = take(&table->limit, counter);
    pthread_mutex_unlock(&shard->lock);
    return result;
}
