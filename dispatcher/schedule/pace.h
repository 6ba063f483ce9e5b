/*
 * How fast one webhook may be served, from what its receiver answers: a window that grows while all is well and halves
 * when it is not (AIMD), a breaker that stops at a receiver that only fails and looks again now and then, and a rate
 * limit. A value: no queue, no clock.
 *
 * The breaker opens when the last ten answers were bad, or fourteen of the last twenty, and that has gone on for as
 * long as a probe's interval: a receiver that restarts, or that refuses each event once or twice, is served at its
 * retries' times and never made to wait for a probe. Meanwhile the window is one.
 */
#ifndef PORTTI_DISPATCHER_SCHEDULE_PACE_H
#define PORTTI_DISPATCHER_SCHEDULE_PACE_H

#include "dispatcher/schedule/verdict.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum breaker { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };

/* At most one start each `interval_us` in the long run (0 = no limit); what was not used in the last `burst_us` may
 * come at once. */
struct pace_rate {
    int64_t interval_us;
    int64_t burst_us;
};

struct pace {
    size_t window; /* how many at once */
    size_t window_most;
    size_t good;    /* in this window's round */
    int64_t cut_us; /* when the window was last halved */
    enum breaker breaker;
    uint32_t history; /* the last answers, a bit each, 1 = bad, newest lowest */
    unsigned known;   /* how many of those bits there are */
    unsigned bad_in_row;
    int64_t sick_since_us; /* the first of the bad answers that are remembered */
    int64_t probe_interval_us;
    int64_t probe_at_us; /* OPEN: not before; PROBING: when the probe was started */
    struct pace_rate rate;
    int64_t rate_at_us; /* when the next start would be due if all came evenly */
    bool paused;        /* nothing may start */
};

void pace_init(struct pace *pace, size_t window_most, int64_t probe_interval_us);
/* The earliest time at which one more may start; INT64_MAX: not before an answer. */
int64_t pace_ready_at(const struct pace *pace, size_t in_flight);
/* Pausing forgets nothing; after it the receiver gets the benefit of the doubt. */
void pace_pause(struct pace *pace, bool paused);
void pace_started(struct pace *pace, int64_t now_us);

/* What an outcome says about the receiver: not whether it took the event, but whether it copes. */
enum pace_mood {
    PACE_GOOD,   /* it answered, whatever the status */
    PACE_BAD,    /* time-out, no connection, no answer, 429, 5xx */
    PACE_NEUTRAL /* nothing was sent */
};
enum pace_mood pace_mood_of(const struct outcome *outcome);
void pace_answered(struct pace *pace, enum pace_mood mood, int64_t started_us, int64_t now_us);

/* "100/s", "90/min", "1000/h"; "" and "off": no limit. */
MUST_CHECK bool pace_rate_parse(struct str text, struct pace_rate *out);

#endif
