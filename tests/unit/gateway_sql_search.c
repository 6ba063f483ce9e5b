#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/sql/sql_search.h"

static void typed_words_become_a_query(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"  \t ", ""},
        {"acme", "'acme':*"},
        {"acme  indus", "'acme' & 'indus':*"},
        {"& | ! ( ) <->", ""},
        {"a & b", "'a' & 'b':*"},
        {"it's", "'it''s':*"},
        {"a\\b", "'a\\\\b':*"},
        {"x':*", "'x'':*':*"},
        {"\xc3\xa9t\xc3\xa9 \n foo@bar.com", "'\xc3\xa9t\xc3\xa9' & 'foo@bar.com':*"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(str_is(sql_search_words(&arena, str_from(rows[i][0]), false), rows[i][1]));
    }
    assert_true(str_is(sql_search_words(&arena, STR("acme  indus"), true), "'acme':* & 'indus':*"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_words_become_a_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
