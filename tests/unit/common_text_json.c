#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct json_limits LIMITS = {.max_depth = 8, .max_nodes = 10000};

static void values_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    struct str text =
        STR(" {\"a\" : [1, -2.50e+3 ,\"x\\ny\"], \"b\":{}, \"\":null, \"t\":true, \"f\":false,\"k\\u0041\":[ ] } ");
    struct json *root = json_parse(&arena, text, &LIMITS, &err);
    assert_non_null(root);
    assert_int_equal(root->count, 6);
    assert_int_equal(root->offset, 1);
    assert_true(str_eq(root->text, str_slice(text, 1, text.len - 1)));
    const struct json *list = json_get(root, "a");
    assert_true(json_is(list, JSON_ARRAY));
    assert_int_equal(list->count, 3);
    assert_true(str_is(list->text, "[1, -2.50e+3 ,\"x\\ny\"]"));
    assert_true(str_is(list->first->text, "1"));
    assert_true(str_is(list->first->next->text, "-2.50e+3"));
    assert_true(str_is(list->first->next->next->text, "x\ny"));
    assert_true(json_is(json_get(root, "b"), JSON_OBJECT));
    assert_true(json_is(json_get(root, ""), JSON_NULL));
    assert_true(json_is(json_get(root, "t"), JSON_TRUE));
    assert_true(json_is(json_get(root, "kA"), JSON_ARRAY));
    assert_null(json_get(root, "c"));
    assert_null(json_get(NULL, "c"));
    assert_null(json_get(list, "c"));
    assert_string_equal(json_type_name(json_get(root, "f")), "boolean");
    assert_string_equal(json_type_name(root), "object");
    arena_release(&arena);
}

/* Strings without escapes are not copied. */
static void plain_strings_are_borrowed(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str text = STR("\"plain \xC3\xAB\"");
    struct json *value = json_parse(&arena, text, &LIMITS, NULL);
    assert_non_null(value);
    assert_ptr_equal(value->text.ptr, text.ptr + 1);
    arena_release(&arena);
}

static void bad_documents_name_the_byte(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *message;
    } cases[] = {
        {STR_INIT(""), "Unexpected end at byte 0"},
        {STR_INIT("  "), "Unexpected end at byte 2"},
        {STR_INIT("{\"a\":1,\"bcdefgh\" 2}"), "Unexpected character at byte 17"},
        {STR_INIT("1 2"), "Unexpected character at byte 2"},
        {STR_INIT("[1,]"), "Unexpected character at byte 3"},
        {STR_INIT("[,1]"), "Unexpected character at byte 1"},
        {STR_INIT("[1"), "Unexpected end at byte 2"},
        {STR_INIT("[1}"), "Unexpected character at byte 2"},
        {STR_INIT("{\"a\":1,}"), "Unexpected character at byte 7"},
        {STR_INIT("{a:1}"), "Unexpected character at byte 1"},
        {STR_INIT("{\"a\"}"), "Unexpected character at byte 4"},
        {STR_INIT("{\"a\":}"), "Unexpected character at byte 5"},
        {STR_INIT("// c\n1"), "Unexpected character at byte 0"},
        {STR_INIT("'a'"), "Unexpected character at byte 0"},
        {STR_INIT("\xEF\xBB\xBF"
                  "1"),
         "Unexpected character at byte 0"},
        {STR_INIT("01"), "Unexpected character at byte 1"},
        {STR_INIT("-"), "Unexpected end at byte 1"},
        {STR_INIT("+1"), "Unexpected character at byte 0"},
        {STR_INIT("1."), "Unexpected end at byte 2"},
        {STR_INIT(".5"), "Unexpected character at byte 0"},
        {STR_INIT("1e"), "Unexpected end at byte 2"},
        {STR_INIT("NaN"), "Unexpected character at byte 0"},
        {STR_INIT("-Infinity"), "Unexpected character at byte 1"},
        {STR_INIT("nul"), "Unexpected end at byte 3"},
        {STR_INIT("True"), "Unexpected character at byte 0"},
        {STR_INIT("truex"), "Unexpected character at byte 4"},
        {STR_INIT("\"abc"), "Unexpected end at byte 4"},
        {STR_INIT("\"abc\\"), "Unexpected end at byte 5"},
        {STR_INIT("\"\\x\""), "Unexpected character at byte 2"},
        {STR_INIT("\"\\u12g4\""), "Unexpected character at byte 5"},
        {STR_INIT("\"\\u12\""), "Unexpected character at byte 5"},
        {STR_INIT("\"a\nb\""), "Control character in a string at byte 2"},
        {STR_INIT("\"a\\tb\x1f\""), "Control character in a string at byte 5"},
        {STR_INIT("\"a\0b\""), "Control character in a string at byte 2"},
        {STR_INIT("\"ab\\u0000\""), "U+0000 is not allowed, found at byte 3"},
        {STR_INIT("\"\\ud83d\""), "Unpaired surrogate at byte 1"},
        {STR_INIT("\"\\ud83d\\u0041\""), "Unpaired surrogate at byte 1"},
        {STR_INIT("\"x\\ude00\""), "Unpaired surrogate at byte 2"},
        {STR_INIT("\"a\xC3\""), "Invalid UTF-8 at byte 2"},
        {STR_INIT("\"\xED\xA0\x80\""), "Invalid UTF-8 at byte 1"},
        {STR_INIT("{\"a\":1,\"\\u0061\":2}"), "Duplicate key at byte 7"},
        {STR_INIT("[[[[[[[[[]]]]]]]]]"), "Nested too deeply at byte 8"},
        {STR_INIT("[1\0]"), "Unexpected character at byte 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct err err = {0};
        assert_null(json_parse(&arena, cases[i].text, &LIMITS, &err));
        assert_string_equal(err.text, cases[i].message);
        assert_int_equal(err.code, ERR_INVALID);
        assert_true(str_ends_with(err_str(&err), arena_printf(&arena, " %zu", err.offset)));
        arena_release(&arena);
    }
}

static void limits_are_exact(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    assert_non_null(json_parse(&arena, STR("[[[[[[[[]]]]]]]]"), &LIMITS, &err));
    assert_non_null(json_parse(&arena, STR("[1,{\"a\":2}]"), &(struct json_limits){2, 4}, &err));
    assert_null(json_parse(&arena, STR("[1,{\"a\":2}]"), &(struct json_limits){2, 3}, &err));
    assert_string_equal(err.text, "Too many values at byte 8");
    assert_null(json_parse(&arena, STR("[1,{\"a\":2}]"), &(struct json_limits){1, 4}, &err));
    assert_non_null(json_parse(&arena, STR("1"), &(struct json_limits){0, 1}, &err));
    arena_release(&arena);
}

/* Below and above the size at which a map takes over. */
static void duplicates_are_found_in_large_objects(void **state)
{
    (void)state;
    for (int size = 1; size < 60; size++) {
        for (int again = -1; again < size; again++) {
            struct arena arena = {0};
            struct strbuf text = {0};
            for (int i = 0; i < size; i++) {
                strbuf_printf(&text, "%c\"key%d\":%d", i == 0 ? '{' : ',', i, i);
            }
            if (again >= 0) {
                strbuf_printf(&text, ",\"key%d\":0", again);
            }
            strbuf_put_char(&text, '}');
            struct err err = {0};
            const struct json *value = json_parse(&arena, strbuf_str(&text), &LIMITS, &err);
            assert_true((value != NULL) == (again < 0));
            strbuf_release(&text);
            arena_release(&arena);
        }
    }
}

static void strings_are_escaped_as_ecmascript(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *wanted;
    } cases[] = {
        {STR_INIT(""), "\"\""},
        {STR_INIT("plain text of some length"), "\"plain text of some length\""},
        {STR_INIT("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {STR_INIT("\x01\x0b\x1f"), "\"\\u0001\\u000b\\u001f\""},
        {STR_INIT("/<\x7f\xE2\x80\xA8\xF0\x9F\x98\x80"), "\"/<\x7f\xE2\x80\xA8\xF0\x9F\x98\x80\""},
        {STR_INIT("1234567\"12345678\n"), "\"1234567\\\"12345678\\n\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        json_put_string(&out, cases[i].text);
        assert_string_equal(strbuf_cstr(&out), cases[i].wanted);
        strbuf_release(&out);
    }
}

/* At every place of a word of eight bytes, and with every neighbour. */
static void every_byte_is_escaped_everywhere(void **state)
{
    (void)state;
    for (int byte = 1; byte < 0x80; byte++) {
        for (size_t at = 0; at < 20; at++) {
            char text[20];
            memset(text, '!', sizeof text);
            text[at] = (char)byte;
            struct strbuf out = {0};
            struct arena arena = {0};
            json_put_string(&out, str_of(text, sizeof text));
            struct json *back = json_parse(&arena, strbuf_str(&out), &LIMITS, NULL);
            assert_non_null(back);
            assert_true(str_eq(back->text, str_of(text, sizeof text)));
            assert_true((out.len == 22) == (byte >= 0x20 && byte != '"' && byte != '\\'));
            arena_release(&arena);
            strbuf_release(&out);
        }
    }
}

/* Right sides as JSON.stringify(JSON.parse(x)) of Node.js 20 gives them, but for the order of keys. */
static void canonical_form_is_a_fixed_point(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        {" [ 1.0 , 42.00, -0, -0.0, 0e5 ] ", "[1,42,0,0,0]"},
        {"[1e21,1E-7,1e400,-1e400,1e-400,1e2]", "[1e+21,1e-7,null,null,0,100]"},
        {"[9007199254740993,0.10000000000000001,123456789012345678901234567890]",
         "[9007199254740992,0.1,1.2345678901234568e+29]"},
        {"{\"x\":1,\"2\":1,\"1\":2}", "{\"1\":2,\"2\":1,\"x\":1}"},
        {"{\"bb\":1,\"a\":2,\"c\":3,\"ab\":4,\"\":5}", "{\"\":5,\"a\":2,\"c\":3,\"ab\":4,\"bb\":1}"},
        {"{\"a\":1,\"10\":2,\"9\":3,\"01\":4,\"-1\":5,\"1.5\":6,\"0\":7}",
         "{\"0\":7,\"9\":3,\"10\":2,\"a\":1,\"-1\":5,\"01\":4,\"1.5\":6}"},
        {"{\"4294967295\":1,\"4294967294\":2,\"z\":3}", "{\"4294967294\":2,\"z\":3,\"4294967295\":1}"},
        {"\"\\u00EB\\u001F\\/\\u2028\\ud83d\\ude00\"", "\"\xC3\xAB\\u001f/\xE2\x80\xA8\xF0\x9F\x98\x80\""},
        {"{\"a\":{\"c\":[{}],\"b\":[ ]},\"\\n\":true}", "{\"\\n\":true,\"a\":{\"b\":[],\"c\":[{}]}}"},
        {"[true,false,null,\"\"]", "[true,false,null,\"\"]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct strbuf out = {0};
        struct json *value = json_parse(&arena, str_from(cases[i].text), &LIMITS, NULL);
        assert_non_null(value);
        json_put_canonical(&out, value);
        assert_string_equal(strbuf_cstr(&out), cases[i].wanted);
        value = json_parse(&arena, str_from(cases[i].wanted), &LIMITS, NULL);
        assert_non_null(value);
        strbuf_clear(&out);
        json_put_canonical(&out, value);
        assert_string_equal(strbuf_cstr(&out), cases[i].wanted);
        strbuf_release(&out);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(plain_strings_are_borrowed),
        cmocka_unit_test(bad_documents_name_the_byte),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(duplicates_are_found_in_large_objects),
        cmocka_unit_test(strings_are_escaped_as_ecmascript),
        cmocka_unit_test(every_byte_is_escaped_everywhere),
        cmocka_unit_test(canonical_form_is_a_fixed_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
