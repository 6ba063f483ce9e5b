#include "gateway/control/control.h"
#include "gateway/control/model_file.h"
#include "gateway/tools/db_read.h"
#include "gateway/tools/model_lock.h"
#include "gateway/tools/tools.h"

/* The schemas that the model's tables are in; that of the records is the first. */
static const struct str *schemas_of(struct arena *arena, const struct catalogue *catalogue, size_t *count)
{
    struct str *schemas = ARENA_ARRAY(arena, struct str, catalogue->object_count + 1);
    schemas[0] = catalogue->schema;
    *count = 1;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        bool known = false;
        for (size_t k = 0; k < *count; k++) {
            known = known || str_eq(schemas[k], catalogue->objects[i].table_schema);
        }
        if (!known) {
            schemas[(*count)++] = catalogue->objects[i].table_schema;
        }
    }
    return schemas;
}

static struct wanted_index *wanted_indexes(struct arena *arena, const struct model *model, size_t *count)
{
    size_t most = 0;
    for (size_t i = 0; i < model->object_count; i++) {
        most += model->objects[i].index_count + model->objects[i].unique_index_count;
    }
    struct wanted_index *wanted = ARENA_ARRAY(arena, struct wanted_index, most + 1);
    *count = 0;
    for (size_t i = 0; i < model->object_count; i++) {
        const struct model_object *object = &model->objects[i];
        for (size_t k = 0; k < object->index_count + object->unique_index_count; k++) {
            bool unique = k >= object->index_count;
            const struct column_list *list =
                unique ? &object->unique_indexes[k - object->index_count] : &object->indexes[k];
            wanted[(*count)++] = (struct wanted_index){.universal_id = model->object_rows[i].universal_id,
                                                       .columns = list->names,
                                                       .count = list->count,
                                                       .unique = unique};
        }
    }
    return wanted;
}

/* Counting reads all of a table, so only when it is asked for. */
static bool compare_counts(struct pg_sync *connection, const struct catalogue *catalogue, struct findings *out,
                           struct err *err)
{
    for (size_t i = 0; i < catalogue->object_count; i++) {
        const struct object *object = &catalogue->objects[i];
        struct str sql = arena_printf(out->arena, "select count(*), core.live_count('%s') from %.*s where %.*s is null",
                                      object->id_text, STR_ARG(object->table), STR_ARG(object->deleted_at->quoted));
        struct pg_sync_result *result = pg_sync_query(connection, arena_cstr(out->arena, sql), NULL, 0, err);
        if (result == NULL) {
            return false;
        }
        struct str real = arena_copy(out->arena, pg_sync_value(result, 0, 0));
        struct str said = arena_copy(out->arena, pg_sync_value(result, 0, 1));
        pg_sync_result_free(result);
        if (!str_eq(real, said)) {
            findings_add(out, (struct finding){.kind = "wrong_count",
                                               .object = object->name_singular,
                                               .expected = said.len > 0 ? said : STR("nothing"),
                                               .actual = real});
        }
    }
    return true;
}

static bool look(struct pg_sync *connection, const struct catalogue *catalogue, const struct model *model,
                 struct findings *out, struct err *err)
{
    struct database database = {0};
    size_t schema_count = 0;
    size_t wanted_count = 0;
    const struct str *schemas = schemas_of(out->arena, catalogue, &schema_count);
    const struct wanted_index *wanted = wanted_indexes(out->arena, model, &wanted_count);
    bool ok = db_read(connection, out->arena, schemas, schema_count, &database, err) &&
              db_read_core(connection, out->arena, &database, err) &&
              db_read_spellings(connection, out->arena, catalogue, &database, err);
    if (ok) {
        verify(catalogue, &database, wanted, wanted_count, out);
    }
    db_release(&database);
    return ok;
}

static bool look_inside(struct pg_sync *connection, const struct model *model, bool counts, struct findings *out,
                        struct err *err)
{
    struct catalogue *catalogue = NULL;
    if (!model_load(connection, &catalogue, err)) {
        return false;
    }
    if (catalogue == NULL) {
        findings_add(out, (struct finding){.kind = "model_refused", .actual = arena_copy(out->arena, err_str(err))});
        return true;
    }
    bool ok = look(connection, catalogue, model, out, err);
    /* A table that is missing was told; it cannot be counted. */
    if (ok && counts && out->problems == 0) {
        ok = compare_counts(connection, catalogue, out, err);
    }
    /* Findings hold texts of the catalogue. */
    for (size_t i = 0; i < out->count; i++) {
        struct str *texts[] = {&out->items[i].object, &out->items[i].table, &out->items[i].name,
                               &out->items[i].expected, &out->items[i].actual};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
            *texts[k] = texts[k]->len > 0 ? arena_copy(out->arena, *texts[k]) : STR_EMPTY;
        }
    }
    catalogue_unref(catalogue);
    return ok;
}

bool tools_verify(struct pg_sync *connection, const char *model_file, bool counts, struct findings *out,
                  struct err *err)
{
    struct model model;
    struct err ignored;
    if (!model_read(&model, model_file, &ignored)) {
        model.object_count = 0;
        findings_add(out, (struct finding){.rank = FINDING_NOTE,
                                           .kind = "no_model_file",
                                           .actual = arena_copy(out->arena, err_str(&ignored))});
    }
    bool locked = model_lock(connection, true, &ignored); /* changes wait while we look */
    bool ok = pg_sync_script(connection, "begin isolation level repeatable read", err) &&
              look_inside(connection, &model, counts, out, err);
    bool rolled_back = pg_sync_script(connection, "rollback", &ignored);
    if (locked) {
        model_unlock(connection, true);
    } else {
        findings_add(out, (struct finding){.rank = FINDING_NOTE, .kind = "busy"});
    }
    (void)rolled_back; /* the connection is closed next */
    model_release(&model);
    return ok;
}
