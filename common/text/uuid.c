#include "common/text/uuid.h"

/* Where the two digits of each byte stand in the text. */
static const unsigned char PLACE[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool uuid_parse(struct str text, struct uuid *out)
{
    if (text.len != UUID_TEXT_LEN || text.ptr[8] != '-' || text.ptr[13] != '-' || text.ptr[18] != '-' ||
        text.ptr[23] != '-') {
        return false;
    }
    struct uuid parsed;
    for (size_t i = 0; i < sizeof parsed.bytes; i++) {
        int high = hex_value(text.ptr[PLACE[i]]);
        int low = hex_value(text.ptr[PLACE[i] + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        parsed.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = parsed;
    return true;
}

void uuid_print(const struct uuid *uuid, char out[UUID_TEXT_LEN])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof uuid->bytes; i++) {
        out[PLACE[i]] = hex[uuid->bytes[i] >> 4];
        out[PLACE[i] + 1] = hex[uuid->bytes[i] & 15];
    }
    out[8] = out[13] = out[18] = out[23] = '-';
}

void uuid_put(struct strbuf *out, const struct uuid *uuid)
{
    char *place = strbuf_reserve(out, UUID_TEXT_LEN);
    if (place != NULL) {
        uuid_print(uuid, place);
        out->len += UUID_TEXT_LEN;
    }
}

static void stamp(struct uuid *uuid, unsigned version)
{
    uuid->bytes[6] = (uint8_t)(version << 4 | (uuid->bytes[6] & 0x0Fu));
    uuid->bytes[8] = (uint8_t)(0x80u | (uuid->bytes[8] & 0x3Fu));
}

struct uuid uuid_v4(const uint8_t random[16])
{
    struct uuid uuid;
    memcpy(uuid.bytes, random, sizeof uuid.bytes);
    stamp(&uuid, 4);
    return uuid;
}

struct uuid uuid_v7(int64_t unix_ms, const uint8_t random[10])
{
    struct uuid uuid;
    for (size_t i = 0; i < 6; i++) {
        uuid.bytes[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i) & 0xFF);
    }
    memcpy(uuid.bytes + 6, random, 10);
    stamp(&uuid, 7);
    return uuid;
}

bool uuid_eq(const struct uuid *a, const struct uuid *b)
{
    return uuid_cmp(a, b) == 0;
}

int uuid_cmp(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool uuid_is_nil(const struct uuid *uuid)
{
    static const struct uuid nil;
    return uuid_eq(uuid, &nil);
}
