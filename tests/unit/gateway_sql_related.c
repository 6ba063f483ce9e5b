/* The statements of nested pages: their text is a function of the shape, REST's own is the plainest. */
#include "gateway/sql/sql.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct catalogue *catalogue;
static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    catalogue = crm_catalogue(1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    catalogue_unref(catalogue);
    return 0;
}

static const struct field *field_of(const char *object, const char *name)
{
    return object_field(catalogue_by_singular(catalogue, str_from(object)), str_from(name));
}

static struct order_term term(const struct field *field, const struct field *hop)
{
    struct order_term out = {.path = {.object = field->object, .field = field, .column = &field->columns[0]}};
    if (hop != NULL) {
        out.path.hops[out.path.hop_count++] = hop;
    }
    return out;
}

/* Behind the select list, which is the same in all. */
static void expect(struct sql_bound bound, const char *tail)
{
    struct str from = STR(" from unnest((select ");
    size_t at = str_find_str(bound.sql.text, from);
    struct str text = at == bound.sql.text.len ? bound.sql.text : str_slice(bound.sql.text, at, bound.sql.text.len);
    struct str shown = arena_copy(&arena, text);
    assert_string_equal(arena_cstr(&arena, shown), tail);
}

static const struct uuid ids[2] = {{{1}}, {{2}}};

static void the_plain_one(void **state)
{
    (void)state;
    struct plan_relation relation = {.field = field_of("company", "people"), .page = {.limit = 60, .count = COUNT_CUT}};
    expect(
        sql_related(&arena, &relation, ids, 2, false),
        " from unnest((select $1)) as parent (id) cross join lateral (select * from \"workspace\".\"person\" t1 where "
        "t1.\"companyId\" = parent.id and t1.\"deletedAt\" is null order by t1.\"id\" limit $2) as t0");
    struct str merged = sql_related(&arena, &relation, ids, 2, true).sql.text;
    assert_non_null(strstr(arena_cstr(&arena, merged), "as parent (ids) cross join lateral"));
    assert_non_null(strstr(arena_cstr(&arena, merged), " = any(parent.ids)"));
    expect(sql_related_totals(&arena, &relation, ids, 2, false),
           "select t0.\"companyId\", count(*) from \"workspace\".\"person\" t0 where t0.\"companyId\" = any($1) and "
           "t0.\"deletedAt\" is null group by 1");
}

static void order_cursor_offset_and_filter(void **state)
{
    (void)state;
    struct filter live = {
        .kind = FILTER_COMPARE, .column = &field_of("person", "jobTitle")->columns[0], .op = FILTER_IS_NOT_NULL};
    struct order_term terms[2] = {term(field_of("person", "position"), NULL), term(field_of("person", "id"), NULL)};
    struct value cursor[2] = {{.kind = COLUMN_FLOAT8, .as.float8 = 2}, {.kind = COLUMN_UUID}};
    struct plan_relation relation = {.field = field_of("company", "people"),
                                     .filter = &live,
                                     .with_deleted = true,
                                     .order = terms,
                                     .order_count = 2,
                                     .page = {.limit = 2, .offset = 3, .backward = true, .cursor = cursor}};
    expect(
        sql_related(&arena, &relation, ids, 2, false),
        " from unnest((select $1)) as parent (id) cross join lateral (select * from \"workspace\".\"person\" t1 where "
        "t1.\"companyId\" = parent.id and t1.\"jobTitle\" is not null and (t1.\"position\", t1.\"id\") < ($2, $3) "
        "order by t1.\"position\" desc, t1.\"id\" desc limit $4 offset $5) as t0");
}

static void an_order_across_a_relation_brings_its_column(void **state)
{
    (void)state;
    struct order_term terms[2] = {term(field_of("company", "name"), field_of("person", "likesCompany")),
                                  term(field_of("person", "id"), NULL)};
    struct plan_relation relation = {
        .field = field_of("company", "people"), .order = terms, .order_count = 2, .page = {.limit = 2}};
    struct sql_bound bound = sql_related(&arena, &relation, ids, 2, false);
    size_t places[2];
    bool needed[64] = {false};
    sql_related_needs(&relation, needed);
    sql_related_places(&relation, needed, places);
    assert_int_equal(places[0], relation.field->target->column_count);
    assert_int_equal(places[1], 0);
    assert_true(str_find_str(bound.sql.text, STR(", t0.o1 from unnest((select ")) < bound.sql.text.len);
    expect(bound, " from unnest((select $1)) as parent (id) cross join lateral (select t1.*, t2.\"name\" as o1 from "
                  "\"workspace\".\"person\" t1 left join \"workspace\".\"company\" t2 on t2.\"id\" = "
                  "t1.\"likesCompanyId\" where t1.\"companyId\" = parent.id and t1.\"deletedAt\" is null order by "
                  "t2.\"name\" collate \"und-x-icu\" nulls last, t1.\"id\" limit $2) as t0");
}

static void only_the_columns_that_are_asked_for(void **state)
{
    (void)state;
    const struct field *fields[] = {field_of("person", "id"), field_of("person", "name")};
    struct order_term terms[3] = {term(field_of("person", "position"), NULL),
                                  term(field_of("company", "name"), field_of("person", "likesCompany")),
                                  term(field_of("person", "id"), NULL)};
    struct plan_relation relation = {.field = field_of("company", "people"),
                                     .selection = {.fields = fields, .count = 2},
                                     .order = terms,
                                     .order_count = 3,
                                     .page = {.limit = 2}};
    struct str text = sql_related(&arena, &relation, ids, 2, false).sql.text;
    assert_true(
        str_starts_with(text, STR("select t0.\"id\", t0.\"position\", t0.\"nameFirstName\", t0.\"nameLastName\", "
                                  "t0.\"companyId\", t0.o1 from unnest((select $1))")));
    size_t places[3];
    bool needed[64] = {false};
    sql_related_needs(&relation, needed);
    sql_related_places(&relation, needed, places);
    assert_int_equal(places[0], 1);
    assert_int_equal(places[1], 5);
    assert_int_equal(places[2], 0);
    const struct field *names[] = {field_of("company", "id"), field_of("company", "name")};
    struct plan_relation to_one = {.field = field_of("person", "company"), .selection = {.fields = names, .count = 2}};
    expect(sql_related(&arena, &to_one, ids, 2, false),
           "select t0.\"id\", t0.\"name\" from \"workspace\".\"company\" t0 where t0.\"id\" = any($1) and "
           "t0.\"deletedAt\" is null order by t0.\"id\"");
}

static void huge_pages_are_bounded_together(void **state)
{
    (void)state;
    struct plan_relation relation = {.field = field_of("company", "people"), .page = {.limit = 49999}};
    struct sql_bound bound = sql_related(&arena, &relation, ids, 2, false);
    assert_true(str_ends_with(bound.sql.text, STR(") as t0")));
    relation.page.limit = 50000;
    bound = sql_related(&arena, &relation, ids, 2, false);
    assert_true(str_ends_with(bound.sql.text, STR(") as t0 limit $3")));
    assert_true(str_is(bound.args[2].text, "100001"));
}

static void aggregates_of_parents_and_of_all(void **state)
{
    (void)state;
    struct aggregate aggregates[] = {
        aggregate_of(STR("countEmptyName"), AGGREGATE_COUNT_EMPTY, field_of("person", "name")),
        aggregate_of(STR("countEmptyCode"), AGGREGATE_COUNT_EMPTY, field_of("person", "code"))};
    struct plan_relation relation = {
        .field = field_of("company", "people"), .aggregates = aggregates, .aggregate_count = 2};
    expect(sql_related_totals(&arena, &relation, ids, 2, false),
           "select t0.\"companyId\", count(*), (count(*) filter (where nullif(concat(t0.\"nameFirstName\", "
           "t0.\"nameLastName\"), '') is null))::text, (count(*) filter (where nullif(t0.\"code\", '') is null))::text "
           "from \"workspace\".\"person\" t0 where t0.\"companyId\" = any($1) and t0.\"deletedAt\" is null group by 1");
    struct aggregate money[] = {
        aggregate_of(STR("sumAnnualRevenueAmountMicros"), AGGREGATE_SUM, field_of("company", "annualRevenue")),
        aggregate_of(STR("percentageEmptyName"), AGGREGATE_PERCENTAGE_EMPTY, field_of("company", "name"))};
    struct plan plan = {.kind = PLAN_READ_MANY,
                        .object = catalogue_by_singular(catalogue, STR("company")),
                        .aggregates = money,
                        .aggregate_count = 2};
    expect(
        sql_aggregates(&arena, &plan),
        "select (sum(t0.\"annualRevenueAmountMicros\"))::text, ((count(*) filter (where t0.\"name\" is null))::double "
        "precision / nullif(count(*), 0))::text from \"workspace\".\"company\" t0 where t0.\"deletedAt\" is null");
}

static void search_is_a_condition(void **state)
{
    (void)state;
    struct value words = {.kind = COLUMN_TEXT, .as.text = STR_INIT("ann  o'neil")};
    struct filter search = {
        .kind = FILTER_SEARCH, .relation = field_of("person", "searchVector"), .values = &words, .value_count = 1};
    struct plan plan = {
        .kind = PLAN_READ_MANY, .object = catalogue_by_singular(catalogue, STR("person")), .filter = &search};
    struct sql_bound bound = sql_count(&arena, &plan);
    const char *text = arena_cstr(&arena, bound.sql.text);
    assert_non_null(strstr(text,
                           " is null and (t0.\"searchVector\" @@ pg_catalog.to_tsquery('pg_catalog.simple', $1) or "
                           "coalesce((select plain ilike any (array(select "));
    assert_int_equal(bound.sql.type_count, 3);
    assert_true(str_is(bound.args[0].text, "'ann':* & 'o''neil':*"));
    assert_true(str_is(bound.args[1].text, "{\"%ann  o'neil%\"}"));
    assert_true(str_is(bound.args[2].text, "{\"%'ann%\",\"%'o'neil%\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plain_one),
        cmocka_unit_test(order_cursor_offset_and_filter),
        cmocka_unit_test(an_order_across_a_relation_brings_its_column),
        cmocka_unit_test(only_the_columns_that_are_asked_for),
        cmocka_unit_test(huge_pages_are_bounded_together),
        cmocka_unit_test(aggregates_of_parents_and_of_all),
        cmocka_unit_test(search_is_a_condition),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
