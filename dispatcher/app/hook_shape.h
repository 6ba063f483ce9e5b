/*
 * What a webhook wants of an event: its filter, how much of the record, and its own headers; made of the webhook's row,
 * unsealed. Immutable.
 */
#ifndef PORTTI_DISPATCHER_APP_HOOK_SHAPE_H
#define PORTTI_DISPATCHER_APP_HOOK_SHAPE_H

#include "common/crypto/digest.h"
#include "dispatcher/consume/lookup.h"
#include "dispatcher/deliver/body.h"
#include "dispatcher/shape/record_filter.h"

struct hook_shape {
    struct arena arena;
    struct str source;            /* what it was made of */
    struct record_filter *filter; /* NULL: every event */
    struct deliver_shape body;
    const struct str *header_lines; /* "Name: value" */
    size_t header_count;
    bool unreadable; /* sealed with another key, or written by a newer version: nothing may be sent */
};

/* Returns `old` when the row says the same as it was made of, and frees it otherwise. `max_bytes` is for webhooks that
 * have none of their own. */
struct hook_shape *hook_shape_take(struct hook_shape *old, const struct webhook_row *row, size_t max_bytes,
                                   const uint8_t seal_key[SEAL_KEY_LEN]);
void hook_shape_free(struct hook_shape *shape);

#endif
