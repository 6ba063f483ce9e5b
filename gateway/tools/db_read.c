#include "gateway/tools/db_read.h"

#include "common/base/strbuf.h"
#include "common/text/json_write.h"

/* One result's rows, read column by column into the arena. */
struct reading {
    struct pg_sync *connection;
    struct arena *arena;
    struct str schemas; /* a JSON array */
    struct database *out;
    struct map by_oid; /* -> struct db_table */
    struct err *err;
};

struct cells {
    struct arena *arena;
    const struct pg_sync_result *result;
    size_t row, column;
};

static struct str text(struct cells *cells)
{
    struct str value = pg_sync_value(cells->result, cells->row, cells->column++);
    if (value.ptr == NULL) {
        return STR_EMPTY;
    }
    return value.len == 0 ? STR("") : arena_copy(cells->arena, value);
}

static bool flag(struct cells *cells)
{
    return str_is(pg_sync_value(cells->result, cells->row, cells->column++), "t");
}

static char letter(struct cells *cells)
{
    struct str value = pg_sync_value(cells->result, cells->row, cells->column++);
    return value.len > 0 ? value.ptr[0] : '\0';
}

/* A JSON array of strings and nulls. */
static const struct str *list(struct cells *cells, size_t *count)
{
    static const struct json_limits limits = {.max_depth = 2, .max_nodes = 4096};
    const struct json *parsed = json_parse(cells->arena, text(cells), &limits, NULL);
    *count = 0;
    if (!json_is(parsed, JSON_ARRAY)) {
        return NULL;
    }
    struct str *items = ARENA_ARRAY(cells->arena, struct str, parsed->count + 1);
    JSON_EACH(item, parsed)
    {
        items[(*count)++] = item->type == JSON_STRING ? item->text : STR_EMPTY;
    }
    return items;
}

static struct pg_sync_result *query(struct reading *reading, const char *sql)
{
    return pg_sync_query(reading->connection, sql, &reading->schemas, 1, reading->err);
}

#define IN_SCHEMAS "n.nspname in (select jsonb_array_elements_text($1::jsonb))"

static bool read_tables(struct reading *reading)
{
    struct pg_sync_result *result =
        query(reading, "select c.oid, n.nspname, c.relname, c.relkind from pg_catalog.pg_class c"
                       " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                       " where c.relkind in ('r', 'p', 'v', 'm', 'f') and " IN_SCHEMAS " order by 2, 3");
    if (result == NULL) {
        return false;
    }
    size_t count = pg_sync_rows(result);
    struct database *out = reading->out;
    out->tables = ARENA_ARRAY(reading->arena, struct db_table, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct cells cells = {reading->arena, result, i, 0};
        struct db_table *table = &out->tables[out->table_count++];
        struct str oid = text(&cells);
        table->schema = text(&cells);
        table->name = text(&cells);
        table->kind = letter(&cells);
        table->path = arena_printf(reading->arena, "%.*s.%.*s", STR_ARG(table->schema), STR_ARG(table->name));
        map_set(&reading->by_oid, oid, table);
        map_set(&out->by_path, table->path, table);
    }
    pg_sync_result_free(result);
    return true;
}

/*
 * Rows that belong to tables, those of a table together: `begin` gets how many there are of one and makes room, `fill`
 * reads one. The first column is the table's oid.
 */
static void share_out(struct reading *reading, const struct pg_sync_result *result,
                      void (*begin)(struct arena *arena, struct db_table *table, size_t count),
                      void (*fill)(struct db_table *table, struct cells *cells))
{
    size_t count = pg_sync_rows(result);
    for (size_t from = 0, to = 0; from < count; from = to) {
        struct str oid = pg_sync_value(result, from, 0);
        for (to = from; to < count && str_eq(pg_sync_value(result, to, 0), oid);) {
            to++;
        }
        struct db_table *table = map_get(&reading->by_oid, oid);
        if (table == NULL) {
            continue; /* made a moment ago */
        }
        begin(reading->arena, table, to - from);
        for (size_t i = from; i < to; i++) {
            struct cells cells = {reading->arena, result, i, 1};
            fill(table, &cells);
        }
    }
}

static void begin_columns(struct arena *arena, struct db_table *table, size_t count)
{
    table->columns = ARENA_ARRAY(arena, struct db_column, count);
}

static void fill_column(struct db_table *table, struct cells *cells)
{
    struct db_column *column = &table->columns[table->column_count++];
    column->name = text(cells);
    column->type = text(cells);
    column->not_null = flag(cells);
    column->default_text = text(cells);
    column->generated = flag(cells);
    column->identity = flag(cells);
    column->domain_of = text(cells);
    column->is_enum = flag(cells);
}

static void begin_indexes(struct arena *arena, struct db_table *table, size_t count)
{
    table->indexes = ARENA_ARRAY(arena, struct db_index, count);
}

static void fill_index(struct db_table *table, struct cells *cells)
{
    struct db_index *index = &table->indexes[table->index_count++];
    index->name = text(cells);
    index->method = text(cells);
    index->unique = flag(cells);
    index->valid = flag(cells);
    index->primary = flag(cells);
    index->predicate = text(cells);
    index->columns = list(cells, &index->column_count);
}

static void begin_keys(struct arena *arena, struct db_table *table, size_t count)
{
    table->keys = ARENA_ARRAY(arena, struct db_key, count);
}

static void fill_key(struct db_table *table, struct cells *cells)
{
    size_t targets = 0;
    struct db_key *key = &table->keys[table->key_count++];
    key->name = text(cells);
    key->columns = list(cells, &key->column_count);
    key->target = text(cells);
    key->target_columns = list(cells, &targets);
    key->on_delete = letter(cells);
    key->validated = flag(cells);
}

#define COLUMNS_SQL                                                                                                    \
    "select a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,"                     \
    " pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', a.attidentity <> '',"                          \
    " case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end, t.typtype = 'e'"          \
    " from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid"                                 \
    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_type t on t.oid = a.atttypid"        \
    " left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum"                              \
    " where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and " IN_SCHEMAS            \
    " order by a.attrelid, a.attnum"

/* Name by name: a join would read all columns of a table that may have a thousand. */
#define NAMES_OF(keys, relation)                                                                                       \
    "(select json_agg((select a.attname from pg_catalog.pg_attribute a where a.attrelid = " relation                   \
    " and a.attnum = k.number and k.number > 0) order by k.at) from unnest(" keys ") with ordinality k (number, at))"

#define INDEX_COLUMNS NAMES_OF("i.indkey::int2[]", "i.indrelid")
#define INDEXES_SQL                                                                                                    \
    "select i.indrelid, ic.relname, m.amname, i.indisunique, i.indisvalid and i.indisready, i.indisprimary,"           \
    " pg_catalog.pg_get_expr(i.indpred, i.indrelid), " INDEX_COLUMNS                                                   \
    " from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid"                                 \
    " join pg_catalog.pg_am m on m.oid = ic.relam join pg_catalog.pg_class c on c.oid = i.indrelid"                    \
    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where " IN_SCHEMAS " order by i.indrelid, ic.relname"

#define KEYS_SQL                                                                                                       \
    "select con.conrelid, con.conname, " NAMES_OF(                                                                     \
        "con.conkey",                                                                                                  \
        "con.conrelid") ","                                                                                            \
                        " tn.nspname || '.' || tc.relname, " NAMES_OF(                                                 \
                            "con.confkey",                                                                             \
                            "con.confrelid") ","                                                                       \
                                             " con.confdeltype, con.convalidated from pg_catalog.pg_constraint con"    \
                                             " join pg_catalog.pg_class c on c.oid = con.conrelid join "               \
                                             "pg_catalog.pg_namespace n on n.oid = c.relnamespace"                     \
                                             " join pg_catalog.pg_class tc on tc.oid = con.confrelid"                  \
                                             " join pg_catalog.pg_namespace tn on tn.oid = tc.relnamespace"            \
                                             " where con.contype = 'f' and " IN_SCHEMAS                                \
                                             " order by con.conrelid, con.conname"

static bool read_parts(struct reading *reading)
{
    static const struct {
        const char *sql;
        void (*begin)(struct arena *arena, struct db_table *table, size_t count);
        void (*fill)(struct db_table *table, struct cells *cells);
    } parts[] = {{COLUMNS_SQL, begin_columns, fill_column},
                 {INDEXES_SQL, begin_indexes, fill_index},
                 {KEYS_SQL, begin_keys, fill_key}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct pg_sync_result *result = query(reading, parts[i].sql);
        if (result == NULL) {
            return false;
        }
        share_out(reading, result, parts[i].begin, parts[i].fill);
        pg_sync_result_free(result);
    }
    return true;
}

bool db_read(struct pg_sync *connection, struct arena *arena, const struct str *schemas, size_t schema_count,
             struct database *out, struct err *err)
{
    struct strbuf names = {0};
    for (size_t i = 0; i < schema_count; i++) {
        strbuf_puts(&names, i == 0 ? "[" : ",");
        json_put_string(&names, schemas[i]);
    }
    strbuf_puts(&names, "]");
    struct reading reading = {.connection = connection,
                              .arena = arena,
                              .schemas = arena_copy(arena, strbuf_str(&names)),
                              .out = out,
                              .err = err};
    strbuf_release(&names);
    bool ok = read_tables(&reading) && read_parts(&reading);
    map_release(&reading.by_oid);
    return ok;
}

void db_release(struct database *database)
{
    map_release(&database->by_path);
}

/* ---- spellings ---- */

/* PostgreSQL's limit is 1600 columns a table. */
enum { SPELLINGS_AT_ONCE = 1000 };

static bool make_spelling_table(struct pg_sync *connection, const struct db_spelling *spellings, size_t count,
                                struct err *err)
{
    struct strbuf sql = {0};
    strbuf_puts(&sql, "create temporary table portti_spelling (");
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&sql, "%sc%zu %s%s", i > 0 ? ", " : "", i, column_kinds[spellings[i].kind].sql,
                      spellings[i].expression.len > 0 ? " default " : "");
        strbuf_put(&sql, spellings[i].expression);
    }
    strbuf_puts(&sql, ") on commit drop");
    bool ok = pg_sync_script(connection, strbuf_cstr(&sql), err);
    strbuf_release(&sql);
    return ok;
}

static bool read_some_spellings(struct pg_sync *connection, struct arena *arena, struct db_spelling *spellings,
                                size_t count, struct err *err)
{
    if (!make_spelling_table(connection, spellings, count, err)) {
        return false;
    }
    struct pg_sync_result *result =
        pg_sync_query(connection,
                      "select pg_catalog.format_type(a.atttypid, a.atttypmod),"
                      " pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attribute a"
                      " left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum"
                      " where a.attrelid = 'pg_temp.portti_spelling'::regclass and a.attnum > 0 order by a.attnum",
                      NULL, 0, err);
    if (result == NULL) {
        return false;
    }
    for (size_t i = 0; i < count && i < pg_sync_rows(result); i++) {
        struct cells cells = {arena, result, i, 0};
        spellings[i].type = text(&cells);
        spellings[i].default_text = text(&cells);
    }
    pg_sync_result_free(result);
    return pg_sync_script(connection, "drop table pg_temp.portti_spelling", err);
}

bool db_read_spellings(struct pg_sync *connection, struct arena *arena, const struct catalogue *catalogue,
                       struct database *out, struct err *err)
{
    out->spellings = database_spellings(arena, catalogue, &out->spelling_count);
    for (size_t from = 0; from < out->spelling_count; from += SPELLINGS_AT_ONCE) {
        size_t left = out->spelling_count - from;
        if (!read_some_spellings(connection, arena, out->spellings + from,
                                 left < SPELLINGS_AT_ONCE ? left : SPELLINGS_AT_ONCE, err)) {
            return false;
        }
    }
    return true;
}

/* ---- core ---- */

bool db_read_core(struct pg_sync *connection, struct arena *arena, struct database *out, struct err *err)
{
    struct pg_sync_result *counts =
        pg_sync_query(connection, "select object_id from core.record_count order by 1", NULL, 0, err);
    if (counts == NULL) {
        return false;
    }
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, pg_sync_rows(counts) + 1);
    for (size_t i = 0; i < pg_sync_rows(counts); i++) {
        out->counted_count += uuid_parse(pg_sync_value(counts, i, 0), &ids[out->counted_count]) ? 1 : 0;
    }
    out->counted = ids;
    pg_sync_result_free(counts);
    struct pg_sync_result *work = pg_sync_query(connection, "select 1 from core.model_work", NULL, 0, err);
    if (work == NULL) {
        return false;
    }
    out->unfinished = pg_sync_rows(work);
    pg_sync_result_free(work);
    return true;
}
