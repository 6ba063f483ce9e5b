#include "common/http/http_chunked.h"

#include "common/http/http_chars.h"
#include <string.h>

static const struct http_chunked_result GOES_ON = {0, NULL};

static struct http_chunked_result refuse(int status, const char *reason)
{
    return (struct http_chunked_result){status, reason};
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    if (byte >= 'A' && byte <= 'F') {
        return byte - 'A' + 10;
    }
    return -1;
}

/* A digit, or what ends the number: a space there is one of the oldest ways to read a size in two ways. */
static struct http_chunked_result size_byte(struct http_chunked *chunked, char byte)
{
    int digit = hex_digit(byte);
    if (digit >= 0) {
        if (++chunked->digits > HTTP_CHUNK_SIZE_DIGITS) {
            return refuse(400, "A chunk size has more than 8 digits");
        }
        chunked->left = chunked->left * 16 + (size_t)digit;
        return GOES_ON;
    }
    if (chunked->digits == 0 || (byte != '\r' && byte != ';')) {
        return refuse(400, "A chunk size is not a hexadecimal number");
    }
    chunked->line_bytes = 0;
    chunked->state = byte == '\r' ? HTTP_CHUNK_SIZE_LF : HTTP_CHUNK_EXTENSION;
    return GOES_ON;
}

static struct http_chunked_result extension_byte(struct http_chunked *chunked, char byte)
{
    if (byte == '\r') {
        chunked->state = HTTP_CHUNK_SIZE_LF;
        return GOES_ON;
    }
    if (!http_is_value_byte((unsigned char)byte)) {
        return refuse(400, "A chunk extension holds a control character");
    }
    if (++chunked->line_bytes > HTTP_CHUNK_EXTENSION_BYTES) {
        return refuse(400, "A chunk extension is too long");
    }
    return GOES_ON;
}

static struct http_chunked_result size_line_end(struct http_chunked *chunked, const struct http_chunked_limits *limits,
                                                char byte, size_t body_len)
{
    if (byte != '\n') {
        return refuse(400, "A chunk size line does not end in CR LF");
    }
    if (chunked->left > limits->body_bytes - body_len) {
        return refuse(413, "The body is larger than this server takes");
    }
    chunked->state = chunked->left == 0 ? HTTP_CHUNK_TRAILER_START : HTTP_CHUNK_DATA;
    return GOES_ON;
}

static struct http_chunked_result trailer_byte(struct http_chunked *chunked, const struct http_chunked_limits *limits,
                                               char byte)
{
    if (++chunked->trailer_bytes > limits->trailer_bytes) {
        return refuse(431, "The trailer section is too long");
    }
    switch (chunked->state) {
    case HTTP_CHUNK_TRAILER_START:
        if (byte == '\r') {
            chunked->state = HTTP_CHUNK_END_LF;
            return GOES_ON;
        }
        if (++chunked->trailers > limits->trailers) {
            return refuse(431, "There are too many trailer fields");
        }
        chunked->state = HTTP_CHUNK_TRAILER_NAME;
        return http_is_token_byte((unsigned char)byte) ? GOES_ON : refuse(400, "A trailer field has no proper name");
    case HTTP_CHUNK_TRAILER_NAME:
        if (byte == ':') {
            chunked->state = HTTP_CHUNK_TRAILER_VALUE;
            return GOES_ON;
        }
        return http_is_token_byte((unsigned char)byte) ? GOES_ON : refuse(400, "A trailer field has no proper name");
    default:
        if (byte == '\r') {
            chunked->state = HTTP_CHUNK_TRAILER_LF;
            return GOES_ON;
        }
        return http_is_value_byte((unsigned char)byte) ? GOES_ON
                                                       : refuse(400, "A trailer field holds a control character");
    }
}

/* A byte of which only one value is right. */
static struct http_chunked_result expect_byte(struct http_chunked *chunked, char byte, char wanted,
                                              enum http_chunked_state next)
{
    if (byte != wanted) {
        return refuse(400, "A chunk or trailer line does not end in CR LF");
    }
    chunked->state = next;
    if (next == HTTP_CHUNK_SIZE) {
        chunked->digits = 0;
        chunked->left = 0;
    }
    return GOES_ON;
}

static struct http_chunked_result framing_byte(struct http_chunked *chunked, const struct http_chunked_limits *limits,
                                               char byte, size_t body_len)
{
    switch (chunked->state) {
    case HTTP_CHUNK_SIZE: return size_byte(chunked, byte);
    case HTTP_CHUNK_EXTENSION: return extension_byte(chunked, byte);
    case HTTP_CHUNK_SIZE_LF: return size_line_end(chunked, limits, byte, body_len);
    case HTTP_CHUNK_DATA_CR: return expect_byte(chunked, byte, '\r', HTTP_CHUNK_DATA_LF);
    case HTTP_CHUNK_DATA_LF: return expect_byte(chunked, byte, '\n', HTTP_CHUNK_SIZE);
    case HTTP_CHUNK_TRAILER_LF: return expect_byte(chunked, byte, '\n', HTTP_CHUNK_TRAILER_START);
    case HTTP_CHUNK_END_LF: return expect_byte(chunked, byte, '\n', HTTP_CHUNK_DONE);
    default: return trailer_byte(chunked, limits, byte);
    }
}

static void move_data(struct http_chunked *chunked, char *bytes, size_t len, size_t *at, size_t body_at,
                      size_t *body_len)
{
    size_t here = len - *at;
    size_t taken = here < chunked->left ? here : chunked->left;
    memmove(bytes + body_at + *body_len, bytes + *at, taken);
    *body_len += taken;
    *at += taken;
    chunked->left -= taken;
    if (chunked->left == 0) {
        chunked->state = HTTP_CHUNK_DATA_CR;
    }
}

struct http_chunked_result http_chunked_decode(struct http_chunked *chunked, const struct http_chunked_limits *limits,
                                               char *bytes, size_t len, size_t *at, size_t body_at, size_t *body_len)
{
    while (*at < len && chunked->state != HTTP_CHUNK_DONE) {
        if (chunked->state == HTTP_CHUNK_DATA) {
            move_data(chunked, bytes, len, at, body_at, body_len);
            continue;
        }
        struct http_chunked_result result = framing_byte(chunked, limits, bytes[*at], *body_len);
        if (result.status != 0) {
            return result;
        }
        ++*at;
    }
    return GOES_ON;
}
