/* model_seed: the standard objects that are missing, in one transaction. */
#include "common/crypto/digest.h"
#include "gateway/control/control.h"
#include "gateway/control/model_file.h"
#include "gateway/ddl/ddl.h"
#include <jansson.h>
#include <stdlib.h>

struct seed {
    struct pg_sync *connection;
    struct model model;
    struct map ids;      /* universal id -> id of what exists, both 16 raw bytes */
    bool *object_is_new; /* parallel to the model's rows */
    bool *field_is_new;
    struct catalogue *catalogue; /* of the model as the file has it: checks it, and is what the DDL is made from */
    struct err *err;
};

static struct str id_key(const struct uuid *id)
{
    return str_of((const char *)id->bytes, sizeof id->bytes);
}

/* ---- ids ---- */

static bool load_ids(struct seed *seed)
{
    struct pg_sync_result *rows = pg_sync_query(
        seed->connection, "select universal_id, id from core.object union all select universal_id, id from core.field",
        NULL, 0, seed->err);
    if (rows == NULL) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < pg_sync_rows(rows); i++) {
        struct uuid *pair = ARENA_ARRAY(&seed->model.arena, struct uuid, 2);
        ok = uuid_parse(pg_sync_value(rows, i, 0), &pair[0]) && uuid_parse(pg_sync_value(rows, i, 1), &pair[1]);
        map_set(&seed->ids, id_key(&pair[0]), &pair[1]);
    }
    pg_sync_result_free(rows);
    return ok || err_fail(seed->err, ERR_INTERNAL, 0, "The model in the database has an id that is no UUID");
}

/* The id of what exists already, or a fresh one. Was it there? */
static bool give_id(struct seed *seed, const struct uuid *universal_id, struct uuid *id)
{
    const struct uuid *known = map_get(&seed->ids, id_key(universal_id));
    if (known != NULL) {
        *id = *known;
        return true;
    }
    uint8_t random[16];
    random_bytes(random, sizeof random);
    *id = uuid_v4(random);
    return false;
}

static size_t find_object(const struct model *model, struct str name)
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

/* Names become ids. A name that leads nowhere leaves a nil id, which the catalogue refuses with a sentence. */
static void link_field(struct seed *seed, size_t index)
{
    const struct model *model = &seed->model;
    const struct model_field *field = &model->fields[index];
    struct field_row *row = &model->field_rows[index];
    row->object_id = model->object_rows[field->object].id;
    size_t target = field->target.len > 0 ? find_object(model, field->target) : model->object_count;
    if (target < model->object_count) {
        row->target_object_id = model->object_rows[target].id;
        row->target_field_id = find_field(model, target, field->inverse);
        /* A new object brings the mirrors of its relations along to the objects that exist. */
        seed->field_is_new[index] =
            seed->field_is_new[index] && (seed->object_is_new[field->object] || seed->object_is_new[target]);
    } else {
        seed->field_is_new[index] = seed->field_is_new[index] && seed->object_is_new[field->object];
    }
}

static void give_ids(struct seed *seed)
{
    struct model *model = &seed->model;
    seed->object_is_new = ARENA_ARRAY(&model->arena, bool, model->object_count);
    seed->field_is_new = ARENA_ARRAY(&model->arena, bool, model->field_count);
    for (size_t i = 0; i < model->object_count; i++) {
        struct object_row *row = &model->object_rows[i];
        seed->object_is_new[i] = !give_id(seed, &row->universal_id, &row->id);
    }
    for (size_t i = 0; i < model->field_count; i++) {
        struct field_row *row = &model->field_rows[i];
        seed->field_is_new[i] = !give_id(seed, &row->universal_id, &row->id);
    }
    for (size_t i = 0; i < model->field_count; i++) {
        link_field(seed, i);
    }
    for (size_t i = 0; i < model->object_count; i++) {
        model->object_rows[i].label_identifier_id = find_field(model, i, model->objects[i].label_identifier);
    }
}

/* ---- rows ---- */

static void set_text(json_t *row, const char *column, struct str text)
{
    if (text.len > 0) {
        json_object_set_new(row, column, json_stringn(text.ptr, text.len));
    }
}

static void set_json(json_t *row, const char *column, struct str text)
{
    if (text.len > 0) {
        json_object_set_new(row, column, json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL));
    }
}

static void set_id(json_t *row, const char *column, const struct uuid *id)
{
    if (!uuid_is_nil(id)) {
        char text[UUID_TEXT_LEN];
        uuid_print(id, text);
        json_object_set_new(row, column, json_stringn(text, sizeof text));
    }
}

static void set_bool(json_t *row, const char *column, bool value)
{
    json_object_set_new(row, column, json_boolean(value));
}

static json_t *object_json(const struct model *model, size_t index)
{
    const struct object_row *row = &model->object_rows[index];
    const struct model_object *object = &model->objects[index];
    struct uuid image = find_field(model, index, object->image_identifier);
    json_t *out = json_object();
    set_id(out, "id", &row->id);
    set_id(out, "universal_id", &row->universal_id);
    set_id(out, "label_identifier_id", &row->label_identifier_id);
    set_id(out, "image_identifier_id", &image);
    set_text(out, "name_singular", row->name_singular);
    set_text(out, "name_plural", row->name_plural);
    set_text(out, "label_singular", row->label_singular);
    set_text(out, "label_plural", row->label_plural);
    set_text(out, "table_name", row->table_name);
    set_text(out, "description", object->description);
    set_text(out, "icon", object->icon);
    set_text(out, "shortcut", object->shortcut);
    set_json(out, "duplicate_criteria", object->duplicate_criteria);
    set_bool(out, "is_system", row->system);
    set_bool(out, "is_searchable", row->searchable);
    return out;
}

static json_t *field_json(const struct model *model, size_t index)
{
    const struct field_row *row = &model->field_rows[index];
    const struct model_field *field = &model->fields[index];
    json_t *out = json_object();
    set_id(out, "id", &row->id);
    set_id(out, "universal_id", &row->universal_id);
    set_id(out, "object_id", &row->object_id);
    set_id(out, "target_object_id", &row->target_object_id);
    set_id(out, "target_field_id", &row->target_field_id);
    set_id(out, "morph_id", &row->morph_id);
    set_text(out, "type", row->type);
    set_text(out, "name", row->name);
    set_text(out, "label", row->label);
    set_text(out, "description", field->description);
    set_text(out, "icon", field->icon);
    set_json(out, "default_value", row->default_json);
    set_json(out, "options", row->options_json);
    set_json(out, "settings", row->settings_json);
    set_bool(out, "is_system", row->system);
    set_bool(out, "is_nullable", row->nullable);
    set_bool(out, "is_unique", row->unique);
    set_bool(out, "is_searchable", field->searchable);
    json_object_set_new(out, "ordinal", json_real(row->ordinal));
    return out;
}

/* One statement for all rows: their columns are the keys of `rows`. Takes `rows`. */
static bool insert_rows(struct seed *seed, const char *sql, json_t *rows)
{
    char *text = json_dumps(rows, JSON_COMPACT);
    struct str param = str_from(text);
    struct pg_sync_result *result = pg_sync_query(seed->connection, sql, &param, 1, seed->err);
    free(text);
    json_decref(rows);
    bool ok = result != NULL;
    pg_sync_result_free(result);
    return ok;
}

static bool insert_objects(struct seed *seed)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < seed->model.object_count; i++) {
        if (seed->object_is_new[i]) {
            json_array_append_new(rows, object_json(&seed->model, i));
        }
    }
    return insert_rows(
        seed,
        "with made as ("
        " insert into core.object (id, universal_id, name_singular, name_plural, label_singular, label_plural,"
        "  description, icon, shortcut, table_name, is_system, is_searchable, is_standard, label_identifier_id,"
        "  image_identifier_id, duplicate_criteria)"
        " select id, universal_id, name_singular, name_plural, label_singular, label_plural, description, icon,"
        "  shortcut, table_name, is_system, is_searchable, true, label_identifier_id, image_identifier_id,"
        "  duplicate_criteria"
        " from jsonb_populate_recordset(null::core.object, $1::jsonb) returning id)"
        " insert into core.record_count (object_id, count) select id, 0 from made",
        rows);
}

static bool insert_fields(struct seed *seed)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < seed->model.field_count; i++) {
        if (seed->field_is_new[i]) {
            json_array_append_new(rows, field_json(&seed->model, i));
        }
    }
    return insert_rows(
        seed,
        "insert into core.field (id, universal_id, object_id, type, name, label, description, icon, default_value,"
        "  options, settings, is_system, is_nullable, is_unique, is_searchable, is_standard, is_ui_editable,"
        "  target_object_id, target_field_id, morph_id, ordinal)"
        " select id, universal_id, object_id, type, name, label, description, icon, default_value, options, settings,"
        "  is_system, is_nullable, is_unique, is_searchable, true, not is_system, target_object_id, target_field_id,"
        "  morph_id, ordinal"
        " from jsonb_populate_recordset(null::core.field, $1::jsonb)",
        rows);
}

/* ---- tables ---- */

static void add_field_indexes(struct ddl *ddl, const struct field *field, bool searched)
{
    struct ddl_index indexes[DDL_INDEXES_MAX];
    size_t count = ddl_field_indexes(ddl->arena, field, searched, indexes);
    for (size_t i = 0; i < count; i++) {
        ddl_create_index(ddl, &indexes[i], false);
    }
    if (field->side == RELATION_MANY_TO_ONE) {
        ddl_add_key(ddl, field, false);
    }
}

static void add_object_indexes(struct ddl *ddl, const struct model_object *model, const struct object *object)
{
    for (size_t i = 0; i < model->index_count + model->unique_index_count; i++) {
        bool unique = i >= model->index_count;
        const struct column_list *list = unique ? &model->unique_indexes[i - model->index_count] : &model->indexes[i];
        struct ddl_index index = ddl_index_over(ddl->arena, object, list->names, list->count, unique);
        ddl_create_index(ddl, &index, false);
    }
}

static bool run_all(struct seed *seed, const struct ddl *ddl)
{
    struct strbuf sql = {0};
    for (size_t i = 0; i < ddl->count; i++) {
        strbuf_put(&sql, ddl->statements[i]);
        strbuf_puts(&sql, ";\n");
    }
    bool ok = pg_sync_script(seed->connection, strbuf_cstr(&sql), seed->err);
    strbuf_release(&sql);
    return ok;
}

/* All tables and columns before the keys and indexes, since keys point in circles. */
static bool make_tables(struct seed *seed)
{
    struct model *model = &seed->model;
    const struct object *objects = seed->catalogue->objects;
    struct ddl ddl = {.arena = &model->arena};
    for (size_t i = 0; i < model->object_count; i++) {
        if (seed->object_is_new[i]) {
            ddl_create_table(&ddl, &objects[i], model->objects[i].search.names, model->objects[i].search.count);
        }
    }
    for (size_t i = 0; i < model->field_count; i++) {
        if (seed->field_is_new[i] && !seed->object_is_new[model->fields[i].object]) {
            ddl_add_columns(&ddl, object_field(&objects[model->fields[i].object], model->field_rows[i].name));
        }
    }
    for (size_t i = 0; i < model->field_count; i++) {
        size_t owner = model->fields[i].object;
        if (seed->field_is_new[i]) {
            add_field_indexes(&ddl, object_field(&objects[owner], model->field_rows[i].name),
                              model->objects[owner].search.count > 0);
        }
    }
    for (size_t i = 0; i < model->object_count; i++) {
        if (seed->object_is_new[i]) {
            add_object_indexes(&ddl, &model->objects[i], &objects[i]);
        }
    }
    return run_all(seed, &ddl);
}

/* ---- the transaction ---- */

static bool build_catalogue(struct seed *seed)
{
    struct model_rows rows = {
        .schema = STR("workspace"),
        .objects = seed->model.object_rows,
        .object_count = seed->model.object_count,
        .fields = seed->model.field_rows,
        .field_count = seed->model.field_count,
    };
    seed->catalogue = catalogue_build(&rows, seed->err);
    return seed->catalogue != NULL;
}

static bool seed_inside(struct seed *seed, size_t *made)
{
    /* Two that seed at once: the second waits here and then finds all of it. */
    if (!pg_sync_script(seed->connection, "select pg_advisory_xact_lock(7077003)", seed->err) || !load_ids(seed)) {
        return false;
    }
    give_ids(seed);
    size_t missing = 0;
    for (size_t i = 0; i < seed->model.object_count; i++) {
        missing += seed->object_is_new[i] ? 1 : 0;
    }
    if (!build_catalogue(seed)) {
        return false;
    }
    *made = missing;
    return missing == 0 || (insert_objects(seed) && insert_fields(seed) && make_tables(seed));
}

bool model_seed(struct pg_sync *connection, const char *model_file, size_t *made, struct err *err)
{
    struct seed seed = {.connection = connection, .err = err};
    *made = 0;
    bool ok = model_read(&seed.model, model_file, err) && pg_sync_script(connection, "begin", err) &&
              seed_inside(&seed, made) && pg_sync_script(connection, "commit", err);
    if (!ok) {
        struct err ignored;
        *made = 0;
        /* Harmless, with a warning of the server, when nothing was begun. */
        bool rolled_back = pg_sync_script(connection, "rollback", &ignored);
        (void)rolled_back;
    }
    catalogue_unref(seed.catalogue);
    map_release(&seed.ids);
    model_release(&seed.model);
    return ok;
}
