#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "common/redis/redis.h"
#include "common/redis/redis_link.h"
#include <inttypes.h>
#include <stdlib.h>

/*
 * Three commands. LOOK (the first and the last entry, in one transaction) says where the stream stands; WAIT (XREAD
 * BLOCK) brings what follows the last id that was seen. When WAIT times out we LOOK again: after a FLUSHALL with a
 * clock that went backwards, or explicit ids, the stream may live below our id, and WAIT would sleep for ever.
 *
 * A full answer to WAIT says that we are behind, and then what we have not read may have been trimmed already, which
 * XREAD does not tell. So it is thrown away, and CATCH UP reads again, in one transaction with the first entry that
 * still stands, until an answer is not full. (The stream's cap is far above one answer.)
 */
enum {
    BLOCK_MS = 5000,
    GRACE_MS = 2000, /* after which a reply is overdue */
    PAUSE_MS = 1000, /* after an error reply */
    BATCH = 256,     /* as in COUNT below */
    FIELDS_MAX = 64  /* of one entry; what is beyond is cut off */
};

struct redis_tail {
    struct redis_link link;
    struct loop_timer timer; /* overdue, or the end of a pause */
    bool pausing;
    bool refused; /* the last reply was an error, and that is in the log */
    bool positioned;
    struct str stream;
    char *stream_text;
    struct redis_stream_id last; /* that was seen */
    struct redis_tail_callbacks callbacks;
    void *context;
};

bool redis_stream_id_parse(struct str text, struct redis_stream_id *out)
{
    size_t dash = str_find(text, '-');
    int64_t ms = 0;
    int64_t sequence = 0;
    if (dash >= text.len || !str_to_int64(str_slice(text, 0, dash), 0, INT64_MAX, &ms) ||
        !str_to_int64(str_slice(text, dash + 1, text.len), 0, INT64_MAX, &sequence)) {
        return false;
    }
    *out = (struct redis_stream_id){(uint64_t)ms, (uint64_t)sequence};
    return true;
}

void redis_stream_id_print(struct redis_stream_id id, char out[REDIS_STREAM_ID_TEXT_MAX])
{
    snprintf(out, REDIS_STREAM_ID_TEXT_MAX, "%" PRIu64 "-%" PRIu64, id.ms, id.sequence);
}

static struct str reply_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? str_of(reply->str, reply->len) : STR_EMPTY;
}

static void send_or_lose(struct redis_tail *tail, redisCallbackFn *on_reply, const struct str *argv, size_t argc,
                         int64_t limit_ms)
{
    tail->pausing = false;
    loop_timer_start(&tail->timer, limit_ms * 1000);
    if (!redis_link_send(&tail->link, on_reply, tail, argv, argc)) {
        redis_link_lose(&tail->link, "a command could not be sent");
    }
}

/* False for a lost connection and for an error, after which we pause and look again. */
static bool usable(struct redis_tail *tail, const redisReply *reply)
{
    if (reply == NULL || tail->link.state != REDIS_LINK_UP) {
        return false;
    }
    if (reply->type != REDIS_REPLY_ERROR) {
        tail->refused = false;
        return true;
    }
    if (!tail->refused) {
        tail->refused = true;
        log_line(LOG_LEVEL_WARN, "redis_tail_refused", "%.*s", (int)(reply->len > 200 ? 200 : reply->len), reply->str);
    }
    tail->pausing = true;
    loop_timer_start(&tail->timer, (int64_t)PAUSE_MS * 1000);
    return false;
}

/* An entry is [id, [field, value, …]]; it is nil when it was deleted meanwhile. */
static bool read_entry(const redisReply *reply, struct str *fields, struct redis_entry *out)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[1]->type != REDIS_REPLY_ARRAY ||
        !redis_stream_id_parse(reply_text(reply->element[0]), &out->id)) {
        return false;
    }
    const redisReply *pairs = reply->element[1];
    out->fields = fields;
    out->field_count = pairs->elements < FIELDS_MAX ? pairs->elements : FIELDS_MAX;
    for (size_t i = 0; i < out->field_count; i++) {
        fields[i] = reply_text(pairs->element[i]);
    }
    return true;
}

static void hand_out(struct redis_tail *tail, const redisReply *entries)
{
    struct redis_entry *out = xcalloc(entries->elements, sizeof *out);
    struct str *fields = xcalloc(entries->elements * FIELDS_MAX, sizeof *fields);
    size_t count = 0;
    for (size_t i = 0; i < entries->elements; i++) {
        count += read_entry(entries->element[i], fields + count * FIELDS_MAX, &out[count]);
    }
    if (count > 0) {
        tail->last = out[count - 1].id;
        tail->callbacks.on_entries(tail->context, out, count);
    }
    free(fields);
    free(out);
}

static void look(struct redis_tail *tail);
static void wait_for_entries(struct redis_tail *tail);
static void catch_up(struct redis_tail *tail);

/* XREAD's answer is [[stream, [entry, …]]], or nil when there was none (in time): NULL then. */
static const redisReply *entries_of(const redisReply *answer)
{
    if (answer->type != REDIS_REPLY_ARRAY || answer->elements != 1 || answer->element[0]->type != REDIS_REPLY_ARRAY ||
        answer->element[0]->elements != 2) {
        return NULL;
    }
    const redisReply *entries = answer->element[0]->element[1];
    return entries->type == REDIS_REPLY_ARRAY && entries->elements > 0 ? entries : NULL;
}

static void tail_on_waited(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis_tail *tail = context;
    if (!usable(tail, reply)) {
        return;
    }
    const redisReply *entries = entries_of(reply);
    if (entries == NULL) {
        look(tail);
    } else if (entries->elements >= BATCH) {
        catch_up(tail);
    } else {
        hand_out(tail, entries);
        wait_for_entries(tail);
    }
}

static void wait_for_entries(struct redis_tail *tail)
{
    char last[REDIS_STREAM_ID_TEXT_MAX];
    redis_stream_id_print(tail->last, last);
    struct str argv[] = {STR("XREAD"), STR("COUNT"),   STR("256"),   STR("BLOCK"),
                         STR("5000"),  STR("STREAMS"), tail->stream, str_from(last)};
    send_or_lose(tail, tail_on_waited, argv, ARRAY_LEN(argv), BLOCK_MS + GRACE_MS);
}

/* The id of the one entry of a range, or nil. */
static struct redis_stream_id only_id(const redisReply *range)
{
    struct redis_entry entry = {0};
    struct str fields[FIELDS_MAX];
    if (range->type == REDIS_REPLY_ARRAY && range->elements == 1) {
        (void)read_entry(range->element[0], fields, &entry);
    }
    return entry.id;
}

/* Is what follows our id still all there? So it is when nothing does, or when an entry at or before it still stands. */
static bool gapless(const struct redis_tail *tail, struct redis_stream_id first, struct redis_stream_id last)
{
    bool ahead = redis_stream_id_after(tail->last, last);
    bool behind = redis_stream_id_after(last, tail->last);
    return !ahead && (!behind || !redis_stream_id_after(first, tail->last));
}

/* EXEC's answer, of two commands. */
static bool is_pair(struct redis_tail *tail, const redisReply *answer)
{
    if (!usable(tail, answer)) {
        return false;
    }
    if (answer->type != REDIS_REPLY_ARRAY || answer->elements != 2) {
        redis_link_lose(&tail->link, "an unexpected reply");
        return false;
    }
    return true;
}

/* EXEC's answer is that of the two ranges. */
static void tail_on_looked(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis_tail *tail = context;
    const redisReply *answer = reply;
    if (!is_pair(tail, answer)) {
        return;
    }
    struct redis_stream_id first = only_id(answer->element[0]);
    struct redis_stream_id last = only_id(answer->element[1]);
    bool nil = tail->last.ms == 0 && tail->last.sequence == 0;
    if (nil && !tail->positioned) {
        tail->last = last;
    } else if (!nil && !gapless(tail, first, last)) {
        tail->last = last;
        tail->callbacks.on_gap(tail->context);
    }
    tail->positioned = true;
    tail->callbacks.on_positioned(tail->context, last);
    wait_for_entries(tail);
}

/* EXEC's answer is that of the range and of XREAD. */
static void tail_on_caught_up(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis_tail *tail = context;
    const redisReply *answer = reply;
    if (!is_pair(tail, answer)) {
        return;
    }
    const redisReply *entries = entries_of(answer->element[1]);
    if (entries != NULL && redis_stream_id_after(only_id(answer->element[0]), tail->last)) {
        tail->callbacks.on_gap(tail->context);
        look(tail);
        return;
    }
    if (entries == NULL) {
        wait_for_entries(tail);
        return;
    }
    hand_out(tail, entries);
    if (entries->elements >= BATCH) {
        catch_up(tail);
    } else {
        wait_for_entries(tail);
    }
}

/* The replies before EXEC's: OK and QUEUED. */
static void tail_on_queued(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    (void)reply;
    (void)context;
}

/* The first entry and one more command, at one moment. */
static void send_with_first(struct redis_tail *tail, const struct str *argv, size_t argc, redisCallbackFn *on_reply)
{
    struct str multi[] = {STR("MULTI")};
    struct str first[] = {STR("XRANGE"), tail->stream, STR("-"), STR("+"), STR("COUNT"), STR("1")};
    struct str exec[] = {STR("EXEC")};
    if (redis_link_send(&tail->link, tail_on_queued, tail, multi, ARRAY_LEN(multi)) &&
        redis_link_send(&tail->link, tail_on_queued, tail, first, ARRAY_LEN(first)) &&
        redis_link_send(&tail->link, tail_on_queued, tail, argv, argc)) {
        send_or_lose(tail, on_reply, exec, ARRAY_LEN(exec), GRACE_MS);
    } else {
        redis_link_lose(&tail->link, "a command could not be sent");
    }
}

static void look(struct redis_tail *tail)
{
    struct str argv[] = {STR("XREVRANGE"), tail->stream, STR("+"), STR("-"), STR("COUNT"), STR("1")};
    send_with_first(tail, argv, ARRAY_LEN(argv), tail_on_looked);
}

static void catch_up(struct redis_tail *tail)
{
    char last[REDIS_STREAM_ID_TEXT_MAX];
    redis_stream_id_print(tail->last, last);
    struct str argv[] = {STR("XREAD"), STR("COUNT"), STR("256"), STR("STREAMS"), tail->stream, str_from(last)};
    send_with_first(tail, argv, ARRAY_LEN(argv), tail_on_caught_up);
}

static void tail_on_up(void *context)
{
    look(context);
}

static void tail_on_down(void *context)
{
    struct redis_tail *tail = context;
    loop_timer_stop(&tail->timer);
    if (tail->positioned) {
        /* Writers drop what they cannot send, so a lost connection may be a lost entry. */
        tail->callbacks.on_gap(tail->context);
    }
}

static void tail_on_time(void *context)
{
    struct redis_tail *tail = context;
    if (tail->link.state != REDIS_LINK_UP) {
        return;
    }
    if (tail->pausing) {
        look(tail);
    } else {
        redis_link_lose(&tail->link, "a reply is overdue");
    }
}

struct redis_tail *redis_tail_new(struct loop *loop, const char *url, struct str stream, struct redis_stream_id from,
                                  const struct redis_tail_callbacks *callbacks, void *context, struct err *err)
{
    struct redis_address address;
    if (!redis_address_parse(str_from(url), &address, err)) {
        return NULL;
    }
    struct redis_tail *tail = xcalloc(1, sizeof *tail);
    tail->stream_text = xmalloc(stream.len);
    memcpy(tail->stream_text, stream.ptr, stream.len);
    tail->stream = str_of(tail->stream_text, stream.len);
    tail->last = from;
    tail->callbacks = *callbacks;
    tail->context = context;
    loop_timer_init(&tail->timer, loop, tail_on_time, tail);
    redis_link_init(&tail->link, loop, &address, "tail", tail_on_up, tail_on_down, tail);
    return tail;
}

void redis_tail_free(struct redis_tail *tail)
{
    if (tail != NULL) {
        redis_link_release(&tail->link);
        loop_timer_release(&tail->timer);
        free(tail->stream_text);
        free(tail);
    }
}
