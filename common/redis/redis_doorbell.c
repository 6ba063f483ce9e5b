#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/observe/log.h"
#include "common/redis/redis.h"
#include "common/redis/redis_link.h"
#include <stdlib.h>

/*
 * Two commands take turns. LOOK (XREVRANGE … COUNT 1) finds the last id; from its answer on no entry can be missed,
 * since WAIT (XREAD BLOCK) asks for those behind that id, and then for those behind the last one that it was given.
 * "$" would leave a gap between two commands. When WAIT times out we LOOK again: after a FLUSHALL with a clock that
 * went backwards, or explicit ids, the stream may live below our id.
 */
enum {
    BLOCK_MS = 5000,
    GRACE_MS = 2000, /* after which a reply is overdue */
    PAUSE_MS = 1000, /* after an error reply */
    GAP_US = 2000,   /* between two rings: in a stream of entries each would cost our caller a look of its own */
    ID_MAX = 48
};

struct redis_doorbell {
    struct redis_link link;
    struct loop_timer timer; /* overdue, or the end of a pause */
    struct loop_timer gap;
    bool pausing;
    bool refused;          /* the last reply was an error, and that is in the log */
    struct loop_task ring; /* calls back outside hiredis, so that the caller may free us */
    size_t count;
    char *stream;
    size_t stream_len;
    char last_id[ID_MAX];
    void (*on_entries)(void *context, size_t count);
    void *context;
};

static void look(struct redis_doorbell *doorbell);

static void ring(struct redis_doorbell *doorbell, size_t count)
{
    doorbell->count += count;
    loop_defer(doorbell->link.loop, &doorbell->ring);
}

static void doorbell_on_ring(void *context)
{
    struct redis_doorbell *doorbell = context;
    size_t count = doorbell->count;
    doorbell->count = 0;
    doorbell->on_entries(doorbell->context, count);
}

static void send_or_lose(struct redis_doorbell *doorbell, redisCallbackFn *on_reply, const struct str *argv,
                         size_t argc, int64_t limit_ms)
{
    doorbell->pausing = false;
    loop_timer_start(&doorbell->timer, limit_ms * 1000);
    if (!redis_link_send(&doorbell->link, on_reply, doorbell, argv, argc)) {
        redis_link_lose(&doorbell->link, "a command could not be sent");
    }
}

/* False for a lost connection and for an error, after which we pause and look again. */
static bool usable(struct redis_doorbell *doorbell, const redisReply *reply)
{
    if (reply == NULL || doorbell->link.state != REDIS_LINK_UP) {
        return false;
    }
    if (reply->type != REDIS_REPLY_ERROR) {
        doorbell->refused = false;
        return true;
    }
    if (!doorbell->refused) {
        doorbell->refused = true;
        log_line(LOG_LEVEL_WARN, "redis_doorbell_refused", "%.*s", (int)(reply->len > 200 ? 200 : reply->len),
                 reply->str);
    }
    doorbell->pausing = true;
    loop_timer_start(&doorbell->timer, (int64_t)PAUSE_MS * 1000);
    ring(doorbell, 0);
    return false;
}

/* An entry is [id, [field, value, …]]. */
static void note_id(struct redis_doorbell *doorbell, const redisReply *entry)
{
    if (entry->type == REDIS_REPLY_ARRAY && entry->elements > 0 && entry->element[0]->type == REDIS_REPLY_STRING &&
        entry->element[0]->len < ID_MAX) {
        memcpy(doorbell->last_id, entry->element[0]->str, entry->element[0]->len);
        doorbell->last_id[entry->element[0]->len] = '\0';
    }
}

static void wait_for_entries(struct redis_doorbell *doorbell);

/* An answer is [[stream, [entry, …]]], or nil when the time was up. */
static void doorbell_on_waited(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis_doorbell *doorbell = context;
    const redisReply *answer = reply;
    if (!usable(doorbell, answer)) {
        return;
    }
    const redisReply *entries = NULL;
    if (answer->type == REDIS_REPLY_ARRAY && answer->elements == 1 && answer->element[0]->type == REDIS_REPLY_ARRAY &&
        answer->element[0]->elements == 2) {
        entries = answer->element[0]->element[1];
    }
    if (entries == NULL || entries->type != REDIS_REPLY_ARRAY || entries->elements == 0) {
        look(doorbell);
        return;
    }
    note_id(doorbell, entries->element[entries->elements - 1]);
    ring(doorbell, entries->elements);
    loop_timer_stop(&doorbell->timer);
    loop_timer_start(&doorbell->gap, GAP_US);
}

static void doorbell_on_gap(void *context)
{
    struct redis_doorbell *doorbell = context;
    if (doorbell->link.state == REDIS_LINK_UP) {
        wait_for_entries(doorbell);
    }
}

static void wait_for_entries(struct redis_doorbell *doorbell)
{
    struct str argv[] = {STR("XREAD"),
                         STR("COUNT"),
                         STR("256"),
                         STR("BLOCK"),
                         STR("5000"),
                         STR("STREAMS"),
                         str_of(doorbell->stream, doorbell->stream_len),
                         str_from(doorbell->last_id)};
    send_or_lose(doorbell, doorbell_on_waited, argv, ARRAY_LEN(argv), BLOCK_MS + GRACE_MS);
}

static void doorbell_on_looked(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis_doorbell *doorbell = context;
    const redisReply *answer = reply;
    if (!usable(doorbell, answer)) {
        return;
    }
    snprintf(doorbell->last_id, sizeof doorbell->last_id, "0-0");
    if (answer->type == REDIS_REPLY_ARRAY && answer->elements > 0) {
        note_id(doorbell, answer->element[0]);
    }
    ring(doorbell, 0);
    wait_for_entries(doorbell);
}

static void look(struct redis_doorbell *doorbell)
{
    struct str argv[] = {
        STR("XREVRANGE"), str_of(doorbell->stream, doorbell->stream_len), STR("+"), STR("-"), STR("COUNT"), STR("1")};
    send_or_lose(doorbell, doorbell_on_looked, argv, ARRAY_LEN(argv), GRACE_MS);
}

static void doorbell_on_up(void *context)
{
    look(context);
}

static void doorbell_on_down(void *context)
{
    struct redis_doorbell *doorbell = context;
    loop_timer_stop(&doorbell->timer);
    loop_timer_stop(&doorbell->gap);
}

static void doorbell_on_time(void *context)
{
    struct redis_doorbell *doorbell = context;
    if (doorbell->link.state != REDIS_LINK_UP) {
        return;
    }
    if (doorbell->pausing) {
        look(doorbell);
    } else {
        redis_link_lose(&doorbell->link, "a reply is overdue");
    }
}

struct redis_doorbell *redis_doorbell_new(struct loop *loop, const char *url, struct str stream,
                                          void (*on_entries)(void *context, size_t count), void *context,
                                          struct err *err)
{
    struct redis_address address;
    if (!redis_address_parse(str_from(url), &address, err)) {
        return NULL;
    }
    struct redis_doorbell *doorbell = xcalloc(1, sizeof *doorbell);
    doorbell->stream = xmalloc(stream.len);
    doorbell->stream_len = stream.len;
    memcpy(doorbell->stream, stream.ptr, stream.len);
    doorbell->on_entries = on_entries;
    doorbell->context = context;
    doorbell->ring = (struct loop_task){.callback = doorbell_on_ring, .context = doorbell};
    loop_timer_init(&doorbell->timer, loop, doorbell_on_time, doorbell);
    loop_timer_init(&doorbell->gap, loop, doorbell_on_gap, doorbell);
    redis_link_init(&doorbell->link, loop, &address, "doorbell", doorbell_on_up, doorbell_on_down, doorbell);
    return doorbell;
}

void redis_doorbell_free(struct redis_doorbell *doorbell)
{
    if (doorbell != NULL) {
        redis_link_release(&doorbell->link);
        loop_undefer(&doorbell->ring);
        loop_timer_release(&doorbell->timer);
        loop_timer_release(&doorbell->gap);
        free(doorbell->stream);
        free(doorbell);
    }
}

bool redis_doorbell_connected(const struct redis_doorbell *doorbell)
{
    return doorbell->link.state == REDIS_LINK_UP && doorbell->link.ac != NULL;
}
