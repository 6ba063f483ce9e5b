/* A receiver's Retry-After and what follows from it: the wait stays within its bounds. */
#include "dispatcher/schedule/verdict.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schedule schedule = {{5000000, 30000000}, 2, 20};
    const int64_t now = INT64_C(1767225600000000);
    const int64_t day = INT64_C(86400) * 1000000;
    int64_t wait = schedule_retry_after(str_of((const char *)data, size), now);
    struct outcome outcome = {429, FAILURE_NONE, wait};
    struct decision decision = schedule_decide(&schedule, &outcome, 1, now, size == 0 ? 0 : data[0] * 16843009U);
    if (wait < -1 || decision.verdict != VERDICT_RETRY || decision.next_at_us < now + 4000000 ||
        decision.next_at_us > now + day) {
        abort();
    }
    return 0;
}
