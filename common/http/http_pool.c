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

struct http_fields *http_fields_new(struct http_server *server)
{
    struct list *link = list_pop_front(&server->free_fields);
    if (link != NULL) {
        server->free_fields_count--;
        return LIST_ENTRY(link, struct http_fields, link);
    }
    struct http_fields *fields = xmalloc(sizeof *fields + server->limits.headers * sizeof fields->at[0]);
    fields->link = (struct list){0};
    return fields;
}

void http_fields_free(struct http_server *server, struct http_fields *fields)
{
    if (fields == NULL || server->free_fields_count == HTTP_KEPT_FIELDS) {
        free(fields);
        return;
    }
    list_push_front(&server->free_fields, &fields->link);
    server->free_fields_count++;
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
    return slot;
}

static void destroy(struct http_exchange_slot *slot)
{
    arena_release(&slot->open.arena);
    strbuf_release(&slot->open.body);
    strbuf_release(&slot->head);
    free(slot);
}

/*
 * The pool is a stack, so a busy server works with its first few exchanges. Those keep large buffers; the rest of a
 * peak keeps just enough to be ready for the next one.
 */
static const struct kept {
    size_t exchanges;
    size_t body_bytes;
    bool arena;
} KEPT[] = {{8, 262144, true}, {64, 16384, true}, {HTTP_KEPT_EXCHANGES, 2048, false}};

static const struct kept *kept_for(size_t place)
{
    size_t i = 0;
    while (place >= KEPT[i].exchanges) {
        i++;
    }
    return &KEPT[i];
}

static void clean_buffer(struct strbuf *buf, size_t kept_bytes)
{
    if (buf->capacity > kept_bytes) {
        strbuf_release(buf);
    }
    strbuf_clear(buf);
    buf->ceiling = 0;
}

static void clean(struct http_exchange_slot *slot, const struct kept *kept)
{
    if (kept->arena) {
        arena_reset(&slot->open.arena);
    } else {
        arena_release(&slot->open.arena);
    }
    clean_buffer(&slot->open.body, kept->body_bytes);
    clean_buffer(&slot->head, kept->body_bytes);
    slot->open.gone = false;
    slot->open.user = NULL;
    slot->connection = NULL;
    slot->state = HTTP_EXCHANGE_FREE;
    slot->close_after = false;
    slot->streaming = false;
    slot->on_room = NULL;
    slot->request_bytes = 0;
    slot->head_sent = 0;
    slot->body_sent = 0;
}

void http_exchange_free(struct http_exchange_slot *slot)
{
    struct http_server *server = slot->server;
    http_block_unref(server, slot->block);
    slot->block = NULL;
    loop_undefer(&slot->room_task);
    if (server == NULL || server->free_exchange_count == HTTP_KEPT_EXCHANGES) {
        destroy(slot);
        return;
    }
    clean(slot, kept_for(server->free_exchange_count));
    list_push_front(&server->free_exchanges, &slot->link);
    server->free_exchange_count++;
}

void http_pools_release(struct http_server *server)
{
    LIST_EACH(block, next_block, &server->free_blocks)
    {
        free(LIST_ENTRY(block, struct http_block, link));
    }
    LIST_EACH(fields, next_fields, &server->free_fields)
    {
        free(LIST_ENTRY(fields, struct http_fields, link));
    }
    LIST_EACH(slot, next_slot, &server->free_exchanges)
    {
        destroy(LIST_ENTRY(slot, struct http_exchange_slot, link));
    }
}
