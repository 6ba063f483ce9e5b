#include "gateway/rest/rest_tag.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time through a 64x64 multiply, the construction of wyhash: a page of 60 kB takes some 10 µs. */
uint64_t rest_tag_hash(uint64_t seed, struct str bytes)
{
    uint64_t hash = seed ^ (bytes.len * 0xA0761D6478BD642Fu);
    size_t at = 0;
    for (; at + 8 <= bytes.len; at += 8) {
        uint64_t word;
        memcpy(&word, bytes.ptr + at, 8);
        hash = mix(hash ^ word, 0xE7037ED1A0B428DBu);
    }
    uint64_t tail = 0;
    if (at < bytes.len) {
        memcpy(&tail, bytes.ptr + at, bytes.len - at);
    }
    return mix(hash ^ tail, 0x8EBC6AF09C88C6E3u);
}

struct str rest_tag(struct arena *arena, uint64_t version, uint64_t form)
{
    return version == 0 ? arena_printf(arena, "\"%016" PRIx64 "\"", form)
                        : arena_printf(arena, "\"%016" PRIx64 "-%016" PRIx64 "\"", version, form);
}

static struct str opaque(struct str tag)
{
    return str_starts_with(tag, STR("W/")) ? str_slice(tag, 2, tag.len) : tag;
}

/* Our own tags hold no comma, and a foreign one that does cannot equal ours. */
bool rest_tag_listed(struct str list, struct str tag)
{
    struct str one;
    while (list.ptr != NULL && str_split(&list, ',', &one)) {
        one = str_trim(one);
        if (str_is(one, "*") || str_eq(opaque(one), opaque(tag))) {
            return true;
        }
    }
    return false;
}

bool rest_tag_has_version(struct str list, uint64_t version)
{
    char text[24];
    snprintf(text, sizeof text, "\"%016" PRIx64, version);
    struct str one;
    while (list.ptr != NULL && str_split(&list, ',', &one)) {
        one = str_trim(one);
        struct str bare = opaque(one);
        char next = bare.len > 17 ? bare.ptr[17] : '\0';
        if (str_is(one, "*") || (str_starts_with(bare, str_from(text)) && (next == '-' || next == '"'))) {
            return true;
        }
    }
    return false;
}
