#include "gateway/graphql/schema_build.h"

#include "common/base/map.h"
#include "gateway/graphql/builtin.h"
#include "gateway/graphql/names.h"
#include <string.h>

enum { LINEAR_MAX = 8 };

static void make_room(struct gql_builder *builder)
{
    if (builder->count < builder->capacity) {
        return;
    }
    builder->capacity *= 2;
    struct gql_type *types = ARENA_ARRAY(builder->arena, struct gql_type, builder->capacity);
    memcpy(types, builder->types, builder->count * sizeof *types);
    builder->types = types;
    /* The table's values are places in the array, which has moved. */
    struct gql_names *names = ARENA_NEW(builder->arena, struct gql_names);
    gql_names_init(builder->arena, names, builder->capacity);
    for (uint32_t i = 1; i < builder->count; i++) {
        gql_names_set(names, types[i].name, &types[i]);
    }
    builder->names = names;
}

uint32_t gql_build_name(struct gql_builder *builder, struct str name)
{
    const struct gql_type *known = gql_names_get(builder->names, name);
    if (known != NULL) {
        return (uint32_t)(known - builder->types);
    }
    make_room(builder);
    struct gql_type *type = &builder->types[builder->count];
    type->name = name;
    type->role = UINT8_MAX; /* not described yet */
    type->count = UINT32_MAX;
    gql_names_set(builder->names, name, type);
    return builder->count++;
}

struct gql_type *gql_build_type(struct gql_builder *builder, enum gql_type_kind kind, struct str name)
{
    /* Named first: naming may move the types. */
    uint32_t index = gql_build_name(builder, name);
    struct gql_type *type = &builder->types[index];
    if (type->count != UINT32_MAX && builder->wrong == NULL) {
        builder->wrong = arena_cstr(builder->arena, name);
    }
    *type = (struct gql_type){.name = type->name, .kind = kind};
    return type;
}

void gql_build_fields(struct gql_builder *builder, struct gql_type *type, const struct gql_field *fields, size_t count)
{
    type->fields = fields;
    type->count = (uint32_t)count;
    if (count <= LINEAR_MAX || count >= UINT16_MAX) {
        return;
    }
    uint32_t size = 16;
    while (size < count + count / 2) {
        size *= 2;
    }
    uint16_t *slots = ARENA_ARRAY(builder->arena, uint16_t, size);
    for (size_t i = 0; i < count; i++) {
        size_t at = map_hash(fields[i].name) & (size - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        slots[at] = (uint16_t)(i + 1);
    }
    type->slots = slots;
    type->mask = size - 1;
}

struct gql_ref gql_build_wrap(uint32_t type, const char *wraps)
{
    static const struct {
        const char *text;
        uint32_t wraps;
    } forms[] = {{"", 0}, {"!", 2}, {"[]", 1}, {"[]!", 1 << 2 | 2}, {"[!]", 2 << 2 | 1}, {"[!]!", 2 << 4 | 1 << 2 | 2}};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        if (strcmp(forms[i].text, wraps) == 0) {
            return (struct gql_ref){type, forms[i].wraps};
        }
    }
    return (struct gql_ref){0};
}

struct gql_ref gql_build_ref(struct gql_builder *builder, const char *text)
{
    size_t open = strspn(text, "[");
    size_t len = strcspn(text + open, "]!");
    uint32_t wraps = 0;
    for (const char *at = text + open + len; *at != '\0'; at++) {
        wraps = wraps << 2 | (*at == ']' ? 1 : 2);
    }
    return (struct gql_ref){gql_build_name(builder, str_of(text + open, len)), wraps};
}

/* ---- tables ---- */

static const struct gql_extra *make_extra(struct gql_builder *builder, const char *description, const char *deprecation,
                                          const char *default_text)
{
    if (description == NULL && deprecation == NULL && default_text == NULL) {
        return NULL;
    }
    struct gql_extra *extra = ARENA_NEW(builder->arena, struct gql_extra);
    *extra = (struct gql_extra){description, deprecation, default_text, NULL};
    if (default_text != NULL) {
        extra->default_value = gql_parse_value(builder->arena, str_from(default_text));
        if (extra->default_value == NULL && builder->wrong == NULL) {
            builder->wrong = default_text;
        }
    }
    return extra;
}

const struct gql_field *gql_build_arguments(struct gql_builder *builder, const struct gql_argument_row *rows,
                                            uint16_t *count)
{
    *count = 0;
    while (rows != NULL && rows[*count].name != NULL) {
        ++*count;
    }
    struct gql_field *arguments = ARENA_ARRAY(builder->arena, struct gql_field, *count);
    for (size_t i = 0; i < *count; i++) {
        arguments[i].name = str_from(rows[i].name);
        arguments[i].type = gql_build_ref(builder, rows[i].type);
        arguments[i].extra = make_extra(builder, rows[i].description, NULL, rows[i].default_text);
    }
    return arguments;
}

static void build_field_rows(struct gql_builder *builder, struct str name, const struct gql_field_row *rows)
{
    size_t count = 0;
    while (rows[count].name != NULL) {
        count++;
    }
    struct gql_field *fields = ARENA_ARRAY(builder->arena, struct gql_field, count);
    for (size_t i = 0; i < count; i++) {
        const struct gql_field_row *row = &rows[i];
        fields[i].name = str_from(row->name);
        fields[i].role = row->role;
        fields[i].type = gql_build_ref(builder, row->type);
        fields[i].arguments = gql_build_arguments(builder, row->arguments, &fields[i].argument_count);
        fields[i].extra = make_extra(builder, row->description, row->deprecation, row->default_text);
    }
    uint32_t index = gql_build_name(builder, name);
    gql_build_fields(builder, &builder->types[index], fields, count);
}

static void build_values(struct gql_builder *builder, struct gql_type *type, const char *names)
{
    struct str rest = str_from(names);
    struct str name;
    uint32_t count = 1;
    for (size_t i = 0; i < rest.len; i++) {
        count += rest.ptr[i] == ' ' ? 1 : 0;
    }
    struct gql_enum_value *values = ARENA_ARRAY(builder->arena, struct gql_enum_value, count);
    for (uint32_t i = 0; str_split(&rest, ' ', &name); i++) {
        values[i].name = name;
    }
    type->values = values;
    type->count = count;
}

void gql_build_tables(struct gql_builder *builder, const struct gql_type_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct gql_type_row *row = &rows[i];
        struct gql_type *type = gql_build_type(builder, row->kind, str_from(row->name));
        type->description = row->description;
        type->specified_by = row->specified_by;
        type->one_of = row->one_of;
        type->bare = row->bare;
        type->role = row->role;
        if (row->kind == GQL_ENUM) {
            build_values(builder, type, row->values);
        } else if (row->kind != GQL_SCALAR) {
            build_field_rows(builder, type->name, row->fields);
        }
    }
}

/* ---- begin and finish ---- */

void gql_build_begin(struct gql_builder *builder, struct arena *arena, uint32_t type_estimate)
{
    *builder = (struct gql_builder){.arena = arena, .count = 1};
    builder->capacity = type_estimate < 64 ? 64 : type_estimate;
    builder->types = ARENA_ARRAY(arena, struct gql_type, builder->capacity);
    builder->names = ARENA_NEW(arena, struct gql_names);
    gql_names_init(arena, builder->names, builder->capacity);
    builder->schema = ARENA_NEW(arena, struct gql_schema);
    gql_build_builtins(builder);
}

static uint32_t find_root(const struct gql_builder *builder, struct str name)
{
    const struct gql_type *type = gql_names_get(builder->names, name);
    return type == NULL || type->kind != GQL_OBJECT ? 0 : (uint32_t)(type - builder->types);
}

const struct gql_schema *gql_build_finish(struct gql_builder *builder, struct err *err)
{
    struct gql_schema *schema = builder->schema;
    for (uint32_t i = 1; i < builder->count && builder->wrong == NULL; i++) {
        if (builder->types[i].count == UINT32_MAX) {
            builder->wrong = arena_cstr(builder->arena, builder->types[i].name);
        }
    }
    schema->types = builder->types;
    schema->type_count = builder->count;
    schema->names = builder->names;
    schema->roots[GQL_QUERY] = find_root(builder, STR("Query"));
    schema->roots[GQL_MUTATION] = find_root(builder, STR("Mutation"));
    schema->roots[GQL_SUBSCRIPTION] = find_root(builder, STR("Subscription"));
    if (builder->wrong != NULL || schema->roots[GQL_QUERY] == 0) {
        err_fail(err, ERR_INTERNAL, 0, "the GraphQL schema does not describe \"%s\" exactly once",
                 builder->wrong == NULL ? "Query" : builder->wrong);
        return NULL;
    }
    return schema;
}
