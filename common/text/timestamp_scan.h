/* Private to this room: the pieces that dates and times are read from. */
#ifndef PORTTI_TEXT_TIMESTAMP_SCAN_H
#define PORTTI_TEXT_TIMESTAMP_SCAN_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

struct scan {
    struct str text;
    size_t at;
};

/* The byte at the place, or NUL at the end. */
char scan_peek(const struct scan *scan);
/* Moves over the byte if it is the next one. */
bool scan_byte(struct scan *scan, char byte);
bool scan_done(const struct scan *scan);
/* How many digits come next. */
size_t scan_digits(const struct scan *scan);
/* Between `min` and `max` digits and no more after them; up to 9. */
MUST_CHECK bool scan_number(struct scan *scan, size_t min, size_t max, int32_t *out);
/* Exactly two digits, whatever follows, no greater than `most`. */
MUST_CHECK bool scan_two(struct scan *scan, int32_t most, int32_t *out);
/* "Jan" or, when `full` is set, "January" too, in any case of letters; 1 to 12. */
MUST_CHECK bool scan_month(struct scan *scan, bool full, int32_t *out);
/* A date that exists, in the years 1 to 9999. */
MUST_CHECK bool civil_days(int32_t year, int32_t month, int32_t day, int32_t *out_days);

#endif
