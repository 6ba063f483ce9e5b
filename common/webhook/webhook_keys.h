/*
 * Signing keys of Standard Webhooks as text: "whsk_" and the base64 of the 32-byte seed and the 32-byte public key;
 * "whpk_" and the base64 of the public key (contract/webhooks section 2).
 */
#ifndef PORTTI_WEBHOOK_WEBHOOK_KEYS_H
#define PORTTI_WEBHOOK_WEBHOOK_KEYS_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum { WEBHOOK_SEED_LEN = 32, WEBHOOK_PUBLIC_LEN = 32 };

/* The key made of a seed. */
struct str webhook_signing_key(struct arena *arena, const uint8_t seed[WEBHOOK_SEED_LEN]);
/* False when it is none. */
MUST_CHECK bool webhook_signing_key_seed(struct arena *arena, struct str key, uint8_t seed[WEBHOOK_SEED_LEN]);
/* Its public key, "whpk_…"; empty when `key` is no key. */
struct str webhook_public_key(struct arena *arena, struct str key);

#endif
