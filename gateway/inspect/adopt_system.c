/* The fields that every record has, in a table that was made without them. */
#include "common/text/json_write.h"
#include "gateway/inspect/adopt_private.h"

static const struct {
    const char *name, *snake, *type, *column_type, *default_json;
    bool nullable;
} rows[] = {
    {"createdAt", "created_at", "DATE_TIME", "timestamp with time zone", "\"now\"", false},
    {"updatedAt", "updated_at", "DATE_TIME", "timestamp with time zone", "\"now\"", false},
    {"deletedAt", "deleted_at", "DATE_TIME", "timestamp with time zone", "", true},
    {"createdBy", NULL, "ACTOR", NULL, "{\"name\":\"''\",\"source\":\"'MANUAL'\"}", false},
    {"updatedBy", NULL, "ACTOR", NULL, "{\"name\":\"''\",\"source\":\"'MANUAL'\"}", false},
    {"position", NULL, "POSITION", "double precision", "0", false},
};

struct str adopt_settings(struct arena *arena, struct str column, struct str type, bool whole)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "{\"columnName\":");
    json_put_string(&out, column);
    if (type.len > 0) {
        strbuf_puts(&out, ",\"columnType\":");
        json_put_string(&out, type);
    }
    strbuf_puts(&out, whole ? ",\"dataType\":\"int\"}" : "}");
    struct str json = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

const struct db_column *adopt_mapped(const struct adopting *adopting, struct str field)
{
    for (size_t i = 0; i < adopting->wish->map_count; i++) {
        if (str_eq(adopting->wish->maps[i].field, field)) {
            return db_table_column(adopting->table, adopting->wish->maps[i].column);
        }
    }
    return NULL;
}

void adopt_use(struct adopting *adopting, const struct db_column *column)
{
    adopting->used[column - adopting->table->columns] = true;
}

static void map(struct adopting *adopting, struct field_row *row, const struct db_column *column)
{
    adopt_use(adopting, column);
    row->settings_json = adopt_settings(adopting->arena, column->name, STR_EMPTY, false);
    adopt_say(adopting, &adopting->out->mapped, column->name, "field %.*s, %.*s", STR_ARG(row->name),
              STR_ARG(row->type));
}

/* Under its own name, or when something else has that, under one of ours. */
static void add(struct adopting *adopting, struct field_row *row, const char *remark)
{
    struct str column = row->name;
    if (db_table_column(adopting->table, column) != NULL) {
        column = arena_printf(adopting->arena, "portti_%.*s", STR_ARG(row->name));
        row->settings_json = adopt_settings(adopting->arena, column, STR_EMPTY, false);
    }
    adopting->out->added[row - adopting->out->fields] = true;
    adopt_say(adopting, &adopting->out->mapped, column, "field %.*s, %.*s: added%s", STR_ARG(row->name),
              STR_ARG(row->type), remark);
}

/* ---- id ---- */

static bool makes_unique(struct adopting *adopting, const struct db_column *column)
{
    bool unique = false;
    for (size_t i = 0; i < adopting->table->index_count; i++) {
        const struct db_index *index = &adopting->table->indexes[i];
        bool fits = index->unique && index->valid && index->predicate.ptr == NULL && index->column_count == 1 &&
                    str_eq(index->columns[0], column->name);
        adopting->id_by_index[i] = fits;
        unique = unique || fits;
    }
    return unique;
}

/* The uuid that is the primary key, or the column that the wish names. */
static const struct db_column *find_id(const struct adopting *adopting)
{
    const struct db_column *wanted = adopt_mapped(adopting, STR("id"));
    for (size_t i = 0; wanted == NULL && i < adopting->table->index_count; i++) {
        const struct db_index *index = &adopting->table->indexes[i];
        const struct db_column *column =
            index->primary && index->column_count == 1 ? db_table_column(adopting->table, index->columns[0]) : NULL;
        wanted = column != NULL && str_is(column->type, "uuid") ? column : NULL;
    }
    return wanted;
}

static void adopt_id(struct adopting *adopting)
{
    struct adopt_list *missing = &adopting->out->missing;
    const struct db_column *column = find_id(adopting);
    struct field_row *row = adopt_field(adopting, "UUID", STR("id"));
    row->system = row->unique = true;
    row->nullable = row->ui_editable = false;
    row->label = STR("ID");
    row->default_json = STR("\"uuid\"");
    if (column != NULL && str_is(column->type, "uuid") && column->not_null && !column->generated &&
        makes_unique(adopting, column)) {
        map(adopting, row, column);
    } else if (column != NULL) {
        adopt_say(adopting, missing, column->name, "an id must be a uuid, NOT NULL and unique");
    } else if (adopting->wish->add_id) {
        adopting->out->id_added = true;
        add(adopting, row, ", a fresh one for each row: PostgreSQL rewrites the table for it");
    } else {
        adopt_say(
            adopting, missing, STR_EMPTY,
            "records are known by a uuid, and the primary key is none: --add-id adds one (PostgreSQL rewrites the "
            "table for it), --map id=COLUMN names a unique one");
    }
}

/* ---- the others ---- */

static bool fits(const struct db_column *column, size_t at)
{
    bool type =
        str_is(column->type, rows[at].column_type) ||
        (str_starts_with(column->type, STR("timestamp(")) && str_ends_with(column->type, STR("with time zone")) &&
         str_starts_with(str_from(rows[at].column_type), STR("timestamp")));
    return type && column->not_null != rows[at].nullable && !column->generated;
}

/* The column of that very name, in either spelling. */
static const struct db_column *find_named(const struct adopting *adopting, size_t at)
{
    const struct db_column *column = adopt_mapped(adopting, str_from(rows[at].name));
    column = column != NULL ? column : db_table_column(adopting->table, str_from(rows[at].name));
    return column != NULL || rows[at].snake == NULL ? column
                                                    : db_table_column(adopting->table, str_from(rows[at].snake));
}

/* An actor's columns: how many there are already. */
static size_t actor_columns(struct adopting *adopting, struct str name, bool use)
{
    const struct field_type_info *type = &field_types[FIELD_ACTOR];
    size_t there = 0;
    for (size_t i = 0; i < type->sub_count; i++) {
        struct str stored = arena_printf(adopting->arena, "%.*s%c%s", STR_ARG(name),
                                         (char)(type->subs[i].name[0] - 'a' + 'A'), type->subs[i].name + 1);
        const struct db_column *column = db_table_column(adopting->table, stored);
        there += column != NULL ? 1 : 0;
        if (column != NULL && use) {
            adopt_use(adopting, column);
        }
    }
    return there;
}

static void adopt_actor(struct adopting *adopting, struct field_row *row)
{
    size_t there = actor_columns(adopting, row->name, false);
    if (there == field_types[FIELD_ACTOR].sub_count) {
        actor_columns(adopting, row->name, true);
        adopt_say(adopting, &adopting->out->mapped, row->name, "field %.*s, ACTOR", STR_ARG(row->name));
    } else if (there > 0) {
        adopt_say(adopting, &adopting->out->missing, row->name, "some of the columns of this field are there, not all");
    } else if (adopting->wish->add_system_columns) {
        add(adopting, row, "");
    } else {
        adopt_say(adopting, &adopting->out->missing, STR_EMPTY, "%.*s is missing: --add-system-columns adds it",
                  STR_ARG(row->name));
    }
}

static void adopt_scalar(struct adopting *adopting, struct field_row *row, size_t at)
{
    const struct db_column *column = find_named(adopting, at);
    if (column != NULL && fits(column, at)) {
        map(adopting, row, column);
    } else if (adopting->wish->add_system_columns) {
        add(adopting, row, at < 2 ? ", with the time of the adoption for the rows that are there" : "");
    } else if (column != NULL) {
        adopt_say(adopting, &adopting->out->missing, column->name,
                  "is %.*s%s and cannot be %s, which is %s%s: --add-system-columns adds one beside it",
                  STR_ARG(column->type), column->not_null ? " NOT NULL" : "", rows[at].name, rows[at].column_type,
                  rows[at].nullable ? "" : " NOT NULL");
    } else {
        adopt_say(adopting, &adopting->out->missing, STR_EMPTY,
                  "%s is missing: --add-system-columns adds it, --map %s=COLUMN names one", rows[at].name,
                  rows[at].name);
    }
}

void adopt_system_fields(struct adopting *adopting)
{
    adopt_id(adopting);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct field_row *row = adopt_field(adopting, rows[i].type, str_from(rows[i].name));
        row->system = true;
        row->ui_editable = false;
        row->nullable = rows[i].nullable;
        row->default_json = str_from(rows[i].default_json);
        if (rows[i].column_type == NULL) {
            adopt_actor(adopting, row);
        } else {
            adopt_scalar(adopting, row, i);
        }
    }
}
