#include "gateway/graphql/parser.h"

#include <string.h>

void gql_parser_init(struct gql_parser *parser, struct arena *arena, struct str source, const struct gql_limits *limits,
                     struct gql_errors *errors)
{
    *parser = (struct gql_parser){
        .arena = arena,
        .lexer = {.arena = arena, .source = source, .errors = errors},
        .limits = limits,
        .document = ARENA_NEW(arena, struct gql_document),
    };
    parser->document->source = source;
}

bool gql_at_keyword(const struct gql_parser *parser, const char *word)
{
    return parser->token.kind == GQL_TOKEN_NAME && str_is(parser->token.text, word);
}

/* Fails as a limit, not as a mistake of syntax. */
static void refuse(struct gql_parser *parser, const char *what, uint32_t limit)
{
    uint32_t offset = parser->token.start;
    gql_error_add(parser->lexer.errors, GQL_ERROR_LIMIT, "Limit", &offset, 1,
                  "Syntax Error: Document contains more than %u %s. Parsing aborted.", limit, what);
    parser->token.kind = GQL_TOKEN_FAILED;
    parser->lexer.at = parser->lexer.source.len;
}

void gql_advance(struct gql_parser *parser)
{
    if (gql_failed(parser)) {
        return;
    }
    parser->last_end = parser->token.end;
    parser->token = gql_lex(&parser->lexer);
    if (!gql_failed(parser) && !gql_at(parser, GQL_TOKEN_EOF) && ++parser->document->tokens > parser->limits->tokens) {
        refuse(parser, "tokens", parser->limits->tokens);
    }
}

bool gql_accept(struct gql_parser *parser, enum gql_token_kind kind)
{
    if (!gql_at(parser, kind)) {
        return false;
    }
    gql_advance(parser);
    return true;
}

bool gql_accept_keyword(struct gql_parser *parser, const char *word)
{
    if (!gql_at_keyword(parser, word)) {
        return false;
    }
    gql_advance(parser);
    return true;
}

/* `Name "people"`: for messages. */
static struct str describe(const struct gql_parser *parser, const struct gql_token *token)
{
    switch (token->kind) {
    case GQL_TOKEN_NAME:
    case GQL_TOKEN_INT:
    case GQL_TOKEN_FLOAT:
    case GQL_TOKEN_STRING:
    case GQL_TOKEN_BLOCK_STRING: {
        struct str text = str_cut(token->text, 300);
        return arena_printf(parser->arena, "%s \"%.*s\"", gql_token_kind_name(token->kind), STR_ARG(text));
    }
    default: return str_from(gql_token_kind_name(token->kind));
    }
}

static void fail_expected(struct gql_parser *parser, struct str wanted)
{
    if (gql_failed(parser)) {
        return;
    }
    struct str found = describe(parser, &parser->token);
    parser->token = gql_lex_fail(&parser->lexer, parser->token.start, "Expected %.*s, found %.*s.", STR_ARG(wanted),
                                 STR_ARG(found));
}

void gql_unexpected(struct gql_parser *parser, const struct gql_token *token)
{
    if (gql_failed(parser)) {
        return;
    }
    struct str found = describe(parser, token);
    parser->token = gql_lex_fail(&parser->lexer, token->start, "Unexpected %.*s.", STR_ARG(found));
}

bool gql_expect(struct gql_parser *parser, enum gql_token_kind kind)
{
    if (gql_accept(parser, kind)) {
        return !gql_failed(parser);
    }
    fail_expected(parser, str_from(gql_token_kind_name(kind)));
    return false;
}

bool gql_expect_keyword(struct gql_parser *parser, const char *word)
{
    if (gql_accept_keyword(parser, word)) {
        return !gql_failed(parser);
    }
    struct str wanted = arena_printf(parser->arena, "\"%s\"", word);
    fail_expected(parser, wanted);
    return false;
}

bool gql_enter(struct gql_parser *parser)
{
    if (++parser->nesting > parser->limits->nesting) {
        if (!gql_failed(parser)) {
            refuse(parser, "levels of nesting", parser->limits->nesting);
        }
        return false;
    }
    return !gql_failed(parser);
}

void gql_leave(struct gql_parser *parser)
{
    parser->nesting--;
}

bool gql_list_done(struct gql_parser *parser, enum gql_token_kind close)
{
    return gql_failed(parser) || gql_accept(parser, close) || gql_failed(parser);
}

struct str gql_parse_name(struct gql_parser *parser, uint32_t *offset)
{
    struct str name = parser->token.text;
    *offset = parser->token.start;
    return gql_expect(parser, GQL_TOKEN_NAME) ? name : STR_EMPTY;
}

/* ---- values ---- */

static struct gql_value *new_value(struct gql_parser *parser, enum gql_value_kind kind, struct str text)
{
    struct gql_value *value = ARENA_NEW(parser->arena, struct gql_value);
    value->kind = kind;
    value->offset = parser->token.start;
    value->text = text;
    return value;
}

static struct gql_value *parse_list(struct gql_parser *parser, bool constant)
{
    struct gql_value *list = new_value(parser, GQL_VALUE_LIST, STR_EMPTY);
    struct gql_value **next = &list->first;
    gql_advance(parser);
    while (!gql_list_done(parser, GQL_TOKEN_BRACKET_R)) {
        *next = gql_parse_literal(parser, constant);
        if (*next == NULL) {
            break;
        }
        next = &(*next)->next;
        list->count++;
    }
    return list;
}

static struct gql_value *parse_object(struct gql_parser *parser, bool constant)
{
    struct gql_value *object = new_value(parser, GQL_VALUE_OBJECT, STR_EMPTY);
    struct gql_value **next = &object->first;
    gql_advance(parser);
    while (!gql_list_done(parser, GQL_TOKEN_BRACE_R)) {
        uint32_t offset = 0;
        struct str key = gql_parse_name(parser, &offset);
        *next = gql_expect(parser, GQL_TOKEN_COLON) ? gql_parse_literal(parser, constant) : NULL;
        if (*next == NULL) {
            break;
        }
        (*next)->key = key;
        (*next)->key_offset = offset;
        next = &(*next)->next;
        object->count++;
    }
    return object;
}

static struct gql_value *parse_word(struct gql_parser *parser)
{
    struct str word = parser->token.text;
    enum gql_value_kind kind = str_is(word, "true") || str_is(word, "false") ? GQL_VALUE_BOOLEAN
                               : str_is(word, "null")                        ? GQL_VALUE_NULL
                                                                             : GQL_VALUE_ENUM;
    struct gql_value *value = new_value(parser, kind, word);
    gql_advance(parser);
    return value;
}

static struct gql_value *parse_variable(struct gql_parser *parser, bool constant)
{
    struct gql_token dollar = parser->token;
    struct gql_value *value = new_value(parser, GQL_VALUE_VARIABLE, STR_EMPTY);
    gql_advance(parser);
    if (constant && gql_at(parser, GQL_TOKEN_NAME)) {
        struct str name = str_cut(parser->token.text, 300);
        parser->token = gql_lex_fail(&parser->lexer, dollar.start, "Unexpected variable \"$%.*s\" in constant value.",
                                     STR_ARG(name));
    } else if (constant) {
        gql_unexpected(parser, &dollar);
    }
    uint32_t offset = 0;
    value->text = gql_parse_name(parser, &offset);
    return value;
}

struct gql_value *gql_parse_literal(struct gql_parser *parser, bool constant)
{
    struct gql_value *value = NULL;
    if (!gql_enter(parser)) {
        gql_leave(parser);
        return NULL;
    }
    switch (parser->token.kind) {
    case GQL_TOKEN_BRACKET_L: value = parse_list(parser, constant); break;
    case GQL_TOKEN_BRACE_L: value = parse_object(parser, constant); break;
    case GQL_TOKEN_DOLLAR: value = parse_variable(parser, constant); break;
    case GQL_TOKEN_NAME: value = parse_word(parser); break;
    case GQL_TOKEN_INT:
    case GQL_TOKEN_FLOAT:
    case GQL_TOKEN_STRING:
    case GQL_TOKEN_BLOCK_STRING:
        value = new_value(parser,
                          gql_at(parser, GQL_TOKEN_INT)     ? GQL_VALUE_INT
                          : gql_at(parser, GQL_TOKEN_FLOAT) ? GQL_VALUE_FLOAT
                                                            : GQL_VALUE_STRING,
                          parser->token.text);
        value->block = gql_at(parser, GQL_TOKEN_BLOCK_STRING);
        gql_advance(parser);
        break;
    default: gql_unexpected(parser, &parser->token); break;
    }
    gql_leave(parser);
    return gql_failed(parser) ? NULL : value;
}

/* ---- arguments, directives, types ---- */

const struct gql_argument *gql_parse_arguments(struct gql_parser *parser, bool constant)
{
    struct gql_argument *first = NULL;
    struct gql_argument **next = &first;
    if (!gql_accept(parser, GQL_TOKEN_PAREN_L)) {
        return NULL;
    }
    do {
        struct gql_argument *argument = ARENA_NEW(parser->arena, struct gql_argument);
        argument->name = gql_parse_name(parser, &argument->offset);
        argument->value = gql_expect(parser, GQL_TOKEN_COLON) ? gql_parse_literal(parser, constant) : NULL;
        *next = argument;
        next = &argument->next;
    } while (!gql_list_done(parser, GQL_TOKEN_PAREN_R));
    return first;
}

const struct gql_directive *gql_parse_directives(struct gql_parser *parser, bool constant)
{
    struct gql_directive *first = NULL;
    struct gql_directive **next = &first;
    while (gql_at(parser, GQL_TOKEN_AT)) {
        struct gql_directive *directive = ARENA_NEW(parser->arena, struct gql_directive);
        uint32_t name_offset = 0;
        directive->offset = parser->token.start;
        gql_advance(parser);
        directive->name = gql_parse_name(parser, &name_offset);
        directive->arguments = gql_parse_arguments(parser, constant);
        *next = directive;
        next = &directive->next;
        if (++parser->document->directives > parser->limits->directives && !gql_failed(parser)) {
            refuse(parser, "directives", parser->limits->directives);
        }
    }
    return first;
}

/* Adds a wrapper around what is there; see struct gql_ref. */
static void wrap(struct gql_parser *parser, struct gql_type_node *type, uint32_t *count, uint32_t kind)
{
    if (++*count > GQL_WRAPS_MAX) {
        if (!gql_failed(parser)) {
            refuse(parser, "wrappers of a type", GQL_WRAPS_MAX);
        }
        return;
    }
    type->wraps = (type->wraps << 2) | kind;
}

struct gql_type_node gql_parse_type(struct gql_parser *parser)
{
    struct gql_type_node type = {.offset = parser->token.start};
    uint32_t open = 0;
    uint32_t count = 0;
    while (gql_accept(parser, GQL_TOKEN_BRACKET_L)) {
        open++;
    }
    type.name = gql_parse_name(parser, &type.name_offset);
    for (;;) {
        if (gql_accept(parser, GQL_TOKEN_BANG)) {
            wrap(parser, &type, &count, 2);
        }
        if (open == 0 || gql_failed(parser)) {
            return type;
        }
        open--;
        if (gql_expect(parser, GQL_TOKEN_BRACKET_R)) {
            wrap(parser, &type, &count, 1);
        }
    }
}
