/*
 * Redis on the loop, over hiredis 0.14 (whose headers stay in this room): one connection, with our own deadlines,
 * reconnects (50 ms doubling to 2 s, with jitter) and a bounded output. Redis is never waited for by a request.
 *
 * The program must ignore SIGPIPE: hiredis writes with write(2). A name as host is resolved with the loop standing
 * still.
 */
#ifndef PORTTI_REDIS_REDIS_H
#define PORTTI_REDIS_REDIS_H

#include "common/base/err.h"
#include "common/base/str.h"
#include "common/loop/loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis;

struct redis_options {
    const char *url;            /* redis://[[user]:password@]host[:port][/db] or unix:///path/to.sock[?db=N] */
    size_t max_pending;         /* commands in flight; more are dropped and counted */
    int64_t command_timeout_us; /* the oldest reply is later than this: reconnect */
};

/* Connects in the background. NULL only for a malformed URL (a password in it is never repeated in `*err`). */
MUST_CHECK struct redis *redis_new(struct loop *loop, const struct redis_options *options, struct err *err);
void redis_free(struct redis *redis);
bool redis_connected(const struct redis *redis);

/* Sends a command and forgets it. False when it was dropped: not connected, or too many in flight. */
bool redis_send(struct redis *redis, const struct str *argv, size_t argc);

/*
 * A doorbell: XREAD BLOCK on `stream` from its end, for ever, on a connection of its own; `on_entries` is called with
 * the number of new entries, and with 0 each time the connection has been (re)made, since entries may have been missed
 * meanwhile; also with 0 every five quiet seconds and while Redis answers with errors. Notices of one turn come as one
 * call; while entries stream in, it comes every few milliseconds. The doorbell may be freed in it. Survives DEL,
 * FLUSHALL, restarts and ids that go back.
 */
struct redis_doorbell;
MUST_CHECK struct redis_doorbell *redis_doorbell_new(struct loop *loop, const char *url, struct str stream,
                                                     void (*on_entries)(void *context, size_t count), void *context,
                                                     struct err *err);
void redis_doorbell_free(struct redis_doorbell *doorbell);
bool redis_doorbell_connected(const struct redis_doorbell *doorbell);

/*
 * A tail: reads the entries of `stream` for ever, on a connection of its own, with their fields. It begins behind
 * `from`, or at the stream's end when that is the nil id. Callbacks come from the loop, but within the connection's own
 * work: the tail must not be freed in them.
 */
struct redis_stream_id {
    uint64_t ms;
    uint64_t sequence; /* both 0: nil */
};
enum { REDIS_STREAM_ID_TEXT_MAX = 42 };
/* "1526919030474-55"; both parts are needed. */
MUST_CHECK bool redis_stream_id_parse(struct str text, struct redis_stream_id *out);
/* With a NUL. */
void redis_stream_id_print(struct redis_stream_id id, char out[REDIS_STREAM_ID_TEXT_MAX]);
static inline bool redis_stream_id_after(struct redis_stream_id a, struct redis_stream_id b)
{
    return a.ms > b.ms || (a.ms == b.ms && a.sequence > b.sequence);
}

struct redis_entry {
    struct redis_stream_id id;
    const struct str *fields; /* name, value, name, value …; borrowed for the call */
    size_t field_count;       /* of both together */
};

struct redis_tail_callbacks {
    /* From here on no entry behind `last` is missed. Called at the start and whenever it had to look anew. */
    void (*on_positioned)(void *context, struct redis_stream_id last);
    void (*on_entries)(void *context, const struct redis_entry *entries, size_t count);
    /* Entries may have been missed: the connection was lost (writers drop what they cannot send), the stream was
     * emptied, or what follows `from` is not there any more. */
    void (*on_gap)(void *context);
};

struct redis_tail;
MUST_CHECK struct redis_tail *redis_tail_new(struct loop *loop, const char *url, struct str stream,
                                             struct redis_stream_id from, const struct redis_tail_callbacks *callbacks,
                                             void *context, struct err *err);
void redis_tail_free(struct redis_tail *tail);

struct redis_stats {
    uint64_t sent;
    uint64_t dropped;
    uint64_t failed; /* error replies and replies lost with a connection */
    uint64_t connects;
};
void redis_stats(const struct redis *redis, struct redis_stats *out);

#endif
