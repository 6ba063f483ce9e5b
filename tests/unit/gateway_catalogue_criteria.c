/* What makes records likely duplicates: lists of columns by their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway/catalogue/field_json.h"
#include "tests/unit/gateway_record_fixture.h"

static struct arena arena;
static struct catalogue *catalogue;

static int begin(void **state)
{
    (void)state;
    catalogue = fixture_catalogue();
    return catalogue == NULL;
}

static int end(void **state)
{
    (void)state;
    catalogue_unref(catalogue);
    arena_release(&arena);
    return 0;
}

static struct object person_with(const char *criteria, bool ok)
{
    struct object object = *catalogue_by_plural(catalogue, STR("people"));
    struct err err = {0};
    assert_int_equal(criteria_read(&arena, str_from(criteria), &object, &err), ok);
    assert_int_equal(err.code, ok ? ERR_NONE : ERR_INVALID);
    return object;
}

static void criteria_name_columns(void **state)
{
    (void)state;
    struct object person = person_with("[[\"nameFirstName\",\"nameLastName\"],[\"emailsPrimaryEmail\"]]", true);
    assert_int_equal(person.criterion_count, 2);
    assert_int_equal(person.criteria[0].count, 2);
    assert_true(str_is(person.criteria[0].columns[1]->name, "nameLastName"));
    assert_int_equal(person.criteria[1].count, 1);
    assert_true(str_is(person.criteria[1].columns[0]->name, "emailsPrimaryEmail"));
}

/* A field may be deleted whose column a criterion names; the model must load all the same. */
static void criteria_of_columns_that_are_gone_are_left_out(void **state)
{
    (void)state;
    struct object person = person_with("[[\"jobTitle\",\"nonsense\"],[],[1],\"jobTitle\",[\"jobTitle\"]]", true);
    assert_int_equal(person.criterion_count, 1);
    assert_true(str_is(person.criteria[0].columns[0]->name, "jobTitle"));
}

static void none_are_none(void **state)
{
    (void)state;
    assert_int_equal(person_with("", true).criterion_count, 0);
    assert_int_equal(person_with("null", true).criterion_count, 0);
    assert_int_equal(person_with("[]", true).criterion_count, 0);
}

static void other_json_is_refused(void **state)
{
    (void)state;
    person_with("{}", false);
    person_with("\"jobTitle\"", false);
    person_with("[", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(criteria_name_columns),
        cmocka_unit_test(criteria_of_columns_that_are_gone_are_left_out),
        cmocka_unit_test(none_are_none),
        cmocka_unit_test(other_json_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
