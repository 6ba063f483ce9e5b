/* The table of field types and the quoting of identifiers. */
#include "gateway/catalogue/field_type.h"
#include "gateway/catalogue/identifier.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_type_has_a_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        const struct field_type_info *info = &field_types[i];
        enum field_type parsed = FIELD_TYPE_COUNT;
        assert_non_null(info->name);
        assert_true(field_type_parse(str_from(info->name), &parsed));
        assert_int_equal(parsed, i);
        assert_int_equal(info->composite, info->sub_count > 0);
        assert_true(info->sub_count <= SUB_FIELDS_MAX);
        assert_false(info->relation && (info->composite || info->unique_allowed));
    }
    for (size_t i = 0; i < COLUMN_KIND_COUNT; i++) {
        assert_non_null(column_kinds[i].sql);
        assert_true(column_kinds[i].oid > 0);
    }
}

static void unknown_types_are_refused(void **state)
{
    (void)state;
    enum field_type type = FIELD_TEXT;
    assert_false(field_type_parse(STR("text"), &type));
    assert_false(field_type_parse(STR("TEXTS"), &type));
    assert_false(field_type_parse(STR_EMPTY, &type));
    assert_int_equal(type, FIELD_TEXT);
}

/* contract/metadata 4.1: three types that nobody may create, and those that have options. */
static void the_contract_is_followed(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        bool system = i == FIELD_NUMERIC || i == FIELD_POSITION || i == FIELD_TS_VECTOR;
        bool options = i == FIELD_SELECT || i == FIELD_MULTI_SELECT || i == FIELD_RATING;
        assert_int_equal(field_types[i].creatable, !system);
        assert_int_equal(field_types[i].has_options, options);
    }
}

/* contract/metadata 4.4: a composite may be unique if and only if it has sub-fields that make it so. */
static void composites_are_unique_by_their_primary_parts(void **state)
{
    (void)state;
    static const size_t expected[FIELD_TYPE_COUNT] = {[FIELD_EMAILS] = 1, [FIELD_PHONES] = 3, [FIELD_LINKS] = 1};
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        const struct field_type_info *info = &field_types[i];
        size_t eligible = 0;
        for (size_t k = 0; k < info->sub_count; k++) {
            assert_in_range(info->subs[k].name[0], 'a', 'z');
            assert_int_equal(info->subs[k].form == JSON_FORM_OPTION, info->subs[k].options != NULL);
            eligible += info->subs[k].in_unique ? 1 : 0;
        }
        assert_int_equal(eligible, expected[i]);
        if (info->composite) {
            assert_int_equal(info->unique_allowed, eligible > 0);
        }
    }
}

static void identifiers_are_quoted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"company", "\"company\""},
        {"noteTarget", "\"noteTarget\""},
        {"a\"b", "\"a\"\"b\""},
        {"\"", "\"\"\"\""},
        {"", "\"\""},
        {"x; drop table y --", "\"x; drop table y --\""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(str_is(identifier_quote(&arena, str_from(cases[i][0])), cases[i][1]));
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_a_row),     cmocka_unit_test(unknown_types_are_refused),
        cmocka_unit_test(the_contract_is_followed), cmocka_unit_test(composites_are_unique_by_their_primary_parts),
        cmocka_unit_test(identifiers_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
