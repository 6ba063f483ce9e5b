/* One case a rule, and the guards against work that grows faster than the document. The bulk of validation is tested
 * beside graphql-js, in tests/conformance/graphql. */
#include "gateway/graphql/validate.h"
#include "tests/unit/gateway_graphql_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

static bool judge(struct arena *arena, struct str text, const struct gql_limits *limits, struct gql_errors *errors)
{
    *errors = (struct gql_errors){.arena = arena};
    const struct gql_document *document = gql_parse(arena, text, limits, errors);
    if (document == NULL) {
        fail_msg("%.*s: %.*s", STR_ARG(text), STR_ARG(errors->first->message));
        return false;
    }
    return gql_validate(arena, schema, document, limits, errors);
}

static void good_documents_pass(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{ count }",
        "{ __typename __schema { types { name } } __type(name: \"Pet\") { name } }",
        "query Q($f: Int = 3, $p: PetFilter) { pets(first: $f, filter: $p) { id ...P } } fragment P on Pet { name }",
        "{ pet(by: { id: 1 }) { size(digits: 2) kind } }",
        "mutation { adopt(pet: { name: \"x\", kind: CAT, data: { a: [1, { b: null }] } }, note: [1]) { id } }",
        "subscription { born { id } }",
        "{ pets(filter: { kind: CAT, and: { name: \"x\" } }, order: NAME) { id } }",
        "query($d: Boolean!) { count @skip(if: $d) @include(if: true) }",
        "query($n: Int = 5) { pet { size(digits: $n) } }",
        "{ a: pets(first: 1) { id } b: pets(first: 2) { id } pet { ... on Pet { name } ... { name } } }",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors;
        if (!judge(&arena, str_from(cases[i]), NULL, &errors)) {
            fail_msg("%s: %.*s", cases[i], STR_ARG(errors.first->message));
        }
        arena_release(&arena);
    }
}

static void each_rule_speaks(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *text;
        const char *message;
    } cases[] = {
        {"ExecutableDefinitions", "{ count } type T { a: Int }", "The \"T\" definition is not executable."},
        {"UniqueOperationNames", "query A { count } query A { count }", "There can be only one operation named \"A\"."},
        {"LoneAnonymousOperation", "query A { count } { count }",
         "This anonymous operation must be the only defined operation."},
        {"SingleFieldSubscriptions", "subscription S { gone born { id } }",
         "Subscription \"S\" must select only one top level field."},
        {"SingleFieldSubscriptions", "subscription { gone @skip(if: true) }",
         "Anonymous Subscription must not use \"@skip\" or \"@include\" at its top level."},
        {"KnownTypeNames", "query($a: Pets) { count }", "Unknown type \"Pets\". Did you mean \"Pet\" or \"PetBy\"?"},
        {"FragmentsOnCompositeTypes", "{ ... on Int { a } }",
         "Fragment cannot condition on non composite type \"Int\"."},
        {"VariablesAreInputTypes", "query($a: [Pet!]) { count }",
         "Variable \"$a\" cannot be non-input type \"[Pet!]\"."},
        {"ScalarLeafs", "{ count { a } }",
         "Field \"count\" must not have a selection since type \"Int!\" has no subfields."},
        {"ScalarLeafs", "{ pet }",
         "Field \"pet\" of type \"Pet\" must have a selection of subfields. Did you mean \"pet { ... }\"?"},
        {"FieldsOnCorrectType", "{ pett { id } }",
         "Cannot query field \"pett\" on type \"Query\". Did you mean \"pet\" or \"pets\"?"},
        {"UniqueFragmentNames", "{ ...F } fragment F on Query { count } fragment F on Query { count }",
         "There can be only one fragment named \"F\"."},
        {"KnownFragmentNames", "{ ...F }", "Unknown fragment \"F\"."},
        {"NoUnusedFragments", "{ count } fragment F on Query { count }", "Fragment \"F\" is never used."},
        {"PossibleFragmentSpreads", "{ ... on Pet { id } }",
         "Fragment cannot be spread here as objects of type \"Query\" can never be of type \"Pet\"."},
        {"NoFragmentCycles", "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
         "Cannot spread fragment \"F\" within itself via \"G\"."},
        {"UniqueVariableNames", "query($a: Int, $a: Int) { pets(first: $a) { id } }",
         "There can be only one variable named \"$a\"."},
        {"NoUndefinedVariables", "{ pets(first: $a) { id } }", "Variable \"$a\" is not defined."},
        {"NoUnusedVariables", "query Q($a: Int) { count }", "Variable \"$a\" is never used in operation \"Q\"."},
        {"KnownDirectives", "{ count @nope }", "Unknown directive \"@nope\"."},
        {"KnownDirectives", "query @skip(if: true) { count }", "Directive \"@skip\" may not be used on QUERY."},
        {"UniqueDirectivesPerLocation", "{ count @skip(if: true) @skip(if: true) }",
         "The directive \"@skip\" can only be used once at this location."},
        {"KnownArgumentNames", "{ pets(frst: 1) { id } }",
         "Unknown argument \"frst\" on field \"Query.pets\". Did you mean \"first\"?"},
        {"UniqueArgumentNames", "{ pets(first: 1, first: 1) { id } }",
         "There can be only one argument named \"first\"."},
        {"ValuesOfCorrectType", "{ pets(first: 2147483648) { id } }",
         "Int cannot represent non 32-bit signed integer value: 2147483648"},
        {"ValuesOfCorrectType", "{ pets(filter: { kind: BIRD }) { id } }",
         "Value \"BIRD\" does not exist in \"Kind\" enum."},
        {"ValuesOfCorrectType", "{ pets(filter: { happy: null }) { id } }",
         "Expected value of type \"Boolean!\", found null."},
        {"ValuesOfCorrectType", "{ pet(by: { id: 1, name: \"x\" }) { id } }",
         "OneOf Input Object \"PetBy\" must specify exactly one key."},
        {"ValuesOfCorrectType", "{ pet(by: { id: null }) { id } }", "Field \"PetBy.id\" must be non-null."},
        {"ProvidedRequiredArguments", "{ pet { size } }",
         "Field \"size\" argument \"digits\" of type \"Int!\" is required, but it was not provided."},
        {"VariablesInAllowedPosition", "query($a: String) { pets(first: $a) { id } }",
         "Variable \"$a\" of type \"String\" used in position expecting type \"Int\"."},
        {"VariablesInAllowedPosition", "query($a: ID) { pet(by: { id: $a }) { id } }",
         "Variable \"$a\" is of type \"ID\" but must be non-nullable to be used for OneOf Input Object \"PetBy\"."},
        {"OverlappingFieldsCanBeMerged", "{ pet { name name: id } }",
         "Fields \"name\" conflict because \"name\" and \"id\" are different fields. Use different aliases on the "
         "fields to fetch both if this was intentional."},
        {"OverlappingFieldsCanBeMerged", "{ pets(first: 1) { id } pets(first: 2) { id } }",
         "Fields \"pets\" conflict because they have differing arguments. Use different aliases on the fields to "
         "fetch both if this was intentional."},
        {"UniqueInputFieldNames", "{ pets(filter: { name: \"a\", name: \"a\" }) { id } }",
         "There can be only one input field named \"name\"."},
        {"MaxIntrospectionDepth", "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
         "Maximum introspection depth exceeded"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors;
        assert_false(judge(&arena, str_from(cases[i].text), NULL, &errors));
        bool found = false;
        for (const struct gql_error *at = errors.first; at != NULL; at = at->next) {
            found = found || (strcmp(at->rule, cases[i].rule) == 0 && str_is(at->message, cases[i].message));
        }
        if (!found) {
            fail_msg("%s: %s: %.*s", cases[i].text, errors.first->rule, STR_ARG(errors.first->message));
        }
        arena_release(&arena);
    }
}

static void an_operation_without_a_root_is_refused(void **state)
{
    (void)state;
    static const struct gql_field_row query[] = {{.name = "a", .type = "Int"}, {0}};
    static const struct gql_type_row types[] = {{.kind = GQL_OBJECT, .name = "Query", .fields = query}};
    struct arena arena = {0};
    struct gql_builder builder;
    gql_build_begin(&builder, &arena, 0);
    gql_build_tables(&builder, types, 1);
    const struct gql_schema *small = gql_build_finish(&builder, NULL);
    struct gql_errors errors = {.arena = &arena};
    const struct gql_document *document = gql_parse(&arena, STR("mutation { b }"), NULL, &errors);
    assert_false(gql_validate(&arena, small, document, NULL, &errors));
    assert_string_equal(errors.first->rule, "KnownOperationTypes");
    assert_int_equal(errors.count, 1);
    arena_release(&arena);
}

static void a_rule_can_be_left_out(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct gql_errors errors;
    struct gql_limits limits = {.skip_rules = UINT64_C(1) << GQL_RULE_NO_UNUSED_VARIABLES};
    assert_true(judge(&arena, STR("query($a: Int) { count }"), &limits, &errors));
    arena_release(&arena);
}

static void lenient_takes_strings_for_enums_and_bare_objects(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct gql_errors errors;
    struct gql_limits lenient = {.lenient = true};
    struct str text = STR("{ pets(filter: { kind: \"CAT\" }) { keeper } }");
    assert_true(judge(&arena, text, &lenient, &errors));
    assert_false(judge(&arena, text, NULL, &errors));
    assert_int_equal(errors.count, 2);
    arena_release(&arena);
}

static void suggestions_can_be_hidden(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct gql_errors errors;
    struct gql_limits hidden = {.hide_suggestions = true};
    assert_false(judge(&arena, STR("{ cont }"), &hidden, &errors));
    assert_true(str_is(errors.first->message, "Cannot query field \"cont\" on type \"Query\"."));
    arena_release(&arena);
}

static void errors_print_as_the_reply_has_them(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct gql_errors errors;
    struct strbuf out = {0};
    assert_false(judge(&arena, STR("{ a: pet {\n id name: id name } }"), NULL, &errors));
    gql_error_put_json(&out, errors.first, STR("[\"a\"]"));
    assert_string_equal(strbuf_cstr(&out),
                        "{\"message\":\"Fields \\\"name\\\" conflict because \\\"id\\\" and \\\"name\\\" are "
                        "different fields. Use different aliases on the fields to fetch both if this was "
                        "intentional.\",\"locations\":[{\"line\":2,\"column\":5},{\"line\":2,\"column\":14}],"
                        "\"path\":[\"a\"],\"extensions\":{\"code\":\"GRAPHQL_VALIDATION_FAILED\"}}");
    strbuf_release(&out);
    arena_release(&arena);
}

static void errors_end_at_a_hundred(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct gql_errors errors;
    struct strbuf text = {0};
    strbuf_puts(&text, "{");
    for (int i = 0; i < 150; i++) {
        strbuf_printf(&text, " x%d", i);
    }
    strbuf_puts(&text, "}");
    assert_false(judge(&arena, strbuf_str(&text), NULL, &errors));
    assert_int_equal(errors.count, GQL_ERRORS_MAX + 1);
    assert_string_equal(errors.last->rule, "MaxErrors");
    strbuf_release(&text);
    arena_release(&arena);
}

/* Documents whose naive validation takes time or stack without end; ours answers, one way or the other. */
static void wild_documents_are_bounded(void **state)
{
    (void)state;
    static const struct gql_limits limits = {.tokens = 100000, .aliases = 100000, .work = 200000};
    static const char *const shapes[][3] = {
        {"{ pet {", " name", "} }"},
        {"{ pet {", " friends { friends { name } }", "} }"},
        {"{ pet { ...F0 } }", " fragment F%d on Pet { friends { ...F%d } keeper { pets { ...F%d } } }", ""},
        {"{ pet { ...F0 } }", " fragment F%d on Pet { ...F%d ...F%d name }", ""},
        {"{ pet { ...F0 ...F1 } }", " fragment F%d on Pet { friends { ...F%d } friends { ...F%d } }", ""},
        {"{ __schema { types {", " fields { type { name } }", "} } }"},
    };
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct arena arena = {0};
        struct gql_errors errors = {.arena = &arena};
        struct strbuf text = {0};
        strbuf_puts(&text, shapes[i][0]);
        for (int k = 0; k < 2000; k++) {
            if (strchr(shapes[i][1], '%') == NULL) {
                strbuf_puts(&text, shapes[i][1]);
            } else if (i == 2) {
                strbuf_printf(&text, " fragment F%d on Pet { friends { ...F%d } keeper { pets { ...F%d } } }", k, k + 1,
                              k + 2);
            } else if (i == 3) {
                strbuf_printf(&text, " fragment F%d on Pet { ...F%d ...F%d name }", k, k + 1, k + 2);
            } else {
                strbuf_printf(&text, " fragment F%d on Pet { friends { ...F%d } friends { ...F%d } }", k, k + 1, k + 2);
            }
        }
        strbuf_puts(&text, shapes[i][2]);
        const struct gql_document *document = gql_parse(&arena, strbuf_str(&text), &limits, &errors);
        assert_non_null(document);
        (void)!gql_validate(&arena, schema, document, &limits, &errors);
        assert_true(errors.count <= GQL_ERRORS_MAX + 1);
        strbuf_release(&text);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_pass),
        cmocka_unit_test(each_rule_speaks),
        cmocka_unit_test(an_operation_without_a_root_is_refused),
        cmocka_unit_test(a_rule_can_be_left_out),
        cmocka_unit_test(lenient_takes_strings_for_enums_and_bare_objects),
        cmocka_unit_test(suggestions_can_be_hidden),
        cmocka_unit_test(errors_print_as_the_reply_has_them),
        cmocka_unit_test(errors_end_at_a_hundred),
        cmocka_unit_test(wild_documents_are_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
