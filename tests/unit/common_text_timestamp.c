#include "common/text/timestamp.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_layout_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        {"2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"},
        {"2025-01-13T10:11:12", "2025-01-13T10:11:12.000Z"},
        {"2025-01-13 10:11:12.5", "2025-01-13T10:11:12.500Z"},
        {"2025-01-13T10:11", "2025-01-13T10:11:00.000Z"},
        {"2025-01-13t10:11z", "2025-01-13T10:11:00.000Z"},
        {"2025-01-13T10:11Z", "2025-01-13T10:11:00.000Z"},
        {"2025-01-13T10:11:12.123456789Z", "2025-01-13T10:11:12.123Z"},
        {"2025-01-13T10:11:12,9999+02:00", "2025-01-13T08:11:12.999Z"},
        {"2025-01-13T10:11:12+0530", "2025-01-13T04:41:12.000Z"},
        {"2025-01-13T10:11:12-08", "2025-01-13T18:11:12.000Z"},
        {"2025-01-13 23:30:00 -08:00", "2025-01-14T07:30:00.000Z"},
        {"2025-01-13 10:11:12 Z", "2025-01-13T10:11:12.000Z"},
        {"2025-01-13T10:11:12-00:00", "2025-01-13T10:11:12.000Z"},
        {"2025-01-13", "2025-01-13T00:00:00.000Z"},
        {"20250113", "2025-01-13T00:00:00.000Z"},
        {"20250113 10:11:12", "2025-01-13T10:11:12.000Z"},
        {"20250113T10:11Z", "2025-01-13T10:11:00.000Z"},
        {"2025/01/13", "2025-01-13T00:00:00.000Z"},
        {"2025/1/3 07:08", "2025-01-03T07:08:00.000Z"},
        {"01/13/2025", "2025-01-13T00:00:00.000Z"},
        {"1/3/2025", "2025-01-03T00:00:00.000Z"},
        {"01/13/2025 10:11:12+01:00", "2025-01-13T09:11:12.000Z"},
        {"Jan 13, 2025", "2025-01-13T00:00:00.000Z"},
        {"January 13, 2025", "2025-01-13T00:00:00.000Z"},
        {"sep 3 2025 01:02:03.004", "2025-09-03T01:02:03.004Z"},
        {"May 1, 2025 10:11", "2025-05-01T10:11:00.000Z"},
        {"13-Jan-2025", "2025-01-13T00:00:00.000Z"},
        {"13-JAN-2025 10:11:12Z", "2025-01-13T10:11:12.000Z"},
        {"13 Jan 2025", "2025-01-13T00:00:00.000Z"},
        {"3 December 2025 10:11:12", "2025-12-03T10:11:12.000Z"},
        {"2024-02-29", "2024-02-29T00:00:00.000Z"},
        {"2000-02-29", "2000-02-29T00:00:00.000Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t us = 0;
        char text[TIMESTAMP_TEXT_LEN + 1] = "";
        if (!timestamp_parse(str_from(cases[i].text), &us)) {
            fail_msg("refused: %s", cases[i].text);
        }
        timestamp_print(us, text);
        assert_string_equal(text, cases[i].wanted);
    }
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "2025",
        "2025-01",
        "2025-13",
        "202501",
        "2025-1-13",
        "2025-01-1",
        "2025-01-130",
        "2025-00-10",
        "2025-13-01",
        "2025-02-30",
        "2025-02-29",
        "1900-02-29",
        "2025-04-31",
        "2025-01-00",
        "2025-01-32",
        "0000-01-01",
        "10000-01-01",
        "-2025-01-13",
        "20250132",
        "202501130",
        "2025/01",
        "2025/01-13",
        "2025-01/13",
        "13/01/2025",
        "01/13/25",
        "01-13-2025",
        "Jan 2025",
        "Jan 32, 2025",
        "Foo 13, 2025",
        "Janu 13, 2025",
        "Jan13, 2025",
        "Jan 13,2025",
        "13-Jan 2025",
        "13-01-2025",
        "13Jan2025",
        "2025-01-13T",
        "2025-01-13 ",
        " 2025-01-13",
        "2025-01-13Z",
        "2025-01-13T10",
        "2025-01-13T10:1",
        "2025-01-13T1:10",
        "2025-01-13T24:00:00",
        "2025-01-13T23:60:00",
        "2025-01-13T23:59:60",
        "2025-01-13T10:11:12.",
        "2025-01-13T10:11:12.1234567890",
        "2025-01-13T10:11.5",
        "2025-01-13T10:11:12+",
        "2025-01-13T10:11:12+1",
        "2025-01-13T10:11:12+16:00",
        "2025-01-13T10:11:12+01:60",
        "2025-01-13T10:11:12+01:",
        "2025-01-13T10:11:12+010",
        "2025-01-13T10:11:12+01:000",
        "2025-01-13T10:11:12ZZ",
        "2025-01-13T10:11:12 UTC",
        "2025-01-13T10:11:12  Z",
        "2025-01-13T10:11:12Z ",
        "2025-01-13  10:11:12",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "1736762400",
        "now",
        "tomorrow",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t us = 7;
        int32_t days = 7;
        if (timestamp_parse(str_from(bad[i]), &us) || date_parse(str_from(bad[i]), &days)) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_true(us == 7 && days == 7);
    }
    int64_t us = 0;
    assert_false(timestamp_parse(STR("2025-01-13\0"), &us));
}

static void microseconds_are_kept(void **state)
{
    (void)state;
    int64_t us = 0;
    assert_true(timestamp_parse(STR("1970-01-01T00:00:01.000001Z"), &us));
    assert_int_equal(us, 1000001);
    assert_true(timestamp_parse(STR("1970-01-01T00:00:00.1Z"), &us));
    assert_int_equal(us, 100000);
    assert_true(timestamp_parse(STR("1969-12-31T23:59:59.9999999Z"), &us));
    assert_int_equal(us, -1);
}

static void dates_are_taken_in_utc(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        {"2025-01-13", "2025-01-13"},
        {"Jan 13, 2025", "2025-01-13"},
        {"2025-01-13T23:30:00-08:00", "2025-01-14"},
        {"2025-01-13T01:00:00+02:00", "2025-01-12"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31"},
        {"1970-01-01T00:00:00Z", "1970-01-01"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int32_t days = 0;
        struct strbuf out = {0};
        assert_true(date_parse(str_from(cases[i].text), &days));
        date_put(&out, days);
        assert_string_equal(strbuf_cstr(&out), cases[i].wanted);
        strbuf_release(&out);
    }
}

static void every_day_converts_back(void **state)
{
    (void)state;
    int32_t expected = days_from_civil(0, 1, 1);
    assert_int_equal(days_from_civil(1970, 1, 1), 0);
    assert_int_equal(days_from_civil(1, 1, 1), -719162);
    for (int32_t days = expected; days <= days_from_civil(9999, 12, 31); days++) {
        int32_t year = 0;
        int32_t month = 0;
        int32_t day = 0;
        civil_from_days(days, &year, &month, &day);
        if (days_from_civil(year, month, day) != days || month < 1 || month > 12 || day < 1 || day > 31) {
            fail_msg("day %d", (int)days);
        }
    }
    struct strbuf out = {0};
    timestamp_put(&out, -1);
    strbuf_put_char(&out, ' ');
    date_put(&out, expected);
    assert_string_equal(strbuf_cstr(&out), "1969-12-31T23:59:59.999Z 0000-01-01");
    strbuf_release(&out);
}

static void http_dates(void **state)
{
    (void)state;
    static const char *const good[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994"};
    static const char *const bad[] = {"",
                                      "Sun",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 94 08:49:37 GMT",
                                      "Sunday, 06-Nov-1994 08:49:37 GMT",
                                      "Sunday Nov  6 08:49:37 1994",
                                      "Foo, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 24:49:37 GMT",
                                      "Sun, 06 November 1994 08:49:37 GMT",
                                      "Sun Nov 006 08:49:37 1994",
                                      "784111777"};
    int64_t unix_s = 0;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(http_date_parse(str_from(good[i]), &unix_s));
        assert_int_equal(unix_s, 784111777);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(http_date_parse(str_from(bad[i]), &unix_s));
    }
    assert_true(http_date_parse(STR("Thu, 31 Dec 2026 23:59:60 GMT"), &unix_s));
    char text[30] = "";
    http_date_print(784111777, text);
    assert_string_equal(text, good[0]);
    http_date_print(-1, text);
    assert_string_equal(text, "Wed, 31 Dec 1969 23:59:59 GMT");
    http_date_print(0, text);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
}

static void exact_times_have_all_microseconds(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00.000000Z"},
                 {1234567, "1970-01-01T00:00:01.234567Z"},
                 {-1, "1969-12-31T23:59:59.999999Z"},
                 {-1000, "1969-12-31T23:59:59.999000Z"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        timestamp_put_exact(&out, cases[i].us);
        assert_string_equal(strbuf_cstr(&out), cases[i].text);
        strbuf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_is_read),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(microseconds_are_kept),
        cmocka_unit_test(dates_are_taken_in_utc),
        cmocka_unit_test(every_day_converts_back),
        cmocka_unit_test(http_dates),
        cmocka_unit_test(exact_times_have_all_microseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
