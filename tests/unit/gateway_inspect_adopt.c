/* Columns of somebody else's tables: which are mapped, with which default, and which are not. */
#include "gateway/inspect/adopt_column.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena arena;

static void types_that_say_the_same_are_mapped(void **state)
{
    (void)state;
    static const struct {
        const char *type, *field, *cast;
        bool whole;
    } rows[] = {
        {"uuid", "UUID", NULL, false},
        {"text", "TEXT", NULL, false},
        {"character varying", "TEXT", NULL, false},
        {"character varying(20)", "TEXT", NULL, false},
        {"boolean", "BOOLEAN", NULL, false},
        {"double precision", "NUMBER", NULL, false},
        {"smallint", "NUMBER", "smallint", true},
        {"integer", "NUMBER", "integer", true},
        {"bigint", "NUMERIC", "bigint", false},
        {"numeric", "NUMERIC", NULL, false},
        {"numeric(10,2)", "NUMERIC", NULL, false},
        {"date", "DATE", NULL, false},
        {"timestamp with time zone", "DATE_TIME", NULL, false},
        {"timestamp(3) with time zone", "DATE_TIME", NULL, false},
        {"jsonb", "RAW_JSON", NULL, false},
        {"text[]", "ARRAY", NULL, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct db_column column = {.name = STR("c"), .type = str_from(rows[i].type)};
        struct adopted_type type;
        const char *why = NULL;
        assert_true(adopt_type(&column, &type, &why));
        assert_string_equal(field_types[type.type].name, rows[i].field);
        assert_true(str_eq(type.column_type, str_from(rows[i].cast)));
        assert_true(type.whole == rows[i].whole);
    }
}

static void others_are_not_guessed(void **state)
{
    (void)state;
    static const char *const types[] = {"timestamp without time zone",
                                        "timestamp(3) without time zone",
                                        "json",
                                        "real",
                                        "character(3)",
                                        "money",
                                        "inet",
                                        "integer[]",
                                        "character varying[]",
                                        "numeric[]",
                                        "bytea",
                                        "interval",
                                        ""};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const struct db_column column = {.name = STR("c"), .type = str_from(types[i])};
        struct adopted_type type;
        const char *why = NULL;
        assert_false(adopt_type(&column, &type, &why));
        assert_non_null(why);
    }
}

static void a_domain_is_read_as_its_base(void **state)
{
    (void)state;
    const struct db_column column = {.name = STR("c"), .type = STR("public.email"), .domain_of = STR("text")};
    struct adopted_type type;
    const char *why = NULL;
    assert_true(adopt_type(&column, &type, &why));
    assert_int_equal(type.type, FIELD_TEXT);
    assert_true(str_is(type.column_type, "text"));
}

static void defaults_are_spelt_as_the_model_does(void **state)
{
    (void)state;
    static const struct {
        enum field_type type;
        const char *text, *json; /* NULL: PostgreSQL alone can compute it */
    } rows[] = {
        {FIELD_TEXT, NULL, ""},
        {FIELD_TEXT, "NULL::character varying", ""},
        {FIELD_TEXT, "'a'::text", "\"'a'\""},
        {FIELD_TEXT, "'a'::character varying", "\"'a'\""},
        {FIELD_TEXT, "''::text", "\"''\""},
        {FIELD_TEXT, "'it''s \"x\"'::text", "\"'it's \\\"x\\\"'\""},
        {FIELD_TEXT, "('a'::text || 'b'::text)", NULL},
        {FIELD_TEXT, "'a'::text || 'b'::text", NULL},
        {FIELD_TEXT, "CURRENT_USER", NULL},
        {FIELD_TEXT, "'a", NULL},
        {FIELD_NUMBER, "5", "5"},
        {FIELD_NUMBER, "(-5)", "-5"},
        {FIELD_NUMBER, "'-5'::integer", "-5"},
        {FIELD_NUMERIC, "1.50", "1.50"},
        {FIELD_NUMERIC, "'12345678901234567890'::numeric", "12345678901234567890"},
        {FIELD_NUMBER, "nextval('s'::regclass)", NULL},
        {FIELD_NUMBER, "(1 + 2)", NULL},
        {FIELD_NUMBER, "'NaN'::double precision", NULL},
        {FIELD_BOOLEAN, "true", "true"},
        {FIELD_BOOLEAN, "(1 = 1)", NULL},
        {FIELD_UUID, "gen_random_uuid()", "\"uuid\""},
        {FIELD_UUID, "public.uuid_generate_v1()", NULL},
        {FIELD_DATE_TIME, "now()", "\"now\""},
        {FIELD_DATE_TIME, "CURRENT_TIMESTAMP", "\"now\""},
        {FIELD_DATE_TIME, "(now() + '1 day'::interval)", NULL},
        {FIELD_DATE, "CURRENT_DATE", NULL},
        {FIELD_RAW_JSON, "'{}'::jsonb", "{}"},
        {FIELD_RAW_JSON, "jsonb_build_object()", NULL},
        {FIELD_ARRAY, "'{}'::text[]", "[]"},
        {FIELD_ARRAY, "ARRAY['a'::text]", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct db_column column = {.name = STR("c"), .default_text = str_from(rows[i].text)};
        struct str json;
        bool known = adopt_default(&arena, &column, rows[i].type, &json);
        assert_true(known == (rows[i].json != NULL));
        if (known) {
            assert_true(str_is(json, rows[i].json));
        }
    }
}

static int leave(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_that_say_the_same_are_mapped),
        cmocka_unit_test(others_are_not_guessed),
        cmocka_unit_test(a_domain_is_read_as_its_base),
        cmocka_unit_test(defaults_are_spelt_as_the_model_does),
    };
    return cmocka_run_group_tests(tests, NULL, leave);
}
