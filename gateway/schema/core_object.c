/* Record, connection, edge and group types of an object (contract 2.2, 2.9). */
#include "gateway/schema/core_build.h"

struct gql_field *core_add(struct core_builder *b, struct core_fields *fields, struct str name, struct gql_ref type,
                           enum core_role role, const void *source)
{
    if (fields->count == fields->room) {
        size_t room = fields->room == 0 ? 8 : 2 * fields->room;
        struct gql_field *items = ARENA_ARRAY(&b->scratch, struct gql_field, room);
        if (fields->count > 0) {
            memcpy(items, fields->items, fields->count * sizeof *items);
        }
        fields->items = items;
        fields->room = room;
    }
    struct gql_field *field = &fields->items[fields->count++];
    *field = (struct gql_field){.name = name, .type = type, .role = (uint8_t)role, .source = source};
    return field;
}

const struct gql_field *core_keep(struct core_builder *b, const struct core_fields *fields)
{
    struct gql_field *kept = ARENA_ARRAY(b->arena, struct gql_field, fields->count);
    if (fields->count > 0) {
        memcpy(kept, fields->items, fields->count * sizeof *kept);
    }
    return kept;
}

struct str core_join(struct core_builder *b, struct str first, const char *second, const char *third)
{
    struct str parts[] = {first, str_from(second), str_from(third)};
    char *bytes = arena_bytes(b->arena, parts[0].len + parts[1].len + parts[2].len);
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i].len > 0) {
            memcpy(bytes + at, parts[i].ptr, parts[i].len);
        }
        at += parts[i].len;
    }
    return str_of(bytes, at);
}

uint32_t core_name(struct core_builder *b, struct str first, const char *second)
{
    return gql_build_name(&b->gql, core_join(b, first, second, ""));
}

static struct gql_type *describe(struct core_builder *b, uint32_t type, const struct core_fields *fields, size_t count,
                                 enum core_type_role role, const struct object *object)
{
    struct gql_type *made = gql_build_type(&b->gql, GQL_OBJECT, b->gql.types[type].name);
    gql_build_fields(&b->gql, made, core_keep(b, fields), count);
    made->role = (uint8_t)role;
    made->source = object;
    return made;
}

static void build_record(struct core_builder *b, const struct core_object *object, const struct core_field_types *types)
{
    struct core_fields fields = {.room = 0};
    for (size_t i = 0; i < object->object->field_count; i++) {
        const struct field *field = &object->object->fields[i];
        if (!core_field_shown(b, field)) {
            continue;
        }
        if (field->side == RELATION_MANY_TO_ONE) {
            core_add(b, &fields, field->columns->name, (struct gql_ref){b->id, 0}, CORE_JOIN, field);
            core_add(b, &fields, field->name, types[i].output, CORE_TO_ONE, field);
        } else if (field->side == RELATION_ONE_TO_MANY) {
            const struct core_object *target = &b->objects[field->target->index];
            struct gql_field *made = core_add(b, &fields, field->name, types[i].output, CORE_TO_MANY, field);
            /* Without `discover`, which only a root field has. */
            made->arguments = target->many_arguments + 1;
            made->argument_count = (uint16_t)(target->many_count - 1);
        } else {
            core_add(b, &fields, field->name, types[i].output, CORE_FIELD, field);
        }
    }
    describe(b, object->record, &fields, fields.count, CORE_TYPE_RECORD, object->object)->bare = true;
}

/* ---- aggregates ---- */

struct aggregate {
    const char *prefix;
    const char *suffix;
    enum core_role role;
    bool integer;
};

static const struct aggregate counts[] = {
    {"countUniqueValues", "", CORE_COUNT_UNIQUE, true},
    {"countEmpty", "", CORE_COUNT_EMPTY, true},
    {"countNotEmpty", "", CORE_COUNT_NOT_EMPTY, true},
    {"percentageEmpty", "", CORE_PERCENTAGE_EMPTY, false},
    {"percentageNotEmpty", "", CORE_PERCENTAGE_NOT_EMPTY, false},
};
static const struct aggregate extremes[] = {{"min", "", CORE_MIN, false}, {"max", "", CORE_MAX, false}};
static const struct aggregate numbers[] = {{"min", "", CORE_MIN, false},
                                           {"max", "", CORE_MAX, false},
                                           {"avg", "", CORE_AVG, false},
                                           {"sum", "", CORE_SUM, false}};
static const struct aggregate amounts[] = {{"min", "AmountMicros", CORE_MIN, false},
                                           {"max", "AmountMicros", CORE_MAX, false},
                                           {"avg", "AmountMicros", CORE_AVG, false},
                                           {"sum", "AmountMicros", CORE_SUM, false}};
static const struct aggregate truths[] = {{"countTrue", "", CORE_COUNT_TRUE, true},
                                          {"countFalse", "", CORE_COUNT_FALSE, true}};

static void add_aggregates(struct core_builder *b, struct core_fields *fields, const struct field *field,
                           const struct aggregate *rows, size_t count, uint32_t other)
{
    char *field_name = arena_cstr(&b->scratch, field->name);
    field_name[0] = (char)(field_name[0] >= 'a' && field_name[0] <= 'z' ? field_name[0] - 'a' + 'A' : field_name[0]);
    for (size_t i = 0; i < count; i++) {
        core_add(b, fields, core_join(b, str_from(rows[i].prefix), field_name, rows[i].suffix),
                 (struct gql_ref){rows[i].integer ? b->integer : other, 0}, rows[i].role, field);
    }
}

/* A number called "priceAmountMicros" beside a currency called "price" would have the same aggregates. */
static bool shadowed(const struct field *field)
{
    struct str suffix = STR("AmountMicros");
    if (!str_ends_with(field->name, suffix)) {
        return false;
    }
    const struct field *other = object_field(field->object, str_slice(field->name, 0, field->name.len - suffix.len));
    return other != NULL && other->type == FIELD_CURRENCY;
}

static void add_field_aggregates(struct core_builder *b, struct core_fields *fields, const struct field *field)
{
    add_aggregates(b, fields, field, counts, ARRAY_LEN(counts), b->number);
    switch (field->type) {
    case FIELD_DATE:
    case FIELD_DATE_TIME: add_aggregates(b, fields, field, extremes, ARRAY_LEN(extremes), b->date_time); break;
    case FIELD_NUMBER:
        if (!shadowed(field)) {
            add_aggregates(b, fields, field, numbers, ARRAY_LEN(numbers), b->number);
        }
        break;
    case FIELD_CURRENCY: add_aggregates(b, fields, field, amounts, ARRAY_LEN(amounts), b->number); break;
    case FIELD_BOOLEAN: add_aggregates(b, fields, field, truths, ARRAY_LEN(truths), b->number); break;
    default: break;
    }
}

/* The connection, the group, which is one field longer and shares its fields, and the input that orders groups. */
static void build_connections(struct core_builder *b, const struct core_object *object)
{
    struct core_fields fields = {0};
    core_add(b, &fields, STR("totalCount"), (struct gql_ref){b->integer, 0}, CORE_TOTAL_COUNT, NULL);
    for (size_t i = 0; i < object->object->field_count; i++) {
        const struct field *field = &object->object->fields[i];
        if (core_field_shown(b, field) && field->type != FIELD_RELATION &&
            !(field->type == FIELD_MORPH_RELATION && field->side == RELATION_ONE_TO_MANY)) {
            add_field_aggregates(b, &fields, field);
        }
    }
    struct core_fields order = {.items = ARENA_ARRAY(b->arena, struct gql_field, fields.count), .count = fields.count};
    memcpy(order.items, fields.items, fields.count * sizeof *order.items);
    for (size_t i = 0; i < order.count; i++) {
        order.items[i].type = (struct gql_ref){b->direction, 0};
    }
    core_add(b, &fields, STR("edges"), gql_build_wrap(object->edge, "[!]!"), CORE_EDGES, NULL);
    core_add(b, &fields, STR("pageInfo"), gql_build_wrap(b->page_info, "!"), CORE_PAGE_INFO, NULL);
    core_add(b, &fields, STR("groupByDimensionValues"), gql_build_wrap(b->json, "!"), CORE_GROUP_VALUES, NULL);
    const struct gql_type *group =
        describe(b, object->group_connection, &fields, fields.count, CORE_TYPE_GROUP_CONNECTION, object->object);
    const struct gql_field *shared = group->fields;
    const uint16_t *slots = group->slots;
    uint32_t mask = group->mask;
    struct gql_type *made = gql_build_type(&b->gql, GQL_OBJECT, b->gql.types[object->connection].name);
    made->fields = shared;
    made->count = (uint32_t)fields.count - 1;
    made->slots = slots;
    made->mask = mask;
    made->role = CORE_TYPE_CONNECTION;
    made->source = object->object;
    made = gql_build_type(&b->gql, GQL_INPUT, b->gql.types[object->aggregate_order].name);
    made->fields = order.items;
    made->count = (uint32_t)order.count;
    made->slots = slots;
    made->mask = mask;
}

void core_build_record(struct core_builder *b, const struct core_object *object, const struct core_field_types *types)
{
    struct core_fields edge = {0};
    build_record(b, object, types);
    build_connections(b, object);
    core_add(b, &edge, STR("node"), gql_build_wrap(object->record, "!"), CORE_NODE, NULL);
    core_add(b, &edge, STR("cursor"), gql_build_wrap(b->cursor, "!"), CORE_CURSOR, NULL);
    describe(b, object->edge, &edge, edge.count, CORE_TYPE_EDGE, object->object);
}
