/*
 * What the files of this room share and nobody else sees. Ownership: the server owns connections, pools and orphans; a
 * connection owns the exchanges in its queue; an exchange with a handler belongs to the handler until it is answered,
 * also when its connection and even its server are gone.
 */
#ifndef PORTTI_HTTP_HTTP_INTERNAL_H
#define PORTTI_HTTP_HTTP_INTERNAL_H

#include "common/base/list.h"
#include "common/http/http_parser.h"
#include "common/http/http_server.h"
#include <netinet/in.h>
#include <stdatomic.h>

enum {
    HTTP_BLOCK_BYTES = 16 * 1024,        /* an ordinary read buffer */
    HTTP_READ_ROOM_BYTES = 2 * 1024,     /* less room than this is not worth a read */
    HTTP_QUEUED_BYTES_MAX = 1024 * 1024, /* answers waiting for a slow reader, before no more requests are taken */
    HTTP_STREAM_BYTES_MAX = 256 * 1024,  /* of a streamed answer, waiting for its reader, before no more are made */
    HTTP_HELD_BYTES_MAX = 1024 * 1024,   /* of requests with the handler, the same */
    HTTP_DISCARD_BYTES_MAX = 32 * 1024 * 1024, /* read and dropped behind a last answer */
    HTTP_INLINE_HEADERS = 24,                  /* more come from the exchange's arena */
    HTTP_HEAD_BYTES = 512,                     /* most answers' heads are shorter */
    HTTP_PEER_BYTES = INET6_ADDRSTRLEN,
    HTTP_KEPT_BLOCKS = 64,
    HTTP_KEPT_FIELDS = 16,
    HTTP_KEPT_EXCHANGES = 1024,
};
static const int64_t HTTP_LINGER_US = INT64_C(5) * 1000000;
static const int64_t HTTP_DRAIN_GRACE_US =
    INT64_C(1000000); /* for a new connection whose request is on its way, and to linger */

/* Bytes read from a client. Requests point into it, so it does not move while anyone holds it. */
struct http_block {
    struct list link; /* in the pool */
    size_t refs;
    size_t size;
    size_t used;
    char bytes[];
};

enum http_exchange_state {
    HTTP_EXCHANGE_FREE,
    HTTP_EXCHANGE_READING,  /* its request is coming in */
    HTTP_EXCHANGE_RUNNING,  /* with the handler */
    HTTP_EXCHANGE_ANSWERED, /* to be sent in its turn */
};

struct http_exchange_slot {
    struct http_exchange open;          /* what the handler sees */
    struct list link;                   /* in its connection's queue, the server's orphans or the pool */
    struct http_server *server;         /* NULL: gone */
    struct http_connection *connection; /* NULL: gone */
    struct http_block *block;           /* of the request, while it runs */
    size_t request_bytes;               /* as long as it runs */
    enum http_exchange_state state;
    bool keep_alive;
    bool http_1_0;
    bool close_after;
    bool streaming;                                  /* running, and its answer is on its way */
    void (*on_room)(struct http_exchange *exchange); /* a stream's handler waits for room; or NULL */
    struct loop_task room_task;
    struct strbuf head; /* the interim answer's and the answer's; a streamed answer's pieces */
    size_t head_sent;
    size_t body_sent;
    char peer[HTTP_PEER_BYTES];
    struct http_header headers[HTTP_INLINE_HEADERS];
};

/* Where a head that is being read is noted: only as many as there are requests coming in right now. */
struct http_fields {
    struct list link;       /* in the pool */
    struct http_field at[]; /* limits.headers of them */
};

enum http_connection_state {
    HTTP_CONNECTION_OPEN,   /* takes requests */
    HTTP_CONNECTION_LAST,   /* takes none any more; answers what it has, then goes */
    HTTP_CONNECTION_LINGER, /* all sent and our side shut; reads on so that the client can read the answer */
    HTTP_CONNECTION_CLOSED, /* freed at the end of the turn */
};

struct http_connection {
    struct list link; /* in the server's connections, or closed ones */
    struct http_server *server;
    enum http_connection_state state;
    int fd;
    struct loop_io io;
    struct loop_task task; /* flush, or free when closed */
    struct loop_timer timer;
    int64_t timer_due_us;

    struct http_block *block; /* NULL while there is nothing to hold */
    size_t start;             /* of the current request in the block */
    struct http_parser parser;
    struct http_fields *fields;         /* of the parser, while something is read */
    struct http_exchange_slot *reading; /* the last of the queue, or NULL */
    struct list queue;                  /* exchanges, in the order of their requests */
    size_t queued;
    size_t unsent_bytes; /* of answers */
    size_t held_bytes;   /* of running requests */
    uint64_t requests;

    bool client_done;   /* it will send nothing more */
    bool write_blocked; /* the socket is full */
    bool quick_close;   /* the client asked for the end, so nothing of it can be on its way */
    size_t discarded;
    int64_t idle_since_us;
    int64_t idle_limit_us;
    int64_t body_since_us;
    int64_t progress_us; /* the last time that something could be written */
    int64_t linger_until_us;
    char peer[HTTP_PEER_BYTES];
};

struct http_server {
    struct loop *loop;
    struct http_server_options options;
    struct http_limits limits;
    int fd; /* -1: stopped listening */
    uint16_t port;
    struct loop_io io;
    struct loop_timer retry; /* after running out of descriptors */
    struct list connections;
    struct list closed;  /* waiting for the end of the turn */
    struct list orphans; /* running exchanges without a connection */
    struct list free_blocks;
    struct list free_fields;
    struct list free_exchanges;
    size_t free_block_count;
    size_t free_fields_count;
    size_t free_exchange_count;
    size_t connection_count;

    int64_t date_second;
    char date[64]; /* a whole line, with CR LF */
    size_t date_len;

    bool draining;
    bool drained;
    loop_callback on_drained;
    void *on_drained_context;
    struct loop_task drained_task;

    /* One writer, any reader. */
    _Atomic uint64_t connections_accepted;
    _Atomic uint64_t connections_open;
    _Atomic uint64_t requests;
    _Atomic uint64_t refused;
};

/* http_pool.c */
struct http_block *http_block_new(struct http_server *server, size_t size);
/* `server` may be NULL. */
void http_block_unref(struct http_server *server, struct http_block *block);
struct http_fields *http_fields_new(struct http_server *server);
void http_fields_free(struct http_server *server, struct http_fields *fields);
struct http_exchange_slot *http_exchange_new(struct http_server *server);
/* Not in any list any more. */
void http_exchange_free(struct http_exchange_slot *slot);
/* Frees what the pools hold; the server goes next. */
void http_pools_release(struct http_server *server);

/* http_reply.c */
/* Writes the head and ends the running of the exchange; `connection` must be there. */
void http_reply_queue(struct http_exchange_slot *slot, const struct http_reply *reply);
/* The head of an answer; of a streamed one, its length is left open. */
void http_reply_put_head(struct http_exchange_slot *slot, const struct http_reply *reply, bool streamed);
/* The exchange is answered: what its request held goes, and the queue moves. `connection` must be there. */
void http_reply_done(struct http_exchange_slot *slot);
/* The same without a connection. */
void http_reply_drop(struct http_exchange_slot *slot);
/* Fills the exchange's body for an error of the server's own; returns its content type. */
struct str http_reply_error_body(struct http_server *server, struct strbuf *out, int status, const char *sentence);

/* http_stream.c */
/* A part of a streamed answer has been taken, or its client has gone. */
void http_stream_sent(struct http_exchange_slot *slot);

/* http_connection.c */
void http_connection_new(struct http_server *server, int fd, const char *peer);
/* The one place where the state changes. It only ever moves on. */
void http_connection_enter(struct http_connection *connection, enum http_connection_state state);
/* Nothing is asked for: no exchange, or none whose request has really begun. */
bool http_connection_is_idle(const struct http_connection *connection);
/* At once, without a word. */
void http_connection_close(struct http_connection *connection);
/* Frees a closed one. */
void http_connection_free(struct http_connection *connection);
/* Ends after what it has; at once if it has nothing. */
void http_connection_drain(struct http_connection *connection);
/* An answer is in its queue. */
void http_connection_answered(struct http_connection *connection);

/* http_read.c: may close the connection, but never frees it */
/* The socket is readable: requests, or bytes to drop behind the last one. */
void http_read_ready(struct http_connection *connection);
/* Hands out what is complete in the block. */
void http_read_parse(struct http_connection *connection);
/* May another request be begun? */
bool http_read_takes_more(const struct http_connection *connection);
/* Answers the request being read with an error of our own; nothing more is read from this client as a request. */
void http_read_refuse(struct http_connection *connection, int status, const char *sentence);
/* No more requests after those that the queue holds. */
void http_read_stop(struct http_connection *connection);
/* The last of the queue, if any, is not being read any more: it is handed out, refused or forgotten. */
struct http_exchange_slot *http_read_end(struct http_connection *connection);
void http_read_drop_block(struct http_connection *connection);
/* When the client has shut its side: what it asked for before is still answered, a request cut short is forgotten. */
void http_read_end_if_client_done(struct http_connection *connection);

/* http_send.c */
enum http_sent { HTTP_SENT_ALL, HTTP_SENT_SOME, HTTP_SENT_LAST, HTTP_SENT_FAILED };
/* Sends what is due. SOME: the socket is full. LAST: the answer behind which the connection ends is out. */
enum http_sent http_send_queue(struct http_connection *connection);

/* http_server.c */
/* A connection or an orphan is gone. */
void http_server_on_gone(struct http_server *server);

static inline void http_count(_Atomic uint64_t *counter, int64_t by)
{
    /* One writer: a plain store is enough, and costs no locked instruction. */
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + (uint64_t)by, memory_order_relaxed);
}

#endif
