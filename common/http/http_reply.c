#include "common/http/http_internal.h"

#include "common/http/http_chars.h"
#include <assert.h>
#include <stdio.h>
#include <time.h>

struct status_line {
    int status;
    struct str line;
};

#define STATUS(code, words)                                                                                            \
    {                                                                                                                  \
        code, STR_INIT("HTTP/1.1 " #code " " words "\r\n")                                                             \
    }

static const struct status_line STATUS_LINES[] = {
    STATUS(200, "OK"),
    STATUS(201, "Created"),
    STATUS(202, "Accepted"),
    STATUS(204, "No Content"),
    STATUS(206, "Partial Content"),
    STATUS(207, "Multi-Status"),
    STATUS(301, "Moved Permanently"),
    STATUS(302, "Found"),
    STATUS(303, "See Other"),
    STATUS(304, "Not Modified"),
    STATUS(307, "Temporary Redirect"),
    STATUS(308, "Permanent Redirect"),
    STATUS(400, "Bad Request"),
    STATUS(401, "Unauthorized"),
    STATUS(403, "Forbidden"),
    STATUS(404, "Not Found"),
    STATUS(405, "Method Not Allowed"),
    STATUS(406, "Not Acceptable"),
    STATUS(408, "Request Timeout"),
    STATUS(409, "Conflict"),
    STATUS(410, "Gone"),
    STATUS(411, "Length Required"),
    STATUS(412, "Precondition Failed"),
    STATUS(413, "Content Too Large"),
    STATUS(414, "URI Too Long"),
    STATUS(415, "Unsupported Media Type"),
    STATUS(416, "Range Not Satisfiable"),
    STATUS(417, "Expectation Failed"),
    STATUS(422, "Unprocessable Content"),
    STATUS(428, "Precondition Required"),
    STATUS(429, "Too Many Requests"),
    STATUS(431, "Request Header Fields Too Large"),
    STATUS(500, "Internal Server Error"),
    STATUS(501, "Not Implemented"),
    STATUS(502, "Bad Gateway"),
    STATUS(503, "Service Unavailable"),
    STATUS(504, "Gateway Timeout"),
    STATUS(505, "HTTP Version Not Supported"),
};

static void put_status_line(struct strbuf *head, int status)
{
    for (size_t i = 0; i < ARRAY_LEN(STATUS_LINES); i++) {
        if (STATUS_LINES[i].status == status) {
            strbuf_put(head, STATUS_LINES[i].line);
            return;
        }
    }
    assert(status >= 200 && status <= 599);
    strbuf_printf(head, "HTTP/1.1 %d Status\r\n", status);
}

/* Written by hand: strftime follows the locale. */
static void write_date(struct http_server *server, int64_t second)
{
    static const char DAYS[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char MONTHS[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    time_t when = (time_t)second;
    gmtime_r(&when, &tm);
    int len =
        snprintf(server->date, sizeof server->date, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", DAYS[tm.tm_wday],
                 tm.tm_mday, MONTHS[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    server->date_len = len > 0 && (size_t)len < sizeof server->date ? (size_t)len : 0;
    server->date_second = second;
}

static void put_date(struct http_server *server, struct strbuf *head)
{
    int64_t second = clock_wall_us() / 1000000;
    if (second != server->date_second) {
        write_date(server, second);
    }
    strbuf_put(head, str_of(server->date, server->date_len));
}

/* A value may have come from a request or a record: a line end in it must not become one of ours. */
static void put_value(struct strbuf *head, struct str value)
{
    if (http_is_value(value)) {
        strbuf_put(head, value);
        return;
    }
    for (size_t i = 0; i < value.len; i++) {
        strbuf_put_char(head, http_is_value_byte((unsigned char)value.ptr[i]) ? value.ptr[i] : ' ');
    }
}

static void put_header(struct strbuf *head, struct str name, struct str value)
{
    assert(http_is_token(name));
    strbuf_put(head, name);
    strbuf_put(head, STR(": "));
    put_value(head, value);
    strbuf_put(head, STR("\r\n"));
}

/* 204 and 304 end at their head (RFC 9110, 8.6): a length would be read as that of another answer. */
static bool has_no_content(int status)
{
    return status == 204 || status == 304;
}

void http_reply_put_head(struct http_exchange_slot *slot, const struct http_reply *reply, bool streamed)
{
    struct strbuf *head = &slot->head;
    (void)strbuf_reserve(head, HTTP_HEAD_BYTES);
    put_status_line(head, reply->status);
    put_date(slot->server, head);
    if (reply->content_type.len > 0) {
        put_header(head, STR("Content-Type"), reply->content_type);
    }
    if (streamed) {
        strbuf_puts(head, slot->http_1_0 ? "" : "Transfer-Encoding: chunked\r\n");
    } else if (!has_no_content(reply->status)) {
        strbuf_put(head, STR("Content-Length: "));
        strbuf_put_uint(head, slot->open.body.len);
        strbuf_put(head, STR("\r\n"));
    }
    if (slot->close_after) {
        strbuf_put(head, STR("Connection: close\r\n"));
    } else if (slot->http_1_0) {
        strbuf_put(head, STR("Connection: keep-alive\r\n"));
    }
    for (size_t i = 0; i < reply->header_count; i++) {
        put_header(head, reply->headers[i].name, reply->headers[i].value);
    }
    strbuf_put(head, STR("\r\n"));
}

void http_reply_queue(struct http_exchange_slot *slot, const struct http_reply *reply)
{
    struct http_connection *connection = slot->connection;
    slot->close_after = reply->close || !slot->keep_alive || slot->server->draining;
    size_t head_before = slot->head.len;
    http_reply_put_head(slot, reply, false);
    if (slot->open.request.method == HTTP_HEAD || has_no_content(reply->status)) {
        strbuf_clear(&slot->open.body);
    }
    connection->unsent_bytes += slot->head.len - head_before + slot->open.body.len;
    http_reply_done(slot);
}

void http_reply_done(struct http_exchange_slot *slot)
{
    struct http_connection *connection = slot->connection;
    slot->state = HTTP_EXCHANGE_ANSWERED;
    connection->held_bytes -= slot->request_bytes;
    slot->request_bytes = 0;
    http_block_unref(slot->server, slot->block);
    slot->block = NULL;
    arena_reset(&slot->open.arena);
    http_connection_answered(connection);
}

void http_reply(struct http_exchange *exchange, const struct http_reply *reply)
{
    struct http_exchange_slot *slot = CONTAINER_OF(exchange, struct http_exchange_slot, open);
    assert(slot->state == HTTP_EXCHANGE_RUNNING);
    if (slot->connection != NULL) {
        http_reply_queue(slot, reply);
    } else {
        http_reply_drop(slot);
    }
}

void http_reply_drop(struct http_exchange_slot *slot)
{
    struct http_server *server = slot->server;
    list_remove(&slot->link);
    http_exchange_free(slot);
    if (server != NULL) {
        http_server_on_gone(server);
    }
}

struct str http_reply_error_body(struct http_server *server, struct strbuf *out, int status, const char *sentence)
{
    if (server->options.error_body != NULL) {
        return server->options.error_body(out, status, sentence);
    }
    strbuf_puts(out, sentence);
    strbuf_put(out, STR(".\n"));
    return STR("text/plain; charset=utf-8");
}

struct str http_header_get(const struct http_request *request, const char *name)
{
    struct str wanted = str_from(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (request->headers[i].name.len == wanted.len && str_eq_nocase(request->headers[i].name, wanted)) {
            return request->headers[i].value;
        }
    }
    return STR_EMPTY;
}
