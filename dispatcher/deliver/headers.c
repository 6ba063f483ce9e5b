#include "dispatcher/deliver/headers.h"
#include "common/base/alloc.h"
#include "common/base/arena.h"
#include "common/base/secret.h"
#include "common/base/strbuf.h"
#include "common/crypto/digest.h"
#include "common/crypto/ed25519.h"
#include "common/text/encode.h"
#include "common/webhook/webhook_keys.h"
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct signer {
    struct hmac_key *v1;     /* NULL: none */
    struct ed25519_key *v1a; /* NULL: none */
    int64_t until_us;
};

struct deliver_keys {
    struct hmac_key *twenty; /* NULL: none */
    struct signer signers[DELIVER_KEYS_MAX];
    size_t count;
};

static const char standard_prefix[] = "whsec_";

static struct hmac_key *v1_key(struct arena *arena, struct str secret)
{
    struct str standard = secret;
    struct str decoded;
    struct str prefix = str_from(standard_prefix);
    if (str_starts_with(secret, prefix) && base64_decode(arena, str_slice(secret, prefix.len, secret.len), &decoded) &&
        decoded.len > 0) {
        standard = decoded;
    }
    return secret.len == 0 ? NULL : hmac_key_new(standard);
}

static struct ed25519_key *v1a_key(struct arena *arena, struct str text)
{
    uint8_t seed[WEBHOOK_SEED_LEN];
    if (!webhook_signing_key_seed(arena, text, seed)) {
        return NULL;
    }
    struct ed25519_key *key = ed25519_key_new(seed);
    secret_wipe(seed, sizeof(seed));
    return key;
}

struct deliver_keys *deliver_keys_new(const struct deliver_secret *secrets, size_t count)
{
    struct arena arena = {0};
    struct deliver_keys *keys = xcalloc(1, sizeof(*keys));
    assert(count <= DELIVER_KEYS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct signer *signer = &keys->signers[keys->count];
        *signer = (struct signer){v1_key(&arena, secrets[i].secret), v1a_key(&arena, secrets[i].signing_key),
                                  secrets[i].until_us};
        keys->count += signer->v1 != NULL || signer->v1a != NULL;
    }
    if (count > 0 && secrets[0].secret.len > 0) {
        keys->twenty = hmac_key_new(secrets[0].secret);
    }
    arena_release(&arena);
    if (keys->count == 0) {
        free(keys);
        return NULL;
    }
    return keys;
}

void deliver_keys_free(struct deliver_keys *keys)
{
    if (keys == NULL) {
        return;
    }
    for (size_t i = 0; i < keys->count; i++) {
        hmac_key_free(keys->signers[i].v1);
        ed25519_key_free(keys->signers[i].v1a);
    }
    hmac_key_free(keys->twenty);
    free(keys);
}

/* Lines are put one behind the other into the struct's own text. */
struct writer {
    struct deliver_headers *headers;
    size_t used;
};

static void PRINTF_LIKE(2, 3) put_line(struct writer *writer, const char *format, ...)
{
    struct deliver_headers *headers = writer->headers;
    char *line = headers->text + writer->used;
    size_t room = sizeof(headers->text) - writer->used;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, room, format, args);
    va_end(args);
    /* The header's bounds on event_id and user_agent keep the sum below DELIVER_HEADER_BYTES. */
    assert(len >= 0 && (size_t)len < room && headers->count < DELIVER_HEADER_MAX);
    headers->lines[headers->count++] = line;
    writer->used += (size_t)len + 1;
}

static void put_twenty(struct writer *writer, struct deliver_keys *keys, const struct deliver_attempt *attempt)
{
    char timestamp[24];
    int len = snprintf(timestamp, sizeof(timestamp), "%" PRId64, attempt->now_us / 1000);
    const struct str pieces[] = {str_of(timestamp, (size_t)len), STR(":"), attempt->body};
    uint8_t mac[SHA256_LEN];
    hmac_sha256(keys->twenty, pieces, ARRAY_LEN(pieces), mac);
    struct strbuf text = {0};
    hex_put(&text, str_of((const char *)mac, sizeof(mac)));
    put_line(writer, "X-Twenty-Webhook-Timestamp: %s", timestamp);
    put_line(writer, "X-Twenty-Webhook-Signature: %s", strbuf_cstr(&text));
    strbuf_clear(&text);
    hex_put(&text, str_of((const char *)attempt->nonce, sizeof(attempt->nonce)));
    put_line(writer, "X-Twenty-Webhook-Nonce: %s", strbuf_cstr(&text));
    strbuf_release(&text);
}

static void put_signature(struct strbuf *out, const char *version, const uint8_t *bytes, size_t len)
{
    strbuf_puts(out, out->len > 0 ? " " : "");
    strbuf_puts(out, version);
    base64_put(out, str_of((const char *)bytes, len));
}

/* `message` is put together once for all keys. */
static void sign_v1a(struct strbuf *out, struct strbuf *message, struct ed25519_key *key, const struct str *pieces,
                     size_t count)
{
    uint8_t signature[ED25519_SIGNATURE_LEN];
    if (message->len == 0) {
        for (size_t i = 0; i < count; i++) {
            strbuf_put(message, pieces[i]);
        }
    }
    ed25519_sign(key, strbuf_str(message), signature);
    put_signature(out, "v1a,", signature, sizeof(signature));
}

static void put_standard(struct writer *writer, struct deliver_keys *keys, const struct deliver_attempt *attempt,
                         const char *timestamp)
{
    const struct str pieces[] = {attempt->event_id, STR("."), str_from(timestamp), STR("."), attempt->body};
    struct strbuf text = {0};
    struct strbuf message = {0};
    for (size_t i = 0; i < keys->count; i++) {
        const struct signer *signer = &keys->signers[i];
        if (signer->until_us < attempt->now_us) {
            continue;
        }
        if (signer->v1 != NULL) {
            uint8_t mac[SHA256_LEN];
            hmac_sha256(signer->v1, pieces, ARRAY_LEN(pieces), mac);
            put_signature(&text, "v1,", mac, sizeof(mac));
        }
        if (signer->v1a != NULL) {
            sign_v1a(&text, &message, signer->v1a, pieces, ARRAY_LEN(pieces));
        }
    }
    if (text.len > 0) {
        put_line(writer, "webhook-signature: %s", strbuf_cstr(&text));
    }
    strbuf_release(&text);
    strbuf_release(&message);
}

void deliver_headers_make(struct deliver_headers *out, struct deliver_keys *keys, const struct deliver_attempt *attempt)
{
    struct writer writer = {out, 0};
    char seconds[24];
    (void)snprintf(seconds, sizeof(seconds), "%" PRId64, attempt->now_us / 1000000);
    out->count = 0;
    put_line(&writer, "Content-Type: application/json");
    put_line(&writer, "User-Agent: %.*s", STR_ARG(attempt->user_agent));
    put_line(&writer, "webhook-id: %.*s", STR_ARG(attempt->event_id));
    put_line(&writer, "webhook-timestamp: %s", seconds);
    put_line(&writer, "X-Portti-Sequence: %" PRId64, attempt->sequence);
    if (keys != NULL && keys->twenty != NULL) {
        put_twenty(&writer, keys, attempt);
    }
    if (keys != NULL) {
        put_standard(&writer, keys, attempt, seconds);
    }
}
