#include "common/crypto/ed25519.h"

#include "common/base/alloc.h"
#include "common/crypto/crypto_check.h"
#include <openssl/evp.h>
#include <stdlib.h>

struct ed25519_key {
    EVP_PKEY *pair;
};

struct ed25519_key *ed25519_key_new(const uint8_t seed[ED25519_SEED_LEN])
{
    struct ed25519_key *key = xmalloc(sizeof(*key));
    key->pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_LEN);
    crypto_check(key->pair != NULL);
    return key;
}

void ed25519_key_free(struct ed25519_key *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->pair);
        free(key);
    }
}

void ed25519_public(const struct ed25519_key *key, uint8_t out[ED25519_PUBLIC_LEN])
{
    size_t len = ED25519_PUBLIC_LEN;
    crypto_check(EVP_PKEY_get_raw_public_key(key->pair, out, &len) == 1 && len == ED25519_PUBLIC_LEN);
}

void ed25519_sign(struct ed25519_key *key, struct str message, uint8_t out[ED25519_SIGNATURE_LEN])
{
    size_t len = ED25519_SIGNATURE_LEN;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    crypto_check(context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pair) == 1 &&
                 EVP_DigestSign(context, out, &len, (const unsigned char *)message.ptr, message.len) == 1 &&
                 len == ED25519_SIGNATURE_LEN);
    EVP_MD_CTX_free(context);
}
