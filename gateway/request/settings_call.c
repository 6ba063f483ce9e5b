/* One operation on settings: its commands, its wait for the worker to have the change, its rows. */
#include "common/crypto/digest.h"
#include "gateway/request/settings_private.h"

enum { SETTLE_STEP_US = 1000, SETTLE_MAX_US = 1000000 };

void settings_begin(struct settings_call *call)
{
    call->answer = (struct settings_answer){0};
    call->command_count = 0;
    call->version_at = call->roles_at = call->rules_at = call->keys_at = 0;
    call->version = 0;
    call->input = NULL;
}

size_t settings_add(struct settings_call *call, struct str sql, const uint32_t *types, const struct pg_param *params,
                    size_t count)
{
    call->commands[call->command_count] = request_command(call->request, (struct sql){sql, types, count}, params);
    return call->command_count++;
}

void settings_add_lock(struct settings_call *call)
{
    settings_add(call, STR("select pg_advisory_xact_lock(7077005)"), NULL, NULL, 0);
}

void settings_add_guard(struct settings_call *call)
{
    settings_add(call, STR("select core.keep_settings_key()"), NULL, NULL, 0);
}

void settings_add_roles(struct settings_call *call)
{
    call->roles_at =
        settings_add(call, STR("select " ROLE_COLUMNS " from core.role order by created_at, label"), NULL, NULL, 0);
    if (call->form != ROLE_FLAT) {
        call->rules_at = settings_add(call, STR(ROLE_RULES), NULL, NULL, 0);
    }
    if (call->form == ROLE_DEEP) {
        call->keys_at = settings_add(
            call, STR("select " KEY_COLUMNS " from core.api_key where role_id is not null order by created_at, id"),
            NULL, NULL, 0);
    }
}

void settings_add_version(struct settings_call *call)
{
    call->version_at = settings_add(call, STR("select version from core.version where kind = 'keys'"), NULL, NULL, 0);
}

/* ---- the end ---- */

static void finish(struct settings_call *call)
{
    loop_timer_release(&call->timer);
    call->on_done(call, &call->answer);
}

static bool is_settled(const struct settings_call *call)
{
    struct loop *loop = call->request->worker->executor.loop;
    return call->request->worker->keyring->version >= call->version || loop_now_us(loop) >= call->give_up_us;
}

static void on_settle(void *context)
{
    struct settings_call *call = context;
    if (is_settled(call)) {
        finish(call);
    } else {
        loop_timer_start(&call->timer, SETTLE_STEP_US);
    }
}

void settings_done(struct settings_call *call)
{
    struct loop *loop = call->request->worker->executor.loop;
    call->give_up_us = loop_now_us(loop) + SETTLE_MAX_US;
    loop_timer_init(&call->timer, loop, on_settle, call);
    on_settle(call);
}

void settings_refuse(struct settings_call *call, bool failed)
{
    (void)failed;
    call->answer = (struct settings_answer){.err = &call->err};
    call->on_done(call, &call->answer);
}

static void on_job_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct settings_call *call = context;
    request_note_job(call->request, &call->job);
    if (failure == NULL) {
        struct row_reader version = {call->request->arena, results[call->version_at], 0, 0};
        call->version = call->version_at > 0 ? row_int(&version) : 0;
        call->on_results(call, results);
    } else if (strcmp(failure->sqlstate, "PT001") == 0) {
        settings_refuse(call, err_fail_tag(&call->err, ERR_CONFLICT, "LAST_SETTINGS_KEY",
                                           "No key that is in force could change settings any more, and everybody "
                                           "would be locked out. Make another such key first"));
    } else {
        call->answer = (struct settings_answer){.failure = failure};
        call->on_done(call, &call->answer);
    }
}

void settings_run(struct settings_call *call, enum pg_job_kind kind,
                  void (*on_results)(struct settings_call *call, struct pg_result *const *results))
{
    call->on_results = on_results;
    call->job = (struct pg_job){.kind = kind,
                                .commands = call->commands,
                                .command_count = call->command_count,
                                .on_done = on_job_done,
                                .context = call};
    pg_submit(call->request->worker->executor.slow, &call->job);
}

/* ---- rows ---- */

bool row_null(const struct row_reader *reader)
{
    struct str value;
    return !pg_value(reader->result, reader->row, reader->column, &value);
}

struct str row_text(struct row_reader *reader)
{
    struct str value;
    if (!pg_value(reader->result, reader->row, reader->column++, &value)) {
        return STR_EMPTY;
    }
    return value.len == 0 ? STR("") : arena_copy(reader->arena, value);
}

bool row_bool(struct row_reader *reader)
{
    return pg_bool_at(reader->result, reader->row, reader->column++);
}

int64_t row_int(struct row_reader *reader)
{
    return pg_int_at(reader->result, reader->row, reader->column++);
}

int64_t row_time(struct row_reader *reader)
{
    return pg_time_at(reader->result, reader->row, reader->column++);
}

struct uuid row_uuid(struct row_reader *reader)
{
    return pg_uuid_at(reader->result, reader->row, reader->column++);
}

void row_documents(struct arena *arena, const struct pg_result *result, const struct uuid **ids,
                   const struct str **documents)
{
    size_t count = pg_rows(result);
    struct uuid *all_ids = ARENA_ARRAY(arena, struct uuid, count + 1);
    struct str *all = ARENA_ARRAY(arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct row_reader reader = {arena, result, i, 0};
        all_ids[i] = row_uuid(&reader);
        all[i] = row_text(&reader);
    }
    *ids = all_ids;
    *documents = all;
}

void row_role(struct row_reader *reader, struct role_row *out)
{
    *out = (struct role_row){0};
    out->id = row_uuid(reader);
    out->label = row_text(reader);
    out->description = row_text(reader);
    out->icon = row_text(reader);
    out->editable = row_bool(reader);
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        out->flags[i] = row_bool(reader);
    }
    out->created_us = row_time(reader);
    out->updated_us = row_time(reader);
}

void row_key(struct row_reader *reader, struct api_key_row *out)
{
    *out = (struct api_key_row){0};
    out->id = row_uuid(reader);
    out->name = row_text(reader);
    out->role_id = row_uuid(reader);
    out->expires_us = row_time(reader);
    out->revoked = !row_null(reader);
    out->revoked_us = row_time(reader);
    out->created_us = row_time(reader);
    out->updated_us = row_time(reader);
    out->workspace_id = row_uuid(reader);
}

/* Shares the keys out among their roles. */
static void give_keys(struct settings_call *call, const struct pg_result *result, struct role_row *roles, size_t count)
{
    struct arena *arena = call->request->arena;
    size_t key_count = pg_rows(result);
    struct api_key_row *keys = ARENA_ARRAY(arena, struct api_key_row, key_count + 1);
    for (size_t i = 0; i < key_count; i++) {
        struct row_reader reader = {arena, result, i, 0};
        row_key(&reader, &keys[i]);
    }
    for (size_t r = 0; r < count; r++) {
        const struct api_key_row **mine = ARENA_ARRAY(arena, const struct api_key_row *, key_count + 1);
        for (size_t i = 0; i < key_count; i++) {
            if (uuid_eq(&keys[i].role_id, &roles[r].id)) {
                mine[roles[r].key_count++] = &keys[i];
            }
        }
        roles[r].keys = mine;
    }
}

/* The same number of rows in the same order as the roles. */
static void give_rules(struct settings_call *call, const struct pg_result *result, struct role_row *roles, size_t count)
{
    for (size_t i = 0; i < count && i < pg_rows(result); i++) {
        struct row_reader reader = {call->request->arena, result, i, 0};
        roles[i].flags_json = row_text(&reader);
        roles[i].objects_json = row_text(&reader);
        roles[i].fields_json = row_text(&reader);
    }
}

struct role_row *settings_roles(struct settings_call *call, struct pg_result *const *results, size_t *count)
{
    const struct pg_result *result = results[call->roles_at];
    *count = pg_rows(result);
    struct role_row *roles = ARENA_ARRAY(call->request->arena, struct role_row, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        struct row_reader reader = {call->request->arena, result, i, 0};
        row_role(&reader, &roles[i]);
    }
    if (call->rules_at > 0) {
        give_rules(call, results[call->rules_at], roles, *count);
    }
    if (call->keys_at > 0) {
        give_keys(call, results[call->keys_at], roles, *count);
    }
    return roles;
}

const struct role_row *settings_role(const struct role_row *roles, size_t count, const struct uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_eq(&roles[i].id, id)) {
            return &roles[i];
        }
    }
    return NULL;
}

/* ---- parameters ---- */

struct pg_param param_bool(bool value)
{
    return param_text(value ? STR("t") : STR("f"));
}

struct pg_param param_time(struct request *request, int64_t us)
{
    struct value value = {.kind = COLUMN_TIMESTAMPTZ, .as.us = us};
    return param_value(request->arena, &value);
}

struct pg_param param_optional(struct str text)
{
    return text.ptr == NULL ? param_null() : param_text(text);
}

struct uuid fresh_id(void)
{
    uint8_t random[16];
    random_bytes(random, sizeof random);
    return uuid_v4(random);
}
