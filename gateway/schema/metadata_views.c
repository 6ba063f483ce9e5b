/* Views and what is in them: types and operations made from the tables of gateway/views. */
#include "gateway/schema/metadata_schema.h"

#include "gateway/schema/metadata_tables.h"
#include "gateway/views/piece_operation.h"

enum { GRAPHQL_KINDS = PIECE_VIEW_FIELD_GROUP + 1, ARGUMENTS_MAX = 3 };

#define text(arena, ...) arena_cstr((arena), arena_printf((arena), __VA_ARGS__))

/* ---- types ---- */

static const char *type_of(const struct piece_column *column)
{
    switch (column->type) {
    case PIECE_UUID: return "UUID";
    case PIECE_TEXT: return "String";
    case PIECE_FLAG: return "Boolean";
    case PIECE_NUMBER: return "Float";
    case PIECE_INTEGER: return "Int";
    case PIECE_ENUM: return column->values->name;
    case PIECE_JSON: return "JSON";
    case PIECE_TIME: return "DateTime";
    }
    return "JSON";
}

static void build(struct gql_builder *builder, enum gql_type_kind kind, const char *name,
                  const struct gql_field_row *fields)
{
    const struct gql_type_row row = {.kind = kind, .name = name, .fields = fields};
    gql_build_tables(builder, &row, 1);
}

static void build_output(struct gql_builder *builder, const struct piece_info *info)
{
    struct arena *arena = builder->arena;
    size_t count = 0;
    struct gql_field_row *rows = ARENA_ARRAY(arena, struct gql_field_row, info->column_count + info->list_count + 1);
    for (size_t i = 0; i < info->column_count; i++) {
        const struct piece_column *column = &info->columns[i];
        bool nullable = (column->rules & PIECE_NULLABLE) != 0;
        rows[count++] =
            (struct gql_field_row)MEMBER(column->name, text(arena, "%s%s", type_of(column), nullable ? "" : "!"));
    }
    for (size_t i = 0; i < info->list_count; i++) {
        const char *of = piece_kinds[info->lists[i].kind].type;
        rows[count++] = (struct gql_field_row)MEMBER(info->lists[i].name, text(arena, "[%s%s", of, "!]!"));
    }
    build(builder, GQL_OBJECT, info->type, rows);
}

enum input_use { CREATES, UPDATES };

static bool takes(const struct piece_column *column, enum input_use use, bool with_id)
{
    if ((column->rules & PIECE_SERVED) != 0) {
        return false;
    }
    bool own_id = strcmp(column->stored, "id") == 0;
    return use == CREATES || (own_id && with_id) || (column->rules & PIECE_FIXED) == 0 ||
           (column->rules & PIECE_ECHOED) != 0;
}

static void build_input(struct gql_builder *builder, const struct piece_info *info, const char *name,
                        enum input_use use, bool with_id)
{
    size_t count = 0;
    struct gql_field_row *rows = ARENA_ARRAY(builder->arena, struct gql_field_row, info->column_count + 1);
    for (size_t i = 0; i < info->column_count; i++) {
        const struct piece_column *column = &info->columns[i];
        bool required = use == CREATES && (column->rules & PIECE_REQUIRED) != 0;
        if (takes(column, use, with_id)) {
            rows[count++] = (struct gql_field_row)GIVEN(
                column->name, text(builder->arena, "%s%s", type_of(column), required ? "!" : ""));
        }
    }
    build(builder, GQL_INPUT, name, rows);
}

static void build_nested(struct gql_builder *builder, const struct piece_info *info)
{
    struct arena *arena = builder->arena;
    const char *updates = text(arena, "Update%s%s", info->type, "InputUpdates");
    struct gql_field_row *rows = ARENA_ARRAY(arena, struct gql_field_row, 3);
    rows[0] = (struct gql_field_row)GIVEN("id", "UUID!");
    rows[1] = (struct gql_field_row)GIVEN("update", text(arena, "%s%s", updates, "!"));
    build(builder, GQL_INPUT, text(arena, "Update%s%s", info->type, "Input"), rows);
    build_input(builder, info, updates, UPDATES, false);
}

static const struct gql_field_row only_id[] = {GIVEN("id", "UUID!"), {0}};

static void build_inputs(struct gql_builder *builder, const struct piece_operation *operation)
{
    const struct piece_info *info = &piece_kinds[operation->kind];
    struct arena *arena = builder->arena;
    if (operation->arguments == PIECE_BY_INPUT) {
        build_input(builder, info, text(arena, "Create%s%s", info->type, "Input"), CREATES, true);
    } else if (operation->arguments == PIECE_BY_ID_AND_INPUT) {
        build_input(builder, info, text(arena, "Update%s%s", info->type, "Input"), UPDATES, true);
    } else if (operation->arguments == PIECE_BY_NESTED) {
        build_nested(builder, info);
    } else if (operation->arguments == PIECE_BY_INPUT_ID) {
        const char *verb = operation->action == PIECE_DO_DELETE ? "Delete" : "Destroy";
        build(builder, GQL_INPUT, text(arena, "%s%s", verb, text(arena, "%s%s", info->type, "Input")), only_id);
    }
}

void metadata_build_view_types(struct gql_builder *builder)
{
    for (size_t i = 0; piece_enums[i] != NULL; i++) {
        const struct gql_type_row row = {
            .kind = GQL_ENUM, .name = piece_enums[i]->name, .values = piece_enums[i]->values};
        if (piece_enums[i]->in_graphql) {
            gql_build_tables(builder, &row, 1);
        }
    }
    for (size_t i = 0; i < GRAPHQL_KINDS; i++) {
        build_output(builder, &piece_kinds[i]);
    }
    for (size_t i = 0; i < piece_operation_count; i++) {
        build_inputs(builder, &piece_operations[i]);
    }
}

/* ---- operations ---- */

static const char *input_type(struct arena *arena, const struct piece_operation *operation)
{
    static const char *const verbs[] = {
        [PIECE_DO_CREATE] = "Create",
        [PIECE_DO_UPDATE] = "Update",
        [PIECE_DO_DELETE] = "Delete",
        [PIECE_DO_DESTROY] = "Destroy",
    };
    const char *type = piece_kinds[operation->kind].type;
    return text(arena, piece_operation_is_list(operation) ? "[%s%sInput!]!" : "%s%sInput!", verbs[operation->action],
                type);
}

static const struct gql_argument_row *arguments_of(struct arena *arena, const struct piece_operation *operation)
{
    struct gql_argument_row *rows = ARENA_ARRAY(arena, struct gql_argument_row, ARGUMENTS_MAX);
    switch (operation->arguments) {
    case PIECE_BY_VIEW: rows[0] = (struct gql_argument_row){.name = "viewId", .type = "String"}; break;
    case PIECE_BY_REQUIRED_VIEW: rows[0] = (struct gql_argument_row){.name = "viewId", .type = "String!"}; break;
    case PIECE_BY_OBJECT:
        rows[0] = (struct gql_argument_row){.name = "objectMetadataId", .type = "String"};
        rows[1] = (struct gql_argument_row){.name = "viewTypes", .type = "[ViewType!]"};
        break;
    case PIECE_BY_ID: rows[0] = (struct gql_argument_row){.name = "id", .type = "String!"}; break;
    case PIECE_BY_ID_AND_INPUT:
        rows[0] = (struct gql_argument_row){.name = "id", .type = "String!"};
        rows[1] = (struct gql_argument_row){.name = "input", .type = input_type(arena, operation)};
        break;
    case PIECE_BY_INPUTS:
    case PIECE_BY_NESTED_MANY:
        rows[0] = (struct gql_argument_row){.name = "inputs", .type = input_type(arena, operation)};
        break;
    case PIECE_BY_INPUT:
    case PIECE_BY_NESTED:
    case PIECE_BY_INPUT_ID:
        rows[0] = (struct gql_argument_row){.name = "input", .type = input_type(arena, operation)};
        break;
    }
    return rows;
}

static const char *answer_of(struct arena *arena, const struct piece_operation *operation)
{
    const char *type = piece_kinds[operation->kind].type;
    if (operation->boolean) {
        return "Boolean!";
    }
    if (operation->action == PIECE_DO_GET) {
        return type;
    }
    return text(arena, piece_operation_is_list(operation) ? "[%s%s]!" : "%s%s", type, "!");
}

const struct gql_field_row *metadata_view_operations(struct arena *arena, const struct gql_field_row *others,
                                                     bool queries)
{
    size_t count = 0;
    while (others[count].name != NULL) {
        count++;
    }
    struct gql_field_row *rows = ARENA_ARRAY(arena, struct gql_field_row, count + piece_operation_count + 1);
    memcpy(rows, others, count * sizeof *rows);
    for (size_t i = 0; i < piece_operation_count; i++) {
        const struct piece_operation *operation = &piece_operations[i];
        if (piece_operation_is_query(operation) == queries) {
            rows[count++] = (struct gql_field_row)TAKING(operation->name, answer_of(arena, operation), META_PIECES,
                                                         arguments_of(arena, operation));
        }
    }
    return rows;
}
