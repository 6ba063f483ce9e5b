/* One root field into a plan (contract 1). */
#include "gateway/resolve/resolve_inner.h"

/* Nested connections that do not say how many: other caps hold in what a create or a group replies (contract 3.14). */
enum { RELATION_LIMIT_CREATE = 200, RELATION_LIMIT_GROUP = 5, DUPLICATES_MAX = 200 };

static enum plan_kind kind_of(const struct gql_selected *root)
{
    const struct gql_datum *upsert = resolve_argument(root, "upsert");
    switch ((enum core_role)root->field->role) {
    case CORE_FIND_MANY:
    case CORE_FIND_ONE: return PLAN_READ_MANY;
    case CORE_DUPLICATES: return PLAN_DUPLICATES;
    case CORE_GROUP_BY: return PLAN_GROUP;
    case CORE_CREATE_ONE:
    case CORE_CREATE_MANY: return upsert != NULL && upsert->as.boolean ? PLAN_UPSERT : PLAN_CREATE;
    case CORE_UPDATE_ONE:
    case CORE_UPDATE_MANY: return PLAN_UPDATE;
    case CORE_DELETE_ONE:
    case CORE_DELETE_MANY: return PLAN_SOFT_DELETE;
    case CORE_DESTROY_ONE:
    case CORE_DESTROY_MANY: return PLAN_DESTROY;
    case CORE_RESTORE_ONE:
    case CORE_RESTORE_MANY: return PLAN_RESTORE;
    default: return PLAN_MERGE;
    }
}

static void set_window(const struct window *window, struct plan *plan)
{
    plan->filter = window->filter;
    plan->with_deleted = window->with_deleted;
    plan->order = window->order;
    plan->order_count = window->order_count;
    plan->page = window->page;
}

static bool plan_many(struct resolving *r, const struct gql_selected *root, struct plan *plan, struct shape *shape)
{
    struct window window;
    struct connection_needs needs;
    if (!resolve_window(r, root, plan->object, r->limits->page_size_default, &window) ||
        !resolve_root_connection(r, root, &needs, shape)) {
        return false;
    }
    set_window(&window, plan);
    resolve_needs(&needs, &plan->page);
    plan->selection = needs.selection;
    plan->aggregates = needs.aggregates;
    plan->aggregate_count = needs.aggregate_count;
    return true;
}

/* {id:{eq: …}} and nothing else: the one record by its id. */
static bool by_id(const struct plan *plan)
{
    const struct filter *filter = plan->filter;
    return filter->kind == FILTER_COMPARE && filter->op == FILTER_EQ && filter->column == plan->object->id_column;
}

static bool plan_one(struct resolving *r, const struct gql_selected *root, struct plan *plan, struct shape *shape)
{
    if (!resolve_filter(r, resolve_argument(root, "filter"), &plan->filter)) {
        return false;
    }
    if (plan->filter == NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing filter argument");
    }
    if (by_id(plan)) {
        plan->kind = PLAN_READ_ONE;
        plan->id = plan->filter->values[0].as.uuid;
        plan->filter = NULL;
    } else {
        plan->with_deleted = filter_mentions(plan->filter, plan->object->deleted_at);
        plan->page = (struct plan_page){.limit = 1, .count = COUNT_NONE};
        if (!resolve_order(r, plan->object, NULL, &plan->order, &plan->order_count)) {
            return false;
        }
    }
    return resolve_root_record(r, root, &plan->selection, shape);
}

static bool plan_groups(struct resolving *r, const struct gql_selected *root, struct plan *plan, struct shape *shape)
{
    struct connection_needs needs;
    r->relation_limit = RELATION_LIMIT_GROUP;
    if (!resolve_connection(r, plan->object, root->first, 0, &needs, shape)) {
        return false;
    }
    size_t relations = r->complexity - 1;
    resolve_group_needs(&needs, plan);
    r->complexity = 1;
    r->fault = root;
    if (!resolve_group(r, root, plan)) {
        return false;
    }
    r->complexity += plan->group.sample > 0 ? (1 + relations) * plan->group.limit : 0;
    return true;
}

/* Of each input one page, in the order in which the records stand. */
static bool plan_duplicates(struct resolving *r, const struct gql_selected *root, struct plan *plan,
                            struct shape *shape)
{
    struct connection_needs needs;
    struct order_term *terms = ARENA_ARRAY(r->arena, struct order_term, ORDER_TERMS_MAX);
    const struct column *position = plan->object->position;
    struct path path = {.object = plan->object, .field = position->field, .column = position};
    order_add(terms, &plan->order_count, (struct order_term){.path = path, .nulls_first = true});
    order_finish(terms, &plan->order_count, plan->object);
    plan->order = terms;
    if (!resolve_write(r, root, plan) || !resolve_root_connection(r, root, &needs, shape)) {
        return false;
    }
    r->fault = root;
    plan->selection = needs.selection;
    plan->page = (struct plan_page){.limit = DUPLICATES_MAX, .cursors = needs.cursors};
    plan->aggregates = needs.aggregates;
    plan->aggregate_count = needs.aggregate_count;
    return true;
}

static bool plan_write(struct resolving *r, const struct gql_selected *root, struct plan *plan, struct shape *shape)
{
    if (plan->kind == PLAN_CREATE || plan->kind == PLAN_UPSERT) {
        r->relation_limit = RELATION_LIMIT_CREATE;
    }
    return resolve_write(r, root, plan) && resolve_root_record(r, root, &plan->selection, shape);
}

static bool plan_root(struct resolving *r, const struct gql_selected *root, struct plan *plan, struct shape *shape)
{
    if (root->error != NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "%.*s", STR_ARG(root->error->message));
    }
    switch ((enum core_role)root->field->role) {
    case CORE_FIND_MANY: return plan_many(r, root, plan, shape);
    case CORE_FIND_ONE: return plan_one(r, root, plan, shape);
    case CORE_GROUP_BY: return plan_groups(r, root, plan, shape);
    case CORE_DUPLICATES: return plan_duplicates(r, root, plan, shape);
    default: return plan_write(r, root, plan, shape);
    }
}

bool resolve_check_complexity(struct resolving *r)
{
    return r->complexity <= r->limits->max_complexity ||
           RESOLVE_REFUSE(r, "TOO_COMPLEX_QUERY",
                          "Query complexity is too high. Please, reduce the amount of relation fields requested. "
                          "Query complexity: %zu. Maximum complexity: %zu.",
                          r->complexity, r->limits->max_complexity);
}

bool resolve_plan(struct arena *arena, const struct gql_selected *root, const struct resolve_limits *limits,
                  int64_t now_us, struct resolved *out, struct err *err)
{
    struct shape *shape = ARENA_NEW(arena, struct shape);
    struct resolving r = {.arena = arena,
                          .limits = limits,
                          .now_us = now_us,
                          .err = err,
                          .fault = root,
                          .relation_limit = limits->relation_limit,
                          .complexity = 1};
    *out = (struct resolved){.root = root, .shape = shape};
    out->plan.kind = kind_of(root);
    out->plan.object = root->field->source;
    bool planned = plan_root(&r, root, &out->plan, shape) && resolve_check_complexity(&r);
    out->fault = planned ? NULL : r.fault;
    return planned;
}
