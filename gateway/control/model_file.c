#include "gateway/control/model_file.h"
#include <jansson.h>
#include <stdlib.h>

struct reader {
    struct model *model;
    size_t first_field; /* of the object that is read */
    struct err *err;
};

static struct str text_at(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value)
               ? arena_copy(&reader->model->arena, str_of(json_string_value(value), json_string_length(value)))
               : STR_EMPTY;
}

/* The member as JSON text, or empty. */
static struct str json_at(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value)) {
        return STR_EMPTY;
    }
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    struct str copy = arena_copy(&reader->model->arena, str_from(text));
    free(text);
    return copy;
}

static bool bool_at(const json_t *object, const char *key, bool absent)
{
    const json_t *value = json_object_get(object, key);
    return value == NULL ? absent : json_is_true(value);
}

static struct column_list list_from(struct reader *reader, const json_t *array)
{
    size_t count = json_array_size(array);
    struct str *names = ARENA_ARRAY(&reader->model->arena, struct str, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(array, i));
        names[i] = arena_copy(&reader->model->arena, str_from(name));
    }
    return (struct column_list){names, count};
}

static const struct column_list *lists_at(struct reader *reader, const json_t *object, const char *key, size_t *count)
{
    const json_t *array = json_object_get(object, key);
    *count = json_array_size(array);
    struct column_list *lists = ARENA_ARRAY(&reader->model->arena, struct column_list, *count);
    for (size_t i = 0; i < *count; i++) {
        lists[i] = list_from(reader, json_array_get(array, i));
    }
    return lists;
}

static bool read_field(struct reader *reader, const json_t *value, struct str universal_id, size_t object, bool system)
{
    struct model *model = reader->model;
    struct field_row *row = &model->field_rows[model->field_count];
    struct model_field *field = &model->fields[model->field_count];
    struct str morph = text_at(reader, value, "morphId");
    bool of_system = system || bool_at(value, "system", false);
    *row = (struct field_row){
        .type = text_at(reader, value, "type"),
        .name = text_at(reader, value, "name"),
        .label = text_at(reader, value, "label"),
        .description = text_at(reader, value, "description"),
        .icon = text_at(reader, value, "icon"),
        .default_json = json_at(reader, value, "default"),
        .options_json = json_at(reader, value, "options"),
        .settings_json = json_at(reader, value, "settings"),
        .system = of_system,
        .nullable = bool_at(value, "nullable", true),
        .unique = bool_at(value, "unique", false),
        .active = true,
        .standard = true,
        .searchable = bool_at(value, "searchable", false),
        .ui_editable = !of_system,
        .audit_logged = true,
        .ordinal = (double)(model->field_count - reader->first_field),
    };
    *field = (struct model_field){
        .object = object,
        .target = text_at(reader, value, "target"),
        .inverse = text_at(reader, value, "inverse"),
    };
    model->field_count++;
    if (!uuid_parse(universal_id, &row->universal_id) || (morph.len > 0 && !uuid_parse(morph, &row->morph_id))) {
        return err_fail(reader->err, ERR_INVALID, 0,
                        "Field \"%.*s\" of object %zu has no universal id, or a bad morph id", STR_ARG(row->name),
                        object);
    }
    return true;
}

static bool read_fields(struct reader *reader, const json_t *system_fields, const json_t *value, size_t index)
{
    const json_t *ids = json_object_get(value, "systemFieldIds");
    reader->first_field = reader->model->field_count;
    for (size_t i = 0; i < json_array_size(system_fields); i++) {
        const json_t *field = json_array_get(system_fields, i);
        const char *name = json_string_value(json_object_get(field, "name"));
        struct str id = text_at(reader, ids, name == NULL ? "" : name);
        if (!read_field(reader, field, id, index, true)) {
            return false;
        }
    }
    const json_t *fields = json_object_get(value, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        if (!read_field(reader, field, text_at(reader, field, "universalId"), index, false)) {
            return false;
        }
    }
    return true;
}

static bool read_object(struct reader *reader, const json_t *value, size_t index)
{
    struct object_row *row = &reader->model->object_rows[index];
    struct model_object *object = &reader->model->objects[index];
    *row = (struct object_row){
        .name_singular = text_at(reader, value, "nameSingular"),
        .name_plural = text_at(reader, value, "namePlural"),
        .label_singular = text_at(reader, value, "labelSingular"),
        .label_plural = text_at(reader, value, "labelPlural"),
        .table_name = text_at(reader, value, "nameSingular"),
        .description = text_at(reader, value, "description"),
        .icon = text_at(reader, value, "icon"),
        .shortcut = text_at(reader, value, "shortcut"),
        .open_record_in = STR("SIDE_PANEL"),
        .readability = STR("OPEN"),
        .duplicate_criteria = json_at(reader, value, "duplicateCriteria"),
        .system = bool_at(value, "system", false),
        .active = true,
        .searchable = bool_at(value, "searchable", true),
        .standard = true,
    };
    *object = (struct model_object){
        .label_identifier = text_at(reader, value, "labelIdentifier"),
        .image_identifier = text_at(reader, value, "imageIdentifier"),
        .search = list_from(reader, json_object_get(value, "searchColumns")),
    };
    object->indexes = lists_at(reader, value, "indexes", &object->index_count);
    object->unique_indexes = lists_at(reader, value, "uniqueIndexes", &object->unique_index_count);
    return uuid_parse(text_at(reader, value, "universalId"), &row->universal_id) ||
           err_fail(reader->err, ERR_INVALID, 0, "Object \"%.*s\" has no universal id", STR_ARG(row->name_singular));
}

static bool read_all(struct reader *reader, const json_t *root)
{
    struct model *model = reader->model;
    const json_t *system_fields = json_object_get(root, "systemFields");
    const json_t *objects = json_object_get(root, "objects");
    size_t fields = 0;
    model->object_count = json_array_size(objects);
    for (size_t i = 0; i < model->object_count; i++) {
        fields += json_array_size(system_fields);
        fields += json_array_size(json_object_get(json_array_get(objects, i), "fields"));
    }
    model->object_rows = ARENA_ARRAY(&model->arena, struct object_row, model->object_count);
    model->objects = ARENA_ARRAY(&model->arena, struct model_object, model->object_count);
    model->field_rows = ARENA_ARRAY(&model->arena, struct field_row, fields);
    model->fields = ARENA_ARRAY(&model->arena, struct model_field, fields);
    for (size_t i = 0; i < model->object_count; i++) {
        const json_t *object = json_array_get(objects, i);
        if (!read_object(reader, object, i) || !read_fields(reader, system_fields, object, i)) {
            return false;
        }
    }
    return true;
}

bool model_read(struct model *model, const char *path, struct err *err)
{
    *model = (struct model){0};
    json_error_t where;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL) {
        return err_fail(err, ERR_INVALID, 0, "%s, line %d: %s", path, where.line, where.text);
    }
    struct reader reader = {.model = model, .err = err};
    bool ok = read_all(&reader, root);
    json_decref(root);
    return ok;
}

size_t model_find_object(const struct model *model, struct str name)
{
    size_t i = 0;
    while (i < model->object_count && !str_eq(model->object_rows[i].name_singular, name)) {
        i++;
    }
    return i;
}

/* The id of a field of an object by name; nil when there is none. */
static struct uuid find_field(const struct model *model, size_t object, struct str name)
{
    for (size_t i = 0; i < model->field_count; i++) {
        if (model->fields[i].object == object && str_eq(model->field_rows[i].name, name)) {
            return model->field_rows[i].id;
        }
    }
    return (struct uuid){0};
}

static void link_field(struct model *model, size_t index)
{
    const struct model_field *field = &model->fields[index];
    struct field_row *row = &model->field_rows[index];
    row->object_id = model->object_rows[field->object].id;
    size_t target = field->target.len > 0 ? model_find_object(model, field->target) : model->object_count;
    if (target < model->object_count) {
        row->target_object_id = model->object_rows[target].id;
        row->target_field_id = find_field(model, target, field->inverse);
    }
}

void model_link(struct model *model)
{
    for (size_t i = 0; i < model->field_count; i++) {
        link_field(model, i);
    }
    for (size_t i = 0; i < model->object_count; i++) {
        struct object_row *row = &model->object_rows[i];
        row->label_identifier_id = find_field(model, i, model->objects[i].label_identifier);
        row->image_identifier_id = find_field(model, i, model->objects[i].image_identifier);
    }
}

void model_release(struct model *model)
{
    arena_release(&model->arena);
}
