/*
 * Decoding of a chunked body (RFC 9112, 7.1), in place and byte by byte: nothing is kept between calls but this struct.
 * Pure: no sockets, no clock.
 */
#ifndef PORTTI_HTTP_HTTP_CHUNKED_H
#define PORTTI_HTTP_HTTP_CHUNKED_H

#include "common/base/attributes.h"
#include <stddef.h>
#include <stdint.h>

enum { HTTP_CHUNK_SIZE_DIGITS = 8, HTTP_CHUNK_EXTENSION_BYTES = 256 };

enum http_chunked_state {
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK_EXTENSION,
    HTTP_CHUNK_SIZE_LF,
    HTTP_CHUNK_DATA,
    HTTP_CHUNK_DATA_CR,
    HTTP_CHUNK_DATA_LF,
    HTTP_CHUNK_TRAILER_START,
    HTTP_CHUNK_TRAILER_NAME,
    HTTP_CHUNK_TRAILER_VALUE,
    HTTP_CHUNK_TRAILER_LF,
    HTTP_CHUNK_END_LF,
    HTTP_CHUNK_DONE,
};

/* Zeroed is the start of a body. */
struct http_chunked {
    enum http_chunked_state state;
    uint32_t digits;      /* of the size that is being read */
    size_t left;          /* of the chunk: its size, then what is missing */
    size_t line_bytes;    /* of the extension that is being read */
    size_t trailer_bytes; /* so far */
    size_t trailers;      /* so far */
};

struct http_chunked_limits {
    size_t body_bytes;
    size_t trailer_bytes;
    size_t trailers;
};

/* 0, or the status to refuse with, and `*reason`. */
struct http_chunked_result {
    int status;
    const char *reason;
};

/*
 * Reads `bytes` from `*at` up to `len` and moves the data down to `body_at + *body_len`, which grows. Stops behind the
 * last byte of the body (the state is then HTTP_CHUNK_DONE), at `len`, or at a byte that is refused.
 */
MUST_CHECK struct http_chunked_result http_chunked_decode(struct http_chunked *chunked,
                                                          const struct http_chunked_limits *limits, char *bytes,
                                                          size_t len, size_t *at, size_t body_at, size_t *body_len);

#endif
