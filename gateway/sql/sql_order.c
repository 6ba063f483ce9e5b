/*
 * Orders and keyset windows. Text is ordered as people expect it (ICU's root collation, whatever the database's own
 * is); an option by its place in the field's list. Nulls stand where the term says, and the window is exact across
 * them.
 */
#include "gateway/sql/sql_build.h"
#include "gateway/sql/sql_type.h"

static bool is_option(const struct column *column)
{
    return column->kind == COLUMN_TEXT && column->form == JSON_FORM_OPTION && column->sub == NULL;
}

static bool is_text(const struct column *column)
{
    return column->kind == COLUMN_TEXT && column->form != JSON_FORM_OPTION;
}

/* Relations that two terms share are joined once for each: rare, and simpler. */
void build_order_joins(struct sql_builder *builder, unsigned root, const struct order_term *terms, size_t count,
                       struct build_order *out)
{
    *out = (struct build_order){.terms = terms, .count = count};
    for (size_t i = 0; i < count; i++) {
        unsigned alias = root;
        for (size_t hop = 0; hop < terms[i].path.hop_count; hop++) {
            const struct field *relation = terms[i].path.hops[hop];
            unsigned joined = ++builder->aliases;
            build_text(builder, " left join ");
            build_str(builder, relation->target->table);
            strbuf_printf(&builder->text, " t%u on ", joined);
            build_column(builder, joined, relation->target->id_column);
            build_text(builder, " = ");
            build_column(builder, alias, &relation->columns[0]);
            alias = joined;
        }
        out->aliases[i] = alias;
    }
}

static void build_options(struct sql_builder *builder, const struct field *field)
{
    struct value *values = ARENA_ARRAY(builder->arena, struct value, field->option_count + 1);
    for (size_t i = 0; i < field->option_count; i++) {
        values[i] = (struct value){.kind = COLUMN_TEXT, .as.text = field->options[i].value};
    }
    build_values(builder, COLUMN_TEXT, values, field->option_count);
}

static void build_term(struct sql_builder *builder, const struct build_order *order, size_t at)
{
    const struct column *column = order->terms[at].path.column;
    if (is_option(column)) {
        build_text(builder, "array_position(");
        build_options(builder, column->field);
        build_text(builder, ", ");
        build_column(builder, order->aliases[at], column);
        build_text(builder, ")");
        return;
    }
    build_column(builder, order->aliases[at], column);
    build_text(builder, is_text(column) ? " collate \"und-x-icu\"" : "");
}

static void build_bound(struct sql_builder *builder, const struct column *column, const struct value *value)
{
    if (is_option(column)) {
        build_text(builder, "array_position(");
        build_options(builder, column->field);
        build_text(builder, ", ");
        build_value(builder, value);
        build_text(builder, ")");
        return;
    }
    build_value(builder, value);
}

void build_order_by(struct sql_builder *builder, const struct build_order *order, bool backward)
{
    build_text(builder, " order by ");
    for (size_t i = 0; i < order->count; i++) {
        const struct order_term *term = &order->terms[i];
        bool nullable = term->path.hop_count > 0 || term->path.column->nullable;
        build_text(builder, i == 0 ? "" : ", ");
        build_term(builder, order, i);
        build_text(builder, term->descending != backward ? " desc" : "");
        if (nullable) {
            build_text(builder, term->nulls_first != backward ? " nulls first" : " nulls last");
        }
    }
}

static void build_equal(struct sql_builder *builder, const struct build_order *order, size_t at,
                        const struct value *value)
{
    build_term(builder, order, at);
    if (value->null) {
        build_text(builder, " is null");
        return;
    }
    build_text(builder, " = ");
    build_bound(builder, order->terms[at].path.column, value);
}

/* What stands behind `value` in the order of one term. */
static void build_behind(struct sql_builder *builder, const struct build_order *order, size_t at, bool backward,
                         const struct value *value)
{
    const struct order_term *term = &order->terms[at];
    bool nulls_first = term->nulls_first != backward;
    bool nullable = term->path.hop_count > 0 || term->path.column->nullable;
    if (value->null) {
        if (!nulls_first) {
            build_text(builder, "false");
            return;
        }
        build_term(builder, order, at);
        build_text(builder, " is not null");
        return;
    }
    bool nulls_behind = nullable && !nulls_first;
    build_text(builder, nulls_behind ? "(" : "");
    build_term(builder, order, at);
    build_text(builder, term->descending != backward ? " < " : " > ");
    build_bound(builder, term->path.column, value);
    if (nulls_behind) {
        build_text(builder, " or ");
        build_term(builder, order, at);
        build_text(builder, " is null)");
    }
}

/* All ascending (or all descending), none nullable: one row comparison, which an index answers whole. */
static bool is_row_comparison(const struct build_order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        const struct order_term *term = &order->terms[i];
        if (term->path.hop_count > 0 || term->path.column->nullable || term->descending != order->terms[0].descending) {
            return false;
        }
    }
    return true;
}

static void build_row_comparison(struct sql_builder *builder, const struct build_order *order,
                                 const struct plan_page *page)
{
    build_text(builder, " and (");
    for (size_t i = 0; i < order->count; i++) {
        build_text(builder, i == 0 ? "" : ", ");
        build_term(builder, order, i);
    }
    build_text(builder, order->terms[0].descending != page->backward ? ") < (" : ") > (");
    for (size_t i = 0; i < order->count; i++) {
        build_text(builder, i == 0 ? "" : ", ");
        build_bound(builder, order->terms[i].path.column, &page->cursor[i]);
    }
    build_text(builder, ")");
}

void build_keyset(struct sql_builder *builder, const struct build_order *order, const struct plan_page *page)
{
    if (page->cursor == NULL) {
        return;
    }
    if (is_row_comparison(order)) {
        build_row_comparison(builder, order, page);
        return;
    }
    build_text(builder, " and (");
    for (size_t i = 0; i < order->count; i++) {
        build_text(builder, i == 0 ? "(" : " or (");
        for (size_t before = 0; before < i; before++) {
            build_equal(builder, order, before, &page->cursor[before]);
            build_text(builder, " and ");
        }
        build_behind(builder, order, i, page->backward, &page->cursor[i]);
        build_text(builder, ")");
    }
    build_text(builder, ")");
}
