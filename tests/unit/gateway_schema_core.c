/* The schema of the records API: names and types as the contract has them, and roles that an executor can rely on. */
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/prepare.h"
#include "gateway/schema/core_schema.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct catalogue *catalogue;
static struct arena schema_arena;
static const struct gql_schema *schema;

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    catalogue = crm_catalogue(2);
    schema = core_schema_build(&schema_arena, catalogue, &err);
    return schema == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&schema_arena);
    catalogue_unref(catalogue);
    return 0;
}

static const struct gql_field *field_of(const char *type, const char *name)
{
    const struct gql_type *found = gql_schema_type(schema, str_from(type));
    return found == NULL ? NULL : gql_type_field(found, str_from(name));
}

/* contract/graphql-core 1.2, 2 and 5 */
static void types_are_the_contracts(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"Query", "people", "PersonConnection"},
        {"Query", "person", "Person"},
        {"Query", "personDuplicates", "[PersonConnection!]"},
        {"Query", "peopleGroupBy", "[PersonGroupByConnection!]"},
        {"Query", "animals1", "Animal1Connection"},
        {"Query", "animal1Duplicates", NULL},
        {"Mutation", "createPerson", "Person"},
        {"Mutation", "createPeople", "[Person!]"},
        {"Mutation", "updatePerson", "Person"},
        {"Mutation", "updatePeople", "[Person!]"},
        {"Mutation", "deletePerson", "Person"},
        {"Mutation", "destroyPeople", "[Person!]"},
        {"Mutation", "restorePeople", "[Person!]"},
        {"Mutation", "mergePeople", "Person"},
        {"Mutation", "mergeAnimals1", NULL},
        {"Person", "id", "UUID!"},
        {"Person", "createdAt", "DateTime!"},
        {"Person", "deletedAt", "DateTime"},
        {"Person", "position", "Position!"},
        {"Person", "createdBy", "Actor!"},
        {"Person", "searchVector", "TSVector"},
        {"Person", "name", "FullName"},
        {"Person", "avatarFile", "[FileObject]"},
        {"Person", "workPreference", "[PersonWorkPreferenceEnum]"},
        {"Person", "performanceRating", "PersonPerformanceRatingEnum"},
        {"Person", "extra", "JSON"},
        {"Person", "exact", "BigFloat"},
        {"Person", "companyId", "ID"},
        {"Person", "company", "Company"},
        {"Person", "likesCompanyId", "ID"},
        {"Person", "likesCompany", "Company"},
        {"Company", "people", "PersonConnection"},
        {"Company", "tagline", "String!"},
        {"Company", "employees", "Float"},
        {"Company", "rooms", "Int"},
        {"Company", "hits", "BigInt"},
        {"Company", "words", "[String]"},
        {"Phones", "additionalPhones", "[AdditionalPhone!]"},
        {"Links", "secondaryLinks", "[SecondaryLink!]"},
        {"Emails", "additionalEmails", "[String!]"},
        {"Actor", "context", "ActorContext"},
        {"Actor", "source", "ActorSourceEnum"},
        {"PersonConnection", "edges", "[PersonEdge!]!"},
        {"PersonConnection", "pageInfo", "PageInfo!"},
        {"PersonConnection", "totalCount", "Int"},
        {"PersonConnection", "groupByDimensionValues", NULL},
        {"PersonGroupByConnection", "groupByDimensionValues", "JSON!"},
        {"PersonGroupByConnection", "minCreatedAt", "DateTime"},
        {"PersonConnection", "countUniqueValuesJobTitle", "Int"},
        {"PersonConnection", "percentageNotEmptyName", "Float"},
        {"PersonConnection", "countEmptyCompany", NULL},
        {"PersonConnection", "countEmptyLikesCompany", "Int"},
        {"CompanyConnection", "sumAnnualRevenueAmountMicros", "Float"},
        {"CompanyConnection", "avgEmployees", "Float"},
        {"CompanyConnection", "countTrueVisaSponsorship", "Int"},
        {"CompanyConnection", "avgName", NULL},
        {"PersonEdge", "node", "Person!"},
        {"PersonEdge", "cursor", "Cursor!"},
        {"PersonCreateInput", "id", "ID"},
        {"PersonCreateInput", "code", "String!"},
        {"PersonUpdateInput", "code", "String"},
        {"CompanyCreateInput", "tagline", "String"},
        {"PersonCreateInput", "createdBy", "ActorCreateInput"},
        {"PersonUpdateInput", "emails", "EmailsUpdateInput"},
        {"PersonCreateInput", "companyId", "ID"},
        {"PersonCreateInput", "company", "CompanyRelationInput"},
        {"CompanyCreateInput", "people", NULL},
        {"PersonCreateInput", "avatarFile", "[FileItemInput]"},
        {"ActorCreateInput", "name", NULL},
        {"PersonFilterInput", "and", "[PersonFilterInput]"},
        {"PersonFilterInput", "not", "PersonFilterInput"},
        {"PersonFilterInput", "company", "CompanyFilterInput"},
        {"PersonFilterInput", "companyId", "UUIDFilter"},
        {"PersonFilterInput", "position", "FloatFilter"},
        {"PersonFilterInput", "avatarFile", "RawJsonFilter"},
        {"PersonFilterInput", "body", "RichTextFilter"},
        {"PersonFilterInput", "workPreference", "PersonWorkPreferenceEnumFilter"},
        {"PersonWorkPreferenceEnumFilter", "in", "[PersonWorkPreferenceEnum]"},
        {"ActorFilterInput", "workspaceMemberId", "UUIDFilter"},
        {"CompanyFilterInput", "words", "ArrayFilter"},
        {"CompanyFilterInput", "rooms", "IntFilter"},
        {"StringFilter", "in", "[String!]"},
        {"UUIDFilter", "in", "[UUID]"},
        {"PersonOrderByInput", "name", "FullNameOrderByInput"},
        {"PersonOrderByInput", "company", "CompanyOrderByInput"},
        {"PersonOrderByInput", "companyId", "OrderByDirection"},
        {"CompanyOrderByInput", "people", NULL},
        {"PersonGroupByInput", "createdAt", "GroupByDateGranularityInput"},
        {"PersonGroupByInput", "deletedAt", NULL},
        {"PersonGroupByInput", "id", NULL},
        {"PersonGroupByInput", "extra", NULL},
        {"PersonGroupByInput", "company", "CompanyGroupByInput"},
        {"PersonGroupByInput", "companyId", "Boolean"},
        {"PersonGroupByInput", "jobTitle", "Boolean"},
        {"LinksGroupByInput", "secondaryLinks", NULL},
        {"PersonOrderByWithGroupByInput", "aggregate", "PersonOrderByWithGroupByAggregateInput"},
        {"PersonOrderByWithGroupByInput", "deletedAt", "OrderByDateGranularityInput"},
        {"PersonOrderByWithGroupByInput", "company", "CompanyOrderByWithGroupByInput"},
        {"CompanyOrderByWithGroupByAggregateInput", "avgEmployees", "OrderByDirection"},
        {"CompanyOrderByWithGroupByAggregateInput", "edges", NULL},
        {"PersonWhereUniqueInput", "id", "ID"},
        {"PersonWhereUniqueInput", "emails", "PersonEmailsWhereInput"},
        {"PersonEmailsWhereInput", "primaryEmail", "String"},
        {"CompanyRelationInput", "connect", "CompanyConnectInput"},
        {"CompanyRelationInput", "create", "CompanyCreateInput"},
        {"CompanyConnectInput", "where", "CompanyWhereUniqueInput"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct gql_field *field = field_of(cases[i][0], cases[i][1]);
        if ((field == NULL) != (cases[i][2] == NULL)) {
            fail_msg("%s.%s", cases[i][0], cases[i][1]);
        }
        if (field != NULL) {
            assert_string_equal(arena_cstr(&arena, gql_ref_text(&arena, schema, field->type)), cases[i][2]);
        }
    }
    arena_release(&arena);
}

static void arguments_are_the_contracts(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"people", "discover:Boolean first:Int last:Int offset:Int before:String after:String filter:PersonFilterInput "
                   "orderBy:[PersonOrderByInput]"},
        {"person", "filter:PersonFilterInput!"},
        {"personDuplicates", "ids:[UUID] data:[PersonCreateInput]"},
        {"peopleGroupBy", "groupBy:[PersonGroupByInput!]! filter:PersonFilterInput "
                          "orderBy:[PersonOrderByWithGroupByInput] orderByForRecords:[PersonOrderByInput] viewId:UUID "
                          "limit:Int offsetForRecords:Int"},
        {"createPerson", "data:PersonCreateInput! upsert:Boolean shareWith:[ShareWithInput!]"},
        {"createPeople", "data:[PersonCreateInput!]! upsert:Boolean shareWith:[ShareWithInput!]"},
        {"updatePerson", "id:UUID! data:PersonUpdateInput!"},
        {"updatePeople", "data:PersonUpdateInput! filter:PersonFilterInput!"},
        {"deletePerson", "id:UUID!"},
        {"destroyPeople", "filter:PersonFilterInput!"},
        {"mergePeople", "ids:[UUID!]! conflictPriorityIndex:Int! dryRun:Boolean"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct gql_field *field = field_of("Query", cases[i][0]);
        field = field == NULL ? field_of("Mutation", cases[i][0]) : field;
        struct strbuf out = {0};
        for (size_t k = 0; k < field->argument_count; k++) {
            strbuf_printf(&out, "%s%.*s:", k == 0 ? "" : " ", STR_ARG(field->arguments[k].name));
            gql_ref_print(&out, schema, field->arguments[k].type);
        }
        assert_string_equal(strbuf_cstr(&out), cases[i][1]);
        strbuf_release(&out);
    }
    assert_int_equal(field_of("Company", "people")->argument_count, 7);
    assert_true(str_is(field_of("Company", "people")->arguments[0].name, "first"));
}

static void roles_and_sources_say_what_a_field_is(void **state)
{
    (void)state;
    const struct object *person = catalogue_by_singular(catalogue, STR("person"));
    const struct object *company = catalogue_by_singular(catalogue, STR("company"));
    static const struct {
        const char *type, *field;
        enum core_role role;
    } cases[] = {
        {"Query", "people", CORE_FIND_MANY},
        {"Mutation", "restorePeople", CORE_RESTORE_MANY},
        {"Person", "jobTitle", CORE_FIELD},
        {"Person", "companyId", CORE_JOIN},
        {"Person", "company", CORE_TO_ONE},
        {"Company", "people", CORE_TO_MANY},
        {"CompanyConnection", "sumEmployees", CORE_SUM},
        {"CompanyOrderByWithGroupByAggregateInput", "sumEmployees", CORE_SUM},
        {"PersonFilterInput", "or", CORE_OR},
        {"StringFilter", "startsWith", CORE_STARTS_WITH},
        {"Links", "primaryLinkUrl", CORE_SUB},
        {"PageInfo", "endCursor", CORE_END_CURSOR},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(field_of(cases[i].type, cases[i].field)->role, cases[i].role);
    }
    assert_ptr_equal(field_of("Query", "people")->source, person);
    assert_ptr_equal(field_of("Person", "companyId")->source, object_field(person, STR("company")));
    assert_ptr_equal(field_of("CompanyConnection", "sumEmployees")->source, object_field(company, STR("employees")));
    assert_ptr_equal(field_of("Links", "primaryLinkUrl")->source, &field_types[FIELD_LINKS].subs[1]);
    assert_ptr_equal(gql_schema_type(schema, STR("Person"))->source, person);
    assert_int_equal(gql_schema_type(schema, STR("PersonConnection"))->role, CORE_TYPE_CONNECTION);
}

/* contract, appendix A: what the web client sends, and 6: what the integration tests send. */
static void documents_of_clients_are_prepared(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"query FindManyPeople($filter: PersonFilterInput, $orderBy: [PersonOrderByInput], $lastCursor: String, "
         "$limit: "
         "Int, $offset: Int) { people(filter: $filter, orderBy: $orderBy, first: $limit, after: $lastCursor, offset: "
         "$offset) { edges { node { __typename id name { firstName lastName } company { name } } cursor } pageInfo { "
         "hasNextPage hasPreviousPage startCursor endCursor } totalCount } }",
         "{\"filter\":{\"or\":[{\"deletedAt\":{\"is\":\"NULL\"}},{\"jobTitle\":{\"ilike\":\"%a%\"}}]},\"orderBy\":{"
         "\"name\":{\"firstName\":\"AscNullsFirst\"}},\"limit\":60}"},
        {"query FindOnePerson($objectRecordId: UUID!) { person(filter: { or: [{deletedAt:{is:NULL}},{deletedAt:{is:"
         "NOT_NULL}}] id: { eq: $objectRecordId } }) { id } }",
         "{\"objectRecordId\":\"20202020-0000-4000-8000-000000000001\"}"},
        {"mutation CreatePeople($data: [PersonCreateInput!]!, $upsert: Boolean) { createPeople(data: $data, upsert: "
         "$upsert) { id emails { primaryEmail additionalEmails } } }",
         "{\"data\":[{\"code\":\"a\",\"emails\":{\"primaryEmail\":\"a@b.c\"},\"company\":{\"connect\":{\"where\":{"
         "\"domainName\":{\"primaryLinkUrl\":\"x\"}}}}}]}"},
        {"query ($f: CompanyFilterInput) { companies(filter: $f) { totalCount avgEmployees edges { node { people { "
         "percentageEmptyJobTitle edges { node { id } } } } } } }",
         "{\"f\":{}}"},
        {"query { companiesGroupBy(groupBy: [{ createdAt: { granularity: MONTH } }, { workPolicy: true }], orderBy: [{ "
         "aggregate: { avgEmployees: DescNullsLast } }]) { groupByDimensionValues totalCount } }",
         "{}"},
    };
    static const struct json_limits limits = {.max_depth = 32, .max_nodes = 1000};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors = {.arena = &arena};
        struct gql_prepared prepared;
        const struct json *variables = json_parse(&arena, str_from(cases[i][1]), &limits, NULL);
        if (!gql_prepare(&arena, schema, str_from(cases[i][0]), STR_EMPTY, variables, NULL, &prepared, &errors)) {
            fail_msg("%zu: %.*s", i, STR_ARG(errors.first->message));
        }
        arena_release(&arena);
    }
}

/* Names that two objects would share, that a shared type has, or that are made of several words. */
static void objects_that_collide_are_left_out(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"rocketShip", "rocketShips"}, {"rocketShipEdge", "rocketShipEdges"},
        {"pageInfo", "pageInfos"},     {"actor", "actors"},
        {"query", "queries"},          {"httpAPIKey2x", "httpAPIKeys2x"},
    };
    struct crm_model model = {.object_count = 0};
    model.objects = ARENA_ARRAY(&model.arena, struct object_row, ARRAY_LEN(names));
    model.fields = ARENA_ARRAY(&model.arena, struct field_row, ARRAY_LEN(names) * ARRAY_LEN(crm_system));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        crm_object(&model, str_from(names[i][0]), str_from(names[i][1]));
        crm_add(&model, i, crm_system, ARRAY_LEN(crm_system));
    }
    struct model_rows rows = {.version = 1,
                              .schema = STR("workspace"),
                              .objects = model.objects,
                              .object_count = model.object_count,
                              .fields = model.fields,
                              .field_count = model.field_count};
    struct err err = {0};
    struct arena arena = {0};
    struct catalogue *small = catalogue_build(&rows, &err);
    assert_non_null(small);
    const struct gql_schema *made = core_schema_build(&arena, small, &err);
    assert_non_null(made);
    assert_non_null(gql_schema_type(made, STR("RocketShip")));
    assert_non_null(gql_schema_type(made, STR("HttpApiKey2X")));
    assert_null(gql_schema_type(made, STR("RocketShipEdgeEdge")));
    assert_null(gql_schema_type(made, STR("ActorConnection")));
    assert_null(gql_schema_type(made, STR("QueryConnection")));
    assert_int_equal(gql_schema_root(made, GQL_QUERY)->count, 2 * 3);
    arena_release(&arena);
    catalogue_unref(small);
    arena_release(&model.arena);
}

static void every_schema_prints(void **state)
{
    (void)state;
    struct strbuf out = {0};
    gql_schema_print_sdl(&out, schema);
    assert_true(str_find_str(strbuf_str(&out), STR("\ntype PersonEdge {\n  node: Person!\n  cursor: Cursor!\n}\n")) <
                out.len);
    assert_true(str_find_str(strbuf_str(&out), STR("\nenum PersonWorkPreferenceEnum {\n  \"\"\"ON_SITE\"\"\"\n")) <
                out.len);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_the_contracts),
        cmocka_unit_test(arguments_are_the_contracts),
        cmocka_unit_test(roles_and_sources_say_what_a_field_is),
        cmocka_unit_test(documents_of_clients_are_prepared),
        cmocka_unit_test(objects_that_collide_are_left_out),
        cmocka_unit_test(every_schema_prints),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
