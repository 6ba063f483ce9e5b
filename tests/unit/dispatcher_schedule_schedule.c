#include "dispatcher/schedule/heap.h"
#include "dispatcher/schedule/lane.h"
#include "dispatcher/schedule/order.h"
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

static void lanes_take_turns_within_their_windows(void **state)
{
    (void)state;
    struct lanes lanes;
    struct lane first;
    struct lane second;
    struct list items[20];
    struct lane *lane;
    lanes_init(&lanes, 8, 50);
    lane_init(&first, 16);
    lane_init(&second, 2);
    for (size_t i = 0; i < 10; i++) {
        lane_push(&lanes, &first, &items[i]);
    }
    for (size_t i = 10; i < 20; i++) {
        lane_push(&lanes, &second, &items[i]);
    }
    const size_t expected[] = {0, 10, 1, 11, 2, 3}; /* window 2 stops the second, the share of 4 the first */
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_ptr_equal(lanes_next(&lanes, &lane), &items[expected[i]]);
    }
    assert_null(lanes_next(&lanes, &lane));
    lane_finished(&lanes, &second);
    assert_ptr_equal(lanes_next(&lanes, &lane), &items[12]);
    assert_ptr_equal(lane, &second);
    lane_drop(&lanes, &second, &items[13]);
    assert_int_equal(lanes.queued, 12);
    assert_int_equal(second.queued, 6);
    assert_int_equal(lanes.in_flight, 6);
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
            lane_init(&many[i], 16);
        }
        lane_push(&lanes, &many[i % 4], &items[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(lanes_next(&lanes, &lane), &items[i]);
    }
    assert_null(lanes_next(&lanes, &lane));
    lane_finished(&lanes, &many[0]);
    assert_ptr_equal(lanes_next(&lanes, &lane), &items[3]);
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
        cmocka_unit_test(records_wait_for_their_own_past_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
