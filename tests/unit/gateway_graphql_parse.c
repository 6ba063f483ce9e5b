/* The language: tokens, strings, the grammar, and where and how a mistake is named. */
#include "gateway/graphql/document.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct gql_document *parse(struct arena *arena, struct str text, const struct gql_limits *limits,
                                        struct gql_errors *errors)
{
    *errors = (struct gql_errors){.arena = arena};
    return gql_parse(arena, text, limits, errors);
}

static void good_documents_are_read(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{a}",
        "query{a}",
        "query Q($a:[Int!]!=[1,2]@d(x:1) $b:T){a(x:$a,y:{b:$b c:[]})@d{b}}",
        "\"about\" query Q(\"why\" $a: Int) { a }",
        "\"\"\"about\"\"\" fragment F on T { a } { ...F ... { a } ... on T @d { a } ...@d{a} }",
        "mutation{a} subscription S{b}",
        "\xEF\xBB\xBF{a,,,b # \xC3\xA4\r\n}",
        "{on fragment query null true x: type}",
        "query null { a }",
        "type T implements A & B @d { \"x\" a(b: Int = 1): [T!]! } extend type T @d scalar S union U = | A | B",
        "schema { query: Q } extend schema @d enum E { A B @d } input I { a: Int }",
        "directive @d(a: I) repeatable on | FIELD",
        "interface I { a: A } extend union U = C extend enum E @x \"d\" scalar D",
        "{ a(x: -0, y: 0.5, z: -1e10, w: 1.5E-3) }",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors;
        if (parse(&arena, str_from(cases[i]), NULL, &errors) == NULL) {
            fail_msg("%s: %.*s", cases[i], STR_ARG(errors.first->message));
        }
        arena_release(&arena);
    }
}

static void mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
        uint32_t line, column;
    } cases[] = {
        {"", "Syntax Error: Unexpected <EOF>.", 1, 1},
        {"{", "Syntax Error: Expected Name, found <EOF>.", 1, 2},
        {"{\n  a }}", "Syntax Error: Unexpected \"}\".", 2, 6},
        {"{ }", "Syntax Error: Expected Name, found \"}\".", 1, 3},
        {"{ a(x: ) }", "Syntax Error: Unexpected \")\".", 1, 8},
        {"{ a(x: 01) }", "Syntax Error: Invalid number, unexpected digit after 0: \"1\".", 1, 9},
        {"{ a(x: 1a) }", "Syntax Error: Invalid number, expected digit but got: \"a\".", 1, 9},
        {"{ a(x: 1.) }", "Syntax Error: Invalid number, expected digit but got: \")\".", 1, 10},
        {"{ a(x: \"b) }", "Syntax Error: Unterminated string.", 1, 13},
        {"{ a(x: \"\\q\") }", "Syntax Error: Invalid character escape sequence: \"\\q\".", 1, 9},
        {"{ a(x: \"\\u12\") }", "Syntax Error: Invalid Unicode escape sequence: \"\\u12\")\".", 1, 9},
        {"{ a(x: \"\\u{110000}\") }", "Syntax Error: Invalid Unicode escape sequence: \"\\u{110000}\".", 1, 9},
        {"{ a(x: \"\\uD800\") }", "Syntax Error: Invalid Unicode escape sequence: \"\\uD800\".", 1, 9},
        {"{ a(x: 'b') }",
         "Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (\")?", 1, 8},
        {"{ \xC3\xA4 }", "Syntax Error: Unexpected character: U+00E4.", 1, 3},
        {"{ a } # \xF0\x9F\x92\xA9\r\n\r\n { a ? }", "Syntax Error: Unexpected character: \"?\".", 3, 6},
        {"{ a(x: \"\xF0\x9F\x92\xA9\" ?) }", "Syntax Error: Unexpected character: \"?\".", 1, 13},
        {"query ($a: Int = $b) { a }", "Syntax Error: Unexpected variable \"$b\" in constant value.", 1, 18},
        {"fragment on on T { a }", "Syntax Error: Unexpected Name \"on\".", 1, 10},
        {"fragment F T { a }", "Syntax Error: Expected \"on\", found Name \"T\".", 1, 12},
        {"\"x\" { a }", "Syntax Error: Unexpected description, descriptions are not supported on shorthand queries.", 1,
         1},
        {"\"x\" extend type T @d",
         "Syntax Error: Unexpected description, only GraphQL definitions support descriptions.", 1, 1},
        {"enum E { true }", "Syntax Error: Name \"true\" is reserved and cannot be used for an enum value.", 1, 10},
        {"directive @d on NOWHERE", "Syntax Error: Unexpected Name \"NOWHERE\".", 1, 17},
        {"{ a\xFF }", "Syntax Error: Invalid character: not UTF-8.", 1, 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors;
        assert_null(parse(&arena, str_from(cases[i].text), NULL, &errors));
        assert_int_equal(errors.count, 1);
        assert_string_equal(arena_cstr(&arena, errors.first->message), cases[i].message);
        assert_int_equal(errors.first->kind, GQL_ERROR_SYNTAX);
        assert_int_equal(errors.first->locations[0].line, cases[i].line);
        assert_int_equal(errors.first->locations[0].column, cases[i].column);
        arena_release(&arena);
    }
}

static void strings_are_decoded(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"\"", ""},
        {"\"plain\"", "plain"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u00e4\\u{1F4A9}\\uD83D\\uDCA9\"", "\xC3\xA4\xF0\x9F\x92\xA9\xF0\x9F\x92\xA9"},
        {"\"\"\"\"\"\"", ""},
        {"\"\"\"one line\"\"\"", "one line"},
        {"\"\"\"\n  a\n    b\n\n  c\n\"\"\"", "a\n  b\n\nc"},
        {"\"\"\"  a\r\n    b\r    c\"\"\"", "  a\nb\nc"},
        {"\"\"\"\n\n \t\n\"\"\"", ""},
        {"\"\"\"say \\\"\"\" \\n\"\"\"", "say \"\"\" \\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        const struct gql_value *value = gql_parse_value(&arena, str_from(cases[i][0]));
        assert_non_null(value);
        assert_string_equal(arena_cstr(&arena, value->text), cases[i][1]);
        arena_release(&arena);
    }
}

static void limits_end_the_parse(void **state)
{
    (void)state;
    static const struct {
        struct gql_limits limits;
        const char *text;
        const char *message;
    } cases[] = {
        {{.tokens = 5}, "{ a b c }", NULL},
        {{.tokens = 5}, "{ a b c d }", "Syntax Error: Document contains more than 5 tokens. Parsing aborted."},
        {{.nesting = 3}, "{a{b(x:1)}}", NULL},
        {{.nesting = 3},
         "{a{b{c{d}}}}",
         "Syntax Error: Document contains more than 3 levels of nesting. Parsing aborted."},
        {{.nesting = 3},
         "{a(x:[[[1]]])}",
         "Syntax Error: Document contains more than 3 levels of nesting. Parsing aborted."},
        {{.directives = 1}, "{a @x @y}", "Syntax Error: Document contains more than 1 directives. Parsing aborted."},
        {{.aliases = 1}, "{a:b c:d}", "Query too complex - Too many aliases: 2 - Maximum allowed aliases: 1"},
        {{0},
         "query($a:[[[[[[[[[[[[[[[[[A]]]]]]]]]]]]]]]]]){a}",
         "Syntax Error: Document contains more than 16 wrappers of a type. Parsing aborted."},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct gql_errors errors;
        const struct gql_document *document = parse(&arena, str_from(cases[i].text), &cases[i].limits, &errors);
        if (cases[i].message == NULL) {
            assert_non_null(document);
        } else {
            assert_null(document);
            assert_int_equal(errors.first->kind, GQL_ERROR_LIMIT);
            assert_string_equal(arena_cstr(&arena, errors.first->message), cases[i].message);
        }
        arena_release(&arena);
    }
}

static void spreads_know_their_fragments(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct gql_errors errors;
    const struct gql_document *document =
        parse(&arena, STR("{ ...A ...B } fragment A on T { x } fragment A on U { y }"), NULL, &errors);
    const struct gql_selection *spread = document->first->set->first;
    assert_true(str_is(spread->fragment->type_name, "U"));
    assert_null(spread->next->fragment);
    assert_int_equal(document->count, 3);
    assert_int_equal(document->operation_count, 1);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_are_read),      cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(strings_are_decoded),          cmocka_unit_test(limits_end_the_parse),
        cmocka_unit_test(spreads_know_their_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
