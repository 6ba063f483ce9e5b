#include "gateway/metadata/role.h"

#include "gateway/metadata/api_key.h"
#include "gateway/metadata/body.h"
#include "gateway/metadata/put.h"

static const struct {
    const char *name;
    bool unset; /* what a new role has when nobody says */
} flag_rows[ROLE_FLAG_COUNT] = {
    [ROLE_FOR_USERS] = {"canBeAssignedToUsers", true},
    [ROLE_FOR_AGENTS] = {"canBeAssignedToAgents", true},
    [ROLE_FOR_API_KEYS] = {"canBeAssignedToApiKeys", true},
    [ROLE_UPDATE_SETTINGS] = {"canUpdateAllSettings", false},
    [ROLE_ACCESS_TOOLS] = {"canAccessAllTools", false},
    [ROLE_READ_RECORDS] = {"canReadAllObjectRecords", false},
    [ROLE_UPDATE_RECORDS] = {"canUpdateAllObjectRecords", false},
    [ROLE_SOFT_DELETE_RECORDS] = {"canSoftDeleteAllObjectRecords", false},
    [ROLE_DESTROY_RECORDS] = {"canDestroyAllObjectRecords", false},
    [ROLE_INTROSPECT] = {"canIntrospect", true},
};

static bool read_common(const struct json *body, struct role_row *out, struct role_given *given, struct err *err)
{
    if (!body_is_object(body, err) ||
        !body_text(body, "description", ROLE_DESCRIPTION_MAX, &out->description, &given->description, err) ||
        !body_text(body, "icon", ROLE_ICON_MAX, &out->icon, &given->icon, err)) {
        return false;
    }
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        if (!body_bool(body, flag_rows[i].name, &out->flags[i], &given->flags[i], err)) {
            return false;
        }
    }
    return true;
}

bool role_read_create(const struct json *body, struct role_row *out, struct role_given *given, struct err *err)
{
    *out = (struct role_row){.editable = true};
    *given = (struct role_given){.label = true};
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        out->flags[i] = flag_rows[i].unset;
    }
    return read_common(body, out, given, err) && body_id(body, "id", &out->id, &given->id, err) &&
           body_required_text(body, "label", ROLE_LABEL_MAX, &out->label, err) && role_check(out->flags, err);
}

bool role_read_update(const struct json *body, struct role_row *out, struct role_given *given, struct err *err)
{
    *out = (struct role_row){0};
    *given = (struct role_given){0};
    if (!read_common(body, out, given, err) ||
        !body_text(body, "label", ROLE_LABEL_MAX, &out->label, &given->label, err)) {
        return false;
    }
    given->label = given->label && out->label.ptr != NULL;
    return !given->label || out->label.len > 0 ||
           err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "label should not be empty");
}

bool role_check(const bool flags[ROLE_FLAG_COUNT], struct err *err)
{
    bool writes = flags[ROLE_UPDATE_RECORDS] || flags[ROLE_SOFT_DELETE_RECORDS] || flags[ROLE_DESTROY_RECORDS];
    if (writes && !flags[ROLE_READ_RECORDS]) {
        return err_fail_tag(err, ERR_INVALID, "CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION",
                            "A role that may change or delete records must be able to read them");
    }
    if (!flags[ROLE_FOR_USERS] && !flags[ROLE_FOR_AGENTS] && !flags[ROLE_FOR_API_KEYS]) {
        return err_fail_tag(err, ERR_INVALID, "ROLE_MUST_HAVE_AT_LEAST_ONE_TARGET",
                            "A role must be assignable to at least one of users, agents and API keys");
    }
    return true;
}

static void put_keys(struct strbuf *out, const struct role_row *role)
{
    put_name(out, "apiKeys");
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < role->key_count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        api_key_put_brief(out, role->keys[i]);
    }
    strbuf_put_char(out, ']');
}

/* Portti has no members, agents or finer permissions: their lists are empty, and not missing, for clients. */
static void put_empty_lists(struct strbuf *out)
{
    static const char *const names[] = {"workspaceMembers",
                                        "agents",
                                        "permissionFlags",
                                        "objectPermissions",
                                        "fieldPermissions",
                                        "rowLevelPermissionPredicates",
                                        "rowLevelPermissionPredicateGroups"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        put_name(out, names[i]);
        strbuf_puts(out, "[]");
    }
}

void role_put_json(struct strbuf *out, const struct role_row *role, enum role_form form)
{
    strbuf_put_char(out, '{');
    put_id(out, "id", &role->id);
    put_text(out, "label", role->label);
    put_text(out, "description", role->description);
    put_text(out, "icon", role->icon);
    put_bool(out, "isEditable", role->editable);
    for (size_t i = 0; i < ROLE_FLAG_COUNT; i++) {
        put_bool(out, flag_rows[i].name, role->flags[i]);
    }
    put_time(out, "createdAt", false, role->created_us);
    put_time(out, "updatedAt", false, role->updated_us);
    if (form != ROLE_FLAT) {
        put_id(out, "universalIdentifier", &role->id);
        put_empty_lists(out);
    }
    if (form == ROLE_DEEP) {
        put_keys(out, role);
    }
    strbuf_put_char(out, '}');
}
