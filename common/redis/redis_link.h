/*
 * Inside common/redis: one connection through hiredis' asynchronous API, without its libevent adapter: made, greeted
 * (AUTH, SELECT, PING), and made again after a back-off. hiredis 0.14 knows no deadlines, frees its context by itself
 * when it fails, and must not be freed from within its callbacks; so freeing is always left to a task.
 */
#ifndef PORTTI_REDIS_REDIS_LINK_H
#define PORTTI_REDIS_REDIS_LINK_H

#include "common/loop/loop.h"
#include "common/redis/redis_url.h"
#include <hiredis/async.h>

enum redis_link_state { REDIS_LINK_IDLE, REDIS_LINK_WAITING, REDIS_LINK_CONNECTING, REDIS_LINK_UP };

struct redis_link {
    enum redis_link_state state; /* changed by redis_link.c only */
    redisAsyncContext *ac;       /* NULL when hiredis has freed it */
    struct loop *loop;
    struct redis_address address;
    struct loop_io io;
    struct loop_timer timer;
    struct loop_task settle; /* after a loss: frees what is left and starts the back-off */
    struct loop_task flush;  /* writes what a turn has asked for, in one piece and without asking whether it may */
    bool flushing;
    int64_t delay_us;
    int64_t up_since_us;
    bool quiet; /* this outage is in the log already */
    const char *name;
    void (*on_up)(void *context);
    void (*on_down)(void *context); /* only after on_up */
    void *context;
};

/* Takes the address over. `on_up` and `on_down` may be called from within hiredis. */
void redis_link_init(struct redis_link *link, struct loop *loop, const struct redis_address *address, const char *name,
                     void (*on_up)(void *context), void (*on_down)(void *context), void *context);
/* Gives the connection up and makes it anew. Callable from anywhere; it happens at the end of the turn. */
void redis_link_lose(struct redis_link *link, const char *reason);
/* Not from within a callback of hiredis. Pending replies are called with NULL meanwhile. */
void redis_link_release(struct redis_link *link);
/* Sends; false when hiredis refuses. */
bool redis_link_send(struct redis_link *link, redisCallbackFn *on_reply, void *context, const struct str *argv,
                     size_t argc);

#endif
