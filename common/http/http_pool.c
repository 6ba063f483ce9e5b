#include "common/http/http_internal.h"

#include "common/base/alloc.h"
#include <stdlib.h>

struct http_block *http_block_new(struct http_server *server, size_t size)
{
    struct list *link = size <= HTTP_BLOCK_BYTES ? list_pop_front(&server->free_blocks) : NULL;
    if (link != NULL) {
        server->free_block_count--;
        struct http_block *block = LIST_ENTRY(link, struct http_block, link);
        block->refs = 1;
        block->used = 0;
        return block;
    }
    if (size < HTTP_BLOCK_BYTES) {
        size = HTTP_BLOCK_BYTES;
    }
    struct http_block *block = xmalloc(sizeof *block + size);
    *block = (struct http_block){.refs = 1, .size = size};
    return block;
}

void http_block_unref(struct http_server *server, struct http_block *block)
{
    if (block == NULL || --block->refs > 0) {
        return;
    }
    if (server == NULL || block->size != HTTP_BLOCK_BYTES || server->free_block_count == HTTP_KEPT_BLOCKS) {
        free(block);
        return;
    }
    /* The one used last is the one still in the processor's cache. */
    list_push_front(&server->free_blocks, &block->link);
    server->free_block_count++;
}

struct http_exchange_slot *http_exchange_new(struct http_server *server)
{
    struct list *link = list_pop_front(&server->free_exchanges);
    if (link != NULL) {
        server->free_exchange_count--;
        return LIST_ENTRY(link, struct http_exchange_slot, link);
    }
    struct http_exchange_slot *slot = xcalloc(1, sizeof *slot);
    slot->server = server;
    slot->fields = xcalloc(server->limits.headers + 1, sizeof *slot->fields);
    slot->headers = xcalloc(server->limits.headers + 1, sizeof *slot->headers);
    return slot;
}

static void destroy(struct http_exchange_slot *slot)
{
    arena_release(&slot->open.arena);
    strbuf_release(&slot->open.body);
    strbuf_release(&slot->head);
    free(slot->fields);
    free(slot->headers);
    free(slot);
}

static void clean_buffer(struct strbuf *buf, size_t kept)
{
    if (buf->capacity > kept) {
        strbuf_release(buf);
    }
    strbuf_clear(buf);
    buf->ceiling = 0;
}

void http_exchange_free(struct http_exchange_slot *slot)
{
    struct http_server *server = slot->server;
    http_block_unref(server, slot->block);
    slot->block = NULL;
    if (server == NULL || server->free_exchange_count == HTTP_KEPT_EXCHANGES) {
        destroy(slot);
        return;
    }
    arena_reset(&slot->open.arena);
    /* The pool is a stack, so a busy server works with its first few; the rest of a peak should not stay this large. */
    bool among_first = server->free_exchange_count < HTTP_KEPT_LARGE_BODIES;
    clean_buffer(&slot->open.body, among_first ? HTTP_KEPT_BODY_BYTES : HTTP_SMALL_BUFFER_BYTES);
    clean_buffer(&slot->head, HTTP_SMALL_BUFFER_BYTES);
    slot->open.gone = false;
    slot->open.user = NULL;
    slot->connection = NULL;
    slot->state = HTTP_EXCHANGE_FREE;
    slot->close_after = false;
    slot->head_sent = 0;
    slot->body_sent = 0;
    list_push_front(&server->free_exchanges, &slot->link);
    server->free_exchange_count++;
}

void http_pools_release(struct http_server *server)
{
    struct list *link = NULL;
    while ((link = list_pop_front(&server->free_blocks)) != NULL) {
        free(LIST_ENTRY(link, struct http_block, link));
    }
    while ((link = list_pop_front(&server->free_exchanges)) != NULL) {
        destroy(LIST_ENTRY(link, struct http_exchange_slot, link));
    }
}
