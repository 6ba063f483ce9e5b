#include "common/http/http_parser.h"

#include "common/http/http_head.h"
#include <string.h>

void http_parser_init(struct http_parser *parser, const struct http_limits *limits, struct http_field *fields)
{
    *parser = (struct http_parser){.limits = limits, .fields = fields, .body_limit = limits->body_bytes};
}

enum http_parsed http_parser_refuse(struct http_parser *parser, int status, const char *reason)
{
    parser->state = HTTP_AT_REFUSAL;
    parser->status = status;
    parser->reason = reason;
    return HTTP_PARSED_REFUSED;
}

/* One empty line before a request is forgiven (RFC 9112, 2.2): old clients send one behind a body. */
static enum http_parsed parse_start(struct http_parser *parser, const char *bytes, size_t len)
{
    if (bytes[0] == '\r') {
        if (len < 2) {
            return HTTP_PARSED_MORE;
        }
        if (bytes[1] != '\n') {
            return http_parser_refuse(parser, 400, "A line does not end in CR LF");
        }
        parser->at = 2;
    }
    parser->state = HTTP_AT_REQUEST_LINE;
    return HTTP_PARSED_HEAD;
}

/* Finds the end of the line at `parser->at`: its length without CR LF in `*line_len`, or false when it is not there. */
static bool find_line(struct http_parser *parser, const char *bytes, size_t len, size_t *line_len, bool *proper)
{
    size_t from = parser->at + parser->line_seen;
    const char *lf = from == len ? NULL : memchr(bytes + from, '\n', len - from);
    if (lf == NULL) {
        parser->line_seen = len - parser->at;
        return false;
    }
    size_t whole = (size_t)(lf - bytes) - parser->at;
    *proper = whole > 0 && lf[-1] == '\r';
    *line_len = *proper ? whole - 1 : whole;
    parser->line_seen = 0;
    return true;
}

/* Sizes are judged before contents, so that a line that comes in pieces is judged the same. */
static enum http_parsed parse_request_line(struct http_parser *parser, const char *bytes, size_t len)
{
    size_t line_len = 0;
    bool proper = false;
    size_t most = parser->limits->request_line_bytes;
    size_t at = parser->at;
    if (!find_line(parser, bytes, len, &line_len, &proper)) {
        /* One more byte may be the CR. */
        return len - at > most + 1 ? http_parser_refuse(parser, 414, "The request line is too long") : HTTP_PARSED_MORE;
    }
    if (line_len > most) {
        return http_parser_refuse(parser, 414, "The request line is too long");
    }
    if (!proper) {
        return http_parser_refuse(parser, 400, "A line does not end in CR LF");
    }
    if (!http_head_request_line(parser, bytes, at, line_len)) {
        return HTTP_PARSED_REFUSED;
    }
    parser->at = at + line_len + 2;
    parser->fields_at = parser->at;
    parser->state = HTTP_AT_FIELDS;
    return HTTP_PARSED_HEAD;
}

static enum http_parsed finish_head(struct http_parser *parser, const char *bytes)
{
    if (!http_head_end(parser, bytes)) {
        return HTTP_PARSED_REFUSED;
    }
    parser->body_at = parser->at;
    parser->state = parser->chunked ? HTTP_AT_CHUNKED_BODY : HTTP_AT_BODY;
    return HTTP_PARSED_HEAD;
}

static enum http_parsed parse_fields(struct http_parser *parser, const char *bytes, size_t len)
{
    for (;;) {
        size_t line_len = 0;
        bool proper = false;
        size_t at = parser->at;
        bool found = find_line(parser, bytes, len, &line_len, &proper);
        size_t end = found ? at + line_len + (proper ? 2 : 1) : len;
        if (end - parser->fields_at > parser->limits->header_bytes) {
            return http_parser_refuse(parser, 431, "The header fields are too long");
        }
        if (!found) {
            return HTTP_PARSED_MORE;
        }
        if (!proper) {
            return http_parser_refuse(parser, 400, "A line does not end in CR LF");
        }
        parser->at = end;
        if (line_len == 0) {
            return finish_head(parser, bytes);
        }
        if (!http_head_field(parser, bytes, at, line_len)) {
            return HTTP_PARSED_REFUSED;
        }
    }
}

static enum http_parsed parse_body(struct http_parser *parser, size_t len)
{
    size_t here = len - parser->body_at;
    bool complete = here >= parser->length;
    parser->body_len = complete ? parser->length : here;
    parser->at = parser->body_at + parser->body_len;
    if (!complete) {
        return HTTP_PARSED_MORE;
    }
    parser->state = HTTP_AT_END;
    return HTTP_PARSED_REQUEST;
}

static enum http_parsed parse_chunked(struct http_parser *parser, char *bytes, size_t *len)
{
    struct http_chunked_limits limits = {
        .body_bytes = parser->body_limit,
        .trailer_bytes = parser->limits->header_bytes,
        .trailers = parser->limits->headers,
    };
    struct http_chunked_result result =
        http_chunked_decode(&parser->chunks, &limits, bytes, *len, &parser->at, parser->body_at, &parser->body_len);
    if (result.status != 0) {
        return http_parser_refuse(parser, result.status, result.reason);
    }
    if (parser->chunks.state == HTTP_CHUNK_DONE) {
        parser->state = HTTP_AT_END;
        return HTTP_PARSED_REQUEST;
    }
    /* All was read, so the framing behind the data may go: many small chunks cost no more memory than their data. */
    parser->at = parser->body_at + parser->body_len;
    *len = parser->at;
    return HTTP_PARSED_MORE;
}

enum http_parsed http_parse(struct http_parser *parser, char *bytes, size_t *len)
{
    enum http_parsed parsed = HTTP_PARSED_HEAD;
    if (parser->state == HTTP_AT_START) {
        if (*len == 0) {
            return HTTP_PARSED_MORE;
        }
        parsed = parse_start(parser, bytes, *len);
    }
    if (parsed == HTTP_PARSED_HEAD && parser->state == HTTP_AT_REQUEST_LINE) {
        parsed = parse_request_line(parser, bytes, *len);
    }
    if (parsed != HTTP_PARSED_HEAD) {
        return parsed;
    }
    switch (parser->state) {
    case HTTP_AT_FIELDS: return parse_fields(parser, bytes, *len);
    case HTTP_AT_BODY: return parse_body(parser, *len);
    case HTTP_AT_CHUNKED_BODY: return parse_chunked(parser, bytes, len);
    case HTTP_AT_END: return HTTP_PARSED_REQUEST;
    default: return HTTP_PARSED_REFUSED;
    }
}

bool http_parser_begun(const struct http_parser *parser, size_t len)
{
    return parser->state > HTTP_AT_REQUEST_LINE || len > parser->at;
}

bool http_parser_keep_alive(const struct http_parser *parser)
{
    if (parser->asks_close) {
        return false;
    }
    return parser->version_minor == 1 || parser->asks_keep_alive;
}

static struct str text_of(const char *bytes, struct http_span span)
{
    return str_of(bytes + span.at, span.len);
}

void http_parser_request(const struct http_parser *parser, const char *bytes, struct http_header *headers,
                         struct http_request *out)
{
    for (size_t i = 0; i < parser->field_count; i++) {
        headers[i].name = text_of(bytes, parser->fields[i].name);
        headers[i].value = text_of(bytes, parser->fields[i].value);
    }
    out->method = parser->method;
    out->method_text = text_of(bytes, parser->method_text);
    out->target = text_of(bytes, parser->target);
    out->path = parser->path.len == 0 ? STR("/") : text_of(bytes, parser->path);
    out->query = text_of(bytes, parser->query);
    out->headers = headers;
    out->header_count = parser->field_count;
    out->body = str_of(bytes + parser->body_at, parser->body_len);
}
