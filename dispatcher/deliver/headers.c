#include "dispatcher/deliver/headers.h"
#include "common/base/alloc.h"
#include "common/base/arena.h"
#include "common/base/strbuf.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct deliver_keys {
    struct hmac_key *twenty;
    struct hmac_key *standard;
};

static const char standard_prefix[] = "whsec_";

struct deliver_keys *deliver_keys_new(struct str secret)
{
    if (secret.len == 0) {
        return NULL;
    }
    struct arena arena = {0};
    struct str standard = secret;
    struct str decoded;
    struct str prefix = str_from(standard_prefix);
    if (str_starts_with(secret, prefix) && base64_decode(&arena, str_slice(secret, prefix.len, secret.len), &decoded) &&
        decoded.len > 0) {
        standard = decoded;
    }
    struct deliver_keys *keys = xcalloc(1, sizeof(*keys));
    keys->twenty = hmac_key_new(secret);
    keys->standard = hmac_key_new(standard);
    arena_release(&arena);
    return keys;
}

void deliver_keys_free(struct deliver_keys *keys)
{
    if (keys == NULL) {
        return;
    }
    hmac_key_free(keys->twenty);
    hmac_key_free(keys->standard);
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

static void put_standard(struct writer *writer, struct deliver_keys *keys, const struct deliver_attempt *attempt,
                         const char *timestamp)
{
    const struct str pieces[] = {attempt->event_id, STR("."), str_from(timestamp), STR("."), attempt->body};
    uint8_t mac[SHA256_LEN];
    hmac_sha256(keys->standard, pieces, ARRAY_LEN(pieces), mac);
    struct strbuf text = {0};
    base64_put(&text, str_of((const char *)mac, sizeof(mac)));
    put_line(writer, "webhook-signature: v1,%s", strbuf_cstr(&text));
    strbuf_release(&text);
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
    if (keys != NULL) {
        put_twenty(&writer, keys, attempt);
        put_standard(&writer, keys, attempt, seconds);
    }
}
