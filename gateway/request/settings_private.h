/* Inside this room: how an operation on settings is put together and run (settings_call.c). */
#ifndef PORTTI_REQUEST_SETTINGS_PRIVATE_H
#define PORTTI_REQUEST_SETTINGS_PRIVATE_H

#include "gateway/request/request_private.h"
#include "gateway/request/settings.h"
#include "gateway/sql/sql_type.h"

/* Forgets what an earlier operation left behind. First of all. */
void settings_begin(struct settings_call *call);
/* Adds a command and returns its place among the results. `params` are as many as `types`. */
size_t settings_add(struct settings_call *call, struct str sql, const uint32_t *types, const struct pg_param *params,
                    size_t count);
/* First command of a change to keys or roles: such changes see each other. */
void settings_add_lock(struct settings_call *call);
/* Last but for reads, when the change could lock everybody out. */
void settings_add_guard(struct settings_call *call);
/* All roles; and the keys that have them, when the form asks for those. */
void settings_add_roles(struct settings_call *call);
/* The version of keys and roles: the answer then waits for the worker to have it. */
void settings_add_version(struct settings_call *call);
/* Runs what was added; `on_results` ends with settings_done or settings_refuse. */
void settings_run(struct settings_call *call, enum pg_job_kind kind,
                  void (*on_results)(struct settings_call *call, struct pg_result *const *results));

/* Answers, when the worker has the version. */
void settings_done(struct settings_call *call);
/* Answers with call->err. Takes err_fail's result, so that a refusal is one statement. */
void settings_refuse(struct settings_call *call, bool failed);

/* Rows, copied into the arena. */
struct row_reader {
    struct arena *arena;
    const struct pg_result *result;
    size_t row, column;
};
bool row_null(const struct row_reader *reader);
struct str row_text(struct row_reader *reader); /* NULL ptr for NULL */
bool row_bool(struct row_reader *reader);
int64_t row_int(struct row_reader *reader);
int64_t row_time(struct row_reader *reader);
struct uuid row_uuid(struct row_reader *reader); /* nil for NULL */

#define ROLE_COLUMNS                                                                                                   \
    "id, label, description, icon, is_editable, can_be_assigned_to_users, can_be_assigned_to_agents,"                  \
    " can_be_assigned_to_api_keys, can_update_all_settings, can_access_all_tools, can_read_all_object_records,"        \
    " can_update_all_object_records, can_soft_delete_all_object_records, can_destroy_all_object_records,"              \
    " can_introspect, created_at, updated_at"
#define KEY_COLUMNS                                                                                                    \
    "id, name, role_id, expires_at, revoked_at, created_at, updated_at, (select w.id from core.workspace w) as "       \
    "workspace_id"

void row_role(struct row_reader *reader, struct role_row *out);
void row_key(struct row_reader *reader, struct api_key_row *out);
/* The roles of settings_add_roles, with their keys. */
struct role_row *settings_roles(struct settings_call *call, struct pg_result *const *results, size_t *count);
const struct role_row *settings_role(const struct role_row *roles, size_t count, const struct uuid *id);

struct pg_param param_bool(bool value);
struct pg_param param_time(struct request *request, int64_t us);
struct pg_param param_optional(struct str text); /* NULL ptr: NULL */
struct uuid fresh_id(void);

#endif
