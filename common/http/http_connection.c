#include "common/http/http_internal.h"

#include "common/base/alloc.h"
#include <assert.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- states ---- */

void http_connection_enter(struct http_connection *connection, enum http_connection_state state)
{
    assert(state > connection->state);
    connection->state = state;
}

bool http_connection_is_idle(const struct http_connection *connection)
{
    if (connection->queued == 0) {
        return true;
    }
    return connection->queued == 1 && connection->reading != NULL && connection->block != NULL &&
           !http_parser_begun(&connection->parser, connection->block->used - connection->start);
}

static bool wants_to_read(const struct http_connection *connection)
{
    if (connection->client_done) {
        return false;
    }
    if (connection->state == HTTP_CONNECTION_OPEN) {
        return connection->reading != NULL || http_read_takes_more(connection);
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
    if (http_connection_is_idle(connection)) {
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
        http_stream_sent(slot);
    }
    connection->queued = 0;
    (void)http_read_end(connection);
}

void http_connection_close(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    http_connection_enter(connection, HTTP_CONNECTION_CLOSED);
    abandon_exchanges(connection);
    http_read_drop_block(connection);
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
    http_read_drop_block(connection);
    http_connection_enter(connection, HTTP_CONNECTION_LINGER);
    connection->write_blocked = false;
    int64_t linger_us = connection->server->draining ? HTTP_DRAIN_GRACE_US : HTTP_LINGER_US;
    connection->linger_until_us = loop_now_us(connection->server->loop) + linger_us;
    settle(connection);
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
    if (http_connection_is_idle(connection)) {
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
        http_read_parse(connection);
        http_read_end_if_client_done(connection);
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
    http_read_ready(connection);
    settle(connection);
}

static void connection_on_timer(void *context)
{
    struct http_connection *connection = context;
    if (due_us(connection) > clock_mono_us()) {
        settle(connection);
        return;
    }
    bool waits_for_request = connection->state == HTTP_CONNECTION_OPEN && !http_connection_is_idle(connection) &&
                             connection->reading != NULL;
    bool stalled = connection->write_blocked &&
                   connection->progress_us + connection->server->options.write_timeout_us <= clock_mono_us();
    if (!waits_for_request || stalled) {
        http_connection_close(connection);
        return;
    }
    http_read_refuse(connection, 408, "The request did not arrive in time");
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
    if (http_connection_is_idle(connection)) {
        /* What has just arrived, or is on its way to a new connection, is still served. */
        http_read_ready(connection);
    }
    if (connection->state != HTTP_CONNECTION_OPEN) {
        settle(connection);
        return;
    }
    if (http_connection_is_idle(connection) && connection->requests > 0) {
        http_connection_close(connection);
        return;
    }
    if (connection->reading == NULL && connection->queued > 0) {
        http_read_stop(connection);
    }
    connection->idle_limit_us = sooner(connection->idle_limit_us, HTTP_DRAIN_GRACE_US);
    settle(connection);
}
