#include "gateway/sql/sql_build.h"

#include "gateway/sql/sql_type.h"

void build_begin(struct sql_builder *builder, struct arena *arena)
{
    *builder = (struct sql_builder){.arena = arena};
}

struct sql_bound build_end(struct sql_builder *builder)
{
    struct sql sql = {arena_copy(builder->arena, strbuf_str(&builder->text)), builder->types, builder->count};
    strbuf_release(&builder->text);
    return (struct sql_bound){sql, builder->args};
}

void build_text(struct sql_builder *builder, const char *text)
{
    strbuf_puts(&builder->text, text);
}

void build_str(struct sql_builder *builder, struct str text)
{
    strbuf_put(&builder->text, text);
}

static void add_arg(struct sql_builder *builder, uint32_t type, struct sql_arg arg)
{
    if (builder->count == builder->capacity) {
        size_t capacity = builder->capacity == 0 ? 8 : 2 * builder->capacity;
        uint32_t *types = ARENA_ARRAY(builder->arena, uint32_t, capacity);
        struct sql_arg *args = ARENA_ARRAY(builder->arena, struct sql_arg, capacity);
        if (builder->count > 0) {
            memcpy(types, builder->types, builder->count * sizeof *types);
            memcpy(args, builder->args, builder->count * sizeof *args);
        }
        builder->types = types;
        builder->args = args;
        builder->capacity = capacity;
    }
    builder->types[builder->count] = type;
    builder->args[builder->count++] = arg;
    strbuf_printf(&builder->text, "$%zu", builder->count);
}

void build_arg(struct sql_builder *builder, uint32_t type, struct str text)
{
    add_arg(builder, type, (struct sql_arg){.text = text});
}

void build_value(struct sql_builder *builder, const struct value *value)
{
    add_arg(
        builder, column_kinds[value->kind].oid,
        (struct sql_arg){.text = value->null ? STR_EMPTY : value_to_pg(builder->arena, value), .null = value->null});
}

void build_values(struct sql_builder *builder, enum column_kind kind, const struct value *values, size_t count)
{
    struct strbuf literal = {0};
    strbuf_put_char(&literal, '{');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&literal, i == 0 ? "" : ",");
        value_put_array_element(&literal, builder->arena, &values[i]);
    }
    strbuf_put_char(&literal, '}');
    struct str text = arena_copy(builder->arena, strbuf_str(&literal));
    strbuf_release(&literal);
    build_arg(builder, column_kinds[kind].array_oid, text);
}

void build_int(struct sql_builder *builder, int64_t value)
{
    build_arg(builder, SQL_INT8, arena_printf(builder->arena, "%lld", (long long)value));
}

void build_uuids(struct sql_builder *builder, const struct uuid *ids, size_t count)
{
    build_arg(builder, SQL_UUID_ARRAY, value_uuid_array(builder->arena, ids, count));
}

void build_column(struct sql_builder *builder, unsigned alias, const struct column *column)
{
    strbuf_put_char(&builder->text, 't');
    strbuf_put_uint(&builder->text, alias);
    strbuf_put_char(&builder->text, '.');
    strbuf_put(&builder->text, column->read);
}

void build_columns(struct sql_builder *builder, unsigned alias, const struct object *object)
{
    for (size_t i = 0; i < object->column_count; i++) {
        build_text(builder, i == 0 ? "" : ", ");
        build_column(builder, alias, &object->columns[i]);
    }
}

void build_from(struct sql_builder *builder, unsigned alias, const struct object *object)
{
    build_text(builder, " from ");
    build_str(builder, object->table);
    strbuf_printf(&builder->text, " t%u", alias);
}

void build_where(struct sql_builder *builder, unsigned alias, const struct plan *plan)
{
    build_text(builder, " where ");
    if (plan->with_deleted) {
        build_text(builder, "true");
    } else {
        build_column(builder, alias, plan->object->deleted_at);
        build_text(builder, " is null");
    }
    if (plan->filter != NULL) {
        build_text(builder, " and ");
        build_filter(builder, alias, plan->filter);
    }
}

void build_related_where(struct sql_builder *builder, unsigned alias, const struct plan_relation *relation)
{
    if (!relation->with_deleted) {
        build_text(builder, " and ");
        build_column(builder, alias, relation->field->target->deleted_at);
        build_text(builder, " is null");
    }
    if (relation->filter != NULL) {
        build_text(builder, " and ");
        build_filter(builder, alias, relation->filter);
    }
}
