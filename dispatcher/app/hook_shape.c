#include "dispatcher/app/hook_shape.h"
#include "common/base/alloc.h"
#include "common/webhook/webhook_headers.h"
#include <stdlib.h>

/* With a separator that none of them has. */
static void put_source(struct strbuf *out, const struct webhook_row *row, size_t max_bytes)
{
    strbuf_put(out, row->filter);
    strbuf_puts(out, row->fields == NULL ? "\n" : "\n+");
    for (size_t i = 0; row->fields != NULL && i < row->field_count; i++) {
        strbuf_put(out, row->fields[i]);
        strbuf_put_char(out, ',');
    }
    strbuf_puts(out, row->thin ? "\n-" : "\n");
    strbuf_put_uint(out, row->max_bytes > 0 ? (uint64_t)row->max_bytes : max_bytes);
    strbuf_put_char(out, '\n');
    strbuf_put(out, row->headers);
}

static bool read_headers(struct hook_shape *shape, struct str sealed, const uint8_t seal_key[SEAL_KEY_LEN])
{
    static const struct json_limits limits = {.max_depth = 2, .max_nodes = (size_t)2 * WEBHOOK_HEADERS_MAX};
    const struct webhook_header *headers;
    struct str text;
    if (sealed.len == 0) {
        return true;
    }
    if (!unseal(&shape->arena, seal_key, sealed, &text)) {
        return false;
    }
    const struct json *json = json_parse(&shape->arena, text, &limits, NULL);
    if (json == NULL || !webhook_headers_read(&shape->arena, json, &headers, &shape->header_count, NULL)) {
        return false;
    }
    struct str *lines = ARENA_ARRAY(&shape->arena, struct str, shape->header_count + 1);
    for (size_t i = 0; i < shape->header_count; i++) {
        lines[i] = arena_printf(&shape->arena, "%.*s: %.*s", STR_ARG(headers[i].name), STR_ARG(headers[i].value));
    }
    shape->header_lines = lines;
    return true;
}

static struct hook_shape *make(struct str source, const struct webhook_row *row, size_t max_bytes,
                               const uint8_t seal_key[SEAL_KEY_LEN])
{
    struct hook_shape *shape = xcalloc(1, sizeof(*shape));
    struct str *fields = ARENA_ARRAY(&shape->arena, struct str, row->field_count + 1);
    for (size_t i = 0; i < row->field_count; i++) {
        fields[i] = arena_copy(&shape->arena, row->fields[i]);
    }
    shape->source = arena_copy(&shape->arena, source);
    shape->body = (struct deliver_shape){.thin = row->thin,
                                         .chosen = row->fields != NULL,
                                         .fields = fields,
                                         .field_count = row->field_count,
                                         .max_bytes = row->max_bytes > 0 ? (size_t)row->max_bytes : max_bytes};
    if (row->filter.len > 0) {
        shape->filter = record_filter_new(row->filter, NULL);
    }
    shape->unreadable = (row->filter.len > 0 && shape->filter == NULL) || !read_headers(shape, row->headers, seal_key);
    return shape;
}

struct hook_shape *hook_shape_take(struct hook_shape *old, const struct webhook_row *row, size_t max_bytes,
                                   const uint8_t seal_key[SEAL_KEY_LEN])
{
    struct strbuf source = {0};
    put_source(&source, row, max_bytes);
    struct hook_shape *shape = old;
    if (old == NULL || !str_eq(old->source, strbuf_str(&source))) {
        hook_shape_free(old);
        shape = make(strbuf_str(&source), row, max_bytes, seal_key);
    }
    strbuf_release(&source);
    return shape;
}

void hook_shape_free(struct hook_shape *shape)
{
    if (shape != NULL) {
        record_filter_free(shape->filter);
        arena_release(&shape->arena);
        free(shape);
    }
}
