/* UUIDs (RFC 9562). */
#ifndef PORTTI_TEXT_UUID_H
#define PORTTI_TEXT_UUID_H

#include "common/base/str.h"
#include "common/base/strbuf.h"
#include <stdbool.h>
#include <stdint.h>

#define UUID_TEXT_LEN 36

struct uuid {
    uint8_t bytes[16];
};

/* The 8-4-4-4-12 form, either case; any version and variant. `*out` untouched on failure. */
MUST_CHECK bool uuid_parse(struct str text, struct uuid *out);
/* Lower case, 36 bytes, no NUL. */
void uuid_print(const struct uuid *uuid, char out[UUID_TEXT_LEN]);
void uuid_put(struct strbuf *out, const struct uuid *uuid);
/* A v4 from 16 random bytes. */
struct uuid uuid_v4(const uint8_t random[16]);
/* A v7: milliseconds since 1970 in front, then 10 random bytes. */
struct uuid uuid_v7(int64_t unix_ms, const uint8_t random[10]);
bool uuid_eq(const struct uuid *a, const struct uuid *b);
int uuid_cmp(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *uuid);
/* Its bytes, as the key of a map: they must live as long as the entry. */
static inline struct str uuid_key(const struct uuid *uuid)
{
    return str_of((const char *)uuid->bytes, sizeof uuid->bytes);
}

#endif
