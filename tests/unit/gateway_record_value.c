/* PostgreSQL's formats: binary in, text out. The encoders below are written from its send functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/text/timestamp.h"
#include "gateway/record/value.h"
#include <math.h>
#include <stdlib.h>

static struct arena arena;

static int end_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

struct bytes {
    char at[512];
    size_t len;
};

static void put_be(struct bytes *out, uint64_t number, size_t width)
{
    for (size_t i = width; i > 0; i--) {
        out->at[out->len++] = (char)(number >> (8 * (i - 1)));
    }
}

static bool decode(enum column_kind kind, const struct bytes *bytes, struct value *out)
{
    return value_from_pg(&arena, kind, str_of(bytes->at, bytes->len), false, out);
}

static void assert_text(struct str text, const char *expected)
{
    if (!str_is(text, expected)) {
        fail_msg("got %.*s, expected %s", STR_ARG(text), expected);
    }
}

static void assert_numeric(int weight, unsigned sign, unsigned dscale, const int *digits, size_t count,
                           const char *expected)
{
    struct bytes bytes = {0};
    put_be(&bytes, count, 2);
    put_be(&bytes, (uint64_t)(uint16_t)weight, 2);
    put_be(&bytes, sign, 2);
    put_be(&bytes, dscale, 2);
    for (size_t i = 0; i < count; i++) {
        put_be(&bytes, (uint64_t)digits[i], 2);
    }
    struct value value;
    assert_true(decode(COLUMN_NUMERIC, &bytes, &value));
    assert_false(value.null);
    assert_text(value.as.text, expected);
}

#define NUMERIC(weight, sign, dscale, expected, ...)                                                                   \
    assert_numeric(weight, sign, dscale, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int), \
                   expected)

static void numeric_is_read_digit_by_digit(void **state)
{
    (void)state;
    assert_numeric(0, 0, 0, NULL, 0, "0");
    assert_numeric(0, 0x4000, 2, NULL, 0, "0");
    NUMERIC(0, 0, 0, "1", 1);
    NUMERIC(0, 0, 0, "1234", 1234);
    NUMERIC(1, 0, 0, "10000", 1);
    NUMERIC(1, 0, 0, "12345", 1, 2345);
    NUMERIC(2, 0x4000, 0, "-100000002", 1, 0, 2);
    NUMERIC(0, 0, 2, "1.5", 1, 5000);
    NUMERIC(0, 0, 4, "1.0005", 1, 5);
    NUMERIC(-1, 0, 2, "0.05", 500);
    NUMERIC(-2, 0, 8, "0.00000001", 1);
    NUMERIC(-3, 0x4000, 12, "-0.000000000012", 12);
    NUMERIC(3, 0, 0, "1000000000000", 1);
    NUMERIC(0, 0, 6, "7.89", 7, 8900, 0); /* trailing zero group */
    NUMERIC(1, 0, 0, "5", 0, 5);          /* leading zero group */
    NUMERIC(1, 0, 0, "0", 0, 0);
    NUMERIC(4, 0, 0, "12345678901234567890", 1234, 5678, 9012, 3456, 7890);
}

static void numeric_without_a_finite_value_is_null(void **state)
{
    (void)state;
    static const unsigned signs[] = {0xC000, 0xD000, 0xF000};
    for (size_t i = 0; i < 3; i++) {
        struct bytes bytes = {0};
        put_be(&bytes, 0, 4);
        put_be(&bytes, signs[i], 2);
        put_be(&bytes, 0, 2);
        struct value value;
        assert_true(decode(COLUMN_NUMERIC, &bytes, &value));
        assert_true(value.null);
    }
}

static void bad_numeric_is_refused(void **state)
{
    (void)state;
    struct value value;
    struct bytes digit = {0};
    put_be(&digit, 1, 2);
    put_be(&digit, 0, 6);
    put_be(&digit, 10000, 2);
    assert_false(decode(COLUMN_NUMERIC, &digit, &value));
    digit.at[8] = 0;
    assert_true(decode(COLUMN_NUMERIC, &digit, &value));
    digit.len--;
    assert_false(decode(COLUMN_NUMERIC, &digit, &value));
    digit.len = 7;
    assert_false(decode(COLUMN_NUMERIC, &digit, &value));
}

static void timestamps_and_dates(void **state)
{
    (void)state;
    struct value value;
    struct bytes epoch = {0};
    put_be(&epoch, 0, 8);
    assert_true(decode(COLUMN_TIMESTAMPTZ, &epoch, &value));
    assert_int_equal(value.as.us, INT64_C(946684800000000));
    assert_text(value_to_pg(&arena, &value), "2000-01-01T00:00:00.000000Z");
    value.as.us = -1;
    assert_text(value_to_pg(&arena, &value), "1969-12-31T23:59:59.999999Z");
    static const uint64_t infinite[] = {(uint64_t)INT64_MAX, (uint64_t)INT64_MIN};
    for (size_t i = 0; i < 2; i++) {
        struct bytes bytes = {0};
        put_be(&bytes, infinite[i], 8);
        assert_true(decode(COLUMN_TIMESTAMPTZ, &bytes, &value));
        assert_true(value.null);
        bytes.len = 0;
        put_be(&bytes, i == 0 ? (uint64_t)INT32_MAX : (uint64_t)(uint32_t)INT32_MIN, 4);
        assert_true(decode(COLUMN_DATE, &bytes, &value));
        assert_true(value.null);
    }
    struct bytes day = {0};
    put_be(&day, (uint32_t)-1, 4);
    assert_true(decode(COLUMN_DATE, &day, &value));
    assert_text(value_to_pg(&arena, &value), "1999-12-31");
    day.len = 0;
    put_be(&day, (uint64_t)(2932896 - 10957), 4);
    assert_true(decode(COLUMN_DATE, &day, &value));
    assert_text(value_to_pg(&arena, &value), "9999-12-31");
    day.len = 0;
    put_be(&day, (uint64_t)(2932897 - 10957), 4);
    assert_true(decode(COLUMN_DATE, &day, &value));
    assert_true(value.null);
    day.len = 0;
    put_be(&day, (uint32_t)(-719162 - 10957), 4);
    assert_true(decode(COLUMN_DATE, &day, &value));
    assert_text(value_to_pg(&arena, &value), "0001-01-01");
}

static void float8_keeps_every_bit(void **state)
{
    (void)state;
    static const double numbers[] = {0, 1, -1.5, 0.1, 1e308, 5e-324, 1e21, 123456789.123456789};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint64_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        struct bytes bytes = {0};
        put_be(&bytes, bits, 8);
        struct value value;
        assert_true(decode(COLUMN_FLOAT8, &bytes, &value));
        assert_true(value.as.float8 == numbers[i]);
        struct str text = value_to_pg(&arena, &value);
        assert_true(strtod(arena_cstr(&arena, text), NULL) == numbers[i]);
    }
    static const double nowhere[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        uint64_t bits;
        memcpy(&bits, &nowhere[i], sizeof bits);
        struct bytes bytes = {0};
        put_be(&bytes, bits, 8);
        struct value value;
        assert_true(decode(COLUMN_FLOAT8, &bytes, &value));
        assert_true(value.null);
    }
}

static void jsonb_becomes_canonical(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[]", "[]"},
        {"{}", "{}"},
        {"null", "null"},
        {"{\"a\": 1, \"bb\": [1.50, true, \"x y\"]}", "{\"a\":1,\"bb\":[1.5,true,\"x y\"]}"},
        {"[\"a@b.c\", \"d@e.f\"]", "[\"a@b.c\",\"d@e.f\"]"},
        {"{\"zz\": null, \"aaa\": {\"10\": 1, \"9\": 2}}", "{\"zz\":null,\"aaa\":{\"9\":2,\"10\":1}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes bytes = {0};
        put_be(&bytes, 1, 1);
        memcpy(bytes.at + 1, cases[i][0], strlen(cases[i][0]));
        bytes.len += strlen(cases[i][0]);
        struct value value;
        assert_true(decode(COLUMN_JSONB, &bytes, &value));
        assert_text(value.as.text, cases[i][1]);
        bytes.at[0] = 2; /* a format that we do not know */
        assert_false(decode(COLUMN_JSONB, &bytes, &value));
    }
}

static void put_array_head(struct bytes *out, unsigned dimensions, unsigned element, size_t count)
{
    put_be(out, dimensions, 4);
    put_be(out, 0, 4);
    put_be(out, element, 4);
    if (dimensions > 0) {
        put_be(out, count, 4);
        put_be(out, 1, 4);
    }
}

static void put_text(struct bytes *out, const char *text)
{
    put_be(out, strlen(text), 4);
    memcpy(out->at + out->len, text, strlen(text));
    out->len += strlen(text);
}

static void text_arrays(void **state)
{
    (void)state;
    struct value value;
    struct bytes empty = {0};
    put_array_head(&empty, 0, 25, 0);
    assert_true(decode(COLUMN_TEXT_ARRAY, &empty, &value));
    assert_int_equal(value.as.array.count, 0);
    assert_text(value_to_pg(&arena, &value), "{}");

    struct bytes some = {0};
    put_array_head(&some, 1, 25, 4);
    put_text(&some, "a");
    put_be(&some, UINT32_MAX, 4); /* NULL */
    put_text(&some, "");
    put_text(&some, "b\"\\,{} NULL");
    assert_true(decode(COLUMN_TEXT_ARRAY, &some, &value));
    assert_int_equal(value.as.array.count, 3);
    assert_text(value.as.array.items[0], "a");
    assert_text(value.as.array.items[1], "");
    assert_text(value.as.array.items[2], "b\"\\,{} NULL");
    assert_text(value_to_pg(&arena, &value), "{\"a\",\"\",\"b\\\"\\\\,{} NULL\"}");

    struct strbuf element = {0};
    value_put_array_element(&element, &arena, &value);
    assert_text(strbuf_str(&element), "\"{\\\"a\\\",\\\"\\\",\\\"b\\\\\\\"\\\\\\\\,{} NULL\\\"}\"");
    strbuf_release(&element);
}

static void foreign_arrays_are_refused(void **state)
{
    (void)state;
    struct value value;
    struct bytes numbers = {0};
    put_array_head(&numbers, 0, 23, 0);
    assert_false(decode(COLUMN_TEXT_ARRAY, &numbers, &value));
    struct bytes plane = {0};
    put_array_head(&plane, 2, 25, 1);
    put_be(&plane, 1, 8);
    put_text(&plane, "a");
    assert_false(decode(COLUMN_TEXT_ARRAY, &plane, &value));
    struct bytes liar = {0};
    put_array_head(&liar, 1, 25, UINT32_MAX);
    assert_false(decode(COLUMN_TEXT_ARRAY, &liar, &value));
    struct bytes cut = {0};
    put_array_head(&cut, 1, 25, 1);
    put_be(&cut, 5, 4);
    put_be(&cut, 'a', 1);
    assert_false(decode(COLUMN_TEXT_ARRAY, &cut, &value));
    struct bytes tail = {0};
    put_array_head(&tail, 1, 25, 1);
    put_text(&tail, "a");
    put_be(&tail, 0, 1);
    assert_false(decode(COLUMN_TEXT_ARRAY, &tail, &value));
}

static void small_kinds(void **state)
{
    (void)state;
    struct value value;
    assert_true(value_from_pg(&arena, COLUMN_BOOLEAN, STR("\1"), false, &value));
    assert_text(value_to_pg(&arena, &value), "t");
    assert_true(value_from_pg(&arena, COLUMN_BOOLEAN, str_of("\0", 1), false, &value));
    assert_text(value_to_pg(&arena, &value), "f");
    assert_false(value_from_pg(&arena, COLUMN_BOOLEAN, STR(""), false, &value));
    assert_true(value_from_pg(&arena, COLUMN_TEXT, STR("x"), false, &value));
    assert_text(value_to_pg(&arena, &value), "x");
    assert_true(value_from_pg(&arena, COLUMN_UUID, STR("0123456789abcdef"), false, &value));
    assert_text(value_to_pg(&arena, &value), "30313233-3435-3637-3839-616263646566");
    assert_false(value_from_pg(&arena, COLUMN_UUID, STR("0123456789abcde"), false, &value));
    for (int kind = 0; kind < COLUMN_KIND_COUNT; kind++) {
        assert_true(value_from_pg(&arena, (enum column_kind)kind, STR_EMPTY, true, &value));
        assert_true(value.null);
        assert_int_equal(value_to_pg(&arena, &value).len, 0);
    }
    struct strbuf element = {0};
    value_put_array_element(&element, &arena, &value);
    assert_text(strbuf_str(&element), "NULL");
    strbuf_release(&element);
}

static void equality_is_by_kind(void **state)
{
    (void)state;
    struct str ab[] = {STR("a"), STR("b")};
    struct value list = {.kind = COLUMN_TEXT_ARRAY, .as.array = {ab, 2}};
    struct value shorter = {.kind = COLUMN_TEXT_ARRAY, .as.array = {ab, 1}};
    struct value text = {.kind = COLUMN_TEXT, .as.text = STR("a")};
    struct value same = {.kind = COLUMN_TEXT, .as.text = ab[0]};
    struct value json = {.kind = COLUMN_JSONB, .as.text = STR("a")};
    struct value none = value_null(COLUMN_TEXT);
    assert_true(value_eq(&list, &list));
    assert_false(value_eq(&list, &shorter));
    assert_true(value_eq(&text, &same));
    assert_false(value_eq(&text, &json));
    assert_false(value_eq(&text, &none));
    assert_true(value_eq(&none, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numeric_is_read_digit_by_digit),
        cmocka_unit_test(numeric_without_a_finite_value_is_null),
        cmocka_unit_test(bad_numeric_is_refused),
        cmocka_unit_test(timestamps_and_dates),
        cmocka_unit_test(float8_keeps_every_bit),
        cmocka_unit_test(jsonb_becomes_canonical),
        cmocka_unit_test(text_arrays),
        cmocka_unit_test(foreign_arrays_are_refused),
        cmocka_unit_test(small_kinds),
        cmocka_unit_test(equality_is_by_kind),
    };
    return cmocka_run_group_tests(tests, NULL, end_arena);
}
