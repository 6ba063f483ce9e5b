/* The executable part of the grammar. */
#include "common/text/utf8.h"
#include "gateway/graphql/names.h"
#include "gateway/graphql/parser.h"

#define SOURCE_MAX ((size_t)16 << 20)

static const struct gql_selection_set *parse_set(struct gql_parser *parser);

const char *gql_operation_name(enum gql_operation_kind kind)
{
    static const char *const names[] = {"query", "mutation", "subscription"};
    return names[kind];
}

static void parse_field(struct gql_parser *parser, struct gql_selection *selection)
{
    selection->kind = GQL_FIELD;
    selection->key = gql_parse_name(parser, &selection->name_offset);
    selection->name = selection->key;
    if (gql_accept(parser, GQL_TOKEN_COLON)) {
        parser->document->aliases++;
        selection->name = gql_parse_name(parser, &selection->name_offset);
    }
    selection->arguments = gql_parse_arguments(parser, false);
    selection->directives = gql_parse_directives(parser, false);
    if (gql_at(parser, GQL_TOKEN_BRACE_L)) {
        selection->set = parse_set(parser);
    }
}

static struct str parse_fragment_name(struct gql_parser *parser, uint32_t *offset)
{
    if (gql_at_keyword(parser, "on")) {
        gql_unexpected(parser, &parser->token);
    }
    return gql_parse_name(parser, offset);
}

static void parse_fragment(struct gql_parser *parser, struct gql_selection *selection)
{
    gql_advance(parser);
    selection->has_type = gql_accept_keyword(parser, "on");
    if (!selection->has_type && gql_at(parser, GQL_TOKEN_NAME)) {
        selection->kind = GQL_SPREAD;
        selection->name = parse_fragment_name(parser, &selection->name_offset);
        selection->directives = gql_parse_directives(parser, false);
        selection->next_spread = parser->spreads;
        parser->spreads = selection;
        return;
    }
    selection->kind = GQL_INLINE;
    if (selection->has_type) {
        selection->name = gql_parse_name(parser, &selection->name_offset);
    }
    selection->directives = gql_parse_directives(parser, false);
    selection->set = parse_set(parser);
}

static const struct gql_selection_set *parse_set(struct gql_parser *parser)
{
    struct gql_selection_set *set = ARENA_NEW(parser->arena, struct gql_selection_set);
    set->index = parser->document->set_count++;
    struct gql_selection *first = NULL;
    struct gql_selection **next = &first;
    set->offset = parser->token.start;
    if (gql_enter(parser) && gql_expect(parser, GQL_TOKEN_BRACE_L)) {
        do {
            struct gql_selection *selection = ARENA_NEW(parser->arena, struct gql_selection);
            selection->offset = parser->token.start;
            if (gql_at(parser, GQL_TOKEN_SPREAD)) {
                parse_fragment(parser, selection);
            } else {
                parse_field(parser, selection);
            }
            *next = selection;
            next = &selection->next;
        } while (!gql_list_done(parser, GQL_TOKEN_BRACE_R));
    }
    gql_leave(parser);
    set->first = first;
    return set;
}

static void skip_description(struct gql_parser *parser)
{
    if (gql_at(parser, GQL_TOKEN_STRING) || gql_at(parser, GQL_TOKEN_BLOCK_STRING)) {
        gql_advance(parser);
    }
}

static const struct gql_variable *parse_variables(struct gql_parser *parser)
{
    struct gql_variable *first = NULL;
    struct gql_variable **next = &first;
    if (!gql_accept(parser, GQL_TOKEN_PAREN_L)) {
        return NULL;
    }
    do {
        struct gql_variable *variable = ARENA_NEW(parser->arena, struct gql_variable);
        variable->offset = parser->token.start;
        skip_description(parser);
        if (gql_expect(parser, GQL_TOKEN_DOLLAR)) {
            variable->name = gql_parse_name(parser, &variable->name_offset);
        }
        if (gql_expect(parser, GQL_TOKEN_COLON)) {
            variable->type = gql_parse_type(parser);
        }
        if (gql_accept(parser, GQL_TOKEN_EQUALS)) {
            variable->default_value = gql_parse_literal(parser, true);
        }
        variable->directives = gql_parse_directives(parser, true);
        *next = variable;
        next = &variable->next;
    } while (!gql_list_done(parser, GQL_TOKEN_PAREN_R));
    return first;
}

static void parse_operation(struct gql_parser *parser, struct gql_definition *definition)
{
    definition->kind = GQL_OPERATION;
    parser->document->operation_count++;
    if (!gql_at(parser, GQL_TOKEN_BRACE_L)) {
        definition->operation = gql_at_keyword(parser, "mutation")       ? GQL_MUTATION
                                : gql_at_keyword(parser, "subscription") ? GQL_SUBSCRIPTION
                                                                         : GQL_QUERY;
        gql_advance(parser);
        if (gql_at(parser, GQL_TOKEN_NAME)) {
            definition->name = gql_parse_name(parser, &definition->name_offset);
        }
        definition->variables = parse_variables(parser);
        definition->directives = gql_parse_directives(parser, false);
    }
    definition->set = parse_set(parser);
}

static void parse_fragment_definition(struct gql_parser *parser, struct gql_definition *definition)
{
    definition->kind = GQL_FRAGMENT;
    gql_advance(parser);
    definition->name = parse_fragment_name(parser, &definition->name_offset);
    if (gql_expect_keyword(parser, "on")) {
        definition->type_name = gql_parse_name(parser, &definition->type_offset);
    }
    definition->directives = gql_parse_directives(parser, false);
    definition->set = parse_set(parser);
}

static bool at_type_system(const struct gql_parser *parser)
{
    static const char *const words[] = {"schema", "scalar", "type", "interface", "union", "enum", "input", "directive"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (gql_at_keyword(parser, words[i])) {
            return true;
        }
    }
    return false;
}

static void refuse_description(struct gql_parser *parser, uint32_t offset, const char *why)
{
    if (!gql_failed(parser)) {
        parser->token = gql_lex_fail(&parser->lexer, offset, "Unexpected description, %s.", why);
    }
}

static struct gql_definition *parse_definition(struct gql_parser *parser)
{
    struct gql_definition *definition = ARENA_NEW(parser->arena, struct gql_definition);
    bool described = gql_at(parser, GQL_TOKEN_STRING) || gql_at(parser, GQL_TOKEN_BLOCK_STRING);
    definition->offset = parser->token.start;
    skip_description(parser);
    if (described && gql_at(parser, GQL_TOKEN_BRACE_L)) {
        refuse_description(parser, definition->offset, "descriptions are not supported on shorthand queries");
    }
    if (gql_at(parser, GQL_TOKEN_BRACE_L) || gql_at_keyword(parser, "query") || gql_at_keyword(parser, "mutation") ||
        gql_at_keyword(parser, "subscription")) {
        parse_operation(parser, definition);
    } else if (gql_at_keyword(parser, "fragment")) {
        parse_fragment_definition(parser, definition);
    } else if (at_type_system(parser) || (!described && gql_at_keyword(parser, "extend"))) {
        gql_parse_type_system(parser, definition);
    } else if (described && gql_at(parser, GQL_TOKEN_NAME)) {
        refuse_description(parser, definition->offset, "only GraphQL definitions support descriptions");
    } else {
        gql_unexpected(parser, &parser->token);
    }
    return definition;
}

/* Spreads find their fragments. When a name was given twice, the last one counts, as in graphql-js. */
static void link_spreads(struct gql_parser *parser)
{
    struct gql_names fragments;
    gql_names_init(parser->arena, &fragments, parser->document->count);
    for (const struct gql_definition *at = parser->document->first; at != NULL; at = at->next) {
        if (at->kind == GQL_FRAGMENT) {
            gql_names_set(&fragments, at->name, at);
        }
    }
    for (struct gql_selection *spread = parser->spreads; spread != NULL; spread = spread->next_spread) {
        spread->fragment = gql_names_get(&fragments, spread->name);
    }
}

const struct gql_document *gql_parse(struct arena *arena, struct str source, const struct gql_limits *limits,
                                     struct gql_errors *errors)
{
    struct gql_limits complete = gql_limits_complete(limits);
    struct gql_parser parser;
    errors->source = source;
    gql_parser_init(&parser, arena, source, &complete, errors);
    size_t invalid = source.len > SOURCE_MAX ? 0 : utf8_invalid_at(source);
    if (source.len > SOURCE_MAX || invalid < source.len) {
        (void)gql_lex_fail(&parser.lexer, invalid, "%s",
                           source.len > SOURCE_MAX ? "The document is too long." : "Invalid character: not UTF-8.");
        return NULL;
    }
    struct gql_definition *first = NULL;
    struct gql_definition **next = &first;
    parser.token = gql_lex(&parser.lexer);
    parser.document->tokens = gql_at(&parser, GQL_TOKEN_EOF) ? 0 : 1;
    do {
        *next = parse_definition(&parser);
        (*next)->index = parser.document->count++;
        next = &(*next)->next;
    } while (!gql_failed(&parser) && !gql_at(&parser, GQL_TOKEN_EOF));
    if (!gql_failed(&parser) && parser.document->aliases > complete.aliases) {
        gql_error_add(errors, GQL_ERROR_LIMIT, "Limit", NULL, 0,
                      "Query too complex - Too many aliases: %u - Maximum allowed aliases: %u",
                      parser.document->aliases, complete.aliases);
        return NULL;
    }
    if (gql_failed(&parser)) {
        return NULL;
    }
    parser.document->first = first;
    link_spreads(&parser);
    return parser.document;
}

const struct gql_value *gql_parse_value(struct arena *arena, struct str text)
{
    struct gql_limits limits = gql_limits_complete(NULL);
    struct gql_errors errors = {.arena = arena, .source = text};
    struct gql_parser parser;
    if (utf8_invalid_at(text) < text.len) {
        return NULL;
    }
    gql_parser_init(&parser, arena, text, &limits, &errors);
    parser.token = gql_lex(&parser.lexer);
    const struct gql_value *value = gql_parse_literal(&parser, true);
    return gql_at(&parser, GQL_TOKEN_EOF) ? value : NULL;
}

struct gql_limits gql_limits_complete(const struct gql_limits *limits)
{
    struct gql_limits full = limits == NULL ? (struct gql_limits){0} : *limits;
    full.tokens = full.tokens == 0 ? 5000 : full.tokens;
    full.nesting = full.nesting == 0 ? 64 : full.nesting > 256 ? 256 : full.nesting;
    full.depth = full.depth == 0 ? 15 : full.depth > 200 ? 200 : full.depth;
    full.aliases = full.aliases == 0 ? 100 : full.aliases;
    full.directives = full.directives == 0 ? 100 : full.directives;
    full.root_fields = full.root_fields == 0 ? 20 : full.root_fields;
    full.fields = full.fields == 0 ? 2000 : full.fields;
    full.work = full.work == 0 ? 500000 : full.work;
    return full;
}
