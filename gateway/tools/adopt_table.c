#include "common/base/alloc.h"
#include "common/crypto/digest.h"
#include "gateway/control/control.h"
#include "gateway/ddl/ddl.h"
#include "gateway/tools/db_read.h"
#include "gateway/tools/model_lock.h"
#include "gateway/tools/model_rows.h"
#include "gateway/tools/tools.h"
#include <stdlib.h>

static struct uuid fresh_id(void)
{
    uint8_t random[16];
    random_bytes(random, sizeof random);
    return uuid_v4(random);
}

struct work {
    struct pg_sync *connection;
    struct arena *arena;
    struct adopt_wish *wish;
    struct adoption *out;
    struct catalogue *catalogue;
    struct err *err;
};

static bool run(struct work *work, struct str sql)
{
    return pg_sync_script(work->connection, arena_cstr(work->arena, sql), work->err);
}

/* ---- what the server lets us do ---- */

static bool note_rights(struct work *work, const struct pg_sync_result *result)
{
    static const char *const rights[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};
    struct adoption *out = work->out;
    for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
        if (!str_is(pg_sync_value(result, 0, i), "t")) {
            adopt_note(out, &out->missing,
                       arena_printf(work->arena, "the gateway's role has no %s privilege on it", rights[i]));
        }
    }
    if (!str_is(pg_sync_value(result, 0, 4), "f")) {
        adopt_note(out, &out->notes, STR("row level security is on: Portti sees what its role may see"));
    }
    if (!str_is(pg_sync_value(result, 0, 5), "0")) {
        adopt_note(out, &out->notes, STR("it has triggers, which run for changes made through Portti too"));
    }
    return true;
}

static bool look_at_rights(struct work *work)
{
    struct str params[] = {work->wish->schema, work->wish->table};
    struct pg_sync_result *result =
        pg_sync_query(work->connection,
                      "select has_table_privilege(c.oid, 'select'), has_table_privilege(c.oid, 'insert'),"
                      " has_table_privilege(c.oid, 'update'), has_table_privilege(c.oid, 'delete'), c.relrowsecurity,"
                      " (select count(*) from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)"
                      " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                      " where n.nspname = $1 and c.relname = $2",
                      params, ARRAY_LEN(params), work->err);
    if (result == NULL) {
        return false;
    }
    bool ok = pg_sync_rows(result) == 1 && note_rights(work, result);
    pg_sync_result_free(result);
    return ok;
}

static bool plan(struct work *work)
{
    struct database database = {0};
    struct str *schemas = ARENA_ARRAY(work->arena, struct str, work->catalogue->object_count + 2);
    size_t count = 0;
    schemas[count++] = work->wish->schema;
    for (size_t i = 0; i < work->catalogue->object_count; i++) {
        if (!str_eq(schemas[count - 1], work->catalogue->objects[i].table_schema)) {
            schemas[count++] = work->catalogue->objects[i].table_schema;
        }
    }
    bool ok = db_read(work->connection, work->arena, schemas, count, &database, work->err) &&
              adopt_plan(work->arena, work->catalogue, &database, work->wish, work->out, work->err);
    db_release(&database);
    return ok && look_at_rights(work);
}

/* ---- carrying it out ---- */

/* The model with the object in it: it shows that the rows make sense, and the columns' SQL comes from it. */
static struct catalogue *build_after(struct work *work)
{
    const struct catalogue *before = work->catalogue;
    const struct adoption *adoption = work->out;
    struct object_row *objects = xcalloc(before->object_count + 1, sizeof *objects);
    struct field_row *fields = xcalloc(before->field_count + adoption->field_count, sizeof *fields);
    struct model_rows rows = {.schema = before->schema,
                              .workspace_id = before->workspace_id,
                              .application_standard_id = before->application_standard_id,
                              .application_custom_id = before->application_custom_id,
                              .objects = objects,
                              .object_count = before->object_count + 1,
                              .fields = fields,
                              .field_count = before->field_count + adoption->field_count};
    for (size_t i = 0; i < before->object_count; i++) {
        objects[i] = object_row_of(&before->objects[i]);
    }
    objects[before->object_count] = adoption->object;
    for (size_t i = 0; i < before->field_count; i++) {
        fields[i] = field_row_of(&before->fields[i]);
    }
    memcpy(fields + before->field_count, adoption->fields, adoption->field_count * sizeof *fields);
    struct catalogue *after = catalogue_build(&rows, work->err);
    free(objects);
    free(fields);
    return after;
}

/* The table has a primary key of its own, so the id is unique beside it. */
static bool add_id(struct work *work, const struct object *object)
{
    return run(work, arena_printf(work->arena,
                                  "alter table %.*s add column %.*s uuid not null default gen_random_uuid() unique",
                                  STR_ARG(object->table), STR_ARG(object->id_column->quoted)));
}

static bool add_columns(struct work *work, const struct catalogue *after)
{
    struct ddl ddl = {.arena = work->arena};
    const struct object *object = catalogue_object(after, &work->out->object.id);
    for (size_t i = 0; i < work->out->field_count; i++) {
        const struct field *field = catalogue_field(after, &work->out->fields[i].id);
        if (work->out->added[i] && field->columns != object->id_column) {
            ddl_add_columns(&ddl, field);
        }
    }
    bool ok = !work->out->id_added || add_id(work, object);
    for (size_t i = 0; ok && i < ddl.count; i++) {
        ok = run(work, ddl.statements[i]);
    }
    return ok;
}

static bool apply(struct work *work)
{
    struct catalogue *after = build_after(work);
    bool ok = after != NULL && run(work, STR("set local lock_timeout = '5s'")) && add_columns(work, after) &&
              rows_insert_object(work->connection, &work->out->object, work->err) &&
              rows_insert_fields(work->connection, work->out->fields, work->out->field_count, work->err);
    catalogue_unref(after);
    return ok;
}

static bool inside(struct work *work, bool wanted)
{
    if (!model_load(work->connection, &work->catalogue, work->err) || work->catalogue == NULL || !plan(work)) {
        return false;
    }
    return !wanted || work->out->missing.count > 0 || apply(work);
}

bool tools_adopt(struct pg_sync *connection, struct arena *arena, struct adopt_wish *wish, bool apply_it,
                 struct adoption *out, struct err *err)
{
    struct work work = {.connection = connection, .arena = arena, .wish = wish, .out = out, .err = err};
    wish->fresh_id = fresh_id;
    if (!model_lock(connection, false, err)) {
        return false;
    }
    bool ok = pg_sync_script(connection, "begin", err) && inside(&work, apply_it) &&
              pg_sync_script(connection, apply_it && out->missing.count == 0 ? "commit" : "rollback", err);
    if (!ok) {
        struct err ignored;
        bool rolled_back = pg_sync_script(connection, "rollback", &ignored);
        (void)rolled_back; /* then the connection is gone, and the transaction with it */
    }
    model_unlock(connection, false);
    catalogue_unref(work.catalogue);
    return ok;
}
