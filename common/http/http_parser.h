/*
 * The request parser: bytes in, one request out. Strict (every refused form is in README.md), incremental (bytes may
 * come in any pieces: the outcome is the same), in place (a request points into the bytes it was read from). Pure: no
 * sockets, no clock.
 *
 * The caller keeps the bytes of the current request, from its first one on, in one run of memory that may move between
 * calls. When a request is done, the next one starts `parser->at` bytes further on, with a fresh parser.
 */
#ifndef PORTTI_HTTP_HTTP_PARSER_H
#define PORTTI_HTTP_HTTP_PARSER_H

#include "common/base/attributes.h"
#include "common/http/http_chunked.h"
#include "common/http/http_server.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_limits {
    size_t request_line_bytes;  /* without its CR LF */
    size_t header_bytes;        /* all field lines and the empty one, with CR LF; also for trailers */
    size_t headers;             /* also for trailers */
    size_t body_bytes;          /* decoded */
    struct str large_body_type; /* its bodies may be longer; empty: none */
    size_t large_body_bytes;
};

/* A part of the request, counted from its first byte. */
struct http_span {
    uint32_t at;
    uint32_t len;
};

struct http_field {
    struct http_span name;
    struct http_span value;
};

enum http_parsed {
    HTTP_PARSED_MORE,    /* everything was read; bytes are missing */
    HTTP_PARSED_HEAD,    /* told once, when the head is complete and acceptable; call again for the body */
    HTTP_PARSED_REQUEST, /* complete; it ends at `at` */
    HTTP_PARSED_REFUSED, /* `status` and `reason`; nothing more can be read from this connection */
};

enum http_parser_state {
    HTTP_AT_START,
    HTTP_AT_REQUEST_LINE,
    HTTP_AT_FIELDS,
    HTTP_AT_BODY,
    HTTP_AT_CHUNKED_BODY,
    HTTP_AT_END,
    HTTP_AT_REFUSAL
};

struct http_parser {
    const struct http_limits *limits;
    struct http_field *fields; /* the caller's, limits->headers of them */
    enum http_parser_state state;
    size_t at;        /* the first byte that is not understood yet */
    size_t line_seen; /* bytes from `at` on that are known to hold no LF */
    size_t fields_at;
    size_t field_count;

    enum http_method method;
    struct http_span method_text;
    struct http_span target;
    struct http_span authority; /* of an absolute target */
    struct http_span path;      /* empty: "/" */
    struct http_span query;
    struct http_span host;
    bool absolute;
    unsigned version_minor; /* 0 or 1 */

    bool has_host;
    bool has_length;
    bool chunked;
    bool expects_continue;
    bool expects_other;
    bool asks_close;
    bool asks_keep_alive;

    size_t body_limit;
    size_t length; /* Content-Length */
    size_t body_at;
    size_t body_len; /* so far */
    struct http_chunked chunks;

    int status;
    const char *reason;
};

void http_parser_init(struct http_parser *parser, const struct http_limits *limits, struct http_field *fields);

/* Reads on in the request's bytes, all `*len` of them. In a chunked body the framing is taken out: `*len` gets smaller
 * while more is wanted. */
MUST_CHECK enum http_parsed http_parse(struct http_parser *parser, char *bytes, size_t *len);

/* Has a request begun, with `len` bytes there? An empty line before one has not. */
bool http_parser_begun(const struct http_parser *parser, size_t len);
/* May the connection be used again after this request, as far as the client is concerned? */
bool http_parser_keep_alive(const struct http_parser *parser);

/* The complete request, pointing into `bytes`, with `headers` (room for field_count) filled. Leaves peer and
 * received_us alone. */
void http_parser_request(const struct http_parser *parser, const char *bytes, struct http_header *headers,
                         struct http_request *out);

/* For the parser's own files: notes the refusal; always HTTP_PARSED_REFUSED. */
enum http_parsed http_parser_refuse(struct http_parser *parser, int status, const char *reason);

#endif
