/* What a plan brought back, as the reply has it: over a model with a field of every type, with results made by hand. */
#include "gateway/resolve/resolve.h"
#include "gateway/schema/core_schema.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct resolve_limits limits = {.page_size_default = 60,
                                             .page_size_max = 200,
                                             .relation_limit = 60,
                                             .max_batch = 60,
                                             .max_merge = 9,
                                             .max_groups = 1000,
                                             .max_depth = 5,
                                             .max_complexity = 4};

struct world {
    struct arena arena;
    struct arena request;
    struct catalogue *catalogue;
    const struct gql_schema *schema;
    struct resolved resolved;
    struct plan_result result;
    struct err err;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->catalogue = crm_catalogue(1);
    world->schema = core_schema_build(&world->arena, world->catalogue, &world->err);
    assert_non_null(world->schema);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_release(&world->request);
    arena_release(&world->arena);
    catalogue_unref(world->catalogue);
    free(world);
    return 0;
}

static bool plan(struct world *world, const char *document)
{
    static const struct gql_limits gql_limits = {.lenient = true};
    struct gql_errors errors = {.arena = &world->request};
    struct gql_prepared prepared;
    bool good = gql_prepare(&world->request, world->schema, str_from(document), STR_EMPTY, NULL, &gql_limits, &prepared,
                            &errors);
    if (!good) {
        fail_msg("%.*s", STR_ARG(errors.first->message));
    }
    return resolve_plan(&world->request, prepared.first, &limits, 0, &world->resolved, &world->err);
}

static void ask(struct world *world, const char *document)
{
    if (!plan(world, document)) {
        fail_msg("%s", world->err.text);
    }
    world->result = (struct plan_result){
        .records = {.object = world->resolved.plan.object, .selection = &world->resolved.plan.selection},
        .page = {.total = -1}};
}

/* Records without any values but their ids, which are small numbers. */
static void add_rows(struct world *world, struct record_set *set, size_t count)
{
    set->rows = ARENA_ARRAY(&world->request, struct value *, count + 1);
    set->count = count;
    for (size_t row = 0; row < count; row++) {
        set->rows[row] = ARENA_ARRAY(&world->request, struct value, set->object->column_count);
        for (size_t i = 0; i < set->object->column_count; i++) {
            set->rows[row][i] = value_null(set->object->columns[i].kind);
        }
        set->rows[row][0] = (struct value){.kind = COLUMN_UUID,
                                           .as.uuid = {.bytes = {[6] = 0x40, [8] = 0x80, [15] = (uint8_t)(row + 1)}}};
    }
}

static struct value *cell(struct record_set *set, size_t row, const char *column)
{
    for (size_t i = 0; i < set->object->column_count; i++) {
        if (str_is(set->object->columns[i].name, column)) {
            set->rows[row][i].null = false;
            return &set->rows[row][i];
        }
    }
    fail_msg("no column %s", column);
    return NULL;
}

static void set_text(struct record_set *set, size_t row, const char *column, const char *text)
{
    cell(set, row, column)->as.text = str_from(text);
}

/* Links each parent to as many records as `numbers` say, one after the other. */
static struct record_links *add_links(struct world *world, struct record_set *set, const size_t *numbers)
{
    struct arena *arena = &world->request;
    size_t relations = set->selection->relation_count;
    struct record_links *links = ARENA_ARRAY(arena, struct record_links, relations);
    size_t at = 0;
    for (size_t i = 0; i < relations; i++) {
        const struct plan_relation *relation = &set->selection->relations[i];
        size_t total = 0;
        links[i] = (struct record_links){.relation = relation,
                                         .set = {.object = relation->field->target, .selection = &relation->selection},
                                         .first = ARENA_ARRAY(arena, size_t, set->count),
                                         .number = ARENA_ARRAY(arena, size_t, set->count),
                                         .cut = ARENA_ARRAY(arena, bool, set->count),
                                         .total = ARENA_ARRAY(arena, int64_t, set->count)};
        for (size_t row = 0; row < set->count; row++) {
            links[i].first[row] = total;
            links[i].number[row] = numbers[at++];
            links[i].total[row] = 10 + (int64_t)row;
            total += links[i].number[row];
        }
        add_rows(world, &links[i].set, total);
    }
    set->links = links;
    return links;
}

static void expect(struct world *world, const char *json)
{
    struct strbuf out = {0};
    assert_true(resolve_put(&out, &world->request, &world->resolved, &world->result, &world->err));
    assert_string_equal(strbuf_cstr(&out), json);
    strbuf_release(&out);
}

#define ID(n) "\"00000000-0000-4000-8000-00000000000" n "\""

static void nothing_reads_as_the_contract_says(void **state)
{
    struct world *world = *state;
    ask(world, "{ person(filter: {id: {eq: \"00000000-0000-4000-8000-000000000001\"}}) {"
               " id name { firstName } emails { primaryEmail additionalEmails } phones linkedinLink { secondaryLinks"
               " { url } } jobTitle workPreference performanceRating extra born token exact body avatarFile { label }"
               " companyId searchVector createdBy { source name workspaceMemberId } } }");
    assert_int_equal(world->resolved.plan.kind, PLAN_READ_ONE);
    add_rows(world, &world->result.records, 1);
    expect(world, "{\"id\":" ID(
                      "1") ",\"name\":{\"firstName\":\"\"},\"emails\":{\"primaryEmail\":\"\",\"additionalEmails\":[]},"
                           "\"phones\":{\"primaryPhoneNumber\":\"\",\"primaryPhoneCountryCode\":\"\","
                           "\"primaryPhoneCallingCode\":\"\","
                           "\"additionalPhones\":[]},\"linkedinLink\":{\"secondaryLinks\":[]},\"jobTitle\":\"\","
                           "\"workPreference\":[],"
                           "\"performanceRating\":null,\"extra\":null,\"born\":null,\"token\":null,\"exact\":null,"
                           "\"body\":{\"blocknote\":null,\"markdown\":\"\"},\"avatarFile\":null,\"companyId\":null,"
                           "\"searchVector\":null,"
                           "\"createdBy\":{\"source\":null,\"name\":\"\",\"workspaceMemberId\":null}}");
}

static void amounts_are_numbers_and_their_currency_may_be_null(void **state)
{
    struct world *world = *state;
    ask(world, "{ company(filter: {name: {eq: \"x\"}}) { annualRevenue { amountMicros currencyCode } words } }");
    add_rows(world, &world->result.records, 1);
    set_text(&world->result.records, 0, "annualRevenueAmountMicros", "1000000000000");
    expect(world, "{\"annualRevenue\":{\"amountMicros\":1000000000000,\"currencyCode\":null},\"words\":[]}");
}

static void members_of_stored_json_are_projected(void **state)
{
    struct world *world = *state;
    ask(world, "{ person(filter: {jobTitle: {eq: \"x\"}}) { a: phones { additionalPhones { __typename number n: number"
               " countryCode } } b: phones { additionalPhones } avatarFile { url fileId } createdBy { context } } }");
    add_rows(world, &world->result.records, 1);
    set_text(&world->result.records, 0, "phonesAdditionalPhones", "[{\"number\":\"1\",\"callingCode\":\"+358\"},{}]");
    set_text(&world->result.records, 0, "avatarFile", "[{\"fileId\":\"f\",\"label\":\"l\"}]");
    set_text(&world->result.records, 0, "createdByContext", "{\"provider\":\"p\"}");
    expect(
        world,
        "{\"a\":{\"additionalPhones\":[{\"__typename\":\"AdditionalPhone\",\"number\":\"1\",\"n\":\"1\","
        "\"countryCode\":null},{\"__typename\":\"AdditionalPhone\",\"number\":null,\"n\":null,\"countryCode\":null}]},"
        "\"b\":{\"additionalPhones\":[{\"number\":\"1\",\"callingCode\":\"+358\"},{}]},"
        "\"avatarFile\":[{\"url\":null,\"fileId\":\"f\"}],\"createdBy\":{\"context\":{\"provider\":\"p\"}}}");
}

static void typename_stands_at_every_level(void **state)
{
    struct world *world = *state;
    ask(world, "{ people { __typename edges { __typename node { __typename name { __typename firstName } } cursor }"
               " pageInfo { __typename hasNextPage startCursor } } }");
    add_rows(world, &world->result.records, 1);
    set_text(&world->result.records, 0, "nameFirstName", "A\"nn");
    world->result.page.has_next = true;
    expect(
        world,
        "{\"__typename\":\"PersonConnection\",\"edges\":[{\"__typename\":\"PersonEdge\",\"node\":{\"__typename\":"
        "\"Person\",\"name\":{\"__typename\":\"FullName\",\"firstName\":\"A\\\"nn\"}},\"cursor\":"
        "\"eyJpZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSJ9\"}],\"pageInfo\":{\"__typename\":\"PageInfo\","
        "\"hasNextPage\":true,\"startCursor\":"
        "\"eyJpZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSJ9\"}}");
}

static void an_empty_page_has_no_cursors(void **state)
{
    struct world *world = *state;
    ask(world,
        "{ people(first: 0) { edges { cursor } pageInfo { startCursor endCursor hasPreviousPage } totalCount } }");
    world->result.page.total = 7;
    expect(world, "{\"edges\":[],\"pageInfo\":{\"startCursor\":null,\"endCursor\":null,\"hasPreviousPage\":false},"
                  "\"totalCount\":7}");
}

static void all_skipped_is_an_empty_object(void **state)
{
    struct world *world = *state;
    ask(world, "{ people { edges { node { id @skip(if: true) } } } }");
    add_rows(world, &world->result.records, 2);
    expect(world, "{\"edges\":[{\"node\":{}},{\"node\":{}}]}");
}

static void a_deleted_target_is_null_with_its_join_column(void **state)
{
    struct world *world = *state;
    ask(world, "{ people { edges { node { companyId company { name id } other: company { id } likesCompanyId } } } }");
    struct record_set *set = &world->result.records;
    add_rows(world, set, 2);
    for (size_t row = 0; row < 2; row++) {
        cell(set, row, "companyId")->as.uuid = (struct uuid){.bytes = {[6] = 0x40, [8] = 0x80, [15] = 1}};
        cell(set, row, "likesCompanyId")->as.uuid = (struct uuid){.bytes = {[6] = 0x40, [8] = 0x80, [15] = 9}};
    }
    struct record_links *links = add_links(world, set, (const size_t[]){1, 0, 1, 0});
    set_text(&links[0].set, 0, "name", "Acme");
    expect(
        world,
        "{\"edges\":[{\"node\":{\"companyId\":" ID("1") ",\"company\":{\"name\":\"Acme\",\"id\":" ID(
            "1") "},\"other\":{\"id\":" ID("1") "},\"likesCompanyId\":" ID("9") "}},"
                                                                                "{\"node\":{\"companyId\":null,"
                                                                                "\"company\":null,\"other\":null,"
                                                                                "\"likesCompanyId\":" ID("9") "}}]}");
}

static void one_relation_under_several_names(void **state)
{
    struct world *world = *state;
    ask(world, "{ companies { edges { node { few: people(first: 1) { edges { node { id } } pageInfo { hasNextPage"
               " hasPreviousPage } } back: people(last: 1, before:"
               " \"eyJpZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSJ9\") { pageInfo { hasNextPage"
               " hasPreviousPage endCursor } } all: people { totalCount countEmptyJobTitle } } } } }");
    struct record_set *set = &world->result.records;
    assert_int_equal(world->resolved.plan.selection.relation_count, 3);
    assert_true(world->resolved.plan.selection.relations[2].page.unseen);
    add_rows(world, set, 2);
    struct record_links *links = add_links(world, set, (const size_t[]){1, 1, 0, 1, 0, 0});
    struct str one = STR("3");
    const struct str *aggregates[] = {&one, NULL};
    links[0].cut[0] = true;
    links[1].cut[1] = true;
    links[2].aggregates = ARENA_ARRAY(&world->request, const struct str *, 2);
    links[2].aggregates[0] = aggregates[0];
    links[2].aggregates[1] = ARENA_NEW(&world->request, struct str);
    expect(world, "{\"edges\":[{\"node\":{\"few\":{\"edges\":[{\"node\":{\"id\":" ID(
                      "1") "}}],\"pageInfo\":{\"hasNextPage\":true,\"hasPreviousPage\":false}},\"back\":{\"pageInfo\":{"
                           "\"hasNextPage\":"
                           "true,\"hasPreviousPage\":false,\"endCursor\":null}},\"all\":{\"totalCount\":10,"
                           "\"countEmptyJobTitle\":3}}},"
                           "{\"node\":{\"few\":{\"edges\":[{\"node\":{\"id\":" ID(
                               "2") "}}],\"pageInfo\":{\"hasNextPage\":false,\"hasPreviousPage\":false}},\"back\":{"
                                    "\"pageInfo\":{\"hasNextPage\":"
                                    "true,\"hasPreviousPage\":true,\"endCursor\":"
                                    "\"eyJpZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSJ9\"}},\"all\":{"
                                    "\"totalCount\":11,"
                                    "\"countEmptyJobTitle\":null}}}]}");
}

static void aggregates_are_typed(void **state)
{
    struct world *world = *state;
    ask(world, "{ companies { s: sumAnnualRevenueAmountMicros avgEmployees maxCreatedAt percentageEmptyName"
               " countTrueVisaSponsorship minEmployees } }");
    static const struct str texts[] = {STR_INIT("1000000000000"), STR_INIT("2.5"), STR_INIT("2026-01-01T00:00:00.000Z"),
                                       STR_INIT("0.25"),          STR_INIT("2"),   {NULL, 0}};
    world->result.aggregates = texts;
    assert_true(world->resolved.plan.page.unseen);
    expect(world, "{\"s\":1000000000000,\"avgEmployees\":2.5,\"maxCreatedAt\":\"2026-01-01T00:00:00.000Z\","
                  "\"percentageEmptyName\":0.25,\"countTrueVisaSponsorship\":2,\"minEmployees\":null}");
}

static void groups_have_typed_values_and_their_records(void **state)
{
    struct world *world = *state;
    ask(world,
        "{ companiesGroupBy(groupBy: [{employees: true}, {annualRevenue: {amountMicros: true}}, {workPolicy: true},"
        " {words: true}], limit: 3) { groupByDimensionValues totalCount edges { node { id } } pageInfo { hasNextPage } "
        "} }");
    static const struct str first[] = {STR_INIT("12"), STR_INIT("100"), {NULL, 0}, STR_INIT("{a,\"b \\\"c\\\",\",d}")};
    static const struct str second[] = {{NULL, 0}, STR_INIT("0.5"), STR_INIT("HYBRID"), STR_INIT("{}")};
    static const struct str counts[] = {STR_INIT("2"), STR_INIT("12")};
    struct result_group groups[] = {{first, &counts[0], 0, 2}, {second, &counts[1], 2, 1}};
    world->result.groups = groups;
    world->result.group_count = 2;
    add_rows(world, &world->result.records, 3);
    expect(world,
           "[{\"groupByDimensionValues\":[12,\"100\",null,[\"a\",\"b \\\"c\\\",\",\"d\"]],\"totalCount\":2,\"edges\":["
           "{\"node\":{\"id\":" ID("1") "}},{\"node\":{\"id\":" ID(
               "2") "}}],\"pageInfo\":{\"hasNextPage\":false}},"
                    "{\"groupByDimensionValues\":[null,\"0.5\",\"HYBRID\",[]],\"totalCount\":12,\"edges\":[{\"node\":{"
                    "\"id\":" ID("3") "}}],\"pageInfo\":{\"hasNextPage\":true}}]");
}

static void duplicates_are_a_connection_an_input(void **state)
{
    struct world *world = *state;
    ask(world, "{ personDuplicates(ids: [\"00000000-0000-4000-8000-000000000001\","
               " \"00000000-0000-4000-8000-000000000002\"]) { totalCount edges { node { id } } } }");
    struct result_duplicates found[] = {{.first = 0, .count = 0}, {.first = 0, .count = 2, .page = {.total = 5}}};
    world->result.duplicates = found;
    world->result.duplicates_count = 2;
    add_rows(world, &world->result.records, 2);
    expect(world, "[{\"totalCount\":0,\"edges\":[]},{\"totalCount\":5,\"edges\":[{\"node\":{\"id\":" ID(
                      "1") "}},{\"node\":{\"id\":" ID("2") "}}]}]");
}

static void one_record_and_many_of_a_mutation(void **state)
{
    struct world *world = *state;
    ask(world, "mutation { createPerson(data: {code: \"x\"}) { id } }");
    add_rows(world, &world->result.records, 1);
    expect(world, "{\"id\":" ID("1") "}");
    ask(world, "mutation { createPeople(data: [{code: \"x\"}, {code: \"y\"}]) { id } }");
    add_rows(world, &world->result.records, 2);
    expect(world, "[{\"id\":" ID("1") "},{\"id\":" ID("2") "}]");
}

static void a_record_that_is_not_there_is_said(void **state)
{
    struct world *world = *state;
    struct strbuf out = {0};
    ask(world, "{ person(filter: {jobTitle: {eq: \"x\"}}) { id } }");
    assert_false(resolve_put(&out, &world->request, &world->resolved, &world->result, &world->err));
    assert_int_equal(world->err.code, ERR_NOT_FOUND);
    assert_string_equal(world->err.text, "Record not found");
    assert_int_equal(out.len, 0);
}

static void the_field_at_fault_is_named(void **state)
{
    struct world *world = *state;
    assert_false(plan(world, "{ companies { edges { node { id wrong: people(first: -1) { totalCount } } } } }"));
    assert_string_equal(world->err.text, "First argument must be non-negative");
    assert_true(str_is(world->resolved.fault->key, "wrong"));
    assert_false(plan(world, "{ bad: companies(first: -1) { totalCount } }"));
    assert_true(str_is(world->resolved.fault->key, "bad"));
}

static void relations_are_counted(void **state)
{
    struct world *world = *state;
    assert_true(plan(world, "{ people { edges { node { company { id } b: company { id } c: company { id } } } } }"));
    assert_false(plan(world, "{ people { edges { node { company { id } b: company { id } c: company { id } d: company"
                             " { people { totalCount } } } } } }"));
    assert_string_equal(world->err.tag, "TOO_COMPLEX_QUERY");
    assert_string_equal(world->err.text,
                        "Query complexity is too high. Please, reduce the amount of relation fields requested. Query "
                        "complexity: 6. Maximum complexity: 4.");
}

/* How complex it is, when it is too complex. */
static int complexity(struct world *world, const char *query)
{
    int count = 0;
    assert_false(plan(world, query));
    const char *at = strstr(world->err.text, "Query complexity: ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "Query complexity: %d", &count), 1);
    return count;
}

#define THREE "a: company { id } b: company { id } c: company { id }"

static void relations_of_orders_and_filters_are_counted(void **state)
{
    struct world *world = *state;
    assert_true(plan(world, "{ people(orderBy: [{jobTitle: AscNullsLast}], filter: {companyId: {is: NULL}}) { edges {"
                            " node { " THREE " } } } }"));
    assert_int_equal(complexity(world, "{ people(orderBy: [{company: {name: AscNullsLast}}, {company: {employees:"
                                       " AscNullsLast}}]) { edges { node { " THREE " } } } }"),
                     5);
    assert_int_equal(complexity(world, "{ people(filter: {or: [{company: {name: {eq: \"a\"}}}, {company: {name: {eq:"
                                       " \"b\"}}}]}) { edges { node { " THREE " } } } }"),
                     6);
    assert_int_equal(complexity(world, "{ companies { edges { node { people(orderBy: [{company: {name: AscNullsLast}}],"
                                       " filter: {company: {name: {eq: \"a\"}}}) { edges { node { company { id }"
                                       " b: company { id } } } } } } } }"),
                     6);
    /* Groups with records have theirs each (contract 3.3). */
    assert_int_equal(complexity(world, "{ peopleGroupBy(groupBy: [{jobTitle: true}], limit: 3) { edges { node { company"
                                       " { id } } } } }"),
                     7);
    assert_true(plan(world, "{ peopleGroupBy(groupBy: [{jobTitle: true}]) { totalCount } }"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(nothing_reads_as_the_contract_says),
        TEST(amounts_are_numbers_and_their_currency_may_be_null),
        TEST(members_of_stored_json_are_projected),
        TEST(typename_stands_at_every_level),
        TEST(an_empty_page_has_no_cursors),
        TEST(all_skipped_is_an_empty_object),
        TEST(a_deleted_target_is_null_with_its_join_column),
        TEST(one_relation_under_several_names),
        TEST(aggregates_are_typed),
        TEST(groups_have_typed_values_and_their_records),
        TEST(duplicates_are_a_connection_an_input),
        TEST(one_record_and_many_of_a_mutation),
        TEST(a_record_that_is_not_there_is_said),
        TEST(the_field_at_fault_is_named),
        TEST(relations_are_counted),
        TEST(relations_of_orders_and_filters_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
