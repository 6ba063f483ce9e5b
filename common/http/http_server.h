/*
 * An HTTP/1.1 server on one loop (RFC 9110, RFC 9112): our own strict parser on libevent's events. One server a worker
 * thread, sharing the port by SO_REUSEPORT. Every refused form and every time-out is listed in README.md.
 *
 * A request is handed to the handler when its body is complete. The handler answers exactly once, at any later time on
 * the same loop, also when the client has gone (the answer is then dropped). Pipelined requests are handed out as they
 * arrive, up to `max_pipelined`, and answered in order.
 */
#ifndef PORTTI_HTTP_HTTP_SERVER_H
#define PORTTI_HTTP_HTTP_SERVER_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include "common/base/strbuf.h"
#include "common/loop/loop.h"
#include <stdbool.h>
#include <stdint.h>

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHOD_OTHER };

struct http_header {
    struct str name;  /* as sent */
    struct str value; /* trimmed */
};

struct http_request {
    enum http_method method;
    struct str method_text;
    struct str target; /* as sent */
    struct str path;   /* the part before '?', not decoded; starts with '/' ("/" for "OPTIONS *") */
    struct str query;  /* the part behind '?', or empty */
    const struct http_header *headers;
    size_t header_count;
    struct str body;
    struct str peer;     /* the client's address without port */
    int64_t received_us; /* loop time of the first byte; of a pipelined request: of its turn to be read */
};

/* First header of that name, compared without case; the empty string with NULL ptr when absent. */
struct str http_header_get(const struct http_request *request, const char *name);

struct http_exchange {
    struct http_request request;
    struct arena arena; /* lives until the answer is queued */
    struct strbuf body; /* the answer's body: write here, then http_reply */
    /* The client has left: work not yet started may be dropped, but still answer. One that has only shut its sending
     * side is not gone: it may be reading. */
    bool gone;
    void *user; /* the handler's own */
};

typedef void (*http_handler)(void *context, struct http_exchange *exchange);

struct http_reply {
    int status;
    struct str content_type;           /* empty: no Content-Type, for empty bodies */
    const struct http_header *headers; /* extra ones */
    size_t header_count;
    bool close; /* close the connection afterwards */
};

/* Queues the answer with `exchange->body` and ends the exchange: it may not be touched afterwards. Content-Length,
 * Date, Connection and (for HEAD, 204, 304) the missing body are looked after here. Control characters in header values
 * become spaces. The status is 200 to 599. What `reply` points to is copied. */
void http_reply(struct http_exchange *exchange, const struct http_reply *reply);

/*
 * An answer in pieces, for what is too long to be held: chunked (RFC 9112, 7.1), or to a HTTP/1.0 client up to the end
 * of its connection. `begin` takes the place of http_reply; what is then written to `exchange->body` goes out with each
 * `send`, which empties it. The exchange stays the handler's until `end` or `abort`.
 */
void http_stream_begin(struct http_exchange *exchange, const struct http_reply *reply);
void http_stream_send(struct http_exchange *exchange);
/* May more be made? False while the client has not taken 256 KiB of what was sent: `on_room` is then called once, from
 * the loop, when it has, or when it has left (`exchange->gone`; there is always room then). */
MUST_CHECK bool http_stream_room(struct http_exchange *exchange, void (*on_room)(struct http_exchange *exchange));
/* Sends what is left in `exchange->body` and the end. */
void http_stream_end(struct http_exchange *exchange);
/* Closes the connection without the end, so that the client sees that it has not got all. */
void http_stream_abort(struct http_exchange *exchange);

struct http_server_options {
    const char *bind_address; /* "127.0.0.1", "0.0.0.0", "::" */
    uint16_t port;            /* 0 = any free one: read it back with http_server_port */
    int backlog;
    bool reuse_port;
    size_t max_connections;
    size_t max_request_line_bytes; /* 414 */
    size_t max_header_bytes;       /* 431 */
    size_t max_headers;            /* 431 */
    size_t max_body_bytes;         /* 413, before the body is read */
    struct str large_body_type;    /* bodies of this media type may be longer; empty: none */
    size_t max_large_body_bytes;
    size_t max_pipelined;
    size_t max_requests_per_connection; /* 0 = no limit */
    int64_t header_timeout_us;          /* from the first byte of a request to the end of its headers: 408 */
    int64_t body_timeout_us;            /* from the end of the headers, on top of the minimum rate: 408 */
    size_t body_min_bytes_per_s;
    int64_t idle_timeout_us;  /* keep-alive without a request: closed silently */
    int64_t write_timeout_us; /* without progress: closed */
    http_handler handler;
    void *context;
    /* Writes the body (and returns the content type) for an error that the server itself answers: 400, 408, 413, 414,
     * 431, 501, 503, 505. NULL: a line of text. */
    struct str (*error_body)(struct strbuf *out, int status, const char *sentence);
};

struct http_server;

/* Sensible values for everything but handler, context and port. Sizes must stay under 1 GiB, and max_connections and
 * max_pipelined are at least 1. */
void http_server_defaults(struct http_server_options *options);
/* NULL with ERR_UNAVAILABLE when the port cannot be had. */
MUST_CHECK struct http_server *http_server_new(struct loop *loop, const struct http_server_options *options,
                                               struct err *err);
uint16_t http_server_port(const struct http_server *server);
/* Stops accepting, lets running exchanges finish, closes idle connections; calls `drained` (once, on the loop, where
 * the server may be freed) when none is left. A new connection has a second to send its request. Asking again is
 * harmless. */
void http_server_drain(struct http_server *server, loop_callback drained, void *context);
/* Closes everything at once. Exchanges still with a handler stay valid until answered. Not to be called by a handler.
 */
void http_server_free(struct http_server *server);

struct http_server_stats {
    uint64_t connections_open;
    uint64_t connections_accepted;
    uint64_t requests;
    uint64_t refused; /* answered by the server itself */
};
/* From any thread. */
void http_server_stats(const struct http_server *server, struct http_server_stats *out);

#endif
