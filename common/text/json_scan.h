/* Private to this room: the run of bytes that stand in a JSON string as they are, for the reader and the writer. */
#ifndef PORTTI_TEXT_JSON_SCAN_H
#define PORTTI_TEXT_JSON_SCAN_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

static inline bool json_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

/* Index of the first byte at or after `at` that needs an escape or ends the string, or `text.len`. */
static inline size_t json_plain_end(struct str text, size_t at)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t tops = 0x8080808080808080u;
    for (; text.len - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + at, 8);
        uint64_t quote = word ^ (ones * '"');
        uint64_t backslash = word ^ (ones * '\\');
        /* A zero byte, or one below 0x20, borrows into its top bit. A false hit is only possible above a true one. */
        uint64_t control = (word - ones * 0x20) & ~word;
        if (((control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & tops) != 0) {
            break;
        }
    }
    while (at < text.len && json_plain((unsigned char)text.ptr[at])) {
        at++;
    }
    return at;
}

#endif
