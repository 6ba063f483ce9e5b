#include "gateway/ddl/ddl.h"
#include "gateway/catalogue/identifier.h"
#include <inttypes.h>

enum { NAME_MAX_BYTES = 63, HASH_DIGITS = 16 };

/* Of a record's words, as many characters are searched; a tsvector holds no more than a megabyte, and an insert that
 * passes it would fail. */
#define SEARCHED_CHARACTERS "100000"

/* ---- the list ---- */

void ddl_add(struct ddl *ddl, struct str statement)
{
    ddl->statements = arena_grow(ddl->arena, ddl->statements, ddl->count, &ddl->capacity, sizeof *ddl->statements);
    ddl->statements[ddl->count++] = arena_copy(ddl->arena, statement);
}

void ddl_take(struct ddl *ddl, struct strbuf *statement)
{
    ddl_add(ddl, strbuf_str(statement));
    strbuf_release(statement);
}

/* ---- texts ---- */

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

struct str ddl_name(struct arena *arena, const char *prefix, struct str object, struct str part)
{
    struct str name = arena_printf(arena, "%s_%.*s_%.*s", prefix, STR_ARG(object), STR_ARG(part));
    if (name.len <= NAME_MAX_BYTES) {
        return name;
    }
    return arena_printf(arena, "%.*s_%016" PRIx64, NAME_MAX_BYTES - HASH_DIGITS - 1, name.ptr, stable_hash(name));
}

/* ---- tables ---- */

static void put_column(struct strbuf *out, const struct column *column)
{
    strbuf_printf(out, "%.*s %s", STR_ARG(column->quoted), column_kinds[column->kind].sql);
    if (!column->nullable) {
        strbuf_puts(out, " not null");
    }
    struct strbuf value = {0};
    if (ddl_default(&value, column)) {
        strbuf_puts(out, " default ");
        strbuf_put(out, strbuf_str(&value));
    }
    strbuf_release(&value);
    if (column == column->field->object->id_column) {
        strbuf_puts(out, " primary key");
    }
}

const struct field *ddl_search_field(const struct object *object)
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

void ddl_create_table(struct ddl *ddl, const struct object *object, const struct str *search_columns,
                      size_t search_count)
{
    const struct field *search = ddl_search_field(object);
    struct strbuf out = {0};
    strbuf_printf(&out, "create table %.*s (", STR_ARG(object->table));
    for (size_t i = 0; i < object->column_count; i++) {
        strbuf_puts(&out, i > 0 ? ",\n    " : "\n    ");
        put_column(&out, &object->columns[i]);
    }
    if (search != NULL) {
        strbuf_puts(&out, ",\n    ");
        put_search_column(&out, search, search_columns, search_count);
    }
    strbuf_puts(&out, "\n)");
    ddl_take(ddl, &out);
}

void ddl_drop_table(struct ddl *ddl, const struct object *object)
{
    if (object->adopted) {
        return; /* it was there before us */
    }
    struct strbuf out = {0};
    strbuf_printf(&out, "drop table %.*s", STR_ARG(object->table));
    ddl_take(ddl, &out);
}

void ddl_rename_table(struct ddl *ddl, const struct object *before, const struct object *after)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "alter table %.*s rename to ", STR_ARG(before->table));
    identifier_put(&out, after->table_name);
    ddl_take(ddl, &out);
}

/* ---- columns ---- */

static struct strbuf alter(const struct object *object)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "alter table %.*s ", STR_ARG(object->table));
    return out;
}

void ddl_add_columns(struct ddl *ddl, const struct field *field)
{
    if (field->column_count == 0) {
        return;
    }
    struct strbuf out = alter(field->object);
    for (size_t i = 0; i < field->column_count; i++) {
        strbuf_puts(&out, i > 0 ? ", add column " : "add column ");
        put_column(&out, &field->columns[i]);
    }
    ddl_take(ddl, &out);
}

void ddl_drop_columns(struct ddl *ddl, const struct field *field)
{
    if (field->column_count == 0 || field->adopted) {
        return;
    }
    struct strbuf out = alter(field->object);
    for (size_t i = 0; i < field->column_count; i++) {
        strbuf_printf(&out, "%sdrop column if exists %.*s", i > 0 ? ", " : "", STR_ARG(field->columns[i].quoted));
    }
    ddl_take(ddl, &out);
}

void ddl_rename_columns(struct ddl *ddl, const struct field *before, const struct field *after)
{
    for (size_t i = 0; i < before->column_count && i < after->column_count; i++) {
        if (!str_eq(before->columns[i].stored, after->columns[i].stored)) {
            struct strbuf out = alter(after->object);
            strbuf_printf(&out, "rename column %.*s to %.*s", STR_ARG(before->columns[i].quoted),
                          STR_ARG(after->columns[i].quoted));
            ddl_take(ddl, &out);
        }
    }
}

void ddl_not_null(struct ddl *ddl, const struct field *field, bool wanted)
{
    for (size_t i = 0; i < field->column_count; i++) {
        struct strbuf out = alter(field->object);
        strbuf_printf(&out, "alter column %.*s %s not null", STR_ARG(field->columns[i].quoted),
                      wanted && !field->columns[i].nullable ? "set" : "drop");
        ddl_take(ddl, &out);
    }
}

/* nn_<object>_<column>: a check that stands in for NOT NULL while its records are looked through. */
static void put_check_name(struct ddl *ddl, struct strbuf *out, const struct column *column)
{
    identifier_put(out, ddl_name(ddl->arena, "nn", column->field->object->name_singular, column->name));
}

void ddl_add_check(struct ddl *ddl, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (!field->columns[i].nullable) {
            struct strbuf out = alter(field->object);
            strbuf_puts(&out, "add constraint ");
            put_check_name(ddl, &out, &field->columns[i]);
            strbuf_printf(&out, " check (%.*s is not null) not valid", STR_ARG(field->columns[i].quoted));
            ddl_take(ddl, &out);
        }
    }
}

void ddl_find_empty(struct ddl *ddl, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (!field->columns[i].nullable) {
            struct strbuf block = {0};
            struct strbuf out = {0};
            strbuf_printf(&block,
                          "begin if exists (select from %.*s where %.*s is null) then"
                          " raise not_null_violation; end if; end",
                          STR_ARG(field->object->table), STR_ARG(field->columns[i].quoted));
            strbuf_puts(&out, "do ");
            ddl_literal(&out, strbuf_str(&block));
            strbuf_release(&block);
            ddl_take(ddl, &out);
        }
    }
}

void ddl_validate_check(struct ddl *ddl, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (!field->columns[i].nullable) {
            struct strbuf out = alter(field->object);
            strbuf_puts(&out, "validate constraint ");
            put_check_name(ddl, &out, &field->columns[i]);
            ddl_take(ddl, &out);
        }
    }
}

void ddl_drop_check(struct ddl *ddl, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (!field->columns[i].nullable) {
            struct strbuf out = alter(field->object);
            strbuf_puts(&out, "drop constraint if exists ");
            put_check_name(ddl, &out, &field->columns[i]);
            ddl_take(ddl, &out);
        }
    }
}

void ddl_set_defaults(struct ddl *ddl, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        struct strbuf value = {0};
        struct strbuf out = alter(field->object);
        bool some = ddl_default(&value, &field->columns[i]);
        strbuf_printf(&out, "alter column %.*s %s default ", STR_ARG(field->columns[i].quoted), some ? "set" : "drop");
        strbuf_put(&out, strbuf_str(&value));
        strbuf_release(&value);
        ddl_take(ddl, &out);
    }
}

static bool reads_empty(const struct column *column)
{
    return column->form == JSON_FORM_TEXT || column->form == JSON_FORM_EMAIL || column->form == JSON_FORM_URL;
}

void ddl_fill(struct ddl *ddl, const struct field *field, bool texts_only)
{
    for (size_t i = 0; i < field->column_count; i++) {
        const struct column *column = &field->columns[i];
        struct strbuf value = {0};
        if (column->nullable || (texts_only && !reads_empty(column))) {
            continue;
        }
        if (texts_only) {
            strbuf_puts(&value, "''");
        }
        if (texts_only || ddl_default(&value, column)) {
            struct strbuf out = {0};
            strbuf_printf(&out, "update %.*s set %.*s = ", STR_ARG(field->object->table), STR_ARG(column->quoted));
            strbuf_put(&out, strbuf_str(&value));
            strbuf_printf(&out, " where %.*s is null", STR_ARG(column->quoted));
            ddl_take(ddl, &out);
        }
        strbuf_release(&value);
    }
}

/* ---- options ---- */

/* case <value> when 'A' then 'B' … else <value> end */
static void put_case(struct strbuf *out, struct str value, const struct str *from, const struct str *to, size_t count,
                     struct str none)
{
    strbuf_printf(out, "case %.*s", STR_ARG(value));
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, " when ");
        ddl_literal(out, from[i]);
        strbuf_puts(out, " then ");
        if (to[i].len > 0) {
            ddl_literal(out, to[i]);
        } else {
            strbuf_put(out, none);
        }
    }
    strbuf_printf(out, " else %.*s end", STR_ARG(value));
}

static void put_list(struct strbuf *out, const struct str *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i > 0 ? ", " : "");
        ddl_literal(out, texts[i]);
    }
}

static void replace_in_lists(struct strbuf *out, const struct column *column, const struct str *from,
                             const struct str *to, size_t count)
{
    strbuf_puts(out, "(select coalesce(array_agg(changed.value order by changed.at), '{}') from (select ");
    put_case(out, STR("item.value"), from, to, count, STR("null"));
    strbuf_printf(out, " as value, item.at from unnest(%.*s) with ordinality as item(value, at)) changed",
                  STR_ARG(column->quoted));
    strbuf_printf(out, " where changed.value is not null) where %.*s && array[", STR_ARG(column->quoted));
    put_list(out, from, count);
    strbuf_puts(out, "]::text[]");
}

void ddl_replace_options(struct ddl *ddl, const struct field *field, const struct str *from, const struct str *to,
                         size_t count)
{
    if (count == 0) {
        return;
    }
    const struct column *column = field->columns;
    struct strbuf none = {0};
    struct strbuf out = {0};
    strbuf_printf(&out, "update %.*s set %.*s = ", STR_ARG(field->object->table), STR_ARG(column->quoted));
    if (column->kind == COLUMN_TEXT_ARRAY) {
        replace_in_lists(&out, column, from, to, count);
    } else {
        if (column->nullable || !ddl_default(&none, column)) {
            strbuf_puts(&none, "null");
        }
        put_case(&out, column->quoted, from, to, count, strbuf_str(&none));
        strbuf_printf(&out, " where %.*s in (", STR_ARG(column->quoted));
        put_list(&out, from, count);
        strbuf_puts(&out, ")");
    }
    strbuf_release(&none);
    ddl_take(ddl, &out);
}

void ddl_check_options(struct ddl *ddl, const struct field *field)
{
    const struct column *column = field->columns;
    bool many = column->kind == COLUMN_TEXT_ARRAY;
    char id[UUID_TEXT_LEN];
    uuid_print(&field->id, id);
    struct str name = arena_printf(ddl->arena, "opt_%.*s", UUID_TEXT_LEN, id);
    struct strbuf out = alter(field->object);
    strbuf_puts(&out, "drop constraint if exists ");
    identifier_put(&out, name);
    strbuf_puts(&out, ", add constraint ");
    identifier_put(&out, name);
    strbuf_printf(&out, many ? " check (%.*s <@ array[" : " check (%.*s in (", STR_ARG(column->quoted));
    for (size_t i = 0; i < field->option_count; i++) {
        strbuf_puts(&out, i > 0 ? ", " : "");
        ddl_literal(&out, field->options[i].value);
    }
    strbuf_puts(&out, many ? "]::text[]) not valid" : ")) not valid");
    ddl_take(ddl, &out);
}

/* ---- search ---- */

static bool feeds_search(const struct column *column)
{
    if (column->kind != COLUMN_TEXT || column->form == JSON_FORM_OPTION) {
        return false;
    }
    /* Of a rich text the words, not the markup; of a phone the number; of a link where it leads. */
    static const char *const left_out[] = {"blocknote", "primaryPhoneCountryCode", "primaryPhoneCallingCode",
                                           "primaryLinkLabel", "currencyCode"};
    for (size_t i = 0; column->sub != NULL && i < ARRAY_LEN(left_out); i++) {
        if (strcmp(column->sub->name, left_out[i]) == 0) {
            return false;
        }
    }
    return true;
}

size_t ddl_search_columns(const struct object *object, struct str out[DDL_SEARCH_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < object->column_count; i++) {
        const struct column *column = &object->columns[i];
        if (column->field->searchable && feeds_search(column) && count < DDL_SEARCH_MAX) {
            out[count++] = column->stored;
        }
    }
    return count;
}

void ddl_drop_search(struct ddl *ddl, const struct object *object)
{
    const struct field *search = ddl_search_field(object);
    if (search != NULL) {
        struct strbuf out = alter(object);
        strbuf_puts(&out, "drop column if exists ");
        identifier_put(&out, search->name);
        ddl_take(ddl, &out);
    }
}

void ddl_rebuild_search(struct ddl *ddl, const struct object *object, const struct str *columns, size_t count)
{
    const struct field *search = ddl_search_field(object);
    if (search != NULL) {
        struct strbuf out = alter(object);
        strbuf_puts(&out, "add column ");
        put_search_column(&out, search, columns, count);
        ddl_take(ddl, &out);
    }
}
