/*
 * Reads the outbox: every committed row once, in pieces, by a cursor that is a snapshot (contract/webhooks 6.3). What
 * is new are the rows that are visible now and whose transaction was not visible in the cursor's snapshot. A backlog of
 * more than `batch` rows is read in pieces ordered by seq: the rows between `snapshot` and `upper`, past `upper_seq`.
 *
 * The reader looks when it is woken (doorbell), every `poll_us`, and at once while there is more. It reads one batch,
 * hands it over and waits for outbox_continue, so its caller decides about pressure.
 */
#ifndef PORTTI_DISPATCHER_CONSUME_OUTBOX_H
#define PORTTI_DISPATCHER_CONSUME_OUTBOX_H

#include "common/base/strbuf.h"
#include "common/loop/loop.h"
#include "common/pg/pg.h"
#include "dispatcher/consume/stored_event.h"
#include <stdbool.h>

/* Texts as PostgreSQL prints them; `upper` empty = NULL. Owned. */
struct cursor {
    struct strbuf snapshot;
    struct strbuf upper;
    int64_t upper_seq;
};
void cursor_set(struct cursor *cursor, struct str snapshot, struct str upper, int64_t upper_seq);
void cursor_release(struct cursor *cursor);

struct outbox_batch {
    struct stored_event **events; /* ordered by sequence; take a reference to keep one */
    size_t count;
    const struct cursor *after; /* where the cursor stands when all of them are dealt with */
    int64_t webhooks_version;   /* as the same snapshot saw it */
    bool more;                  /* the backlog goes on */
};

struct outbox_options {
    struct uuid workspace_id;
    int64_t poll_us;
    size_t batch;
    /* Called for every read, also for one without events. outbox_continue must follow, at any time. */
    void (*on_batch)(void *context, const struct outbox_batch *batch);
    void *context;
};

struct outbox;
/* Reads from `from` (copied) on, at once. */
struct outbox *outbox_new(struct loop *loop, struct pg_pool *pool, const struct outbox_options *options,
                          const struct cursor *from);
void outbox_continue(struct outbox *outbox);
/* The doorbell rang. */
void outbox_wake(struct outbox *outbox);
/* A read that is under way is forgotten. */
void outbox_free(struct outbox *outbox);

#endif
