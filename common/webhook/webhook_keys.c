#include "common/webhook/webhook_keys.h"
#include "common/base/secret.h"
#include "common/base/strbuf.h"
#include "common/crypto/ed25519.h"
#include "common/text/encode.h"

enum { KEY_LEN = WEBHOOK_SEED_LEN + WEBHOOK_PUBLIC_LEN };

static struct str encoded(struct arena *arena, const char *prefix, const uint8_t *bytes, size_t len)
{
    struct strbuf text = {0};
    strbuf_puts(&text, prefix);
    base64_put(&text, str_of((const char *)bytes, len));
    struct str copy = arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    return copy;
}

struct str webhook_signing_key(struct arena *arena, const uint8_t seed[WEBHOOK_SEED_LEN])
{
    uint8_t bytes[KEY_LEN];
    struct ed25519_key *key = ed25519_key_new(seed);
    memcpy(bytes, seed, WEBHOOK_SEED_LEN);
    ed25519_public(key, bytes + WEBHOOK_SEED_LEN);
    ed25519_key_free(key);
    struct str text = encoded(arena, "whsk_", bytes, sizeof(bytes));
    secret_wipe(bytes, sizeof(bytes));
    return text;
}

static bool decoded(struct arena *arena, struct str key, struct str *out)
{
    struct str prefix = STR("whsk_");
    return str_starts_with(key, prefix) && base64_decode(arena, str_slice(key, prefix.len, key.len), out) &&
           out->len == KEY_LEN;
}

bool webhook_signing_key_seed(struct arena *arena, struct str key, uint8_t seed[WEBHOOK_SEED_LEN])
{
    struct str bytes;
    if (!decoded(arena, key, &bytes)) {
        return false;
    }
    memcpy(seed, bytes.ptr, WEBHOOK_SEED_LEN);
    return true;
}

struct str webhook_public_key(struct arena *arena, struct str key)
{
    struct str bytes;
    if (!decoded(arena, key, &bytes)) {
        return STR_EMPTY;
    }
    return encoded(arena, "whpk_", (const uint8_t *)bytes.ptr + WEBHOOK_SEED_LEN, WEBHOOK_PUBLIC_LEN);
}
