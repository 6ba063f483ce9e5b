/* Inside this room: tokens. */
#ifndef PORTTI_GRAPHQL_LEXER_H
#define PORTTI_GRAPHQL_LEXER_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include "gateway/graphql/error.h"

enum gql_token_kind {
    GQL_TOKEN_FAILED, /* the error was added; all that follows is this token again */
    GQL_TOKEN_EOF,
    GQL_TOKEN_NAME,
    GQL_TOKEN_INT,
    GQL_TOKEN_FLOAT,
    GQL_TOKEN_STRING,
    GQL_TOKEN_BLOCK_STRING,
    GQL_TOKEN_SPREAD,
    GQL_TOKEN_BANG = '!',
    GQL_TOKEN_DOLLAR = '$',
    GQL_TOKEN_AMP = '&',
    GQL_TOKEN_PAREN_L = '(',
    GQL_TOKEN_PAREN_R = ')',
    GQL_TOKEN_COLON = ':',
    GQL_TOKEN_EQUALS = '=',
    GQL_TOKEN_AT = '@',
    GQL_TOKEN_BRACKET_L = '[',
    GQL_TOKEN_BRACKET_R = ']',
    GQL_TOKEN_BRACE_L = '{',
    GQL_TOKEN_PIPE = '|',
    GQL_TOKEN_BRACE_R = '}'
};

struct gql_token {
    enum gql_token_kind kind;
    uint32_t start;
    uint32_t end;
    struct str text; /* NAME, INT, FLOAT: as written; STRING, BLOCK_STRING: the value */
};

struct gql_lexer {
    struct arena *arena; /* for strings with escapes, and block strings */
    struct str source;   /* well-formed UTF-8 */
    size_t at;
    struct gql_errors *errors;
};

/* The next token. */
struct gql_token gql_lex(struct gql_lexer *lexer);
/* Adds "Syntax Error: …" at the byte and returns a FAILED token. */
struct gql_token gql_lex_fail(struct gql_lexer *lexer, size_t offset, const char *format, ...) PRINTF_LIKE(3, 4);

/* The string that begins at lexer->at with `"` (string.c). */
struct gql_token gql_lex_string(struct gql_lexer *lexer);

/* For messages: `"x"`, `'"'`, `U+00E4`, `<EOF>`. `out` has room for 16 bytes. */
const char *gql_print_point(struct str source, size_t at, char out[16]);
/* "Name", `"{"`, … */
const char *gql_token_kind_name(enum gql_token_kind kind);

#endif
