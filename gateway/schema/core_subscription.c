/*
 * Subscription: the live changes of an object's records. Twenty has no such root (contract 1.2), so the names are ours,
 * made like those of its mutations.
 */
#include "gateway/schema/core_build.h"

static void build_event(struct core_builder *b, const struct core_object *o)
{
    struct core_fields event = {0};
    core_add(b, &event, STR("eventId"), gql_build_wrap(b->uuid, "!"), CORE_EVENT_ID, NULL);
    core_add(b, &event, STR("action"), gql_build_ref(&b->gql, "RecordEventAction!"), CORE_EVENT_ACTION, NULL);
    core_add(b, &event, STR("occurredAt"), gql_build_wrap(b->date_time, "!"), CORE_EVENT_TIME, NULL);
    core_add(b, &event, STR("updatedFields"), gql_build_wrap(b->string, "[!]"), CORE_EVENT_UPDATED_FIELDS, NULL);
    core_add(b, &event, STR("record"), gql_build_wrap(o->record, "!"), CORE_EVENT_RECORD, NULL);
    struct gql_type *type = gql_build_type(&b->gql, GQL_OBJECT, b->gql.types[o->event].name);
    type->role = CORE_TYPE_EVENT;
    type->source = o->object;
    gql_build_fields(&b->gql, type, core_keep(b, &event), event.count);
}

static void add_subscriptions(struct core_builder *b, const struct core_object *o, struct core_fields *subscription)
{
    static const struct {
        const char *verb;
        enum core_role role;
    } rows[] = {{"onCreate", CORE_ON_CREATE},
                {"onUpdate", CORE_ON_UPDATE},
                {"onDelete", CORE_ON_DELETE},
                {"onRestore", CORE_ON_RESTORE},
                {"onDestroy", CORE_ON_DESTROY}};
    struct core_fields arguments = {0};
    core_add(b, &arguments, STR("filter"), (struct gql_ref){o->filter, 0}, CORE_NOTHING, NULL);
    const char *pascal = arena_cstr(b->arena, o->pascal);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        core_add_root(b, subscription, core_join(b, str_from(rows[i].verb), pascal, ""), gql_build_wrap(o->event, "!"),
                      rows[i].role, o, &arguments);
    }
}

void core_build_subscriptions(struct core_builder *b)
{
    struct core_fields subscription = {0};
    for (size_t i = 0; i < b->catalogue->object_count; i++) {
        if (!b->objects[i].left_out) {
            build_event(b, &b->objects[i]);
            add_subscriptions(b, &b->objects[i], &subscription);
        }
    }
    gql_build_fields(&b->gql, gql_build_type(&b->gql, GQL_OBJECT, STR("Subscription")), core_keep(b, &subscription),
                     subscription.count);
}
