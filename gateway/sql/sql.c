#include "gateway/sql/sql.h"

#include "common/base/strbuf.h"
#include "gateway/sql/sql_type.h"

static struct sql sql_finish(struct arena *arena, struct strbuf *text, const uint32_t *types, size_t type_count)
{
    struct sql sql = {arena_copy(arena, strbuf_str(text)), types, type_count};
    strbuf_release(text);
    return sql;
}

static const uint32_t *types_of(struct arena *arena, const uint32_t *types, size_t count)
{
    uint32_t *copy = ARENA_ARRAY(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = types[i];
    }
    return copy;
}

static void put_columns(struct strbuf *text, const struct object *object)
{
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_puts(text, i == 0 ? "" : ", ");
        strbuf_put(text, object->columns[i].quoted);
    }
}

static void put_column(struct strbuf *text, const char *before, const struct column *column, const char *behind)
{
    strbuf_puts(text, before);
    strbuf_put(text, column->quoted);
    strbuf_puts(text, behind);
}

static void put_select(struct strbuf *text, const struct object *object)
{
    strbuf_puts(text, "select ");
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_puts(text, i == 0 ? "" : ", ");
        strbuf_put(text, object->columns[i].read);
    }
    strbuf_puts(text, " from ");
    strbuf_put(text, object->table);
}

struct sql sql_read_one(struct arena *arena, const struct object *object)
{
    struct strbuf text = {0};
    put_select(&text, object);
    put_column(&text, " where ", object->id_column, " = $1");
    put_column(&text, " and ", object->deleted_at, " is null");
    return sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_UUID}, 1), 1);
}

struct sql sql_read_many(struct arena *arena, const struct object *object, bool after)
{
    struct strbuf text = {0};
    put_select(&text, object);
    put_column(&text, " where ", object->deleted_at, " is null");
    if (after) {
        put_column(&text, " and ", object->id_column, " > $1");
    }
    put_column(&text, " order by ", object->id_column, after ? " limit $2" : " limit $1");
    return after ? sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_UUID, SQL_INT8}, 2), 2)
                 : sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_INT8}, 1), 1);
}

struct sql sql_live_count(void)
{
    static const uint32_t types[] = {SQL_UUID};
    return (struct sql){STR("select core.live_count($1)"), types, 1};
}

/* insert into t (…, without the bracket that ends the columns. */
static void put_insert(struct strbuf *text, const struct object *object)
{
    strbuf_puts(text, "insert into ");
    strbuf_put(text, object->table);
    strbuf_puts(text, " (");
    put_columns(text, object);
}

struct sql sql_insert_one(struct arena *arena, const struct object *object)
{
    struct strbuf text = {0};
    uint32_t *types = ARENA_ARRAY(arena, uint32_t, object->column_count);
    put_insert(&text, object);
    strbuf_puts(&text, ") values (");
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_printf(&text, i == 0 ? "$%zu" : ", $%zu", i + 1);
        types[i] = column_kinds[object->columns[i].kind].oid;
    }
    strbuf_puts(&text, ")");
    return sql_finish(arena, &text, types, object->column_count);
}

/* unnest would flatten an array of arrays, so lists travel as text and are read back in the select. */
static bool travels_as_text(enum column_kind kind)
{
    return kind == COLUMN_TEXT_ARRAY;
}

struct sql sql_insert_many(struct arena *arena, const struct object *object)
{
    struct strbuf text = {0};
    uint32_t *types = ARENA_ARRAY(arena, uint32_t, object->column_count);
    put_insert(&text, object);
    strbuf_puts(&text, ") select ");
    for (size_t i = 0; i < object->column_count; i++) {
        bool as_text = travels_as_text(object->columns[i].kind);
        strbuf_printf(&text, i == 0 ? "c%zu%s" : ", c%zu%s", i + 1, as_text ? "::text[]" : "");
        types[i] = as_text ? SQL_TEXT_ARRAY : column_kinds[object->columns[i].kind].array_oid;
    }
    strbuf_puts(&text, " from unnest(");
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_printf(&text, i == 0 ? "$%zu" : ", $%zu", i + 1);
    }
    strbuf_puts(&text, ") as given (");
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_printf(&text, i == 0 ? "c%zu" : ", c%zu", i + 1);
    }
    strbuf_puts(&text, ")");
    return sql_finish(arena, &text, types, object->column_count);
}

struct sql sql_lock(struct arena *arena, const struct object *object)
{
    struct strbuf text = {0};
    put_select(&text, object);
    put_column(&text, " where ", object->id_column, " = $1 for update");
    return sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_UUID}, 1), 1);
}

struct sql sql_update(struct arena *arena, const struct object *object, const bool *changed)
{
    struct strbuf text = {0};
    uint32_t *types = ARENA_ARRAY(arena, uint32_t, object->column_count + 1);
    size_t count = 0;
    types[count++] = SQL_UUID;
    strbuf_puts(&text, "update ");
    strbuf_put(&text, object->table);
    strbuf_puts(&text, " set ");
    for (size_t i = 0; i < object->column_count; i++) {
        if (!changed[i]) {
            continue;
        }
        strbuf_puts(&text, count == 1 ? "" : ", ");
        strbuf_put(&text, object->columns[i].quoted);
        types[count++] = column_kinds[object->columns[i].kind].oid;
        strbuf_printf(&text, " = $%zu", count);
    }
    put_column(&text, " where ", object->id_column, " = $1");
    return sql_finish(arena, &text, types, count);
}

struct sql sql_delete(struct arena *arena, const struct object *object)
{
    struct strbuf text = {0};
    strbuf_puts(&text, "delete from ");
    strbuf_put(&text, object->table);
    put_column(&text, " where ", object->id_column, " = $1");
    return sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_UUID}, 1), 1);
}

struct sql sql_lock_referring(struct arena *arena, const struct field *field)
{
    struct strbuf text = {0};
    put_select(&text, field->object);
    strbuf_puts(&text, " where ");
    strbuf_put(&text, field->columns[0].quoted);
    strbuf_puts(&text, " = any($1)");
    put_column(&text, " order by ", field->object->id_column, " limit $2 for update");
    return sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_UUID_ARRAY, SQL_INT8}, 2), 2);
}

struct sql sql_repoint(struct arena *arena, const struct field *field)
{
    const struct object *object = field->object;
    const struct column *by = object->updated_by->columns;
    struct strbuf text = {0};
    strbuf_puts(&text, "update ");
    strbuf_put(&text, object->table);
    strbuf_puts(&text, " set ");
    strbuf_put(&text, field->columns[0].quoted);
    strbuf_puts(&text, " = $2, ");
    strbuf_put(&text, object->updated_at->quoted);
    strbuf_puts(&text, " = $3, ");
    strbuf_put(&text, by[ACTOR_SOURCE].quoted);
    strbuf_puts(&text, " = $4, ");
    strbuf_put(&text, by[ACTOR_WORKSPACE_MEMBER_ID].quoted);
    strbuf_puts(&text, " = null, ");
    strbuf_put(&text, by[ACTOR_NAME].quoted);
    strbuf_puts(&text, " = $5 where ");
    strbuf_put(&text, field->columns[0].quoted);
    strbuf_puts(&text, " = any($1)");
    return sql_finish(arena, &text,
                      types_of(arena, (uint32_t[]){SQL_UUID_ARRAY, SQL_UUID, SQL_TIMESTAMPTZ, SQL_TEXT, SQL_TEXT}, 5),
                      5);
}

struct sql sql_delete_many(struct arena *arena, const struct object *object)
{
    struct strbuf text = {0};
    strbuf_puts(&text, "delete from ");
    strbuf_put(&text, object->table);
    put_column(&text, " where ", object->id_column, " = any($1)");
    return sql_finish(arena, &text, types_of(arena, (uint32_t[]){SQL_UUID_ARRAY}, 1), 1);
}

struct sql sql_outbox_one(void)
{
    static const uint32_t types[SQL_EVENT_PARAMS] = {SQL_UUID, SQL_UUID, SQL_TEXT, SQL_TEXT,       SQL_UUID,
                                                     SQL_TEXT, SQL_TEXT, SQL_INT2, SQL_TIMESTAMPTZ};
    return (struct sql){STR("insert into core.outbox (event_id, object_id, object_name, action, record_id, record,"
                            " updated_fields, delta, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                            " returning seq"),
                        types, SQL_EVENT_PARAMS};
}

struct sql sql_outbox_many(void)
{
    static const uint32_t types[SQL_EVENT_PARAMS] = {SQL_UUID_ARRAY, SQL_UUID_ARRAY, SQL_TEXT_ARRAY,
                                                     SQL_TEXT_ARRAY, SQL_UUID_ARRAY, SQL_TEXT_ARRAY,
                                                     SQL_TEXT_ARRAY, SQL_INT2_ARRAY, SQL_TIMESTAMPTZ_ARRAY};
    return (struct sql){STR("insert into core.outbox (event_id, object_id, object_name, action, record_id, record,"
                            " updated_fields, delta, created_at)"
                            " select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) returning seq"),
                        types, SQL_EVENT_PARAMS};
}

struct sql sql_begin(void)
{
    return (struct sql){STR("begin"), NULL, 0};
}

struct sql sql_commit(void)
{
    return (struct sql){STR("commit"), NULL, 0};
}
