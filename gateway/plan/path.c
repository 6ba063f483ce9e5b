#include "gateway/plan/path.h"

static bool unknown_field(const struct object *object, struct str name, struct err *err)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER", "Object %.*s doesn't have any \"%.*s\" field.",
                        STR_ARG(object->name_singular), STR_ARG(str_cut(name, 80)));
}

static const struct column *sub_column(const struct field *field, struct str name)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (str_is(name, field->columns[i].sub->name)) {
            return &field->columns[i];
        }
    }
    return NULL;
}

static bool end_at_sub_field(const struct str *names, size_t left, struct path *out, struct err *err)
{
    const struct field_type_info *type = &field_types[out->field->type];
    if (left == 0) {
        return true;
    }
    if (left == 1) {
        out->column = sub_column(out->field, names[0]);
    }
    return out->column != NULL ||
           err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER", "Sub field \"%.*s\" not found for composite type: %s",
                        STR_ARG(str_cut(names[left - 1], 80)), type->name);
}

static bool end_at_scalar(const struct str *names, size_t left, struct path *out, struct err *err)
{
    if (left > 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER", "Field \"%.*s\" has no sub-field \"%.*s\"",
                            STR_ARG(out->field->name), STR_ARG(str_cut(names[0], 80)));
    }
    out->column = out->field->column_count == 1 ? &out->field->columns[0] : NULL;
    return true;
}

/* One name; true in `*ended` when the path is complete. */
static bool step(const struct str *names, size_t count, size_t *at, struct path *out, bool *ended, struct err *err)
{
    struct str name = names[(*at)++];
    size_t left = count - *at;
    *ended = true;
    out->field = object_field(out->object, name);
    if (out->field == NULL) {
        out->field = object_join(out->object, name);
        out->by_join_column = out->field != NULL;
        return out->field == NULL ? unknown_field(out->object, name, err) : end_at_scalar(names + *at, left, out, err);
    }
    const struct field_type_info *type = &field_types[out->field->type];
    if (type->composite) {
        return end_at_sub_field(names + *at, left, out, err);
    }
    if (!type->relation) {
        return end_at_scalar(names + *at, left, out, err);
    }
    if (left == 0) {
        return true;
    }
    if (out->hop_count == PATH_HOPS_MAX || out->field->target == NULL) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER", "nesting deeper than %d hops is not supported",
                            PATH_HOPS_MAX);
    }
    out->hops[out->hop_count++] = out->field;
    out->object = out->field->target;
    *ended = false;
    return true;
}

bool path_resolve(const struct object *root, const struct str *names, size_t count, struct path *out, struct err *err)
{
    *out = (struct path){.object = root};
    bool ended = false;
    size_t at = 0;
    while (!ended) {
        if (!step(names, count, &at, out, &ended, err)) {
            return false;
        }
    }
    return true;
}

bool path_parse(const struct object *root, struct str text, struct path *out, struct err *err)
{
    struct str names[PATH_NAMES_MAX];
    size_t count = 0;
    struct str rest = text.ptr == NULL ? STR("") : text;
    struct str name;
    while (str_split(&rest, '.', &name)) {
        if (count == PATH_NAMES_MAX) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_FILTER", "\"%.*s\" has too many parts",
                                STR_ARG(str_cut(text, 80)));
        }
        names[count++] = name;
    }
    return path_resolve(root, names, count, out, err);
}

bool path_eq(const struct path *a, const struct path *b)
{
    if (a->hop_count != b->hop_count || a->field != b->field || a->column != b->column) {
        return false;
    }
    for (size_t i = 0; i < a->hop_count; i++) {
        if (a->hops[i] != b->hops[i]) {
            return false;
        }
    }
    return true;
}

void path_print(struct strbuf *out, const struct path *path)
{
    for (size_t i = 0; i < path->hop_count; i++) {
        strbuf_put(out, path->hops[i]->name);
        strbuf_put_char(out, '.');
    }
    if (path->field->side == RELATION_MANY_TO_ONE && path->column != NULL) {
        strbuf_put(out, path->column->name);
        return;
    }
    strbuf_put(out, path->field->name);
    if (path->column != NULL && path->column->sub != NULL) {
        strbuf_put_char(out, '.');
        strbuf_puts(out, path->column->sub->name);
    }
}
