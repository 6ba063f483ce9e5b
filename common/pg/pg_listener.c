#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/pg/pg.h"
#include "common/pg/pg_dial.h"
#include <stdlib.h>

struct pg_listener {
    struct pg_conninfo conninfo;
    struct pg_dial dial;
    struct strbuf sql; /* "LISTEN a; LISTEN b", quoted for this server */
    char **channels;
    size_t channel_count;
    void (*on_notify)(void *context, struct str channel, struct str payload);
    void *context;
    bool listening;
    bool busy;    /* a callback of ours is on the stack */
    bool closing; /* freed in that callback */
};

static void destroy(struct pg_listener *listener)
{
    pg_dial_release(&listener->dial);
    pg_conninfo_release(&listener->conninfo);
    strbuf_release(&listener->sql);
    for (size_t i = 0; i < listener->channel_count; i++) {
        free(listener->channels[i]);
    }
    free(listener->channels);
    free(listener);
}

static void lose(struct pg_listener *listener)
{
    char reason[200];
    pg_first_line(reason, sizeof reason, PQerrorMessage(listener->dial.conn));
    listener->listening = false;
    pg_dial_again(&listener->dial, reason[0] == '\0' ? "LISTEN failed" : reason);
}

/* 1: all sent. 0: wait until the socket takes more. -1: lost. */
static bool flush(struct pg_listener *listener)
{
    int left = PQflush(listener->dial.conn);
    if (left >= 0) {
        loop_io_want(&listener->dial.io, left > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
    }
    return left >= 0;
}

static void listener_on_up(void *context)
{
    struct pg_listener *listener = context;
    PGconn *conn = listener->dial.conn;
    listener->listening = false;
    strbuf_clear(&listener->sql);
    for (size_t i = 0; i < listener->channel_count; i++) {
        char *quoted = PQescapeIdentifier(conn, listener->channels[i], strlen(listener->channels[i]));
        strbuf_printf(&listener->sql, "LISTEN %s;", quoted == NULL ? "" : quoted);
        PQfreemem(quoted);
    }
    if (PQsetnonblocking(conn, 1) != 0 || PQsendQuery(conn, strbuf_cstr(&listener->sql)) != 1 || !flush(listener)) {
        lose(listener);
    }
}

/* Reads the answers to LISTEN. False when one of them is an error. */
static bool take_results(struct pg_listener *listener, bool *listening_now)
{
    PGconn *conn = listener->dial.conn;
    while (!listener->listening && !PQisBusy(conn)) {
        PGresult *result = PQgetResult(conn);
        if (result == NULL) {
            listener->listening = true;
            *listening_now = true;
            break;
        }
        bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        if (!good) {
            return false;
        }
    }
    return true;
}

static void tell(struct pg_listener *listener, bool first)
{
    if (first) {
        listener->on_notify(listener->context, STR(""), STR(""));
    }
    PGnotify *notice = NULL;
    while (!listener->closing && listener->listening && (notice = PQnotifies(listener->dial.conn)) != NULL) {
        listener->on_notify(listener->context, str_from(notice->relname), str_from(notice->extra));
        PQfreemem(notice);
    }
}

static void listener_on_io(void *context, int ready)
{
    struct pg_listener *listener = context;
    PGconn *conn = listener->dial.conn;
    bool first = false;
    bool good = true;
    if ((ready & LOOP_READ) != 0) {
        /* Twice under TLS: see pg_conn.c. */
        good = PQconsumeInput(conn) == 1 && (!PQsslInUse(conn) || PQconsumeInput(conn) == 1);
    }
    good = take_results(listener, &first) && good;
    listener->busy = true;
    tell(listener, first);
    listener->busy = false;
    if (listener->closing) {
        destroy(listener);
    } else if (!good || PQstatus(conn) == CONNECTION_BAD || !flush(listener)) {
        lose(listener);
    }
}

struct pg_listener *pg_listener_new(struct loop *loop, const char *conninfo, const char *const *channels,
                                    size_t channel_count,
                                    void (*on_notify)(void *context, struct str channel, struct str payload),
                                    void *context)
{
    struct pg_listener *listener = xcalloc(1, sizeof *listener);
    listener->on_notify = on_notify;
    listener->context = context;
    listener->channels = xcalloc(channel_count, sizeof(char *));
    listener->channel_count = channel_count;
    for (size_t i = 0; i < channel_count; i++) {
        listener->channels[i] = xstrdup(channels[i]);
    }
    bool good = pg_conninfo_init(&listener->conninfo, conninfo, "portti-listener", "-c search_path=");
    (void)good; /* a malformed string shows as a connection that never comes up */
    pg_dial_init(&listener->dial, loop, &listener->conninfo, "portti-listener", listener_on_up, listener_on_io,
                 listener);
    pg_dial_start(&listener->dial);
    return listener;
}

void pg_listener_free(struct pg_listener *listener)
{
    if (listener == NULL) {
        return;
    }
    listener->closing = true;
    if (!listener->busy) {
        destroy(listener);
    }
}
