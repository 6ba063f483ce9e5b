/* POST /graphql: the records API. A root field becomes a plan, the plan an operation, its result the field's value. */
#include "gateway/policy/policy.h"
#include "gateway/request/graphql.h"
#include "gateway/request/pieces.h"
#include "gateway/resolve/resolve.h"
#include "gateway/schema/core_schema.h"
#include "gateway/views/view_filter.h"

struct core {
    struct graphql_field *field;
    struct resolved resolved;
    struct operation operation;
    struct piece_call view; /* of a group by with a viewId */
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

static void carry_out(struct core *core)
{
    struct graphql_field *field = core->field;
    struct request *request = field->request;
    struct operation *operation = &core->operation;
    struct err err;
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

/* ---- a group by over what a saved view shows ---- */

static bool narrow_to_view(struct core *core, struct str document, struct err *err)
{
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};
    struct arena *arena = core->field->request->arena;
    struct plan *plan = &core->resolved.plan;
    const struct json *view = json_parse(arena, document, &limits, err);
    struct filter *shown = NULL;
    struct uuid object_id;
    if (view == NULL) {
        return false;
    }
    if (!uuid_parse(json_get(view, "objectMetadataId")->text, &object_id) || !uuid_eq(&object_id, &plan->object->id)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_VIEW_DATA", "viewId: the view is not of the object \"%.*s\"",
                            STR_ARG(plan->object->name_singular));
    }
    if (!view_filter_build(arena, plan->object, view, request_now_us(), &shown, err)) {
        return false;
    }
    if (plan->filter != NULL) {
        struct filter *asked = ARENA_NEW(arena, struct filter);
        *asked = *plan->filter;
        asked->next = NULL;
        filter_add(shown, asked);
    }
    plan->filter = shown;
    return true;
}

static void on_view(struct piece_call *call, const struct piece_answer *answer)
{
    struct core *core = call->context;
    struct graphql_field *field = core->field;
    struct err err;
    if (answer->failure != NULL) {
        err = answer->failure->err;
        graphql_field_fail(field, &err);
    } else if (answer->err != NULL || answer->count == 0) {
        err_fail_tag(&err, ERR_NOT_FOUND, "VIEW_NOT_FOUND", "View not found");
        graphql_field_fail(field, &err);
    } else if (!narrow_to_view(core, answer->documents[0], &err)) {
        graphql_field_fail(field, &err);
    } else {
        carry_out(core);
    }
}

static void read_view(struct core *core, const struct gql_datum *id_datum)
{
    struct uuid id = {0};
    const struct json *text = gql_datum_json(core->field->request->arena, id_datum);
    bool good = uuid_parse(text->text, &id);
    (void)good; /* the schema has seen that it is one */
    core->view =
        (struct piece_call){.request = core->field->request, .on_done = on_view, .context = core, .deep = true};
    piece_get(&core->view, PIECE_VIEW, &id);
}

static void resolve(struct graphql_field *field)
{
    struct request *request = field->request;
    struct core *core = ARENA_NEW(request->arena, struct core);
    struct err err;
    core->field = field;
    if (!resolve_plan(request->arena, field->selected, &request->worker->settings->graphql.resolve, request_now_us(),
                      &core->resolved, &err)) {
        field->fault = core->resolved.fault;
        graphql_field_fail(field, &err);
        return;
    }
    bool groups = core->resolved.plan.kind == PLAN_GROUP;
    const struct gql_datum *view = groups ? gql_selected_argument(field->selected, "viewId") : NULL;
    if (view != NULL && view->kind != GQL_DATUM_NULL) {
        read_view(core, view);
    } else {
        carry_out(core);
    }
}

const struct graphql_endpoint graphql_core = {
    .path = "/graphql",
    .build = core_schema_build,
    .resolve = resolve,
};
