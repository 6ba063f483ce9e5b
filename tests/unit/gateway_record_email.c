/* One spelling for each e-mail address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway/record/record_input.h"

static struct arena arena;

static int end_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void addresses_get_one_spelling(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"ann@example.com", "ann@example.com"},
        {"ANN@EXAMPLE.COM", "ann@example.com"},
        {" \tann@example.com \r\n", "ann@example.com"},
        {"ANN@München．DE.", "ann@xn--mnchen-3ya.de"},
        {"a@例え。テスト", "a@xn--r8jz45g.xn--zckzah"},
        {"a@例え｡テスト", "a@xn--r8jz45g.xn--zckzah"},
        {"a@ＥＸＡＭＰＬＥ.com", "a@example.com"},
        {"a@💩.la", "a@xn--ls8h.la"},
        {"a@❤️.ws", "a@xn--qei.ws"}, /* with a variation selector */
        {"a@straße.de", "a@xn--strae-oqa.de"},
        {"a@ПРИМЕР.РФ", "a@xn--e1afmkfd.xn--p1ai"},
        {"a@ΒΌΛΟΣ.gr", "a@xn--nxasmq6b.gr"}, /* σ at the end, as plain lower-casing gives it */
        {"a@bücher.example", "a@xn--bcher-kva.example"},
        {"a@xn--bcher-kva.example", "a@xn--bcher-kva.example"},
        {"ÄÖ@example.com", "äö@example.com"},
        {"a+b_c-d.e@x.y-z.org", "a+b_c-d.e@x.y-z.org"},
        {"o'brien@example.ie", "o'brien@example.ie"},
        /* RFC 3492 7.1 (C) and (L), in mail's lower case */
        {"a@他们为什么不说中文.cn", "a@xn--ihqwcrb4cv8a8dqg056pqjye.cn"},
        {"a@3年b組金八先生.jp", "a@xn--3b-ww4c5e180e575a65lsy2b.jp"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str out = STR_EMPTY;
        if (!email_canonical(&arena, str_from(cases[i][0]), &out) || !str_is(out, cases[i][1])) {
            fail_msg("%s gave %.*s, expected %s", cases[i][0], STR_ARG(out), cases[i][1]);
        }
        struct str again = STR_EMPTY;
        assert_true(email_canonical(&arena, out, &again));
        assert_true(str_eq(out, again));
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "a",
        "a@",
        "@example.com",
        "a@b",
        "a@localhost",
        "a b@example.com",
        "a @example.com",
        "a@ example.com",
        "a@b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a@example..com",
        "a@.example.com",
        "a@example.com..",
        "a@-example.com",
        "a@example-.com",
        "a@exa_mple.com",
        "a@exa mple.com",
        "a@exam\xE2\x80\x8Dple.com", /* a zero-width joiner */
        "a@[127.0.0.1]",
        "\"a b\"@example.com",
        "a@\xFF.com",
        "\xC3@example.com",
        "not-an-email",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str out = STR("untouched");
        if (email_canonical(&arena, str_from(cases[i]), &out)) {
            fail_msg("%s was taken as %.*s", cases[i], STR_ARG(out));
        }
        assert_true(str_is(out, "untouched"));
    }
}

static bool accepts(size_t local, size_t label, size_t labels)
{
    struct str text = STR_EMPTY;
    for (size_t i = 0; i < local; i++) {
        text = arena_printf(&arena, "%.*sa", STR_ARG(text));
    }
    for (size_t i = 0; i < labels; i++) {
        text = arena_printf(&arena, "%.*s%c", STR_ARG(text), i == 0 ? '@' : '.');
        for (size_t k = 0; k < label; k++) {
            text = arena_printf(&arena, "%.*sb", STR_ARG(text));
        }
    }
    struct str out;
    return email_canonical(&arena, text, &out);
}

static void lengths_end_where_the_standards_say(void **state)
{
    (void)state;
    assert_true(accepts(64, 63, 2));
    assert_false(accepts(65, 63, 2));
    assert_false(accepts(64, 64, 2));
    assert_true(accepts(62, 63, 3));  /* 62 + 1 + 191 = 254 */
    assert_false(accepts(63, 63, 3)); /* 255 */
    assert_false(accepts(1, 62, 5));  /* a domain of 314 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_get_one_spelling),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(lengths_end_where_the_standards_say),
    };
    return cmocka_run_group_tests(tests, NULL, end_arena);
}
