#include "gateway/catalogue/identifier.h"
#include "gateway/ddl/ddl.h"

/* ---- indexes ---- */

static struct str shape_of(struct arena *arena, const struct object *object, const char *method,
                           const struct str *columns, size_t count, struct str condition)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "%.*s %s(", STR_ARG(object->table), method);
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&out, i > 0 ? ", " : "");
        identifier_put(&out, columns[i]);
    }
    strbuf_printf(&out, ")%.*s", STR_ARG(condition));
    struct str shape = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return shape;
}

static struct ddl_index make(struct arena *arena, const struct object *object, struct str part,
                             const struct str *columns, size_t count, bool unique)
{
    struct str live =
        unique ? arena_printf(arena, " where %.*s is null", STR_ARG(object->deleted_at->quoted)) : STR_EMPTY;
    return (struct ddl_index){.name = ddl_name(arena, unique ? "uniq" : "idx", object->name_singular, part),
                              .shape = shape_of(arena, object, "", columns, count, live),
                              .unique = unique};
}

struct ddl_index ddl_index_over(struct arena *arena, const struct object *object, const struct str *columns,
                                size_t count, bool unique)
{
    struct strbuf part = {0};
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&part, i > 0 ? "_" : "");
        strbuf_put(&part, columns[i]);
    }
    struct ddl_index index = make(arena, object, strbuf_str(&part), columns, count, unique);
    strbuf_release(&part);
    return index;
}

/* An upsert looks for its match among the deleted records as well, where the unique index does not reach. */
static struct ddl_index among_deleted(struct arena *arena, const struct field *field, struct str column)
{
    const struct object *object = field->object;
    struct str gone = arena_printf(arena, " where %.*s is not null", STR_ARG(object->deleted_at->quoted));
    return (struct ddl_index){.name = ddl_name(arena, "gone", object->name_singular, field->name),
                              .shape = shape_of(arena, object, "", &column, 1, gone)};
}

static size_t unique_indexes(struct arena *arena, const struct field *field, struct ddl_index *out)
{
    struct str columns[SUB_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < field->column_count; i++) {
        if (field->columns[i].sub == NULL || field->columns[i].sub->in_unique) {
            columns[count++] = field->columns[i].stored;
        }
    }
    /* The primary key does it for the id already. */
    if (count == 0 || field->columns == field->object->id_column) {
        return 0;
    }
    out[0] = make(arena, field->object, field->name, columns, count, true);
    out[1] = among_deleted(arena, field, columns[0]);
    return 2;
}

/* A table that many objects' records hang on has a join column for each: most are empty in a record, and one index that
 * leaves the empty ones out costs an insert nothing. */
static struct ddl_index join_index(struct arena *arena, const struct field *field)
{
    struct ddl_index index = make(arena, field->object, field->columns->name, &field->columns->stored, 1, false);
    if (field->type == FIELD_MORPH_RELATION && !field->standard) {
        index.shape =
            arena_printf(arena, "%.*s where %.*s is not null", STR_ARG(index.shape), STR_ARG(field->columns->quoted));
    }
    return index;
}

size_t ddl_field_indexes(struct arena *arena, const struct field *field, bool searched,
                         struct ddl_index out[DDL_INDEXES_MAX])
{
    if (field->side == RELATION_MANY_TO_ONE) {
        out[0] = join_index(arena, field);
        return 1;
    }
    if (field->type == FIELD_TS_VECTOR && searched) {
        out[0] = (struct ddl_index){.name = ddl_name(arena, "idx", field->object->name_singular, field->name),
                                    .shape = shape_of(arena, field->object, "using gin ", &field->name, 1, STR_EMPTY)};
        return 1;
    }
    return field->unique && field->active ? unique_indexes(arena, field, out) : 0;
}

void ddl_create_index(struct ddl *ddl, const struct ddl_index *index, bool apart)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "create %sindex %s", index->unique ? "unique " : "", apart ? "concurrently " : "");
    identifier_put(&out, index->name);
    strbuf_printf(&out, " on %.*s", STR_ARG(index->shape));
    ddl_take(ddl, &out);
}

/* Indexes live in their table's schema. */
static void put_in_schema(struct strbuf *out, const struct object *object, struct str name)
{
    identifier_put(out, object->table_schema);
    strbuf_put_char(out, '.');
    identifier_put(out, name);
}

void ddl_drop_index(struct ddl *ddl, const struct object *object, struct str name, bool apart)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "drop index %sif exists ", apart ? "concurrently " : "");
    put_in_schema(&out, object, name);
    ddl_take(ddl, &out);
}

void ddl_rename_index(struct ddl *ddl, const struct object *object, struct str from, struct str to)
{
    if (str_eq(from, to)) {
        return;
    }
    struct strbuf out = {0};
    strbuf_puts(&out, "alter index if exists ");
    put_in_schema(&out, object, from);
    strbuf_puts(&out, " rename to ");
    identifier_put(&out, to);
    ddl_take(ddl, &out);
}

/* ---- foreign keys ---- */

struct str ddl_key_name(struct arena *arena, const struct field *field)
{
    return ddl_name(arena, "fk", field->object->name_singular, field->columns->name);
}

static struct strbuf alter_key(struct ddl *ddl, const struct field *field, const char *verb)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "alter table %.*s %s constraint ", STR_ARG(field->object->table), verb);
    identifier_put(&out, ddl_key_name(ddl->arena, field));
    return out;
}

void ddl_add_key(struct ddl *ddl, const struct field *field, bool later)
{
    static const char *const actions[] = {
        [ON_DELETE_SET_NULL] = "set null",
        [ON_DELETE_CASCADE] = "cascade",
        [ON_DELETE_RESTRICT] = "restrict",
        [ON_DELETE_NO_ACTION] = "no action",
    };
    if (field->adopted) {
        return;
    }
    struct strbuf out = alter_key(ddl, field, "add");
    strbuf_printf(&out, " foreign key (%.*s) references %.*s (%.*s) on delete %s%s", STR_ARG(field->columns->quoted),
                  STR_ARG(field->target->table), STR_ARG(field->target->id_column->quoted), actions[field->on_delete],
                  later ? " not valid" : "");
    ddl_take(ddl, &out);
}

void ddl_validate_key(struct ddl *ddl, const struct field *field)
{
    if (field->adopted) {
        return;
    }
    struct strbuf out = alter_key(ddl, field, "validate");
    ddl_take(ddl, &out);
}

void ddl_drop_key(struct ddl *ddl, const struct field *field)
{
    if (field->adopted) {
        return;
    }
    struct strbuf out = alter_key(ddl, field, "drop");
    ddl_take(ddl, &out);
}

void ddl_rename_key(struct ddl *ddl, const struct field *before, const struct field *after)
{
    struct str from = ddl_key_name(ddl->arena, before);
    struct str to = ddl_key_name(ddl->arena, after);
    if (str_eq(from, to) || after->adopted) {
        return;
    }
    struct strbuf out = {0};
    strbuf_printf(&out, "alter table %.*s rename constraint ", STR_ARG(after->object->table));
    identifier_put(&out, from);
    strbuf_puts(&out, " to ");
    identifier_put(&out, to);
    ddl_take(ddl, &out);
}
