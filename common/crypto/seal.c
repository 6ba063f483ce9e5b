#include "common/base/secret.h"
#include "common/base/strbuf.h"
#include "common/crypto/crypto_check.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include <limits.h>
#include <openssl/evp.h>

enum { NONCE_LEN = 12, TAG_LEN = 16 };

static const struct str PREFIX = STR_INIT("v1.");

/* RFC 5869 with an empty salt, which stands for a block of zeros; one round gives all 32 bytes. */
void derive_key(struct str server_secret, struct str purpose, uint8_t out[SEAL_KEY_LEN])
{
    uint8_t extracted[SHA256_LEN];
    struct hmac_key *key = hmac_key_new(STR_EMPTY);
    hmac_sha256(key, &server_secret, 1, extracted);
    hmac_key_free(key);
    key = hmac_key_new(str_of((const char *)extracted, sizeof extracted));
    struct str pieces[] = {purpose, STR("\x01")};
    hmac_sha256(key, pieces, ARRAY_LEN(pieces), out);
    hmac_key_free(key);
    secret_wipe(extracted, sizeof extracted);
}

struct str seal(struct arena *arena, const uint8_t key[SEAL_KEY_LEN], struct str plain)
{
    int len = 0;
    int last = 0;
    crypto_check(plain.len < INT_MAX);
    uint8_t *bytes = arena_alloc(arena, NONCE_LEN + plain.len + TAG_LEN);
    uint8_t *sealed = bytes + NONCE_LEN;
    random_bytes(bytes, NONCE_LEN);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    crypto_check(context != NULL && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, bytes) == 1);
    if (plain.len > 0) {
        const unsigned char *from = (const unsigned char *)plain.ptr;
        crypto_check(EVP_EncryptUpdate(context, sealed, &len, from, (int)plain.len) == 1);
    }
    crypto_check(EVP_EncryptFinal_ex(context, sealed + len, &last) == 1);
    crypto_check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_LEN, sealed + plain.len) == 1);
    EVP_CIPHER_CTX_free(context);

    struct strbuf text = {0};
    strbuf_put(&text, PREFIX);
    base64url_put(&text, str_of((const char *)bytes, NONCE_LEN + plain.len + TAG_LEN));
    struct str result = arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    return result;
}

bool unseal(struct arena *arena, const uint8_t key[SEAL_KEY_LEN], struct str sealed, struct str *plain)
{
    struct str bytes;
    if (!str_starts_with(sealed, PREFIX) || sealed.len > INT_MAX ||
        !base64url_decode(arena, str_slice(sealed, PREFIX.len, sealed.len), &bytes) ||
        bytes.len < NONCE_LEN + TAG_LEN) {
        return false;
    }
    size_t plain_len = bytes.len - NONCE_LEN - TAG_LEN;
    const unsigned char *nonce = (const unsigned char *)bytes.ptr;
    const unsigned char *from = nonce + NONCE_LEN;
    unsigned char tag[TAG_LEN];
    memcpy(tag, from + plain_len, TAG_LEN);
    unsigned char *opened = arena_alloc(arena, plain_len + 1);
    int len = 0;
    int last = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    crypto_check(context != NULL && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1);
    bool good = plain_len == 0 || EVP_DecryptUpdate(context, opened, &len, from, (int)plain_len) == 1;
    good = good && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
           EVP_DecryptFinal_ex(context, opened + len, &last) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!good) {
        /* Unverified plaintext is nobody's business. */
        secret_wipe(opened, plain_len);
        return false;
    }
    *plain = str_of((const char *)opened, plain_len);
    return true;
}
