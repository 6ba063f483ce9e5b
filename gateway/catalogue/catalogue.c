#include "gateway/catalogue/catalogue.h"
#include <stdlib.h>

const struct object *catalogue_by_plural(const struct catalogue *catalogue, struct str name)
{
    return map_get(&catalogue->by_plural, name);
}

const struct object *catalogue_by_singular(const struct catalogue *catalogue, struct str name)
{
    return map_get(&catalogue->by_singular, name);
}

const struct object *catalogue_object(const struct catalogue *catalogue, const struct uuid *id)
{
    return map_get(&catalogue->objects_by_id, uuid_key(id));
}

const struct field *catalogue_field(const struct catalogue *catalogue, const struct uuid *id)
{
    return map_get(&catalogue->fields_by_id, uuid_key(id));
}

const struct field *object_field(const struct object *object, struct str name)
{
    return map_get(&object->fields_by_name, name);
}

const struct field *object_join(const struct object *object, struct str name)
{
    return map_get(&object->joins_by_name, name);
}

struct catalogue *catalogue_ref(struct catalogue *catalogue)
{
    atomic_fetch_add_explicit(&catalogue->references, 1, memory_order_relaxed);
    return catalogue;
}

void catalogue_unref(struct catalogue *catalogue)
{
    /* Release what this holder read; acquire what all the others did, before the memory goes. */
    if (catalogue == NULL || atomic_fetch_sub_explicit(&catalogue->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < catalogue->object_count; i++) {
        map_release(&catalogue->objects[i].fields_by_name);
        map_release(&catalogue->objects[i].joins_by_name);
    }
    map_release(&catalogue->by_plural);
    map_release(&catalogue->by_singular);
    map_release(&catalogue->by_id_text);
    map_release(&catalogue->objects_by_id);
    map_release(&catalogue->fields_by_id);
    arena_release(&catalogue->arena);
    free(catalogue);
}

static struct uuid field_id(const struct field *field)
{
    return field == NULL ? (struct uuid){0} : field->id;
}

static struct uuid target_id(const struct field *field)
{
    return field->target == NULL ? (struct uuid){0} : field->target->id;
}

struct object_row object_row_of(const struct object *object)
{
    return (struct object_row){
        .id = object->id,
        .universal_id = object->universal_id,
        .label_identifier_id = field_id(object->label_identifier),
        .image_identifier_id = field_id(object->image_identifier),
        .name_singular = object->name_singular,
        .name_plural = object->name_plural,
        .label_singular = object->label_singular,
        .label_plural = object->label_plural,
        .table_name = object->table_name,
        .table_schema = object->table_schema,
        .adopted = object->adopted,
        .description = object->description,
        .icon = object->icon,
        .color = object->color,
        .shortcut = object->shortcut,
        .open_record_in = object->open_record_in,
        .readability = object->readability,
        .duplicate_criteria = object->criteria_json,
        .replaced_json = object->replaced_json,
        .system = object->system,
        .active = object->active,
        .searchable = object->searchable,
        .standard = object->standard,
        .label_synced = object->label_synced,
        .created_us = object->created_us,
        .updated_us = object->updated_us,
    };
}

struct field_row field_row_of(const struct field *field)
{
    return (struct field_row){
        .id = field->id,
        .universal_id = field->universal_id,
        .object_id = field->object->id,
        .target_object_id = target_id(field),
        .target_field_id = field_id(field->inverse),
        .morph_id = field->morph_id,
        .type = str_from(field_types[field->type].name),
        .name = field->name,
        .label = field->label,
        .description = field->description,
        .icon = field->icon,
        .default_json = field->default_json,
        .options_json = field->options_json,
        .settings_json = field->settings_json,
        .replaced_json = field->replaced_json,
        .system = field->system,
        .nullable = field->nullable,
        .unique = field->unique,
        .active = field->active,
        .standard = field->standard,
        .searchable = field->searchable,
        .label_synced = field->label_synced,
        .ui_editable = field->ui_editable,
        .audit_logged = field->audit_logged,
        .ordinal = field->ordinal,
        .created_us = field->created_us,
        .updated_us = field->updated_us,
    };
}
