/* From a request to the tree that is executed: operations, variables, arguments, collected fields, introspection. */
#include "common/text/json_write.h"
#include "gateway/graphql/document_key.h"
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/prepare.h"
#include "gateway/graphql/validate.h"
#include "tests/unit/gateway_graphql_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct json_limits json_limits = {.max_depth = 32, .max_nodes = 1000};
static const struct gql_schema *schema;
static struct arena schema_arena;

static int set_up(void **state)
{
    (void)state;
    schema = zoo_schema(&schema_arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&schema_arena);
    return 0;
}

/* `key(argument=json,…)[error]{…}` for every field of the tree. */
static void show(struct arena *arena, struct strbuf *out, const struct gql_selected *first)
{
    for (const struct gql_selected *at = first; at != NULL; at = at->next) {
        strbuf_puts(out, at == first ? "" : " ");
        strbuf_put(out, at->key);
        if (at->field != NULL && !str_eq(at->field->name, at->key)) {
            strbuf_printf(out, ":%.*s", STR_ARG(at->field->name));
        }
        for (const struct gql_datum *datum = at->arguments; datum != NULL; datum = datum->next) {
            strbuf_printf(out, "%s%.*s=", datum == at->arguments ? "(" : ",", STR_ARG(datum->field->name));
            json_put_canonical(out, gql_datum_json(arena, datum));
            strbuf_puts(out, datum->next == NULL ? ")" : "");
        }
        if (at->error != NULL) {
            strbuf_printf(out, "[%.*s]", STR_ARG(at->error->message));
        }
        if (at->first != NULL) {
            strbuf_puts(out, "{");
            show(arena, out, at->first);
            strbuf_puts(out, "}");
        }
    }
}

/* What was made ahead of time gives the same. */
static void check_ahead(struct arena *arena, struct str text, const char *operation, const struct json *variables,
                        const struct gql_limits *limits, const struct gql_prepared *wanted, const char *shown)
{
    struct gql_errors errors = {.arena = arena, .source = text};
    struct gql_prepared prepared;
    const struct gql_document *document = gql_parse(arena, text, limits, &errors);
    assert_non_null(document);
    const struct gql_ahead *ahead = gql_prepare_ahead(arena, schema, document);
    assert_true(gql_prepare_document(arena, schema, document, ahead, str_from(operation), variables, limits, &prepared,
                                     &errors));
    struct strbuf out = {0};
    show(arena, &out, prepared.first);
    assert_string_equal(strbuf_cstr(&out), shown);
    strbuf_release(&out);
    assert_int_equal(prepared.count, wanted->count);
    assert_int_equal(prepared.field_count, wanted->field_count);
    assert_int_equal(prepared.depth, wanted->depth);
    assert_int_equal(prepared.introspects, wanted->introspects);
}

/* The tree as text, or "! " and the first message. */
static const char *prepare(struct arena *arena, const char *text, const char *operation, const char *variables,
                           const struct gql_limits *limits)
{
    struct gql_errors errors = {.arena = arena};
    struct gql_prepared prepared;
    const struct json *json = variables == NULL ? NULL : json_parse(arena, str_from(variables), &json_limits, NULL);
    if (!gql_prepare(arena, schema, str_from(text), str_from(operation), json, limits, &prepared, &errors)) {
        assert_true(errors.count > 0);
        return arena_cstr(arena, arena_printf(arena, "! %.*s", STR_ARG(errors.first->message)));
    }
    assert_int_equal(errors.count, 0);
    struct strbuf out = {0};
    show(arena, &out, prepared.first);
    const char *shown = arena_cstr(arena, strbuf_str(&out));
    strbuf_release(&out);
    check_ahead(arena, str_from(text), operation, json, limits, &prepared, shown);
    return shown;
}

/* Depth and number are judged as without it, and fields that merge are merged. */
static void limits_hold_for_what_is_ahead(void **state)
{
    static const char text[] = "{ pet { ...A keeper { name id k: name } data } } fragment A on Pet { name }";
    struct arena arena = {0};
    (void)state;
    for (uint32_t most = 1; most <= 8; most++) {
        for (int depth = 0; depth <= 1; depth++) {
            struct gql_limits limits = {.depth = depth ? most : 0, .fields = depth ? 0 : most};
            struct gql_errors errors = {.arena = &arena};
            struct gql_errors again = {.arena = &arena};
            struct gql_prepared prepared;
            const struct gql_document *document = gql_parse(&arena, str_from(text), &limits, &errors);
            assert_non_null(document);
            const struct gql_ahead *ahead = gql_prepare_ahead(&arena, schema, document);
            bool plain =
                gql_prepare_document(&arena, schema, document, NULL, STR_EMPTY, NULL, &limits, &prepared, &errors);
            bool quick =
                gql_prepare_document(&arena, schema, document, ahead, STR_EMPTY, NULL, &limits, &prepared, &again);
            assert_int_equal(plain, quick);
            assert_int_equal(plain, most >= (depth ? 3 : 7));
            assert_int_equal(errors.count, again.count);
            assert_true(plain || str_eq(errors.first->message, again.first->message));
        }
    }
    arena_release(&arena);
}

struct prepare_case {
    const char *text;
    const char *variables;
    const char *expected;
};

static void check_cases(const struct prepare_case *cases, size_t count, const struct gql_limits *limits)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        assert_string_equal(prepare(&arena, cases[i].text, NULL, cases[i].variables, limits), cases[i].expected);
        arena_release(&arena);
    }
}

static void fields_are_collected_and_merged(void **state)
{
    (void)state;
    static const struct prepare_case cases[] = {
        {"{ count x: count __typename }", NULL, "count x:count __typename"},
        {"{ pet { id } count pet { name id } }", NULL, "pet{id name} count"},
        {"{ ...A count ...B } fragment A on Query { pet { id ...C } } fragment B on Query { pet { ...C } } fragment C "
         "on "
         "Pet { name }",
         NULL, "pet{id name} count"},
        {"query($y: Boolean!, $n: Boolean!) { a: count @skip(if: $y) b: count @skip(if: $n) c: count @include(if: $y) "
         "d: count @include(if: $n) e: count @include(if: true) @skip(if: true) }",
         "{\"y\":true,\"n\":false}", "b:count c:count"},
        {"query($n: Boolean = false) { ... @include(if: $n) { a: count } ...F @skip(if: true) b: count } fragment F on "
         "Query { count }",
         NULL, "b:count"},
        {"{ pets { friends { id } ... on Pet { friends { name } keeper { pets { id } } } } }", NULL,
         "pets(first=10){friends(first=10){id name} keeper{pets(first=10){id}}}"},
    };
    check_cases(cases, ARRAY_LEN(cases), NULL);
}

static void arguments_are_coerced(void **state)
{
    (void)state;
    static const struct prepare_case cases[] = {
        {"{ pets(first: null) { id } }", NULL, "pets(first=null){id}"},
        {"{ pets(order: NAME, filter: { kind: CAT }) { id } }", NULL,
         "pets(first=10,filter={\"kind\":[\"CAT\"],\"happy\":true},order=[[\"NAME\"]]){id}"},
        {"{ pet(id: 12) { size(digits: 3) } }", NULL, "pet(id=\"12\"){size(unit=\"METRE\",digits=3)}"},
        {"query($i: ID) { pet(id: $i) { id } }", NULL, "pet{id}"},
        {"query($i: ID) { pet(id: $i) { id } }", "{\"i\":null}", "pet(id=null){id}"},
        {"query($i: ID!) { pet(id: $i) { id } }", "{\"i\":7}", "pet(id=\"7\"){id}"},
        {"query($f: Int) { pets(first: $f) { id } }", NULL, "pets(first=10){id}"},
        {"query($t: [String]) { pets(tags: $t) { id } }", "{\"t\":\"x\"}", "pets(first=10,tags=[\"x\"]){id}"},
        {"query($t: String) { pets(tags: [\"a\", $t]) { id } }", NULL, "pets(first=10,tags=[\"a\",null]){id}"},
        {"query($n: String) { pets(filter: { name: $n, taller: 1 }) { id } }", NULL,
         "pets(first=10,filter={\"happy\":true,\"taller\":1}){id}"},
        {"query($f: PetFilter = { name: \"d\" }) { pets(filter: $f) { id } }", NULL,
         "pets(first=10,filter={\"name\":\"d\",\"happy\":true}){id}"},
        {"query($f: PetFilter) { pets(filter: $f) { id } }", "{\"f\":{\"and\":{\"kind\":\"DOG\"}}}",
         "pets(first=10,filter={\"and\":[{\"kind\":[\"DOG\"],\"happy\":true}],\"happy\":true}){id}"},
        {"query($f: PetFilter) { pets(filter: $f) { id } }", "{\"f\":{\"kind\":[\"DOG\"],\"happy\":false}}",
         "pets(first=10,filter={\"kind\":[\"DOG\"],\"happy\":false}){id}"},
        {"mutation($x: JSON) { adopt(pet: { name: \"\", kind: DOG }, note: { a: [1.50, $x, E], b: $x }) { id } }",
         "{\"x\":{\"k\":[true]}}",
         "adopt(pet={\"kind\":\"DOG\",\"name\":\"\"},note={\"a\":[1.5,{\"k\":[true]},\"E\"],\"b\":{\"k\":[true]}}){"
         "id}"},
        {"query($n: Int = 2) { pet { size(digits: $n) } }", NULL, "pet{size(unit=\"METRE\",digits=2)}"},
        {"query($n: Int = 2) { pet { size(digits: $n) id } }", "{\"n\":null}",
         "pet{size[Argument \"digits\" of non-null type \"Int!\" must not be null.] id}"},
        {"{ pets(tags: [\"a\\u0000\"]) { id } }", NULL,
         "pets[Argument \"tags\" has invalid value [\"a\\u0000\"].]{id}"},
    };
    check_cases(cases, ARRAY_LEN(cases), NULL);
}

static void variables_that_do_not_fit_are_named(void **state)
{
    (void)state;
    static const struct prepare_case cases[] = {
        {"query($a: Int!) { pets(first: $a) { id } }", NULL,
         "! Variable \"$a\" of required type \"Int!\" was not provided."},
        {"query($a: Int!) { pets(first: $a) { id } }", "{\"a\":null}",
         "! Variable \"$a\" of non-null type \"Int!\" must not be null."},
        {"query($a: Int) { pets(first: $a) { id } }", "{\"a\":\"1\"}",
         "! Variable \"$a\" got invalid value \"1\"; Int cannot represent non-integer value: \"1\""},
        {"query($a: Int) { pets(first: $a) { id } }", "{\"a\":3e9}",
         "! Variable \"$a\" got invalid value 3000000000; Int cannot represent non 32-bit signed integer value: "
         "3000000000"},
        {"query($a: Int) { pets(first: $a) { id } }", "{\"a\":4.0}", "pets(first=4){id}"},
        {"query($f: PetFilter) { pets(filter: $f) { id } }", "{\"f\":{\"and\":[{\"kind\":[\"CAT\",\"BIRD\"]}]}}",
         "! Variable \"$f\" got invalid value \"BIRD\" at \"f.and[0].kind[1]\"; Value \"BIRD\" does not exist in "
         "\"Kind\" enum."},
        {"query($f: PetFilter) { pets(filter: $f) { id } }", "{\"f\":{\"nme\":1}}",
         "! Variable \"$f\" got invalid value { nme: 1 }; Field \"nme\" is not defined by type \"PetFilter\". Did you "
         "mean \"name\" or \"not\"?"},
        {"query($f: PetFilter) { pets(filter: $f) { id } }", "{\"f\":3}",
         "! Variable \"$f\" got invalid value 3; Expected type \"PetFilter\" to be an object."},
        {"mutation($p: PetInput!) { adopt(pet: $p) { id } }", "{\"p\":{\"kind\":\"CAT\"}}",
         "! Variable \"$p\" got invalid value { kind: \"CAT\" }; Field \"name\" of required type \"String!\" was not "
         "provided."},
        {"query($b: PetBy) { pet(by: $b) { id } }", "{\"b\":{\"id\":1,\"name\":\"x\"}}",
         "! Variable \"$b\" got invalid value { id: 1, name: \"x\" }; Exactly one key must be specified for OneOf type "
         "\"PetBy\"."},
        {"query($f: PetFilter) { pets(filter: $f) { id } }", "{\"f\":{\"happy\":null}}",
         "! Variable \"$f\" got invalid value null at \"f.happy\"; Expected non-nullable type \"Boolean!\" not to be "
         "null."},
    };
    check_cases(cases, ARRAY_LEN(cases), NULL);
}

static void the_operation_is_picked(void **state)
{
    (void)state;
    static const char two[] = "query A { a: count } query B { b: count }";
    struct arena arena = {0};
    assert_string_equal(prepare(&arena, two, "B", NULL, NULL), "b:count");
    assert_string_equal(prepare(&arena, two, NULL, NULL, NULL),
                        "! Must provide operation name when document contains multiple operations.");
    assert_string_equal(prepare(&arena, two, "C", NULL, NULL), "! Unknown operation named \"C\".");
    arena_release(&arena);
}

static void limits_are_refused_by_name(void **state)
{
    (void)state;
    static const struct gql_limits limits = {.depth = 3, .root_fields = 2, .fields = 6};
    static const struct prepare_case cases[] = {
        {"{ a: count b: count __typename }", NULL, "a:count b:count __typename"},
        {"{ a: count b: count c: count }", NULL,
         "! Query too complex - Too many root resolvers requested: 3 - Maximum allowed root resolvers: 2"},
        {"{ pet { keeper { boss { id } } } }", NULL, "! Query too complex - Maximum depth of 3 reached"},
        {"{ pet { ...F } } fragment F on Pet { keeper { boss { id } } }", NULL,
         "! Query too complex - Maximum depth of 3 reached"},
        {"{ pet { a: id b: id c: id d: id e: id f: id } }", NULL,
         "! Query too complex - Too many fields requested: 7 - Maximum allowed fields: 6"},
        {"{ __type(name: \"Pet\") { ofType { ofType { ofType { name } } } } }", NULL,
         "__type(name=\"Pet\"){ofType{ofType{ofType{name}}}}"},
    };
    check_cases(cases, ARRAY_LEN(cases), &limits);
}

/* Twice as many fields on every level: small to write, endless to answer. */
static void fragments_do_not_explode(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct strbuf text = {0};
    strbuf_puts(&text, "{ pet { ...F0 } }");
    for (int i = 0; i < 30; i++) {
        strbuf_printf(&text, " fragment F%d on Pet { a: keeper { pets { ...F%d } } b: keeper { pets { ...F%d } } }", i,
                      i + 1, i + 1);
    }
    strbuf_puts(&text, " fragment F30 on Pet { id }");
    struct gql_limits limits = {.depth = 200};
    const char *shown = prepare(&arena, strbuf_cstr(&text), NULL, NULL, &limits);
    assert_string_equal(shown, "! Query too complex - Too many fields requested: 2001 - Maximum allowed fields: 2000");
    strbuf_release(&text);
    arena_release(&arena);
}

static void lenient_documents_find_their_values(void **state)
{
    (void)state;
    static const struct gql_limits lenient = {.lenient = true,
                                              .skip_rules = UINT64_C(1) << GQL_RULE_VARIABLES_IN_ALLOWED_POSITION |
                                                            UINT64_C(1) << GQL_RULE_NO_UNDEFINED_VARIABLES |
                                                            UINT64_C(1) << GQL_RULE_FIELDS_ON_CORRECT_TYPE};
    static const struct prepare_case cases[] = {
        {"query($f: PetFilter) { pets(filter: { and: $f }, tags: $g) { id keeper nope } }",
         "{\"f\":{\"kind\":\"CAT\"},\"g\":[\"a\"]}",
         "pets(first=10,filter={\"and\":[{\"kind\":[\"CAT\"],\"happy\":true}],\"happy\":true},tags=[\"a\"]){id keeper "
         "nope}"},
        {"query($n: String) { pets(filter: { kind: \"DOG\", name: $n }) { id } }", "{\"n\":\"x\"}",
         "pets(first=10,filter={\"kind\":[\"DOG\"],\"name\":\"x\",\"happy\":true}){id}"},
    };
    check_cases(cases, ARRAY_LEN(cases), &lenient);
}

static void introspection_answers_any_selection(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{ __type(name: \"Kind\") { k: kind name enumValues { name } fields { name } isOneOf __typename } }",
         "{\"k\":\"ENUM\",\"name\":\"Kind\",\"enumValues\":[{\"name\":\"CAT\"},{\"name\":\"DOG\"},{\"name\":\"FISH\"}],"
         "\"fields\":null,\"isOneOf\":null,\"__typename\":\"__Type\"}"},
        {"{ __type(name: \"Nope\") { name } }", "null"},
        {"{ __type(name: \"Query\") { fields { name } interfaces { name } possibleTypes { name } } }",
         "{\"fields\":[{\"name\":\"pet\"},{\"name\":\"pets\"},{\"name\":\"count\"}],\"interfaces\":[],"
         "\"possibleTypes\":null}"},
        {"{ __type(name: \"Query\") { fields(includeDeprecated: true) { isDeprecated deprecationReason } } }",
         "{\"fields\":[{\"isDeprecated\":false,\"deprecationReason\":null},{\"isDeprecated\":false,"
         "\"deprecationReason\":null},{\"isDeprecated\":false,\"deprecationReason\":null},{\"isDeprecated\":true,"
         "\"deprecationReason\":\"Use \\\"count\\\".\"}]}"},
        {"{ __type(name: \"PetFilter\") { inputFields { name defaultValue type { kind name ofType { name kind } } } } "
         "}",
         "{\"inputFields\":[{\"name\":\"name\",\"defaultValue\":null,\"type\":{\"kind\":\"SCALAR\",\"name\":\"String\","
         "\"ofType\":null}},{\"name\":\"kind\",\"defaultValue\":null,\"type\":{\"kind\":\"LIST\",\"name\":null,"
         "\"ofType\":{\"name\":null,\"kind\":\"NON_NULL\"}}},{\"name\":\"taller\",\"defaultValue\":null,\"type\":{"
         "\"kind\":\"SCALAR\",\"name\":\"Float\",\"ofType\":null}},{\"name\":\"and\",\"defaultValue\":null,\"type\":{"
         "\"kind\":\"LIST\",\"name\":null,\"ofType\":{\"name\":null,\"kind\":\"NON_NULL\"}}},{\"name\":\"not\","
         "\"defaultValue\":null,\"type\":{\"kind\":\"INPUT_OBJECT\",\"name\":\"PetFilter\",\"ofType\":null}},{\"name\":"
         "\"happy\",\"defaultValue\":\"true\",\"type\":{\"kind\":\"NON_NULL\",\"name\":null,\"ofType\":{\"name\":"
         "\"Boolean\",\"kind\":\"SCALAR\"}}}]}"},
        {"{ __type(name: \"PetBy\") { isOneOf } }", "{\"isOneOf\":true}"},
        {"{ __type(name: \"JSON\") { specifiedByURL } }",
         "{\"specifiedByURL\":\"https://www.rfc-editor.org/rfc/rfc8259\"}"},
        {"{ __schema { queryType { name } mutationType { name } subscriptionType { name } directives { name "
         "isRepeatable "
         "} } }",
         "{\"queryType\":{\"name\":\"Query\"},\"mutationType\":{\"name\":\"Mutation\"},\"subscriptionType\":{\"name\":"
         "\"Subscription\"},\"directives\":[{\"name\":\"include\",\"isRepeatable\":false},{\"name\":\"skip\","
         "\"isRepeatable\":false},{\"name\":\"deprecated\",\"isRepeatable\":false},{\"name\":\"specifiedBy\","
         "\"isRepeatable\":false},{\"name\":\"oneOf\",\"isRepeatable\":false}]}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors = {.arena = &arena};
        struct gql_prepared prepared;
        struct strbuf out = {0};
        assert_true(gql_prepare(&arena, schema, str_from(cases[i][0]), STR_EMPTY, NULL, NULL, &prepared, &errors));
        assert_true(prepared.introspects);
        assert_true(gql_is_introspection(prepared.first));
        gql_introspect(&out, schema, prepared.first);
        assert_string_equal(strbuf_cstr(&out), cases[i][1]);
        strbuf_release(&out);
        arena_release(&arena);
    }
}

static void the_whole_schema_can_be_introspected(void **state)
{
    (void)state;
    struct strbuf out = {0};
    struct arena arena = {0};
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};
    gql_introspection_reply(&out, schema);
    const struct json *reply = json_parse(&arena, strbuf_str(&out), &limits, NULL);
    const struct json *types = json_get(json_get(json_get(reply, "data"), "__schema"), "types");
    assert_non_null(types);
    assert_int_equal(types->count, schema->type_count - 1);
    strbuf_release(&out);
    strbuf_init(&out, 1000);
    gql_introspection_reply(&out, schema);
    assert_true(out.overflowed);
    strbuf_release(&out);
    arena_release(&arena);
}

static void a_schema_with_a_hole_is_refused(void **state)
{
    (void)state;
    static const struct gql_field_row query[] = {{.name = "a", .type = "[Hole!]"}, {0}};
    static const struct gql_type_row types[] = {{.kind = GQL_OBJECT, .name = "Query", .fields = query}};
    struct arena arena = {0};
    struct err err = {0};
    struct gql_builder builder;
    gql_build_begin(&builder, &arena, 0);
    gql_build_tables(&builder, types, 1);
    assert_null(gql_build_finish(&builder, &err));
    assert_string_equal(err.text, "the GraphQL schema does not describe \"Hole\" exactly once");
    arena_release(&arena);
}

static void documents_have_keys(void **state)
{
    (void)state;
    char hash[GQL_PERSISTED_LEN];
    gql_persisted_hash(STR("{__typename}"), hash);
    assert_memory_equal(hash, "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38", GQL_PERSISTED_LEN);
    assert_true(gql_persisted_matches(STR("{__typename}"), str_of(hash, sizeof hash)));
    assert_false(gql_persisted_matches(STR("{__typename }"), str_of(hash, sizeof hash)));
    assert_int_not_equal(gql_document_key(STR("{a}"), 1), gql_document_key(STR("{a}"), 2));
    assert_int_not_equal(gql_document_key(STR("{a}"), 1), gql_document_key(STR("{b}"), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_collected_and_merged),
        cmocka_unit_test(arguments_are_coerced),
        cmocka_unit_test(variables_that_do_not_fit_are_named),
        cmocka_unit_test(the_operation_is_picked),
        cmocka_unit_test(limits_are_refused_by_name),
        cmocka_unit_test(limits_hold_for_what_is_ahead),
        cmocka_unit_test(fragments_do_not_explode),
        cmocka_unit_test(lenient_documents_find_their_values),
        cmocka_unit_test(introspection_answers_any_selection),
        cmocka_unit_test(the_whole_schema_can_be_introspected),
        cmocka_unit_test(a_schema_with_a_hole_is_refused),
        cmocka_unit_test(documents_have_keys),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
