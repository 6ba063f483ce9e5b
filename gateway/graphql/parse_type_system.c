/*
 * Type system definitions are no requests, but they are well-formed GraphQL: validation, not the parser, refuses them.
 * So this reads the grammar and keeps nothing but the name.
 */
#include "gateway/graphql/parser.h"

static bool skip_description(struct gql_parser *parser)
{
    return gql_accept(parser, GQL_TOKEN_STRING) || gql_accept(parser, GQL_TOKEN_BLOCK_STRING);
}

static void skip_name(struct gql_parser *parser)
{
    uint32_t offset = 0;
    (void)gql_parse_name(parser, &offset);
}

static void skip_input_value(struct gql_parser *parser)
{
    skip_description(parser);
    skip_name(parser);
    if (gql_expect(parser, GQL_TOKEN_COLON)) {
        (void)gql_parse_type(parser);
    }
    if (gql_accept(parser, GQL_TOKEN_EQUALS)) {
        (void)gql_parse_literal(parser, true);
    }
    (void)gql_parse_directives(parser, true);
}

static void skip_argument_definitions(struct gql_parser *parser)
{
    if (gql_accept(parser, GQL_TOKEN_PAREN_L)) {
        do {
            skip_input_value(parser);
        } while (!gql_list_done(parser, GQL_TOKEN_PAREN_R));
    }
}

static void skip_field_definition(struct gql_parser *parser)
{
    skip_description(parser);
    skip_name(parser);
    skip_argument_definitions(parser);
    if (gql_expect(parser, GQL_TOKEN_COLON)) {
        (void)gql_parse_type(parser);
    }
    (void)gql_parse_directives(parser, true);
}

static void skip_enum_value(struct gql_parser *parser)
{
    skip_description(parser);
    if (gql_at_keyword(parser, "true") || gql_at_keyword(parser, "false") || gql_at_keyword(parser, "null")) {
        struct str word = parser->token.text;
        parser->token = gql_lex_fail(&parser->lexer, parser->token.start,
                                     "Name \"%.*s\" is reserved and cannot be used for an enum value.", STR_ARG(word));
    }
    skip_name(parser);
    (void)gql_parse_directives(parser, true);
}

static void skip_operation_type(struct gql_parser *parser)
{
    if (gql_at_keyword(parser, "query") || gql_at_keyword(parser, "mutation") ||
        gql_at_keyword(parser, "subscription")) {
        gql_advance(parser);
    } else if (gql_at(parser, GQL_TOKEN_NAME)) {
        gql_unexpected(parser, &parser->token);
    } else {
        (void)gql_expect(parser, GQL_TOKEN_NAME);
    }
    if (gql_expect(parser, GQL_TOKEN_COLON)) {
        skip_name(parser);
    }
}

/* `{` items `}`; without braces only when `optional`. */
static bool skip_block(struct gql_parser *parser, bool optional, void (*skip_item)(struct gql_parser *))
{
    if (optional && !gql_at(parser, GQL_TOKEN_BRACE_L)) {
        return false;
    }
    if (gql_expect(parser, GQL_TOKEN_BRACE_L)) {
        do {
            skip_item(parser);
        } while (!gql_list_done(parser, GQL_TOKEN_BRACE_R));
    }
    return true;
}

/* Name, with `separator` between and, if wanted, before. */
static void skip_names(struct gql_parser *parser, enum gql_token_kind separator)
{
    (void)gql_accept(parser, separator);
    do {
        skip_name(parser);
    } while (gql_accept(parser, separator));
}

static void skip_directive_definition(struct gql_parser *parser, struct gql_definition *definition)
{
    static const char *const places[] = {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
        "SCHEMA",
        "SCALAR",
        "OBJECT",
        "FIELD_DEFINITION",
        "ARGUMENT_DEFINITION",
        "INTERFACE",
        "UNION",
        "ENUM",
        "ENUM_VALUE",
        "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
        "DIRECTIVE_DEFINITION",
    };
    if (gql_expect(parser, GQL_TOKEN_AT)) {
        definition->name = gql_parse_name(parser, &definition->name_offset);
    }
    skip_argument_definitions(parser);
    (void)gql_accept_keyword(parser, "repeatable");
    (void)gql_expect_keyword(parser, "on");
    (void)gql_accept(parser, GQL_TOKEN_PIPE);
    do {
        bool known = !gql_at(parser, GQL_TOKEN_NAME);
        for (size_t i = 0; !known && i < ARRAY_LEN(places); i++) {
            known = gql_at_keyword(parser, places[i]);
        }
        if (!known) {
            gql_unexpected(parser, &parser->token);
        }
        skip_name(parser);
    } while (gql_accept(parser, GQL_TOKEN_PIPE));
}

/* What stands behind the name of a type, by the keyword. Returns whether there was anything. */
static bool skip_type_body(struct gql_parser *parser, struct str keyword)
{
    bool any = false;
    if ((str_is(keyword, "type") || str_is(keyword, "interface")) && gql_accept_keyword(parser, "implements")) {
        skip_names(parser, GQL_TOKEN_AMP);
        any = true;
    }
    any = gql_parse_directives(parser, true) != NULL || any;
    if (str_is(keyword, "union")) {
        if (gql_accept(parser, GQL_TOKEN_EQUALS)) {
            skip_names(parser, GQL_TOKEN_PIPE);
            any = true;
        }
    } else if (str_is(keyword, "enum")) {
        any = skip_block(parser, true, skip_enum_value) || any;
    } else if (str_is(keyword, "input")) {
        any = skip_block(parser, true, skip_input_value) || any;
    } else if (!str_is(keyword, "scalar")) {
        any = skip_block(parser, true, skip_field_definition) || any;
    }
    return any;
}

void gql_parse_type_system(struct gql_parser *parser, struct gql_definition *definition)
{
    definition->kind = GQL_TYPE_SYSTEM;
    bool extension = gql_accept_keyword(parser, "extend");
    struct gql_token keyword = parser->token;
    gql_advance(parser);
    if (str_is(keyword.text, "schema")) {
        bool directives = gql_parse_directives(parser, true) != NULL;
        bool block = skip_block(parser, extension, skip_operation_type);
        if (extension && !directives && !block) {
            gql_unexpected(parser, &parser->token);
        }
    } else if (str_is(keyword.text, "directive") && !extension) {
        skip_directive_definition(parser, definition);
    } else if (str_is(keyword.text, "scalar") || str_is(keyword.text, "type") || str_is(keyword.text, "interface") ||
               str_is(keyword.text, "union") || str_is(keyword.text, "enum") || str_is(keyword.text, "input")) {
        definition->name = gql_parse_name(parser, &definition->name_offset);
        bool body = skip_type_body(parser, keyword.text);
        if (extension && !body) {
            gql_unexpected(parser, &parser->token);
        }
    } else {
        gql_unexpected(parser, &keyword);
    }
}
