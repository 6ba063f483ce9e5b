/*
 * Points in time as microseconds since 1970-01-01T00:00:00Z, and days as days since 1970-01-01, in the proleptic
 * Gregorian calendar, years 1 to 9999. No clock in here.
 */
#ifndef PORTTI_TEXT_TIMESTAMP_H
#define PORTTI_TEXT_TIMESTAMP_H

#include "common/base/str.h"
#include "common/base/strbuf.h"
#include <stdbool.h>
#include <stdint.h>

#define TIMESTAMP_TEXT_LEN 24

/*
 * Reads the many layouts that Twenty's clients send (contract/rest-core 6.2): ISO 8601 with 'T' or a space, with or
 * without seconds, fraction (up to 9 digits, cut to microseconds) and zone (Z, +hh:mm, +hhmm, +hh; none means UTC),
 * date only, 20250113, 2025/01/13, 01/13/2025 (month first), "Jan 13, 2025", "January 13, 2025", "13-Jan-2025",
 * "13 Jan 2025", each optionally followed by a time. Year alone, year-month, impossible dates (30 February, hour 24)
 * and years outside 1..9999 are refused. `*out_us` untouched on failure.
 */
MUST_CHECK bool timestamp_parse(struct str text, int64_t *out_us);
/* The same layouts; the time of day, when there is one, is converted to UTC and dropped. */
MUST_CHECK bool date_parse(struct str text, int32_t *out_days);

/* "2026-03-01T00:00:00.000Z": 24 bytes, milliseconds rounded down. Years outside 0..9999 must not come here. */
void timestamp_print(int64_t us, char out[TIMESTAMP_TEXT_LEN]);
void timestamp_put(struct strbuf *out, int64_t us);
/* "2026-03-01T00:00:00.000000Z": all of it, for PostgreSQL. */
void timestamp_put_exact(struct strbuf *out, int64_t us);
/* "2026-03-01" */
void date_put(struct strbuf *out, int32_t days);
/* RFC 9110 IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT": 29 bytes. */
void http_date_print(int64_t unix_s, char out[29]);
/* The three forms of RFC 9110 section 5.6.7. */
MUST_CHECK bool http_date_parse(struct str text, int64_t *out_unix_s);

/* Days since 1970-01-01 of a civil date, and back. */
int32_t days_from_civil(int32_t year, int32_t month, int32_t day);
void civil_from_days(int32_t days, int32_t *year, int32_t *month, int32_t *day);

#endif
