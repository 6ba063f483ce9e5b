/*
 * The HTTP client: POSTs a body and says what came of it, over libcurl's multi interface (whose headers stay in this
 * room) on the loop. It follows no redirect, takes no proxy from the environment, verifies TLS, bounds time and size of
 * the answer, and asks the egress policy about every address that it is about to connect to.
 *
 * It queues nothing: whoever starts a transfer has decided that there is room for it.
 */
#ifndef PORTTI_DISPATCHER_SEND_SENDER_H
#define PORTTI_DISPATCHER_SEND_SENDER_H

#include "common/base/str.h"
#include "common/loop/loop.h"
#include "dispatcher/deliver/egress.h"
#include "dispatcher/schedule/verdict.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sender;

struct sender_options {
    int64_t connect_timeout_us;
    int64_t timeout_us;                 /* the whole delivery */
    size_t response_limit;              /* bytes of an answer's body; more aborts the transfer */
    size_t max_connections;             /* kept open */
    const struct egress_policy *egress; /* must live as long as the sender; so must the texts */
    const char *ca_file;                /* PEM, in place of the system's authorities; NULL or empty: those */
    const char *proxy;                  /* "http://user:password@host:port"; NULL or empty: none, whatever the
                                         * environment says. It connects to receivers, and judges their addresses. */
};

/* What a receiver wants beyond the usual; PEM; empty: not. The key goes with the certificate. */
struct send_tls {
    struct str authorities; /* in place of all others */
    struct str certificate; /* ours, with its chain */
    struct str key;
};

/* The first bytes of the answer that are kept. */
enum { SEND_RESPONSE_KEPT = 8192 };

/* How long each part of a transfer took; -1: it did not come to that, or a kept connection had done it before. */
struct send_parts {
    int64_t dns_us;
    int64_t connect_us;
    int64_t tls_us;
    int64_t first_byte_us; /* from when the request could go out to the answer's first byte */
};

struct send_result {
    struct outcome outcome;
    int64_t duration_us;
    struct str response; /* as sent: any bytes; valid during the callback */
    struct send_parts parts;
    long new_connections;
    long tls_handshakes; /* among those, that came to their end */
    int resends; /* 1: a kept connection died before it answered, and the request went out again over a new one */
};

/* All that it points to must stay valid until on_done. */
struct send_request {
    const char *url;
    struct str body;
    char *const *headers;       /* whole lines */
    size_t header_count;        /* at most 39 */
    const struct send_tls *tls; /* NULL: nothing of its own */
    int64_t day_us;             /* the time of day at its start, for dates in the answer */
    /* Called once, from the loop, never from within sender_start. */
    void (*on_done)(void *context, const struct send_result *result);
    void *context;
};

struct sender *sender_new(struct loop *loop, const struct sender_options *options);
/* Drops what is in flight; its on_done is never called. */
void sender_free(struct sender *sender);
void sender_start(struct sender *sender, const struct send_request *request);
/* Aborts everything in flight without calling back. */
void sender_abort_all(struct sender *sender);
size_t sender_in_flight(const struct sender *sender);

#endif
