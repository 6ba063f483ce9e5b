/* UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef PORTTI_TEXT_UTF8_H
#define PORTTI_TEXT_UTF8_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Index of the first byte that is not part of a well-formed character, or `text.len` when all is well. */
size_t utf8_invalid_at(struct str text);
/* Decodes the character at `*at` (which must be < len) and moves `*at` behind it. On a malformed byte returns
 * UINT32_MAX and moves by one. */
uint32_t utf8_next(struct str text, size_t *at);
/* Writes 1 to 4 bytes; returns how many. `point` must be a scalar value. */
size_t utf8_put(uint32_t point, char out[4]);
/* Characters (code points) in well-formed text. */
size_t utf8_count(struct str text);

/* The lower-case partner of a letter of the Latin, Greek, Cyrillic and Armenian scripts; all else as it is. */
uint32_t unicode_lower(uint32_t point);

#endif
