/*
 * Filters (contract 2.6, 3.7, 3.18): an input value into the same tree that REST makes. What restricts nothing ({},
 * and: [], …) is left out, so that a filter that is empty in any spelling is no filter.
 */
#include "common/text/json_write.h"
#include "gateway/resolve/resolve_inner.h"

enum { CONDITIONS_MAX = 500 };

#define FILTER_REFUSE(r, ...) RESOLVE_REFUSE(r, "INVALID_ARGS_FILTER", __VA_ARGS__)

/* Conditions that must all hold. */
struct conditions {
    struct filter *first;
    struct filter **end;
    size_t count;
};

static void add(struct conditions *list, struct filter *filter)
{
    if (filter == NULL) {
        return;
    }
    if (list->count++ == 0) {
        list->end = &list->first;
    }
    *list->end = filter;
    list->end = &filter->next;
}

/* One condition is itself; none is NULL. */
static struct filter *joined(struct resolving *r, const struct conditions *list, enum filter_kind kind)
{
    if (list->count == 0 || (list->count == 1 && kind == FILTER_AND)) {
        return list->first;
    }
    struct filter *filter = filter_new(r->arena, kind);
    filter->first = list->first;
    return filter;
}

static enum filter_op op_of(enum core_role role)
{
    switch (role) {
    case CORE_NEQ: return FILTER_NEQ;
    case CORE_GT: return FILTER_GT;
    case CORE_GTE: return FILTER_GTE;
    case CORE_LT: return FILTER_LT;
    case CORE_LTE: return FILTER_LTE;
    case CORE_IN: return FILTER_IN;
    case CORE_IS: return FILTER_IS_NULL;
    case CORE_LIKE: return FILTER_LIKE;
    case CORE_ILIKE: return FILTER_ILIKE;
    case CORE_STARTS_WITH: return FILTER_STARTS_WITH;
    case CORE_ENDS_WITH: return FILTER_ENDS_WITH;
    case CORE_REGEX: return FILTER_REGEX;
    case CORE_IREGEX: return FILTER_IREGEX;
    case CORE_CONTAINS_ANY: return FILTER_CONTAINS_ANY;
    case CORE_CONTAINS_ILIKE: return FILTER_CONTAINS_ILIKE;
    case CORE_IS_EMPTY_ARRAY: return FILTER_IS_EMPTY_ARRAY;
    default: return FILTER_EQ;
    }
}

/* How clients call the column. */
static struct str name_of(const struct resolving *r, const struct column *column)
{
    if (column->sub != NULL) {
        return arena_printf(r->arena, "%.*s.%s", STR_ARG(column->field->name), column->sub->name);
    }
    return column->field->side == RELATION_MANY_TO_ONE ? column->name : column->field->name;
}

static bool refuse_op(struct resolving *r, const struct column *column, enum filter_op op)
{
    /* The contract's order. */
    static const enum filter_op ops[] = {
        FILTER_EQ,   FILTER_NEQ,   FILTER_GT,           FILTER_GTE,       FILTER_LT,
        FILTER_LTE,  FILTER_IN,    FILTER_CONTAINS_ANY, FILTER_IS_NULL,   FILTER_CONTAINS_ILIKE,
        FILTER_LIKE, FILTER_ILIKE, FILTER_STARTS_WITH,  FILTER_ENDS_WITH, FILTER_IS_EMPTY_ARRAY,
    };
    struct strbuf list = {.ceiling = 140};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (filter_allows(column, ops[i])) {
            strbuf_puts(&list, list.len == 0 ? "" : ", ");
            strbuf_puts(&list, filter_op_name(ops[i]));
        }
    }
    struct str name = name_of(r, column);
    FILTER_REFUSE(r, "Operator \"%s\" is not valid for field \"%.*s\" of type %s - Allowed operators: %.*s",
                  filter_op_name(op), STR_ARG(name), field_types[column->field->type].name, STR_ARG(strbuf_str(&list)));
    strbuf_release(&list);
    return false;
}

/* Does "nothing" look like an empty text here? */
static bool is_text(const struct column *column)
{
    return column->kind == COLUMN_TEXT && column->form != JSON_FORM_OPTION;
}

/* What reads as nothing (3.7): NULL, or in columns that hold no NULL the empty text; of lists the empty one as well. */
static struct filter *nothing(struct resolving *r, const struct column *column)
{
    struct str empty = STR("");
    if (column->kind == COLUMN_TEXT_ARRAY) {
        return filter_compare(r->arena, column, FILTER_IS_EMPTY_ARRAY, &empty, 1, r->err);
    }
    if (is_text(column) && !column->nullable) {
        return filter_compare(r->arena, column, FILTER_EQ, &empty, 1, r->err);
    }
    return filter_null_test(r->arena, column, true);
}

static bool read_is(struct resolving *r, const struct column *column, const struct gql_datum *value,
                    struct filter **out)
{
    struct str word = value->kind == GQL_DATUM_ENUM ? value->as.value->name : STR_EMPTY;
    if (!str_is(word, "NULL") && !str_is(word, "NOT_NULL")) {
        return FILTER_REFUSE(r, "Invalid filter value for \"is\" operator. Expected \"NULL\" or \"NOT_NULL\"");
    }
    *out = str_is(word, "NULL") ? nothing(r, column) : filter_null_test(r->arena, column, false);
    return *out != NULL;
}

/* The value as text, which filter_compare types. */
static bool text_of(struct resolving *r, const struct column *column, const struct gql_datum *value, struct str *out)
{
    const struct json *json = gql_datum_json(r->arena, value);
    bool word = json->type == JSON_TRUE || json->type == JSON_FALSE;
    if (json->type == JSON_STRING || (json->type == JSON_NUMBER && column->kind != COLUMN_UUID)) {
        *out = json->text;
        return true;
    }
    if (word && column->kind == COLUMN_BOOLEAN) {
        *out = json->type == JSON_TRUE ? STR("true") : STR("false");
        return true;
    }
    static const char *const kinds[COLUMN_KIND_COUNT] = {[COLUMN_UUID] = "UUID ",
                                                         [COLUMN_TEXT] = "string ",
                                                         [COLUMN_BOOLEAN] = "boolean ",
                                                         [COLUMN_FLOAT8] = "number ",
                                                         [COLUMN_NUMERIC] = "number "};
    struct strbuf shown = {.ceiling = 80};
    json_put_canonical(&shown, json);
    struct str name = name_of(r, column);
    FILTER_REFUSE(r, "Invalid %svalue %.*s for field \"%.*s\"", kinds[column->kind] == NULL ? "" : kinds[column->kind],
                  STR_ARG(strbuf_str(&shown)), STR_ARG(name));
    strbuf_release(&shown);
    return false;
}

static bool read_list(struct resolving *r, const struct column *column, enum filter_op op,
                      const struct gql_datum *value, struct filter **out)
{
    struct str name = name_of(r, column);
    size_t count = value->kind == GQL_DATUM_LIST ? value->as.items.count : 0;
    if (value->kind != GQL_DATUM_LIST) {
        return FILTER_REFUSE(r, "Filter operator \"%s\" requires an array value for field %.*s", filter_op_name(op),
                             STR_ARG(name));
    }
    if (count == 0) {
        return FILTER_REFUSE(r, "Invalid filter value for field %.*s. Expected non-empty array", STR_ARG(name));
    }
    struct str *texts = ARENA_ARRAY(r->arena, struct str, count);
    size_t at = 0;
    for (const struct gql_datum *item = value->as.items.first; item != NULL; item = item->next) {
        if (!text_of(r, column, item, &texts[at++])) {
            return false;
        }
    }
    *out = filter_compare(r->arena, column, op, texts, count, r->err);
    return *out != NULL;
}

static bool read_null(struct resolving *r, const struct column *column, enum filter_op op, struct filter **out)
{
    if (op == FILTER_EQ) {
        *out = nothing(r, column);
        return *out != NULL;
    }
    if (op == FILTER_NEQ) {
        *out = filter_null_test(r->arena, column, false);
        return true;
    }
    struct str name = name_of(r, column);
    return FILTER_REFUSE(r, "Filter operator \"%s\" requires a value for field \"%.*s\", got null", filter_op_name(op),
                         STR_ARG(name));
}

/* An empty pattern, or one that only says "anything", finds those without a text too. */
static bool read_pattern(struct resolving *r, const struct column *column, enum filter_op op, struct str text,
                         struct filter **out)
{
    struct filter *pattern = filter_compare(r->arena, column, op, &text, 1, r->err);
    if (pattern == NULL || text.len > 0 || !is_text(column)) {
        *out = pattern;
        return pattern != NULL;
    }
    struct filter *either = filter_new(r->arena, FILTER_OR);
    filter_add(either, pattern);
    filter_add(either, nothing(r, column));
    *out = either;
    return true;
}

static bool read_value(struct resolving *r, const struct column *column, enum filter_op op,
                       const struct gql_datum *value, struct filter **out)
{
    struct str text = STR_EMPTY;
    if (op == FILTER_IN || op == FILTER_CONTAINS_ANY) {
        return read_list(r, column, op, value, out);
    }
    if (op == FILTER_IS_EMPTY_ARRAY) {
        struct str empty = STR("");
        *out = filter_compare(r->arena, column, op, &empty, 1, r->err);
        return *out != NULL;
    }
    if (!text_of(r, column, value, &text)) {
        return false;
    }
    if (op == FILTER_LIKE || op == FILTER_ILIKE) {
        return read_pattern(r, column, op, text, out);
    }
    if (text.len == 0 && is_text(column) && (op == FILTER_EQ || op == FILTER_NEQ)) {
        bool equal = op == FILTER_EQ;
        *out = equal || !column->nullable ? nothing(r, column) : filter_null_test(r->arena, column, false);
        if (*out != NULL && !equal && !column->nullable) {
            struct filter *other = filter_new(r->arena, FILTER_NOT);
            filter_add(other, *out);
            *out = other;
        }
        return *out != NULL;
    }
    *out = filter_compare(r->arena, column, op, &text, 1, r->err);
    return *out != NULL;
}

/* {eq: …} */
static bool read_leaf(struct resolving *r, const struct column *column, const struct gql_datum *datum,
                      struct filter **out)
{
    struct str name = name_of(r, column);
    if (datum->kind != GQL_DATUM_OBJECT) {
        return FILTER_REFUSE(r, "Filter value for field \"%.*s\" must be an object", STR_ARG(name));
    }
    if (datum->as.items.count != 1) {
        return FILTER_REFUSE(r, "Filter for field \"%.*s\" must have exactly one operator", STR_ARG(name));
    }
    if (++r->conditions > CONDITIONS_MAX) {
        return FILTER_REFUSE(r, "A filter may have at most %d conditions", CONDITIONS_MAX);
    }
    const struct gql_datum *value = datum->as.items.first;
    enum filter_op op = op_of((enum core_role)value->field->role);
    if (!filter_allows(column, op)) {
        return refuse_op(r, column, op);
    }
    if (op == FILTER_IS_NULL) {
        return read_is(r, column, value, out);
    }
    return value->kind == GQL_DATUM_NULL ? read_null(r, column, op, out) : read_value(r, column, op, value, out);
}

static bool read_search(struct resolving *r, const struct field *field, const struct gql_datum *datum,
                        struct filter **out)
{
    const struct gql_datum *words = gql_datum_get(datum, "search");
    if (words == NULL || words->kind != GQL_DATUM_STRING) {
        return FILTER_REFUSE(r, "Filter operator \"search\" requires a string value for field \"%.*s\"",
                             STR_ARG(field->name));
    }
    struct value *value = ARENA_NEW(r->arena, struct value);
    *value = (struct value){.kind = COLUMN_TEXT, .as.text = words->as.text};
    *out = filter_new(r->arena, FILTER_SEARCH);
    (*out)->relation = field;
    (*out)->values = value;
    (*out)->value_count = 1;
    return true;
}

static bool read_object(struct resolving *r, const struct gql_datum *datum, bool related, struct conditions *out);

static bool read_field(struct resolving *r, const struct gql_datum *datum, struct conditions *out)
{
    const struct field *field = datum->field->source;
    struct filter *filter = NULL;
    if (field->type == FIELD_TS_VECTOR) {
        bool read = read_search(r, field, datum, &filter);
        add(out, filter);
        return read;
    }
    if (!field_types[field->type].composite) {
        bool read = read_leaf(r, &field->columns[0], datum, &filter);
        add(out, filter);
        return read;
    }
    if (datum->kind != GQL_DATUM_OBJECT) {
        return FILTER_REFUSE(r, "Filter value for field \"%.*s\" must be an object", STR_ARG(field->name));
    }
    for (const struct gql_datum *part = datum->as.items.first; part != NULL; part = part->next) {
        if (!read_leaf(r, resolve_sub_column(field, part->field->source), part, &filter)) {
            return false;
        }
        add(out, filter);
    }
    return true;
}

static bool read_relation(struct resolving *r, const struct gql_datum *datum, bool related, struct conditions *out)
{
    const struct field *field = datum->field->source;
    struct conditions inner = {0};
    if (related) {
        return FILTER_REFUSE(r, "Relation filter nesting deeper than 1 hop is not supported");
    }
    if (datum->kind != GQL_DATUM_OBJECT) {
        return FILTER_REFUSE(r, "Cannot filter by relation field \"%.*s\": use \"%.*s\" instead", STR_ARG(field->name),
                             STR_ARG(field->columns[0].name));
    }
    r->complexity++;
    if (!read_object(r, datum, true, &inner)) {
        return false;
    }
    struct filter *condition = joined(r, &inner, FILTER_AND);
    if (condition != NULL) {
        struct filter *through = filter_new(r->arena, FILTER_RELATED);
        through->relation = field;
        through->first = condition;
        add(out, through);
    }
    return true;
}

/* and, or: a list of filters; not: one. */
static bool read_logic(struct resolving *r, const struct gql_datum *datum, bool related, enum filter_kind kind,
                       struct conditions *out)
{
    struct conditions members = {0};
    bool list = datum->kind == GQL_DATUM_LIST;
    const struct gql_datum *item = list ? datum->as.items.first : datum;
    for (; item != NULL; item = list ? item->next : NULL) {
        struct conditions one = {0};
        if (item->kind == GQL_DATUM_OBJECT && !read_object(r, item, related, &one)) {
            return false;
        }
        add(&members, joined(r, &one, FILTER_AND));
    }
    if (members.count > 0) {
        struct filter *filter = filter_new(r->arena, kind);
        filter->first = members.first;
        add(out, filter);
    }
    return true;
}

static bool read_member(struct resolving *r, const struct gql_datum *datum, bool related, struct conditions *out)
{
    const struct field *field = datum->field->source;
    struct filter *filter = NULL;
    switch ((enum core_role)datum->field->role) {
    case CORE_AND: return read_logic(r, datum, related, FILTER_AND, out);
    case CORE_OR: return read_logic(r, datum, related, FILTER_OR, out);
    case CORE_NOT: return read_logic(r, datum, related, FILTER_NOT, out);
    case CORE_TO_ONE: return read_relation(r, datum, related, out);
    case CORE_JOIN:
        if (!read_leaf(r, &field->columns[0], datum, &filter)) {
            return false;
        }
        add(out, filter);
        return true;
    default: return read_field(r, datum, out);
    }
}

static bool read_object(struct resolving *r, const struct gql_datum *datum, bool related, struct conditions *out)
{
    for (const struct gql_datum *member = datum->as.items.first; member != NULL; member = member->next) {
        if (!read_member(r, member, related, out)) {
            return false;
        }
    }
    return true;
}

bool resolve_filter(struct resolving *r, const struct gql_datum *datum, const struct filter **out)
{
    struct conditions conditions = {0};
    *out = NULL;
    if (datum == NULL || datum->kind != GQL_DATUM_OBJECT) {
        return true;
    }
    if (!read_object(r, datum, false, &conditions)) {
        if (r->err != NULL) {
            r->err->tag = "INVALID_ARGS_FILTER";
        }
        return false;
    }
    *out = joined(r, &conditions, FILTER_AND);
    return true;
}
