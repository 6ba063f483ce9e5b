/*
 * Feeds a stream of requests to the parser three times: in one piece, byte by byte, and in pieces whose sizes the first
 * byte chooses. All three must tell the same story, and nothing that is handed out may lie outside the input.
 */
#include "common/http/http_parser.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 16, REQUESTS = 32 };

static const struct http_limits LIMITS = {
    .request_line_bytes = 256,
    .header_bytes = 1024,
    .headers = FIELDS,
    .body_bytes = 2048,
};

struct story {
    size_t requests;
    int status;
    uint64_t hash;
};

static void tell(struct story *story, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        story->hash = (story->hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    }
    story->hash = (story->hash ^ 0x100) * UINT64_C(0x100000001b3);
}

static void tell_part(struct story *story, struct str part)
{
    tell(story, part.ptr, part.len);
}

static void require(bool right)
{
    if (!right) {
        abort();
    }
}

static void tell_request(struct story *story, const struct http_parser *parser, const char *bytes, size_t len)
{
    struct http_header headers[FIELDS];
    struct http_request request;
    http_parser_request(parser, bytes, headers, &request);
    require(parser->at <= len);
    require(request.path.len > 0 && request.path.ptr[0] == '/');
    require(request.body.len <= LIMITS.body_bytes && request.header_count <= LIMITS.headers);
    require(request.body.len == 0 || (request.body.ptr >= bytes && request.body.ptr + request.body.len <= bytes + len));
    require(memchr(request.target.ptr, '\0', request.target.len) == NULL);
    char flags = (char)((int)request.method * 2 + (http_parser_keep_alive(parser) ? 1 : 0));
    tell(story, &flags, 1);
    tell_part(story, request.method_text);
    tell_part(story, request.target);
    tell_part(story, request.path);
    tell_part(story, request.query);
    tell_part(story, request.body);
    for (size_t i = 0; i < request.header_count; i++) {
        tell_part(story, request.headers[i].name);
        tell_part(story, request.headers[i].value);
    }
    story->requests++;
}

/* Pieces of 1 + i % `piece` bytes; 0 = all at once. */
static struct story read_stream(const uint8_t *data, size_t size, size_t piece)
{
    struct story story = {.hash = UINT64_C(0xcbf29ce484222325)};
    struct http_field fields[FIELDS];
    struct http_parser parser;
    char *bytes = malloc(size + 1);
    require(bytes != NULL);
    size_t fed = 0;
    size_t len = 0;
    size_t turn = 0;
    http_parser_init(&parser, &LIMITS, fields);
    for (;;) {
        enum http_parsed parsed = http_parse(&parser, bytes, &len);
        if (parsed == HTTP_PARSED_REFUSED) {
            require(parser.status >= 400 && parser.reason != NULL);
            story.status = parser.status;
            tell(&story, parser.reason, strlen(parser.reason));
            break;
        }
        if (parsed == HTTP_PARSED_REQUEST) {
            tell_request(&story, &parser, bytes, len);
            len -= parser.at;
            memmove(bytes, bytes + parser.at, len);
            http_parser_init(&parser, &LIMITS, fields);
            continue;
        }
        if (parsed == HTTP_PARSED_MORE) {
            if (fed == size || story.requests == REQUESTS) {
                break;
            }
            size_t more = piece == 0 ? size : 1 + turn++ % piece;
            more = more > size - fed ? size - fed : more;
            memcpy(bytes + len, data + fed, more);
            fed += more;
            len += more;
        }
    }
    free(bytes);
    return story;
}

static void same(struct story a, struct story b)
{
    require(a.requests == b.requests && a.status == b.status && a.hash == b.hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 16 * 1024) {
        return 0;
    }
    struct story whole = read_stream(data + 1, size - 1, 0);
    if (whole.requests >= REQUESTS) {
        return 0; /* the ways stop at different places */
    }
    same(whole, read_stream(data + 1, size - 1, 1));
    same(whole, read_stream(data + 1, size - 1, 2 + data[0]));
    return 0;
}
