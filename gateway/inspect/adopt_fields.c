/* The columns of an existing table that are its own: as fields, relations, or neither. */
#include "common/text/json_write.h"
#include "gateway/inspect/adopt_column.h"
#include "gateway/inspect/adopt_private.h"
#include "gateway/metadata/names.h"

/* ---- names ---- */

/* "customer_name" gives "customerName". Empty when a name cannot begin or go on like this. */
static struct str camel(struct arena *arena, struct str column)
{
    char *name = arena_bytes(arena, column.len + 1);
    size_t len = 0;
    bool up = false;
    for (size_t i = 0; i < column.len; i++) {
        char c = column.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (c == '_' || c == '-' || c == ' ' || c == '.') {
            up = len > 0;
            continue;
        }
        if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
            return STR_EMPTY;
        }
        if (len == 0 && upper) {
            c = (char)(c - 'A' + 'a');
        } else if (up && c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        }
        up = false;
        name[len++] = c;
    }
    return len > 0 && name[0] >= 'a' && name[0] <= 'z' ? str_of(name, len) : STR_EMPTY;
}

/* Names that composites of the object spread over columns: "createdBySource". */
static bool is_sub_column(const struct field_row *row, struct str name)
{
    enum field_type type;
    if (!field_type_parse(row->type, &type) || !str_starts_with(name, row->name)) {
        return false;
    }
    struct str rest = str_slice(name, row->name.len, name.len);
    for (size_t i = 0; i < field_types[type].sub_count; i++) {
        struct str sub = str_from(field_types[type].subs[i].name);
        if (rest.len == sub.len && rest.ptr[0] == sub.ptr[0] - 'a' + 'A' &&
            memcmp(rest.ptr + 1, sub.ptr + 1, sub.len - 1) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_taken(const struct adopting *adopting, struct str name)
{
    const struct adoption *out = adopting->out;
    for (size_t i = 0; i < out->field_count; i++) {
        const struct field_row *row = &out->fields[i];
        bool mine = uuid_eq(&row->object_id, &out->object.id);
        struct str join = arena_printf(adopting->arena, "%.*sId", STR_ARG(row->name));
        bool relation = str_is(row->type, "RELATION");
        if (mine && (str_eq(row->name, name) || is_sub_column(row, name) || (relation && str_eq(join, name)))) {
            return true;
        }
    }
    return false;
}

/* The name that the wish or the column gives; with "Custom" behind it where the plain one is somebody else's. */
static struct str choose_name(struct adopting *adopting, struct str column, struct str plain)
{
    for (size_t i = 0; i < adopting->wish->map_count; i++) {
        if (str_eq(adopting->wish->maps[i].column, column)) {
            plain = adopting->wish->maps[i].field;
        }
    }
    if (plain.len == 0 || plain.len > NAME_MAX - sizeof "CustomId") {
        return STR_EMPTY;
    }
    struct report report = {.arena = adopting->arena};
    bool reserved = name_is_reserved(plain) || is_taken(adopting, plain);
    struct str name = reserved ? arena_printf(adopting->arena, "%.*sCustom", STR_ARG(plain)) : plain;
    struct report_entry *entry = report_begin(&report, REPORT_FIELD, REPORT_CREATE);
    name_check(&report, entry, "", name);
    return entry->error_count > 0 || is_taken(adopting, name) ? STR_EMPTY : name;
}

/* ---- what stays PostgreSQL's ---- */

/* A column that no field has is left out of inserts: PostgreSQL must know what to put there. */
static void leave(struct adopting *adopting, const struct db_column *column, const char *why)
{
    if (column->not_null && column->default_text.ptr == NULL && !column->identity && !column->generated) {
        adopt_say(adopting, &adopting->out->missing, column->name,
                  "%.*s: %s. It is NOT NULL without a default, so no record could be created", STR_ARG(column->type),
                  why);
    } else {
        adopt_say(adopting, &adopting->out->unmapped, column->name, "%.*s: %s", STR_ARG(column->type), why);
    }
}

/* ---- relations ---- */

static const struct object *object_of_table(const struct adopting *adopting, struct str path)
{
    for (size_t i = 0; i < adopting->catalogue->object_count; i++) {
        const struct object *object = &adopting->catalogue->objects[i];
        struct str own =
            arena_printf(adopting->arena, "%.*s.%.*s", STR_ARG(object->table_schema), STR_ARG(object->table_name));
        if (str_eq(own, path)) {
            return object;
        }
    }
    return NULL;
}

static const struct db_key *key_over(const struct adopting *adopting, const struct db_column *column)
{
    for (size_t i = 0; i < adopting->table->key_count; i++) {
        const struct db_key *key = &adopting->table->keys[i];
        if (key->column_count == 1 && str_eq(key->columns[0], column->name)) {
            return key;
        }
    }
    return NULL;
}

static const char *on_delete_name(char code)
{
    switch (code) {
    case 'r': return "RESTRICT";
    case 'c': return "CASCADE";
    case 'n': return "SET_NULL";
    case 'a': return "NO_ACTION";
    default: return NULL;
    }
}

static bool target_has(const struct adopting *adopting, const struct object *target, struct str name)
{
    for (size_t i = 0; i < target->field_count; i++) {
        const struct field *field = &target->fields[i];
        if (str_eq(field->name, name) || (field->side == RELATION_MANY_TO_ONE && str_eq(field->columns->name, name))) {
            return true;
        }
    }
    for (size_t i = 0; i < adopting->out->field_count; i++) {
        const struct field_row *row = &adopting->out->fields[i];
        if (uuid_eq(&row->object_id, &target->id) && str_eq(row->name, name)) {
            return true;
        }
    }
    return false;
}

/* "order.customer" is seen from a customer as "orders". */
static struct str mirror_name(const struct adopting *adopting, const struct object *target, struct str field)
{
    struct str plural = adopting->wish->plural;
    if (!target_has(adopting, target, plural)) {
        return plural;
    }
    struct str name =
        arena_printf(adopting->arena, "%.*sBy%.*s", STR_ARG(plural), STR_ARG(name_capital(adopting->arena, field)));
    return name.len > NAME_MAX || target_has(adopting, target, name) ? STR_EMPTY : name;
}

/* Without the word that says that it is an id: "customer_id", "customerId". */
static struct str without_id(struct str column)
{
    static const struct str ends[] = {STR_INIT("_id"), STR_INIT("Id"), STR_INIT("_uuid")};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (column.len > ends[i].len && str_ends_with(column, ends[i])) {
            return str_slice(column, 0, column.len - ends[i].len);
        }
    }
    return STR_EMPTY;
}

static struct str relation_settings(struct adopting *adopting, const struct db_column *column, const char *on_delete,
                                    struct str name)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "{\"columnName\":");
    json_put_string(&out, column->name);
    strbuf_printf(&out, ",\"relationType\":\"MANY_TO_ONE\",\"onDelete\":\"%s\",\"joinColumnName\":\"%.*sId\"}",
                  on_delete, STR_ARG(name));
    struct str json = arena_copy(adopting->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

static bool has_index(const struct adopting *adopting, struct str column)
{
    for (size_t i = 0; i < adopting->table->index_count; i++) {
        const struct db_index *index = &adopting->table->indexes[i];
        if (index->valid && index->column_count > 0 && str_eq(index->columns[0], column)) {
            return true;
        }
    }
    return false;
}

static void make_relation(struct adopting *adopting, const struct db_column *column, const struct object *target,
                          const char *on_delete, struct str name, struct str mirror)
{
    struct field_row *row = adopt_field(adopting, "RELATION", name);
    struct field_row *back = adopt_field(adopting, "RELATION", mirror);
    row->nullable = !column->not_null;
    row->settings_json = relation_settings(adopting, column, on_delete, name);
    row->target_object_id = target->id;
    row->target_field_id = back->id;
    back->object_id = target->id;
    back->settings_json = STR("{\"relationType\":\"ONE_TO_MANY\"}");
    back->target_object_id = adopting->out->object.id;
    back->target_field_id = row->id;
    adopt_use(adopting, column);
    if (!has_index(adopting, column->name)) {
        adopt_say(adopting, &adopting->out->notes, column->name,
                  "has no index: what hangs on a record is found by reading all of the table");
    }
    adopt_say(adopting, &adopting->out->mapped, column->name, "field %.*s, RELATION to \"%.*s\", where it is %.*s",
              STR_ARG(name), STR_ARG(target->name_singular), STR_ARG(mirror));
}

/* False when the column is no relation; it may be a plain field still. */
static bool adopt_relation(struct adopting *adopting, const struct db_column *column)
{
    const struct db_key *key = key_over(adopting, column);
    if (key == NULL) {
        return false;
    }
    const struct object *target = object_of_table(adopting, key->target);
    const char *on_delete = on_delete_name(key->on_delete);
    bool fits = target != NULL && on_delete != NULL && str_is(column->type, "uuid") && !column->generated &&
                str_eq(key->target_columns[0], target->id_column->stored) &&
                (column->default_text.ptr == NULL || str_starts_with(column->default_text, STR("NULL::")));
    struct str name =
        fits ? choose_name(adopting, column->name, camel(adopting->arena, without_id(column->name))) : STR_EMPTY;
    struct str join = arena_printf(adopting->arena, "%.*sId", STR_ARG(name));
    struct str mirror = name.len > 0 && !is_taken(adopting, join) ? mirror_name(adopting, target, name) : STR_EMPTY;
    if (mirror.len > 0) {
        make_relation(adopting, column, target, on_delete, name, mirror);
        return true;
    }
    adopt_say(adopting, &adopting->out->notes, column->name, "the foreign key to %.*s is no relation: %s",
              STR_ARG(key->target),
              target == NULL ? "that table is no object. Adopt it first"
              : !fits        ? "a relation leads from a uuid without a default to the other object's id"
                             : "no free name for it: --map FIELD=COLUMN gives one");
    return false;
}

/* ---- plain fields ---- */

static void adopt_plain(struct adopting *adopting, const struct db_column *column)
{
    struct adopted_type type;
    const char *why = NULL;
    struct str default_json;
    struct str name = choose_name(adopting, column->name, camel(adopting->arena, column->name));
    if (column->generated || column->identity) {
        leave(adopting, column, "PostgreSQL alone writes it");
    } else if (!adopt_type(column, &type, &why)) {
        leave(adopting, column, why);
    } else if (!adopt_default(adopting->arena, column, type.type, &default_json)) {
        leave(adopting, column, "its default is something that PostgreSQL alone can compute");
    } else if (name.len == 0) {
        leave(adopting, column, "no field's name can be made of its name: --map FIELD=COLUMN gives one");
    } else {
        struct field_row *row = adopt_field(adopting, field_types[type.type].name, name);
        row->nullable = !column->not_null;
        row->default_json = default_json;
        row->settings_json = adopt_settings(adopting->arena, column->name, type.column_type, type.whole);
        adopt_use(adopting, column);
        adopt_say(adopting, &adopting->out->mapped, column->name, "field %.*s, %s", STR_ARG(name),
                  field_types[type.type].name);
        if (str_starts_with(column->type, STR("numeric("))) {
            adopt_say(adopting, &adopting->out->notes, column->name, "PostgreSQL rounds what is written to %.*s",
                      STR_ARG(column->type));
        }
    }
}

void adopt_other_fields(struct adopting *adopting)
{
    for (size_t i = 0; i < adopting->table->column_count; i++) {
        const struct db_column *column = &adopting->table->columns[i];
        if (!adopting->used[i] && !adopt_relation(adopting, column)) {
            adopt_plain(adopting, column);
        }
    }
}
