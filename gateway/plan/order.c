#include "gateway/plan/order.h"

static const struct {
    const char *name;
    bool descending;
    bool nulls_first;
} directions[] = {
    {"AscNullsFirst", false, true},
    {"AscNullsLast", false, false},
    {"DescNullsFirst", true, true},
    {"DescNullsLast", true, false},
};

bool order_direction_parse(struct str text, struct order_term *out)
{
    for (size_t i = 0; i < ARRAY_LEN(directions); i++) {
        if (str_is(text, directions[i].name)) {
            out->descending = directions[i].descending;
            out->nulls_first = directions[i].nulls_first;
            return true;
        }
    }
    return false;
}

struct str order_direction_name(const struct order_term *term)
{
    size_t at = (term->descending ? 2u : 0u) + (term->nulls_first ? 0u : 1u);
    return str_from(directions[at].name);
}

static bool refuse(struct err *err, const char *format_before, struct str name, const char *after)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_ORDER_BY_QUERY_PARAM", "%s \"%.*s\" %s", format_before,
                        STR_ARG(name), after);
}

bool order_check(const struct path *path, struct err *err)
{
    const struct field *field = path->field;
    for (size_t i = 0; i < path->hop_count; i++) {
        if (path->hops[i]->side != RELATION_MANY_TO_ONE) {
            return refuse(err, "Cannot order by", path->hops[i]->name, "since it holds many records");
        }
    }
    if (field_types[field->type].composite && path->column == NULL) {
        return refuse(err, "Composite field", field->name, "requires subfield ordering");
    }
    if (path->column == NULL || (field_types[field->type].relation && !path->by_join_column)) {
        return refuse(err, "Field", field->name, "does not exist or is not sortable");
    }
    if (path->column->kind == COLUMN_JSONB || path->column->kind == COLUMN_TEXT_ARRAY) {
        return refuse(err, "Field", field->name, "does not exist or is not sortable");
    }
    return true;
}

void order_add(struct order_term *terms, size_t *count, struct order_term term)
{
    for (size_t i = 0; i < *count; i++) {
        if (path_eq(&terms[i].path, &term.path)) {
            return;
        }
    }
    terms[(*count)++] = term;
}

void order_finish(struct order_term *terms, size_t *count, const struct object *object)
{
    struct path id = {.object = object, .field = object->id_column->field, .column = object->id_column};
    order_add(terms, count, (struct order_term){.path = id, .nulls_first = true});
}

bool order_is_id(const struct order_term *terms, size_t count)
{
    return count == 1 && !terms[0].descending && terms[0].path.hop_count == 0 &&
           terms[0].path.column == terms[0].path.object->id_column;
}
