/* Hashes, MACs, random bytes and sealing, over OpenSSL's libcrypto. Pure but for random_bytes. */
#ifndef PORTTI_CRYPTO_DIGEST_H
#define PORTTI_CRYPTO_DIGEST_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

#define SHA256_LEN 32

void sha256(struct str bytes, uint8_t out[SHA256_LEN]);
/* A key whose inner and outer states are computed once, so that each MAC costs half a microsecond (FIPS 198-1). */
struct hmac_key;
struct hmac_key *hmac_key_new(struct str key);
void hmac_key_free(struct hmac_key *key);
/* HMAC-SHA256 over the concatenation of `count` pieces. The key may be used by one thread at a time. */
void hmac_sha256(struct hmac_key *key, const struct str *pieces, size_t count, uint8_t out[SHA256_LEN]);

/* From the kernel; aborts when there are none. */
void random_bytes(void *out, size_t len);

/*
 * Secrets at rest: AES-256-GCM under a key derived from the server's secret (HKDF-SHA256, `purpose` as info, so that
 * each use has its own key). The sealed form is text: "v1." base64url(12-byte nonce, ciphertext, 16-byte tag).
 */
#define SEAL_KEY_LEN 32
void derive_key(struct str server_secret, struct str purpose, uint8_t out[SEAL_KEY_LEN]);
struct str seal(struct arena *arena, const uint8_t key[SEAL_KEY_LEN], struct str plain);
/* False when the text is malformed, was sealed under another key, or was changed. */
MUST_CHECK bool unseal(struct arena *arena, const uint8_t key[SEAL_KEY_LEN], struct str sealed, struct str *plain);

#endif
