/* UTF-8, hex, base64, UUIDs. */
#include "common/text/encode.h"
#include "common/text/utf8.h"
#include "common/text/uuid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void malformed_utf8_is_located(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t at;
    } cases[] = {
        {STR_INIT(""), 0},
        {STR_INIT("plain ascii text"), 16},
        {STR_INIT("12345678\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 17},
        {STR_INIT("\x80"), 0},
        {STR_INIT("a\xC0\x80"), 1},
        {STR_INIT("\xC1\xBF"), 0},
        {STR_INIT("\xE0\x9F\xBF"), 0},
        {STR_INIT("\xED\xA0\x80"), 0},
        {STR_INIT("\xED\x9F\xBF\xEE\x80\x80"), 6},
        {STR_INIT("\xF0\x8F\xBF\xBF"), 0},
        {STR_INIT("\xF4\x8F\xBF\xBF"), 4},
        {STR_INIT("\xF4\x90\x80\x80"), 0},
        {STR_INIT("\xF5\x80\x80\x80"), 0},
        {STR_INIT("1234567\xE2\x82"), 7},
        {STR_INIT("12345678\xFF"), 8},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(utf8_invalid_at(cases[i].text), cases[i].at);
    }
}

static void every_code_point_round_trips(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        if (point >= 0xD800 && point <= 0xDFFF) {
            continue;
        }
        char bytes[4];
        struct str text = str_of(bytes, utf8_put(point, bytes));
        size_t at = 0;
        if (utf8_next(text, &at) != point || at != text.len || utf8_count(text) != 1) {
            fail_msg("U+%04X", (unsigned)point);
        }
    }
    size_t at = 0;
    assert_true(utf8_next(STR("\xFFx"), &at) == UINT32_MAX);
    assert_int_equal(at, 1);
    assert_int_equal(utf8_count(STR("Zo\xC3\xAB")), 3);
}

static void check_put(void (*put)(struct strbuf *, struct str), struct str bytes, const char *wanted)
{
    struct strbuf out = {0};
    put(&out, bytes);
    assert_string_equal(strbuf_cstr(&out), wanted);
    strbuf_release(&out);
}

static void rfc_4648_vectors(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        const char *base64;
        const char *url;
    } cases[] = {
        {STR_INIT(""), "", ""},
        {STR_INIT("f"), "Zg==", "Zg"},
        {STR_INIT("fo"), "Zm8=", "Zm8"},
        {STR_INIT("foo"), "Zm9v", "Zm9v"},
        {STR_INIT("foob"), "Zm9vYg==", "Zm9vYg"},
        {STR_INIT("fooba"), "Zm9vYmE=", "Zm9vYmE"},
        {STR_INIT("foobar"), "Zm9vYmFy", "Zm9vYmFy"},
        {STR_INIT("\xFB\xEF\xFF\x00"), "++//AA==", "--__AA"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str decoded;
        check_put(base64_put, cases[i].bytes, cases[i].base64);
        check_put(base64url_put, cases[i].bytes, cases[i].url);
        assert_true(base64_decode(&arena, str_from(cases[i].base64), &decoded));
        assert_true(str_eq(decoded, cases[i].bytes));
        assert_true(base64url_decode(&arena, str_from(cases[i].url), &decoded));
        assert_true(str_eq(decoded, cases[i].bytes));
    }
    arena_release(&arena);
}

static void malformed_encodings_are_refused(void **state)
{
    (void)state;
    static const char *const base64[] = {"Z",    "Zg",   "Zg=",   "Zh==", "Zm9=", "Zg==Zg==", "=",
                                         "====", "Z===", "Zm 9v", "Zm9-", "Zg=A", "Zm9v\n"};
    static const char *const url[] = {"Z", "Zh", "Zm9", "Zg==", "Zm9+", "Zm9/", "Zm9v Zg"};
    static const char *const hex[] = {"a", "0g", "g0", "0x", " 00"};
    struct arena arena = {0};
    struct str out = STR("untouched");
    for (size_t i = 0; i < ARRAY_LEN(base64); i++) {
        assert_false(base64_decode(&arena, str_from(base64[i]), &out));
    }
    for (size_t i = 0; i < ARRAY_LEN(url); i++) {
        assert_false(base64url_decode(&arena, str_from(url[i]), &out));
    }
    for (size_t i = 0; i < ARRAY_LEN(hex); i++) {
        assert_false(hex_decode(&arena, str_from(hex[i]), &out));
    }
    assert_true(str_is(out, "untouched"));
    assert_true(hex_decode(&arena, STR("00fFAb"), &out));
    assert_true(str_eq(out, STR("\x00\xFF\xAB")));
    check_put(hex_put, out, "00ffab");
    arena_release(&arena);
}

static void uuids_read_and_print(void **state)
{
    (void)state;
    struct uuid uuid;
    struct uuid other;
    char text[UUID_TEXT_LEN];
    assert_true(uuid_parse(STR("20202020-3EC3-4fe3-8997-b76aa0bfa408"), &uuid));
    uuid_print(&uuid, text);
    assert_memory_equal(text, "20202020-3ec3-4fe3-8997-b76aa0bfa408", UUID_TEXT_LEN);
    assert_true(uuid_parse(STR("00000000-0000-0000-0000-000000000000"), &other));
    assert_true(uuid_is_nil(&other));
    assert_false(uuid_is_nil(&uuid));
    assert_true(uuid_cmp(&other, &uuid) < 0);
    assert_false(uuid_eq(&other, &uuid));
    static const char *const bad[] = {"",
                                      "20202020-3ec3-4fe3-8997-b76aa0bfa40",
                                      "20202020-3ec3-4fe3-8997-b76aa0bfa4080",
                                      "2020202003ec3-4fe3-8997-b76aa0bfa408",
                                      "20202020-3ec3-4fe3-8997-b76aa0bfa40g",
                                      "{0202020-3ec3-4fe3-8997-b76aa0bfa40}",
                                      "202020203ec34fe38997b76aa0bfa408"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(uuid_parse(str_from(bad[i]), &uuid));
    }
}

static void uuids_carry_version_and_time(void **state)
{
    (void)state;
    uint8_t random[16];
    memset(random, 0xFF, sizeof random);
    struct strbuf out = {0};
    struct uuid uuid = uuid_v4(random);
    uuid_put(&out, &uuid);
    strbuf_put_char(&out, ' ');
    /* The example of RFC 9562 appendix A.6. */
    uuid =
        uuid_v7(INT64_C(0x017F22E279B0), (const uint8_t[]){0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F});
    uuid_put(&out, &uuid);
    assert_string_equal(strbuf_cstr(&out), "ffffffff-ffff-4fff-bfff-ffffffffffff 017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_utf8_is_located), cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(rfc_4648_vectors),          cmocka_unit_test(malformed_encodings_are_refused),
        cmocka_unit_test(uuids_read_and_print),      cmocka_unit_test(uuids_carry_version_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
