#include "gateway/plan/filter_match.h"

#include "common/text/like.h"
#include <stdlib.h>

enum truth { NO, UNKNOWN, YES };

static enum truth truth_of(bool holds)
{
    return holds ? YES : NO;
}

/* ---- decimals: canonical ("-12.5"), of any length ---- */

struct decimal {
    bool negative;
    struct str whole;
    struct str fraction;
};

static struct decimal decimal_of(struct str text)
{
    struct decimal out = {.negative = text.len > 0 && text.ptr[0] == '-'};
    text = str_slice(text, out.negative ? 1 : 0, text.len);
    size_t dot = str_find(text, '.');
    out.whole = str_slice(text, 0, dot);
    out.fraction = dot < text.len ? str_slice(text, dot + 1, text.len) : STR_EMPTY;
    return out;
}

static int compare_decimals(struct str left, struct str right)
{
    struct decimal a = decimal_of(left);
    struct decimal b = decimal_of(right);
    if (a.negative != b.negative) {
        return a.negative ? -1 : 1;
    }
    int order = (a.whole.len > b.whole.len) - (a.whole.len < b.whole.len);
    order = order != 0 ? order : str_cmp(a.whole, b.whole);
    order = order != 0 ? order : str_cmp(a.fraction, b.fraction);
    return a.negative ? -order : order;
}

/* ---- conditions ---- */

static int compare(const struct value *a, const struct value *b)
{
    switch (a->kind) {
    case COLUMN_FLOAT8: return (a->as.float8 > b->as.float8) - (a->as.float8 < b->as.float8);
    case COLUMN_DATE: return (a->as.days > b->as.days) - (a->as.days < b->as.days);
    case COLUMN_TIMESTAMPTZ: return (a->as.us > b->as.us) - (a->as.us < b->as.us);
    case COLUMN_UUID: return memcmp(a->as.uuid.bytes, b->as.uuid.bytes, sizeof a->as.uuid.bytes);
    case COLUMN_NUMERIC: return compare_decimals(a->as.text, b->as.text);
    default: return str_cmp(a->as.text, b->as.text);
    }
}

static bool has_item(const struct value *list, struct str item)
{
    for (size_t i = 0; i < list->as.array.count; i++) {
        if (str_eq(list->as.array.items[i], item)) {
            return true;
        }
    }
    return false;
}

/* Of a list: does it share an element with the values, or is it just these, in their order? */
static bool list_holds(const struct filter *filter, const struct value *list)
{
    bool exactly = filter->op == FILTER_CONTAINS_EXACTLY;
    bool same = list->as.array.count == filter->value_count;
    bool any = false;
    for (size_t i = 0; i < filter->value_count; i++) {
        struct str wanted = filter->values[i].as.text;
        same = same && str_eq(list->as.array.items[i], wanted);
        any = any || has_item(list, wanted);
    }
    return exactly ? same : any;
}

static bool is_one_of(const struct filter *filter, const struct value *value)
{
    for (size_t i = 0; i < filter->value_count; i++) {
        if (value_eq(&filter->values[i], value)) {
            return true;
        }
    }
    return false;
}

static bool some_item_is_like(const struct value *list, struct str pattern)
{
    for (size_t i = 0; i < list->as.array.count; i++) {
        if (like_matches(pattern, list->as.array.items[i], true)) {
            return true;
        }
    }
    return false;
}

static bool is_empty(const struct value *value)
{
    return value->null || (value->kind == COLUMN_TEXT_ARRAY ? value->as.array.count == 0 : value->as.text.len == 0);
}

/* Of a value that is not null. */
static bool holds(const struct filter *filter, const struct value *value)
{
    const struct value *wanted = filter->values;
    switch (filter->op) {
    case FILTER_EQ: return value_eq(value, wanted);
    case FILTER_NEQ: return !value_eq(value, wanted);
    case FILTER_GT: return compare(value, wanted) > 0;
    case FILTER_GTE: return compare(value, wanted) >= 0;
    case FILTER_LT: return compare(value, wanted) < 0;
    case FILTER_LTE: return compare(value, wanted) <= 0;
    case FILTER_IN:
    case FILTER_CONTAINS_ANY:
    case FILTER_CONTAINS_EXACTLY:
        return value->kind == COLUMN_TEXT_ARRAY ? list_holds(filter, value) : is_one_of(filter, value);
    case FILTER_STARTS_WITH: return str_starts_with(value->as.text, wanted->as.text);
    case FILTER_ENDS_WITH: return str_ends_with(value->as.text, wanted->as.text);
    case FILTER_LIKE: return like_matches(wanted->as.text, value->as.text, false);
    case FILTER_ILIKE: return like_matches(wanted->as.text, value->as.text, true);
    case FILTER_CONTAINS_ILIKE: return some_item_is_like(value, wanted->as.text);
    case FILTER_IS_NULL:
    case FILTER_IS_NOT_NULL:
    case FILTER_IS_EMPTY_ARRAY:
    case FILTER_REGEX:
    case FILTER_IREGEX:
    case FILTER_OP_COUNT: break;
    }
    abort();
}

static enum truth of_condition(const struct filter *filter, const struct value *values)
{
    const struct value *value = &values[filter->column->index];
    switch (filter->op) {
    case FILTER_IS_NULL: return truth_of(value->null);
    case FILTER_IS_NOT_NULL: return truth_of(!value->null);
    case FILTER_IS_EMPTY_ARRAY: return truth_of(is_empty(value));
    case FILTER_CONTAINS_ILIKE: return truth_of(!value->null && holds(filter, value)); /* it is an EXISTS */
    default: return value->null ? UNKNOWN : truth_of(holds(filter, value));
    }
}

/* ---- the tree ---- */

/* The least of the children for AND, the greatest for OR. Recursion is as deep as filters may be nested. */
static enum truth truth(const struct filter *filter, const struct value *values)
{
    enum truth result = filter->kind == FILTER_AND ? YES : NO;
    switch (filter->kind) {
    case FILTER_COMPARE: return of_condition(filter, values);
    case FILTER_NOT: return (enum truth)(YES - truth(filter->first, values));
    case FILTER_RELATED:
    case FILTER_SEARCH: return UNKNOWN;
    case FILTER_AND:
    case FILTER_OR: break;
    }
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        enum truth of_child = truth(child, values);
        bool takes = filter->kind == FILTER_AND ? of_child < result : of_child > result;
        result = takes ? of_child : result;
    }
    return result;
}

bool filter_is_local(const struct filter *filter, struct err *err)
{
    if (filter == NULL) {
        return true;
    }
    if (filter->kind == FILTER_RELATED || filter->kind == FILTER_SEARCH) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                            "A filter of live changes looks at the record alone, not at '%.*s'",
                            STR_ARG(filter->relation->name));
    }
    if (filter->kind == FILTER_COMPARE && filter->column->kind == COLUMN_JSONB && filter->value_count > 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                            "A filter of live changes cannot look into the JSON of '%.*s'",
                            STR_ARG(filter->column->field->name));
    }
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        if (!filter_is_local(child, err)) {
            return false;
        }
    }
    return true;
}

bool filter_matches(const struct filter *filter, const struct value *values)
{
    return filter == NULL || truth(filter, values) == YES;
}
