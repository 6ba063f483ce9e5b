#include "gateway/rest/rest_select.h"

static bool is_relation(const struct field *field)
{
    return field_types[field->type].relation && field->target != NULL && field->target->active &&
           (field->side == RELATION_MANY_TO_ONE || field->inverse != NULL);
}

static const struct field *selectable(const struct object *object, struct str name)
{
    const struct field *field = object_field(object, name);
    return field != NULL && field->type != FIELD_TS_VECTOR ? field : NULL;
}

static bool unknown_fields(const struct object *object, const struct rest_params *params, struct err *err)
{
    struct strbuf list = {.ceiling = 160};
    for (size_t i = 0; i < params->field_count; i++) {
        if (selectable(object, params->fields[i]) == NULL) {
            strbuf_puts(&list, list.len == 0 ? "" : ", ");
            strbuf_put(&list, str_cut(params->fields[i], 60));
        }
    }
    err_fail_tag(err, ERR_INVALID, "INVALID_FIELDS_QUERY_PARAM",
                 "'fields' parameter invalid. Unknown or unreadable fields on '%.*s': %.*s",
                 STR_ARG(object->name_singular), STR_ARG(strbuf_str(&list)));
    strbuf_release(&list);
    return false;
}

static void expand(struct arena *arena, const struct object *object, size_t depth, size_t limit,
                   struct plan_selection *out);

static void add_relation(struct arena *arena, const struct field *field, size_t depth, size_t limit,
                         struct plan_relation *out)
{
    *out = (struct plan_relation){.field = field, .page = {.limit = limit, .count = COUNT_CUT}};
    if (depth > 1) {
        expand(arena, field->target, depth - 1, limit, &out->selection);
    }
}

/* Every relation of the object, and theirs as far as the depth goes. */
static void expand(struct arena *arena, const struct object *object, size_t depth, size_t limit,
                   struct plan_selection *out)
{
    struct plan_relation *relations = ARENA_ARRAY(arena, struct plan_relation, object->field_count);
    for (size_t i = 0; i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        if (field->active && is_relation(field)) {
            add_relation(arena, field, depth, limit, &relations[out->relation_count++]);
        }
    }
    out->relations = relations;
}

static bool select_named(struct arena *arena, const struct rest_params *params, size_t limit, struct plan *plan,
                         struct err *err)
{
    const struct object *object = plan->object;
    const struct field **fields = ARENA_ARRAY(arena, const struct field *, params->field_count + 1);
    struct plan_relation *relations = ARENA_ARRAY(arena, struct plan_relation, params->field_count);
    struct plan_selection *out = &plan->selection;
    fields[out->count++] = object->id_column->field;
    for (size_t i = 0; i < params->field_count; i++) {
        const struct field *field = selectable(object, params->fields[i]);
        if (field == NULL) {
            return unknown_fields(object, params, err);
        }
        if (field != fields[0] && field->column_count > 0) {
            fields[out->count++] = field;
        }
        if (params->depth > 0 && is_relation(field)) {
            add_relation(arena, field, params->depth, limit, &relations[out->relation_count++]);
        }
    }
    out->fields = fields;
    out->relations = relations;
    return true;
}

bool rest_select(struct arena *arena, const struct rest_params *params, const struct rest_limits *limits,
                 struct plan *plan, struct err *err)
{
    plan->selection = (struct plan_selection){0};
    if (params->fields_given) {
        return select_named(arena, params, limits->relation_limit, plan, err);
    }
    if (params->depth > 0) {
        expand(arena, plan->object, params->depth, limits->relation_limit, &plan->selection);
    }
    return true;
}
