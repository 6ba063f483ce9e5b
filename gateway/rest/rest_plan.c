/* From a route, its parameters and its body to a plan. */
#include "gateway/rest/rest.h"

#include "common/text/json_read.h"
#include "gateway/plan/cursor.h"
#include "gateway/rest/rest_body.h"
#include "gateway/rest/rest_filter.h"
#include "gateway/rest/rest_params.h"
#include "gateway/rest/rest_select.h"
#include "gateway/rest/rest_strict.h"

static bool find_object(const struct catalogue *catalogue, struct str plural, const struct object **out,
                        struct err *err)
{
    *out = catalogue_by_plural(catalogue, plural);
    if (*out != NULL) {
        return true;
    }
    const struct object *singular = catalogue_by_singular(catalogue, plural);
    struct str shown = str_cut(plural, 80);
    if (singular != NULL) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "object '%.*s' not found. Did you mean '%.*s'?",
                            STR_ARG(shown), STR_ARG(singular->name_plural));
    }
    return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "object '%.*s' not found. eg: companies", STR_ARG(shown));
}

/* A soft delete is about live records and a restore about deleted ones, whatever the filter says of deletedAt. */
static void aim_filter(struct arena *arena, struct plan *plan, struct filter *filter)
{
    plan->filter = filter;
    if (plan->kind == PLAN_SOFT_DELETE) {
        plan->with_deleted = false;
    }
    if (plan->kind != PLAN_RESTORE) {
        return;
    }
    struct filter *deleted = filter_new(arena, FILTER_COMPARE);
    deleted->column = plan->object->deleted_at;
    deleted->op = FILTER_IS_NOT_NULL;
    struct filter *both = filter_new(arena, FILTER_AND);
    filter_add(both, deleted);
    filter_add(both, filter);
    plan->filter = both;
    plan->with_deleted = true;
}

static bool read_filter(struct arena *arena, const struct rest_params *params, struct plan *plan, struct err *err)
{
    if (params->filter.len == 0) {
        return true;
    }
    struct filter *filter = rest_filter_parse(arena, plan->object, params->filter, err);
    if (filter == NULL) {
        return false;
    }
    /* A filter that says something about deletedAt sees deleted records as well (contract 2.1). */
    plan->with_deleted = filter_mentions(filter, plan->object->deleted_at);
    aim_filter(arena, plan, filter);
    return true;
}

static bool read_page(struct arena *arena, const struct rest_params *params, bool streamed, struct plan *plan,
                      struct err *err)
{
    struct order_term *terms = ARENA_ARRAY(arena, struct order_term, ORDER_TERMS_MAX);
    if (!rest_order_parse(plan->object, params->order_by, terms, &plan->order_count, err)) {
        return false;
    }
    plan->order = terms;
    plan->page = (struct plan_page){
        .limit = streamed ? params->wanted : params->limit, .backward = params->before.len > 0, .count = params->count};
    struct str cursor = plan->page.backward ? params->before : params->after;
    return cursor.len == 0 || cursor_parse(arena, terms, plan->order_count, cursor, &plan->page.cursor, NULL, err);
}

/* Always one page, in the order in which the records stand (contract 1.9). */
static bool read_duplicates_page(struct arena *arena, const struct rest_limits *limits, struct plan *plan,
                                 struct err *err)
{
    struct order_term *terms = ARENA_ARRAY(arena, struct order_term, ORDER_TERMS_MAX);
    plan->order = terms;
    plan->page.limit = limits->page_size_max;
    return rest_order_parse(plan->object, STR("position[AscNullsFirst]"), terms, &plan->order_count, err);
}

/* Many records are named by a filter; one that is absent would name them all. */
static bool need_filter(const struct rest_params *params, const char *operation, struct err *err)
{
    return params->filter.len > 0 ||
           err_fail_tag(err, ERR_INVALID, "BAD_REQUEST",
                        "Filters are mandatory for bulk %s operations. Name the records with 'filter'", operation);
}

static bool check_filter(enum rest_action action, const struct rest_params *params, struct err *err)
{
    switch (action) {
    case REST_DELETE_MANY: return need_filter(params, params->soft_delete ? "delete" : "destroy", err);
    case REST_UPDATE_MANY: return need_filter(params, "update", err);
    case REST_RESTORE_MANY: return need_filter(params, "restore", err);
    default: return true;
    }
}

static enum plan_kind kind_of(enum rest_action action, const struct rest_params *params)
{
    switch (action) {
    case REST_FIND_ONE: return PLAN_READ_ONE;
    case REST_FIND_MANY: return PLAN_READ_MANY;
    case REST_CREATE_ONE:
    case REST_CREATE_MANY: return params->upsert ? PLAN_UPSERT : PLAN_CREATE;
    case REST_UPDATE_ONE:
    case REST_UPDATE_MANY:
    case REST_UPDATE_LIST: return PLAN_UPDATE;
    case REST_DELETE_ONE:
    case REST_DELETE_MANY:
    case REST_DELETE_LIST: return params->soft_delete ? PLAN_SOFT_DELETE : PLAN_DESTROY;
    case REST_RESTORE_ONE:
    case REST_RESTORE_MANY:
    case REST_RESTORE_LIST: return PLAN_RESTORE;
    case REST_GROUP_BY: return PLAN_GROUP;
    case REST_FIND_DUPLICATES: return PLAN_DUPLICATES;
    case REST_MERGE: break;
    }
    return PLAN_MERGE;
}

static enum plan_target target_of(enum rest_action action)
{
    switch (action) {
    case REST_UPDATE_MANY:
    case REST_DELETE_MANY:
    case REST_RESTORE_MANY: return TARGET_FILTER;
    case REST_UPDATE_LIST:
    case REST_DELETE_LIST:
    case REST_RESTORE_LIST:
    case REST_FIND_DUPLICATES:
    case REST_MERGE: return TARGET_IDS;
    default: return TARGET_ONE;
    }
}

static void set_kind(enum rest_action action, const struct rest_params *params, struct plan *plan)
{
    plan->kind = kind_of(action, params);
    plan->target = target_of(action);
    plan->keep_deleted = plan->kind == PLAN_UPSERT && params->keep_deleted;
    plan->batch = action == REST_CREATE_MANY || plan->target == TARGET_FILTER ||
                  (plan->target == TARGET_IDS && plan->kind != PLAN_MERGE);
}

bool rest_plan(struct arena *arena, const struct catalogue *catalogue, const struct rest_request *request,
               const struct rest_limits *limits, int64_t now_us, struct plan *out, struct err *err)
{
    const struct rest_route *route = &request->route;
    struct rest_params params;
    *out = (struct plan){0};
    if (!rest_strict_check(arena, route->action, request->query, request->strict, err) ||
        !rest_params_read(arena, request->query, limits, &params, err)) {
        return false;
    }
    if (params.all && !request->streamed) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_LIMIT_QUERY_PARAM",
                            "limit 'all' is invalid. Should be an integer (all records come as application/x-ndjson)");
    }
    if (route->id_text.len > 0 && !uuid_parse(route->id_text, &out->id)) {
        return err_fail_tag(err, ERR_INVALID, NULL, "'%.*s' is not a valid UUID", STR_ARG(str_cut(route->id_text, 80)));
    }
    if (!check_filter(route->action, &params, err) || !find_object(catalogue, route->plural, &out->object, err)) {
        return false;
    }
    set_kind(route->action, &params, out);
    if (out->kind == PLAN_GROUP) {
        return read_filter(arena, &params, out, err) && rest_group_read(arena, request->query, out, err);
    }
    struct rest_body body = {.text = request->body, .limits = limits, .now_us = now_us};
    return rest_select(arena, &params, limits, out, err) && read_filter(arena, &params, out, err) &&
           (route->action != REST_FIND_MANY || read_page(arena, &params, request->streamed, out, err)) &&
           (out->kind != PLAN_DUPLICATES || read_duplicates_page(arena, limits, out, err)) &&
           (request->lines || rest_body_read(arena, route->action, &body, out, err));
}
