#include "gateway/graphql/lexer.h"

#include "common/base/strbuf.h"
#include "common/text/utf8.h"
#include <stdarg.h>
#include <stdio.h>

static const char *const punctuator_names[] = {
    ['!'] = "\"!\"",
    ['$'] = "\"$\"",
    ['&'] = "\"&\"",
    ['('] = "\"(\"",
    [')'] = "\")\"",
    [':'] = "\":\"",
    ['='] = "\"=\"",
    ['@'] = "\"@\"",
    ['['] = "\"[\"",
    [']'] = "\"]\"",
    ['{'] = "\"{\"",
    ['|'] = "\"|\"",
    ['}'] = "\"}\"",
    [GQL_TOKEN_SPREAD] = "\"...\"",
    [GQL_TOKEN_EOF] = "<EOF>",
    [GQL_TOKEN_NAME] = "Name",
    [GQL_TOKEN_INT] = "Int",
    [GQL_TOKEN_FLOAT] = "Float",
    [GQL_TOKEN_STRING] = "String",
    [GQL_TOKEN_BLOCK_STRING] = "BlockString",
    [GQL_TOKEN_FAILED] = "nothing",
};

const char *gql_token_kind_name(enum gql_token_kind kind)
{
    return punctuator_names[kind];
}

const char *gql_print_point(struct str source, size_t at, char out[16])
{
    if (at >= source.len) {
        return "<EOF>";
    }
    uint32_t point = utf8_next(source, &at);
    if (point == '"') {
        return "'\"'";
    }
    if (point >= 0x20 && point <= 0x7E) {
        snprintf(out, 16, "\"%c\"", (char)point);
    } else {
        snprintf(out, 16, "U+%04X", (unsigned)point);
    }
    return out;
}

struct gql_token gql_lex_fail(struct gql_lexer *lexer, size_t offset, const char *format, ...)
{
    struct strbuf text = {.ceiling = 1000};
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&text, format, args);
    va_end(args);
    uint32_t place = (uint32_t)offset;
    struct str cut = str_cut(strbuf_str(&text), 900);
    gql_error_add(lexer->errors, GQL_ERROR_SYNTAX, "Syntax", &place, 1, "Syntax Error: %.*s", STR_ARG(cut));
    strbuf_release(&text);
    lexer->at = lexer->source.len;
    return (struct gql_token){.kind = GQL_TOKEN_FAILED, .start = place, .end = place};
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name_start(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/* The byte at `at`, or -1 at the end. */
static int byte_at(const struct gql_lexer *lexer, size_t at)
{
    return at < lexer->source.len ? (unsigned char)lexer->source.ptr[at] : -1;
}

static struct gql_token take(struct gql_lexer *lexer, enum gql_token_kind kind, size_t end)
{
    struct gql_token token = {kind, (uint32_t)lexer->at, (uint32_t)end, str_slice(lexer->source, lexer->at, end)};
    lexer->at = end;
    return token;
}

static struct gql_token lex_name(struct gql_lexer *lexer)
{
    size_t end = lexer->at + 1;
    while (is_name_start(byte_at(lexer, end)) || is_digit(byte_at(lexer, end))) {
        end++;
    }
    return take(lexer, GQL_TOKEN_NAME, end);
}

static bool skip_digits(struct gql_lexer *lexer, size_t *at)
{
    if (!is_digit(byte_at(lexer, *at))) {
        return false;
    }
    while (is_digit(byte_at(lexer, *at))) {
        ++*at;
    }
    return true;
}

static struct gql_token bad_digit(struct gql_lexer *lexer, size_t at)
{
    char shown[16];
    return gql_lex_fail(lexer, at, "Invalid number, expected digit but got: %s.",
                        gql_print_point(lexer->source, at, shown));
}

static struct gql_token lex_number(struct gql_lexer *lexer)
{
    size_t at = lexer->at + (byte_at(lexer, lexer->at) == '-' ? 1 : 0);
    enum gql_token_kind kind = GQL_TOKEN_INT;
    char shown[16];
    if (byte_at(lexer, at) == '0') {
        if (is_digit(byte_at(lexer, ++at))) {
            return gql_lex_fail(lexer, at, "Invalid number, unexpected digit after 0: %s.",
                                gql_print_point(lexer->source, at, shown));
        }
    } else if (!skip_digits(lexer, &at)) {
        return bad_digit(lexer, at);
    }
    if (byte_at(lexer, at) == '.') {
        kind = GQL_TOKEN_FLOAT;
        at++;
        if (!skip_digits(lexer, &at)) {
            return bad_digit(lexer, at);
        }
    }
    if (byte_at(lexer, at) == 'e' || byte_at(lexer, at) == 'E') {
        kind = GQL_TOKEN_FLOAT;
        at++;
        at += byte_at(lexer, at) == '+' || byte_at(lexer, at) == '-' ? 1 : 0;
        if (!skip_digits(lexer, &at)) {
            return bad_digit(lexer, at);
        }
    }
    if (byte_at(lexer, at) == '.' || is_name_start(byte_at(lexer, at))) {
        return bad_digit(lexer, at);
    }
    return take(lexer, kind, at);
}

static void skip_ignored(struct gql_lexer *lexer)
{
    for (;;) {
        int byte = byte_at(lexer, lexer->at);
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == ',') {
            lexer->at++;
        } else if (byte == 0xEF && byte_at(lexer, lexer->at + 1) == 0xBB && byte_at(lexer, lexer->at + 2) == 0xBF) {
            lexer->at += 3; /* the byte order mark, allowed anywhere */
        } else if (byte == '#') {
            while (byte != '\n' && byte != '\r' && byte >= 0) {
                byte = byte_at(lexer, ++lexer->at);
            }
        } else {
            return;
        }
    }
}

struct gql_token gql_lex(struct gql_lexer *lexer)
{
    skip_ignored(lexer);
    size_t at = lexer->at;
    int byte = byte_at(lexer, at);
    char shown[16];
    switch (byte) {
    case -1: return take(lexer, GQL_TOKEN_EOF, at);
    case '!':
    case '$':
    case '&':
    case '(':
    case ')':
    case ':':
    case '=':
    case '@':
    case '[':
    case ']':
    case '{':
    case '|':
    case '}': return take(lexer, (enum gql_token_kind)byte, at + 1);
    case '"': return gql_lex_string(lexer);
    case '\'':
        return gql_lex_fail(lexer, at,
                            "Unexpected single quote character ('), did you mean to use a double quote (\")?");
    case '.':
        if (byte_at(lexer, at + 1) == '.' && byte_at(lexer, at + 2) == '.') {
            return take(lexer, GQL_TOKEN_SPREAD, at + 3);
        }
        break;
    default:
        if (is_digit(byte) || byte == '-') {
            return lex_number(lexer);
        }
        if (is_name_start(byte)) {
            return lex_name(lexer);
        }
        break;
    }
    return gql_lex_fail(lexer, at, "Unexpected character: %s.", gql_print_point(lexer->source, at, shown));
}
