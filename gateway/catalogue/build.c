/*
 * From rows to a catalogue, in passes: objects, fields in their final order, columns, relations, names. Nothing is
 * published before all of it holds.
 */
#include "gateway/catalogue/build.h"
#include "common/base/alloc.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/field_json.h"
#include "gateway/catalogue/identifier.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What PostgreSQL keeps of an identifier (NAMEDATALEN - 1). */
enum { NAME_MAX_BYTES = 63 };

/* The columns that every object has, in the order in which every record shows them. */
static const struct system_field {
    const char *name;
    enum field_type type;
    bool nullable;
} system_fields[] = {
    {"id", FIELD_UUID, false},
    {"createdAt", FIELD_DATE_TIME, false},
    {"updatedAt", FIELD_DATE_TIME, false},
    {"deletedAt", FIELD_DATE_TIME, true},
    {"createdBy", FIELD_ACTOR, false},
    {"updatedBy", FIELD_ACTOR, false},
    {"position", FIELD_POSITION, false},
};
enum { SYSTEM_FIELD_COUNT = ARRAY_LEN(system_fields) };

bool build_refuse(struct build *build, struct str object, struct str field, const char *format, ...)
{
    char why[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    if (field.len == 0) {
        return err_fail(build->err, ERR_INVALID, 0, "Object \"%.*s\": %s", STR_ARG(object), why);
    }
    return err_fail(build->err, ERR_INVALID, 0, "Field \"%.*s\" of object \"%.*s\": %s", STR_ARG(field),
                    STR_ARG(object), why);
}

bool build_refuse_field(struct build *build, const struct field *field, const char *why)
{
    return build_refuse(build, field->object->name_singular, field->name, "%s", why);
}

/* ^[a-z][a-zA-Z0-9]*$ and short enough: needs no escaping in JSON, and is a name in GraphQL too. */
static bool name_is_legal(struct str name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES || name.ptr[0] < 'a' || name.ptr[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return true;
}

static struct str json_key(struct arena *arena, struct str name)
{
    return arena_printf(arena, "\"%.*s\":", STR_ARG(name));
}

/* ---- objects ---- */

static struct str table_of(struct build *build, const struct object *object)
{
    struct arena *arena = &build->catalogue->arena;
    struct str schema = identifier_quote(arena, object->table_schema);
    struct str table = identifier_quote(arena, object->table_name);
    return arena_printf(arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(table));
}

/* Of somebody else's making. */
static bool stored_name_is_legal(struct str name)
{
    return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

static bool object_check(struct build *build, const struct object_row *row)
{
    struct str bare = row->table_name.len > 0 && row->table_name.ptr[0] == '_'
                          ? str_slice(row->table_name, 1, row->table_name.len)
                          : row->table_name;
    if (!name_is_legal(row->name_singular) || !name_is_legal(row->name_plural)) {
        return build_refuse(build, row->name_singular, STR_EMPTY, "a name is not legal");
    }
    if (str_eq(row->name_singular, row->name_plural)) {
        return build_refuse(build, row->name_singular, STR_EMPTY, "singular and plural name are the same");
    }
    if (row->adopted ? !stored_name_is_legal(row->table_name)
                     : !name_is_legal(bare) || row->table_name.len > NAME_MAX_BYTES) {
        return build_refuse(build, row->name_singular, STR_EMPTY, "the table name is not legal");
    }
    if (uuid_is_nil(&row->id)) {
        return build_refuse(build, row->name_singular, STR_EMPTY, "the id is missing");
    }
    return true;
}

static void object_fill(struct build *build, const struct object_row *row, struct object *object)
{
    struct arena *arena = &build->catalogue->arena;
    object->id = row->id;
    uuid_print(&row->id, object->id_text);
    object->universal_id = row->universal_id;
    object->name_singular = arena_copy(arena, row->name_singular);
    object->name_plural = arena_copy(arena, row->name_plural);
    object->label_singular = arena_copy(arena, row->label_singular);
    object->label_plural = arena_copy(arena, row->label_plural);
    object->description = arena_copy(arena, row->description);
    object->icon = arena_copy(arena, row->icon);
    object->color = arena_copy(arena, row->color);
    object->shortcut = arena_copy(arena, row->shortcut);
    object->open_record_in = arena_copy(arena, row->open_record_in);
    object->readability = arena_copy(arena, row->readability);
    object->criteria_json = arena_copy(arena, row->duplicate_criteria);
    object->replaced_json = arena_copy(arena, row->replaced_json);
    object->table_name = arena_copy(arena, row->table_name);
    object->table_schema = arena_copy(arena, row->table_schema.len > 0 ? row->table_schema : build->rows->schema);
    object->table = table_of(build, object);
    object->adopted = row->adopted;
    object->system = row->system;
    object->active = row->active;
    object->searchable = row->searchable;
    object->standard = row->standard;
    object->label_synced = row->label_synced;
    object->created_us = row->created_us;
    object->updated_us = row->updated_us;
}

/* Singular and plural names share one space, active or not: both end up in paths and in type names. */
static bool object_claim(struct build *build, struct map *names, struct map *tables, struct object *object)
{
    if (map_set(&build->catalogue->objects_by_id, uuid_key(&object->id), object) != NULL) {
        return build_refuse(build, object->name_singular, STR_EMPTY, "another object has the same id");
    }
    if (map_set(names, object->name_singular, object) != NULL || map_set(names, object->name_plural, object) != NULL) {
        return build_refuse(build, object->name_singular, STR_EMPTY, "another object has the same name");
    }
    if (map_set(tables, object->table, object) != NULL) {
        return build_refuse(build, object->name_singular, STR_EMPTY, "another object has the same table");
    }
    return true;
}

static bool build_objects(struct build *build)
{
    struct catalogue *catalogue = build->catalogue;
    struct map names = {0};
    struct map tables = {0};
    catalogue->object_count = build->rows->object_count;
    catalogue->objects = ARENA_ARRAY(&catalogue->arena, struct object, catalogue->object_count);
    bool ok = true;
    for (size_t i = 0; ok && i < catalogue->object_count; i++) {
        struct object *object = &catalogue->objects[i];
        object->index = i;
        ok = object_check(build, &build->rows->objects[i]);
        if (ok) {
            object_fill(build, &build->rows->objects[i], object);
            ok = object_claim(build, &names, &tables, object);
        }
    }
    map_release(&names);
    map_release(&tables);
    return ok;
}

/* ---- fields ---- */

static size_t rank_of(struct str name)
{
    size_t rank = 0;
    while (rank < SYSTEM_FIELD_COUNT && !str_is(name, system_fields[rank].name)) {
        rank++;
    }
    return rank;
}

static int place_cmp(const void *a, const void *b)
{
    const struct field_place *left = a;
    const struct field_place *right = b;
    if (left->object != right->object) {
        return left->object < right->object ? -1 : 1;
    }
    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    if (left->row->ordinal < right->row->ordinal || left->row->ordinal > right->row->ordinal) {
        return left->row->ordinal < right->row->ordinal ? -1 : 1;
    }
    return str_cmp(left->row->name, right->row->name);
}

static bool place_fields(struct build *build)
{
    for (size_t i = 0; i < build->rows->field_count; i++) {
        const struct field_row *row = &build->rows->fields[i];
        const struct object *object = map_get(&build->catalogue->objects_by_id, uuid_key(&row->object_id));
        if (object == NULL) {
            return err_fail(build->err, ERR_INVALID, 0, "Field \"%.*s\" belongs to no object", STR_ARG(row->name));
        }
        build->places[i] = (struct field_place){row, object->index, rank_of(row->name)};
    }
    if (build->rows->field_count > 1) {
        qsort(build->places, build->rows->field_count, sizeof *build->places, place_cmp);
    }
    return true;
}

static void field_fill(struct build *build, const struct field_row *row, struct field *field)
{
    struct arena *arena = &build->catalogue->arena;
    field->id = row->id;
    field->universal_id = row->universal_id;
    field->name = arena_copy(arena, row->name);
    field->label = arena_copy(arena, row->label);
    field->default_json = str_is(row->default_json, "null") ? STR_EMPTY : arena_copy(arena, row->default_json);
    field->description = arena_copy(arena, row->description);
    field->icon = arena_copy(arena, row->icon);
    field->options_json = arena_copy(arena, row->options_json);
    field->settings_json = arena_copy(arena, row->settings_json);
    field->replaced_json = arena_copy(arena, row->replaced_json);
    field->system = row->system;
    field->nullable = row->nullable;
    field->unique = row->unique;
    field->active = row->active;
    field->standard = row->standard;
    field->searchable = row->searchable;
    field->label_synced = row->label_synced;
    field->ui_editable = row->ui_editable;
    field->audit_logged = row->audit_logged;
    field->ordinal = row->ordinal;
    field->created_us = row->created_us;
    field->updated_us = row->updated_us;
    field->morph_id = row->morph_id;
    field->json_key = json_key(arena, field->name);
}

/* Free JSON is read by our own reader, which leaves numbers alone: jsonb takes 1e400, a double has no room for it. */
static bool default_check(const struct field *field, struct err *err)
{
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};
    if (field->default_json.len == 0) {
        return true;
    }
    if (field_types[field->type].has_options) {
        return default_options_check(field, err);
    }
    struct arena scratch = {0};
    bool good = json_parse(&scratch, field->default_json, &limits, NULL) != NULL;
    arena_release(&scratch);
    return good || err_fail(err, ERR_INVALID, 0, "the default value does not fit the field");
}

/* The parts of a field that are JSON in the row. */
static bool field_parse(struct build *build, const struct field_row *row, size_t index)
{
    struct field *field = &build->fields[index];
    struct arena *arena = &build->catalogue->arena;
    struct relation_settings *relation = &build->relations[index];
    struct err why;
    if (field_types[field->type].has_options && !options_read(arena, row->options_json, field, &why)) {
        return build_refuse_field(build, field, why.text);
    }
    if (!default_check(field, &why)) {
        return build_refuse_field(build, field, why.text);
    }
    if (!stored_column_read(arena, row->settings_json, &build->stored[index], &why)) {
        return build_refuse_field(build, field, why.text);
    }
    field->adopted = field->object->adopted && !field_types[field->type].composite && build->stored[index].name.len > 0;
    if (!field_types[field->type].relation) {
        return true;
    }
    if (!relation_settings_read(arena, row->settings_json, relation, &why)) {
        return build_refuse_field(build, field, why.text);
    }
    field->side = relation->side;
    field->on_delete = relation->on_delete;
    if (field->side == RELATION_MANY_TO_ONE) {
        field->json_key = json_key(arena, relation->join_column);
    }
    return true;
}

static bool field_check(struct build *build, const struct field_row *row, struct field *field)
{
    if (!name_is_legal(row->name)) {
        return build_refuse_field(build, field, "the name is not legal");
    }
    if (uuid_is_nil(&row->id) || map_set(&build->catalogue->fields_by_id, uuid_key(&field->id), field) != NULL) {
        return build_refuse_field(build, field, "the id is missing or another field has it");
    }
    if (!field_type_parse(row->type, &field->type)) {
        return build_refuse(build, field->object->name_singular, field->name, "there is no field type \"%.*s\"",
                            STR_ARG(row->type));
    }
    if (row->unique && !field_types[field->type].unique_allowed) {
        return build_refuse_field(build, field, "a field of this type cannot be unique");
    }
    return true;
}

static bool build_fields(struct build *build)
{
    if (!place_fields(build)) {
        return false;
    }
    for (size_t i = 0; i < build->rows->field_count; i++) {
        const struct field_row *row = build->places[i].row;
        struct object *object = &build->catalogue->objects[build->places[i].object];
        struct field *field = &build->fields[i];
        if (object->field_count == 0) {
            object->fields = field;
        }
        object->field_count++;
        field->object = object;
        field_fill(build, row, field);
        if (!field_check(build, row, field) || !field_parse(build, row, i)) {
            return false;
        }
    }
    return true;
}

/* The seven stand first by rank, so the i-th field must be the i-th of them. */
static bool check_system_fields(struct build *build, struct object *object)
{
    for (size_t i = 0; i < SYSTEM_FIELD_COUNT; i++) {
        const struct system_field *wanted = &system_fields[i];
        const struct field *field = i < object->field_count ? &object->fields[i] : NULL;
        if (field == NULL || !str_is(field->name, wanted->name) || field->type != wanted->type || !field->active ||
            field->nullable != wanted->nullable) {
            return build_refuse(build, object->name_singular, str_from(wanted->name),
                                "the system field is missing or is not an active %s that %s null",
                                field_types[wanted->type].name, wanted->nullable ? "may be" : "is never");
        }
    }
    return true;
}

/* ---- columns ---- */

static size_t columns_wanted(const struct field *field)
{
    const struct field_type_info *type = &field_types[field->type];
    if (type->relation) {
        return field->side == RELATION_MANY_TO_ONE ? 1 : 0;
    }
    return type->composite ? type->sub_count : (field->type == FIELD_TS_VECTOR ? 0 : 1);
}

static struct str sub_column_name(struct arena *arena, struct str field, const char *sub)
{
    struct str name = arena_printf(arena, "%.*s%s", STR_ARG(field), sub);
    char *first = arena_cstr(arena, name);
    first[field.len] = (char)(first[field.len] - 'a' + 'A'); /* sub-fields begin with a small letter: our own table */
    return str_of(first, name.len);
}

/* An adopted integer is a number all the same. */
static void read_as_kind(struct arena *arena, const struct stored_column *stored, struct column *column)
{
    static const char *const whole[] = {"smallint", "integer", "bigint"};
    if (!column->field->adopted || stored->type.len == 0) {
        return;
    }
    column->read = arena_printf(arena, "%.*s::%s", STR_ARG(column->quoted), column_kinds[column->kind].sql);
    for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
        column->whole = column->whole || str_is(stored->type, whole[i]);
    }
}

static struct column column_make(struct build *build, const struct field *field, size_t field_index, size_t nth)
{
    struct arena *arena = &build->catalogue->arena;
    const struct field_type_info *type = &field_types[field->type];
    struct column column = {
        .field = field, .kind = type->column, .form = type->form, .nullable = field->nullable, .name = field->name};
    if (type->composite) {
        column.sub = &type->subs[nth];
        column.kind = column.sub->column;
        column.form = column.sub->form;
        column.nullable = field->nullable || !column.sub->required;
        column.name = sub_column_name(arena, field->name, column.sub->name);
        column.json_key = json_key(arena, str_from(column.sub->name));
    } else {
        column.json_key = field->json_key;
    }
    if (type->relation) {
        column.name = build->relations[field_index].join_column;
    }
    column.stored = column.name;
    if (field->adopted) {
        column.stored = build->stored[field_index].name;
    }
    column.quoted = identifier_quote(arena, column.stored);
    column.read = column.quoted;
    read_as_kind(arena, &build->stored[field_index], &column);
    return column;
}

static bool object_columns(struct build *build, struct object *object, struct map *taken)
{
    size_t count = 0;
    for (size_t i = 0; i < object->field_count; i++) {
        count += columns_wanted(&object->fields[i]);
    }
    object->columns = ARENA_ARRAY(&build->catalogue->arena, struct column, count);
    for (size_t i = 0; i < object->field_count; i++) {
        struct field *field = &object->fields[i];
        field->column_count = columns_wanted(field);
        field->columns = field->column_count > 0 ? &object->columns[object->column_count] : NULL;
        if (field->type == FIELD_TS_VECTOR && map_set(taken, field->name, field) != NULL) {
            return build_refuse_field(build, field, "another field has a column of this name");
        }
        for (size_t k = 0; k < field->column_count; k++) {
            struct column *column = &object->columns[object->column_count];
            *column = column_make(build, field, (size_t)(field - build->fields), k);
            column->index = object->column_count++;
            if (!name_is_legal(column->name) || !stored_name_is_legal(column->stored)) {
                return build_refuse_field(build, field, "a column's name is not legal, or longer than 63 bytes");
            }
            if (map_set(taken, column->name, column) != NULL) {
                return build_refuse_field(build, field, "another field has a column of this name");
            }
        }
    }
    return true;
}

/* Field names and join column names share one space: both are keys of a record. */
static bool check_names(struct build *build, struct object *object, struct map *taken)
{
    for (size_t i = 0; i < object->field_count; i++) {
        struct field *field = &object->fields[i];
        if (map_set(taken, field->name, field) != NULL ||
            (field->side == RELATION_MANY_TO_ONE && map_set(taken, field->columns->name, field) != NULL)) {
            return build_refuse_field(build, field, "another field, or its join column, has the same name");
        }
    }
    return true;
}

static bool build_columns(struct build *build)
{
    bool ok = true;
    for (size_t i = 0; ok && i < build->catalogue->object_count; i++) {
        struct object *object = &build->catalogue->objects[i];
        struct map columns = {0};
        struct map names = {0};
        ok = check_system_fields(build, object) && object_columns(build, object, &columns) &&
             check_names(build, object, &names);
        map_release(&columns);
        map_release(&names);
    }
    return ok;
}

struct catalogue *catalogue_build(const struct model_rows *rows, struct err *err)
{
    struct catalogue *catalogue = xcalloc(1, sizeof *catalogue);
    atomic_init(&catalogue->references, 1);
    catalogue->version = rows->version;
    catalogue->workspace_id = rows->workspace_id;
    catalogue->application_standard_id = rows->application_standard_id;
    catalogue->application_custom_id = rows->application_custom_id;
    catalogue->schema = arena_copy(&catalogue->arena, rows->schema);
    struct build build = {
        .rows = rows,
        .catalogue = catalogue,
        .fields = ARENA_ARRAY(&catalogue->arena, struct field, rows->field_count),
        .places = xcalloc(rows->field_count + 1, sizeof *build.places),
        .relations = xcalloc(rows->field_count + 1, sizeof *build.relations),
        .stored = xcalloc(rows->field_count + 1, sizeof *build.stored),
        .err = err,
    };
    catalogue->fields = build.fields;
    catalogue->field_count = rows->field_count;
    bool ok = build_objects(&build) && build_fields(&build) && build_columns(&build) && build_relations(&build) &&
              build_finish(&build);
    free(build.places);
    free(build.relations);
    free(build.stored);
    if (!ok) {
        catalogue_unref(catalogue);
        return NULL;
    }
    return catalogue;
}
