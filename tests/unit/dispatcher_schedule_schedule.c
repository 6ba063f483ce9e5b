#include "dispatcher/schedule/heap.h"
#include "dispatcher/schedule/lane.h"
#include "dispatcher/schedule/order.h"
#include "dispatcher/schedule/pace.h"
#include "dispatcher/schedule/parked.h"
#include "dispatcher/schedule/verdict.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

#define SECOND INT64_C(1000000)
static const struct schedule two_retries = {{5 * SECOND, 30 * SECOND}, 2, 0};

static struct decision decide(int status, enum failure failure, int64_t retry_after_us, int attempt)
{
    struct outcome outcome = {status, failure, retry_after_us};
    return schedule_decide(&two_retries, &outcome, attempt, 1000 * SECOND, 0);
}

static void the_status_decides(void **state)
{
    (void)state;
    const struct {
        int status;
        enum failure failure;
        int attempt;
        enum verdict verdict;
        int64_t wait_s;
    } cases[] = {
        {200, FAILURE_NONE, 1, VERDICT_DELIVERED, 0},  {204, FAILURE_NONE, 9, VERDICT_DELIVERED, 0},
        {299, FAILURE_RESET, 1, VERDICT_DELIVERED, 0}, /* the transfer broke after the status */
        {410, FAILURE_NONE, 1, VERDICT_DISABLE, 0},    {410, FAILURE_NONE, 3, VERDICT_DISABLE, 0},
        {301, FAILURE_NONE, 1, VERDICT_RETRY, 5},      {304, FAILURE_NONE, 2, VERDICT_RETRY, 30},
        {400, FAILURE_NONE, 1, VERDICT_RETRY, 5},      {500, FAILURE_NONE, 3, VERDICT_GAVE_UP, 0},
        {0, FAILURE_TIMEOUT, 1, VERDICT_RETRY, 5},     {0, FAILURE_BLOCKED, 2, VERDICT_RETRY, 30},
        {0, FAILURE_DNS, 3, VERDICT_GAVE_UP, 0},       {0, FAILURE_DNS, 0, VERDICT_GAVE_UP, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct decision decision = decide(cases[i].status, cases[i].failure, -1, cases[i].attempt);
        assert_int_equal(decision.verdict, cases[i].verdict);
        if (decision.verdict == VERDICT_RETRY) {
            assert_int_equal(decision.next_at_us, (1000 + cases[i].wait_s) * SECOND);
        }
    }
}

static void retry_after_is_clamped_and_only_for_429_and_503(void **state)
{
    (void)state;
    assert_int_equal(decide(429, FAILURE_NONE, 60 * SECOND, 1).next_at_us, 1060 * SECOND);
    assert_int_equal(decide(503, FAILURE_NONE, 1 * SECOND, 1).next_at_us, 1005 * SECOND);
    assert_int_equal(decide(503, FAILURE_NONE, 315360000 * SECOND, 1).next_at_us, (1000 + 86400) * SECOND);
    assert_int_equal(decide(500, FAILURE_NONE, 60 * SECOND, 1).next_at_us, 1005 * SECOND);
    const struct schedule slow = {{20 * 3600 * SECOND}, 1, 0};
    const struct outcome outcome = {429, FAILURE_NONE, 315360000 * SECOND};
    assert_int_equal(schedule_decide(&slow, &outcome, 1, 0, 0).next_at_us, 40 * 3600 * SECOND);
}

static void jitter_stays_within_its_percentage(void **state)
{
    (void)state;
    const struct schedule schedule = {{100 * SECOND}, 1, 20};
    const struct outcome outcome = {500, FAILURE_NONE, -1};
    assert_int_equal(schedule_decide(&schedule, &outcome, 1, 0, 0).next_at_us, 80 * SECOND);
    assert_int_equal(schedule_decide(&schedule, &outcome, 1, 0, UINT32_MAX).next_at_us, 120 * SECOND);
    int64_t middle = schedule_decide(&schedule, &outcome, 1, 0, UINT32_MAX / 2).next_at_us;
    assert_in_range(middle, 99 * SECOND, 101 * SECOND);
    const struct outcome asked = {429, FAILURE_NONE, 0};
    assert_int_equal(schedule_decide(&schedule, &asked, 1, 0, 0).next_at_us, 100 * SECOND);
}

static void retry_after_reads_both_forms(void **state)
{
    (void)state;
    int64_t now = INT64_C(784111777) * SECOND; /* Sun, 06 Nov 1994 08:49:37 GMT */
    assert_int_equal(schedule_retry_after(STR(" 120 "), now), 120 * SECOND);
    assert_int_equal(schedule_retry_after(STR("0"), now), 0);
    assert_int_equal(schedule_retry_after(STR("Sun, 06 Nov 1994 08:50:37 GMT"), now), 60 * SECOND);
    assert_int_equal(schedule_retry_after(STR("Sun, 06 Nov 1994 08:00:00 GMT"), now), 0);
    assert_true(schedule_retry_after(STR("99999999999999999999999"), now) > 0);
    const char *const bad[] = {"", "-1", "1.5", "soon", "12 s", "Sun, 99 Nov 1994 08:49:37 GMT"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(schedule_retry_after(str_from(bad[i]), now), -1);
    }
}

static void every_failure_has_a_name(void **state)
{
    (void)state;
    for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++) {
        assert_non_null(failure_name((enum failure)i));
        assert_non_null(failure_sentence((enum failure)i));
        assert_true(failure_name((enum failure)i)[0] != '\0');
    }
}

static void the_heap_gives_the_earliest(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static struct heap_item items[COUNT];
    struct heap heap = {0};
    unsigned seed = 3;
    for (size_t i = 0; i < COUNT; i++) {
        seed = seed * 1103515245U + 12345U;
        heap_push(&heap, &items[i], (seed >> 16) % 97);
    }
    for (size_t i = 0; i < COUNT; i += 3) {
        heap_remove(&heap, &items[i]);
        heap_remove(&heap, &items[i]);
    }
    int64_t last = -1;
    size_t popped = 0;
    for (struct heap_item *top; (top = heap_top(&heap)) != NULL; popped++) {
        assert_true(top->due_us >= last);
        last = top->due_us;
        heap_remove(&heap, top);
    }
    assert_int_equal(popped, COUNT - (COUNT + 2) / 3);
    heap_release(&heap);
}

static void widen(struct lane *lane, size_t window)
{
    lane_init(lane, window, SECOND);
    lane->pace.window = window;
}

static void lanes_take_turns_within_their_windows(void **state)
{
    (void)state;
    struct lanes lanes;
    struct lane first;
    struct lane second;
    struct list items[20];
    struct lane *lane;
    lanes_init(&lanes, 8, 50);
    widen(&first, 16);
    widen(&second, 2);
    for (size_t i = 0; i < 10; i++) {
        lane_push(&lanes, &first, &items[i], false, 0);
    }
    for (size_t i = 10; i < 20; i++) {
        lane_push(&lanes, &second, &items[i], false, 0);
    }
    const size_t expected[] = {0, 10, 1, 11, 2, 3}; /* window 2 stops the second, the share of 4 the first */
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_ptr_equal(lanes_next(&lanes, 0, &lane), &items[expected[i]]);
    }
    assert_null(lanes_next(&lanes, 0, &lane));
    lane_finished(&lanes, &second, false, 0);
    assert_ptr_equal(lanes_next(&lanes, 0, &lane), &items[12]);
    assert_ptr_equal(lane, &second);
    lane_drop(&lanes, &second, &items[13], 0);
    assert_int_equal(lanes.queued, 12);
    assert_int_equal(second.queued, 6);
    assert_int_equal(lanes.in_flight, 6);
    lanes_release(&lanes);
}

static void the_whole_is_bounded_too(void **state)
{
    (void)state;
    struct lanes lanes;
    struct lane many[4];
    struct list items[16];
    struct lane *lane;
    lanes_init(&lanes, 3, 25);
    assert_int_equal(lanes.share, 1);
    for (size_t i = 0; i < 16; i++) {
        if (i < 4) {
            lane_init(&many[i], 16, SECOND);
        }
        lane_push(&lanes, &many[i % 4], &items[i], false, 0);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(lanes_next(&lanes, 0, &lane), &items[i]);
    }
    assert_null(lanes_next(&lanes, 0, &lane));
    assert_true(lane_turned_slow(&lanes, &many[0])); /* what hangs takes no turn from others, */
    assert_ptr_equal(lanes_next(&lanes, 0, &lane), &items[3]);
    assert_null(lanes_next(&lanes, 0, &lane));
    lane_finished(&lanes, &many[0], true, 0); /* and its end gives none back, */
    assert_null(lanes_next(&lanes, 0, &lane));
    assert_int_equal(lanes.slow, 0);
    lane_finished(&lanes, &many[3], false, 0);
    assert_ptr_equal(lanes_next(&lanes, 0, &lane), &items[4]); /* but its own lane may go on */
    lanes_release(&lanes);
}

static void first_tries_go_before_retries_but_not_for_ever(void **state)
{
    (void)state;
    struct lanes lanes;
    struct lane lane;
    struct list items[24];
    struct lane *at;
    lanes_init(&lanes, 100, 100);
    widen(&lane, 100);
    for (size_t i = 0; i < 4; i++) {
        lane_push(&lanes, &lane, &items[i], true, 0);
    }
    for (size_t i = 4; i < 24; i++) {
        lane_push(&lanes, &lane, &items[i], false, 0);
    }
    for (size_t i = 0; i < 24; i++) {
        const struct list *item = lanes_next(&lanes, 0, &at);
        bool again = item < &items[4];
        assert_int_equal(again, i == 7 || i == 15 || i >= 22);
    }
    lanes_release(&lanes);
}

static void the_window_grows_by_rounds_and_halves_once_for_all(void **state)
{
    (void)state;
    struct pace pace;
    pace_init(&pace, 6, SECOND);
    assert_int_equal(pace.window, 4);
    assert_int_equal(pace_ready_at(&pace, 3), 0);
    assert_int_equal(pace_ready_at(&pace, 4), INT64_MAX);
    for (int i = 0; i < 4; i++) {
        pace_answered(&pace, PACE_GOOD, 0, 1);
    }
    assert_int_equal(pace.window, 5);
    for (int i = 0; i < 30; i++) {
        pace_answered(&pace, PACE_GOOD, 0, 1);
    }
    assert_int_equal(pace.window, 6);
    for (int i = 0; i < 6; i++) {
        pace_answered(&pace, PACE_BAD, 5, 10 + i); /* they were under way together */
    }
    assert_int_equal(pace.window, 3);
    pace_answered(&pace, PACE_BAD, 20, 30);
    assert_int_equal(pace.window, 1);
    pace_answered(&pace, PACE_BAD, 40, 50);
    assert_int_equal(pace.window, 1);
}

static void the_breaker_opens_probes_and_closes(void **state)
{
    (void)state;
    struct pace pace;
    pace_init(&pace, 16, 30 * SECOND);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(pace.breaker, BREAKER_CLOSED);
        pace_answered(&pace, PACE_BAD, i * 4 * SECOND, i * 4 * SECOND + 100);
    }
    assert_int_equal(pace.breaker, BREAKER_OPEN);
    assert_int_equal(pace_ready_at(&pace, 0), 100 + 66 * SECOND);
    pace_answered(&pace, PACE_BAD, 50, 37 * SECOND); /* from before: nothing new */
    int64_t now = 100 + 66 * SECOND;
    pace_started(&pace, now);
    assert_int_equal(pace.breaker, BREAKER_PROBING);
    assert_int_equal(pace_ready_at(&pace, 1), INT64_MAX);
    pace_answered(&pace, PACE_BAD, 60, now + 1); /* not the probe */
    assert_int_equal(pace.breaker, BREAKER_PROBING);
    pace_answered(&pace, PACE_BAD, now, now + 5);
    assert_int_equal(pace_ready_at(&pace, 0), now + 5 + 30 * SECOND);
    now += 31 * SECOND;
    pace_started(&pace, now);
    pace_answered(&pace, PACE_NEUTRAL, now, now + 1); /* nothing was sent: the next one is the probe */
    assert_int_equal(pace_ready_at(&pace, 0), now + 1);
    pace_started(&pace, now + 1);
    pace_answered(&pace, PACE_GOOD, now + 1, now + 2);
    assert_int_equal(pace.breaker, BREAKER_CLOSED);
    assert_int_equal(pace.window, 4);
    assert_int_equal(pace_ready_at(&pace, 0), 0);
}

static void a_short_illness_does_not_open_the_breaker(void **state)
{
    (void)state;
    struct pace pace;
    pace_init(&pace, 16, 30 * SECOND);
    for (int i = 0; i < 1000; i++) { /* each of five hundred events is refused twice, within ten seconds */
        pace_answered(&pace, PACE_BAD, i * SECOND / 100, i * SECOND / 100 + 100);
        assert_int_equal(pace.breaker, BREAKER_CLOSED);
    }
    assert_int_equal(pace.window, 1);
    for (int i = 0; i < 20; i++) {
        pace_answered(&pace, PACE_GOOD, 11 * SECOND, 11 * SECOND + i);
    }
    pace_answered(&pace, PACE_BAD, 50 * SECOND, 50 * SECOND); /* ill again, from here on */
    assert_int_equal(pace.sick_since_us, 50 * SECOND);
    assert_int_equal(pace.breaker, BREAKER_CLOSED);
}

static void the_breaker_opens_at_70_percent_of_20(void **state)
{
    (void)state;
    struct pace pace;
    pace_init(&pace, 16, SECOND);
    for (int i = 0; i < 19; i++) { /* of ten, seven fail */
        pace_answered(&pace, i % 10 < 3 ? PACE_GOOD : PACE_BAD, i * SECOND / 10, i * SECOND / 10);
        assert_int_equal(pace.breaker, BREAKER_CLOSED);
    }
    pace_answered(&pace, PACE_BAD, 19 * SECOND / 10, 19 * SECOND / 10);
    assert_int_equal(pace.breaker, BREAKER_OPEN);
}

static void a_rate_holds_in_the_long_run(void **state)
{
    (void)state;
    struct pace_rate rate;
    assert_true(pace_rate_parse(STR("10/s"), &rate));
    assert_int_equal(rate.interval_us, 100000);
    struct pace pace;
    pace_init(&pace, 1000, SECOND);
    pace.rate = rate;
    pace.window = 1000;
    size_t started = 0;
    for (int64_t now = 100 * SECOND; now < 110 * SECOND; now += 1000) {
        while (pace_ready_at(&pace, 0) <= now) {
            pace_started(&pace, now);
            started++;
        }
    }
    assert_in_range(started, 100, 110);
    assert_true(pace_rate_parse(STR("90/min"), &rate));
    assert_int_equal(rate.interval_us, 666666);
    assert_int_equal(rate.burst_us, 0);
    assert_true(pace_rate_parse(STR(" off "), &rate) && rate.interval_us == 0);
    const char *const bad[] = {"10", "0/s", "-1/s", "10/day", "x/s", "1/s/s", "2000000/s"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(pace_rate_parse(str_from(bad[i]), &rate));
    }
}

static void moods_are_about_the_receiver(void **state)
{
    (void)state;
    const struct {
        struct outcome outcome;
        enum pace_mood mood;
    } cases[] = {
        {{200, FAILURE_NONE, -1}, PACE_GOOD},     {{404, FAILURE_NONE, -1}, PACE_GOOD},
        {{429, FAILURE_NONE, -1}, PACE_BAD},      {{503, FAILURE_NONE, -1}, PACE_BAD},
        {{0, FAILURE_TIMEOUT, -1}, PACE_BAD},     {{0, FAILURE_REFUSED, -1}, PACE_BAD},
        {{0, FAILURE_BLOCKED, -1}, PACE_NEUTRAL}, {{0, FAILURE_SECRET, -1}, PACE_NEUTRAL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(pace_mood_of(&cases[i].outcome), cases[i].mood);
    }
}

static void a_lane_that_sleeps_is_woken(void **state)
{
    (void)state;
    struct lanes lanes;
    struct lane lane;
    struct list items[3];
    struct lane *at;
    lanes_init(&lanes, 8, 100);
    widen(&lane, 8);
    assert_true(pace_rate_parse(STR("1/s"), &lane.pace.rate));
    for (size_t i = 0; i < 3; i++) {
        lane_push(&lanes, &lane, &items[i], false, 10 * SECOND);
    }
    assert_int_equal(lanes_wake_at(&lanes), INT64_MAX);
    assert_ptr_equal(lanes_next(&lanes, 10 * SECOND, &at), &items[0]);
    assert_null(lanes_next(&lanes, 10 * SECOND, &at));
    assert_int_equal(lanes_wake_at(&lanes), 11 * SECOND);
    assert_null(lanes_next(&lanes, 11 * SECOND - 1, &at));
    assert_ptr_equal(lanes_next(&lanes, 11 * SECOND, &at), &items[1]);
    lane_drop(&lanes, &lane, &items[2], 11 * SECOND);
    assert_int_equal(lanes_wake_at(&lanes), INT64_MAX);
    lanes_release(&lanes);
}

static void records_wait_for_their_own_past_only(void **state)
{
    (void)state;
    struct uuid webhook = {{1}};
    struct uuid other_webhook = {{2}};
    struct uuid record = {{3}};
    struct uuid other_record = {{4}};
    struct order_item items[5] = {0};
    struct order order = {0};
    assert_true(order_add(&order, &webhook, &record, &items[0]));
    assert_false(order_add(&order, &webhook, &record, &items[1]));
    assert_false(order_add(&order, &webhook, &record, &items[2]));
    assert_true(order_add(&order, &webhook, &other_record, &items[3]));
    assert_true(order_add(&order, &other_webhook, &record, &items[4]));
    assert_null(order_remove(&order, &items[1])); /* one from the middle frees nobody */
    assert_ptr_equal(order_remove(&order, &items[0]), &items[2]);
    assert_ptr_equal(order_find(&order, &webhook, &record)->next, &items[2].link);
    assert_null(order_remove(&order, &items[2]));
    assert_null(order_remove(&order, &items[2]));
    assert_null(order_find(&order, &webhook, &record));
    assert_null(order_remove(&order, &items[3]));
    assert_null(order_remove(&order, &items[4]));
    order_release(&order);
}

static struct uuid record_number(uint32_t n)
{
    struct uuid record = {{0}};
    memcpy(record.bytes, &n, sizeof(n));
    return record;
}

static void parked_records_are_counted(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct parked parked = {0};
    struct uuid record = record_number(0);
    assert_false(parked_has(&parked, &record));
    parked_remove(&parked, &record);
    for (uint32_t n = 0; n < COUNT; n++) {
        record = record_number(n);
        parked_add(&parked, &record);
        if (n % 3 == 0) {
            parked_add(&parked, &record);
        }
    }
    assert_int_equal(parked.keys, COUNT);
    assert_int_equal(parked.rows, COUNT + (COUNT + 2) / 3);
    for (uint32_t n = 0; n < COUNT; n++) {
        record = record_number(n);
        parked_remove(&parked, &record);
        assert_int_equal(parked_has(&parked, &record), n % 3 == 0);
        record = record_number(COUNT + n); /* others come and go meanwhile */
        parked_add(&parked, &record);
        parked_remove(&parked, &record);
        assert_false(parked_has(&parked, &record));
    }
    assert_true(parked.capacity <= 4 * COUNT);
    for (uint32_t n = 0; n < COUNT; n++) {
        record = record_number(n);
        parked_remove(&parked, &record);
    }
    assert_int_equal(parked.rows, 0);
    assert_null(parked.hashes); /* what is empty costs nothing */
    parked_release(&parked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_decides),
        cmocka_unit_test(retry_after_is_clamped_and_only_for_429_and_503),
        cmocka_unit_test(jitter_stays_within_its_percentage),
        cmocka_unit_test(retry_after_reads_both_forms),
        cmocka_unit_test(every_failure_has_a_name),
        cmocka_unit_test(the_heap_gives_the_earliest),
        cmocka_unit_test(lanes_take_turns_within_their_windows),
        cmocka_unit_test(the_whole_is_bounded_too),
        cmocka_unit_test(first_tries_go_before_retries_but_not_for_ever),
        cmocka_unit_test(the_window_grows_by_rounds_and_halves_once_for_all),
        cmocka_unit_test(the_breaker_opens_probes_and_closes),
        cmocka_unit_test(a_short_illness_does_not_open_the_breaker),
        cmocka_unit_test(the_breaker_opens_at_70_percent_of_20),
        cmocka_unit_test(a_rate_holds_in_the_long_run),
        cmocka_unit_test(moods_are_about_the_receiver),
        cmocka_unit_test(a_lane_that_sleeps_is_woken),
        cmocka_unit_test(parked_records_are_counted),
        cmocka_unit_test(records_wait_for_their_own_past_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
