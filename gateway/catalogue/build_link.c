/* The last passes of a build: what points at what, and who is found by which name. */
#include "common/base/alloc.h"
#include "gateway/catalogue/build.h"
#include <stdlib.h>

/* ---- relations ---- */

static bool link_field(struct build *build, size_t index)
{
    struct field *field = &build->fields[index];
    const struct field_row *row = build->places[index].row;
    if (!field_types[field->type].relation) {
        return true;
    }
    field->target = map_get(&build->catalogue->objects_by_id, uuid_key(&row->target_object_id));
    field->inverse = map_get(&build->catalogue->fields_by_id, uuid_key(&row->target_field_id));
    if (field->target == NULL) {
        return build_refuse_field(build, field, "the relation's target object does not exist");
    }
    if (field->type == FIELD_MORPH_RELATION && uuid_is_nil(&field->morph_id)) {
        return build_refuse_field(build, field, "a morph relation needs a morph id");
    }
    if (field->inverse == NULL && (field->type == FIELD_RELATION || !uuid_is_nil(&row->target_field_id))) {
        return build_refuse_field(build, field, "the relation's other side does not exist");
    }
    return true;
}

/* Both sides of a pair point at each other, and exactly one of them has the join column. */
static bool check_inverse(struct build *build, const struct field *field)
{
    const struct field *inverse = field->inverse;
    if (inverse == NULL) {
        return true;
    }
    if (inverse->object != field->target || inverse->target != field->object || inverse->inverse != field ||
        inverse->side == field->side) {
        return build_refuse(build, field->object->name_singular, field->name,
                            "the relation and its other side, \"%.*s\" of \"%.*s\", do not mirror each other",
                            STR_ARG(inverse->name), STR_ARG(inverse->object->name_singular));
    }
    return true;
}

bool build_relations(struct build *build)
{
    struct catalogue *catalogue = build->catalogue;
    for (size_t i = 0; i < build->rows->field_count; i++) {
        if (!link_field(build, i)) {
            return false;
        }
    }
    size_t *filled = xcalloc(catalogue->object_count + 1, sizeof *filled);
    const struct field ***referrers = xcalloc(catalogue->object_count + 1, sizeof *referrers);
    bool ok = true;
    for (size_t i = 0; ok && i < build->rows->field_count; i++) {
        const struct field *field = &build->fields[i];
        ok = check_inverse(build, field);
        if (field->side == RELATION_MANY_TO_ONE) {
            catalogue->objects[field->target->index].referrer_count++;
        }
    }
    for (size_t i = 0; i < catalogue->object_count; i++) {
        struct object *object = &catalogue->objects[i];
        referrers[i] = ARENA_ARRAY(&catalogue->arena, const struct field *, object->referrer_count);
        object->referrers = referrers[i];
    }
    for (size_t i = 0; ok && i < build->rows->field_count; i++) {
        const struct field *field = &build->fields[i];
        if (field->side == RELATION_MANY_TO_ONE) {
            referrers[field->target->index][filled[field->target->index]++] = field;
        }
    }
    free(filled);
    free(referrers);
    return ok;
}

/* ---- the finish ---- */

static bool finish_object(struct build *build, const struct object_row *row, struct object *object)
{
    object->id_column = object->fields[0].columns;
    object->created_at = object->fields[1].columns;
    object->updated_at = object->fields[2].columns;
    object->deleted_at = object->fields[3].columns;
    object->created_by = &object->fields[4];
    object->updated_by = &object->fields[5];
    object->position = object->fields[6].columns;
    if (!uuid_is_nil(&row->label_identifier_id)) {
        object->label_identifier = map_get(&build->catalogue->fields_by_id, uuid_key(&row->label_identifier_id));
        if (object->label_identifier == NULL || object->label_identifier->object != object) {
            return build_refuse(build, object->name_singular, STR_EMPTY, "its label identifier is no field of it");
        }
    }
    object->image_identifier = map_get(&build->catalogue->fields_by_id, uuid_key(&row->image_identifier_id));
    struct err why;
    if (!criteria_read(&build->catalogue->arena, row->duplicate_criteria, object, &why)) {
        return build_refuse(build, object->name_singular, STR_EMPTY, "%s", why.text);
    }
    for (size_t i = 0; i < object->field_count; i++) {
        struct field *field = &object->fields[i];
        if (field->active) {
            map_set(&object->fields_by_name, field->name, field);
            if (field->side == RELATION_MANY_TO_ONE) {
                map_set(&object->joins_by_name, field->columns->name, field);
            }
        }
    }
    return true;
}

bool build_finish(struct build *build)
{
    struct catalogue *catalogue = build->catalogue;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        struct object *object = &catalogue->objects[i];
        if (!finish_object(build, &build->rows->objects[i], object)) {
            return false;
        }
        if (object->active) {
            map_set(&catalogue->by_plural, object->name_plural, object);
            map_set(&catalogue->by_singular, object->name_singular, object);
            map_set(&catalogue->by_id_text, str_of(object->id_text, UUID_TEXT_LEN), object);
        }
    }
    return true;
}
