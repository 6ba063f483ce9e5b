#include "gateway/metadata/workspace.h"

#include "gateway/metadata/body.h"
#include "gateway/metadata/put.h"

/* What is as it is, as JSON. */
static const struct {
    const char *name;
    const char *value;
} fixed[] = {
    {"inviteHash", "null"},
    {"deletedAt", "null"},
    {"allowImpersonation", "false"},
    {"isPublicInviteLinkEnabled", "false"},
    {"workspaceDiscoverability", "\"HIDDEN\""},
    {"trashRetentionDays", "null"},
    {"eventLogRetentionDays", "null"},
    {"workspaceMembersCount", "0"},
    {"activationStatus", "\"ACTIVE\""},
    {"databaseSchema", "\"workspace\""},
    {"subdomain", "\"\""},
    {"customDomain", "null"},
    {"isGoogleAuthEnabled", "false"},
    {"isMicrosoftAuthEnabled", "false"},
    {"isPasswordAuthEnabled", "false"},
    {"isGoogleAuthBypassEnabled", "false"},
    {"isMicrosoftAuthBypassEnabled", "false"},
    {"isPasswordAuthBypassEnabled", "false"},
    {"isTwoFactorAuthenticationEnforced", "false"},
    {"isInternalMessagesImportEnabled", "false"},
    {"editableProfileFields", "[]"},
    {"featureFlags", "[]"},
    {"installedApplications", "[]"},
    {"workspaceUrls", "{\"customUrl\":null,\"subdomainUrl\":\"\"}"},
};

/* Settings of features that Portti lacks altogether: not shown, and refused all the same. */
static const char *const foreign[] = {"aiChatModelTier", "aiAgentModelTier",    "isAutoModelSelectionEnabled",
                                      "aiModelIdByTier", "aiEvaluationModelId", "aiAdditionalInstructions"};

static bool says_the_same(const struct json *value, const char *as_it_is)
{
    switch (value->type) {
    case JSON_NULL: return true;
    case JSON_FALSE: return strcmp(as_it_is, "false") == 0;
    case JSON_TRUE: return strcmp(as_it_is, "true") == 0;
    case JSON_STRING:
        return as_it_is[0] == '"' && str_eq(value->text, str_slice(str_from(as_it_is), 1, strlen(as_it_is) - 1));
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return str_is(value->text, as_it_is);
}

static bool refuse(const char *name, struct err *err)
{
    return err_fail_tag(err, ERR_INVALID, "NOT_CHANGEABLE",
                        "%s cannot be changed: this server has nothing that would follow it", name);
}

static bool refuse_others(const struct json *body, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        const struct json *value = json_get(body, fixed[i].name);
        if (value != NULL && !says_the_same(value, fixed[i].value)) {
            return refuse(fixed[i].name, err);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        const struct json *value = json_get(body, foreign[i]);
        if (value != NULL && value->type != JSON_NULL) {
            return refuse(foreign[i], err);
        }
    }
    return true;
}

bool workspace_read_update(const struct json *body, struct workspace_row *out, struct workspace_given *given,
                           struct err *err)
{
    *out = (struct workspace_row){0};
    *given = (struct workspace_given){0};
    if (!body_is_object(body, err) ||
        !body_text(body, "displayName", WORKSPACE_NAME_MAX, &out->display_name, &given->display_name, err) ||
        !body_text(body, "logo", WORKSPACE_LOGO_MAX, &out->logo, &given->logo, err) ||
        !body_id(body, "defaultRoleId", &out->default_role_id, &given->default_role_id, err)) {
        return false;
    }
    given->display_name = given->display_name && out->display_name.ptr != NULL;
    if (given->display_name && out->display_name.len == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "displayName should not be empty");
    }
    return refuse_others(body, err);
}

void workspace_put_json(struct strbuf *out, const struct workspace_row *workspace, enum role_form form)
{
    strbuf_put_char(out, '{');
    put_id(out, "id", &workspace->id);
    put_text(out, "displayName", workspace->display_name);
    put_text(out, "logo", workspace->logo);
    put_time(out, "createdAt", false, workspace->created_us);
    put_time(out, "updatedAt", false, workspace->updated_us);
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        put_name(out, fixed[i].name);
        strbuf_puts(out, fixed[i].value);
    }
    put_name(out, "metadataVersion");
    strbuf_put_int(out, workspace->model_version);
    put_id(out, "workspaceCustomApplicationId", &workspace->custom_application_id);
    put_id(out, "workspaceStandardApplicationId", &workspace->standard_application_id);
    put_name(out, "defaultRole");
    if (workspace->default_role == NULL) {
        strbuf_puts(out, "null");
    } else {
        role_put_json(out, workspace->default_role, form);
    }
    strbuf_put_char(out, '}');
}
