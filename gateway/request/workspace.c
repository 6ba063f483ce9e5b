/* The workspace: the one row of core.workspace. */
#include "gateway/policy/policy.h"
#include "gateway/request/settings_private.h"

#define WORKSPACE_COLUMNS                                                                                              \
    "id, display_name, logo, default_role_id, application_custom_id, application_standard_id,"                         \
    " (select v.version from core.version v where v.kind = 'model'), created_at, updated_at"

struct workspace_change {
    struct workspace_row row;
    struct workspace_given given;
};

static void read_workspace(struct row_reader *reader, struct workspace_row *out)
{
    *out = (struct workspace_row){0};
    out->id = row_uuid(reader);
    out->display_name = row_text(reader);
    out->logo = row_text(reader);
    out->default_role_id = row_uuid(reader);
    out->custom_application_id = row_uuid(reader);
    out->standard_application_id = row_uuid(reader);
    out->model_version = row_int(reader);
    out->created_us = row_time(reader);
    out->updated_us = row_time(reader);
}

static void on_workspace(struct settings_call *call, struct pg_result *const *results)
{
    struct arena *arena = call->request->arena;
    const struct workspace_change *change = call->input;
    size_t role_count = 0;
    const struct role_row *roles = settings_roles(call, results, &role_count);
    if (pg_rows(results[0]) == 0 && change != NULL) {
        char id[UUID_TEXT_LEN];
        uuid_print(&change->row.default_role_id, id);
        settings_refuse(call, err_fail_tag(&call->err, ERR_INVALID, "ROLE_NOT_FOUND", "Role with id %.*s not found",
                                           UUID_TEXT_LEN, id));
        return;
    }
    struct row_reader reader = {arena, results[0], 0, 0};
    struct workspace_row row;
    struct strbuf text = {0};
    struct str *document = ARENA_NEW(arena, struct str);
    struct uuid *id = ARENA_NEW(arena, struct uuid);
    read_workspace(&reader, &row);
    row.default_role = settings_role(roles, role_count, &row.default_role_id);
    workspace_put_json(&text, &row, call->form);
    *document = arena_copy(arena, strbuf_str(&text));
    *id = row.id;
    strbuf_release(&text);
    call->answer = (struct settings_answer){.count = 1, .documents = document, .ids = id};
    settings_done(call);
}

void workspace_get(struct settings_call *call)
{
    settings_begin(call);
    settings_add(call, STR("select " WORKSPACE_COLUMNS " from core.workspace"), NULL, NULL, 0);
    settings_add_roles(call);
    settings_run(call, PG_READ, on_workspace);
}

void workspace_update(struct settings_call *call, const struct json *input)
{
    static const uint32_t types[] = {SQL_TEXT, SQL_BOOL, SQL_TEXT, SQL_UUID, SQL_TIMESTAMPTZ};
    struct arena *arena = call->request->arena;
    struct workspace_change *change = ARENA_NEW(arena, struct workspace_change);
    settings_begin(call);
    if (!workspace_read_update(input, &change->row, &change->given, &call->err) ||
        (change->given.default_role_id && !policy_check_settings(call->request->role, SETTINGS_ROLES, &call->err))) {
        settings_refuse(call, false);
        return;
    }
    call->input = change;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(types));
    params[0] = change->given.display_name ? param_text(change->row.display_name) : param_null();
    params[1] = param_bool(change->given.logo);
    params[2] = param_optional(change->row.logo);
    params[3] = change->given.default_role_id ? param_uuid(arena, &change->row.default_role_id) : param_null();
    params[4] = param_time(call->request, request_now_us());
    settings_add(call,
                 STR("update core.workspace set display_name = coalesce($1, display_name),"
                     " logo = case when $2 then $3 else logo end, default_role_id = coalesce($4, default_role_id),"
                     " updated_at = $5 where $4 is null or exists (select from core.role r where r.id = $4)"
                     " returning " WORKSPACE_COLUMNS),
                 types, params, ARRAY_LEN(types));
    settings_add_roles(call);
    settings_run(call, PG_WRITE, on_workspace);
}
