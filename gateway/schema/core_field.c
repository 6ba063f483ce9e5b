/* From a field of the model to its types (contract 2.2, 2.6 to 2.8). */
#include "common/text/json_read.h"
#include "gateway/schema/core_build.h"

/* id, createdAt, updatedAt, deletedAt, createdBy, updatedBy, position: the server fills what is not given. */
enum { CREATED_AT = 1, UPDATED_AT = 2, SYSTEM_FIELDS = 7 };

bool core_field_shown(const struct core_builder *b, const struct field *field)
{
    return field->active &&
           (field->target == NULL || (field->target->active && !b->objects[field->target->index].left_out));
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        if (!letter && (i == 0 || byte < '0' || byte > '9')) {
            return false;
        }
    }
    return text.len > 0 && !str_starts_with(text, STR("__")) && !str_is(text, "true") && !str_is(text, "false") &&
           !str_is(text, "null");
}

/* The enum of a field's options. 0 when no option is a name that GraphQL allows: then the field is plain text. */
static uint32_t build_enum(struct core_builder *b, const struct field *field, struct str name)
{
    struct gql_enum_value *values = ARENA_ARRAY(b->arena, struct gql_enum_value, field->option_count);
    uint32_t count = 0;
    for (size_t i = 0; i < field->option_count; i++) {
        const struct option *option = &field->options[i];
        if (is_name(option->value)) {
            values[count++] = (struct gql_enum_value){
                .name = option->value, .description = arena_cstr(b->arena, option->label), .source = option};
        }
    }
    if (count == 0) {
        return 0;
    }
    struct gql_type *type = gql_build_type(&b->gql, GQL_ENUM, name);
    type->values = values;
    type->count = count;
    type->role = CORE_TYPE_OPTIONS;
    type->source = field;
    return (uint32_t)(type - b->gql.types);
}

static uint32_t build_enum_filter(struct core_builder *b, struct str name, uint32_t of)
{
    struct gql_ref one = {of, 0};
    struct gql_ref list = gql_build_wrap(of, "[]");
    struct core_fields fields = {0};
    core_add(b, &fields, STR("eq"), one, CORE_EQ, NULL);
    core_add(b, &fields, STR("neq"), one, CORE_NEQ, NULL);
    core_add(b, &fields, STR("in"), list, CORE_IN, NULL);
    core_add(b, &fields, STR("containsAny"), list, CORE_CONTAINS_ANY, NULL);
    core_add(b, &fields, STR("is"), gql_build_ref(&b->gql, "FilterIs"), CORE_IS, NULL);
    core_add(b, &fields, STR("isEmptyArray"), (struct gql_ref){b->boolean, 0}, CORE_IS_EMPTY_ARRAY, NULL);
    struct gql_type *type = gql_build_type(&b->gql, GQL_INPUT, core_join(b, name, "Filter", ""));
    gql_build_fields(&b->gql, type, core_keep(b, &fields), fields.count);
    return (uint32_t)(type - b->gql.types);
}

/* NUMBER: Float, unless its settings say otherwise. */
static uint32_t number_type(struct core_builder *b, const struct field *field, uint32_t *filter)
{
    static const struct json_limits limits = {.max_depth = 16, .max_nodes = 1000};
    struct arena scratch = {0};
    const struct json *settings =
        field->settings_json.len == 0 ? NULL : json_parse(&scratch, field->settings_json, &limits, NULL);
    const struct json *kind = json_get(settings, "dataType");
    uint32_t type = b->number;
    *filter = b->float_filter;
    if (json_is(kind, JSON_STRING) && str_is(kind->text, "int")) {
        type = b->integer;
        *filter = b->int_filter;
    } else if (json_is(kind, JSON_STRING) && str_is(kind->text, "bigint")) {
        type = b->big_int;
        *filter = b->big_int_filter;
    }
    arena_release(&scratch);
    return type;
}

static void set_all(struct core_field_types *types, const char *wraps, uint32_t type, uint32_t filter)
{
    types->output = types->create = types->update = gql_build_wrap(type, wraps);
    types->filter = (struct gql_ref){filter, 0};
}

static void set_options(struct core_builder *b, const struct core_object *object, const struct field *field,
                        struct core_field_types *types)
{
    char first[2] = {field->name.ptr[0], '\0'};
    first[0] = first[0] >= 'a' && first[0] <= 'z' ? (char)(first[0] - 'a' + 'A') : first[0];
    struct str start = core_join(b, object->pascal, first, "");
    struct str rest = str_slice(field->name, 1, field->name.len);
    struct str name = arena_printf(b->arena, "%.*s%.*sEnum", STR_ARG(start), STR_ARG(rest));
    bool many = field->type == FIELD_MULTI_SELECT;
    uint32_t type = build_enum(b, field, name);
    uint32_t filter = type == 0 ? b->string_filter : build_enum_filter(b, name, type);
    set_all(types, many ? "[]" : "", type == 0 ? b->string : type, filter);
    if (many && !field->nullable) {
        types->output = gql_build_wrap(types->output.type, "[!]");
    }
}

static void set_composite(struct core_builder *b, const struct field *field, struct core_field_types *types)
{
    struct str name = str_from(core_composite_name(field->type));
    types->output = (struct gql_ref){core_name(b, name, ""), 0};
    types->create = (struct gql_ref){core_name(b, name, "CreateInput"), 0};
    types->update = (struct gql_ref){core_name(b, name, "UpdateInput"), 0};
    types->filter = (struct gql_ref){core_name(b, name, field->type == FIELD_RICH_TEXT ? "Filter" : "FilterInput"), 0};
    types->order = (struct gql_ref){core_name(b, name, "OrderByInput"), 0};
    types->group = (struct gql_ref){core_name(b, name, "GroupByInput"), 0};
}

static void set_relation(struct core_builder *b, const struct field *field, struct core_field_types *types)
{
    const struct core_object *target = &b->objects[field->target->index];
    if (field->side == RELATION_ONE_TO_MANY) {
        types->output = (struct gql_ref){target->connection, 0};
        types->order = types->group = (struct gql_ref){0};
        return;
    }
    types->output = (struct gql_ref){target->record, 0};
    types->create = types->update = (struct gql_ref){target->relation, 0};
    types->filter = (struct gql_ref){target->filter, 0};
    types->order = (struct gql_ref){target->order, 0};
    types->group = (struct gql_ref){target->group, 0};
    types->group_order = (struct gql_ref){target->group_order, 0};
}

static void set_plain(struct core_builder *b, const struct field *field, size_t index, struct core_field_types *types)
{
    uint32_t filter = 0;
    uint32_t number = 0;
    switch (field->type) {
    case FIELD_UUID:
        set_all(types, "", b->uuid, b->uuid_filter);
        if (index == 0) {
            types->create = types->update = (struct gql_ref){b->id, 0};
        }
        break;
    case FIELD_BOOLEAN: set_all(types, "", b->boolean, b->boolean_filter); break;
    case FIELD_NUMBER:
        number = number_type(b, field, &filter);
        set_all(types, "", number, filter);
        break;
    case FIELD_NUMERIC: set_all(types, "", b->big_float, b->big_float_filter); break;
    case FIELD_POSITION: set_all(types, "", b->position, b->float_filter); break;
    case FIELD_DATE: set_all(types, "", b->date, b->date_filter); break;
    case FIELD_DATE_TIME: set_all(types, "", b->date_time, b->date_time_filter); break;
    case FIELD_RAW_JSON: set_all(types, "", b->json, b->json_filter); break;
    case FIELD_ARRAY: set_all(types, "[]", b->string, b->array_filter); break;
    case FIELD_TS_VECTOR: set_all(types, "", b->ts_vector, b->ts_vector_filter); break;
    case FIELD_FILES:
        set_all(types, "[]", b->file_item, b->json_filter);
        types->output = gql_build_wrap(b->file_object, "[]");
        break;
    default: set_all(types, "", b->string, b->string_filter); break;
    }
}

static bool groupable(const struct field *field, size_t index)
{
    if (index < SYSTEM_FIELDS) {
        return index == CREATED_AT || index == UPDATED_AT;
    }
    return field->type != FIELD_TS_VECTOR && field->type != FIELD_RAW_JSON && field->type != FIELD_FILES &&
           field->type != FIELD_POSITION && field->type != FIELD_ACTOR;
}

struct core_field_types core_field_types_of(struct core_builder *b, const struct core_object *object, size_t index)
{
    const struct field *field = &object->object->fields[index];
    struct core_field_types types = {.order = {b->direction, 0}, .group = {b->boolean, 0}};
    bool date = field->type == FIELD_DATE || field->type == FIELD_DATE_TIME;
    if (field_types[field->type].relation) {
        set_relation(b, field, &types);
        return types;
    }
    if (field_types[field->type].composite) {
        set_composite(b, field, &types);
    } else if (field_types[field->type].has_options) {
        set_options(b, object, field, &types);
    } else {
        set_plain(b, field, index, &types);
    }
    if (date) {
        types.group = (struct gql_ref){b->date_group, 0};
        types.group_order = (struct gql_ref){b->date_order, 0};
    }
    if (!groupable(field, index)) {
        types.group = (struct gql_ref){0};
    }
    if (!field->nullable && field->type != FIELD_TS_VECTOR) {
        types.output.wraps = types.output.wraps << 2 | 2;
    }
    if (!field->nullable && field->default_json.len == 0 && index >= SYSTEM_FIELDS && !field->system) {
        types.create.wraps = types.create.wraps << 2 | 2;
    }
    return types;
}
