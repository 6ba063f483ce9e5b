/*
 * The Authorization header, from strangers and from somebody who holds the signing key. The first byte chooses: even,
 * the rest is the header's value as it is; odd, the rest is "header JSON, NUL, claims JSON", signed rightly, so that
 * the parsers behind the signature are reached.
 */
#include "common/base/strbuf.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include "gateway/auth/auth.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str secret = STR_INIT("a server secret that is long enough");
static struct keyring *keyring;
static struct token_checker *checker;
static struct hmac_key *signing_key;

static void prepare(void)
{
    static const struct role role = {.label = STR_INIT("Admin")};
    struct api_key key = {.name = STR("key"), .role = &role, .expires_us = INT64_MAX};
    memset(key.id.bytes, 0xAA, sizeof key.id.bytes);
    keyring = keyring_new();
    memset(keyring->workspace_id.bytes, 0x11, sizeof keyring->workspace_id.bytes);
    keyring_build(keyring, &key, 1, &role, 1);
    checker = token_checker_new(secret);
    uint8_t derived[SEAL_KEY_LEN];
    derive_key(secret, STR("api-key-token"), derived);
    signing_key = hmac_key_new(str_of((const char *)derived, sizeof derived));
}

static void put_signed(struct strbuf *out, struct str input)
{
    size_t nul = str_find(input, '\0');
    strbuf_puts(out, "Bearer ");
    size_t start = out->len;
    base64url_put(out, str_slice(input, 0, nul));
    strbuf_put_char(out, '.');
    base64url_put(out, str_slice(input, nul + 1, input.len));
    uint8_t mac[SHA256_LEN];
    struct str piece = str_slice(strbuf_str(out), start, out->len);
    hmac_sha256(signing_key, &piece, 1, mac);
    strbuf_put_char(out, '.');
    base64url_put(out, str_of((const char *)mac, sizeof mac));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (keyring == NULL) {
        prepare();
    }
    if (size == 0) {
        return 0;
    }
    struct strbuf header = {0};
    struct str input = str_of((const char *)data + 1, size - 1);
    if ((data[0] & 1) != 0) {
        put_signed(&header, input);
    } else {
        strbuf_put(&header, input);
    }
    const struct api_key *key = NULL;
    struct err err = {0};
    if (authenticate(checker, keyring, strbuf_str(&header), 1800000000, &key, &err)) {
        if (key != &keyring->keys[0]) {
            abort();
        }
    } else if (key != NULL || err.tag == NULL || err.text[0] == '\0') {
        abort();
    }
    strbuf_release(&header);
    return 0;
}
