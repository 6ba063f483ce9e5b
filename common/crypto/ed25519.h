/* Ed25519 signatures (RFC 8032), over OpenSSL's libcrypto. Pure. */
#ifndef PORTTI_CRYPTO_ED25519_H
#define PORTTI_CRYPTO_ED25519_H

#include "common/base/str.h"
#include <stdint.h>

enum { ED25519_SEED_LEN = 32, ED25519_PUBLIC_LEN = 32, ED25519_SIGNATURE_LEN = 64 };

struct ed25519_key;

struct ed25519_key *ed25519_key_new(const uint8_t seed[ED25519_SEED_LEN]);
void ed25519_key_free(struct ed25519_key *key);
void ed25519_public(const struct ed25519_key *key, uint8_t out[ED25519_PUBLIC_LEN]);
/* Some 50 us. The message is read twice, so it has to be in one piece. */
void ed25519_sign(struct ed25519_key *key, struct str message, uint8_t out[ED25519_SIGNATURE_LEN]);

#endif
