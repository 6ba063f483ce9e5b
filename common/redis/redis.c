#include "common/redis/redis.h"

#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "common/redis/redis_link.h"
#include <hiredis/sds.h>
#include <stdlib.h>

enum {
    /* A stalled Redis must not make us hold more than this, however many commands are allowed. */
    OUTPUT_MAX_BYTES = 32 * 1024 * 1024,
    DEFAULT_PENDING = 10000
};
#define DEFAULT_TIMEOUT_US INT64_C(5000000)
#define LEAST_TIMEOUT_US   INT64_C(40000)

struct redis {
    struct redis_link link;
    struct loop_timer watch;
    size_t max_pending;
    int64_t timeout_us;
    uint64_t asked;   /* commands given to this connection */
    uint64_t replied; /* and answered */
    uint64_t mark;    /* `asked` at mark_us: all of these are to be answered within the timeout */
    int64_t mark_us;
    bool refused; /* the last reply was an error, and that is in the log */
    struct redis_stats stats;
};

static void redis_on_watch(void *context)
{
    struct redis *redis = context;
    if (redis->asked == redis->replied || redis->link.state != REDIS_LINK_UP) {
        return;
    }
    int64_t now_us = loop_now_us(redis->link.loop);
    if (redis->replied >= redis->mark) {
        redis->mark = redis->asked;
        redis->mark_us = now_us;
    } else if (now_us - redis->mark_us >= redis->timeout_us) {
        redis_link_lose(&redis->link, "a reply is overdue");
        return;
    }
    loop_timer_start(&redis->watch, redis->timeout_us / 4);
}

static void redis_on_up(void *context)
{
    struct redis *redis = context;
    redis->asked = 0;
    redis->replied = 0;
    redis->mark = 0;
    redis->stats.connects++;
}

static void redis_on_down(void *context)
{
    struct redis *redis = context;
    loop_timer_stop(&redis->watch);
}

static void note_error(struct redis *redis, const redisReply *reply)
{
    redis->stats.failed++;
    if (!redis->refused) {
        redis->refused = true;
        log_line(LOG_LEVEL_WARN, "redis_refused", "%.*s", (int)(reply->len > 200 ? 200 : reply->len), reply->str);
    }
    /* A master that became a replica: the address may lead to the new master by now. */
    if (str_starts_with(str_of(reply->str, reply->len), STR("READONLY"))) {
        redis_link_lose(&redis->link, "it has become a replica");
    }
}

static void redis_on_reply(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis *redis = context;
    const redisReply *answer = reply;
    redis->replied++;
    if (answer == NULL) {
        redis->stats.failed++; /* lost with the connection: done or not, nobody knows */
    } else if (answer->type == REDIS_REPLY_ERROR) {
        note_error(redis, answer);
    } else {
        redis->refused = false;
    }
}

struct redis *redis_new(struct loop *loop, const struct redis_options *options, struct err *err)
{
    struct redis_address address;
    if (!redis_address_parse(str_from(options->url), &address, err)) {
        return NULL;
    }
    struct redis *redis = xcalloc(1, sizeof *redis);
    redis->max_pending = options->max_pending == 0 ? DEFAULT_PENDING : options->max_pending;
    redis->timeout_us = options->command_timeout_us <= 0 ? DEFAULT_TIMEOUT_US : options->command_timeout_us;
    if (redis->timeout_us < LEAST_TIMEOUT_US) {
        redis->timeout_us = LEAST_TIMEOUT_US;
    }
    loop_timer_init(&redis->watch, loop, redis_on_watch, redis);
    redis_link_init(&redis->link, loop, &address, "redis", redis_on_up, redis_on_down, redis);
    return redis;
}

void redis_free(struct redis *redis)
{
    if (redis != NULL) {
        redis_link_release(&redis->link);
        loop_timer_release(&redis->watch);
        free(redis);
    }
}

bool redis_connected(const struct redis *redis)
{
    return redis->link.state == REDIS_LINK_UP && redis->link.ac != NULL;
}

bool redis_send(struct redis *redis, const struct str *argv, size_t argc)
{
    bool possible = redis_connected(redis) && redis->asked - redis->replied < redis->max_pending &&
                    sdslen(redis->link.ac->c.obuf) < OUTPUT_MAX_BYTES;
    if (!possible || !redis_link_send(&redis->link, redis_on_reply, redis, argv, argc)) {
        redis->stats.dropped++;
        return false;
    }
    redis->asked++;
    redis->stats.sent++;
    if (!redis->watch.pending) {
        redis->mark = redis->asked;
        redis->mark_us = loop_now_us(redis->link.loop);
        loop_timer_start(&redis->watch, redis->timeout_us / 4);
    }
    return true;
}

void redis_stats(const struct redis *redis, struct redis_stats *out)
{
    *out = redis->stats;
}
