/*
 * What follows from an attempt: delivered, tried again at a time, given up, or the webhook disabled. A pure function of
 * the schedule, the outcome, the number of the attempt, the time and a random number.
 */
#ifndef PORTTI_DISPATCHER_SCHEDULE_VERDICT_H
#define PORTTI_DISPATCHER_SCHEDULE_VERDICT_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why no final status came. The names stand in the log and in core.attempt.error. */
enum failure {
    FAILURE_NONE, /* a status came */
    FAILURE_TIMEOUT,
    FAILURE_DNS,
    FAILURE_REFUSED,
    FAILURE_RESET,
    FAILURE_TLS,
    FAILURE_BLOCKED,   /* the address is not allowed by the egress policy */
    FAILURE_PROXY,     /* the egress proxy could not be reached, or refused */
    FAILURE_TOO_LARGE, /* the answer went on beyond the limit, before a status that counts */
    FAILURE_PROTOCOL,  /* the answer is no HTTP */
    FAILURE_URL,
    FAILURE_SECRET, /* the webhook's secret cannot be read with this server's key; nothing was sent */
    FAILURE_LOST,   /* the event is no longer in the outbox */
    FAILURE_OTHER,
    FAILURE_COUNT
};
const char *failure_name(enum failure failure);
/* A sentence for the receiver's owner: never an address, a name or a certificate's content. */
const char *failure_sentence(enum failure failure);

enum { SCHEDULE_MAX = 32 };

struct schedule {
    int64_t delays_us[SCHEDULE_MAX]; /* before attempt 2, 3, … */
    size_t count;
    int jitter_percent; /* 0..100: each delay is stretched or shortened by up to this */
};

struct outcome {
    int status; /* the final HTTP status; 0 = none came */
    enum failure failure;
    int64_t retry_after_us; /* from now on, as the receiver asked for; -1 = it did not */
};

enum verdict { VERDICT_DELIVERED, VERDICT_RETRY, VERDICT_GAVE_UP, VERDICT_DISABLE };

struct decision {
    enum verdict verdict;
    int64_t next_at_us; /* RETRY */
};

/*
 * `attempt` counts from 1 and is the one that just ended. A status decides, whatever happened to the transfer after it:
 * 2xx is delivered, 410 disables the webhook, everything else (3xx too) is a failure. With 429 and 503 a Retry-After is
 * honoured within [delay, max(2 x delay, 24 h)]; the delay is then not jittered downwards.
 */
struct decision schedule_decide(const struct schedule *schedule, const struct outcome *outcome, int attempt,
                                int64_t now_us, uint32_t random);

/* A Retry-After header: seconds, or an HTTP date. -1 when absent or malformed; never negative otherwise; clamped to ten
 * years. */
int64_t schedule_retry_after(struct str value, int64_t now_us);

#endif
