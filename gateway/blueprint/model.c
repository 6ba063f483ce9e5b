#include "gateway/blueprint/model.h"

const struct json_limits blueprint_limits = {.max_depth = 80, .max_nodes = 2000000};

/* "target…" of a note target and its like: made and deleted with the object that it leads to. */
static bool is_default_relation(const struct field *field)
{
    return field->type == FIELD_MORPH_RELATION && field->object->standard && !field->standard &&
           str_starts_with(field->name, STR("target"));
}

bool model_field_counts(const struct field *field)
{
    return !field->system && field->side != RELATION_ONE_TO_MANY && !is_default_relation(field);
}

struct object_row model_object_base(const struct blueprint_standard *standard, const struct object_row *row)
{
    for (size_t i = 0; row->standard && i < standard->object_count; i++) {
        if (uuid_eq(&standard->objects[i].universal_id, &row->universal_id)) {
            struct object_row base = standard->objects[i];
            base.active = true;
            base.open_record_in = object_base.open_record_in;
            return base;
        }
    }
    struct object_row base = object_base;
    /* A table that was adopted has nothing to search by. */
    base.searchable = !row->adopted;
    return row->standard ? *row : base;
}

struct field_row model_field_base(struct arena *arena, const struct blueprint_standard *standard,
                                  const struct field_row *row)
{
    for (size_t i = 0; row->standard && i < standard->field_count; i++) {
        if (uuid_eq(&standard->fields[i].universal_id, &row->universal_id)) {
            struct field_row base = props_field(arena, &standard->fields[i]);
            base.active = true;
            base.label_synced = row->label_synced;
            base.ui_editable = row->ui_editable;
            base.audit_logged = row->audit_logged;
            return base;
        }
    }
    return row->standard ? props_field(arena, row) : field_base;
}

struct str model_morph_group(const struct field *field)
{
    struct str target = field->target->name_singular;
    struct str name = field->name;
    if (name.len > target.len) {
        struct str end = str_slice(name, name.len - target.len, name.len);
        bool capital = end.ptr[0] == target.ptr[0] - 'a' + 'A';
        if (capital && memcmp(end.ptr + 1, target.ptr + 1, target.len - 1) == 0) {
            return str_slice(name, 0, name.len - target.len);
        }
    }
    return name;
}

struct str model_junction(struct arena *arena, const struct field *field)
{
    static const struct json_limits limits = {.max_depth = 8, .max_nodes = 1000};
    struct err ignored;
    struct uuid id;
    const struct json *settings =
        field->settings_json.len == 0 ? NULL : json_parse(arena, field->settings_json, &limits, &ignored);
    const struct json *through = json_get(settings, "junctionTargetFieldId");
    if (!json_is(through, JSON_STRING) || !uuid_parse(through->text, &id) || field->target == NULL) {
        return STR_EMPTY;
    }
    for (size_t i = 0; i < field->target->field_count; i++) {
        if (uuid_eq(&field->target->fields[i].id, &id)) {
            return field->target->fields[i].name;
        }
    }
    return STR_EMPTY;
}
