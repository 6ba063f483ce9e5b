/*
 * Operations on keys, roles and the workspace, as both protocols call them: REST's handlers (settings_rest.c) and the
 * metadata GraphQL alike. Inputs are JSON trees in the contract's GraphQL shape (REST's bodies are the same, flat);
 * what comes back are rows, and complete JSON documents to answer with or to select from.
 *
 *     struct settings_call *call = ARENA_NEW(request->arena, struct settings_call);
 *     call->request = request;          (uses its arena, its worker and its keyring; answers nothing itself)
 *     call->form = ROLE_DEEP;           (how much of the roles the documents hold)
 *     call->on_done = on_done;
 *     api_keys_create(call, input);     (input: {"name", "expiresAt", "roleId"})
 *
 * `on_done` is called once, from the loop or at once when the input is refused. Permission (policy_check_settings) is
 * the caller's business, before. A change is answered when this worker has it: the next request with a new key gets in.
 * One operation at a time for a call; a call may be used again from its on_done.
 */
#ifndef PORTTI_REQUEST_SETTINGS_H
#define PORTTI_REQUEST_SETTINGS_H

#include "common/loop/loop.h"
#include "common/pg/pg.h"
#include "common/text/json_read.h"
#include "gateway/metadata/api_key.h"
#include "gateway/metadata/workspace.h"

struct request;

/* What became of it: with `err` or `failure` set, nothing changed. */
struct settings_answer {
    const struct err *err;            /* the operation was refused; the tag is the contract's code word */
    const struct pg_failure *failure; /* or PostgreSQL failed: request_fail_pg knows what to say */
    /* In the arena. A read or a change of an unknown id has none. */
    size_t count;
    const struct str *documents; /* JSON objects, whole: api_key_put_document, role_put_json, workspace_put_json */
    const struct uuid *ids;
    const struct api_key_row *keys; /* of operations on keys */
    const struct role_row *roles;   /* of operations on roles */
    struct str token;               /* of api_keys_issue_token */
};

enum { SETTINGS_COMMANDS_MAX = 10 };

struct settings_call {
    struct request *request;
    enum role_form form;
    void (*on_done)(struct settings_call *call, const struct settings_answer *answer);
    void *context; /* the caller's */
    /* The rest is the room's. */
    struct settings_answer answer;
    struct err err;
    void (*on_results)(struct settings_call *call, struct pg_result *const *results);
    struct pg_command commands[SETTINGS_COMMANDS_MAX];
    size_t command_count;
    size_t version_at, roles_at, rules_at, keys_at; /* places of commands; 0: not among them */
    struct pg_job job;
    struct loop_timer timer;
    int64_t version, give_up_us;
    void *input; /* what the operation was asked for, for its results */
};

/* `apiKeys`: not revoked, oldest first. */
void api_keys_list(struct settings_call *call);
/* `apiKey`: revoked ones too. */
void api_keys_get(struct settings_call *call, const struct uuid *id);
/* `createApiKey`. ROLE_NOT_FOUND, ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS, INVALID_INPUT. */
void api_keys_create(struct settings_call *call, const struct json *input);
/* `updateApiKey`: `input` may hold roleId too. LAST_SETTINGS_KEY when nobody could change settings any more. */
void api_keys_update(struct settings_call *call, const struct uuid *id, const struct json *input);
/* `revokeApiKey`. LAST_SETTINGS_KEY. */
void api_keys_revoke(struct settings_call *call, const struct uuid *id);
/* `assignRoleToApiKey`. API_KEY_NOT_FOUND, and as the others. */
void api_keys_assign_role(struct settings_call *call, const struct uuid *id, const struct uuid *role_id);
/* A token for a key that an operation has just answered with, until `expires_us` (api_key_token_expiry). */
struct str api_key_token(struct settings_call *call, const struct api_key_row *key, int64_t expires_us);
/* `generateApiKeyToken`; `expires` may be empty. API_KEY_NOT_FOUND, API_KEY_REVOKED, API_KEY_EXPIRED. */
void api_keys_issue_token(struct settings_call *call, const struct uuid *id, struct str expires);

/* `getRoles`, oldest first. */
void roles_list(struct settings_call *call);
/* `getApiKeyRoles`: those that keys may have. */
void roles_list_for_keys(struct settings_call *call);
void roles_get(struct settings_call *call, const struct uuid *id);
/* `createOneRole`. ROLE_LABEL_ALREADY_EXISTS, and role_check's. */
void roles_create(struct settings_call *call, const struct json *input);
/* `updateOneRole`: `input` is its `update`. ROLE_NOT_FOUND, ROLE_NOT_EDITABLE, and as the others. */
void roles_update(struct settings_call *call, const struct uuid *id, const struct json *input);
/* `deleteOneRole`: the answer is the role that was. ROLE_NOT_FOUND, ROLE_NOT_EDITABLE, DEFAULT_ROLE_CANNOT_BE_DELETED,
 * ROLE_IN_USE while keys that are not revoked have it: giving them another one unasked could give them more. */
void roles_delete(struct settings_call *call, const struct uuid *id);

/* `getPermissionFlags`: all that are known. */
void permission_flags_list(struct settings_call *call);
/*
 * `upsertObjectPermissions`, `upsertFieldPermissions`: what a member that is absent says stays as it was. The answer is
 * the rows that are named, as documents. ROLE_NOT_FOUND, ROLE_NOT_EDITABLE, OBJECT_METADATA_NOT_FOUND,
 * CANNOT_ADD_OBJECT_PERMISSION_ON_SYSTEM_OBJECT, CANNOT_GIVE_WRITING_PERMISSION_ON_NON_READABLE_OBJECT; of fields
 * also FIELD_METADATA_NOT_FOUND, ONLY_FIELD_RESTRICTION_ALLOWED, FIELD_RESTRICTION_ONLY_ALLOWED_ON_READABLE_OBJECT,
 * FIELD_RESTRICTION_ON_UPDATE_ONLY_ALLOWED_ON_UPDATABLE_OBJECT.
 */
void object_permissions_upsert(struct settings_call *call, const struct uuid *role_id, const struct json *input);
void field_permissions_upsert(struct settings_call *call, const struct uuid *role_id, const struct json *input);
/* `upsertPermissionFlags`: the role has these and no others. INVALID_SETTING for one that is not known. */
void role_flags_replace(struct settings_call *call, const struct uuid *role_id, const struct json *input);

/* `currentWorkspace`: one document. */
void workspace_get(struct settings_call *call);
/* `updateWorkspace`: `input` is its `data`. ROLE_NOT_FOUND, and workspace_read_update's. */
void workspace_update(struct settings_call *call, const struct json *input);

#endif
