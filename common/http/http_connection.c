#include "common/http/http_internal.h"

#include "common/base/alloc.h"
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- states ---- */

/* The one place where the state changes. It only ever moves on. */
static void enter(struct http_connection *connection, enum http_connection_state state)
{
    assert(state > connection->state);
    connection->state = state;
}

static bool is_idle(const struct http_connection *connection)
{
    if (connection->queued == 0) {
        return true;
    }
    return connection->queued == 1 && connection->reading != NULL && connection->block != NULL &&
           !http_parser_begun(&connection->parser, connection->block->used - connection->start);
}

static bool takes_more_requests(const struct http_connection *connection)
{
    return connection->queued < connection->server->options.max_pipelined &&
           connection->unsent_bytes < HTTP_QUEUED_BYTES_MAX;
}

static bool wants_to_read(const struct http_connection *connection)
{
    if (connection->client_done) {
        return false;
    }
    if (connection->state == HTTP_CONNECTION_OPEN) {
        return connection->reading != NULL || takes_more_requests(connection);
    }
    return connection->discarded < HTTP_DISCARD_BYTES_MAX;
}

/* ---- time ---- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t body_due_us(const struct http_connection *connection)
{
    const struct http_server_options *options = &connection->server->options;
    int64_t earned_us = 0;
    if (options->body_min_bytes_per_s > 0) {
        earned_us = (int64_t)(connection->parser.body_len * 1000000 / options->body_min_bytes_per_s);
    }
    return connection->body_since_us + options->body_timeout_us + earned_us;
}

/* What the current phase ends at; INT64_MAX while we are the ones to act. */
static int64_t due_us(const struct http_connection *connection)
{
    const struct http_server_options *options = &connection->server->options;
    if (connection->state == HTTP_CONNECTION_LINGER) {
        return connection->linger_until_us;
    }
    int64_t due = connection->write_blocked ? connection->progress_us + options->write_timeout_us : INT64_MAX;
    if (connection->state != HTTP_CONNECTION_OPEN) {
        return due;
    }
    if (is_idle(connection)) {
        return sooner(due, connection->idle_since_us + connection->idle_limit_us);
    }
    if (connection->reading != NULL) {
        bool in_body = connection->parser.state >= HTTP_AT_BODY;
        int64_t phase = in_body ? body_due_us(connection)
                                : connection->reading->open.request.received_us + options->header_timeout_us;
        return sooner(due, phase);
    }
    return due;
}

/* After every change: which readiness and which moment to wait for. The timer is moved only to an earlier moment; when
 * it fires too early it is simply set again, which is far cheaper than moving it with every request. */
static void settle(struct http_connection *connection)
{
    if (connection->state == HTTP_CONNECTION_CLOSED) {
        return;
    }
    int wanted = (wants_to_read(connection) ? LOOP_READ : 0) | (connection->write_blocked ? LOOP_WRITE : 0);
    loop_io_want(&connection->io, wanted);
    int64_t due = due_us(connection);
    if (due == INT64_MAX || (connection->timer.pending && connection->timer_due_us <= due)) {
        return;
    }
    connection->timer_due_us = due;
    loop_timer_start(&connection->timer, due - loop_now_us(connection->server->loop));
}

/* ---- the end ---- */

static void drop_block(struct http_connection *connection)
{
    http_block_unref(connection->server, connection->block);
    connection->block = NULL;
    connection->start = 0;
}

/* The last of the queue is not being read any more: it is handed out, refused or forgotten. */
static struct http_exchange_slot *end_reading(struct http_connection *connection)
{
    struct http_exchange_slot *slot = connection->reading;
    connection->reading = NULL;
    http_fields_free(connection->server, connection->fields);
    connection->fields = NULL;
    return slot;
}

static void abandon_exchanges(struct http_connection *connection)
{
    struct list *link = NULL;
    while ((link = list_pop_front(&connection->queue)) != NULL) {
        struct http_exchange_slot *slot = LIST_ENTRY(link, struct http_exchange_slot, link);
        if (slot->state != HTTP_EXCHANGE_RUNNING) {
            http_exchange_free(slot);
            continue;
        }
        slot->connection = NULL;
        slot->open.gone = true;
        list_push_back(&connection->server->orphans, link);
    }
    connection->queued = 0;
    (void)end_reading(connection);
}

void http_connection_close(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    enter(connection, HTTP_CONNECTION_CLOSED);
    abandon_exchanges(connection);
    drop_block(connection);
    loop_timer_release(&connection->timer);
    loop_io_release(&connection->io);
    close(connection->fd);
    connection->fd = -1;
    list_remove(&connection->link);
    list_push_back(&server->closed, &connection->link);
    loop_defer(server->loop, &connection->task);
    server->connection_count--;
    http_count(&server->connections_open, -1);
    http_server_on_gone(server);
}

void http_connection_free(struct http_connection *connection)
{
    loop_undefer(&connection->task);
    list_remove(&connection->link);
    free(connection);
}

/* The last answer is out. Closing a socket with unread bytes makes the kernel throw the answer away, so unless nothing
 * can be there our side is shut and the client's is read out. */
static void finish(struct http_connection *connection)
{
    if (connection->client_done || (connection->quick_close && connection->discarded == 0) ||
        shutdown(connection->fd, SHUT_WR) != 0) {
        http_connection_close(connection);
        return;
    }
    abandon_exchanges(connection);
    drop_block(connection);
    enter(connection, HTTP_CONNECTION_LINGER);
    connection->write_blocked = false;
    connection->linger_until_us = loop_now_us(connection->server->loop) + HTTP_LINGER_US;
    settle(connection);
}

/* No more requests after those that the queue holds. */
static void stop_taking(struct http_connection *connection)
{
    if (connection->reading != NULL) {
        list_remove(&connection->reading->link);
        connection->queued--;
        http_exchange_free(end_reading(connection));
    }
    enter(connection, HTTP_CONNECTION_LAST);
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

/* Answers the request being read with an error of our own; nothing more is read from this client. */
static void refuse(struct http_connection *connection, int status, const char *sentence)
{
    struct http_server *server = connection->server;
    struct http_exchange_slot *slot = end_reading(connection);
    enter(connection, HTTP_CONNECTION_LAST);
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
    connection->start += parser->at;
    (void)end_reading(connection);
    connection->requests++;
    bool most = server->options.max_requests_per_connection > 0 &&
                connection->requests >= server->options.max_requests_per_connection;
    slot->keep_alive = http_parser_keep_alive(parser) && !most && !server->draining;
    if (!slot->keep_alive) {
        connection->quick_close = !http_parser_keep_alive(parser) && connection->start == connection->block->used;
        enter(connection, HTTP_CONNECTION_LAST);
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
    case HTTP_PARSED_REFUSED: refuse(connection, connection->parser.status, connection->parser.reason); return false;
    case HTTP_PARSED_MORE: break;
    }
    block->used = connection->start + len;
    return false;
}

static void parse(struct http_connection *connection)
{
    bool more = true;
    while (more && connection->state == HTTP_CONNECTION_OPEN && connection->block != NULL &&
           connection->start < connection->block->used) {
        if (connection->reading == NULL) {
            if (!takes_more_requests(connection)) {
                return;
            }
            begin_exchange(connection);
        }
        more = parse_some(connection);
    }
    bool over = connection->block != NULL && connection->start == connection->block->used;
    if (connection->state != HTTP_CONNECTION_OPEN || (over && connection->block->refs == 1)) {
        drop_block(connection);
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

/* The client has shut its side: what it asked for before is still answered, a request cut short is forgotten. */
static void end_if_client_done(struct http_connection *connection)
{
    if (!connection->client_done || connection->state != HTTP_CONNECTION_OPEN) {
        return;
    }
    if (connection->reading != NULL) {
        stop_taking(connection);
        drop_block(connection);
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
    end_if_client_done(connection);
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
        parse(connection);
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

/* ---- what the loop calls ---- */

static void flush(struct http_connection *connection)
{
    enum http_sent sent = http_send_queue(connection);
    if (sent == HTTP_SENT_FAILED) {
        http_connection_close(connection);
        return;
    }
    bool ended = sent == HTTP_SENT_LAST || (connection->state == HTTP_CONNECTION_LAST && connection->queued == 0);
    if (ended) {
        finish(connection);
        return;
    }
    if (sent == HTTP_SENT_SOME && !connection->write_blocked) {
        connection->progress_us = loop_now_us(connection->server->loop);
    }
    connection->write_blocked = sent == HTTP_SENT_SOME;
    if (is_idle(connection)) {
        connection->idle_since_us = loop_now_us(connection->server->loop);
    }
}

/* At the end of a turn in which something was answered. Taking further requests that wait in the block may answer them
 * at once, which asks for this task again. */
static void connection_on_turn_end(void *context)
{
    struct http_connection *connection = context;
    if (connection->state == HTTP_CONNECTION_CLOSED) {
        http_connection_free(connection);
        return;
    }
    if (connection->state == HTTP_CONNECTION_LINGER) {
        return;
    }
    flush(connection);
    if (connection->state == HTTP_CONNECTION_OPEN) {
        parse(connection);
        end_if_client_done(connection);
    }
    settle(connection);
}

static void connection_on_ready(void *context, int ready)
{
    struct http_connection *connection = context;
    if (ready == LOOP_WRITE) {
        loop_defer(connection->server->loop, &connection->task);
        return;
    }
    if (connection->state == HTTP_CONNECTION_OPEN) {
        read_requests(connection);
    } else {
        read_and_drop(connection);
    }
    settle(connection);
}

static void connection_on_timer(void *context)
{
    struct http_connection *connection = context;
    if (due_us(connection) > clock_mono_us()) {
        settle(connection);
        return;
    }
    bool waits_for_request =
        connection->state == HTTP_CONNECTION_OPEN && !is_idle(connection) && connection->reading != NULL;
    bool stalled = connection->write_blocked &&
                   connection->progress_us + connection->server->options.write_timeout_us <= clock_mono_us();
    if (!waits_for_request || stalled) {
        http_connection_close(connection);
        return;
    }
    refuse(connection, 408, "The request did not arrive in time");
    settle(connection);
}

void http_connection_new(struct http_server *server, int fd, const char *peer)
{
    int on = 1;
    /* 40 kB answers took 43 ms of Nagle against delayed acknowledgement. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct http_connection *connection = xcalloc(1, sizeof *connection);
    connection->server = server;
    connection->fd = fd;
    connection->idle_since_us = loop_now_us(server->loop);
    connection->idle_limit_us = server->options.idle_timeout_us;
    memccpy(connection->peer, peer, '\0', sizeof connection->peer - 1);
    connection->task = (struct loop_task){.callback = connection_on_turn_end, .context = connection};
    list_init(&connection->queue);
    loop_io_init(&connection->io, server->loop, fd, connection_on_ready, connection);
    loop_timer_init(&connection->timer, server->loop, connection_on_timer, connection);
    list_push_back(&server->connections, &connection->link);
    server->connection_count++;
    http_count(&server->connections_accepted, 1);
    http_count(&server->connections_open, 1);
    settle(connection);
}

void http_connection_answered(struct http_connection *connection)
{
    loop_defer(connection->server->loop, &connection->task);
}

void http_connection_drain(struct http_connection *connection)
{
    if (connection->state != HTTP_CONNECTION_OPEN) {
        return;
    }
    if (is_idle(connection)) {
        /* What has just arrived, or is on its way to a new connection, is still served. */
        read_requests(connection);
    }
    if (connection->state != HTTP_CONNECTION_OPEN) {
        settle(connection);
        return;
    }
    if (is_idle(connection) && connection->requests > 0) {
        http_connection_close(connection);
        return;
    }
    if (connection->reading == NULL && connection->queued > 0) {
        stop_taking(connection);
    }
    connection->idle_limit_us = sooner(connection->idle_limit_us, HTTP_DRAIN_GRACE_US);
    settle(connection);
}
