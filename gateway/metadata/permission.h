/*
 * Permissions of a role as the metadata API takes them (contract/metadata section 7). Pure: inputs are read against the
 * model, and become JSON for the statement that lays them over what is stored.
 */
#ifndef PORTTI_METADATA_PERMISSION_H
#define PORTTI_METADATA_PERMISSION_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"

enum { PERMISSIONS_MAX = 2000 };

/*
 * UpsertObjectPermissionsInput into [{"object_id":…,"can_read":…,"can_update":…,"can_soft_delete":…,"can_destroy":…}],
 * without what was not given. OBJECT_METADATA_NOT_FOUND, CANNOT_ADD_OBJECT_PERMISSION_ON_SYSTEM_OBJECT, INVALID_INPUT.
 */
MUST_CHECK bool object_permissions_read(struct arena *arena, const struct catalogue *catalogue,
                                        const struct json *input, struct str *out, struct err *err);
/*
 * UpsertFieldPermissionsInput into [{"object_id":…,"field_id":…,"can_read":…,"can_update":…}]. Of a relation the other
 * side follows as a row of its own, with "mirror". OBJECT_METADATA_NOT_FOUND, FIELD_METADATA_NOT_FOUND,
 * CANNOT_ADD_FIELD_PERMISSION_ON_SYSTEM_OBJECT, ONLY_FIELD_RESTRICTION_ALLOWED, INVALID_INPUT (the id of a record
 * cannot be hidden: every answer stands on it).
 */
MUST_CHECK bool field_permissions_read(struct arena *arena, const struct catalogue *catalogue, const struct json *input,
                                       struct str *out, struct err *err);
/* UpsertPermissionFlagsInput into ["DATA_MODEL",…]. INVALID_SETTING for what no flag is called; whether there is such a
 * flag is the database's to say. */
MUST_CHECK bool role_flags_read(struct arena *arena, const struct json *input, struct str *out, struct err *err);

#endif
