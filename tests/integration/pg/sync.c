#include "support.h"

#include "common/pg/pg_sync.h"
#include "tests.h"
#include <string.h>

static void script_and_query_work(void **state)
{
    (void)state;
    struct err err;
    struct pg_sync *pg = pg_sync_open(test_conninfo(), 5000, &err);
    assert_non_null(pg);
    assert_true(
        pg_sync_script(pg, "create table public.s (id int8, name text); insert into public.s values (1, 'a')", &err));
    struct str params[] = {STR("2"), STR_EMPTY};
    struct pg_sync_result *result = pg_sync_query(pg, "insert into public.s values ($1, $2)", params, 2, &err);
    assert_non_null(result);
    assert_int_equal(pg_sync_affected(result), 1);
    pg_sync_result_free(result);
    result = pg_sync_query(pg, "select id, name from public.s order by id", NULL, 0, &err);
    assert_non_null(result);
    assert_int_equal(pg_sync_rows(result), 2);
    assert_true(str_is(pg_sync_value(result, 0, 1), "a"));
    assert_null(pg_sync_value(result, 1, 1).ptr);
    pg_sync_result_free(result);
    pg_sync_close(pg);
}

static void errors_have_code_and_place(void **state)
{
    (void)state;
    struct err err;
    struct pg_sync *pg = pg_sync_open(test_conninfo(), 5000, &err);
    assert_non_null(pg);
    assert_false(pg_sync_script(pg, "select 1; selekt 2", &err));
    assert_int_equal(err.offset, 10);
    assert_false(pg_sync_script(
        pg, "begin; create table public.u (id int primary key); insert into public.u values (1), (1)", &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_true(pg_sync_script(pg, "rollback", &err));
    assert_false(pg_sync_script(pg, "copy (select 1) to stdout", &err));
    pg_sync_close(pg);
}

static void no_server_is_unavailable_and_tells_no_password(void **state)
{
    (void)state;
    struct err err;
    assert_null(pg_sync_open("host=/nowhere user=x password=geheim dbname=y", 300, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_null(strstr(err.text, "geheim"));
    assert_null(pg_sync_open("host=/nowhere geheim", 300, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_null(strstr(err.text, "geheim"));
}

int run_sync_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(script_and_query_work),
                                       cmocka_unit_test(errors_have_code_and_place),
                                       cmocka_unit_test(no_server_is_unavailable_and_tells_no_password)};
    return cmocka_run_group_tests_name("pg sync", tests, NULL, NULL);
}
