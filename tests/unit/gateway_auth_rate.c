/* Token buckets: never more than burst + rate * time, nothing lost to rounding, bounded memory. */
#include "gateway/auth/auth.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct rate_limit limit_of(const char *text)
{
    struct rate_limit limit;
    struct err err = {0};
    assert_true(rate_limit_parse(str_from(text), &limit, &err));
    return limit;
}

static struct uuid key_of(uint64_t number)
{
    struct uuid key = {{0}};
    memcpy(key.bytes, &number, sizeof number);
    return key;
}

static void limits_are_read(void **state)
{
    (void)state;
    assert_int_equal(limit_of("off").count, 0);
    struct rate_limit limit = limit_of(" 100/s, 6000/min ,1/h,1000000000/day");
    assert_int_equal(limit.count, 4);
    assert_int_equal(limit.buckets[0].tokens, 100);
    assert_int_equal(limit.buckets[0].window_us, 1000000);
    assert_int_equal(limit.buckets[1].tokens, 6000);
    assert_int_equal(limit.buckets[1].window_us, 60000000);
    assert_int_equal(limit.buckets[2].window_us, 3600000000);
    assert_int_equal(limit.buckets[3].tokens, 1000000000);
    assert_int_equal(limit.buckets[3].window_us, 86400000000);
    assert_int_equal(limit_of("1/m").buckets[0].window_us, 60000000);
    assert_int_equal(limit_of("1/second").buckets[0].window_us, 1000000);
}

static void bad_limits_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
        const char *sentence;
    } rows[] = {
        {"", 0, "\"\" is not a rate such as 100/s"},
        {"100", 0, "\"100\" is not a rate such as 100/s"},
        {"0/s", 0, "\"0/s\": the number must be from 1 to 1000000000"},
        {"-1/s", 0, "\"-1/s\": the number must be from 1 to 1000000000"},
        {"1000000001/s", 0, "\"1000000001/s\": the number must be from 1 to 1000000000"},
        {"1/s,5/week", 4, "\"5/week\": behind the slash must be s, min, h or d"},
        {"1/s,", 4, "\"\" is not a rate such as 100/s"},
        {"1/s,1/s,1/s,1/s,1/s", 16, "more than 4 rates"},
        {"off,1/s", 0, "\"off\" is not a rate such as 100/s"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct rate_limit limit = {.count = 77};
        struct err err = {0};
        assert_false(rate_limit_parse(str_from(rows[i].text), &limit, &err));
        assert_string_equal(err.text, rows[i].sentence);
        assert_int_equal(err.offset, rows[i].offset);
        assert_int_equal(limit.count, 77);
    }
}

static void off_lets_all_in(void **state)
{
    (void)state;
    struct rate_limit limit = {0};
    struct rate_table *table = rate_table_new(&limit, 10);
    struct uuid key = key_of(1);
    for (int i = 0; i < 1000; i++) {
        assert_true(rate_take(table, &key, 0).allowed);
    }
    rate_table_free(table);
    rate_table_free(NULL);
}

static void a_burst_then_a_steady_flow(void **state)
{
    (void)state;
    struct rate_limit limit = limit_of("100/s");
    struct rate_table *table = rate_table_new(&limit, 10);
    struct uuid key = key_of(1);
    int64_t start = 1800000000000000;
    for (int64_t i = 0; i < 100; i++) {
        struct rate_verdict verdict = rate_take(table, &key, start);
        assert_true(verdict.allowed);
        assert_int_equal(verdict.limit, 100);
        assert_int_equal(verdict.remaining, 99 - i);
        assert_int_equal(verdict.reset_us, (i + 1) * 10000);
        assert_int_equal(verdict.retry_after_us, 0);
    }
    struct rate_verdict refused = rate_take(table, &key, start);
    assert_false(refused.allowed);
    assert_int_equal(refused.remaining, 0);
    assert_int_equal(refused.retry_after_us, 10000);
    assert_int_equal(refused.reset_us, 1000000);
    assert_false(rate_take(table, &key, start + 9999).allowed);
    assert_int_equal(rate_take(table, &key, start + 9999).retry_after_us, 1);
    assert_true(rate_take(table, &key, start + 10000).allowed);
    assert_false(rate_take(table, &key, start + 10000).allowed);
    /* A clock that steps back gives nothing, and takes nothing away. */
    assert_false(rate_take(table, &key, start - 5000000).allowed);
    assert_true(rate_take(table, &key, start + 20000).allowed);
    /* Another key has its own. */
    struct uuid other = key_of(2);
    assert_int_equal(rate_take(table, &other, start).remaining, 99);
    /* After an age it is full, and no fuller. */
    assert_int_equal(rate_take(table, &key, start + INT64_C(100) * 365 * 86400 * 1000000).remaining, 99);
    rate_table_free(table);
}

static void a_refusal_takes_from_no_bucket(void **state)
{
    (void)state;
    struct rate_limit limit = limit_of("10/s,15/min");
    struct rate_table *table = rate_table_new(&limit, 10);
    struct uuid key = key_of(1);
    for (int i = 0; i < 10; i++) {
        assert_true(rate_take(table, &key, 0).allowed);
    }
    for (int i = 0; i < 50; i++) {
        struct rate_verdict verdict = rate_take(table, &key, 0);
        assert_false(verdict.allowed);
        assert_int_equal(verdict.bucket, 0);
        assert_int_equal(verdict.retry_after_us, 100000);
    }
    /* The minute's bucket still has its five, less none, and a quarter of a token has come. */
    int allowed = 0;
    struct rate_verdict verdict = rate_take(table, &key, 1000000);
    while (verdict.allowed) {
        allowed++;
        verdict = rate_take(table, &key, 1000000);
    }
    assert_int_equal(allowed, 5);
    assert_int_equal(verdict.bucket, 1);
    assert_int_equal(verdict.limit, 15);
    assert_int_equal(verdict.window_us, 60000000);
    assert_int_equal(verdict.retry_after_us, 3000000);
    assert_true(rate_take(table, &key, 4000000).allowed);
    rate_table_free(table);
}

static uint64_t dice(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

enum { TAKES = 3000 };

/* Over every interval between two requests that were let in. */
static void check_intervals(const struct rate_limit *limit, const int64_t *times, size_t count)
{
    __extension__ typedef __int128 wide;
    for (size_t i = 0; i < count; i += 7) {
        for (size_t j = i; j < count; j++) {
            for (size_t b = 0; b < limit->count; b++) {
                int64_t tokens = limit->buckets[b].tokens;
                int64_t window_us = limit->buckets[b].window_us;
                wide most = (wide)tokens * window_us + (wide)tokens * (times[j] - times[i]);
                assert_true((wide)(j - i + 1) * window_us <= most);
            }
        }
    }
}

static void never_more_than_burst_and_rate_allow(void **state)
{
    (void)state;
    static const char *const limits[] = {"1/s", "7/s", "100/s,300/min", "3/s,10/min,11/h", "999999937/day", "13/h"};
    static int64_t times[TAKES];
    uint64_t seed = 88172645463325252u;
    for (size_t l = 0; l < ARRAY_LEN(limits); l++) {
        struct rate_limit limit = limit_of(limits[l]);
        struct rate_table *table = rate_table_new(&limit, 4);
        struct uuid key = key_of(l);
        int64_t now_us = 1000;
        size_t count = 0;
        for (size_t i = 0; i < TAKES; i++) {
            int64_t step =
                (int64_t)(dice(&seed) % (uint64_t)(2 * limit.buckets[0].window_us / limit.buckets[0].tokens + 2));
            now_us += dice(&seed) % 4 == 0 ? 0 : step;
            struct rate_verdict verdict = rate_take(table, &key, now_us);
            if (!verdict.allowed) {
                /* The wait it names is enough, and not a microsecond too long. */
                assert_true(verdict.retry_after_us > 0);
                assert_int_equal(verdict.remaining, 0);
                assert_false(rate_take(table, &key, now_us + verdict.retry_after_us - 1).allowed);
                now_us += verdict.retry_after_us;
                verdict = rate_take(table, &key, now_us);
                assert_true(verdict.allowed);
            }
            times[count++] = now_us;
        }
        check_intervals(&limit, times, count);
        rate_table_free(table);
    }
}

static void the_number_of_keys_is_bounded(void **state)
{
    (void)state;
    struct rate_limit limit = limit_of("1/h");
    struct rate_table *table = rate_table_new(&limit, 3);
    for (uint64_t i = 0; i < 3; i++) {
        struct uuid key = key_of(i);
        assert_true(rate_take(table, &key, 0).allowed);
    }
    struct uuid first = key_of(0);
    assert_false(rate_take(table, &first, 0).allowed);
    /* A fourth drives out the one used least recently, which is now the second. */
    struct uuid fourth = key_of(3);
    assert_true(rate_take(table, &fourth, 0).allowed);
    assert_false(rate_take(table, &first, 0).allowed);
    struct uuid second = key_of(1);
    assert_true(rate_take(table, &second, 0).allowed);
    rate_table_free(table);

    table = rate_table_new(&limit, 1000);
    for (uint64_t i = 0; i < 100000; i++) {
        struct uuid key = key_of(i);
        assert_true(rate_take(table, &key, 0).allowed);
    }
    rate_table_free(table);
    table = rate_table_new(&limit, 0);
    assert_true(rate_take(table, &first, 0).allowed);
    assert_false(rate_take(table, &first, 0).allowed);
    rate_table_free(table);
}

struct share {
    struct rate_table *table;
    int allowed;
};

static void *take_many(void *argument)
{
    struct share *share = argument;
    struct uuid key = key_of(9);
    for (int i = 0; i < 2000; i++) {
        share->allowed += rate_take(share->table, &key, 5).allowed ? 1 : 0;
    }
    return NULL;
}

static void threads_share_one_bucket(void **state)
{
    (void)state;
    struct rate_limit limit = limit_of("5000/h");
    struct rate_table *table = rate_table_new(&limit, 100);
    pthread_t threads[4];
    struct share shares[4];
    int allowed = 0;
    for (size_t i = 0; i < 4; i++) {
        shares[i] = (struct share){table, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, take_many, &shares[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        allowed += shares[i].allowed;
    }
    assert_int_equal(allowed, 5000);
    rate_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_read),
        cmocka_unit_test(bad_limits_are_refused),
        cmocka_unit_test(off_lets_all_in),
        cmocka_unit_test(a_burst_then_a_steady_flow),
        cmocka_unit_test(a_refusal_takes_from_no_bucket),
        cmocka_unit_test(never_more_than_burst_and_rate_allow),
        cmocka_unit_test(the_number_of_keys_is_bounded),
        cmocka_unit_test(threads_share_one_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
