/* The SQL that makes record tables, from a model of one object with a field of every kind that has a default. */
#include "gateway/ddl/ddl.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *name, *type, *default_json, *options, *expected;
} fields[] = {
    {"id", "UUID", "\"uuid\"", "", "\"id\" uuid not null default gen_random_uuid() primary key"},
    {"createdAt", "DATE_TIME", "\"now\"", "", "\"createdAt\" timestamptz not null default now()"},
    {"updatedAt", "DATE_TIME", "", "", "\"updatedAt\" timestamptz not null,"},
    {"deletedAt", "DATE_TIME", "", "", "\"deletedAt\" timestamptz,"},
    {"createdBy", "ACTOR", "{\"name\":\"'O''Neill's'\",\"source\":\"'API'\"}", "",
     "\"createdByName\" text not null default 'O''''Neill''s'::text"},
    {"updatedBy", "ACTOR", "{\"source\":\"'API'\"}", "", "\"updatedBySource\" text not null default 'API'::text"},
    {"position", "POSITION", "0", "", "\"position\" double precision not null default 0,"},
    {"flag", "BOOLEAN", "true", "", "\"flag\" boolean default true,"},
    {"half", "NUMBER", "0.5", "", "\"half\" double precision default 0.5,"},
    {"exact", "NUMERIC", "\"'12.50'\"", "", "\"exact\" numeric default '12.50'::numeric,"},
    {"day", "DATE", "\"now\"", "", "\"day\" date default (now() at time zone 'UTC')::date,"},
    {"born", "DATE", "\"'2020-02-29'\"", "", "\"born\" date default '2020-02-29'::date,"},
    {"words", "ARRAY", "[\"'a'\",\"'b''c'\"]", "", "\"words\" text[] default array['a', 'b''''c']::text[],"},
    {"none", "ARRAY", "[]", "", "\"none\" text[] default array[]::text[],"},
    {"raw", "RAW_JSON", "{\"a\":\"it's\"}", "", "\"raw\" jsonb default '{\"a\":\"it''s\"}'::jsonb,"},
    {"choice", "MULTI_SELECT", "[\"'A'\"]",
     "[{\"id\":\"20202020-0000-4000-8000-000000000001\",\"value\":\"A\",\"label\":\"A\",\"position\":0}]",
     "\"choice\" text[] default array['A']::text[],"},
    {"code", "TEXT", "\"'; drop table x; --\"", "", "\"code\" text,"}, /* no literal, no function: no default */
    {"searchVector", "TS_VECTOR", "", "",
     "\"searchVector\" tsvector generated always as (to_tsvector('pg_catalog.simple', left(coalesce(\"code\", '') || ' "
     "'"
     " || coalesce(\"flag\", ''), 100000))) stored"},
};

static struct catalogue *build(void)
{
    struct object_row object = {
        .id = {{1}},
        .name_singular = STR("thing"),
        .name_plural = STR("things"),
        .table_name = STR("_thing"),
        .active = true,
    };
    struct field_row rows[ARRAY_LEN(fields)] = {0};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        rows[i] = (struct field_row){
            .id = {{2, (uint8_t)i}},
            .object_id = object.id,
            .name = str_from(fields[i].name),
            .type = str_from(fields[i].type),
            .default_json = str_from(fields[i].default_json),
            .options_json = str_from(fields[i].options),
            .nullable = i > 6 || i == 3,
            .unique = i == 0 || str_is(str_from(fields[i].name), "code"),
            .active = true,
            .ordinal = (double)i,
        };
    }
    struct model_rows model = {
        .schema = STR("workspace"),
        .objects = &object,
        .object_count = 1,
        .fields = rows,
        .field_count = ARRAY_LEN(rows),
    };
    struct err err = {0};
    struct catalogue *catalogue = catalogue_build(&model, &err);
    if (catalogue == NULL) {
        fail_msg("%s", err.text);
    }
    return catalogue;
}

/* What was added since, as one text, and the list is empty again. */
static void take(struct ddl *ddl, struct strbuf *sql)
{
    strbuf_clear(sql);
    for (size_t i = 0; i < ddl->count; i++) {
        strbuf_put(sql, ddl->statements[i]);
        strbuf_puts(sql, ";\n");
    }
    ddl->count = 0;
}

static void add_indexes(struct ddl *ddl, const struct field *field)
{
    struct ddl_index indexes[DDL_INDEXES_MAX];
    size_t count = ddl_field_indexes(ddl->arena, field, true, indexes);
    for (size_t i = 0; i < count; i++) {
        ddl_create_index(ddl, &indexes[i], false);
    }
}

static void expect(struct strbuf *sql, const char *part)
{
    if (strstr(strbuf_cstr(sql), part) == NULL) {
        fail_msg("%s\nis not in\n%s", part, strbuf_cstr(sql));
    }
}

static void columns_have_types_and_defaults(void **state)
{
    (void)state;
    struct catalogue *catalogue = build();
    struct strbuf sql = {0};
    struct arena arena = {0};
    struct ddl ddl = {.arena = &arena};
    const struct str search[] = {STR_INIT("code"), STR_INIT("flag")};
    ddl_create_table(&ddl, &catalogue->objects[0], search, ARRAY_LEN(search));
    take(&ddl, &sql);
    expect(&sql, "create table \"workspace\".\"_thing\" (\n");
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        expect(&sql, fields[i].expected);
    }
    ddl_create_table(&ddl, &catalogue->objects[0], NULL, 0);
    take(&ddl, &sql);
    expect(&sql, "\"searchVector\" tsvector\n);\n");
    strbuf_release(&sql);
    arena_release(&arena);
    catalogue_unref(catalogue);
}

static void a_field_can_come_later(void **state)
{
    (void)state;
    struct catalogue *catalogue = build();
    struct strbuf sql = {0};
    struct arena arena = {0};
    struct ddl ddl = {.arena = &arena};
    ddl_add_columns(&ddl, object_field(&catalogue->objects[0], STR("half")));
    take(&ddl, &sql);
    assert_string_equal(strbuf_cstr(&sql),
                        "alter table \"workspace\".\"_thing\" add column \"half\" double precision default 0.5;\n");
    ddl_add_columns(&ddl, object_field(&catalogue->objects[0], STR("searchVector")));
    assert_int_equal(ddl.count, 0);
    strbuf_release(&sql);
    arena_release(&arena);
    catalogue_unref(catalogue);
}

static void unique_fields_are_so_among_live_records(void **state)
{
    (void)state;
    struct catalogue *catalogue = build();
    struct strbuf sql = {0};
    struct arena arena = {0};
    struct ddl ddl = {.arena = &arena};
    add_indexes(&ddl, object_field(&catalogue->objects[0], STR("id")));
    assert_int_equal(ddl.count, 0);
    add_indexes(&ddl, object_field(&catalogue->objects[0], STR("code")));
    take(&ddl, &sql);
    assert_string_equal(strbuf_cstr(&sql),
                        "create unique index \"uniq_thing_code\" on \"workspace\".\"_thing\" (\"code\")"
                        " where \"deletedAt\" is null;\n"
                        "create index \"gone_thing_code\" on \"workspace\".\"_thing\" (\"code\")"
                        " where \"deletedAt\" is not null;\n");
    const struct str pair[] = {STR_INIT("half"), STR_INIT("day")};
    struct ddl_index index = ddl_index_over(&arena, &catalogue->objects[0], pair, ARRAY_LEN(pair), false);
    ddl_create_index(&ddl, &index, false);
    take(&ddl, &sql);
    assert_string_equal(strbuf_cstr(&sql),
                        "create index \"idx_thing_half_day\" on \"workspace\".\"_thing\" (\"half\", \"day\");\n");
    strbuf_release(&sql);
    arena_release(&arena);
    catalogue_unref(catalogue);
}

/* PostgreSQL would cut them, and two that begin alike would collide. */
static void long_names_stay_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str one =
        ddl_name(&arena, "idx", STR("aVeryLongNameOfAnObjectThatSomebodyMade"), STR("andAFieldOfItThatIsLongAsWell1"));
    struct str two =
        ddl_name(&arena, "idx", STR("aVeryLongNameOfAnObjectThatSomebodyMade"), STR("andAFieldOfItThatIsLongAsWell2"));
    assert_int_equal(one.len, 63);
    assert_int_equal(two.len, 63);
    assert_false(str_eq(one, two));
    assert_true(str_is(ddl_name(&arena, "fk", STR("pet"), STR("ownerId")), "fk_pet_ownerId"));
    arena_release(&arena);
}

static void literals_are_quoted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"", "''"}, {"a", "'a'"}, {"it's", "'it''s'"}, {"\\'", "'\\'''"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        ddl_literal(&out, str_from(cases[i][0]));
        assert_string_equal(strbuf_cstr(&out), cases[i][1]);
        strbuf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_types_and_defaults),
        cmocka_unit_test(a_field_can_come_later),
        cmocka_unit_test(unique_fields_are_so_among_live_records),
        cmocka_unit_test(long_names_stay_apart),
        cmocka_unit_test(literals_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
