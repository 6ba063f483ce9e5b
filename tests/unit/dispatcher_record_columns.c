#include "dispatcher/record/columns.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

static void assert_column(struct strbuf *column, const char *expected)
{
    struct str text = column_finish(column);
    if (!str_is(text, expected)) {
        fail_msg("%.*s instead of %s", STR_ARG(text), expected);
    }
    /* A group is sent again as it is. */
    assert_true(str_is(column_finish(column), expected));
    strbuf_release(column);
}

static void a_column_without_rows_is_an_empty_array(void **state)
{
    (void)state;
    struct strbuf column = {0};
    assert_column(&column, "{}");
}

static void values_are_separated_and_null_is_bare(void **state)
{
    (void)state;
    struct strbuf column = {0};
    column_put_int(&column, -7);
    column_put_null(&column);
    column_put_int(&column, INT64_MAX);
    assert_column(&column, "{-7,NULL,9223372036854775807}");
}

static void texts_are_quoted_and_made_fit(void **state)
{
    (void)state;
    const struct {
        struct str text;
        const char *expected;
    } cases[] = {
        {STR_INIT(""), "{\"\"}"},
        {STR_INIT("NULL"), "{\"NULL\"}"},
        {STR_INIT("a\"b\\c,{}\n"), "{\"a\\\"b\\\\c,{}\n\"}"},
        {STR_INIT("Zo\xc3\xab"), "{\"Zo\xc3\xab\"}"},
        {STR_INIT("\xff\xfe"), "{\"\xef\xbf\xbd\xef\xbf\xbd\"}"},
        {STR_INIT("a\0b"), "{\"a\xef\xbf\xbd"
                           "b\"}"},
        {STR_INIT("cut \xf0\x9f\x98"), NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf column = {0};
        column_put_text(&column, cases[i].text);
        if (cases[i].expected != NULL) {
            assert_column(&column, cases[i].expected);
        } else {
            struct str text = column_finish(&column);
            assert_true(str_ends_with(text, STR("\xef\xbf\xbd\"}")));
            strbuf_release(&column);
        }
    }
}

static void times_keep_their_microseconds(void **state)
{
    (void)state;
    struct strbuf column = {0};
    column_put_time(&column, INT64_C(1767225600123456));
    column_put_time(&column, INT64_C(1767225600000001));
    column_put_time(&column, 0);
    assert_column(&column, "{2026-01-01T00:00:00.123456Z,2026-01-01T00:00:00.000001Z,1970-01-01T00:00:00.000000Z}");
}

static void uuids_need_no_quotes(void **state)
{
    (void)state;
    struct uuid uuid = {{0x01, 0x93}};
    struct strbuf column = {0};
    column_put_uuid(&column, &uuid);
    assert_column(&column, "{01930000-0000-0000-0000-000000000000}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_without_rows_is_an_empty_array),
        cmocka_unit_test(values_are_separated_and_null_is_bare),
        cmocka_unit_test(texts_are_quoted_and_made_fit),
        cmocka_unit_test(times_keep_their_microseconds),
        cmocka_unit_test(uuids_need_no_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
