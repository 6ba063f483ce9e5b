#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/hash.h"
#include "gateway/rest/rest_strict.h"
#include "gateway/rest/rest_tag.h"

static void unknown_parameters_are_named_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        enum rest_action action;
        const char *query;
        const char *sentence; /* NULL: accepted */
    } rows[] = {
        {REST_FIND_MANY, "after=x", NULL},
        {REST_FIND_MANY, "after=x&strict=false", NULL},
        {REST_FIND_MANY, "strict=true&limit=2&order_by=name&timing=true", NULL},
        {REST_FIND_MANY, "strict=true&after=x", "Unknown query parameter 'after' (did you mean 'starting_after'?)"},
        {REST_FIND_MANY, "strict=true&cursor=x", "Unknown query parameter 'cursor' (did you mean 'starting_after'?)"},
        {REST_FIND_MANY, "limt=1&strict=true&fitler=x",
         "Unknown query parameters 'limt' (did you mean 'limit'?), 'fitler' (did you mean 'filter'?)"},
        {REST_FIND_ONE, "strict=true&dept=1", "Unknown query parameter 'dept' (did you mean 'depth'?)"},
        {REST_FIND_ONE, "strict=true&upsert=true", "Unknown query parameter 'upsert' (did you mean 'depth'?)"},
        {REST_CREATE_ONE, "strict=true&upsert=true&revive=false", NULL},
        {REST_DELETE_ONE, "strict=true&softdelete=true",
         "Unknown query parameter 'softdelete' (did you mean 'soft_delete'?)"},
        {REST_FIND_ONE, "strict=true&aaaa=1&bbbb=1&cccc=1&dddd=1",
         "Unknown query parameters 'aaaa' (did you mean 'depth'?), 'bbbb' (did you mean 'depth'?), 'cccc' (did you "
         "mean 'depth'?) and more"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct err err = {0};
        bool accepted = rest_strict_check(&arena, rows[i].action, str_from(rows[i].query), false, &err);
        assert_int_equal(accepted, rows[i].sentence == NULL);
        if (!accepted) {
            assert_string_equal(err.text, rows[i].sentence);
            assert_string_equal(err.tag, "UNKNOWN_QUERY_PARAM");
        }
        arena_release(&arena);
    }
}

static void the_header_asks_as_well_and_the_query_wins(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    assert_false(rest_strict_check(&arena, REST_FIND_MANY, STR("x=1"), true, &err));
    assert_true(rest_strict_check(&arena, REST_FIND_MANY, STR("x=1&strict=false"), true, &err));
    arena_release(&arena);
}

static void a_version_is_matched_by_itself(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str tag = rest_tag(&arena, 0xabc, 0x123);
    assert_true(str_is(tag, "\"0000000000000abc-0000000000000123\""));
    assert_true(rest_tag_has_version(tag, 0xabc));
    assert_true(rest_tag_has_version(STR("\"x\" , W/\"0000000000000abc-9\""), 0xabc));
    assert_true(rest_tag_has_version(STR("\"0000000000000abc\""), 0xabc));
    assert_true(rest_tag_has_version(STR("*"), 0xabc));
    assert_false(rest_tag_has_version(STR("\"0000000000000abc0-1\""), 0xabc));
    assert_false(rest_tag_has_version(STR("0000000000000abc-1"), 0xabc));
    assert_false(rest_tag_has_version(tag, 0xabd));
    assert_false(rest_tag_has_version(STR(""), 0xabc));
    assert_false(rest_tag_has_version(STR("\"000000000000"), 0xabc));
    arena_release(&arena);
}

static void a_tag_is_listed_whole(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str tag = rest_tag(&arena, 0, 7);
    assert_true(rest_tag_listed(tag, tag));
    assert_true(rest_tag_listed(STR("\"a\", W/\"0000000000000007\""), tag));
    assert_true(rest_tag_listed(STR("*"), tag));
    assert_false(rest_tag_listed(STR("\"a\""), tag));
    assert_false(rest_tag_listed(STR_EMPTY, tag));
    arena_release(&arena);
}

static void the_hash_never_changes(void **state)
{
    (void)state;
    assert_true(hash_bytes(0, STR("abcdefgh")) == hash_bytes(0, STR("abcdefgh")));
    assert_true(hash_bytes(0, STR("abcdefgh")) != hash_bytes(0, STR("abcdefgi")));
    assert_true(hash_bytes(0, STR("abcdefgh")) != hash_bytes(1, STR("abcdefgh")));
    assert_true(hash_bytes(0, STR("abc")) != hash_bytes(0, STR("abc\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_parameters_are_named_with_the_nearest),
        cmocka_unit_test(the_header_asks_as_well_and_the_query_wins),
        cmocka_unit_test(a_version_is_matched_by_itself),
        cmocka_unit_test(a_tag_is_listed_whole),
        cmocka_unit_test(the_hash_never_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
