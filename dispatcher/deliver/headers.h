/*
 * The headers of a delivery: Twenty's signature (contract/webhooks 1.5) and those of Standard Webhooks (section 2)
 * beside each other over the same body, so that one secret verifies in both schemes.
 *
 * Keys. Twenty: the UTF-8 bytes of the secret as it stands. Standard Webhooks v1: the same bytes, or, for a secret that
 * starts with "whsec_" and goes on in base64, the decoded bytes; v1a: an ed25519 key, "whsk_…". What was replaced signs
 * on beside the new until its time, as v1 and v1a only: Twenty's header has room for one.
 */
#ifndef PORTTI_DISPATCHER_DELIVER_HEADERS_H
#define PORTTI_DISPATCHER_DELIVER_HEADERS_H

#include "common/base/str.h"
#include "common/text/uuid.h"
#include <stddef.h>
#include <stdint.h>

struct deliver_keys;

enum { DELIVER_KEYS_MAX = 5 };

struct deliver_secret {
    struct str secret;      /* empty: none */
    struct str signing_key; /* "whsk_…" for v1a; empty: none. What is no such key signs nothing */
    int64_t until_us;       /* signs until then; INT64_MAX: for good */
};

/* The one in force first, at most DELIVER_KEYS_MAX. NULL when there is nothing to sign with. */
struct deliver_keys *deliver_keys_new(const struct deliver_secret *secrets, size_t count);
void deliver_keys_free(struct deliver_keys *keys);

enum { DELIVER_HEADER_MAX = 12, DELIVER_HEADER_BYTES = 2048, DELIVER_NONCE_LEN = 16 };

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
