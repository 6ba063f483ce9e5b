/* Private to this room: the grammar of a JSON number (RFC 8259 section 6), for number.c and json_read.c. */
#ifndef PORTTI_TEXT_NUMBER_SCAN_H
#define PORTTI_TEXT_NUMBER_SCAN_H

#include "common/base/str.h"
#include <stdbool.h>

struct number_parts {
    bool negative;
    struct str whole;
    struct str fraction; /* without the point */
    struct str exponent; /* without the 'e', with its sign; empty = none */
    size_t len;          /* of all; on failure, where it went wrong */
};

/* The longest number at the start of the text; what stands behind it is the caller's to judge. */
MUST_CHECK bool number_scan(struct str text, struct number_parts *out);

#endif
