#include "gateway/policy/policy.h"

static bool denied(struct err *err)
{
    return err_fail_tag(err, ERR_FORBIDDEN, "PERMISSION_DENIED",
                        "Entity performing the request does not have permission");
}

static bool role_allows(const struct role *role, enum plan_kind kind)
{
    switch (kind) {
    case PLAN_READ_ONE:
    case PLAN_READ_MANY:
    case PLAN_GROUP:
    case PLAN_DUPLICATES: return role->can_read_all_records;
    case PLAN_CREATE:
    case PLAN_UPSERT:
    case PLAN_UPDATE: return role->can_read_all_records && role->can_update_all_records;
    case PLAN_SOFT_DELETE:
    case PLAN_RESTORE: return role->can_read_all_records && role->can_soft_delete_all_records;
    case PLAN_DESTROY: return role->can_read_all_records && role->can_destroy_all_records;
    case PLAN_MERGE: return role->can_read_all_records && role->can_update_all_records && role->can_destroy_all_records;
    case PLAN_KIND_COUNT: break;
    }
    return false;
}

bool policy_check(const struct role *role, const struct plan *plan, struct err *err)
{
    return role_allows(role, plan->kind) || denied(err);
}

bool policy_check_settings(const struct role *role, struct err *err)
{
    return role->can_update_all_settings || denied(err);
}
