#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/pg/pg_prepared.h"

static struct pg_prepared *add_ready(struct pg_prepared_set *set, struct str sql)
{
    struct pg_prepared *statement = pg_prepared_add(set, sql, 0);
    pg_prepared_settle(set, sql, statement->id, true);
    return statement;
}

static void the_least_recently_used_goes(void **state)
{
    (void)state;
    struct pg_prepared_set set;
    pg_prepared_init(&set, 2);
    uint64_t b = 0;
    assert_true(pg_prepared_make_room(&set));
    add_ready(&set, STR("a"));
    assert_true(pg_prepared_make_room(&set));
    b = add_ready(&set, STR("b"))->id;
    assert_non_null(pg_prepared_find(&set, STR("a"), 0));
    assert_true(pg_prepared_make_room(&set));
    add_ready(&set, STR("c"));
    assert_null(pg_prepared_find(&set, STR("b"), 0));
    assert_non_null(pg_prepared_find(&set, STR("a"), 0));
    assert_non_null(pg_prepared_find(&set, STR("c"), 0));
    uint64_t leftover = 0;
    assert_true(pg_prepared_take_leftover(&set, &leftover));
    assert_int_equal(leftover, b);
    assert_false(pg_prepared_take_leftover(&set, &leftover));
    pg_prepared_release(&set);
}

static void what_is_being_prepared_stays(void **state)
{
    (void)state;
    struct pg_prepared_set set;
    pg_prepared_init(&set, 1);
    struct pg_prepared *statement = pg_prepared_add(&set, STR("a"), 0);
    assert_string_equal(statement->name, "p1");
    assert_false(pg_prepared_make_room(&set));
    pg_prepared_settle(&set, STR("a"), 1, false);
    assert_null(pg_prepared_find(&set, STR("a"), 0));
    assert_true(pg_prepared_make_room(&set));
    pg_prepared_release(&set);
}

static void an_old_answer_does_not_touch_a_new_name(void **state)
{
    (void)state;
    struct pg_prepared_set set;
    pg_prepared_init(&set, 4);
    uint64_t first = pg_prepared_add(&set, STR("a"), 0)->id;
    pg_prepared_drop(&set, STR("a"), first, false);
    uint64_t second = add_ready(&set, STR("a"))->id;
    pg_prepared_drop(&set, STR("a"), first, true);
    pg_prepared_settle(&set, STR("a"), first, false);
    assert_int_equal(pg_prepared_find(&set, STR("a"), 0)->id, second);
    /* The first was prepared after all: its name must not be left on the server. */
    pg_prepared_settle(&set, STR("a"), first, true);
    uint64_t leftover = 0;
    assert_true(pg_prepared_take_leftover(&set, &leftover));
    assert_int_equal(leftover, first);
    assert_false(pg_prepared_take_leftover(&set, &leftover));
    pg_prepared_release(&set);
}

/* A column that was made anew under its old name: the same text, and parameters of another type. */
static void other_types_are_another_statement(void **state)
{
    (void)state;
    static const uint32_t text[] = {25, 25};
    static const uint32_t number[] = {25, 701};
    struct pg_prepared_set set;
    pg_prepared_init(&set, 4);
    uint64_t first = pg_prepared_add(&set, STR("a"), pg_prepared_types(text, 2))->id;
    pg_prepared_settle(&set, STR("a"), first, true);
    assert_non_null(pg_prepared_find(&set, STR("a"), pg_prepared_types(text, 2)));
    assert_null(pg_prepared_find(&set, STR("a"), pg_prepared_types(number, 2)));
    uint64_t leftover = 0;
    assert_true(pg_prepared_take_leftover(&set, &leftover));
    assert_int_equal(leftover, first);
    pg_prepared_release(&set);
}

static void none_may_be_kept(void **state)
{
    (void)state;
    struct pg_prepared_set set;
    pg_prepared_init(&set, 0);
    assert_false(pg_prepared_make_room(&set));
    pg_prepared_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_recently_used_goes), cmocka_unit_test(what_is_being_prepared_stays),
        cmocka_unit_test(an_old_answer_does_not_touch_a_new_name), cmocka_unit_test(other_types_are_another_statement),
        cmocka_unit_test(none_may_be_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
