#include "gateway/control/ddl.h"
#include "gateway/catalogue/identifier.h"
#include <inttypes.h>
#include <jansson.h>

enum { NAME_MAX_BYTES = 63, HASH_DIGITS = 16 };

/* Of a record's words, as many characters are searched; a tsvector holds no more than a megabyte, and an insert that
 * passes it would fail. */
#define SEARCHED_CHARACTERS "100000"

void ddl_literal(struct strbuf *out, struct str text)
{
    strbuf_put_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') {
            strbuf_put_char(out, '\'');
        }
        strbuf_put_char(out, text.ptr[i]);
    }
    strbuf_put_char(out, '\'');
}

/* FNV-1a: the same on every machine, unlike map_hash. */
static uint64_t stable_hash(struct str text)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (uint8_t)text.ptr[i]) * 0x100000001B3u;
    }
    return hash;
}

void ddl_name(struct strbuf *out, const char *prefix, struct str object, struct str part)
{
    struct strbuf name = {0};
    strbuf_printf(&name, "%s_%.*s_%.*s", prefix, STR_ARG(object), STR_ARG(part));
    if (name.len > NAME_MAX_BYTES) {
        uint64_t hash = stable_hash(strbuf_str(&name));
        name.len = NAME_MAX_BYTES - HASH_DIGITS - 1;
        strbuf_printf(&name, "_%016" PRIx64, hash);
    }
    identifier_put(out, strbuf_str(&name));
    strbuf_release(&name);
}

/* ---- defaults ---- */

/* "'abc'" without its quotes; false for a function or what is no string. */
static bool quoted_text(const json_t *value, struct str *out)
{
    struct str text = str_of(json_string_value(value), json_string_length(value));
    if (text.len < 2 || text.ptr[0] != '\'' || text.ptr[text.len - 1] != '\'') {
        return false;
    }
    *out = str_slice(text, 1, text.len - 1);
    return true;
}

static void put_text_array(struct strbuf *out, const json_t *list)
{
    strbuf_puts(out, " default array[");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str item = STR_EMPTY;
        (void)quoted_text(json_array_get(list, i), &item);
        strbuf_puts(out, i > 0 ? ", " : "");
        ddl_literal(out, item);
    }
    strbuf_puts(out, "]::text[]");
}

static void put_json(struct strbuf *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    strbuf_puts(out, " default ");
    ddl_literal(out, str_from(text));
    strbuf_puts(out, "::jsonb");
    free(text);
}

/* A string: a literal, or one of the two functions there are. */
static void put_string(struct strbuf *out, const struct column *column, const json_t *value)
{
    struct str text = STR_EMPTY;
    if (quoted_text(value, &text)) {
        strbuf_puts(out, " default ");
        ddl_literal(out, text);
        strbuf_printf(out, "::%s", column_kinds[column->kind].sql);
    } else if (strcmp(json_string_value(value), "uuid") == 0 && column->kind == COLUMN_UUID) {
        strbuf_puts(out, " default gen_random_uuid()");
    } else if (strcmp(json_string_value(value), "now") == 0 && column->kind == COLUMN_TIMESTAMPTZ) {
        strbuf_puts(out, " default now()");
    } else if (strcmp(json_string_value(value), "now") == 0 && column->kind == COLUMN_DATE) {
        strbuf_puts(out, " default (now() at time zone 'UTC')::date");
    }
}

static void put_value(struct strbuf *out, const struct column *column, const json_t *value)
{
    if (value == NULL || json_is_null(value)) {
        return;
    }
    if (column->kind == COLUMN_JSONB) {
        put_json(out, value);
    } else if (json_is_string(value)) {
        put_string(out, column, value);
    } else if (json_is_array(value) && column->kind == COLUMN_TEXT_ARRAY) {
        put_text_array(out, value);
    } else if (json_is_boolean(value)) {
        strbuf_puts(out, json_is_true(value) ? " default true" : " default false");
    } else if (json_is_integer(value)) {
        strbuf_printf(out, " default %" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        strbuf_printf(out, " default %.17g", json_real_value(value));
    }
}

/* A field's default is checked when the catalogue is built; what no column can take is left to the gateway. */
static void put_default(struct strbuf *out, const struct column *column)
{
    struct str text = column->field->default_json;
    if (text.len == 0) {
        return;
    }
    json_t *value = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);
    put_value(out, column, column->sub == NULL ? value : json_object_get(value, column->sub->name));
    json_decref(value);
}

/* ---- tables ---- */

static void put_column(struct strbuf *out, const struct column *column)
{
    strbuf_printf(out, "%.*s %s", STR_ARG(column->quoted), column_kinds[column->kind].sql);
    if (!column->nullable) {
        strbuf_puts(out, " not null");
    }
    put_default(out, column);
    if (column == column->field->object->id_column) {
        strbuf_puts(out, " primary key");
    }
}

static const struct field *search_field(const struct object *object)
{
    for (size_t i = 0; i < object->field_count; i++) {
        if (object->fields[i].type == FIELD_TS_VECTOR) {
            return &object->fields[i];
        }
    }
    return NULL;
}

static void put_search_column(struct strbuf *out, const struct field *field, const struct str *columns, size_t count)
{
    strbuf_puts(out, ",\n    ");
    identifier_put(out, field->name);
    strbuf_puts(out, " tsvector");
    if (count == 0) {
        return;
    }
    strbuf_puts(out, " generated always as (to_tsvector('pg_catalog.simple', left(");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i > 0 ? " || ' ' || coalesce(" : "coalesce(");
        identifier_put(out, columns[i]);
        strbuf_puts(out, ", '')");
    }
    strbuf_puts(out, ", " SEARCHED_CHARACTERS "))) stored");
}

void ddl_create_table(struct strbuf *out, const struct object *object, const struct str *search_columns,
                      size_t search_count)
{
    const struct field *search = search_field(object);
    strbuf_printf(out, "create table %.*s (", STR_ARG(object->table));
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_puts(out, i > 0 ? ",\n    " : "\n    ");
        put_column(out, &object->columns[i]);
    }
    if (search != NULL) {
        put_search_column(out, search, search_columns, search_count);
    }
    strbuf_puts(out, "\n);\n");
}

void ddl_add_columns(struct strbuf *out, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        strbuf_printf(out, "alter table %.*s add column ", STR_ARG(field->object->table));
        put_column(out, &field->columns[i]);
        strbuf_puts(out, ";\n");
    }
}

/* ---- indexes and keys ---- */

static void put_index(struct strbuf *out, const struct object *object, struct str part, const struct str *columns,
                      size_t count, bool unique)
{
    strbuf_puts(out, unique ? "create unique index " : "create index ");
    ddl_name(out, unique ? "uniq" : "idx", object->name_singular, part);
    strbuf_printf(out, " on %.*s (", STR_ARG(object->table));
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i > 0 ? ", " : "");
        identifier_put(out, columns[i]);
    }
    strbuf_put_char(out, ')');
    if (unique) {
        strbuf_printf(out, " where %.*s is null", STR_ARG(object->deleted_at->quoted));
    }
    strbuf_puts(out, ";\n");
}

void ddl_index(struct strbuf *out, const struct object *object, const struct str *columns, size_t count, bool unique)
{
    struct strbuf part = {0};
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&part, i > 0 ? "_" : "");
        strbuf_put(&part, columns[i]);
    }
    put_index(out, object, strbuf_str(&part), columns, count, unique);
    strbuf_release(&part);
}

static void put_foreign_key(struct strbuf *out, const struct field *field)
{
    static const char *const actions[] = {
        [ON_DELETE_SET_NULL] = "set null",
        [ON_DELETE_CASCADE] = "cascade",
        [ON_DELETE_RESTRICT] = "restrict",
        [ON_DELETE_NO_ACTION] = "no action",
    };
    const struct column *join = field->columns;
    strbuf_printf(out, "alter table %.*s add constraint ", STR_ARG(field->object->table));
    ddl_name(out, "fk", field->object->name_singular, join->name);
    strbuf_printf(out, " foreign key (%.*s) references %.*s (%.*s) on delete %s;\n", STR_ARG(join->quoted),
                  STR_ARG(field->target->table), STR_ARG(field->target->id_column->quoted), actions[field->on_delete]);
}

/* An upsert looks for its match among the deleted records as well, where the unique index does not reach. */
static void put_deleted_index(struct strbuf *out, const struct field *field, struct str column)
{
    const struct object *object = field->object;
    strbuf_puts(out, "create index ");
    ddl_name(out, "gone", object->name_singular, field->name);
    strbuf_printf(out, " on %.*s (", STR_ARG(object->table));
    identifier_put(out, column);
    strbuf_printf(out, ") where %.*s is not null;\n", STR_ARG(object->deleted_at->quoted));
}

/* The primary key does it for the id already. */
static void put_unique(struct strbuf *out, const struct field *field)
{
    struct str columns[SUB_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < field->column_count; i++) {
        if (field->columns[i].sub == NULL || field->columns[i].sub->in_unique) {
            columns[count++] = field->columns[i].name;
        }
    }
    if (count > 0 && field->columns != field->object->id_column) {
        put_index(out, field->object, field->name, columns, count, true);
        put_deleted_index(out, field, columns[0]);
    }
}

void ddl_field_indexes(struct strbuf *out, const struct field *field, bool searched)
{
    if (field->unique) {
        put_unique(out, field);
    }
    if (field->side == RELATION_MANY_TO_ONE) {
        put_foreign_key(out, field);
        put_index(out, field->object, field->columns->name, &field->columns->name, 1, false);
    }
    if (field->type == FIELD_TS_VECTOR && searched) {
        strbuf_puts(out, "create index ");
        ddl_name(out, "idx", field->object->name_singular, field->name);
        strbuf_printf(out, " on %.*s using gin (", STR_ARG(field->object->table));
        identifier_put(out, field->name);
        strbuf_puts(out, ");\n");
    }
}
