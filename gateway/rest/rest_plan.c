/* From a route, its parameters and its body to a plan. */
#include "gateway/rest/rest.h"

#include "common/text/json_read.h"
#include "gateway/rest/rest_params.h"

static bool unsupported_route(struct err *err, const char *what)
{
    return err_fail_tag(err, ERR_UNSUPPORTED, "NOT_SUPPORTED", "%s is not supported by this server yet", what);
}

/* What the contract has and this server has not: said, not ignored. */
static bool check_supported(enum rest_action action, const struct rest_params *params, struct err *err)
{
    switch (action) {
    case REST_FIND_DUPLICATES: return unsupported_route(err, "Finding duplicates");
    case REST_MERGE: return unsupported_route(err, "Merging records");
    case REST_GROUP_BY: return unsupported_route(err, "Grouping records");
    case REST_RESTORE_MANY: return unsupported_route(err, "Restoring many records");
    case REST_DELETE_MANY:
        if (!params->filter_given) {
            return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST",
                                "Filters are mandatory for bulk %s operations. Name the records with 'filter'",
                                params->soft_delete ? "delete" : "destroy");
        }
        return unsupported_route(err, "Deleting many records by filter");
    case REST_UPDATE_MANY:
        if (!params->filter_given) {
            return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST",
                                "Filters are mandatory for bulk update operations. Name the records with 'filter'");
        }
        return unsupported_route(err, "Updating many records by filter");
    case REST_FIND_MANY: return !params->filter_given || unsupported_route(err, "Query parameter 'filter'");
    case REST_FIND_ONE:
    case REST_CREATE_ONE:
    case REST_CREATE_MANY:
    case REST_UPDATE_ONE:
    case REST_DELETE_ONE:
    case REST_RESTORE_ONE: return true;
    }
    return true;
}

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

/* A field by its name, one-to-many ones aside: those have nothing to show at depth 0. */
static const struct field *selectable(const struct object *object, struct str name)
{
    const struct field *field = object_field(object, name);
    return field != NULL && field->type != FIELD_TS_VECTOR ? field : NULL;
}

static bool unknown_fields(struct arena *arena, const struct object *object, const struct rest_params *params,
                           struct err *err)
{
    struct strbuf list = {.ceiling = 160};
    for (size_t i = 0; i < params->field_count; i++) {
        if (selectable(object, params->fields[i]) == NULL) {
            strbuf_puts(&list, list.len == 0 ? "" : ", ");
            strbuf_put(&list, str_cut(params->fields[i], 60));
        }
    }
    struct str names = arena_copy(arena, strbuf_str(&list));
    strbuf_release(&list);
    return err_fail_tag(err, ERR_INVALID, "INVALID_FIELDS_QUERY_PARAM",
                        "'fields' parameter invalid. Unknown or unreadable fields on '%.*s': %.*s",
                        STR_ARG(object->name_singular), STR_ARG(names));
}

static bool select_fields(struct arena *arena, const struct object *object, const struct rest_params *params,
                          struct plan_selection *out, struct err *err)
{
    *out = (struct plan_selection){0};
    if (!params->fields_given) {
        return true;
    }
    const struct field **fields = ARENA_ARRAY(arena, const struct field *, params->field_count + 1);
    size_t count = 0;
    fields[count++] = object->id_column->field;
    for (size_t i = 0; i < params->field_count; i++) {
        const struct field *field = selectable(object, params->fields[i]);
        if (field == NULL) {
            return unknown_fields(arena, object, params, err);
        }
        if (field != fields[0] && field->column_count > 0) {
            fields[count++] = field;
        }
    }
    *out = (struct plan_selection){fields, count};
    return true;
}

static struct json *read_body(struct arena *arena, struct str body, const struct rest_limits *limits, struct err *err)
{
    struct json_limits json_limits = {.max_depth = limits->max_json_depth, .max_nodes = limits->max_json_nodes};
    struct json *json = json_parse(arena, body, &json_limits, err);
    if (json == NULL && err != NULL) {
        err->tag = "BAD_REQUEST";
    }
    return json;
}

static bool read_create_one(struct arena *arena, const struct rest_request *request, const struct rest_limits *limits,
                            int64_t now_us, struct plan *plan, struct err *err)
{
    struct json *json = read_body(arena, request->body, limits, err);
    if (json == NULL) {
        return false;
    }
    if (json->type != JSON_OBJECT) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The body must be a JSON object, not %s",
                            json_type_name(json));
    }
    plan->inputs = ARENA_NEW(arena, struct record_input);
    plan->input_count = 1;
    return record_input_read(arena, plan->object, json, RECORD_INPUT_CREATE, now_us, &plan->inputs[0], err);
}

static bool in_record(struct err *err, size_t index)
{
    struct err whole = *err;
    return err_fail_tag(err, whole.code, whole.tag, "%s (record %zu of the batch)", whole.text, index + 1);
}

static bool read_create_many(struct arena *arena, const struct rest_request *request, const struct rest_limits *limits,
                             int64_t now_us, struct plan *plan, struct err *err)
{
    struct json *json = read_body(arena, request->body, limits, err);
    if (json == NULL) {
        return false;
    }
    if (json->type != JSON_ARRAY) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The body must be a JSON array of records, not %s",
                            json_type_name(json));
    }
    if (json->count == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The batch holds no record");
    }
    if (json->count > limits->max_batch) {
        return err_fail_tag(err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                            "Maximum number of records to upsert is %zu.", limits->max_batch);
    }
    plan->batch = true;
    plan->inputs = ARENA_ARRAY(arena, struct record_input, json->count);
    JSON_EACH(record, json)
    {
        if (record->type != JSON_OBJECT) {
            err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "A record must be a JSON object, not %s",
                         json_type_name(record));
            return in_record(err, plan->input_count);
        }
        if (!record_input_read(arena, plan->object, record, RECORD_INPUT_CREATE, now_us,
                               &plan->inputs[plan->input_count], err)) {
            return in_record(err, plan->input_count);
        }
        plan->input_count++;
    }
    return true;
}

static bool read_update(struct arena *arena, const struct rest_request *request, const struct rest_limits *limits,
                        int64_t now_us, struct plan *plan, struct err *err)
{
    /* An empty body is an empty object (contract 1.6). */
    struct str body = str_trim(request->body).len == 0 ? STR("{}") : request->body;
    struct json *json = read_body(arena, body, limits, err);
    if (json == NULL) {
        return false;
    }
    if (json->type != JSON_OBJECT) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The body must be a JSON object, not %s",
                            json_type_name(json));
    }
    plan->inputs = ARENA_NEW(arena, struct record_input);
    plan->input_count = 1;
    return record_input_read(arena, plan->object, json, RECORD_INPUT_UPDATE, now_us, &plan->inputs[0], err);
}

static enum plan_kind plan_kind_of(enum rest_action action, const struct rest_params *params)
{
    switch (action) {
    case REST_FIND_ONE: return PLAN_READ_ONE;
    case REST_CREATE_ONE:
    case REST_CREATE_MANY: return PLAN_CREATE;
    case REST_UPDATE_ONE: return PLAN_UPDATE;
    case REST_DELETE_ONE: return params->soft_delete ? PLAN_SOFT_DELETE : PLAN_DESTROY;
    case REST_RESTORE_ONE: return PLAN_RESTORE;
    default: return PLAN_READ_MANY;
    }
}

bool rest_plan(struct arena *arena, const struct catalogue *catalogue, const struct rest_request *request,
               const struct rest_limits *limits, int64_t now_us, struct plan *out, struct err *err)
{
    const struct rest_route *route = &request->route;
    struct rest_params params;
    *out = (struct plan){0};
    if (!rest_params_read(arena, request->query, route->action, limits, &params, err)) {
        return false;
    }
    if (route->id_text.len > 0 && !uuid_parse(route->id_text, &out->id)) {
        return err_fail_tag(err, ERR_INVALID, NULL, "'%.*s' is not a valid UUID",
                            STR_ARG(str_cut(route->id_text, 80)));
    }
    if (!check_supported(route->action, &params, err) || !find_object(catalogue, route->plural, &out->object, err) ||
        !select_fields(arena, out->object, &params, &out->selection, err)) {
        return false;
    }
    out->kind = plan_kind_of(route->action, &params);
    out->page = (struct plan_page){
        .limit = params.limit, .after_given = params.after_given, .after = params.after, .total = true};
    switch (route->action) {
    case REST_CREATE_ONE: return read_create_one(arena, request, limits, now_us, out, err);
    case REST_CREATE_MANY: return read_create_many(arena, request, limits, now_us, out, err);
    case REST_UPDATE_ONE: return read_update(arena, request, limits, now_us, out, err);
    default: return true;
    }
}
