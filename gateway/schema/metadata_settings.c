/* API keys, roles and the workspace (contract/metadata 2.3). What is read of them comes as JSON documents. */
#include "gateway/schema/metadata_schema.h"

#include "gateway/schema/metadata_tables.h"

static const struct gql_field_row api_key[] = {
    MEMBER("id", "UUID!"),
    MEMBER("name", "String!"),
    MEMBER("expiresAt", "DateTime!"),
    MEMBER("revokedAt", "DateTime"),
    MEMBER("createdAt", "DateTime!"),
    MEMBER("updatedAt", "DateTime!"),
    MEMBER("role", "Role!"),
    {0},
};
static const struct gql_field_row api_key_token[] = {MEMBER("token", "String!"), {0}};
static const struct gql_field_row api_key_for_role[] = {MEMBER("id", "UUID!"),
                                                        MEMBER("name", "String!"),
                                                        MEMBER("expiresAt", "DateTime!"),
                                                        MEMBER("revokedAt", "DateTime"),
                                                        {0}};
static const struct gql_field_row role[] = {
    MEMBER("id", "UUID!"),
    MEMBER("universalIdentifier", "UUID"),
    MEMBER("label", "String!"),
    MEMBER("description", "String"),
    MEMBER("icon", "String"),
    MEMBER("isEditable", "Boolean!"),
    MEMBER("canBeAssignedToUsers", "Boolean!"),
    MEMBER("canBeAssignedToAgents", "Boolean!"),
    MEMBER("canBeAssignedToApiKeys", "Boolean!"),
    MEMBER("workspaceMembers", "[WorkspaceMember!]!"),
    MEMBER("agents", "[Agent!]!"),
    MEMBER("apiKeys", "[ApiKeyForRole!]!"),
    MEMBER("canUpdateAllSettings", "Boolean!"),
    MEMBER("canAccessAllTools", "Boolean!"),
    MEMBER("canReadAllObjectRecords", "Boolean!"),
    MEMBER("canUpdateAllObjectRecords", "Boolean!"),
    MEMBER("canSoftDeleteAllObjectRecords", "Boolean!"),
    MEMBER("canDestroyAllObjectRecords", "Boolean!"),
    MEMBER("canIntrospect", "Boolean!"),
    MEMBER("permissionFlags", "[RolePermissionFlag!]"),
    MEMBER("objectPermissions", "[ObjectPermission!]"),
    MEMBER("fieldPermissions", "[FieldPermission!]"),
    MEMBER("rowLevelPermissionPredicates", "[RowLevelPermissionPredicate!]"),
    MEMBER("rowLevelPermissionPredicateGroups", "[RowLevelPermissionPredicateGroup!]"),
    {0},
};

/* ---- what roles could have: there are none of these here, and clients that ask get empty lists ---- */

static const struct gql_field_row full_name[] = {MEMBER("firstName", "String!"), MEMBER("lastName", "String!"), {0}};
static const struct gql_field_row workspace_member[] = {
    MEMBER("id", "UUID!"),
    MEMBER("name", "FullName!"),
    MEMBER("userEmail", "String!"),
    MEMBER("colorScheme", "String!"),
    MEMBER("avatarUrl", "String"),
    MEMBER("locale", "String"),
    MEMBER("timeZone", "String"),
    MEMBER("dateFormat", "String"),
    MEMBER("timeFormat", "String"),
    MEMBER("numberFormat", "String"),
    MEMBER("calendarStartDay", "Int"),
    MEMBER("userWorkspaceId", "UUID"),
    MEMBER("roles", "[Role!]"),
    {0},
};
static const struct gql_field_row agent[] = {MEMBER("id", "UUID!"),
                                             MEMBER("name", "String!"),
                                             MEMBER("label", "String!"),
                                             MEMBER("description", "String"),
                                             MEMBER("icon", "String"),
                                             MEMBER("roleId", "UUID"),
                                             {0}};
static const struct gql_field_row permission_flag[] = {
    MEMBER("id", "UUID!"), MEMBER("roleId", "UUID!"), MEMBER("flag", "String!"), {0}};
static const struct gql_field_row object_permission[] = {
    MEMBER("objectMetadataId", "UUID!"),
    MEMBER("canReadObjectRecords", "Boolean"),
    MEMBER("canUpdateObjectRecords", "Boolean"),
    MEMBER("canSoftDeleteObjectRecords", "Boolean"),
    MEMBER("canDestroyObjectRecords", "Boolean"),
    MEMBER("restrictedFields", "JSON"),
    MEMBER("rowLevelPermissionPredicates", "[RowLevelPermissionPredicate!]"),
    MEMBER("rowLevelPermissionPredicateGroups", "[RowLevelPermissionPredicateGroup!]"),
    {0},
};
static const struct gql_field_row field_permission[] = {
    MEMBER("id", "UUID!"),
    MEMBER("objectMetadataId", "UUID!"),
    MEMBER("fieldMetadataId", "UUID!"),
    MEMBER("roleId", "UUID!"),
    MEMBER("canReadFieldValue", "Boolean"),
    MEMBER("canUpdateFieldValue", "Boolean"),
    {0},
};
static const struct gql_field_row predicate[] = {
    MEMBER("id", "String!"),
    MEMBER("fieldMetadataId", "String!"),
    MEMBER("objectMetadataId", "String!"),
    MEMBER("operand", "RowLevelPermissionPredicateOperand!"),
    MEMBER("subFieldName", "String"),
    MEMBER("workspaceMemberFieldMetadataId", "String"),
    MEMBER("workspaceMemberSubFieldName", "String"),
    MEMBER("rowLevelPermissionPredicateGroupId", "String"),
    MEMBER("positionInRowLevelPermissionPredicateGroup", "Float"),
    MEMBER("roleId", "String!"),
    MEMBER("value", "JSON"),
    {0},
};
static const struct gql_field_row predicate_group[] = {
    MEMBER("id", "String!"),
    MEMBER("parentRowLevelPermissionPredicateGroupId", "String"),
    MEMBER("logicalOperator", "RowLevelPermissionPredicateGroupLogicalOperator!"),
    MEMBER("positionInRowLevelPermissionPredicateGroup", "Float"),
    MEMBER("roleId", "String!"),
    MEMBER("objectMetadataId", "String!"),
    {0},
};

static const struct gql_field_row feature_flag[] = {MEMBER("key", "String!"), MEMBER("value", "Boolean!"), {0}};
static const struct gql_field_row application[] = {MEMBER("id", "UUID!"), MEMBER("name", "String!"), {0}};
static const struct gql_field_row workspace_urls[] = {
    MEMBER("customUrl", "String"), MEMBER("subdomainUrl", "String!"), {0}};
static const struct gql_field_row workspace[] = {
    MEMBER("id", "UUID!"),
    MEMBER("displayName", "String"),
    MEMBER("logo", "String"),
    MEMBER("inviteHash", "String"),
    MEMBER("createdAt", "DateTime!"),
    MEMBER("updatedAt", "DateTime!"),
    MEMBER("deletedAt", "DateTime"),
    MEMBER("allowImpersonation", "Boolean!"),
    MEMBER("isPublicInviteLinkEnabled", "Boolean!"),
    MEMBER("workspaceDiscoverability", "WorkspaceDiscoverability!"),
    MEMBER("trashRetentionDays", "Float"),
    MEMBER("eventLogRetentionDays", "Float"),
    MEMBER("workspaceMembersCount", "Float"),
    MEMBER("activationStatus", "WorkspaceActivationStatus!"),
    {.name = "metadataVersion",
     .type = "Float!",
     .role = META_MEMBER,
     .deprecation = "It goes up with every change of the model."},
    MEMBER("databaseSchema", "String!"),
    MEMBER("subdomain", "String!"),
    MEMBER("customDomain", "String"),
    MEMBER("isGoogleAuthEnabled", "Boolean!"),
    MEMBER("isMicrosoftAuthEnabled", "Boolean!"),
    MEMBER("isPasswordAuthEnabled", "Boolean!"),
    MEMBER("isGoogleAuthBypassEnabled", "Boolean!"),
    MEMBER("isMicrosoftAuthBypassEnabled", "Boolean!"),
    MEMBER("isPasswordAuthBypassEnabled", "Boolean!"),
    MEMBER("isTwoFactorAuthenticationEnforced", "Boolean!"),
    MEMBER("isInternalMessagesImportEnabled", "Boolean!"),
    MEMBER("defaultRole", "Role"),
    MEMBER("featureFlags", "[FeatureFlag!]"),
    MEMBER("workspaceUrls", "WorkspaceUrls!"),
    MEMBER("workspaceCustomApplicationId", "UUID"),
    MEMBER("installedApplications", "[Application!]!"),
    MEMBER("editableProfileFields", "[String!]"),
    {0},
};

/* ---- inputs ---- */

static const struct gql_field_row only_id[] = {GIVEN("id", "UUID!"), {0}};
static const struct gql_field_row create_api_key[] = {GIVEN("name", "String!"),
                                                      GIVEN("expiresAt", "String!"),
                                                      GIVEN("revokedAt", "String"),
                                                      GIVEN("roleId", "UUID!"),
                                                      {0}};
static const struct gql_field_row update_api_key[] = {
    GIVEN("id", "UUID!"), GIVEN("name", "String"), GIVEN("expiresAt", "String"), GIVEN("revokedAt", "String"), {0}};
#define ROLE_GIVEN                                                                                                     \
    GIVEN("description", "String"), GIVEN("icon", "String"), GIVEN("canUpdateAllSettings", "Boolean"),                 \
        GIVEN("canAccessAllTools", "Boolean"), GIVEN("canReadAllObjectRecords", "Boolean"),                            \
        GIVEN("canUpdateAllObjectRecords", "Boolean"), GIVEN("canSoftDeleteAllObjectRecords", "Boolean"),              \
        GIVEN("canDestroyAllObjectRecords", "Boolean"), GIVEN("canBeAssignedToUsers", "Boolean"),                      \
        GIVEN("canBeAssignedToAgents", "Boolean"), GIVEN("canBeAssignedToApiKeys", "Boolean"),                         \
        GIVEN("canIntrospect", "Boolean")
static const struct gql_field_row create_role[] = {GIVEN("id", "String"), GIVEN("label", "String!"), ROLE_GIVEN, {0}};
static const struct gql_field_row update_role[] = {GIVEN("update", "UpdateRolePayload!"), GIVEN("id", "UUID!"), {0}};
static const struct gql_field_row role_updates[] = {GIVEN("label", "String"), ROLE_GIVEN, {0}};
static const struct gql_field_row update_workspace[] = {
    GIVEN("subdomain", "String"),
    GIVEN("customDomain", "String"),
    GIVEN("displayName", "String"),
    GIVEN("logo", "String"),
    GIVEN("inviteHash", "String"),
    GIVEN("isPublicInviteLinkEnabled", "Boolean"),
    GIVEN("workspaceDiscoverability", "WorkspaceDiscoverability"),
    GIVEN("allowImpersonation", "Boolean"),
    GIVEN("isGoogleAuthEnabled", "Boolean"),
    GIVEN("isMicrosoftAuthEnabled", "Boolean"),
    GIVEN("isPasswordAuthEnabled", "Boolean"),
    GIVEN("isGoogleAuthBypassEnabled", "Boolean"),
    GIVEN("isMicrosoftAuthBypassEnabled", "Boolean"),
    GIVEN("isPasswordAuthBypassEnabled", "Boolean"),
    GIVEN("defaultRoleId", "UUID"),
    GIVEN("isTwoFactorAuthenticationEnforced", "Boolean"),
    GIVEN("trashRetentionDays", "Float"),
    GIVEN("eventLogRetentionDays", "Float"),
    GIVEN("aiChatModelTier", "AiModelTier"),
    GIVEN("aiAgentModelTier", "AiModelTier"),
    GIVEN("isAutoModelSelectionEnabled", "Boolean"),
    GIVEN("aiModelIdByTier", "JSON"),
    GIVEN("aiEvaluationModelId", "String"),
    GIVEN("aiAdditionalInstructions", "String"),
    GIVEN("editableProfileFields", "[String!]"),
    GIVEN("isInternalMessagesImportEnabled", "Boolean"),
    {0},
};

static const struct gql_type_row rows[] = {
    OUTPUT("ApiKey", api_key),
    OUTPUT("ApiKeyToken", api_key_token),
    OUTPUT("ApiKeyForRole", api_key_for_role),
    OUTPUT("Role", role),
    OUTPUT("FullName", full_name),
    OUTPUT("WorkspaceMember", workspace_member),
    OUTPUT("Agent", agent),
    OUTPUT("RolePermissionFlag", permission_flag),
    OUTPUT("ObjectPermission", object_permission),
    OUTPUT("FieldPermission", field_permission),
    OUTPUT("RowLevelPermissionPredicate", predicate),
    OUTPUT("RowLevelPermissionPredicateGroup", predicate_group),
    OUTPUT("FeatureFlag", feature_flag),
    OUTPUT("Application", application),
    OUTPUT("WorkspaceUrls", workspace_urls),
    OUTPUT("Workspace", workspace),
    INPUT("GetApiKeyInput", only_id),
    INPUT("CreateApiKeyInput", create_api_key),
    INPUT("UpdateApiKeyInput", update_api_key),
    INPUT("RevokeApiKeyInput", only_id),
    INPUT("CreateRoleInput", create_role),
    INPUT("UpdateRoleInput", update_role),
    INPUT("UpdateRolePayload", role_updates),
    INPUT("UpdateWorkspaceInput", update_workspace),
    ENUM("RowLevelPermissionPredicateOperand",
         "IS IS_NOT_NULL IS_NOT LESS_THAN_OR_EQUAL GREATER_THAN_OR_EQUAL IS_BEFORE IS_AFTER CONTAINS DOES_NOT_CONTAIN "
         "IS_EMPTY IS_NOT_EMPTY IS_RELATIVE IS_IN_PAST IS_IN_FUTURE IS_TODAY VECTOR_SEARCH"),
    ENUM("RowLevelPermissionPredicateGroupLogicalOperator", "AND OR"),
    ENUM("WorkspaceDiscoverability", "PUBLIC MEMBERS_AND_INVITEES HIDDEN"),
    ENUM("WorkspaceActivationStatus", "ONGOING_CREATION PENDING_CREATION CREATED ACTIVE INACTIVE SUSPENDED"),
    ENUM("AiModelTier", "FAST SMART"),
};
const struct type_table metadata_settings_types = {rows, ARRAY_LEN(rows)};
