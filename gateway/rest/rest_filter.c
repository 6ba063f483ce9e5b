/* The grammar is common/filter's; here paths become columns and texts their values. */
#include "gateway/rest/rest_filter.h"

static bool check_leaf(const struct path *path, struct err *err)
{
    const struct field *field = path->field;
    if (field_types[field->type].relation && !path->by_join_column) {
        if (field->side == RELATION_MANY_TO_ONE) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                                "Cannot filter by relation field \"%.*s\": use \"%.*s\" instead", STR_ARG(field->name),
                                STR_ARG(field->columns[0].name));
        }
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                            "Cannot filter by relation field \"%.*s\": name a field of its records, as in %.*s.id",
                            STR_ARG(field->name), STR_ARG(field->name));
    }
    if (path->column == NULL) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER",
                            "Field \"%.*s\" of type %s can be filtered by its sub-fields only", STR_ARG(field->name),
                            field_types[field->type].name);
    }
    return true;
}

struct filter *rest_filter_condition(struct arena *arena, const struct object *object,
                                     const struct filter_syntax *syntax, struct err *err)
{
    struct path path;
    struct filter *leaf = NULL;
    if (path_parse(object, syntax->path, &path, err) && check_leaf(&path, err)) {
        leaf = filter_compare(arena, path.column, syntax->op, syntax->texts, syntax->count, err);
    }
    if (leaf == NULL) {
        filter_syntax_name_byte(err, syntax->offset);
        return NULL;
    }
    return filter_through(arena, &path, leaf);
}

/* Recursion is bounded by the grammar. */
static struct filter *read_node(struct arena *arena, const struct object *object, const struct filter_syntax *syntax,
                                struct err *err)
{
    static const enum filter_kind kinds[] = {
        [FILTER_SYNTAX_AND] = FILTER_AND,
        [FILTER_SYNTAX_OR] = FILTER_OR,
        [FILTER_SYNTAX_NOT] = FILTER_NOT,
    };
    if (syntax->kind == FILTER_SYNTAX_CONDITION) {
        return rest_filter_condition(arena, object, syntax, err);
    }
    struct filter *group = filter_new(arena, kinds[syntax->kind]);
    struct filter **end = &group->first;
    for (const struct filter_syntax *child = syntax->first; child != NULL; child = child->next) {
        struct filter *item = read_node(arena, object, child, err);
        if (item == NULL) {
            return NULL;
        }
        *end = item;
        end = &item->next;
    }
    return group;
}

struct filter *rest_filter_parse(struct arena *arena, const struct object *object, struct str text, struct err *err)
{
    const struct filter_syntax *syntax = filter_syntax_parse(arena, text, err);
    return syntax == NULL ? NULL : read_node(arena, object, syntax, err);
}
