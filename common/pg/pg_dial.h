/*
 * Inside common/pg: makes one connection on the loop, and makes it again after a back-off each time its user gives it
 * up. Used by the pools and the listener.
 */
#ifndef PORTTI_PG_PG_DIAL_H
#define PORTTI_PG_PG_DIAL_H

#include "common/loop/loop.h"
#include "common/pg/pg_conninfo.h"

enum pg_dial_state { PG_DIAL_IDLE, PG_DIAL_WAITING, PG_DIAL_CONNECTING, PG_DIAL_UP };

struct pg_dial {
    enum pg_dial_state state; /* changed by pg_dial.c only */
    PGconn *conn;             /* NULL while IDLE or WAITING */
    struct loop_io io;        /* while UP: its user may change what is wanted */
    const char *name;         /* for the log */
    /* The rest is pg_dial.c's. */
    struct loop *loop;
    const struct pg_conninfo *info;
    int watched; /* a duplicate of libpq's socket, or -1 */
    struct loop_timer timer;
    int64_t delay_us;
    int64_t up_since_us;
    bool quiet; /* the last failure was logged; the next ones of the same outage are not */
    void (*on_up)(void *context);
    void (*on_io)(void *context, int ready);
    void *context;
};

/* `info` and `name` must outlive the dial. `on_up` is called when the connection has become usable, with reading
 * wanted; `on_io` for readiness while it is up. */
void pg_dial_init(struct pg_dial *dial, struct loop *loop, const struct pg_conninfo *info, const char *name,
                  void (*on_up)(void *context), void (*on_io)(void *context, int ready), void *context);
/* Connects soon; the first attempt starts from the loop. */
void pg_dial_start(struct pg_dial *dial);
/* Closes the connection (for the reason, which is logged) and makes it anew after the back-off. */
void pg_dial_again(struct pg_dial *dial, const char *reason);
void pg_dial_release(struct pg_dial *dial);

#endif
