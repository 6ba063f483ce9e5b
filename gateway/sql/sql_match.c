/* Records found by the values of their columns: by unique keys, and by what makes duplicates. */
#include "gateway/sql/sql_build.h"
#include "gateway/sql/sql_type.h"

static void build_key(struct sql_builder *builder, const struct sql_key *key)
{
    build_column(builder, 0, key->column);
    build_text(builder, " = any(");
    build_values(builder, key->column->kind, key->values, key->count);
    build_text(builder, ")");
}

/* Unique indexes hold live records only, and others the deleted ones: each gets a condition that it can answer. */
static void build_key_by_state(struct sql_builder *builder, const struct object *object, const struct sql_key *key,
                               bool deleted)
{
    build_text(builder, "(");
    build_key(builder, key);
    build_text(builder, " and ");
    build_column(builder, 0, object->deleted_at);
    build_text(builder, deleted ? " is not null)" : " is null)");
}

static void build_keys(struct sql_builder *builder, const struct object *object, const struct sql_key *keys,
                       size_t count, bool with_deleted)
{
    build_text(builder, count == 0 ? "false" : "");
    for (size_t i = 0; i < count; i++) {
        build_text(builder, i == 0 ? "" : " or ");
        if (with_deleted && keys[i].column == object->id_column) {
            build_key(builder, &keys[i]);
            continue;
        }
        build_key_by_state(builder, object, &keys[i], false);
        if (with_deleted) {
            build_text(builder, " or ");
            build_key_by_state(builder, object, &keys[i], true);
        }
    }
}

struct sql_bound sql_by_keys(struct arena *arena, const struct object *object, const struct sql_key *keys, size_t count,
                             bool with_deleted, bool lock)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_columns(&builder, 0, object);
    build_from(&builder, 0, object);
    build_text(&builder, " where ");
    build_keys(&builder, object, keys, count, with_deleted);
    build_text(&builder, " order by ");
    build_column(&builder, 0, object->id_column);
    build_text(&builder, lock ? " for update" : "");
    return build_end(&builder);
}

static void build_criterion(struct sql_builder *builder, const struct duplicate_criterion *criterion,
                            const struct value *values)
{
    for (size_t i = 0; i < criterion->count; i++) {
        build_text(builder, i == 0 ? "" : " and ");
        build_column(builder, 0, criterion->columns[i]);
        build_text(builder, " = ");
        build_value(builder, &values[criterion->columns[i]->index]);
    }
}

void build_duplicates_where(struct sql_builder *builder, const struct object *object, const struct value *values,
                            const bool *usable, const struct uuid *except)
{
    build_text(builder, " where ");
    build_column(builder, 0, object->deleted_at);
    build_text(builder, " is null");
    if (except != NULL) {
        char *text = arena_bytes(builder->arena, UUID_TEXT_LEN);
        uuid_print(except, text);
        build_text(builder, " and ");
        build_column(builder, 0, object->id_column);
        build_text(builder, " <> ");
        build_arg(builder, SQL_UUID, str_of(text, UUID_TEXT_LEN));
    }
    const char *before = " and ((";
    for (size_t i = 0; i < object->criterion_count; i++) {
        if (usable[i]) {
            build_text(builder, before);
            build_criterion(builder, &object->criteria[i], values);
            before = ") or (";
        }
    }
    build_text(builder, "))");
}

struct sql_bound sql_duplicates(struct arena *arena, const struct object *object, const struct value *values,
                                const bool *usable, const struct uuid *except, size_t limit)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_columns(&builder, 0, object);
    build_text(&builder, ", count(*) over ()");
    build_from(&builder, 0, object);
    build_duplicates_where(&builder, object, values, usable, except);
    build_text(&builder, " order by ");
    build_column(&builder, 0, object->position);
    build_text(&builder, ", ");
    build_column(&builder, 0, object->id_column);
    build_text(&builder, " limit ");
    build_int(&builder, (int64_t)limit);
    return build_end(&builder);
}
