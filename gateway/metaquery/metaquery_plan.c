/* Arguments of root fields into what is to be done. */
#include "gateway/metaquery/metaquery_inner.h"

struct reading {
    struct arena *arena;
    const struct gql_selected *root;
    struct err *err;
};

static bool read_uuid(const struct reading *r, const struct json *json, struct uuid *out)
{
    struct str shown = json == NULL ? STR_EMPTY : str_cut(json->text, 80);
    return (json_is(json, JSON_STRING) && uuid_parse(json->text, out)) ||
           err_fail_tag(r->err, ERR_INVALID, "BAD_USER_INPUT", "'%.*s' is not a valid UUID", STR_ARG(shown));
}

/* NULL when it is not given or null. */
static const struct json *argument(const struct reading *r, const char *name)
{
    const struct gql_datum *datum = gql_selected_argument(r->root, name);
    return datum == NULL || datum->kind == GQL_DATUM_NULL ? NULL : gql_datum_json(r->arena, datum);
}

static struct model_op *one_op(struct reading *r, struct metaquery *query, enum model_kind kind, enum model_verb verb)
{
    struct model_op *op = ARENA_NEW(r->arena, struct model_op);
    *op = (struct model_op){.kind = kind, .verb = verb};
    query->ops = op;
    query->op_count = 1;
    return op;
}

static bool read_create(struct reading *r, struct metaquery *query, enum model_kind kind)
{
    struct model_op *op = one_op(r, query, kind, MODEL_CREATE);
    op->input = json_get(argument(r, "input"), kind == MODEL_OBJECT ? "object" : "field");
    return true;
}

static bool read_update(const struct reading *r, const struct json *input, enum model_kind kind, struct model_op *op)
{
    *op = (struct model_op){.kind = kind, .verb = MODEL_UPDATE, .input = json_get(input, "update")};
    return read_uuid(r, json_get(input, "id"), &op->id);
}

static bool read_updates(struct reading *r, struct metaquery *query)
{
    const struct json *inputs = argument(r, "inputs");
    struct model_op *ops = ARENA_ARRAY(r->arena, struct model_op, inputs->count + 1);
    query->ops = ops;
    JSON_EACH(input, inputs)
    {
        if (!read_update(r, input, MODEL_OBJECT, &ops[query->op_count++])) {
            return false;
        }
    }
    return true;
}

static bool read_delete(struct reading *r, struct metaquery *query, enum model_kind kind)
{
    struct model_op *op = one_op(r, query, kind, MODEL_DELETE);
    return read_uuid(r, json_get(argument(r, "input"), "id"), &op->id);
}

static bool read_model_change(struct reading *r, struct metaquery *query)
{
    switch (query->role) {
    case META_CREATE_OBJECT: return read_create(r, query, MODEL_OBJECT);
    case META_CREATE_FIELD: return read_create(r, query, MODEL_FIELD);
    case META_UPDATE_OBJECT:
        return read_update(r, argument(r, "input"), MODEL_OBJECT, one_op(r, query, MODEL_OBJECT, MODEL_UPDATE));
    case META_UPDATE_FIELD:
        return read_update(r, argument(r, "input"), MODEL_FIELD, one_op(r, query, MODEL_FIELD, MODEL_UPDATE));
    case META_UPDATE_OBJECTS: return read_updates(r, query);
    case META_DELETE_OBJECT: return read_delete(r, query, MODEL_OBJECT);
    default: return read_delete(r, query, MODEL_FIELD);
    }
}

/* {id, update} into the id and what it nests. */
static bool read_nested(struct reading *r, struct metaquery *query, const char *name)
{
    const struct json *input = argument(r, name);
    query->input = json_get(input, "update");
    return read_uuid(r, json_get(input, "id"), &query->id);
}

/* {id, …}: whoever reads the rest does not mind the id. */
static bool read_with_id(struct reading *r, struct metaquery *query)
{
    query->input = argument(r, "input");
    return read_uuid(r, json_get(query->input, "id"), &query->id);
}

/* {roleId, …} */
static bool read_role_input(struct reading *r, struct metaquery *query, const char *name)
{
    query->input = argument(r, name);
    return read_uuid(r, json_get(query->input, "roleId"), &query->id);
}

static bool read_settings(struct reading *r, struct metaquery *query)
{
    switch (query->role) {
    case META_OBJECT:
    case META_FIELD:
    case META_WEBHOOK:
    case META_ROLE:
    case META_DELETE_WEBHOOK:
    case META_WEBHOOK_REPLAYS:
    case META_TEST_WEBHOOK:
    case META_PAUSE_WEBHOOK:
    case META_RESUME_WEBHOOK:
    case META_CANCEL_REPLAY: return read_uuid(r, argument(r, "id"), &query->id);
    case META_ROTATE_WEBHOOK:
    case META_REPLAY_WEBHOOK: query->input = argument(r, "input"); return read_uuid(r, argument(r, "id"), &query->id);
    case META_WEBHOOK_DELIVERY:
    case META_RESEND_DELIVERY: query->delivery_id = argument(r, "id")->text; return true;
    case META_API_KEY:
    case META_REVOKE_API_KEY:
    case META_UPDATE_API_KEY: return read_with_id(r, query);
    case META_UPDATE_WEBHOOK: return read_nested(r, query, "input");
    case META_UPDATE_ROLE: return read_nested(r, query, "updateRoleInput");
    case META_DELETE_ROLE: return read_uuid(r, argument(r, "roleId"), &query->id);
    case META_WEBHOOK_DELIVERIES:
    case META_CREATE_WEBHOOK:
    case META_CREATE_API_KEY: query->input = argument(r, "input"); return true;
    case META_CREATE_ROLE: query->input = argument(r, "createRoleInput"); return true;
    case META_OBJECT_PERMISSIONS: return read_role_input(r, query, "upsertObjectPermissionsInput");
    case META_FIELD_PERMISSIONS: return read_role_input(r, query, "upsertFieldPermissionsInput");
    case META_ROLE_FLAGS: return read_role_input(r, query, "upsertPermissionFlagsInput");
    case META_UPDATE_WORKSPACE: query->input = argument(r, "data"); return true;
    case META_ASSIGN_ROLE:
        return read_uuid(r, argument(r, "apiKeyId"), &query->id) &&
               read_uuid(r, argument(r, "roleId"), &query->role_id);
    case META_GENERATE_TOKEN:
        query->expires = argument(r, "expiresAt")->text;
        return read_uuid(r, argument(r, "apiKeyId"), &query->id);
    default: return true;
    }
}

bool metaquery_plan(struct arena *arena, const struct gql_selected *root, struct metaquery *out, struct err *err)
{
    struct reading reading = {arena, root, err};
    *out = (struct metaquery){.root = root, .role = (enum metadata_role)root->field->role};
    if (out->role == META_PIECES) {
        return read_pieces(arena, out, err);
    }
    out->settings = out->role > META_FIELD;
    bool changes_model = out->role >= META_CREATE_OBJECT && out->role <= META_DELETE_FIELD;
    return changes_model ? read_model_change(&reading, out) : read_settings(&reading, out);
}
