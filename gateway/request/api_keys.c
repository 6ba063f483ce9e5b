/* Keys: rows of core.api_key. Nothing secret is in them; tokens are issued from the server's secret. */
#include "common/observe/log.h"
#include "gateway/policy/policy.h"
#include "gateway/request/settings_private.h"

static void read_keys(struct settings_call *call, const struct pg_result *rows, const struct role_row *roles,
                      size_t role_count)
{
    struct arena *arena = call->request->arena;
    size_t count = pg_rows(rows);
    struct api_key_row *keys = ARENA_ARRAY(arena, struct api_key_row, count + 1);
    struct str *documents = ARENA_ARRAY(arena, struct str, count + 1);
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count + 1);
    struct strbuf text = {0};
    for (size_t i = 0; i < count; i++) {
        struct row_reader reader = {arena, rows, i, 0};
        row_key(&reader, &keys[i]);
        keys[i].role = settings_role(roles, role_count, &keys[i].role_id);
        strbuf_clear(&text);
        if (call->form == ROLE_FLAT) {
            api_key_put_json(&text, &keys[i], NULL);
        } else {
            api_key_put_document(&text, &keys[i], call->form);
        }
        documents[i] = arena_copy(arena, strbuf_str(&text));
        ids[i] = keys[i].id;
    }
    strbuf_release(&text);
    call->answer = (struct settings_answer){.count = count, .documents = documents, .ids = ids, .keys = keys};
}

static void on_keys(struct settings_call *call, struct pg_result *const *results)
{
    size_t role_count = 0;
    const struct role_row *roles = settings_roles(call, results, &role_count);
    read_keys(call, results[0], roles, role_count);
    settings_done(call);
}

void api_keys_list(struct settings_call *call)
{
    settings_begin(call);
    settings_add(call, STR("select " KEY_COLUMNS " from core.api_key where revoked_at is null order by created_at, id"),
                 NULL, NULL, 0);
    settings_add_roles(call);
    settings_run(call, PG_READ, on_keys);
}

static struct pg_param *id_param(struct settings_call *call, const struct uuid *id)
{
    struct pg_param *params = ARENA_ARRAY(call->request->arena, struct pg_param, 1);
    params[0] = param_uuid(call->request->arena, id);
    return params;
}

static void add_get(struct settings_call *call, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID};
    settings_add(call, STR("select " KEY_COLUMNS " from core.api_key where id = $1"), types, id_param(call, id), 1);
}

void api_keys_get(struct settings_call *call, const struct uuid *id)
{
    settings_begin(call);
    add_get(call, id);
    settings_add_roles(call);
    settings_run(call, PG_READ, on_keys);
}

/* ---- changes ---- */

/* What the change was to do, to say why it did not. */
struct key_change {
    struct api_key_row key;
    struct api_key_given given;
    bool must_exist;
    size_t row_at;
    size_t role_at;
};

static bool role_refused(struct settings_call *call, const struct pg_result *role)
{
    const struct key_change *change = call->input;
    char id[UUID_TEXT_LEN];
    if (!change->given.role_id) {
        return false;
    }
    uuid_print(&change->key.role_id, id);
    if (pg_rows(role) == 0) {
        settings_refuse(call, err_fail_tag(&call->err, ERR_INVALID, "ROLE_NOT_FOUND", "Role with id %.*s not found",
                                           UUID_TEXT_LEN, id));
        return true;
    }
    struct row_reader reader = {call->request->arena, role, 0, 0};
    if (!row_bool(&reader)) {
        settings_refuse(call, err_fail_tag(&call->err, ERR_INVALID, "ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS",
                                           "Role with id %.*s cannot be assigned to API keys", UUID_TEXT_LEN, id));
        return true;
    }
    return false;
}

static void refuse_unknown(struct settings_call *call, const struct uuid *id)
{
    char text[UUID_TEXT_LEN];
    uuid_print(id, text);
    settings_refuse(call, err_fail_tag(&call->err, ERR_NOT_FOUND, "API_KEY_NOT_FOUND", "API Key with id %.*s not found",
                                       UUID_TEXT_LEN, text));
}

static void on_changed(struct settings_call *call, struct pg_result *const *results)
{
    const struct key_change *change = call->input;
    const struct pg_result *rows = results[change->row_at];
    if (pg_rows(rows) == 0 && role_refused(call, results[change->role_at])) {
        return;
    }
    if (pg_rows(rows) == 0 && change->must_exist) {
        refuse_unknown(call, &change->key.id);
        return;
    }
    size_t role_count = 0;
    const struct role_row *roles = settings_roles(call, results, &role_count);
    read_keys(call, rows, roles, role_count);
    settings_done(call);
}

static void run_change(struct settings_call *call, struct key_change *change, struct str sql, const uint32_t *types,
                       const struct pg_param *params, size_t count, bool guarded)
{
    static const uint32_t role_types[] = {SQL_UUID};
    call->input = change;
    settings_add_lock(call);
    change->row_at = settings_add(call, sql, types, params, count);
    change->role_at = settings_add(call, STR("select can_be_assigned_to_api_keys from core.role where id = $1"),
                                   role_types, id_param(call, &change->key.role_id), 1);
    if (guarded) {
        settings_add_guard(call);
    }
    settings_add_version(call);
    settings_add_roles(call);
    settings_run(call, PG_WRITE, on_changed);
}

void api_keys_create(struct settings_call *call, const struct json *input)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TEXT, SQL_UUID, SQL_TIMESTAMPTZ, SQL_TIMESTAMPTZ, SQL_TIMESTAMPTZ};
    struct arena *arena = call->request->arena;
    struct key_change *change = ARENA_NEW(arena, struct key_change);
    settings_begin(call);
    if (!api_key_read_create(input, &change->key, &change->given, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    change->key.id = change->given.id ? change->key.id : fresh_id();
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(arena, &change->key.id);
    params[1] = param_text(change->key.name);
    params[2] = param_uuid(arena, &change->key.role_id);
    params[3] = param_time(call->request, change->key.expires_us);
    params[4] = change->key.revoked ? param_time(call->request, change->key.revoked_us) : param_null();
    params[5] = param_time(call->request, request_now_us());
    run_change(call, change,
               STR("insert into core.api_key (id, name, role_id, expires_at, revoked_at, created_at, updated_at)"
                   " select $1, $2, r.id, $4, $5, $6, $6 from core.role r"
                   " where r.id = $3 and r.can_be_assigned_to_api_keys returning " KEY_COLUMNS),
               types, params, ARRAY_LEN(types), false);
}

static void change_key(struct settings_call *call, struct key_change *change)
{
    static const uint32_t types[] = {SQL_UUID,        SQL_TEXT, SQL_TIMESTAMPTZ, SQL_BOOL,
                                     SQL_TIMESTAMPTZ, SQL_UUID, SQL_TIMESTAMPTZ};
    struct arena *arena = call->request->arena;
    const struct api_key_row *key = &change->key;
    const struct api_key_given *given = &change->given;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(arena, &key->id);
    params[1] = given->name ? param_text(key->name) : param_null();
    params[2] = given->expires ? param_time(call->request, key->expires_us) : param_null();
    params[3] = param_bool(given->revoked);
    params[4] = key->revoked ? param_time(call->request, key->revoked_us) : param_null();
    params[5] = given->role_id ? param_uuid(arena, &key->role_id) : param_null();
    params[6] = param_time(call->request, request_now_us());
    run_change(call, change,
               STR("update core.api_key set name = coalesce($2, name), expires_at = coalesce($3, expires_at),"
                   " revoked_at = case when $4 then $5 else revoked_at end, role_id = coalesce($6, role_id),"
                   " updated_at = $7"
                   " where id = $1 and ($6 is null or exists (select from core.role r where r.id = $6"
                   " and r.can_be_assigned_to_api_keys)) returning " KEY_COLUMNS),
               types, params, ARRAY_LEN(types), true);
}

void api_keys_update(struct settings_call *call, const struct uuid *id, const struct json *input)
{
    struct key_change *change = ARENA_NEW(call->request->arena, struct key_change);
    settings_begin(call);
    if (!api_key_read_update(input, &change->key, &change->given, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    if (change->given.role_id && !policy_check_settings(call->request->role, SETTINGS_ROLES, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    change->key.id = *id;
    change_key(call, change);
}

void api_keys_assign_role(struct settings_call *call, const struct uuid *id, const struct uuid *role_id)
{
    struct key_change *change = ARENA_NEW(call->request->arena, struct key_change);
    settings_begin(call);
    *change =
        (struct key_change){.key = {.id = *id, .role_id = *role_id}, .given = {.role_id = true}, .must_exist = true};
    change_key(call, change);
}

void api_keys_revoke(struct settings_call *call, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TIMESTAMPTZ};
    struct key_change *change = ARENA_NEW(call->request->arena, struct key_change);
    settings_begin(call);
    change->key.id = *id;
    struct pg_param *params = ARENA_ARRAY(call->request->arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(call->request->arena, id);
    params[1] = param_time(call->request, request_now_us());
    /* The first revocation is the one to remember. */
    run_change(call, change,
               STR("update core.api_key set revoked_at = coalesce(revoked_at, $2),"
                   " updated_at = case when revoked_at is null then $2 else updated_at end"
                   " where id = $1 returning " KEY_COLUMNS),
               types, params, ARRAY_LEN(types), true);
}

/* ---- tokens ---- */

static void log_issued(const struct request *request, const struct api_key_row *key)
{
    char id[UUID_TEXT_LEN];
    char by[UUID_TEXT_LEN];
    uuid_print(&key->id, id);
    uuid_print(&request->key_id, by);
    log_begin(LOG_LEVEL_INFO, "token_issued");
    log_str("id", request->id);
    log_str("key", str_of(by, UUID_TEXT_LEN));
    log_str("for", str_of(id, UUID_TEXT_LEN));
    log_end();
}

struct str api_key_token(struct settings_call *call, const struct api_key_row *key, int64_t expires_us)
{
    struct request *request = call->request;
    log_issued(request, key);
    return token_checker_issue(request->worker->tokens, request->arena, &key->workspace_id, &key->id,
                               request_now_us() / 1000000, expires_us / 1000000);
}

struct token_wish {
    struct uuid id;
    struct str expires;
};

static void on_token_key(struct settings_call *call, struct pg_result *const *results)
{
    const struct token_wish *wish = call->input;
    int64_t expires_us = 0;
    read_keys(call, results[0], NULL, 0);
    if (call->answer.count == 0) {
        refuse_unknown(call, &wish->id);
    } else if (!api_key_token_expiry(&call->answer.keys[0], wish->expires, request_now_us(), &expires_us, &call->err)) {
        settings_refuse(call, false);
    } else {
        call->answer.token = api_key_token(call, &call->answer.keys[0], expires_us);
        settings_done(call);
    }
}

void api_keys_issue_token(struct settings_call *call, const struct uuid *id, struct str expires)
{
    struct token_wish *wish = ARENA_NEW(call->request->arena, struct token_wish);
    settings_begin(call);
    *wish = (struct token_wish){*id, expires};
    call->input = wish;
    add_get(call, id);
    settings_run(call, PG_READ, on_token_key);
}
