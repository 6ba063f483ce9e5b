/* String values: escapes, and the indentation of block strings. */
#include "common/base/strbuf.h"
#include "common/text/utf8.h"
#include "gateway/graphql/lexer.h"

static int byte_at(const struct gql_lexer *lexer, size_t at)
{
    return at < lexer->source.len ? (unsigned char)lexer->source.ptr[at] : -1;
}

static int hex_digit(int byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static bool is_scalar(uint32_t point)
{
    return point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

/* Four digits at `at`, or UINT32_MAX. */
static uint32_t hex4(const struct gql_lexer *lexer, size_t at)
{
    uint32_t point = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(byte_at(lexer, at + i));
        if (digit < 0) {
            return UINT32_MAX;
        }
        point = point * 16 + (uint32_t)digit;
    }
    return point;
}

/* `\u{…}` at `at`: the scalar value, or UINT32_MAX; `*size` is how much was read. */
static uint32_t variable_width(const struct gql_lexer *lexer, size_t at, size_t *size)
{
    uint32_t point = 0;
    for (*size = 3; *size < 12;) {
        int byte = byte_at(lexer, at + (*size)++);
        if (byte == '}') {
            return *size >= 5 && is_scalar(point) ? point : UINT32_MAX;
        }
        int digit = hex_digit(byte);
        if (digit < 0) {
            break;
        }
        point = (point << 4) | (uint32_t)digit;
    }
    return UINT32_MAX;
}

/* `\uXXXX` at `at`, or two of them that are a surrogate pair. */
static uint32_t fixed_width(const struct gql_lexer *lexer, size_t at, size_t *size)
{
    uint32_t point = hex4(lexer, at + 2);
    *size = 6;
    if (point != UINT32_MAX && point >= 0xD800 && point <= 0xDBFF && byte_at(lexer, at + 6) == '\\' &&
        byte_at(lexer, at + 7) == 'u') {
        uint32_t low = hex4(lexer, at + 8);
        if (low != UINT32_MAX && low >= 0xDC00 && low <= 0xDFFF) {
            *size = 12;
            return 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return point != UINT32_MAX && is_scalar(point) ? point : UINT32_MAX;
}

static int simple_escape(int byte)
{
    switch (byte) {
    case '"':
    case '\\':
    case '/': return byte;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return -1;
    }
}

/* Appends what the escape at `*at` stands for and moves behind it. False after a failure. */
static bool put_escape(struct gql_lexer *lexer, size_t *at, struct strbuf *out)
{
    size_t size = 2;
    char bytes[4];
    uint32_t point = UINT32_MAX;
    const char *what = "character";
    if (byte_at(lexer, *at + 1) == 'u') {
        what = "Unicode";
        point = byte_at(lexer, *at + 2) == '{' ? variable_width(lexer, *at, &size) : fixed_width(lexer, *at, &size);
    } else {
        int byte = simple_escape(byte_at(lexer, *at + 1));
        point = byte < 0 ? UINT32_MAX : (uint32_t)byte;
    }
    if (point == UINT32_MAX) {
        size_t end = *at + size;
        while (end < lexer->source.len && ((unsigned char)lexer->source.ptr[end] & 0xC0) == 0x80) {
            end++; /* whole characters only */
        }
        struct str shown = str_slice(lexer->source, *at, end);
        (void)gql_lex_fail(lexer, *at, "Invalid %s escape sequence: \"%.*s\".", what, STR_ARG(shown));
        return false;
    }
    strbuf_put(out, str_of(bytes, utf8_put(point, bytes)));
    *at += size;
    return true;
}

static struct gql_token finish(struct gql_lexer *lexer, enum gql_token_kind kind, size_t end, struct str text)
{
    struct gql_token token = {kind, (uint32_t)lexer->at, (uint32_t)end, text};
    lexer->at = end;
    return token;
}

static struct gql_token lex_line_string(struct gql_lexer *lexer)
{
    size_t at = lexer->at + 1;
    size_t from = at;
    struct strbuf decoded = {0};
    bool escaped = false;
    struct gql_token token = {0};
    for (int byte = byte_at(lexer, at); byte >= 0 && byte != '\n' && byte != '\r'; byte = byte_at(lexer, at)) {
        if (byte == '"') {
            struct str text = str_slice(lexer->source, from, at);
            if (escaped) {
                strbuf_put(&decoded, text);
                text = arena_copy(lexer->arena, strbuf_str(&decoded));
            }
            token = finish(lexer, GQL_TOKEN_STRING, at + 1, text);
            strbuf_release(&decoded);
            return token;
        }
        if (byte == '\\') {
            strbuf_put(&decoded, str_slice(lexer->source, from, at));
            escaped = true;
            if (!put_escape(lexer, &at, &decoded)) {
                strbuf_release(&decoded);
                return token;
            }
            from = at;
        } else {
            at++;
        }
    }
    strbuf_release(&decoded);
    return gql_lex_fail(lexer, at, "Unterminated string.");
}

/* ---- block strings ---- */

static size_t indent_of(struct str line)
{
    size_t at = 0;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
        at++;
    }
    return at;
}

/* Cuts the first line off `*rest`; false when there is none left. Lines end with LF, CR or CR LF. */
static bool next_line(struct str *rest, struct str *line)
{
    if (rest->ptr == NULL) {
        return false;
    }
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '\n' && rest->ptr[end] != '\r') {
        end++;
    }
    *line = str_slice(*rest, 0, end);
    if (end == rest->len) {
        *rest = STR_EMPTY;
        return true;
    }
    bool two = rest->ptr[end] == '\r' && end + 1 < rest->len && rest->ptr[end + 1] == '\n';
    *rest = str_of(rest->ptr + end + (two ? 2 : 1), rest->len - end - (two ? 2 : 1));
    return true;
}

/* The lines without their common indentation (the first line's does not count) and blank lines at either end. */
static struct str dedent(struct arena *arena, struct str raw)
{
    size_t common = SIZE_MAX;
    size_t first = SIZE_MAX;
    size_t last = 0;
    size_t number = 0;
    struct str line;
    for (struct str rest = raw; next_line(&rest, &line); number++) {
        size_t indent = indent_of(line);
        if (indent == line.len) {
            continue;
        }
        first = first == SIZE_MAX ? number : first;
        last = number;
        if (number != 0 && indent < common) {
            common = indent;
        }
    }
    if (first == SIZE_MAX) {
        return STR("");
    }
    struct strbuf out = {0};
    number = 0;
    for (struct str rest = raw; next_line(&rest, &line); number++) {
        if (number >= first && number <= last) {
            if (number > first) {
                strbuf_put_char(&out, '\n');
            }
            strbuf_put(&out, number == 0 ? line : str_slice(line, common, line.len));
        }
    }
    struct str text = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

static bool three_quotes(const struct gql_lexer *lexer, size_t at)
{
    return byte_at(lexer, at) == '"' && byte_at(lexer, at + 1) == '"' && byte_at(lexer, at + 2) == '"';
}

static struct gql_token lex_block_string(struct gql_lexer *lexer)
{
    size_t at = lexer->at + 3;
    size_t from = at;
    struct strbuf raw = {0};
    while (at < lexer->source.len && !three_quotes(lexer, at)) {
        if (byte_at(lexer, at) == '\\' && three_quotes(lexer, at + 1)) {
            strbuf_put(&raw, str_slice(lexer->source, from, at));
            from = at + 1;
            at += 4;
        } else {
            at++;
        }
    }
    strbuf_put(&raw, str_slice(lexer->source, from, at));
    if (at >= lexer->source.len) {
        strbuf_release(&raw);
        return gql_lex_fail(lexer, lexer->source.len, "Unterminated string.");
    }
    struct str text = raw.len == 0 ? STR("") : dedent(lexer->arena, strbuf_str(&raw));
    strbuf_release(&raw);
    return finish(lexer, GQL_TOKEN_BLOCK_STRING, at + 3, text);
}

struct gql_token gql_lex_string(struct gql_lexer *lexer)
{
    return three_quotes(lexer, lexer->at) ? lex_block_string(lexer) : lex_line_string(lexer);
}
