#include "dispatcher/schedule/verdict.h"
#include "common/text/timestamp.h"

static const struct {
    const char *name;
    const char *sentence;
} failures[] = {
    [FAILURE_NONE] = {"", ""},
    [FAILURE_TIMEOUT] = {"timeout", "no complete answer in time"},
    [FAILURE_DNS] = {"dns", "the host name could not be resolved"},
    [FAILURE_REFUSED] = {"refused", "no connection could be made"},
    [FAILURE_RESET] = {"reset", "the connection ended before an answer came"},
    [FAILURE_TLS] = {"tls", "no trusted TLS connection could be made"},
    [FAILURE_BLOCKED] = {"blocked", "the destination is not allowed"},
    [FAILURE_PROXY] = {"proxy", "the egress proxy could not be reached or refused the destination"},
    [FAILURE_TOO_LARGE] = {"too_large", "the answer was too large"},
    [FAILURE_PROTOCOL] = {"protocol", "the answer was no valid HTTP"},
    [FAILURE_URL] = {"url", "the URL cannot be used"},
    [FAILURE_SECRET] = {"secret", "the webhook's secret cannot be read with this server's key"},
    [FAILURE_LOST] = {"lost", "the event is no longer stored"},
    [FAILURE_OTHER] = {"other", "the delivery failed"},
};
_Static_assert(sizeof(failures) / sizeof(failures[0]) == FAILURE_COUNT, "a row for every failure");

static const int64_t day_us = INT64_C(24) * 3600 * 1000000;
static const int64_t ten_years_s = INT64_C(10) * 366 * 24 * 3600;

const char *failure_name(enum failure failure)
{
    return failures[failure].name;
}

const char *failure_sentence(enum failure failure)
{
    return failures[failure].sentence;
}

/* delay x (1 ± jitter), evenly spread. */
static int64_t jittered(int64_t delay_us, int percent, uint32_t random)
{
    int64_t spread = delay_us / 100 * percent;
    double at = (double)random / (double)UINT32_MAX * 2.0 - 1.0;
    return delay_us + (int64_t)((double)spread * at);
}

static bool honours_retry_after(const struct outcome *outcome)
{
    return outcome->retry_after_us >= 0 && (outcome->status == 429 || outcome->status == 503);
}

struct decision schedule_decide(const struct schedule *schedule, const struct outcome *outcome, int attempt,
                                int64_t now_us, uint32_t random)
{
    if (outcome->status >= 200 && outcome->status < 300) {
        return (struct decision){VERDICT_DELIVERED, 0};
    }
    if (outcome->status == 410) {
        return (struct decision){VERDICT_DISABLE, 0};
    }
    if (attempt < 1 || (size_t)attempt > schedule->count) {
        return (struct decision){VERDICT_GAVE_UP, 0};
    }
    int64_t delay = schedule->delays_us[attempt - 1];
    int64_t wait = jittered(delay, schedule->jitter_percent, random);
    if (honours_retry_after(outcome)) {
        int64_t most = 2 * delay > day_us ? 2 * delay : day_us;
        int64_t asked = outcome->retry_after_us < most ? outcome->retry_after_us : most;
        int64_t least = wait > delay ? wait : delay;
        wait = asked > least ? asked : least;
    }
    return (struct decision){VERDICT_RETRY, now_us + wait};
}

static bool all_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

int64_t schedule_retry_after(struct str value, int64_t now_us)
{
    int64_t seconds;
    value = str_trim(value);
    if (all_digits(value)) {
        if (!str_to_int64(value, 0, ten_years_s, &seconds)) {
            seconds = ten_years_s; /* more than that, or more than fits */
        }
        return seconds * 1000000;
    }
    if (value.len == 0 || !http_date_parse(value, &seconds)) {
        return -1;
    }
    int64_t wait_s = seconds - now_us / 1000000;
    wait_s = wait_s < 0 ? 0 : wait_s;
    return (wait_s > ten_years_s ? ten_years_s : wait_s) * 1000000;
}
