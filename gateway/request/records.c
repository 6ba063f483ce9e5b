/* /rest/{objects}: a question becomes a plan, the plan an operation, and its result an envelope. */
#include "common/http/http_list.h"
#include "gateway/policy/policy.h"
#include "gateway/request/request_private.h"

static enum rest_method rest_method_of(enum http_method method)
{
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD: return REST_GET;
    case HTTP_POST: return REST_POST;
    case HTTP_PUT:
    case HTTP_PATCH: return REST_PATCH;
    case HTTP_DELETE: return REST_DELETE;
    case HTTP_OPTIONS:
    case HTTP_METHOD_OTHER: break;
    }
    return REST_OTHER;
}

/* ---- the operation ---- */

void request_equip(const struct request *request, struct operation *operation)
{
    operation->executor = &request->worker->executor;
    operation->arena = request->arena;
    operation->model = request->model;
    operation->actor = request->actor;
    operation->id = request->id;
}

static void on_row(void *context, const struct value *values)
{
    struct request *request = context;
    rest_put_list_row(&request->exchange->body, &request->operation.plan, request->row_count++, values);
}

static void on_done(void *context, const struct plan_result *result, const struct pg_failure *failure)
{
    struct request *request = context;
    const struct plan *plan = &request->operation.plan;
    request->queued_us += request->operation.queued_us;
    request->database_us += request->operation.database_us;
    request->again.on_model = records_plan_again;
    request->again.context = request;
    request->again.planned = request->model;
    if (failure != NULL && request_replans(request, failure, &request->again)) {
        request->failure = *failure;
        return;
    }
    if (failure != NULL) {
        request_fail_operation(request, failure);
        return;
    }
    request->version = result->version;
    rest_put_result(&request->exchange->body, request->arena, plan, result);
    request_finish(request, rest_success_status(plan));
}

static void execute(struct request *request)
{
    struct operation *operation = &request->operation;
    struct plan *plan = &operation->plan;
    request_equip(request, operation);
    operation->context = request;
    operation->on_done = on_done;
    operation->on_row = on_row;
    operation->on_commit = request->idempotency == NULL ? NULL : idempotency_on_commit;
    operation->is_expected = request_if_match;
    operation->versioned = true;
    if (plan->kind == PLAN_READ_MANY) {
        rest_put_list_begin(&request->exchange->body, plan);
    } else if (plan->kind == PLAN_SOFT_DELETE || plan->kind == PLAN_DESTROY) {
        /* The answer is the ids. */
        plan->selection.relation_count = 0;
    }
    operation_execute(operation);
}

/* A report is as long as its import, so it is not kept; lines that bring their ids can be sent again without harm. */
static void begin_import(struct request *request)
{
    struct err err;
    if (http_header_get(&request->exchange->request, "idempotency-key").ptr != NULL) {
        err_fail_tag(&err, ERR_INVALID, "INVALID_IDEMPOTENCY_KEY",
                     "An import (application/x-ndjson) takes no Idempotency-Key. Give the records ids instead");
        request_fail(request, &err);
    } else if (request->operation.plan.kind != PLAN_CREATE) {
        err_fail_tag(&err, ERR_INVALID, "BAD_REQUEST", "An import (application/x-ndjson) takes no 'upsert'");
        request_fail(request, &err);
    } else {
        handle_import(request);
    }
}

static bool make_plan(struct request *request, const struct rest_request *rest)
{
    struct plan *plan = &request->operation.plan;
    struct err err;
    if (rest_plan(request->arena, request->model->catalogue, rest, &request->worker->settings->limits, request_now_us(),
                  plan, &err) &&
        policy_narrow(request->arena, request->role, plan, &err) && policy_check(request->role, plan, &err)) {
        return true;
    }
    request_fail(request, &err);
    return false;
}

/* Another plan from the same question, in the newer model; a key that was claimed stays claimed. */
void records_plan_again(void *context, struct model *newer)
{
    struct request *request = context;
    if (newer == NULL) {
        request_fail_operation(request, &request->failure);
        return;
    }
    model_unref(request->model);
    request->model = model_ref(newer);
    strbuf_clear(&request->exchange->body);
    request->row_count = 0;
    request->operation = (struct operation){0};
    if (make_plan(request, request->rest)) {
        execute(request);
    }
}

static void begin(struct request *request, const struct rest_request *rest)
{
    if (rest->lines) {
        begin_import(request);
    } else if (rest->streamed) {
        handle_export(request);
    } else if (plan_writes(&request->operation.plan)) {
        idempotency_begin(request, execute);
    } else {
        execute(request);
    }
}

void handle_records(struct request *request)
{
    const struct http_request *http = &request->exchange->request;
    struct rest_request *rest = ARENA_NEW(request->arena, struct rest_request);
    *rest = (struct rest_request){
        .query = http->query, .body = http->body, .strict = request_prefers(request, STR("handling=strict"))};
    request->rest = rest;
    struct str allow = STR_EMPTY;
    struct err err;
    switch (rest_route(request->arena, rest_method_of(http->method), http->path, &rest->route, &allow, &err)) {
    case REST_BAD_METHOD:
        if (http->method == HTTP_OPTIONS) {
            request_answer_options(request, allow);
            return;
        }
        request_add_header(request, "Allow", allow);
        request_fail_status(request, 405, &err);
        return;
    case REST_BAD_PATH:
        if (request_identify(request)) {
            request_fail(request, &err);
        }
        return;
    case REST_ROUTED: break;
    }
    rest->streamed = rest->route.action == REST_FIND_MANY && export_wanted(request);
    rest->lines = rest->route.action == REST_CREATE_MANY &&
                  str_eq_nocase(request_media_type(request), STR("application/x-ndjson"));
    if (request_identify(request) && (rest->lines || request_body_is_json(request)) && make_plan(request, rest)) {
        begin(request, rest);
    }
}
