#include "dispatcher/schedule/pace.h"
#include "common/webhook/webhook_text.h"

enum { WINDOW_FIRST = 4, BAD_IN_ROW_MOST = 10, HISTORY = 20, HISTORY_BAD_MOST = 14 /* 70 % */ };

static const int64_t second_us = 1000000;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void begin_anew(struct pace *pace)
{
    pace->window = least(WINDOW_FIRST, pace->window_most);
    pace->good = 0;
    pace->breaker = BREAKER_CLOSED;
    pace->history = 0;
    pace->known = 0;
    pace->bad_in_row = 0;
}

void pace_init(struct pace *pace, size_t window_most, int64_t probe_interval_us)
{
    *pace = (struct pace){.window_most = window_most, .probe_interval_us = probe_interval_us};
    begin_anew(pace);
}

int64_t pace_ready_at(const struct pace *pace, size_t in_flight)
{
    int64_t at = 0;
    if (pace->paused || pace->breaker == BREAKER_PROBING ||
        (pace->breaker == BREAKER_CLOSED && in_flight >= pace->window)) {
        return INT64_MAX;
    }
    if (pace->breaker == BREAKER_OPEN) {
        at = pace->probe_at_us;
    }
    if (pace->rate.interval_us > 0 && pace->rate_at_us - pace->rate.burst_us > at) {
        at = pace->rate_at_us - pace->rate.burst_us;
    }
    return at;
}

void pace_pause(struct pace *pace, bool paused)
{
    if (pace->paused && !paused) {
        begin_anew(pace);
    }
    pace->paused = paused;
}

void pace_started(struct pace *pace, int64_t now_us)
{
    if (pace->rate.interval_us > 0) {
        pace->rate_at_us = (pace->rate_at_us > now_us ? pace->rate_at_us : now_us) + pace->rate.interval_us;
    }
    if (pace->breaker == BREAKER_OPEN) {
        pace->breaker = BREAKER_PROBING;
        pace->probe_at_us = now_us;
    }
}

enum pace_mood pace_mood_of(const struct outcome *outcome)
{
    if (outcome->status > 0) {
        return outcome->status == 429 || outcome->status >= 500 ? PACE_BAD : PACE_GOOD;
    }
    switch (outcome->failure) {
    case FAILURE_BLOCKED:
    case FAILURE_URL:
    case FAILURE_SECRET:
    case FAILURE_LOST: return PACE_NEUTRAL;
    default: return PACE_BAD;
    }
}

static unsigned bits(uint32_t word)
{
    unsigned count = 0;
    for (; word != 0; word &= word - 1) {
        count++;
    }
    return count;
}

static void remember(struct pace *pace, bool bad, int64_t now_us)
{
    if (bad && pace->history == 0) {
        pace->sick_since_us = now_us;
    }
    pace->history = ((pace->history << 1) | (bad ? 1U : 0U)) & ((UINT32_C(1) << HISTORY) - 1);
    pace->known = pace->known < HISTORY ? pace->known + 1 : HISTORY;
    pace->bad_in_row = bad ? pace->bad_in_row + 1 : 0;
}

static void on_good(struct pace *pace, int64_t now_us)
{
    if (pace->breaker != BREAKER_CLOSED) {
        begin_anew(pace); /* also when it is not the probe that was answered: it is there again */
    }
    remember(pace, false, now_us);
    if (++pace->good >= pace->window) {
        pace->good = 0;
        pace->window = least(pace->window + 1, pace->window_most);
    }
}

static void open_until(struct pace *pace, int64_t at_us)
{
    pace->breaker = BREAKER_OPEN;
    pace->probe_at_us = at_us;
}

static void on_bad(struct pace *pace, int64_t started_us, int64_t now_us)
{
    if (pace->breaker != BREAKER_CLOSED) {
        /* What was under way when the breaker opened says nothing new. */
        if (pace->breaker == BREAKER_PROBING && started_us >= pace->probe_at_us) {
            open_until(pace, now_us + pace->probe_interval_us);
        }
        return;
    }
    remember(pace, true, now_us);
    pace->good = 0;
    if (started_us >= pace->cut_us) { /* once for all that were under way together */
        pace->window = pace->window > 1 ? pace->window / 2 : 1;
        pace->cut_us = now_us;
    }
    bool bad =
        pace->bad_in_row >= BAD_IN_ROW_MOST || (pace->known == HISTORY && bits(pace->history) >= HISTORY_BAD_MOST);
    if (bad && now_us - pace->sick_since_us >= pace->probe_interval_us) {
        open_until(pace, now_us + pace->probe_interval_us);
    }
}

void pace_answered(struct pace *pace, enum pace_mood mood, int64_t started_us, int64_t now_us)
{
    switch (mood) {
    case PACE_GOOD: on_good(pace, now_us); return;
    case PACE_BAD: on_bad(pace, started_us, now_us); return;
    case PACE_NEUTRAL:
        if (pace->breaker == BREAKER_PROBING && started_us >= pace->probe_at_us) {
            open_until(pace, now_us); /* the next one is the probe */
        }
        return;
    }
}

bool pace_rate_parse(struct str text, struct pace_rate *out)
{
    int64_t count;
    int64_t period_us;
    *out = (struct pace_rate){0, 0};
    if (!webhook_rate_parse(text, &count, &period_us)) {
        return false;
    }
    if (count > 0) {
        int64_t interval_us = period_us / count;
        /* What a second allows may come at once; always one. */
        int64_t burst = second_us / interval_us;
        *out = (struct pace_rate){interval_us, burst > 1 ? (burst - 1) * interval_us : 0};
    }
    return true;
}
