/* Query and Mutation (contract 1). */
#include "gateway/schema/core_build.h"

static struct gql_field *add_argument(struct core_builder *b, struct core_fields *arguments, const char *name,
                                      struct gql_ref type)
{
    return core_add(b, arguments, str_from(name), type, CORE_NOTHING, NULL);
}

void core_build_arguments(struct core_builder *b, struct core_object *object)
{
    struct core_fields arguments = {0};
    add_argument(b, &arguments, "discover", (struct gql_ref){b->boolean, 0});
    add_argument(b, &arguments, "first", (struct gql_ref){b->integer, 0});
    add_argument(b, &arguments, "last", (struct gql_ref){b->integer, 0});
    add_argument(b, &arguments, "offset", (struct gql_ref){b->integer, 0});
    add_argument(b, &arguments, "before", (struct gql_ref){b->string, 0});
    add_argument(b, &arguments, "after", (struct gql_ref){b->string, 0});
    add_argument(b, &arguments, "filter", (struct gql_ref){object->filter, 0});
    add_argument(b, &arguments, "orderBy", gql_build_wrap(object->order, "[]"));
    object->many_arguments = core_keep(b, &arguments);
    object->many_count = (uint16_t)arguments.count;
}

void core_add_root(struct core_builder *b, struct core_fields *root, struct str name, struct gql_ref type,
                   enum core_role role, const struct core_object *object, const struct core_fields *arguments)
{
    struct gql_field *field = core_add(b, root, name, type, role, object->object);
    field->arguments = core_keep(b, arguments);
    field->argument_count = (uint16_t)arguments->count;
}

static struct core_fields one_argument(struct core_builder *b, const char *name, struct gql_ref type)
{
    struct core_fields arguments = {0};
    add_argument(b, &arguments, name, type);
    return arguments;
}

static void add_queries(struct core_builder *b, const struct core_object *o, struct core_fields *query)
{
    struct core_fields many = {.items = NULL};
    struct core_fields one = one_argument(b, "filter", gql_build_wrap(o->filter, "!"));
    struct core_fields group = one_argument(b, "groupBy", gql_build_wrap(o->group, "[!]!"));
    add_argument(b, &group, "filter", (struct gql_ref){o->filter, 0});
    add_argument(b, &group, "orderBy", gql_build_wrap(o->group_order, "[]"));
    add_argument(b, &group, "orderByForRecords", gql_build_wrap(o->order, "[]"));
    add_argument(b, &group, "viewId", (struct gql_ref){b->uuid, 0});
    add_argument(b, &group, "limit", (struct gql_ref){b->integer, 0});
    add_argument(b, &group, "offsetForRecords", (struct gql_ref){b->integer, 0});
    core_add_root(b, query, o->camels, (struct gql_ref){o->connection, 0}, CORE_FIND_MANY, o, &many);
    query->items[query->count - 1].arguments = o->many_arguments;
    query->items[query->count - 1].argument_count = o->many_count;
    core_add_root(b, query, o->camel, (struct gql_ref){o->record, 0}, CORE_FIND_ONE, o, &one);
    if (o->has_criteria) {
        struct core_fields duplicates = one_argument(b, "ids", gql_build_wrap(b->uuid, "[]"));
        add_argument(b, &duplicates, "data", gql_build_wrap(o->create, "[]"));
        core_add_root(b, query, core_join(b, o->camel, "Duplicates", ""), gql_build_wrap(o->connection, "[!]"),
                      CORE_DUPLICATES, o, &duplicates);
    }
    core_add_root(b, query, core_join(b, o->camels, "GroupBy", ""), gql_build_wrap(o->group_connection, "[!]"),
                  CORE_GROUP_BY, o, &group);
}

static void add_writes(struct core_builder *b, const struct core_object *o, struct core_fields *mutation)
{
    struct gql_ref record = {o->record, 0};
    struct gql_ref records = gql_build_wrap(o->record, "[!]");
    struct gql_ref share = gql_build_ref(&b->gql, "[ShareWithInput!]");
    struct core_fields create = one_argument(b, "data", gql_build_wrap(o->create, "!"));
    struct core_fields creates = one_argument(b, "data", gql_build_wrap(o->create, "[!]!"));
    struct core_fields update = one_argument(b, "id", gql_build_wrap(b->uuid, "!"));
    struct core_fields updates = one_argument(b, "data", gql_build_wrap(o->update, "!"));
    add_argument(b, &create, "upsert", (struct gql_ref){b->boolean, 0});
    add_argument(b, &create, "shareWith", share);
    add_argument(b, &creates, "upsert", (struct gql_ref){b->boolean, 0});
    add_argument(b, &creates, "shareWith", share);
    add_argument(b, &update, "data", gql_build_wrap(o->update, "!"));
    add_argument(b, &updates, "filter", gql_build_wrap(o->filter, "!"));
    core_add_root(b, mutation, core_join(b, STR("create"), arena_cstr(b->arena, o->pascal), ""), record,
                  CORE_CREATE_ONE, o, &create);
    core_add_root(b, mutation, core_join(b, STR("create"), arena_cstr(b->arena, o->pascals), ""), records,
                  CORE_CREATE_MANY, o, &creates);
    core_add_root(b, mutation, core_join(b, STR("update"), arena_cstr(b->arena, o->pascal), ""), record,
                  CORE_UPDATE_ONE, o, &update);
    core_add_root(b, mutation, core_join(b, STR("update"), arena_cstr(b->arena, o->pascals), ""), records,
                  CORE_UPDATE_MANY, o, &updates);
}

static void add_removals(struct core_builder *b, const struct core_object *o, struct core_fields *mutation)
{
    static const struct {
        const char *verb;
        enum core_role one, many;
    } rows[] = {{"delete", CORE_DELETE_ONE, CORE_DELETE_MANY},
                {"destroy", CORE_DESTROY_ONE, CORE_DESTROY_MANY},
                {"restore", CORE_RESTORE_ONE, CORE_RESTORE_MANY}};
    struct core_fields id = one_argument(b, "id", gql_build_wrap(b->uuid, "!"));
    struct core_fields filter = one_argument(b, "filter", gql_build_wrap(o->filter, "!"));
    const char *one = arena_cstr(b->arena, o->pascal);
    const char *many = arena_cstr(b->arena, o->pascals);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        core_add_root(b, mutation, core_join(b, str_from(rows[i].verb), one, ""), (struct gql_ref){o->record, 0},
                      rows[i].one, o, &id);
        core_add_root(b, mutation, core_join(b, str_from(rows[i].verb), many, ""), gql_build_wrap(o->record, "[!]"),
                      rows[i].many, o, &filter);
    }
    if (o->has_criteria) {
        struct core_fields merge = one_argument(b, "ids", gql_build_wrap(b->uuid, "[!]!"));
        add_argument(b, &merge, "conflictPriorityIndex", gql_build_wrap(b->integer, "!"));
        add_argument(b, &merge, "dryRun", (struct gql_ref){b->boolean, 0});
        core_add_root(b, mutation, core_join(b, STR("merge"), many, ""), (struct gql_ref){o->record, 0}, CORE_MERGE, o,
                      &merge);
    }
}

void core_build_roots(struct core_builder *b)
{
    struct core_fields query = {0};
    struct core_fields mutation = {0};
    for (size_t i = 0; i < b->catalogue->object_count; i++) {
        if (!b->objects[i].left_out) {
            add_queries(b, &b->objects[i], &query);
            add_writes(b, &b->objects[i], &mutation);
            add_removals(b, &b->objects[i], &mutation);
        }
    }
    gql_build_fields(&b->gql, gql_build_type(&b->gql, GQL_OBJECT, STR("Query")), core_keep(b, &query), query.count);
    gql_build_fields(&b->gql, gql_build_type(&b->gql, GQL_OBJECT, STR("Mutation")), core_keep(b, &mutation),
                     mutation.count);
}
