/* Filters into conditions. Values are parameters; a pattern made from a value has its wildcards escaped. */
#include "common/text/like.h"
#include "gateway/catalogue/identifier.h"
#include "gateway/sql/sql_build.h"
#include "gateway/sql/sql_search.h"
#include "gateway/sql/sql_type.h"

static const char *const operators[FILTER_OP_COUNT] = {
    [FILTER_EQ] = " = ",           [FILTER_NEQ] = " <> ",      [FILTER_GT] = " > ",
    [FILTER_GTE] = " >= ",         [FILTER_LT] = " < ",        [FILTER_LTE] = " <= ",
    [FILTER_LIKE] = " like ",      [FILTER_ILIKE] = " ilike ", [FILTER_STARTS_WITH] = " like ",
    [FILTER_ENDS_WITH] = " like ",
};

static void build_list(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    const struct column *column = filter->column;
    bool list = column->kind == COLUMN_TEXT_ARRAY;
    build_column(builder, alias, column);
    if (list) {
        build_text(builder, filter->op == FILTER_CONTAINS_EXACTLY ? " = " : " && ");
        build_values(builder, COLUMN_TEXT, filter->values, filter->value_count);
        return;
    }
    build_text(builder, " = any(");
    build_values(builder, column->kind, filter->values, filter->value_count);
    build_text(builder, ")");
}

static void build_pattern(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    struct str text = filter->values[0].as.text;
    bool starts = filter->op == FILTER_STARTS_WITH;
    if (starts || filter->op == FILTER_ENDS_WITH) {
        text = like_around(builder->arena, starts ? "" : "%", text, starts ? "%" : "");
    }
    build_column(builder, alias, filter->column);
    build_text(builder, filter->column->kind == COLUMN_JSONB ? "::text" : "");
    build_text(builder, operators[filter->op]);
    build_arg(builder, SQL_TEXT, text);
}

static void build_compare(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    switch (filter->op) {
    case FILTER_IS_NULL:
    case FILTER_IS_NOT_NULL:
        build_column(builder, alias, filter->column);
        build_text(builder, filter->op == FILTER_IS_NULL ? " is null" : " is not null");
        return;
    case FILTER_IS_EMPTY_ARRAY:
        build_text(builder, "coalesce(");
        build_column(builder, alias, filter->column);
        build_text(builder, filter->column->kind == COLUMN_TEXT_ARRAY ? ", '{}') = '{}'" : ", '') = ''");
        return;
    case FILTER_IN:
    case FILTER_CONTAINS_ANY:
    case FILTER_CONTAINS_EXACTLY: build_list(builder, alias, filter); return;
    case FILTER_CONTAINS_ILIKE:
        build_text(builder, "exists (select from unnest(");
        build_column(builder, alias, filter->column);
        build_text(builder, ") as element where element ilike ");
        build_arg(builder, SQL_TEXT, filter->values[0].as.text);
        build_text(builder, ")");
        return;
    case FILTER_LIKE:
    case FILTER_ILIKE:
    case FILTER_STARTS_WITH:
    case FILTER_ENDS_WITH: build_pattern(builder, alias, filter); return;
    default:
        build_column(builder, alias, filter->column);
        build_text(builder, operators[filter->op]);
        build_value(builder, &filter->values[0]);
        return;
    }
}

/* A live record on the other side for which the inner condition holds. */
static void build_related(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    const struct field *relation = filter->relation;
    const struct object *target = relation->target;
    unsigned inner = ++builder->aliases;
    build_text(builder, "exists (select");
    build_from(builder, inner, target);
    build_text(builder, " where ");
    if (relation->side == RELATION_MANY_TO_ONE) {
        build_column(builder, inner, target->id_column);
        build_text(builder, " = ");
        build_column(builder, alias, &relation->columns[0]);
    } else {
        build_column(builder, inner, &relation->inverse->columns[0]);
        build_text(builder, " = ");
        build_column(builder, alias, relation->object->id_column);
    }
    if (!filter_mentions(filter->first, target->deleted_at)) {
        build_text(builder, " and ");
        build_column(builder, inner, target->deleted_at);
        build_text(builder, " is null");
    }
    build_text(builder, " and ");
    build_filter(builder, inner, filter->first);
    build_text(builder, ")");
}

/* Without the accents: marks that stand by themselves once letters are decomposed. A text of ASCII has none. */
#define FOLDED(text)                                                                                                   \
    "case when octet_length(" text ") = char_length(" text ") then " text " else regexp_replace(normalize(" text       \
    ", NFKD), '[\\u0300-\\u036f]', '', 'g') end"

/* What was typed, between `before` and anything, as a pattern. */
static struct value pattern_of(struct arena *arena, const char *before, struct str typed)
{
    return (struct value){.kind = COLUMN_TEXT, .as.text = like_around(arena, before, typed, "%")};
}

/* `plain ilike any (…)`: patterns are folded once a statement and not for every row. */
static void build_likes(struct sql_builder *builder, const char *quantity, const struct value *patterns, size_t count)
{
    build_text(builder, "plain ilike ");
    build_text(builder, quantity);
    build_text(builder, " (array(select " FOLDED("typed") " from unnest(");
    build_values(builder, COLUMN_TEXT, patterns, count);
    build_text(builder, ") as given (typed)))");
}

/* Each word as the beginning of a lexeme, which a vector's text has in quotes: 'acme':1. */
static void build_beginnings(struct sql_builder *builder, struct str typed)
{
    struct value *patterns = ARENA_ARRAY(builder->arena, struct value, typed.len / 2 + 1);
    size_t count = 0;
    struct str word;
    while (sql_search_next(&typed, &word)) {
        patterns[count++] = pattern_of(builder->arena, "%'", word);
    }
    build_likes(builder, "all", patterns, count);
}

/*
 * All the words as beginnings, or what was typed anywhere in the vector's text, both whatever the accents (contract
 * 2.6). The index answers the first test alone; the rest reads the vectors. No words, no restriction.
 */
static void build_search(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    struct str typed = str_trim(filter->values[0].as.text);
    struct str words = sql_search_words(builder->arena, typed, true);
    if (words.len == 0) {
        build_text(builder, "true");
        return;
    }
    struct strbuf vector = {0};
    strbuf_printf(&vector, "t%u.", alias);
    identifier_put(&vector, filter->relation->name);
    build_text(builder, "(");
    build_str(builder, strbuf_str(&vector));
    build_text(builder, " @@ pg_catalog.to_tsquery('pg_catalog.simple', ");
    build_arg(builder, SQL_TEXT, words);
    build_text(builder, ") or coalesce((select ");
    struct value anywhere = pattern_of(builder->arena, "%", typed);
    build_likes(builder, "any", &anywhere, 1);
    build_text(builder, " or ");
    build_beginnings(builder, typed);
    build_text(builder, " from (select " FOLDED("stored") " as plain from (select ");
    build_str(builder, strbuf_str(&vector));
    build_text(builder, "::text as stored) as read) as folded), false))");
    strbuf_release(&vector);
}

static void build_group(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    if (filter->first == NULL) {
        build_text(builder, filter->kind == FILTER_AND ? "true" : "false");
        return;
    }
    build_text(builder, "(");
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        if (child != filter->first) {
            build_text(builder, filter->kind == FILTER_AND ? " and " : " or ");
        }
        build_filter(builder, alias, child);
    }
    build_text(builder, ")");
}

void build_filter(struct sql_builder *builder, unsigned alias, const struct filter *filter)
{
    switch (filter->kind) {
    case FILTER_AND:
    case FILTER_OR: build_group(builder, alias, filter); return;
    case FILTER_NOT:
        build_text(builder, "not (");
        build_filter(builder, alias, filter->first);
        build_text(builder, ")");
        return;
    case FILTER_COMPARE: build_compare(builder, alias, filter); return;
    case FILTER_RELATED: build_related(builder, alias, filter); return;
    case FILTER_SEARCH: build_search(builder, alias, filter); return;
    }
}
