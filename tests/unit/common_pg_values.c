#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/pg/pg.h"

static void integers_by_their_length(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        int64_t wanted;
    } rows[] = {{STR_INIT("\x00\x01"), 1},
                {STR_INIT("\xff\xff"), -1},
                {STR_INIT("\x7f\xff\xff\xff"), INT32_MAX},
                {STR_INIT("\x80\x00\x00\x00"), INT32_MIN},
                {STR_INIT("\x7f\xff\xff\xff\xff\xff\xff\xff"), INT64_MAX},
                {STR_INIT("\x80\x00\x00\x00\x00\x00\x00\x00"), INT64_MIN},
                {STR_INIT(""), 0},
                {STR_INIT("\x01\x02\x03"), 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(pg_get_int8(rows[i].bytes) == rows[i].wanted);
    }
}

static void booleans(void **state)
{
    (void)state;
    assert_true(pg_get_bool(STR("\x01")));
    assert_false(pg_get_bool(STR("\x00")));
    assert_false(pg_get_bool(STR_EMPTY));
}

static void times_count_from_1970_and_infinity_stays(void **state)
{
    (void)state;
    assert_true(pg_get_timestamptz(STR("\0\0\0\0\0\0\0\0")) == INT64_C(946684800000000));
    assert_true(pg_get_timestamptz(STR("\0\0\0\0\0\0\0\x01")) == INT64_C(946684800000001));
    assert_true(pg_get_timestamptz(STR("\x7f\xff\xff\xff\xff\xff\xff\xff")) == INT64_MAX);
    assert_true(pg_get_timestamptz(STR("\x80\0\0\0\0\0\0\0")) == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(integers_by_their_length), cmocka_unit_test(booleans),
                                       cmocka_unit_test(times_count_from_1970_and_infinity_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
