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
#define OBJECT_PERMISSION_JSON                                                                                         \
    "json_build_object('objectMetadataId', o.object_id, 'canReadObjectRecords', o.can_read,"                           \
    " 'canUpdateObjectRecords', o.can_update, 'canSoftDeleteObjectRecords', o.can_soft_delete,"                        \
    " 'canDestroyObjectRecords', o.can_destroy, 'restrictedFields', coalesce((select json_object_agg(f.field_id,"      \
    " json_build_object('canRead', f.can_read, 'canUpdate', f.can_update)) from core.field_permission f"               \
    " where f.role_id = o.role_id and f.object_id = o.object_id), '{}'), 'rowLevelPermissionPredicates', '[]'::json,"  \
    " 'rowLevelPermissionPredicateGroups', '[]'::json)"
#define FIELD_PERMISSION_JSON                                                                                          \
    "json_build_object('id', f.id, 'objectMetadataId', f.object_id, 'fieldMetadataId', f.field_id, 'roleId',"          \
    " f.role_id, 'canReadFieldValue', f.can_read, 'canUpdateFieldValue', f.can_update)"
#define ROLE_FLAG_JSON "json_build_object('id', p.id, 'roleId', p.role_id, 'flag', p.flag)"
/* Objects of which only fields are restricted are among the objects as well, where clients look for those. */
#define OBJECTS_WITH_RULES                                                                                             \
    "(select role_id, object_id, can_read, can_update, can_soft_delete, can_destroy from core.object_permission"       \
    " union all select distinct f.role_id, f.object_id, null::boolean, null::boolean, null::boolean, null::boolean"    \
    " from core.field_permission f where not exists (select from core.object_permission p"                             \
    " where p.role_id = f.role_id and p.object_id = f.object_id))"
/* In the order of settings_add_roles. */
#define ROLE_RULES                                                                                                     \
    "select (select json_agg(" ROLE_FLAG_JSON " order by p.flag) from core.role_permission_flag p"                     \
    " where p.role_id = r.id)::text,"                                                                                  \
    " (select json_agg(" OBJECT_PERMISSION_JSON " order by o.object_id) from " OBJECTS_WITH_RULES " o"                 \
    " where o.role_id = r.id)::text,"                                                                                  \
    " (select json_agg(" FIELD_PERMISSION_JSON " order by f.object_id, f.field_id) from core.field_permission f"       \
    " where f.role_id = r.id)::text from core.role r order by r.created_at, r.label"
#define KEY_COLUMNS                                                                                                    \
    "id, name, role_id, expires_at, revoked_at, created_at, updated_at, (select w.id from core.workspace w) as "       \
    "workspace_id"

/* Rows of an id and a JSON document, into the arena. */
void row_documents(struct arena *arena, const struct pg_result *result, const struct uuid **ids,
                   const struct str **documents);
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
