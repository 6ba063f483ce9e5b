#include "common/crypto/digest.h"

#include "common/base/alloc.h"
#include "common/base/secret.h"
#include "common/crypto/crypto_check.h"
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_LEN = 64 };

/* Looked up once: EVP_sha256() is looked up again by name at every use, which costs more than the hash of a key. */
static EVP_MD *sha256_method;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

void crypto_check(bool done)
{
    if (!done) {
        fputs("libcrypto failed\n", stderr);
        abort();
    }
}

static void fetch_sha256(void)
{
    sha256_method = EVP_MD_fetch(NULL, "SHA256", NULL);
    crypto_check(sha256_method != NULL);
}

static const EVP_MD *sha256_get(void)
{
    crypto_check(pthread_once(&sha256_once, fetch_sha256) == 0);
    return sha256_method;
}

void sha256(struct str bytes, uint8_t out[SHA256_LEN])
{
    crypto_check(EVP_Digest(bytes.ptr, bytes.len, out, NULL, sha256_get(), NULL) == 1);
}

struct hmac_key {
    EVP_MD_CTX *inner; /* after the key's inner block */
    EVP_MD_CTX *outer;
    EVP_MD_CTX *work;
};

static EVP_MD_CTX *state_after(const uint8_t key[BLOCK_LEN], uint8_t pad)
{
    uint8_t block[BLOCK_LEN];
    for (size_t i = 0; i < BLOCK_LEN; i++) {
        block[i] = key[i] ^ pad;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    crypto_check(context != NULL && EVP_DigestInit_ex2(context, sha256_get(), NULL) == 1 &&
                 EVP_DigestUpdate(context, block, sizeof block) == 1);
    secret_wipe(block, sizeof block);
    return context;
}

struct hmac_key *hmac_key_new(struct str key)
{
    uint8_t block[BLOCK_LEN] = {0};
    if (key.len > sizeof block) {
        sha256(key, block);
    } else if (key.len > 0) {
        memcpy(block, key.ptr, key.len);
    }
    struct hmac_key *made = xmalloc(sizeof *made);
    made->inner = state_after(block, 0x36);
    made->outer = state_after(block, 0x5C);
    made->work = EVP_MD_CTX_new();
    crypto_check(made->work != NULL);
    secret_wipe(block, sizeof block);
    return made;
}

void hmac_key_free(struct hmac_key *key)
{
    if (key != NULL) {
        EVP_MD_CTX_free(key->inner);
        EVP_MD_CTX_free(key->outer);
        EVP_MD_CTX_free(key->work);
        free(key);
    }
}

void hmac_sha256(struct hmac_key *key, const struct str *pieces, size_t count, uint8_t out[SHA256_LEN])
{
    crypto_check(EVP_MD_CTX_copy_ex(key->work, key->inner) == 1);
    for (size_t i = 0; i < count; i++) {
        crypto_check(EVP_DigestUpdate(key->work, pieces[i].ptr, pieces[i].len) == 1);
    }
    crypto_check(EVP_DigestFinal_ex(key->work, out, NULL) == 1);
    crypto_check(EVP_MD_CTX_copy_ex(key->work, key->outer) == 1);
    crypto_check(EVP_DigestUpdate(key->work, out, SHA256_LEN) == 1);
    crypto_check(EVP_DigestFinal_ex(key->work, out, NULL) == 1);
}
