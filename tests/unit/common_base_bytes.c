/* struct str and struct strbuf. */
#include "common/base/secret.h"
#include "common/base/str.h"
#include "common/base/strbuf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

static void equality_and_order(void **state)
{
    (void)state;
    assert_true(str_eq(STR_EMPTY, STR("")));
    assert_true(str_is(STR("abc"), "abc"));
    assert_false(str_is(STR("abc"), "abd"));
    assert_true(str_eq(str_from(NULL), STR_EMPTY));
    assert_true(str_eq_nocase(STR("Content-LENGTH"), STR("content-length")));
    assert_false(str_eq_nocase(STR("@["), STR("`{")));
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR_EMPTY, STR("")), 0);
}

static void find_slice_and_trim(void **state)
{
    (void)state;
    struct str text = STR("hello world");
    assert_true(str_starts_with(text, STR("hello")));
    assert_true(str_starts_with(STR_EMPTY, STR("")));
    assert_false(str_starts_with(STR("he"), STR("hello")));
    assert_true(str_ends_with(text, STR("world")));
    assert_int_equal(str_find(text, 'o'), 4);
    assert_int_equal(str_find(text, 'z'), text.len);
    assert_int_equal(str_find(STR_EMPTY, 'z'), 0);
    assert_int_equal(str_find_str(text, STR("o w")), 4);
    assert_int_equal(str_find_str(text, STR("")), 0);
    assert_int_equal(str_find_str(STR("ab"), STR("abc")), 2);
    assert_true(str_is(str_slice(text, 6, 100), "world"));
    assert_int_equal(str_slice(text, 9, 3).len, 0);
    assert_int_equal(str_slice(STR_EMPTY, 1, 2).len, 0);
    assert_true(str_is(str_trim(STR(" \t\r\nx y\n")), "x y"));
    assert_int_equal(str_trim(STR("  ")).len, 0);
}

static void split_gives_every_part(void **state)
{
    (void)state;
    static const char *const wanted[] = {"a", "", "b", ""};
    struct str rest = STR("a,,b,");
    struct str part;
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_true(str_is(part, wanted[i]));
    }
    assert_false(str_split(&rest, ',', &part));
    rest = STR("");
    assert_true(str_split(&rest, ',', &part));
    assert_int_equal(part.len, 0);
    assert_false(str_split(&rest, ',', &part));
}

static void whole_numbers_are_strict(void **state)
{
    (void)state;
    int64_t value = 7;
    assert_true(str_to_int64(STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
    assert_true(str_to_int64(STR("9223372036854775807"), INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MAX);
    assert_true(str_to_int64(STR("007"), 0, 10, &value));
    assert_int_equal(value, 7);
    static const char *const bad[] = {
        "", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808", "-9223372036854775809", "11", "--1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(str_to_int64(str_from(bad[i]), i < 7 ? INT64_MIN : -10, i < 7 ? INT64_MAX : 10, &value));
        assert_int_equal(value, 7);
    }
}

static void buffer_grows(void **state)
{
    (void)state;
    struct strbuf buf = {0};
    for (int i = 0; i < 1000; i++) {
        strbuf_put(&buf, STR("0123456789"));
    }
    assert_int_equal(buf.len, 10000);
    strbuf_clear(&buf);
    strbuf_put_int(&buf, INT64_MIN);
    strbuf_put_char(&buf, ' ');
    strbuf_put_uint(&buf, UINT64_MAX);
    strbuf_printf(&buf, " %s %d", "x", 5);
    assert_string_equal(strbuf_cstr(&buf), "-9223372036854775808 18446744073709551615 x 5");
    strbuf_clear(&buf);
    strbuf_printf(&buf, "%2000d", 1);
    assert_int_equal(buf.len, 2000);
    size_t len = 0;
    char *taken = strbuf_take(&buf, &len);
    assert_int_equal(len, 2000);
    assert_null(buf.ptr);
    free(taken);
    strbuf_put(&buf, STR_EMPTY);
    assert_int_equal(buf.len, 0);
    strbuf_release(&buf);
}

static void ceiling_holds(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 100);
    for (int i = 0; i < 10; i++) {
        strbuf_put(&buf, STR("0123456789"));
    }
    assert_int_equal(buf.len, 100);
    assert_false(buf.overflowed);
    strbuf_put_char(&buf, 'x');
    assert_true(buf.overflowed);
    assert_int_equal(buf.len, 100);
    assert_null(strbuf_reserve(&buf, 1));
    assert_null(strbuf_reserve(&buf, SIZE_MAX));
    strbuf_clear(&buf);
    assert_false(buf.overflowed);
    assert_non_null(strbuf_reserve(&buf, 100));
    assert_int_equal(buf.ceiling, 100);
    strbuf_release(&buf);
    assert_int_equal(buf.ceiling, 100);
}

static void terminating_a_full_buffer_gives_no_room(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 4);
    strbuf_put(&buf, STR("abcd"));
    assert_string_equal(strbuf_cstr(&buf), "abcd");
    strbuf_put_char(&buf, 'e');
    assert_true(buf.overflowed);
    assert_string_equal(strbuf_cstr(&buf), "abcd");
    strbuf_release(&buf);
    struct strbuf empty = {0};
    assert_string_equal(strbuf_cstr(&empty), "");
    strbuf_release(&empty);
}

static void secrets(void **state)
{
    (void)state;
    assert_true(secret_equal(STR("abc"), STR("abc")));
    assert_false(secret_equal(STR("abc"), STR("abd")));
    assert_false(secret_equal(STR("abc"), STR("ab")));
    assert_true(secret_equal(STR_EMPTY, STR("")));
    char bytes[4] = "key";
    secret_wipe(bytes, sizeof bytes);
    assert_memory_equal(bytes, "\0\0\0", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_and_order),
        cmocka_unit_test(find_slice_and_trim),
        cmocka_unit_test(split_gives_every_part),
        cmocka_unit_test(whole_numbers_are_strict),
        cmocka_unit_test(buffer_grows),
        cmocka_unit_test(ceiling_holds),
        cmocka_unit_test(terminating_a_full_buffer_gives_no_room),
        cmocka_unit_test(secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
