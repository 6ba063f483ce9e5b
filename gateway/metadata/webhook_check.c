#include "gateway/metadata/webhook_check.h"

#include "common/filter/filter_syntax.h"
#include "gateway/rest/rest_filter.h"

static const char tag[] = "INVALID_WEBHOOK_INPUT";

static bool has_field(const struct object *object, struct str name)
{
    return object_field(object, name) != NULL || object_join(object, name) != NULL;
}

static bool check_updated_fields(const struct object *object, const struct filter_syntax *condition, struct err *err)
{
    switch (condition->op) {
    case FILTER_IS_NULL:
    case FILTER_IS_NOT_NULL:
    case FILTER_IS_EMPTY_ARRAY:
    case FILTER_CONTAINS_ILIKE: return true;
    case FILTER_CONTAINS_ANY:
    case FILTER_CONTAINS_EXACTLY: break;
    default:
        return err_fail_tag(err, ERR_INVALID, tag,
                            "updatedFields can be asked with containsAny, containsExactly, containsIlike, is and "
                            "isEmptyArray");
    }
    for (size_t i = 0; i < condition->count; i++) {
        if (!has_field(object, condition->texts[i])) {
            return err_fail_tag(err, ERR_INVALID, tag, "updatedFields: there is no field \"%.*s\"",
                                STR_ARG(str_cut(condition->texts[i], 80)));
        }
    }
    return true;
}

static bool is_ordering(enum filter_op op)
{
    return op == FILTER_GT || op == FILTER_GTE || op == FILTER_LT || op == FILTER_LTE;
}

static bool check_condition(struct arena *arena, const struct object *object, const struct filter_syntax *condition,
                            struct err *err)
{
    if (str_is(condition->path, "updatedFields")) {
        return check_updated_fields(object, condition, err);
    }
    const struct filter *filter = rest_filter_condition(arena, object, condition, err);
    if (filter == NULL) {
        return false;
    }
    if (filter->kind == FILTER_RELATED) {
        return err_fail_tag(err, ERR_INVALID, tag,
                            "\"%.*s\" is a field of another record, which an event does not have",
                            STR_ARG(str_cut(condition->path, 80)));
    }
    const struct column *column = filter->column;
    if (is_ordering(condition->op) && column->sub == NULL && column->field->option_count > 0) {
        return err_fail_tag(err, ERR_INVALID, tag, "options have no order in a webhook's filter: use \"%.*s[in]\"",
                            STR_ARG(str_cut(condition->path, 80)));
    }
    if (column->kind == COLUMN_JSONB && filter->op != FILTER_IS_NULL && filter->op != FILTER_IS_NOT_NULL) {
        return err_fail_tag(err, ERR_INVALID, tag, "\"%.*s\" is JSON, of which a webhook's filter can ask \"is\" only",
                            STR_ARG(str_cut(condition->path, 80)));
    }
    return true;
}

/* Recursion is bounded by the grammar. */
static bool check_node(struct arena *arena, const struct object *object, const struct filter_syntax *node,
                       struct err *err)
{
    if (node->kind == FILTER_SYNTAX_CONDITION) {
        if (!check_condition(arena, object, node, err)) {
            filter_syntax_name_byte(err, node->offset);
            return false;
        }
        return true;
    }
    for (const struct filter_syntax *child = node->first; child != NULL; child = child->next) {
        if (!check_node(arena, object, child, err)) {
            return false;
        }
    }
    return true;
}

struct question {
    struct arena *arena;
    const struct filter_syntax *filter; /* NULL: none */
    const struct str *fields;
    size_t field_count;
};

static bool check_object(const struct question *question, const struct object *object, struct err *err)
{
    struct err why = {.code = ERR_NONE};
    bool ok = question->filter == NULL || check_node(question->arena, object, question->filter, &why);
    for (size_t i = 0; i < question->field_count && ok; i++) {
        ok = has_field(object, question->fields[i]) ||
             err_fail(&why, ERR_INVALID, 0, "fields: there is no field \"%.*s\"", STR_ARG(question->fields[i]));
    }
    return ok || err_fail_tag(err, ERR_INVALID, tag, "%s (object %.*s)", why.text, STR_ARG(object->name_singular));
}

static bool check_any(const struct question *question, const struct catalogue *catalogue, struct err *err)
{
    struct err why;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        if (check_object(question, &catalogue->objects[i], &why)) {
            return true;
        }
    }
    return catalogue->object_count == 0 || err_fail_tag(err, ERR_INVALID, tag, "No object can have that. %s", why.text);
}

static bool check_operations(const struct question *question, const struct catalogue *catalogue,
                             const struct str *operations, size_t count, struct err *err)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct str name = str_slice(operations[i], 0, str_find(operations[i], '.'));
        const struct object *object = catalogue_by_singular(catalogue, name);
        if (object != NULL && !check_object(question, object, err)) {
            return false;
        }
        any = any || str_is(name, "*");
    }
    return !any || check_any(question, catalogue, err);
}

static bool check(struct question *question, const struct catalogue *catalogue, const struct str *operations,
                  size_t count, struct str filter, struct err *err)
{
    if (filter.len > 0) {
        question->filter = filter_syntax_parse(question->arena, filter, err);
        if (question->filter == NULL) {
            err->tag = tag;
            return false;
        }
    }
    return check_operations(question, catalogue, operations, count, err);
}

bool webhook_check_filter(struct arena *arena, const struct catalogue *catalogue, const struct str *operations,
                          size_t operation_count, struct str filter, struct err *err)
{
    struct question question = {.arena = arena};
    return check(&question, catalogue, operations, operation_count, filter, err);
}

bool webhook_check(struct arena *arena, const struct catalogue *catalogue, const struct webhook *webhook,
                   struct err *err)
{
    struct question question = {.arena = arena, .fields = webhook->fields, .field_count = webhook->field_count};
    return (webhook->filter.len == 0 && webhook->fields == NULL) ||
           check(&question, catalogue, webhook->operations, webhook->operation_count, webhook->filter, err);
}
