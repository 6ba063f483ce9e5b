#include "common/http/http_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool http_read_takes_more(const struct http_connection *connection)
{
    return connection->queued < connection->server->options.max_pipelined &&
           connection->unsent_bytes < HTTP_QUEUED_BYTES_MAX && connection->held_bytes < HTTP_HELD_BYTES_MAX;
}

struct http_exchange_slot *http_read_end(struct http_connection *connection)
{
    struct http_exchange_slot *slot = connection->reading;
    connection->reading = NULL;
    http_fields_free(connection->server, connection->fields);
    connection->fields = NULL;
    return slot;
}

void http_read_drop_block(struct http_connection *connection)
{
    http_block_unref(connection->server, connection->block);
    connection->block = NULL;
    connection->start = 0;
}

void http_read_stop(struct http_connection *connection)
{
    struct http_exchange_slot *slot = http_read_end(connection);
    if (slot != NULL) {
        list_remove(&slot->link);
        connection->queued--;
        connection->unsent_bytes -= slot->head.len - slot->head_sent;
        http_exchange_free(slot);
    }
    http_connection_enter(connection, HTTP_CONNECTION_LAST);
}

static void begin_exchange(struct http_connection *connection)
{
    struct http_exchange_slot *slot = http_exchange_new(connection->server);
    slot->connection = connection;
    slot->state = HTTP_EXCHANGE_READING;
    slot->keep_alive = false;
    slot->http_1_0 = false;
    slot->open.request =
        (struct http_request){.method = HTTP_METHOD_OTHER, .received_us = loop_now_us(connection->server->loop)};
    list_push_back(&connection->queue, &slot->link);
    connection->queued++;
    connection->reading = slot;
    connection->fields = http_fields_new(connection->server);
    http_parser_init(&connection->parser, &connection->server->limits, connection->fields->at);
}

void http_read_refuse(struct http_connection *connection, int status, const char *sentence)
{
    struct http_server *server = connection->server;
    struct http_exchange_slot *slot = http_read_end(connection);
    http_connection_enter(connection, HTTP_CONNECTION_LAST);
    http_count(&server->refused, 1);
    slot->open.request.method = connection->parser.method_text.len > 0 ? connection->parser.method : HTTP_METHOD_OTHER;
    struct http_reply reply = {.status = status, .close = true};
    reply.content_type = http_reply_error_body(server, &slot->open.body, status, sentence);
    http_reply_queue(slot, &reply);
}

/* ---- requests ---- */

static void hand_out(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct http_exchange_slot *slot = connection->reading;
    const struct http_parser *parser = &connection->parser;
    struct http_request *request = &slot->open.request;
    struct http_header *headers = slot->headers;
    if (parser->field_count > HTTP_INLINE_HEADERS) {
        headers = ARENA_ARRAY(&slot->open.arena, struct http_header, parser->field_count);
    }
    http_parser_request(parser, connection->block->bytes + connection->start, headers, request);
    memcpy(slot->peer, connection->peer, sizeof slot->peer);
    request->peer = str_from(slot->peer);
    slot->block = connection->block;
    slot->block->refs++;
    slot->state = HTTP_EXCHANGE_RUNNING;
    slot->http_1_0 = parser->version_minor == 0;
    slot->request_bytes = parser->at;
    connection->held_bytes += parser->at;
    connection->start += parser->at;
    (void)http_read_end(connection);
    connection->requests++;
    bool most = server->options.max_requests_per_connection > 0 &&
                connection->requests >= server->options.max_requests_per_connection;
    slot->keep_alive = http_parser_keep_alive(parser) && !most && !server->draining;
    if (!slot->keep_alive) {
        connection->quick_close = !http_parser_keep_alive(parser) && connection->start == connection->block->used;
        http_connection_enter(connection, HTTP_CONNECTION_LAST);
    }
    http_count(&server->requests, 1);
    server->options.handler(server->options.context, &slot->open);
}

/* The head is acceptable: says so to a client that waits with its body for it, in the turn of this request. */
static void on_head(struct http_connection *connection, size_t len)
{
    const struct http_parser *parser = &connection->parser;
    connection->body_since_us = loop_now_us(connection->server->loop);
    bool body_expected = parser->chunked || parser->length > 0;
    if (parser->expects_continue && body_expected && len == parser->at) {
        struct strbuf *head = &connection->reading->head;
        strbuf_put(head, STR("HTTP/1.1 100 Continue\r\n\r\n"));
        connection->unsent_bytes += head->len;
        loop_defer(connection->server->loop, &connection->task);
    }
}

/* One request, or a part of one; false when there is no more to be got now. */
static bool parse_some(struct http_connection *connection)
{
    struct http_block *block = connection->block;
    size_t len = block->used - connection->start;
    enum http_parsed parsed = http_parse(&connection->parser, block->bytes + connection->start, &len);
    switch (parsed) {
    case HTTP_PARSED_HEAD: on_head(connection, len); return true;
    case HTTP_PARSED_REQUEST: hand_out(connection); return true;
    case HTTP_PARSED_REFUSED:
        http_read_refuse(connection, connection->parser.status, connection->parser.reason);
        return false;
    case HTTP_PARSED_MORE: break;
    }
    block->used = connection->start + len;
    return false;
}

void http_read_parse(struct http_connection *connection)
{
    bool more = true;
    while (more && connection->state == HTTP_CONNECTION_OPEN && connection->block != NULL &&
           connection->start < connection->block->used) {
        if (connection->reading == NULL) {
            if (!http_read_takes_more(connection)) {
                return;
            }
            begin_exchange(connection);
        }
        more = parse_some(connection);
    }
    bool over = connection->block != NULL && connection->start == connection->block->used;
    if (connection->state != HTTP_CONNECTION_OPEN || (over && connection->block->refs == 1)) {
        http_read_drop_block(connection);
    }
}

/* ---- reading ---- */

/* Room behind what is there. Bytes that running requests point into stay where they are. */
static void make_room(struct http_connection *connection)
{
    struct http_block *block = connection->block;
    if (block == NULL) {
        connection->block = http_block_new(connection->server, 0);
        return;
    }
    if (block->size - block->used >= HTTP_READ_ROOM_BYTES) {
        return;
    }
    size_t len = block->used - connection->start;
    if (block->refs == 1 && block->size - len >= HTTP_READ_ROOM_BYTES && len <= block->size / 2) {
        memmove(block->bytes, block->bytes + connection->start, len);
        block->used = len;
        connection->start = 0;
        return;
    }
    /* Doubling with what has really come: a large Content-Length alone costs nothing. */
    struct http_block *larger = http_block_new(connection->server, len * 2 + HTTP_READ_ROOM_BYTES);
    memcpy(larger->bytes, block->bytes + connection->start, len);
    larger->used = len;
    http_block_unref(connection->server, block);
    connection->block = larger;
    connection->start = 0;
}

void http_read_end_if_client_done(struct http_connection *connection)
{
    if (!connection->client_done || connection->state != HTTP_CONNECTION_OPEN) {
        return;
    }
    if (connection->reading != NULL) {
        http_read_stop(connection);
        http_read_drop_block(connection);
    }
    if (connection->queued == 0) {
        http_connection_close(connection);
    }
}

static void on_client_done(struct http_connection *connection)
{
    connection->client_done = true;
    if (connection->state == HTTP_CONNECTION_LINGER) {
        http_connection_close(connection);
        return;
    }
    http_read_end_if_client_done(connection);
}

static void on_read_error(struct http_connection *connection)
{
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        http_connection_close(connection);
    }
}

static void read_requests(struct http_connection *connection)
{
    make_room(connection);
    struct http_block *block = connection->block;
    ssize_t got = read(connection->fd, block->bytes + block->used, block->size - block->used);
    if (got > 0) {
        block->used += (size_t)got;
        http_read_parse(connection);
        return;
    }
    if (got == 0) {
        on_client_done(connection);
    } else {
        on_read_error(connection);
    }
}

static void read_and_drop(struct http_connection *connection)
{
    char bytes[16 * 1024];
    ssize_t got = read(connection->fd, bytes, sizeof bytes);
    if (got > 0) {
        connection->discarded += (size_t)got;
        if (connection->state == HTTP_CONNECTION_LINGER && connection->discarded >= HTTP_DISCARD_BYTES_MAX) {
            http_connection_close(connection);
        }
    } else if (got == 0) {
        on_client_done(connection);
    } else {
        on_read_error(connection);
    }
}

void http_read_ready(struct http_connection *connection)
{
    if (connection->state == HTTP_CONNECTION_OPEN) {
        read_requests(connection);
    } else {
        read_and_drop(connection);
    }
}
