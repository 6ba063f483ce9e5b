/* Answers in pieces. The pieces wait in the exchange's head buffer, behind the head itself, framed. */
#include "common/http/http_internal.h"

#include <assert.h>
#include <string.h>

static struct http_exchange_slot *slot_of(struct http_exchange *exchange)
{
    struct http_exchange_slot *slot = CONTAINER_OF(exchange, struct http_exchange_slot, open);
    assert(slot->state == HTTP_EXCHANGE_RUNNING);
    return slot;
}

static size_t waiting(const struct http_exchange_slot *slot)
{
    return slot->head.len - slot->head_sent;
}

/* What was sent goes from the front, so that the buffer holds no more than what waits. */
static void compact(struct http_exchange_slot *slot)
{
    if (slot->head_sent == 0) {
        return;
    }
    size_t left = waiting(slot);
    memmove(slot->head.ptr, slot->head.ptr + slot->head_sent, left);
    slot->head.len = left;
    slot->head_sent = 0;
}

static void put_piece(struct http_exchange_slot *slot)
{
    struct strbuf *body = &slot->open.body;
    struct strbuf *out = &slot->head;
    if (slot->connection == NULL || slot->open.request.method == HTTP_HEAD || body->len == 0) {
        strbuf_clear(body);
        return;
    }
    size_t before = out->len;
    if (slot->http_1_0) {
        strbuf_put(out, strbuf_str(body));
    } else {
        strbuf_printf(out, "%zx\r\n", body->len);
        strbuf_put(out, strbuf_str(body));
        strbuf_put(out, STR("\r\n"));
    }
    slot->connection->unsent_bytes += out->len - before;
    strbuf_clear(body);
}

void http_stream_begin(struct http_exchange *exchange, const struct http_reply *reply)
{
    struct http_exchange_slot *slot = slot_of(exchange);
    slot->streaming = true;
    if (slot->connection == NULL) {
        return;
    }
    slot->close_after = reply->close || !slot->keep_alive || slot->server->draining || slot->http_1_0;
    size_t before = slot->head.len;
    http_reply_put_head(slot, reply, true);
    slot->connection->unsent_bytes += slot->head.len - before;
    http_connection_answered(slot->connection);
}

void http_stream_send(struct http_exchange *exchange)
{
    struct http_exchange_slot *slot = slot_of(exchange);
    assert(slot->streaming);
    compact(slot);
    put_piece(slot);
    if (slot->connection != NULL) {
        http_connection_answered(slot->connection);
    }
}

static void slot_on_room(void *context)
{
    struct http_exchange_slot *slot = context;
    void (*on_room)(struct http_exchange * exchange) = slot->on_room;
    slot->on_room = NULL;
    if (on_room != NULL) { /* it may have ended since */
        on_room(&slot->open);
    }
}

bool http_stream_room(struct http_exchange *exchange, void (*on_room)(struct http_exchange *exchange))
{
    struct http_exchange_slot *slot = slot_of(exchange);
    assert(slot->streaming && slot->on_room == NULL);
    if (slot->connection == NULL || waiting(slot) < HTTP_STREAM_BYTES_MAX) {
        return true;
    }
    slot->on_room = on_room;
    return false;
}

void http_stream_sent(struct http_exchange_slot *slot)
{
    if (!slot->streaming) {
        return;
    }
    if (waiting(slot) == 0) {
        strbuf_clear(&slot->head);
        slot->head_sent = 0;
    }
    if (slot->on_room != NULL && slot->server != NULL &&
        (slot->connection == NULL || waiting(slot) < HTTP_STREAM_BYTES_MAX)) {
        slot->room_task = (struct loop_task){.link = slot->room_task.link, .callback = slot_on_room, .context = slot};
        loop_defer(slot->server->loop, &slot->room_task);
    }
}

void http_stream_end(struct http_exchange *exchange)
{
    struct http_exchange_slot *slot = slot_of(exchange);
    assert(slot->streaming);
    slot->on_room = NULL;
    compact(slot);
    put_piece(slot);
    if (slot->connection == NULL) {
        http_reply_drop(slot);
        return;
    }
    if (!slot->http_1_0 && slot->open.request.method != HTTP_HEAD) {
        strbuf_put(&slot->head, STR("0\r\n\r\n"));
        slot->connection->unsent_bytes += 5;
    }
    http_reply_done(slot);
}

void http_stream_abort(struct http_exchange *exchange)
{
    struct http_exchange_slot *slot = slot_of(exchange);
    slot->on_room = NULL;
    if (slot->connection != NULL) {
        http_connection_close(slot->connection);
    }
    http_reply_drop(slot);
}
