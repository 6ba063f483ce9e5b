#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/text/like.h"

static void what_is_typed_stands_for_itself(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *pattern, *like, *unlike;
    } cases[] = {
        {"", "%%", "anything", NULL},
        {"a", "%a%", "bab", "bb"},
        {"50%", "%50\\%%", "at 50% off", "at 500 off"},
        {"a_b", "%a\\_b%", "xa_bx", "xacbx"},
        {"c:\\x", "%c:\\\\x%", "c:\\x", "c:x"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str pattern = like_around(&arena, "%", str_from(cases[i].typed), "%");
        assert_true(str_is(pattern, cases[i].pattern));
        assert_true(like_matches(pattern, str_from(cases[i].like), false));
        assert_false(cases[i].unlike != NULL && like_matches(pattern, str_from(cases[i].unlike), false));
    }
    assert_true(str_is(like_around(&arena, "", STR("a"), "%"), "a%"));
    assert_true(str_is(like_around(&arena, "%'", STR("a"), ""), "%'a"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_typed_stands_for_itself)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
