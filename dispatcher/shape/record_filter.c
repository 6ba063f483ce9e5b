#include "dispatcher/shape/record_filter.h"
#include "common/base/alloc.h"
#include "common/filter/filter_syntax.h"
#include "common/text/json_read.h"
#include "common/text/like.h"
#include "dispatcher/shape/compare.h"
#include <stdlib.h>

struct record_filter {
    struct arena arena;
    const struct filter_syntax *root;
};

enum truth { NO, YES, UNKNOWN };

static enum truth truth_of(bool holds)
{
    return holds ? YES : NO;
}

struct record_filter *record_filter_new(struct str text, struct err *err)
{
    struct record_filter *filter = xcalloc(1, sizeof(*filter));
    filter->root = filter_syntax_parse(&filter->arena, arena_copy(&filter->arena, text), err);
    if (filter->root == NULL) {
        record_filter_free(filter);
        return NULL;
    }
    return filter;
}

void record_filter_free(struct record_filter *filter)
{
    if (filter != NULL) {
        arena_release(&filter->arena);
        free(filter);
    }
}

void record_view_init(struct record_view *view, struct str record, struct str updated_fields)
{
    *view = (struct record_view){.record_text = record, .updated_fields_text = updated_fields};
}

void record_view_release(struct record_view *view)
{
    arena_release(&view->arena);
}

static bool parse(struct record_view *view)
{
    static const struct json_limits limits = {.max_depth = 128, .max_nodes = 1000000};
    if (!view->parsed) {
        view->parsed = true;
        view->record = json_parse(&view->arena, view->record_text, &limits, NULL);
        struct str fields = view->updated_fields_text.len > 0 ? view->updated_fields_text : STR("null");
        view->updated_fields = json_parse(&view->arena, fields, &limits, NULL);
    }
    return view->record != NULL && view->updated_fields != NULL;
}

/* NULL when there is no such field. */
static const struct json *find(const struct record_view *view, struct str path)
{
    const struct json *value = view->record;
    struct str name;
    if (str_is(path, "updatedFields")) {
        return view->updated_fields;
    }
    while (value != NULL && str_split(&path, '.', &name)) {
        value = json_get_str(value, name);
    }
    return value;
}

static bool is_null(const struct json *value)
{
    return value->type == JSON_NULL || (value->type == JSON_STRING && value->text.len == 0);
}

static enum truth one_of(const struct json *value, const struct filter_syntax *condition)
{
    for (size_t i = 0; i < condition->count; i++) {
        if (value_equals(value, condition->path, condition->texts[i])) {
            return YES;
        }
    }
    return NO;
}

static bool has_element(const struct json *array, struct str text)
{
    JSON_EACH(element, array)
    {
        if (element->type == JSON_STRING && str_eq(element->text, text)) {
            return true;
        }
    }
    return false;
}

static enum truth contains_any(const struct json *value, const struct filter_syntax *condition)
{
    if (value->type != JSON_ARRAY) {
        return one_of(value, condition);
    }
    for (size_t i = 0; i < condition->count; i++) {
        if (has_element(value, condition->texts[i])) {
            return YES;
        }
    }
    return NO;
}

static enum truth contains_exactly(const struct json *value, const struct filter_syntax *condition)
{
    size_t at = 0;
    if (value->type != JSON_ARRAY || value->count != condition->count) {
        return NO;
    }
    JSON_EACH(element, value)
    {
        if (element->type != JSON_STRING || !str_eq(element->text, condition->texts[at++])) {
            return NO;
        }
    }
    return YES;
}

static enum truth contains_ilike(const struct json *value, struct str pattern)
{
    JSON_EACH(element, value)
    {
        if (element->type == JSON_STRING && like_matches(pattern, element->text, true)) {
            return YES;
        }
    }
    return NO;
}

static enum truth ordered(const struct json *value, enum filter_op op, struct str text)
{
    int order;
    if (!value_compare(value, text, &order)) {
        return UNKNOWN;
    }
    switch (op) {
    case FILTER_GT: return truth_of(order > 0);
    case FILTER_GTE: return truth_of(order >= 0);
    case FILTER_LT: return truth_of(order < 0);
    default: return truth_of(order <= 0);
    }
}

/* Of a value that is not null. */
static enum truth compare(const struct json *value, const struct filter_syntax *condition)
{
    struct str text = condition->count > 0 ? condition->texts[0] : STR_EMPTY;
    bool is_text = value->type == JSON_STRING;
    switch (condition->op) {
    case FILTER_EQ: return truth_of(value_equals(value, condition->path, text));
    case FILTER_NEQ: return truth_of(!value_equals(value, condition->path, text));
    case FILTER_IN: return one_of(value, condition);
    case FILTER_CONTAINS_ANY: return contains_any(value, condition);
    case FILTER_CONTAINS_EXACTLY: return contains_exactly(value, condition);
    case FILTER_CONTAINS_ILIKE: return value->type == JSON_ARRAY ? contains_ilike(value, text) : UNKNOWN;
    case FILTER_STARTS_WITH: return is_text ? truth_of(str_starts_with(value->text, text)) : UNKNOWN;
    case FILTER_ENDS_WITH: return is_text ? truth_of(str_ends_with(value->text, text)) : UNKNOWN;
    case FILTER_LIKE:
    case FILTER_ILIKE:
        return is_text ? truth_of(like_matches(text, value->text, condition->op == FILTER_ILIKE)) : UNKNOWN;
    default: return ordered(value, condition->op, text);
    }
}

/* eq and neq with nothing ask for null, since that is how nothing is stored. */
static bool asks_for_null(const struct filter_syntax *condition)
{
    return condition->op == FILTER_IS_NULL ||
           (condition->op == FILTER_EQ && condition->count == 1 && condition->texts[0].len == 0);
}

static bool asks_for_any(const struct filter_syntax *condition)
{
    return condition->op == FILTER_IS_NOT_NULL ||
           (condition->op == FILTER_NEQ && condition->count == 1 && condition->texts[0].len == 0);
}

static enum truth condition_holds(const struct filter_syntax *condition, const struct record_view *view)
{
    const struct json *value = find(view, condition->path);
    if (value == NULL) {
        return UNKNOWN;
    }
    bool null = is_null(value);
    if (asks_for_null(condition) || asks_for_any(condition)) {
        return truth_of(null == asks_for_null(condition));
    }
    if (condition->op == FILTER_IS_EMPTY_ARRAY) {
        return truth_of(null || (value->type == JSON_ARRAY && value->count == 0));
    }
    if (null) { /* an array that is not there has no element of any kind */
        return condition->op == FILTER_CONTAINS_ILIKE ? NO : UNKNOWN;
    }
    return compare(value, condition);
}

static enum truth holds(const struct filter_syntax *node, const struct record_view *view);

/* AND ends with the first NO, OR with the first YES; what is unknown leaves the answer open until then. */
static enum truth group_holds(const struct filter_syntax *group, const struct record_view *view, enum truth ends_with)
{
    enum truth answer = ends_with == NO ? YES : NO;
    for (const struct filter_syntax *child = group->first; child != NULL; child = child->next) {
        enum truth one = holds(child, view);
        if (one == ends_with) {
            return one;
        }
        answer = one == UNKNOWN ? UNKNOWN : answer;
    }
    return answer;
}

/* Recursion is bounded by the grammar. */
static enum truth holds(const struct filter_syntax *node, const struct record_view *view)
{
    switch (node->kind) {
    case FILTER_SYNTAX_AND: return group_holds(node, view, NO);
    case FILTER_SYNTAX_OR: return group_holds(node, view, YES);
    case FILTER_SYNTAX_NOT: {
        enum truth inner = holds(node->first, view);
        return inner == UNKNOWN ? UNKNOWN : truth_of(inner == NO);
    }
    case FILTER_SYNTAX_CONDITION: break;
    }
    return condition_holds(node, view);
}

bool record_filter_holds(const struct record_filter *filter, struct record_view *view)
{
    return !parse(view) || holds(filter->root, view) == YES;
}
