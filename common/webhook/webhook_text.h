/* Delays and rates, as people write them. */
#ifndef PORTTI_WEBHOOK_WEBHOOK_TEXT_H
#define PORTTI_WEBHOOK_WEBHOOK_TEXT_H

#include "common/base/err.h"
#include "common/base/str.h"
#include <stddef.h>
#include <stdint.h>

enum { WEBHOOK_DELAYS_MAX = 32 };

/* "500ms", "5s", "30m", "2h", "3d": a whole number and a unit. */
MUST_CHECK bool webhook_duration_parse(struct str text, int64_t *out_us);
/* The delay before a retry: a duration from 1ms to 30d. */
MUST_CHECK bool webhook_delay_parse(struct str text, int64_t *out_us);
/* "100/s", "90/min", "1000/h": `*count` in `*period_us`; "" and "off": no limit, both 0. */
MUST_CHECK bool webhook_rate_parse(struct str text, int64_t *count, int64_t *period_us);

#endif
