#include "gateway/plan/filter.h"

#include "common/text/json_write.h"
#include "gateway/record/record_input.h"
#include "gateway/record/record_json.h"

/* What a column can be asked. */
enum operand {
    OPERAND_TEXT,
    OPERAND_NUMBER,
    OPERAND_BOOLEAN,
    OPERAND_TIME,
    OPERAND_UUID,
    OPERAND_OPTION,
    OPERAND_OPTIONS,
    OPERAND_ARRAY,
    OPERAND_JSON,
    OPERAND_RICH,
    OPERAND_COUNT
};

#define OP(name)  (1u << FILTER_##name)
#define COMPARING (OP(EQ) | OP(NEQ) | OP(GT) | OP(GTE) | OP(LT) | OP(LTE) | OP(IN) | OP(IS_NULL) | OP(IS_NOT_NULL))

/* Contract 2.1. */
static const unsigned allowed_ops[OPERAND_COUNT] = {
    [OPERAND_TEXT] = COMPARING | OP(LIKE) | OP(ILIKE) | OP(STARTS_WITH) | OP(ENDS_WITH),
    [OPERAND_NUMBER] = COMPARING,
    [OPERAND_BOOLEAN] = OP(EQ) | OP(IS_NULL) | OP(IS_NOT_NULL),
    [OPERAND_TIME] = COMPARING,
    [OPERAND_UUID] = COMPARING,
    [OPERAND_OPTION] = COMPARING | OP(CONTAINS_ANY) | OP(IS_EMPTY_ARRAY),
    [OPERAND_OPTIONS] = OP(CONTAINS_ANY) | OP(CONTAINS_EXACTLY) | OP(IS_NULL) | OP(IS_NOT_NULL) | OP(IS_EMPTY_ARRAY),
    [OPERAND_ARRAY] = OP(CONTAINS_ILIKE) | OP(CONTAINS_ANY) | OP(IS_NULL) | OP(IS_NOT_NULL) | OP(IS_EMPTY_ARRAY),
    [OPERAND_JSON] = OP(IS_NULL) | OP(IS_NOT_NULL) | OP(LIKE),
    [OPERAND_RICH] = OP(ILIKE) | OP(IS_NULL) | OP(IS_NOT_NULL),
};

static const char *const op_names[FILTER_OP_COUNT] = {
    [FILTER_EQ] = "eq",
    [FILTER_NEQ] = "neq",
    [FILTER_IN] = "in",
    [FILTER_CONTAINS_ANY] = "containsAny",
    [FILTER_CONTAINS_EXACTLY] = "containsExactly",
    [FILTER_IS_NULL] = "is",
    [FILTER_IS_NOT_NULL] = "is",
    [FILTER_GT] = "gt",
    [FILTER_GTE] = "gte",
    [FILTER_LT] = "lt",
    [FILTER_LTE] = "lte",
    [FILTER_STARTS_WITH] = "startsWith",
    [FILTER_ENDS_WITH] = "endsWith",
    [FILTER_LIKE] = "like",
    [FILTER_ILIKE] = "ilike",
    [FILTER_CONTAINS_ILIKE] = "containsIlike",
    [FILTER_IS_EMPTY_ARRAY] = "isEmptyArray",
    [FILTER_REGEX] = "regex",
    [FILTER_IREGEX] = "iregex",
};

static enum operand operand_of(const struct column *column)
{
    if (column->field->type == FIELD_RICH_TEXT) {
        return OPERAND_RICH;
    }
    switch (column->kind) {
    case COLUMN_TEXT: return column->form == JSON_FORM_OPTION ? OPERAND_OPTION : OPERAND_TEXT;
    case COLUMN_FLOAT8:
    case COLUMN_NUMERIC: return OPERAND_NUMBER;
    case COLUMN_BOOLEAN: return OPERAND_BOOLEAN;
    case COLUMN_DATE:
    case COLUMN_TIMESTAMPTZ: return OPERAND_TIME;
    case COLUMN_UUID: return OPERAND_UUID;
    case COLUMN_TEXT_ARRAY: return column->form == JSON_FORM_OPTION ? OPERAND_OPTIONS : OPERAND_ARRAY;
    default: return OPERAND_JSON;
    }
}

bool filter_allows(const struct column *column, enum filter_op op)
{
    return (allowed_ops[operand_of(column)] & (1u << op)) != 0;
}

const char *filter_op_name(enum filter_op op)
{
    return op_names[op];
}

struct filter *filter_new(struct arena *arena, enum filter_kind kind)
{
    struct filter *filter = ARENA_NEW(arena, struct filter);
    filter->kind = kind;
    return filter;
}

void filter_add(struct filter *parent, struct filter *child)
{
    struct filter **end = &parent->first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = child;
}

static struct filter *refuse_op(const struct column *column, enum filter_op op, struct err *err)
{
    struct strbuf list = {.ceiling = 140};
    unsigned allowed = allowed_ops[operand_of(column)];
    for (size_t i = 0; i < FILTER_OP_COUNT; i++) {
        if ((allowed & (1u << i)) != 0 && i != FILTER_IS_NOT_NULL) {
            strbuf_puts(&list, list.len == 0 ? "" : ", ");
            strbuf_puts(&list, op_names[i]);
        }
    }
    err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                 "Operator \"%s\" is not valid for field \"%.*s\" of type %s - Allowed operators: %.*s", op_names[op],
                 STR_ARG(column->field->name), field_types[column->field->type].name, STR_ARG(strbuf_str(&list)));
    strbuf_release(&list);
    return NULL;
}

static bool takes_text(enum filter_op op)
{
    return op == FILTER_LIKE || op == FILTER_ILIKE || op == FILTER_STARTS_WITH || op == FILTER_ENDS_WITH ||
           op == FILTER_CONTAINS_ILIKE;
}

/* The elements of a MULTI_SELECT or ARRAY are text; an option is checked against the list. */
static bool read_element(struct arena *arena, const struct column *column, struct str text, struct value *out,
                         struct err *err)
{
    struct column element = *column;
    element.kind = COLUMN_TEXT;
    if (column->form != JSON_FORM_OPTION) {
        *out = (struct value){.kind = COLUMN_TEXT, .as.text = text};
        return true;
    }
    return value_from_text(arena, &element, text, out, err);
}

static bool read_value(struct arena *arena, const struct column *column, enum filter_op op, struct str text,
                       struct value *out, struct err *err)
{
    if (takes_text(op)) {
        *out = (struct value){.kind = COLUMN_TEXT, .as.text = text};
        return true;
    }
    if (column->kind == COLUMN_TEXT_ARRAY) {
        return read_element(arena, column, text, out, err);
    }
    if (column->form == JSON_FORM_EMAIL) {
        /* Compared as stored; what is no e-mail address simply matches none. */
        struct str canonical;
        *out = (struct value){.kind = COLUMN_TEXT,
                              .null = text.len == 0,
                              .as.text = email_canonical(arena, text, &canonical) ? canonical : text};
        return true;
    }
    return value_from_text(arena, column, text, out, err);
}

/* The contract's sentences, which for a number name what JavaScript made of it. */
static struct filter *refuse_value(const struct column *column, struct str text, struct err *err)
{
    if (err != NULL) {
        err->tag = "INVALID_ARGS_FILTER";
    }
    if (operand_of(column) == OPERAND_NUMBER && column->field->type != FIELD_POSITION) {
        err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                     "Invalid number value NaN for field \"%.*s%s%s\": '%.*s' is not a number",
                     STR_ARG(column->field->name), column->sub == NULL ? "" : ".",
                     column->sub == NULL ? "" : column->sub->name, STR_ARG(str_cut(text, 80)));
    }
    return NULL;
}

struct filter *filter_null_test(struct arena *arena, const struct column *column, bool is_null)
{
    struct filter *filter = filter_new(arena, FILTER_COMPARE);
    filter->column = column;
    filter->op = is_null ? FILTER_IS_NULL : FILTER_IS_NOT_NULL;
    return filter;
}

static size_t option_place(const struct field *field, struct str value)
{
    size_t at = 0;
    while (at < field->option_count && !str_eq(field->options[at].value, value)) {
        at++;
    }
    return at;
}

/* gt, gte, lt, lte on an option: one of the options on that side of it. */
static void compare_places(struct arena *arena, struct filter *filter)
{
    const struct field *field = filter->column->field;
    size_t place = option_place(field, filter->values[0].as.text);
    struct value *inside = ARENA_ARRAY(arena, struct value, field->option_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < field->option_count; i++) {
        bool taken = (filter->op == FILTER_GT && i > place) || (filter->op == FILTER_GTE && i >= place) ||
                     (filter->op == FILTER_LT && i < place) || (filter->op == FILTER_LTE && i <= place);
        if (taken) {
            inside[count++] = (struct value){.kind = COLUMN_TEXT, .as.text = field->options[i].value};
        }
    }
    filter->op = FILTER_IN;
    filter->values = inside;
    filter->value_count = count;
}

static bool is_ordering(enum filter_op op)
{
    return op == FILTER_GT || op == FILTER_GTE || op == FILTER_LT || op == FILTER_LTE;
}

struct filter *filter_compare(struct arena *arena, const struct column *column, enum filter_op op,
                              const struct str *texts, size_t count, struct err *err)
{
    if (!filter_allows(column, op)) {
        return refuse_op(column, op, err);
    }
    /* Whatever is given with isEmptyArray says nothing (contract graphql-core 2.6). */
    count = op == FILTER_IS_EMPTY_ARRAY ? 0 : count;
    struct filter *filter = filter_new(arena, FILTER_COMPARE);
    struct value *values = ARENA_ARRAY(arena, struct value, count + 1);
    filter->column = column;
    filter->op = op;
    filter->values = values;
    filter->value_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_value(arena, column, op, texts[i], &values[i], err)) {
            return refuse_value(column, texts[i], err);
        }
    }
    if ((op == FILTER_EQ || op == FILTER_NEQ) && values[0].null) {
        return filter_null_test(arena, column, op == FILTER_EQ);
    }
    if (operand_of(column) == OPERAND_OPTION && is_ordering(op) && column->sub == NULL) {
        compare_places(arena, filter);
    }
    return filter;
}

struct filter *filter_through(struct arena *arena, const struct path *path, struct filter *leaf)
{
    for (size_t i = path->hop_count; i-- > 0;) {
        struct filter *related = filter_new(arena, FILTER_RELATED);
        related->relation = path->hops[i];
        related->first = leaf;
        leaf = related;
    }
    return leaf;
}

bool filter_mentions(const struct filter *filter, const struct column *column)
{
    if (filter == NULL || filter->kind == FILTER_RELATED || filter->kind == FILTER_SEARCH) {
        return false;
    }
    if (filter->kind == FILTER_COMPARE) {
        return filter->column == column;
    }
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        if (filter_mentions(child, column)) {
            return true;
        }
    }
    return false;
}

static bool indexed(const struct column *column)
{
    const struct field *field = column->field;
    return column == field->object->id_column || field->side == RELATION_MANY_TO_ONE ||
           (field->unique && column == &field->columns[0]) ||
           (field->unique && column->sub != NULL && column->sub->in_unique);
}

bool filter_selective(const struct filter *filter)
{
    if (filter == NULL) {
        return false;
    }
    if (filter->kind == FILTER_COMPARE) {
        return (filter->op == FILTER_EQ || filter->op == FILTER_IN) && indexed(filter->column);
    }
    if (filter->kind != FILTER_AND) {
        return false;
    }
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        if (filter_selective(child)) {
            return true;
        }
    }
    return false;
}

static void print_compare(struct strbuf *out, const struct filter *filter)
{
    strbuf_printf(out, "%.*s ", STR_ARG(filter->column->name));
    if (filter->op == FILTER_IS_NULL || filter->op == FILTER_IS_NOT_NULL) {
        strbuf_puts(out, filter->op == FILTER_IS_NULL ? "is null" : "is not null");
        return;
    }
    strbuf_puts(out, op_names[filter->op]);
    for (size_t i = 0; i < filter->value_count; i++) {
        struct column plain = *filter->column;
        plain.kind = filter->values[i].kind;
        plain.form = JSON_FORM_PLAIN;
        strbuf_put_char(out, ' ');
        value_put_json(out, &plain, &filter->values[i]);
    }
}

void filter_print(struct strbuf *out, const struct filter *filter)
{
    static const char *const names[] = {[FILTER_AND] = "and", [FILTER_OR] = "or", [FILTER_NOT] = "not"};
    if (filter->kind == FILTER_COMPARE) {
        print_compare(out, filter);
        return;
    }
    if (filter->kind == FILTER_SEARCH) {
        strbuf_printf(out, "%.*s search ", STR_ARG(filter->relation->name));
        json_put_string(out, filter->values[0].as.text);
        return;
    }
    if (filter->kind == FILTER_RELATED) {
        strbuf_printf(out, "some %.*s", STR_ARG(filter->relation->name));
    } else {
        strbuf_puts(out, names[filter->kind]);
    }
    strbuf_put_char(out, '(');
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        strbuf_puts(out, child == filter->first ? "" : ", ");
        filter_print(out, child);
    }
    strbuf_put_char(out, ')');
}
