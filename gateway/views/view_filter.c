#include "gateway/views/view_filter.h"
#include "common/base/strbuf.h"
#include "common/text/like.h"
#include "common/text/timestamp.h"

enum { VALUES_MAX = 1000, NODES_MAX = 4 * VALUES_MAX };
static const struct json_limits value_limits = {.max_depth = 8, .max_nodes = NODES_MAX};

struct viewing {
    struct arena *arena;
    const struct object *object;
    const struct json *view;
    int64_t now_us;
    struct err *err;
};

/* One filter of the view while it is read. */
struct asked {
    const struct field *field;
    const struct column *columns;
    size_t column_count;
    struct str operand;
    struct str *values;
    size_t value_count;
};

static bool refuse(const struct viewing *v, const struct asked *asked, const char *what)
{
    return err_fail_tag(v->err, ERR_INVALID, "INVALID_VIEW_FILTER_DATA",
                        "The view's filter on \"%.*s\" (%.*s) cannot be used here: %s", STR_ARG(asked->field->name),
                        STR_ARG(asked->operand), what);
}

static struct str text_of(const struct json *document, const char *name)
{
    const struct json *value = json_get(document, name);
    return json_is(value, JSON_STRING) ? value->text : STR_EMPTY;
}

/* ---- values ---- */

static struct str text_of_value(const struct json *value)
{
    return value->type == JSON_TRUE ? STR("true") : value->type == JSON_FALSE ? STR("false") : value->text;
}

static void take_values(const struct viewing *v, struct asked *asked, const struct json *value)
{
    size_t count = value->type == JSON_ARRAY ? value->count : 1;
    asked->values = ARENA_ARRAY(v->arena, struct str, count + 1);
    asked->value_count = 0;
    if (value->type != JSON_ARRAY) {
        asked->values[asked->value_count++] = text_of_value(value);
        return;
    }
    JSON_EACH(item, value)
    {
        asked->values[asked->value_count++] = text_of_value(item);
    }
}

static bool is_list(const struct asked *asked)
{
    return asked->field->type == FIELD_MULTI_SELECT || asked->field->type == FIELD_ARRAY;
}

/* Lists come as arrays, or as texts with an array in them; chosen records as {"selectedRecordIds": […]}. What a text is
 * to contain is a text, whatever it looks like. */
static bool read_values(const struct viewing *v, const struct json *value, struct asked *asked)
{
    struct err ignored;
    bool plain = str_ends_with(asked->operand, STR("CONTAIN")) || str_is(asked->operand, "CONTAINS");
    bool listed = json_is(value, JSON_STRING) && value->text.len > 0 && strchr("[{", value->text.ptr[0]) != NULL &&
                  (!plain || is_list(asked));
    const struct json *inner = listed ? json_parse(v->arena, value->text, &value_limits, &ignored) : NULL;
    value = inner != NULL ? inner : value;
    if (json_is(value, JSON_OBJECT)) {
        value = json_get(value, "selectedRecordIds");
    }
    if (value == NULL || value->type == JSON_NULL || value->type == JSON_OBJECT) {
        asked->value_count = 0;
        return true;
    }
    if (value->type == JSON_ARRAY && value->count > VALUES_MAX) {
        return refuse(v, asked, "it has too many values");
    }
    take_values(v, asked, value);
    return true;
}

/* ---- conditions ---- */

/* For some of the columns. */
static bool over_columns(const struct viewing *v, const struct asked *asked, enum filter_op op,
                         const struct str *values, size_t count, struct filter **out)
{
    *out = filter_new(v->arena, FILTER_OR);
    for (size_t i = 0; i < asked->column_count; i++) {
        if (!filter_allows(&asked->columns[i], op)) {
            continue;
        }
        struct filter *one = filter_compare(v->arena, &asked->columns[i], op, values, count, v->err);
        if (one == NULL) {
            return false;
        }
        filter_add(*out, one);
    }
    return (*out)->first != NULL || refuse(v, asked, "fields of this type are not compared like that");
}

static bool contains(const struct viewing *v, const struct asked *asked, struct filter **out)
{
    if (is_list(asked)) {
        return over_columns(v, asked, FILTER_CONTAINS_ANY, asked->values, asked->value_count, out);
    }
    struct str pattern = like_around(v->arena, "%", asked->values[0], "%");
    return over_columns(v, asked, asked->field->type == FIELD_RAW_JSON ? FILTER_LIKE : FILTER_ILIKE, &pattern, 1, out);
}

static bool is(const struct viewing *v, const struct asked *asked, struct filter **out)
{
    return over_columns(v, asked, asked->value_count == 1 ? FILTER_EQ : FILTER_IN, asked->values, asked->value_count,
                        out);
}

/* NULL, or a list without items. */
static struct filter *nothing_in(const struct viewing *v, const struct column *column)
{
    struct filter *null = filter_null_test(v->arena, column, true);
    struct filter *empty = column->kind == COLUMN_TEXT_ARRAY
                               ? filter_compare(v->arena, column, FILTER_IS_EMPTY_ARRAY, NULL, 0, v->err)
                               : NULL;
    if (empty == NULL) {
        return null;
    }
    struct filter *either = filter_new(v->arena, FILTER_OR);
    filter_add(either, null);
    filter_add(either, empty);
    return either;
}

static struct filter *all_empty(const struct viewing *v, const struct asked *asked)
{
    struct filter *all = filter_new(v->arena, FILTER_AND);
    for (size_t i = 0; i < asked->column_count; i++) {
        filter_add(all, nothing_in(v, &asked->columns[i]));
    }
    return all;
}

static struct filter *negated(const struct viewing *v, struct filter *filter)
{
    struct filter *not = filter_new(v->arena, FILTER_NOT);
    filter_add(not, filter);
    return not ;
}

/* Records without a value are among those that do not have the given one. */
static struct filter *negated_or_empty(const struct viewing *v, const struct asked *asked, struct filter *filter)
{
    struct filter *either = filter_new(v->arena, FILTER_OR);
    filter_add(either, all_empty(v, asked));
    filter_add(either, negated(v, filter));
    return either;
}

static bool compared(const struct viewing *v, const struct asked *asked, enum filter_op op, struct filter **out)
{
    return over_columns(v, asked, op, asked->values, asked->value_count, out);
}

static bool against_now(const struct viewing *v, const struct asked *asked, enum filter_op op, struct filter **out)
{
    struct strbuf now = {0};
    timestamp_put(&now, v->now_us);
    struct str text = arena_copy(v->arena, strbuf_str(&now));
    strbuf_release(&now);
    if (asked->field->type == FIELD_DATE) {
        text = str_cut(text, 10);
    }
    return over_columns(v, asked, op, &text, 1, out);
}

static bool condition_of(const struct viewing *v, const struct asked *asked, struct filter **out)
{
    struct str operand = asked->operand;
    if (str_is(operand, "IS_EMPTY")) {
        *out = all_empty(v, asked);
        return true;
    }
    if (str_is(operand, "IS_NOT_EMPTY") || str_is(operand, "IS_NOT_NULL")) {
        *out = negated(v, all_empty(v, asked));
        return true;
    }
    if (str_is(operand, "IS_IN_PAST") || str_is(operand, "IS_IN_FUTURE")) {
        return against_now(v, asked, str_is(operand, "IS_IN_PAST") ? FILTER_LT : FILTER_GT, out);
    }
    if (asked->value_count == 0) {
        *out = filter_new(v->arena, FILTER_AND); /* nothing was chosen yet: clients show all */
        return true;
    }
    static const struct {
        const char *operand;
        enum filter_op op;
    } plain[] = {{"GREATER_THAN_OR_EQUAL", FILTER_GTE},
                 {"LESS_THAN_OR_EQUAL", FILTER_LTE},
                 {"IS_BEFORE", FILTER_LT},
                 {"IS_AFTER", FILTER_GT}};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        if (str_is(operand, plain[i].operand)) {
            return compared(v, asked, plain[i].op, out);
        }
    }
    bool holds = str_is(operand, "CONTAINS") || str_is(operand, "DOES_NOT_CONTAIN");
    bool equals = str_is(operand, "IS") || str_is(operand, "IS_NOT");
    if ((!holds && !equals) || (equals && asked->field->type == FIELD_DATE_TIME)) {
        return refuse(v, asked, "this server does not know how to ask records that");
    }
    if (!(holds ? contains(v, asked, out) : is(v, asked, out))) {
        return false;
    }
    if (str_is(operand, "DOES_NOT_CONTAIN") || str_is(operand, "IS_NOT")) {
        *out = negated_or_empty(v, asked, *out);
    }
    return true;
}

/* ---- filters and groups ---- */

static const struct field *field_of(const struct viewing *v, struct str id_text)
{
    struct uuid id;
    for (size_t i = 0; uuid_parse(id_text, &id) && i < v->object->field_count; i++) {
        if (uuid_eq(&v->object->fields[i].id, &id)) {
            return &v->object->fields[i];
        }
    }
    return NULL;
}

static bool filter_of(const struct viewing *v, const struct json *document, struct filter **out)
{
    struct asked asked = {.field = field_of(v, text_of(document, "fieldMetadataId")),
                          .operand = text_of(document, "operand")};
    struct str sub = text_of(document, "subFieldName");
    if (asked.field == NULL || !asked.field->active) {
        *out = filter_new(v->arena, FILTER_AND); /* of a field that has gone since */
        return true;
    }
    asked.columns = asked.field->columns;
    asked.column_count = asked.field->column_count;
    for (size_t i = 0; sub.len > 0 && i < asked.field->column_count; i++) {
        if (asked.field->columns[i].sub != NULL && str_is(sub, asked.field->columns[i].sub->name)) {
            asked.columns = &asked.field->columns[i];
            asked.column_count = 1;
        }
    }
    if (asked.column_count == 0 || text_of(document, "relationTargetFieldMetadataId").len > 0) {
        return refuse(v, &asked, "it is about other records");
    }
    return read_values(v, json_get(document, "value"), &asked) && condition_of(v, &asked, out);
}

static bool group_of(const struct viewing *v, struct str id, struct str operator_name, unsigned depth,
                     struct filter **out);

static const struct json *list_of(const struct viewing *v, const char *name)
{
    static const struct json none = {.type = JSON_ARRAY};
    const struct json *list = json_get(v->view, name);
    return json_is(list, JSON_ARRAY) ? list : &none;
}

/* What is right in the group `id`; "" is the view itself. */
static bool add_members(const struct viewing *v, struct str id, unsigned depth, struct filter *to)
{
    struct filter *one = NULL;
    JSON_EACH(document, list_of(v, "viewFilters"))
    {
        if (str_eq(text_of(document, "viewFilterGroupId"), id)) {
            if (!filter_of(v, document, &one)) {
                return false;
            }
            filter_add(to, one);
        }
    }
    JSON_EACH(document, list_of(v, "viewFilterGroups"))
    {
        if (str_eq(text_of(document, "parentViewFilterGroupId"), id)) {
            if (!group_of(v, text_of(document, "id"), text_of(document, "logicalOperator"), depth + 1, &one)) {
                return false;
            }
            filter_add(to, one);
        }
    }
    return true;
}

static bool group_of(const struct viewing *v, struct str id, struct str operator_name, unsigned depth,
                     struct filter **out)
{
    enum { DEPTH_MAX = 16 };
    if (depth > DEPTH_MAX) {
        return err_fail_tag(v->err, ERR_INVALID, "INVALID_VIEW_FILTER_DATA", "The view's filter groups are too deep");
    }
    bool any = str_is(operator_name, "OR");
    *out = filter_new(v->arena, any ? FILTER_OR : FILTER_AND);
    if (!add_members(v, id, depth, *out)) {
        return false;
    }
    if ((*out)->first == NULL) {
        *out = filter_new(v->arena, FILTER_AND); /* an empty OR would hold for nothing */
    } else if (str_is(operator_name, "NOT")) {
        *out = negated(v, *out);
    }
    return true;
}

/* Some text of the record contains it. */
static bool any_field(const struct viewing *v, struct str text, struct filter **out)
{
    struct str pattern = like_around(v->arena, "%", text, "%");
    *out = filter_new(v->arena, FILTER_OR);
    for (size_t i = 0; i < v->object->column_count; i++) {
        const struct column *column = &v->object->columns[i];
        if (column->kind != COLUMN_TEXT || !column->field->active || column->field->system ||
            !filter_allows(column, FILTER_ILIKE)) {
            continue;
        }
        struct filter *one = filter_compare(v->arena, column, FILTER_ILIKE, &pattern, 1, v->err);
        if (one == NULL) {
            return false;
        }
        filter_add(*out, one);
    }
    return true;
}

bool view_filter_build(struct arena *arena, const struct object *object, const struct json *view, int64_t now_us,
                       struct filter **out, struct err *err)
{
    const struct viewing v = {arena, object, view, now_us, err};
    struct str search = text_of(view, "anyFieldFilterValue");
    struct filter *searched = NULL;
    if (!group_of(&v, STR_EMPTY, STR("AND"), 0, out)) {
        return false;
    }
    if (search.len > 0) {
        if (!any_field(&v, search, &searched)) {
            return false;
        }
        filter_add(*out, searched);
    }
    return true;
}
