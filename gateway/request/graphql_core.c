/* POST /graphql: the records API. A root field becomes a plan, the plan an operation, its result the field's value. */
#include "gateway/policy/policy.h"
#include "gateway/request/graphql.h"
#include "gateway/resolve/resolve.h"
#include "gateway/schema/core_schema.h"

struct core {
    struct graphql_field *field;
    struct resolved resolved;
    struct operation operation;
};

static void on_done(void *context, const struct plan_result *result, const struct pg_failure *failure)
{
    struct core *core = context;
    struct graphql_field *field = core->field;
    struct request *request = field->request;
    struct err err;
    request->queued_us += core->operation.queued_us;
    request->database_us += core->operation.database_us;
    if (failure != NULL && graphql_field_replans(field, failure)) {
        return;
    }
    if (failure != NULL) {
        field->conflict_id = core->operation.conflict_id;
        field->conflict_object = core->operation.plan.object->name_singular;
        err = failure->err;
        if (core->operation.plan.kind == PLAN_MERGE && err.code == ERR_NOT_FOUND) {
            err_fail_tag(&err, ERR_NOT_FOUND, err.tag, "One or more records not found");
        }
        graphql_field_fail(field, &err);
    } else if (!resolve_put(field->out, request->arena, &core->resolved, result, &err)) {
        graphql_field_fail(field, &err);
    } else {
        graphql_field_done(field);
    }
}

/* A reply that needs no relations, or has them already, is known before the commit. */
static size_t on_commit(void *context, const struct plan_result *result, struct pg_command *out)
{
    const struct core *core = context;
    struct request *request = core->field->request;
    struct strbuf value = {0};
    struct err err;
    size_t count = 0;
    if ((!plan_selection_fetches(&core->operation.plan.selection) || result->records.links != NULL) &&
        resolve_put(&value, request->arena, &core->resolved, result, &err)) {
        struct str reply = graphql_reply_of(core->field, strbuf_str(&value));
        count = reply.len == 0 ? 0 : idempotency_remember(request, 200, reply, out);
    }
    strbuf_release(&value);
    return count;
}

static void resolve(struct graphql_field *field)
{
    struct request *request = field->request;
    struct core *core = ARENA_NEW(request->arena, struct core);
    struct operation *operation = &core->operation;
    struct err err;
    core->field = field;
    if (!resolve_plan(request->arena, field->selected, &request->worker->settings->graphql.resolve, request_now_us(),
                      &core->resolved, &err)) {
        field->fault = core->resolved.fault;
        graphql_field_fail(field, &err);
        return;
    }
    if (!policy_check(request->role, &core->resolved.plan, &err)) {
        graphql_field_fail(field, &err);
        return;
    }
    request_equip(request, operation);
    operation->model = field->model;
    operation->plan = core->resolved.plan;
    operation->deadline_us = field->deadline_us;
    operation->context = core;
    operation->on_done = on_done;
    operation->on_commit = request->idempotency == NULL ? NULL : on_commit;
    operation_execute(operation);
}

const struct graphql_endpoint graphql_core = {
    .path = "/graphql",
    .build = core_schema_build,
    .resolve = resolve,
};
