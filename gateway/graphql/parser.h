/* Inside this room: the state of a parse. Failure sticks: the token becomes FAILED and nothing is expected any more. */
#ifndef PORTTI_GRAPHQL_PARSER_H
#define PORTTI_GRAPHQL_PARSER_H

#include "gateway/graphql/document.h"
#include "gateway/graphql/lexer.h"

struct gql_parser {
    struct arena *arena;
    struct gql_lexer lexer;
    struct gql_token token;
    uint32_t last_end; /* of the token before */
    const struct gql_limits *limits;
    struct gql_document *document;
    struct gql_selection *spreads; /* newest first */
    uint32_t nesting;
};

void gql_parser_init(struct gql_parser *parser, struct arena *arena, struct str source, const struct gql_limits *limits,
                     struct gql_errors *errors);

static inline bool gql_at(const struct gql_parser *parser, enum gql_token_kind kind)
{
    return parser->token.kind == kind;
}
static inline bool gql_failed(const struct gql_parser *parser)
{
    return parser->token.kind == GQL_TOKEN_FAILED;
}
bool gql_at_keyword(const struct gql_parser *parser, const char *word);
void gql_advance(struct gql_parser *parser);
/* Moves on if the token is of that kind. */
bool gql_accept(struct gql_parser *parser, enum gql_token_kind kind);
bool gql_accept_keyword(struct gql_parser *parser, const char *word);
/* The same, or fails with "Expected …, found …." */
bool gql_expect(struct gql_parser *parser, enum gql_token_kind kind);
bool gql_expect_keyword(struct gql_parser *parser, const char *word);
/* Fails with "Unexpected …." */
void gql_unexpected(struct gql_parser *parser, const struct gql_token *token);
/* One level deeper; fails beyond the limit. Pair with gql_leave. */
bool gql_enter(struct gql_parser *parser);
void gql_leave(struct gql_parser *parser);
/* Is the list that ends with `close` at its end? Also after a failure. */
bool gql_list_done(struct gql_parser *parser, enum gql_token_kind close);

/* Empty after a failure. */
struct str gql_parse_name(struct gql_parser *parser, uint32_t *offset);
/* NULL after a failure. */
struct gql_value *gql_parse_literal(struct gql_parser *parser, bool constant);
const struct gql_argument *gql_parse_arguments(struct gql_parser *parser, bool constant);
const struct gql_directive *gql_parse_directives(struct gql_parser *parser, bool constant);
struct gql_type_node gql_parse_type(struct gql_parser *parser);
/* A definition or extension of a type system: read, so that its end is found, and kept by name only. */
void gql_parse_type_system(struct gql_parser *parser, struct gql_definition *definition);

#endif
