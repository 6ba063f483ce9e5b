/* Root fields of the metadata API: what they ask for, and what is answered. */
#include "gateway/metaquery/metaquery.h"
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
    catalogue = crm_catalogue(1);
    schema = metadata_schema_build(&schema_arena, catalogue, &err);
    if (schema == NULL) {
        print_error("%s\n", err.text);
    }
    return schema == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&schema_arena);
    catalogue_unref(catalogue);
    return 0;
}

/* The first root field of a document. */
static const struct gql_selected *root_of(struct arena *arena, const char *source)
{
    static const struct gql_limits limits = {.lenient = true};
    struct gql_errors errors = {.arena = arena};
    struct gql_prepared *prepared = ARENA_NEW(arena, struct gql_prepared);
    if (!gql_prepare(arena, schema, str_from(source), STR_EMPTY, NULL, &limits, prepared, &errors)) {
        fail_msg("%s: %.*s", source, STR_ARG(errors.first->message));
    }
    return prepared->first;
}

/* What a query of the model is answered with; the sentence when it fails. */
static const char *answer(struct arena *arena, const char *source)
{
    struct strbuf out = {0};
    struct metaquery query;
    struct err err = {0};
    bool good = metaquery_plan(arena, root_of(arena, source), &query, &err) &&
                metaquery_put_model(&out, arena, catalogue, &query, &err);
    char *text = arena_cstr(arena, good ? strbuf_str(&out) : err_str(&err));
    strbuf_release(&out);
    return text;
}

/* Ids of the fixture: kind 1 is an object's, 2 a field's; people are 1, companies 2. */
#define PERSON  "20010000-0000-0000-0000-000000000001"
#define COMPANY "20010000-0000-0000-0000-000000000002"

static void answers_are_what_was_selected(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const cases[][2] = {
        {"{objects{edges{node{nameSingular}}}}",
         "{\"edges\":[{\"node\":{\"nameSingular\":\"company\"}},{\"node\":{\"nameSingular\":\"person\"}}]}"},
        {"{objects(paging:{first:1}){pageInfo{hasNextPage hasPreviousPage} edges{node{id}}}}",
         "{\"pageInfo\":{\"hasNextPage\":true,\"hasPreviousPage\":false},\"edges\":[{\"node\":{\"id\":\"" COMPANY
         "\"}}]}"},
        {"{objects(paging:{last:1}){pageInfo{hasNextPage hasPreviousPage} edges{node{id}}}}",
         "{\"pageInfo\":{\"hasNextPage\":false,\"hasPreviousPage\":true},\"edges\":[{\"node\":{\"id\":\"" PERSON
         "\"}}]}"},
        {"{objects(paging:{first:0}){pageInfo{startCursor endCursor}}}",
         "{\"pageInfo\":{\"startCursor\":null,\"endCursor\":null}}"},
        {"{objects(filter:{id:{eq:\"" PERSON "\"}}){edges{node{a:namePlural __typename}}}}",
         "{\"edges\":[{\"node\":{\"a\":\"people\",\"__typename\":\"Object\"}}]}"},
        {"{objects(filter:{or:[{id:{like:\"%1\"}},{isSystem:{is:true}}]}){edges{node{namePlural}}}}",
         "{\"edges\":[{\"node\":{\"namePlural\":\"people\"}}]}"},
        {"{objects(filter:{and:[{id:{gt:\"" PERSON "\"}},{isActive:{isNot:false}}]}){edges{node{namePlural}}}}",
         "{\"edges\":[{\"node\":{\"namePlural\":\"companies\"}}]}"},
        {"{objects(filter:{isActive:{is:false}}){edges{cursor}}}", "{\"edges\":[]}"},
        {"{object(id:\"" COMPANY
         "\"){fields(paging:{first:1},filter:{isSystem:{is:false}}){edges{node{name relation{type "
         "targetObjectMetadata{nameSingular} targetFieldMetadata{name}}}}}}}",
         "{\"fields\":{\"edges\":[{\"node\":{\"name\":\"people\",\"relation\":{\"type\":\"ONE_TO_MANY\","
         "\"targetObjectMetadata\":{\"nameSingular\":\"person\"},\"targetFieldMetadata\":{\"name\":\"company\"}}}}]}}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(answer(&arena, cases[i][0]), cases[i][1]);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void refusals_are_the_contracts(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const cases[][2] = {
        {"{object(id:\"x\"){id}}", "'x' is not a valid UUID"},
        {"{object(id:5){id}}", "'5' is not a valid UUID"},
        {"{object(id:\"20010000-0000-0000-0000-000000000009\"){id}}",
         "Unable to find ObjectMetadataEntity with id: 20010000-0000-0000-0000-000000000009"},
        {"{field(id:\"" PERSON "\"){id}}", "Unable to find FieldMetadataEntity with id: " PERSON},
        {"{objects(paging:{first:1001}){edges{cursor}}}",
         "Requested page size of 1001 exceeds the maximum size of 1000"},
        {"{objects(paging:{last:-1}){edges{cursor}}}", "Page size cannot be negative"},
        {"{objects(paging:{after:\"e30=\"}){edges{cursor}}}", "Invalid cursor: e30="},
        {"{objects{edges{node{fields(paging:{first:1,last:1}){edges{cursor}}}}}}",
         "paging must be with either first or last"},
        {"{objects{edges{node{indexMetadatas(paging:{first:2000}){edges{cursor}}}}}}",
         "Requested page size of 2000 exceeds the maximum size of 1000"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(answer(&arena, cases[i][0]), cases[i][1]);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static struct metaquery plan(struct arena *arena, const char *source)
{
    struct metaquery query;
    struct err err = {0};
    if (!metaquery_plan(arena, root_of(arena, source), &query, &err)) {
        fail_msg("%s: %s", source, err.text);
    }
    return query;
}

/* What GraphQL nests is taken out: operations and inputs are what REST's bodies are. */
static void arguments_become_operations(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct metaquery query =
        plan(&arena, "mutation{updateManyObjects(inputs:[{id:\"" PERSON
                     "\",update:{labelSingular:\"P\"}},{id:\"" COMPANY "\",update:{openRecordIn:RECORD_PAGE}}]){id}}");
    assert_int_equal(query.op_count, 2);
    assert_true(query.settings);
    assert_int_equal(query.ops[1].verb, MODEL_UPDATE);
    assert_int_equal(query.ops[1].id.bytes[15], 2);
    assert_true(str_is(json_get(query.ops[0].input, "labelSingular")->text, "P"));
    assert_true(str_is(json_get(query.ops[1].input, "openRecordIn")->text, "RECORD_PAGE"));

    query =
        plan(&arena, "mutation{createOneField(input:{field:{type:TEXT,name:\"a\",label:\"A\",objectMetadataId:\"" PERSON
                     "\",defaultValue:{any:[1,null]}}}){id}}");
    assert_int_equal(query.ops[0].kind, MODEL_FIELD);
    assert_true(str_is(json_get(query.ops[0].input, "type")->text, "TEXT"));
    assert_int_equal(json_get(json_get(query.ops[0].input, "defaultValue"), "any")->count, 2);

    query = plan(&arena, "mutation{updateWebhook(input:{id:\"" PERSON "\",update:{description:null}}){id}}");
    assert_int_equal(json_get(query.input, "description")->type, JSON_NULL);
    assert_int_equal(query.id.bytes[15], 1);

    query = plan(&arena, "{objects{edges{cursor}}}");
    assert_false(query.settings);
    query = plan(&arena, "{apiKeys{id}}");
    assert_true(query.settings);
    arena_release(&arena);
}

static void documents_are_picked_from(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct strbuf out = {0};
    struct err err = {0};
    static const struct json_limits limits = {.max_depth = 8, .max_nodes = 100};
    const struct json *json = json_parse(
        &arena,
        STR("[{\"id\":\"a\",\"label\":\"A\",\"isEditable\":true,\"apiKeys\":[{\"id\":\"k\",\"name\":\"K\",\"x\":1}]}]"),
        &limits, &err);
    struct metaquery query = plan(&arena, "{getRoles{b:label __typename apiKeys{name} agents{id} isEditable}}");
    assert_true(metaquery_put_document(&out, &query, json, &err));
    assert_string_equal(strbuf_cstr(&out), "[{\"b\":\"A\",\"__typename\":\"Role\",\"apiKeys\":[{\"name\":\"K\"}],"
                                           "\"agents\":null,\"isEditable\":true}]");
    strbuf_clear(&out);
    query = plan(&arena, "{webhook(id:\"" PERSON "\"){id}}");
    assert_true(metaquery_put_document(&out, &query, NULL, &err));
    assert_string_equal(strbuf_cstr(&out), "null");
    query = plan(&arena, "mutation{deleteWebhook(id:\"" PERSON "\"){id}}");
    assert_false(metaquery_put_document(&out, &query, NULL, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    strbuf_release(&out);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_what_was_selected),
        cmocka_unit_test(refusals_are_the_contracts),
        cmocka_unit_test(arguments_become_operations),
        cmocka_unit_test(documents_are_picked_from),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
