/*
 * The headers of a delivery: Twenty's signature (contract/webhooks 1.5) and that of Standard Webhooks (section 2)
 * beside each other over the same body, so that one secret verifies in both schemes.
 *
 * Keys. Twenty: the UTF-8 bytes of the secret as it stands. Standard Webhooks: the same bytes, or, for a secret that
 * starts with "whsec_" and goes on in base64, the decoded bytes.
 */
#ifndef PORTTI_DISPATCHER_DELIVER_HEADERS_H
#define PORTTI_DISPATCHER_DELIVER_HEADERS_H

#include "common/base/str.h"
#include "common/text/uuid.h"
#include <stddef.h>
#include <stdint.h>

struct deliver_keys;

/* NULL for an empty secret: such deliveries are not signed. */
struct deliver_keys *deliver_keys_new(struct str secret);
void deliver_keys_free(struct deliver_keys *keys);

enum { DELIVER_HEADER_MAX = 12, DELIVER_HEADER_BYTES = 1024, DELIVER_NONCE_LEN = 16 };

/* Whole lines, "Name: value", NUL-terminated, without line ends. */
struct deliver_headers {
    size_t count;
    char *lines[DELIVER_HEADER_MAX]; /* into `text` */
    char text[DELIVER_HEADER_BYTES];
};

struct deliver_attempt {
    struct str event_id; /* the webhook-id: the same at every attempt; at most 64 bytes, without '.' */
    int64_t sequence;    /* of the event: grows with each change of a record */
    int64_t now_us;      /* when this attempt is sent, since 1970 */
    struct str body;
    struct str user_agent; /* at most 128 bytes */
    uint8_t nonce[DELIVER_NONCE_LEN];
};

/* Without keys: no X-Twenty-Webhook-* and no webhook-signature; webhook-id and webhook-timestamp stay, so that such a
 * receiver can still tell a repeated delivery. */
void deliver_headers_make(struct deliver_headers *out, struct deliver_keys *keys,
                          const struct deliver_attempt *attempt);

#endif
