/* Roles: rows of core.role. */
#include "gateway/request/settings_private.h"

static void answer_roles(struct settings_call *call, const struct role_row *roles, size_t count)
{
    struct arena *arena = call->request->arena;
    struct str *documents = ARENA_ARRAY(arena, struct str, count + 1);
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count + 1);
    struct strbuf text = {0};
    for (size_t i = 0; i < count; i++) {
        strbuf_clear(&text);
        role_put_json(&text, &roles[i], call->form);
        documents[i] = arena_copy(arena, strbuf_str(&text));
        ids[i] = roles[i].id;
    }
    strbuf_release(&text);
    call->answer = (struct settings_answer){.count = count, .documents = documents, .ids = ids, .roles = roles};
    settings_done(call);
}

static void on_all(struct settings_call *call, struct pg_result *const *results)
{
    size_t count = 0;
    const struct role_row *roles = settings_roles(call, results, &count);
    answer_roles(call, roles, count);
}

void roles_list(struct settings_call *call)
{
    settings_begin(call);
    settings_add_roles(call);
    settings_run(call, PG_READ, on_all);
}

static void on_assignable(struct settings_call *call, struct pg_result *const *results)
{
    size_t count = 0;
    size_t kept = 0;
    struct role_row *roles = settings_roles(call, results, &count);
    for (size_t i = 0; i < count; i++) {
        if (roles[i].flags[ROLE_FOR_API_KEYS]) {
            roles[kept++] = roles[i];
        }
    }
    answer_roles(call, roles, kept);
}

void roles_list_for_keys(struct settings_call *call)
{
    settings_begin(call);
    settings_add_roles(call);
    settings_run(call, PG_READ, on_assignable);
}

static void on_one(struct settings_call *call, struct pg_result *const *results)
{
    size_t count = 0;
    const struct role_row *roles = settings_roles(call, results, &count);
    const struct role_row *role = settings_role(roles, count, call->input);
    answer_roles(call, role, role == NULL ? 0 : 1);
}

static void keep_id(struct settings_call *call, const struct uuid *id)
{
    struct uuid *kept = ARENA_NEW(call->request->arena, struct uuid);
    *kept = *id;
    call->input = kept;
}

void roles_get(struct settings_call *call, const struct uuid *id)
{
    settings_begin(call);
    keep_id(call, id);
    settings_add_roles(call);
    settings_run(call, PG_READ, on_one);
}

/* ---- changes ---- */

/* Commands of a change: the lock, the role as it was, the change, then the guard and the reads. */
enum { BEFORE_AT = 1, CHANGE_AT = 2 };

struct role_change {
    struct uuid id;
    struct role_row role;
    struct role_given given;
};

static void add_before(struct settings_call *call, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID};
    struct pg_param *params = ARENA_ARRAY(call->request->arena, struct pg_param, 1);
    params[0] = param_uuid(call->request->arena, id);
    settings_add(call,
                 STR("select " ROLE_COLUMNS ", exists (select from core.workspace w where w.default_role_id = $1),"
                     " (select count(*) from core.api_key k where k.role_id = $1 and k.revoked_at is null)"
                     " from core.role where id = $1"),
                 types, params, 1);
}

static bool check_before(struct settings_call *call, const struct pg_result *before, struct row_reader *reader,
                         struct role_row *role)
{
    const struct role_change *change = call->input;
    char id[UUID_TEXT_LEN];
    uuid_print(&change->id, id);
    *reader = (struct row_reader){call->request->arena, before, 0, 0};
    if (pg_rows(before) == 0) {
        return err_fail_tag(&call->err, ERR_NOT_FOUND, "ROLE_NOT_FOUND", "Role with id %.*s not found", UUID_TEXT_LEN,
                            id);
    }
    row_role(reader, role);
    return role->editable || err_fail_tag(&call->err, ERR_INVALID, "ROLE_NOT_EDITABLE", "Role is not editable");
}

static void answer_changed(struct settings_call *call, struct pg_result *const *results)
{
    const struct role_change *change = call->input;
    size_t count = 0;
    const struct role_row *roles = settings_roles(call, results, &count);
    answer_roles(call, settings_role(roles, count, &change->id), 1);
}

static void on_created(struct settings_call *call, struct pg_result *const *results)
{
    if (pg_rows(results[CHANGE_AT]) == 0) {
        const struct role_change *change = call->input;
        settings_refuse(call, err_fail_tag(&call->err, ERR_CONFLICT, "ROLE_LABEL_ALREADY_EXISTS",
                                           "There is a role with the label \"%.*s\" or with this id already",
                                           STR_ARG(change->role.label)));
    } else {
        answer_changed(call, results);
    }
}

void roles_create(struct settings_call *call, const struct json *input)
{
    static const uint32_t types[5 + ROLE_FLAG_COUNT] = {SQL_UUID, SQL_TEXT, SQL_TEXT, SQL_TEXT, SQL_BOOL,
                                                        SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL,
                                                        SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_TIMESTAMPTZ};
    struct arena *arena = call->request->arena;
    struct role_change *change = ARENA_NEW(arena, struct role_change);
    settings_begin(call);
    if (!role_read_create(input, &change->role, &change->given, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    change->id = change->given.id ? change->role.id : fresh_id();
    call->input = change;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(arena, &change->id);
    params[1] = param_text(change->role.label);
    params[2] = param_optional(change->role.description);
    params[3] = param_optional(change->role.icon);
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        params[4 + i] = param_bool(change->role.flags[i]);
    }
    params[4 + ROLE_FLAG_COUNT] = param_time(call->request, request_now_us());
    settings_add_lock(call);
    add_before(call, &change->id);
    settings_add(call,
                 STR("insert into core.role (id, label, description, icon, can_be_assigned_to_users,"
                     " can_be_assigned_to_agents, can_be_assigned_to_api_keys, can_update_all_settings,"
                     " can_access_all_tools, can_read_all_object_records, can_update_all_object_records,"
                     " can_soft_delete_all_object_records, can_destroy_all_object_records, can_introspect, created_at,"
                     " updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)"
                     " on conflict do nothing returning id"),
                 types, params, ARRAY_LEN(types));
    settings_add_version(call);
    settings_add_roles(call);
    settings_run(call, PG_WRITE, on_created);
}

/* Why nothing was updated. */
static bool explain_update(struct settings_call *call, const struct pg_result *before)
{
    const struct role_change *change = call->input;
    struct row_reader reader;
    struct role_row role = {0};
    if (!check_before(call, before, &reader, &role)) {
        return false;
    }
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        role.flags[i] = change->given.flags[i] ? change->role.flags[i] : role.flags[i];
    }
    return role_check(role.flags, &call->err) &&
           err_fail_tag(&call->err, ERR_CONFLICT, "ROLE_LABEL_ALREADY_EXISTS",
                        "There is a role with the label \"%.*s\" already", STR_ARG(change->role.label));
}

static void on_updated(struct settings_call *call, struct pg_result *const *results)
{
    if (pg_rows(results[CHANGE_AT]) == 0) {
        settings_refuse(call, explain_update(call, results[BEFORE_AT]));
    } else {
        answer_changed(call, results);
    }
}

/* The conditions are those of role_check and of what explain_update tells: a row that fails one is not touched. */
#define UPDATE_ROLE                                                                                                    \
    "with new as (select r.id, coalesce($2, r.label) as label,"                                                        \
    " case when $3 then $4 else r.description end as description, case when $5 then $6 else r.icon end as icon,"       \
    " coalesce($7, r.can_be_assigned_to_users) as users, coalesce($8, r.can_be_assigned_to_agents) as agents,"         \
    " coalesce($9, r.can_be_assigned_to_api_keys) as keys, coalesce($10, r.can_update_all_settings) as settings,"      \
    " coalesce($11, r.can_access_all_tools) as tools, coalesce($12, r.can_read_all_object_records) as reads,"          \
    " coalesce($13, r.can_update_all_object_records) as updates,"                                                      \
    " coalesce($14, r.can_soft_delete_all_object_records) as deletes,"                                                 \
    " coalesce($15, r.can_destroy_all_object_records) as destroys, coalesce($16, r.can_introspect) as introspects"     \
    " from core.role r where r.id = $1 and r.is_editable)"                                                             \
    " update core.role r set label = new.label, description = new.description, icon = new.icon,"                       \
    " can_be_assigned_to_users = new.users, can_be_assigned_to_agents = new.agents,"                                   \
    " can_be_assigned_to_api_keys = new.keys, can_update_all_settings = new.settings,"                                 \
    " can_access_all_tools = new.tools, can_read_all_object_records = new.reads,"                                      \
    " can_update_all_object_records = new.updates, can_soft_delete_all_object_records = new.deletes,"                  \
    " can_destroy_all_object_records = new.destroys, can_introspect = new.introspects, updated_at = $17"               \
    " from new where r.id = new.id and (new.reads or not (new.updates or new.deletes or new.destroys))"                \
    " and (new.users or new.agents or new.keys)"                                                                       \
    " and not exists (select from core.role other where other.label = new.label and other.id <> new.id) returning "    \
    "r.id"

void roles_update(struct settings_call *call, const struct uuid *id, const struct json *input)
{
    static const uint32_t types[7 + ROLE_FLAG_COUNT] = {
        SQL_UUID, SQL_TEXT, SQL_BOOL, SQL_TEXT, SQL_BOOL, SQL_TEXT, SQL_BOOL, SQL_BOOL,       SQL_BOOL,
        SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_BOOL, SQL_TIMESTAMPTZ};
    struct arena *arena = call->request->arena;
    struct role_change *change = ARENA_NEW(arena, struct role_change);
    settings_begin(call);
    if (!role_read_update(input, &change->role, &change->given, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    change->id = *id;
    call->input = change;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(arena, id);
    params[1] = change->given.label ? param_text(change->role.label) : param_null();
    params[2] = param_bool(change->given.description);
    params[3] = param_optional(change->role.description);
    params[4] = param_bool(change->given.icon);
    params[5] = param_optional(change->role.icon);
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        params[6 + i] = change->given.flags[i] ? param_bool(change->role.flags[i]) : param_null();
    }
    params[6 + ROLE_FLAG_COUNT] = param_time(call->request, request_now_us());
    settings_add_lock(call);
    add_before(call, id);
    settings_add(call, STR(UPDATE_ROLE), types, params, ARRAY_LEN(types));
    settings_add_guard(call);
    settings_add_version(call);
    settings_add_roles(call);
    settings_run(call, PG_WRITE, on_updated);
}

static bool explain_delete(struct settings_call *call, struct row_reader *reader)
{
    if (row_bool(reader)) {
        return err_fail_tag(&call->err, ERR_INVALID, "DEFAULT_ROLE_CANNOT_BE_DELETED",
                            "The default role cannot be deleted. Make another one the default first");
    }
    return err_fail_tag(&call->err, ERR_CONFLICT, "ROLE_IN_USE",
                        "The role cannot be deleted: %lld API keys have it. Give them another one first",
                        (long long)row_int(reader));
}

static void on_deleted(struct settings_call *call, struct pg_result *const *results)
{
    struct row_reader reader;
    struct role_row *role = ARENA_NEW(call->request->arena, struct role_row);
    if (!check_before(call, results[BEFORE_AT], &reader, role)) {
        settings_refuse(call, false);
    } else if (pg_rows(results[CHANGE_AT]) == 0) {
        settings_refuse(call, explain_delete(call, &reader));
    } else {
        answer_roles(call, role, 1);
    }
}

void roles_delete(struct settings_call *call, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID};
    struct arena *arena = call->request->arena;
    struct role_change *change = ARENA_NEW(arena, struct role_change);
    settings_begin(call);
    change->id = *id;
    call->input = change;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, 1);
    params[0] = param_uuid(arena, id);
    settings_add_lock(call);
    add_before(call, id);
    settings_add(call,
                 STR("delete from core.role where id = $1 and is_editable"
                     " and not exists (select from core.workspace w where w.default_role_id = $1)"
                     " and not exists (select from core.api_key k where k.role_id = $1 and k.revoked_at is null)"
                     " returning id"),
                 types, params, 1);
    settings_add_version(call);
    settings_run(call, PG_WRITE, on_deleted);
}
