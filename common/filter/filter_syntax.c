/*
 * A recursive descent over the text. A value may be quoted with " or '; the quote ends where the same quote is followed
 * by a comma, a closing bracket or the end, so an apostrophe inside needs no escape (there is none in this grammar).
 */
#include "common/filter/filter_syntax.h"

enum { FILTER_DEPTH_MAX = 20, FILTER_ITEMS_MAX = 500, LIST_MAX = 1000 };

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;
    size_t item_at; /* where the condition begins that is being read */
    size_t depth;
    size_t items;
    struct err *err;
};

struct comparator {
    const char *name;
    enum filter_op op;
    bool list;
};

static const struct comparator comparators[] = {
    {"eq", FILTER_EQ, false},
    {"neq", FILTER_NEQ, false},
    {"in", FILTER_IN, true},
    {"containsAny", FILTER_CONTAINS_ANY, true},
    {"containsExactly", FILTER_CONTAINS_EXACTLY, true},
    {"is", FILTER_IS_NULL, false},
    {"gt", FILTER_GT, false},
    {"gte", FILTER_GTE, false},
    {"lt", FILTER_LT, false},
    {"lte", FILTER_LTE, false},
    {"startsWith", FILTER_STARTS_WITH, false},
    {"endsWith", FILTER_ENDS_WITH, false},
    {"like", FILTER_LIKE, false},
    {"ilike", FILTER_ILIKE, false},
    {"containsIlike", FILTER_CONTAINS_ILIKE, false},
    {"isEmptyArray", FILTER_IS_EMPTY_ARRAY, false},
};

static struct filter_syntax *fail(struct parser *parser, size_t at, const char *sentence)
{
    err_fail_tag(parser->err, ERR_INVALID, "INVALID_FILTER_QUERY_PARAM", "'filter' invalid at byte %zu: %s", at,
                 sentence);
    return NULL;
}

/* Brackets outside quotes: what is missing is the likeliest fault, and has its own sentence. */
static struct filter_syntax *fail_brackets(struct parser *parser)
{
    size_t open = 0;
    size_t close = 0;
    char quote = '\0';
    for (size_t i = 0; i < parser->text.len; i++) {
        char c = parser->text.ptr[i];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' && i > 0 && (parser->text.ptr[i - 1] == ':' || parser->text.ptr[i - 1] == '[')) {
            quote = c;
        } else {
            open += c == '(';
            close += c == ')';
        }
    }
    if (open == close) {
        return fail(parser, parser->at, "a closing bracket or a comma is expected");
    }
    size_t missing = open > close ? open - close : close - open;
    err_fail_tag(parser->err, ERR_INVALID, "INVALID_FILTER_QUERY_PARAM",
                 "'filter' invalid. %zu %s bracket%s missing in the query", missing, open > close ? "close" : "open",
                 missing == 1 ? " is" : "s are");
    return NULL;
}

static struct filter_syntax *node_new(struct parser *parser, enum filter_syntax_kind kind)
{
    struct filter_syntax *node = ARENA_NEW(parser->arena, struct filter_syntax);
    node->kind = kind;
    node->offset = parser->item_at;
    return node;
}

static bool at_end(const struct parser *parser)
{
    return parser->at == parser->text.len;
}

static char peek(const struct parser *parser)
{
    return at_end(parser) ? '\0' : parser->text.ptr[parser->at];
}

static bool starts_word(const struct parser *parser, const char *word)
{
    return str_starts_with(str_slice(parser->text, parser->at, parser->text.len), str_from(word));
}

/* The item that starts at `from`, for messages. */
static struct str item_text(const struct parser *parser, size_t from)
{
    struct str rest = str_slice(parser->text, from, parser->text.len);
    return str_cut(rest, 80);
}

static bool ends_value(const struct parser *parser, size_t at, bool in_list)
{
    if (at == parser->text.len) {
        return true;
    }
    char c = parser->text.ptr[at];
    return c == ',' || (in_list ? c == ']' : c == ')');
}

static bool read_quoted(struct parser *parser, bool in_list, struct str *out)
{
    char quote = peek(parser);
    size_t start = parser->at + 1;
    for (size_t i = start; i < parser->text.len; i++) {
        if (parser->text.ptr[i] == quote && ends_value(parser, i + 1, in_list)) {
            *out = str_slice(parser->text, start, i);
            parser->at = i + 1;
            return true;
        }
    }
    return false;
}

/* Up to a comma or closing bracket that is not inside brackets of the value's own. */
static void read_bare(struct parser *parser, bool in_list, struct str *out)
{
    size_t start = parser->at;
    size_t round = 0;
    size_t square = 0;
    for (; !at_end(parser); parser->at++) {
        char c = peek(parser);
        if ((c == ',' && square == 0 && (round == 0 || in_list)) || (c == ')' && round == 0 && !in_list) ||
            (c == ']' && square == 0 && in_list)) {
            break;
        }
        round += c == '(';
        round -= c == ')' && round > 0;
        square += c == '[';
        square -= c == ']' && square > 0;
    }
    *out = str_slice(parser->text, start, parser->at);
}

static void read_scalar(struct parser *parser, bool in_list, struct str *out)
{
    char c = peek(parser);
    if ((c == '"' || c == '\'') && read_quoted(parser, in_list, out)) {
        return;
    }
    read_bare(parser, in_list, out);
    /* Quotes of different kinds are dropped all the same, as the contract has it. */
    if (out->len >= 2) {
        char first = out->ptr[0];
        char last = out->ptr[out->len - 1];
        if ((first == '"' || first == '\'') && (last == '"' || last == '\'')) {
            *out = str_slice(*out, 1, out->len - 1);
        }
    }
}

static bool fail_list(struct parser *parser, const struct comparator *comparator)
{
    return err_fail_tag(parser->err, ERR_INVALID, "INVALID_FILTER_QUERY_PARAM",
                        "'filter' invalid for '%s' operator. array value expected, such as [a,b]", comparator->name);
}

static bool parse_list(struct parser *parser, const struct comparator *comparator, struct filter_syntax *leaf)
{
    if (peek(parser) != '[') {
        return fail_list(parser, comparator);
    }
    parser->at++;
    struct str *items = ARENA_ARRAY(parser->arena, struct str, LIST_MAX);
    size_t count = 0;
    while (peek(parser) != ']') {
        if (at_end(parser)) {
            return fail_list(parser, comparator);
        }
        if (count == LIST_MAX) {
            return fail(parser, parser->at, "a list may hold at most 1000 values") != NULL;
        }
        read_scalar(parser, true, &items[count++]);
        if (peek(parser) == ',') {
            parser->at++;
        } else if (peek(parser) != ']') {
            return fail_list(parser, comparator);
        }
    }
    parser->at++;
    leaf->texts = items;
    leaf->count = count;
    return true;
}

static bool parse_is(struct parser *parser, struct filter_syntax *leaf)
{
    struct str value;
    size_t from = parser->at;
    read_scalar(parser, false, &value);
    if (!str_is(value, "NULL") && !str_is(value, "NOT_NULL")) {
        return fail(parser, from, "'is' takes NULL or NOT_NULL") != NULL;
    }
    leaf->op = str_is(value, "NULL") ? FILTER_IS_NULL : FILTER_IS_NOT_NULL;
    return true;
}

static bool parse_text(struct parser *parser, struct filter_syntax *leaf)
{
    struct str *text = ARENA_NEW(parser->arena, struct str);
    read_scalar(parser, false, text);
    leaf->texts = text;
    leaf->count = 1;
    return true;
}

static struct filter_syntax *fail_form(struct parser *parser, size_t from)
{
    struct str item = item_text(parser, from);
    err_fail_tag(parser->err, ERR_INVALID, NULL, "'filter' invalid for '%.*s'. eg: price[gte]:10", STR_ARG(item));
    return NULL;
}

static struct filter_syntax *fail_comparator(struct parser *parser, size_t from)
{
    struct str item = item_text(parser, from);
    err_fail_tag(parser->err, ERR_INVALID, NULL,
                 "'filter' invalid for '%.*s', comparator regex not in eq, neq, in, containsAny, is, gt, gte, lt, lte, "
                 "startsWith, endsWith, like, ilike",
                 STR_ARG(item));
    return NULL;
}

/* path[comparator]:value */
static struct filter_syntax *parse_base(struct parser *parser)
{
    size_t from = parser->at;
    parser->item_at = from;
    struct str rest = str_slice(parser->text, from, parser->text.len);
    size_t open = str_find(rest, '[');
    size_t close = str_find(rest, ']');
    if (open == 0 || open >= rest.len || close >= rest.len || close < open || close + 1 >= rest.len ||
        rest.ptr[close + 1] != ':' || str_find(str_slice(rest, 0, open), ',') < open) {
        return fail_form(parser, from);
    }
    struct str name = str_slice(rest, open + 1, close);
    const struct comparator *comparator = NULL;
    for (size_t i = 0; i < ARRAY_LEN(comparators); i++) {
        comparator = str_is(name, comparators[i].name) ? &comparators[i] : comparator;
    }
    if (comparator == NULL) {
        return fail_comparator(parser, from);
    }
    struct filter_syntax *leaf = node_new(parser, FILTER_SYNTAX_CONDITION);
    leaf->path = str_slice(rest, 0, open);
    leaf->op = comparator->op;
    parser->at = from + close + 2;
    if (at_end(parser) || peek(parser) == ',' || peek(parser) == ')') {
        return fail_form(parser, from);
    }
    bool read = comparator->list                   ? parse_list(parser, comparator, leaf)
                : comparator->op == FILTER_IS_NULL ? parse_is(parser, leaf)
                                                   : parse_text(parser, leaf);
    return read ? leaf : NULL;
}

static struct filter_syntax *parse_items(struct parser *parser, enum filter_syntax_kind kind, bool nested);

static struct filter_syntax *parse_item(struct parser *parser)
{
    static const struct {
        const char *word;
        enum filter_syntax_kind kind;
    } groups[] = {{"and(", FILTER_SYNTAX_AND}, {"or(", FILTER_SYNTAX_OR}, {"not(", FILTER_SYNTAX_NOT}};
    if (++parser->items > FILTER_ITEMS_MAX) {
        return fail(parser, parser->at, "more than 500 conditions");
    }
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        if (!starts_word(parser, groups[i].word)) {
            continue;
        }
        size_t from = parser->at;
        parser->at += strlen(groups[i].word);
        if (parser->depth == FILTER_DEPTH_MAX) {
            return fail(parser, from, "more than 20 levels");
        }
        parser->depth++;
        struct filter_syntax *group = parse_items(parser, groups[i].kind, true);
        parser->depth--;
        if (group != NULL && group->kind == FILTER_SYNTAX_NOT && (group->first == NULL || group->first->next != NULL)) {
            return fail(parser, from, "'not' conjunction should contain only 1 condition");
        }
        return group;
    }
    return parse_base(parser);
}

static struct filter_syntax *parse_items(struct parser *parser, enum filter_syntax_kind kind, bool nested)
{
    struct filter_syntax *group = node_new(parser, kind);
    struct filter_syntax **end = &group->first;
    for (;;) {
        struct filter_syntax *item = parse_item(parser);
        if (item == NULL) {
            return NULL;
        }
        *end = item;
        end = &item->next;
        if (peek(parser) == ',') {
            parser->at++;
            continue;
        }
        if (nested && peek(parser) == ')') {
            parser->at++;
            return group;
        }
        return !nested && at_end(parser) ? group : fail_brackets(parser);
    }
}

/* Every refusal says where: the sentences of fields and values know nothing of the text around them. */
void filter_syntax_name_byte(struct err *err, size_t offset)
{
    if (err == NULL || str_find_str(err_str(err), STR("byte")) < err_str(err).len) {
        return;
    }
    struct err why = *err;
    err_fail_tag(err, why.code, why.tag, "%s (condition at byte %zu of 'filter')", why.text, offset);
    err->offset = offset;
}

struct filter_syntax *filter_syntax_parse(struct arena *arena, struct str text, struct err *err)
{
    struct parser parser = {.arena = arena, .text = text, .err = err};
    if (text.len == 0) {
        return node_new(&parser, FILTER_SYNTAX_AND);
    }
    struct filter_syntax *filter = parse_items(&parser, FILTER_SYNTAX_AND, false);
    if (filter == NULL) {
        filter_syntax_name_byte(err, parser.item_at);
        return NULL;
    }
    /* One group alone is the filter. */
    bool alone = filter->first != NULL && filter->first->next == NULL;
    return alone ? filter->first : filter;
}
