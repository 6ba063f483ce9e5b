/* From a route, its parameters and its body to a plan. */
#include "gateway/rest/rest.h"

#include "common/text/json_read.h"
#include "gateway/rest/rest_body.h"
#include "gateway/rest/rest_filter.h"
#include "gateway/rest/rest_params.h"
#include "gateway/rest/rest_select.h"

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

static bool read_filter(struct arena *arena, const struct rest_params *params, struct plan *plan, struct err *err)
{
    if (params->filter.len == 0) {
        return true;
    }
    struct filter *filter = rest_filter_parse(arena, plan->object, params->filter, err);
    if (filter == NULL) {
        return false;
    }
    plan->filter = filter;
    /* A filter that says something about deletedAt sees deleted records as well (contract 2.1). */
    plan->with_deleted = filter_mentions(filter, plan->object->deleted_at);
    return true;
}

static bool read_page(struct arena *arena, const struct rest_params *params, struct plan *plan, struct err *err)
{
    struct order_term *terms = ARENA_ARRAY(arena, struct order_term, ORDER_TERMS_MAX);
    if (!rest_order_parse(plan->object, params->order_by, terms, &plan->order_count, err)) {
        return false;
    }
    plan->order = terms;
    plan->page = (struct plan_page){.limit = params->limit, .backward = params->before.len > 0, .count = params->count};
    struct str cursor = plan->page.backward ? params->before : params->after;
    return cursor.len == 0 || rest_cursor_parse(arena, plan, cursor, &plan->page.cursor, err);
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

static bool unsupported(struct err *err, const char *what)
{
    return err_fail_tag(err, ERR_UNSUPPORTED, "NOT_SUPPORTED", "%s is not supported by this server yet", what);
}

static bool check_supported(enum rest_action action, const struct rest_params *params, struct err *err)
{
    switch (action) {
    case REST_UPDATE_MANY: return unsupported(err, "Updating many records");
    case REST_DELETE_MANY: return unsupported(err, "Deleting many records");
    case REST_RESTORE_MANY: return unsupported(err, "Restoring many records");
    case REST_MERGE: return unsupported(err, "Merging records");
    case REST_FIND_DUPLICATES: return unsupported(err, "Finding duplicates");
    case REST_CREATE_ONE:
    case REST_CREATE_MANY: return !params->upsert || unsupported(err, "Query parameter 'upsert'");
    default: return true;
    }
}

static void set_kind(enum rest_action action, const struct rest_params *params, struct plan *plan)
{
    switch (action) {
    case REST_FIND_ONE: plan->kind = PLAN_READ_ONE; break;
    case REST_CREATE_ONE:
    case REST_CREATE_MANY: plan->kind = PLAN_CREATE; break;
    case REST_UPDATE_ONE:
    case REST_UPDATE_MANY: plan->kind = PLAN_UPDATE; break;
    case REST_DELETE_ONE:
    case REST_DELETE_MANY: plan->kind = params->soft_delete ? PLAN_SOFT_DELETE : PLAN_DESTROY; break;
    case REST_RESTORE_ONE:
    case REST_RESTORE_MANY: plan->kind = PLAN_RESTORE; break;
    case REST_GROUP_BY: plan->kind = PLAN_GROUP; break;
    case REST_FIND_MANY:
    case REST_FIND_DUPLICATES:
    case REST_MERGE: plan->kind = PLAN_READ_MANY; break;
    }
    bool many = action == REST_UPDATE_MANY || action == REST_DELETE_MANY || action == REST_RESTORE_MANY;
    plan->target = many ? TARGET_FILTER : TARGET_ONE;
    plan->batch = many || action == REST_CREATE_MANY;
}

bool rest_plan(struct arena *arena, const struct catalogue *catalogue, const struct rest_request *request,
               const struct rest_limits *limits, int64_t now_us, struct plan *out, struct err *err)
{
    const struct rest_route *route = &request->route;
    struct rest_params params;
    *out = (struct plan){0};
    if (!rest_params_read(arena, request->query, limits, &params, err)) {
        return false;
    }
    if (route->id_text.len > 0 && !uuid_parse(route->id_text, &out->id)) {
        return err_fail_tag(err, ERR_INVALID, NULL, "'%.*s' is not a valid UUID", STR_ARG(str_cut(route->id_text, 80)));
    }
    if (!check_filter(route->action, &params, err) || !check_supported(route->action, &params, err) ||
        !find_object(catalogue, route->plural, &out->object, err)) {
        return false;
    }
    set_kind(route->action, &params, out);
    if (out->kind == PLAN_GROUP) {
        return read_filter(arena, &params, out, err) && rest_group_read(arena, request->query, out, err);
    }
    struct rest_body body = {.text = request->body, .limits = limits, .now_us = now_us};
    return rest_select(arena, &params, limits, out, err) && read_filter(arena, &params, out, err) &&
           (route->action != REST_FIND_MANY || read_page(arena, &params, out, err)) &&
           rest_body_read(arena, route->action, &body, out, err);
}
