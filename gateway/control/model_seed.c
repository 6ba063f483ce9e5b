/* model_seed: the standard objects that are missing, in one transaction. */
#include "common/crypto/digest.h"
#include "gateway/catalogue/model_row.h"
#include "gateway/control/control.h"
#include "gateway/control/model_file.h"
#include "gateway/ddl/ddl.h"

struct seed {
    struct pg_sync *connection;
    struct model model;
    struct map ids;      /* universal id -> id of what exists, both 16 raw bytes */
    bool *object_is_new; /* parallel to the model's rows */
    bool *field_is_new;
    struct catalogue *catalogue; /* of the model as the file has it: checks it, and is what the DDL is made from */
    struct err *err;
};

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
        map_set(&seed->ids, uuid_key(&pair[0]), &pair[1]);
    }
    pg_sync_result_free(rows);
    return ok || err_fail(seed->err, ERR_INTERNAL, 0, "The model in the database has an id that is no UUID");
}

/* The id of what exists already, or a fresh one. Was it there? */
static bool give_id(struct seed *seed, const struct uuid *universal_id, struct uuid *id)
{
    const struct uuid *known = map_get(&seed->ids, uuid_key(universal_id));
    if (known != NULL) {
        *id = *known;
        return true;
    }
    uint8_t random[16];
    random_bytes(random, sizeof random);
    *id = uuid_v4(random);
    return false;
}

/* A new object brings the mirrors of its relations along to the objects that exist. */
static bool belongs_to_new(const struct seed *seed, const struct model_field *field)
{
    size_t target = field->target.len > 0 ? model_find_object(&seed->model, field->target) : seed->model.object_count;
    return seed->object_is_new[field->object] || (target < seed->model.object_count && seed->object_is_new[target]);
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
        seed->field_is_new[i] = seed->field_is_new[i] && belongs_to_new(seed, &model->fields[i]);
    }
    model_link(model);
}

/* ---- rows ---- */

/* One statement for all rows. Releases `rows`. */
static bool insert_rows(struct seed *seed, const char *sql, struct strbuf *rows)
{
    strbuf_puts(rows, "]");
    struct str param = strbuf_str(rows);
    struct pg_sync_result *result = pg_sync_query(seed->connection, sql, &param, 1, seed->err);
    bool ok = result != NULL;
    strbuf_release(rows);
    pg_sync_result_free(result);
    return ok;
}

static bool insert_objects(struct seed *seed)
{
    struct strbuf rows = {0};
    strbuf_puts(&rows, "[");
    for (size_t i = 0; i < seed->model.object_count; i++) {
        if (seed->object_is_new[i]) {
            strbuf_puts(&rows, rows.len > 1 ? "," : "");
            object_row_put(&rows, &seed->model.object_rows[i]);
        }
    }
    return insert_rows(seed,
                       "with made as (insert into core.object (id, " OBJECT_COLUMNS ") select id, " OBJECT_COLUMNS
                       " from jsonb_populate_recordset(null::core.object, $1::jsonb) returning id)"
                       " insert into core.record_count (object_id, count) select id, 0 from made",
                       &rows);
}

static bool insert_fields(struct seed *seed)
{
    struct strbuf rows = {0};
    strbuf_puts(&rows, "[");
    for (size_t i = 0; i < seed->model.field_count; i++) {
        if (seed->field_is_new[i]) {
            strbuf_puts(&rows, rows.len > 1 ? "," : "");
            field_row_put(&rows, &seed->model.field_rows[i]);
        }
    }
    return insert_rows(seed,
                       "insert into core.field (id, " FIELD_COLUMNS ") select id, " FIELD_COLUMNS
                       " from jsonb_populate_recordset(null::core.field, $1::jsonb)",
                       &rows);
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
