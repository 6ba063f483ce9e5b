/* The inputs of an object (contract 2.2, 2.6 to 2.8, 2.10). */
#include "gateway/schema/core_build.h"

static void describe(struct core_builder *b, uint32_t type, const struct core_fields *fields)
{
    gql_build_fields(&b->gql, gql_build_type(&b->gql, GQL_INPUT, b->gql.types[type].name), core_keep(b, fields),
                     fields->count);
}

struct inputs {
    struct core_fields create, update, filter, order, group, group_order;
};

static void add_field(struct core_builder *b, struct inputs *in, const struct field *field,
                      const struct core_field_types *types)
{
    enum core_role role = field->side == RELATION_MANY_TO_ONE ? CORE_TO_ONE : CORE_FIELD;
    core_add(b, &in->create, field->name, types->create, role, field);
    core_add(b, &in->update, field->name, types->update, role, field);
    core_add(b, &in->filter, field->name, types->filter, role, field);
    core_add(b, &in->order, field->name, types->order, role, field);
    core_add(b, &in->group_order, field->name, types->group_order.type == 0 ? types->order : types->group_order, role,
             field);
    if (types->group.type != 0) {
        core_add(b, &in->group, field->name, types->group, role, field);
    }
}

static void add_join(struct core_builder *b, struct inputs *in, const struct field *field)
{
    struct str name = field->columns->name;
    struct gql_ref id = {b->id, 0};
    struct gql_ref direction = {b->direction, 0};
    core_add(b, &in->create, name, id, CORE_JOIN, field);
    core_add(b, &in->update, name, id, CORE_JOIN, field);
    core_add(b, &in->filter, name, (struct gql_ref){b->uuid_filter, 0}, CORE_JOIN, field);
    core_add(b, &in->order, name, direction, CORE_JOIN, field);
    core_add(b, &in->group_order, name, direction, CORE_JOIN, field);
    core_add(b, &in->group, name, (struct gql_ref){b->boolean, 0}, CORE_JOIN, field); /* contract 2.8: accepted */
}

/* What a record can be found by for certain: its id, and every unique field. */
static void build_where(struct core_builder *b, const struct core_object *object, const struct core_field_types *types)
{
    struct core_fields where = {0};
    for (size_t i = 0; i < object->object->field_count; i++) {
        const struct field *field = &object->object->fields[i];
        const struct field_type_info *info = &field_types[field->type];
        struct gql_ref type = gql_ref_nullable(types[i].create);
        if (!core_field_shown(b, field) || (i > 0 && !field->unique) || info->relation) {
            continue;
        }
        if (info->composite) {
            struct core_fields parts = {0};
            for (size_t k = 0; k < info->sub_count; k++) {
                if (info->subs[k].in_unique) {
                    core_add(b, &parts, str_from(info->subs[k].name), (struct gql_ref){b->string, 0}, CORE_SUB,
                             &info->subs[k]);
                }
            }
            if (parts.count == 0) {
                continue;
            }
            char *name = arena_cstr(b->arena, field->name);
            name[0] = name[0] >= 'a' && name[0] <= 'z' ? (char)(name[0] - 'a' + 'A') : name[0];
            type = (struct gql_ref){gql_build_name(&b->gql, core_join(b, object->pascal, name, "WhereInput")), 0};
            describe(b, type.type, &parts);
        }
        core_add(b, &where, field->name, type, CORE_FIELD, field);
    }
    describe(b, object->where, &where);
}

static void build_relation(struct core_builder *b, const struct core_object *object)
{
    struct core_fields relation = {0};
    struct core_fields connect = {0};
    core_add(b, &relation, STR("connect"), (struct gql_ref){object->connect, 0}, CORE_CONNECT, NULL);
    core_add(b, &relation, STR("create"), (struct gql_ref){object->create, 0}, CORE_CREATE, NULL);
    core_add(b, &relation, STR("disconnect"), (struct gql_ref){b->boolean, 0}, CORE_DISCONNECT, NULL);
    core_add(b, &connect, STR("where"), (struct gql_ref){object->where, 0}, CORE_WHERE, NULL);
    describe(b, object->relation, &relation);
    describe(b, object->connect, &connect);
}

void core_build_inputs(struct core_builder *b, const struct core_object *object, const struct core_field_types *types)
{
    struct inputs in = {.create = {0}};
    core_add(b, &in.group_order, STR("aggregate"), (struct gql_ref){object->aggregate_order, 0}, CORE_ORDER_AGGREGATE,
             NULL);
    for (size_t i = 0; i < object->object->field_count; i++) {
        const struct field *field = &object->object->fields[i];
        if (!core_field_shown(b, field) || field->side == RELATION_ONE_TO_MANY) {
            continue;
        }
        if (field->side == RELATION_MANY_TO_ONE) {
            add_join(b, &in, field);
        }
        add_field(b, &in, field, &types[i]);
    }
    core_add(b, &in.filter, STR("and"), gql_build_wrap(object->filter, "[]"), CORE_AND, NULL);
    core_add(b, &in.filter, STR("or"), gql_build_wrap(object->filter, "[]"), CORE_OR, NULL);
    core_add(b, &in.filter, STR("not"), (struct gql_ref){object->filter, 0}, CORE_NOT, NULL);
    describe(b, object->create, &in.create);
    describe(b, object->update, &in.update);
    describe(b, object->filter, &in.filter);
    describe(b, object->order, &in.order);
    describe(b, object->group, &in.group);
    describe(b, object->group_order, &in.group_order);
    build_where(b, object, types);
    build_relation(b, object);
}
