#include "common/http/http_internal.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Per call and per turn: a fast reader of large answers must not keep the others waiting. */
enum { PIECES_MAX = 64, SENDS_PER_TURN = 16 };

static struct http_exchange_slot *slot_of(struct list *link)
{
    return LIST_ENTRY(link, struct http_exchange_slot, link);
}

static size_t add_piece(struct iovec *pieces, size_t count, const struct strbuf *buf, size_t sent)
{
    if (sent == buf->len) {
        return count;
    }
    pieces[count] = (struct iovec){.iov_base = buf->ptr + sent, .iov_len = buf->len - sent};
    return count + 1;
}

/* In order: an exchange that is not answered holds back those behind it (its own interim answer may go). */
static size_t gather(struct http_connection *connection, struct iovec *pieces)
{
    size_t count = 0;
    LIST_EACH(link, after, &connection->queue)
    {
        struct http_exchange_slot *slot = slot_of(link);
        if (count + 2 > PIECES_MAX) {
            break;
        }
        count = add_piece(pieces, count, &slot->head, slot->head_sent);
        if (slot->state != HTTP_EXCHANGE_ANSWERED) {
            break;
        }
        count = add_piece(pieces, count, &slot->open.body, slot->body_sent);
        if (slot->close_after) {
            break;
        }
    }
    return count;
}

static size_t take_sent(const struct strbuf *buf, size_t *sent, size_t bytes)
{
    size_t taken = buf->len - *sent < bytes ? buf->len - *sent : bytes;
    *sent += taken;
    return bytes - taken;
}

/* Retires what has gone out; true when the answer that ends the connection has. */
static bool advance(struct http_connection *connection, size_t bytes)
{
    connection->unsent_bytes -= bytes;
    LIST_EACH(link, after, &connection->queue)
    {
        struct http_exchange_slot *slot = slot_of(link);
        bytes = take_sent(&slot->head, &slot->head_sent, bytes);
        if (slot->state != HTTP_EXCHANGE_ANSWERED) {
            http_stream_sent(slot);
            return false;
        }
        bytes = take_sent(&slot->open.body, &slot->body_sent, bytes);
        if (slot->head_sent < slot->head.len || slot->body_sent < slot->open.body.len) {
            return false;
        }
        bool last = slot->close_after;
        list_remove(link);
        connection->queued--;
        http_exchange_free(slot);
        if (last) {
            return true;
        }
    }
    return false;
}

enum http_sent http_send_queue(struct http_connection *connection)
{
    struct iovec pieces[PIECES_MAX];
    for (int i = 0; i < SENDS_PER_TURN; i++) {
        size_t count = gather(connection, pieces);
        if (count == 0) {
            /* A stream may end behind its last byte. */
            return advance(connection, 0) ? HTTP_SENT_LAST : HTTP_SENT_ALL;
        }
        struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
        ssize_t sent = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK ? HTTP_SENT_SOME : HTTP_SENT_FAILED;
        }
        connection->progress_us = loop_now_us(connection->server->loop);
        if (advance(connection, (size_t)sent)) {
            return HTTP_SENT_LAST;
        }
        if (connection->unsent_bytes == 0) {
            return HTTP_SENT_ALL;
        }
    }
    return HTTP_SENT_SOME;
}
