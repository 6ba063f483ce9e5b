/* Query, Mutation and scalars of the metadata API (contract/metadata 2.1 and 2.2), and the types together. */
#include "gateway/schema/metadata_schema.h"

#include "gateway/schema/metadata_tables.h"

enum { TYPES_ESTIMATE = 160 };

#define ARGUMENT(text, type_text, default_value)                                                                       \
    {                                                                                                                  \
        .name = (text), .type = (type_text), .default_text = (default_value)                                           \
    }
#define ONE(name, text, type_text) static const struct gql_argument_row name[] = {ARGUMENT(text, type_text, NULL), {0}}

ONE(by_id, "id", "UUID!");
ONE(get_api_key, "input", "GetApiKeyInput!");
ONE(create_object, "input", "CreateOneObjectInput!");
ONE(update_object, "input", "UpdateOneObjectInput!");
ONE(update_objects, "inputs", "[UpdateOneObjectInput!]!");
ONE(delete_object, "input", "DeleteOneObjectInput!");
ONE(create_field, "input", "CreateOneFieldMetadataInput!");
ONE(update_field, "input", "UpdateOneFieldMetadataInput!");
ONE(delete_field, "input", "DeleteOneFieldInput!");
ONE(create_webhook, "input", "CreateWebhookInput!");
ONE(update_webhook, "input", "UpdateWebhookInput!");
ONE(search_deliveries, "input", "WebhookDeliveriesInput");
ONE(by_delivery_id, "id", "String!");
ONE(create_api_key, "input", "CreateApiKeyInput!");
ONE(update_api_key, "input", "UpdateApiKeyInput!");
ONE(revoke_api_key, "input", "RevokeApiKeyInput!");
ONE(create_role, "createRoleInput", "CreateRoleInput!");
ONE(update_role, "updateRoleInput", "UpdateRoleInput!");
ONE(delete_role, "roleId", "UUID!");
ONE(object_permissions, "upsertObjectPermissionsInput", "UpsertObjectPermissionsInput!");
ONE(field_permissions, "upsertFieldPermissionsInput", "UpsertFieldPermissionsInput!");
ONE(role_flags, "upsertPermissionFlagsInput", "UpsertPermissionFlagsInput!");
ONE(update_workspace, "data", "UpdateWorkspaceInput!");
static const struct gql_argument_row objects[] = {
    ARGUMENT("paging", "CursorPaging!", "{first: 10}"), ARGUMENT("filter", "ObjectFilter!", "{}"), {0}};
static const struct gql_argument_row fields[] = {
    ARGUMENT("paging", "CursorPaging!", "{first: 10}"), ARGUMENT("filter", "FieldFilter!", "{}"), {0}};
static const struct gql_argument_row rotate_webhook[] = {
    ARGUMENT("id", "UUID!", NULL), ARGUMENT("input", "RotateWebhookSecretInput", NULL), {0}};
static const struct gql_argument_row replay_webhook[] = {
    ARGUMENT("id", "UUID!", NULL), ARGUMENT("input", "ReplayWebhookInput!", NULL), {0}};
static const struct gql_argument_row assign_role[] = {
    ARGUMENT("apiKeyId", "UUID!", NULL), ARGUMENT("roleId", "UUID!", NULL), {0}};
static const struct gql_argument_row generate_token[] = {
    ARGUMENT("apiKeyId", "UUID!", NULL), ARGUMENT("expiresAt", "String!", NULL), {0}};

static const struct gql_field_row query[] = {
    TAKING("objects", "ObjectConnection!", META_OBJECTS, objects),
    TAKING("object", "Object!", META_OBJECT, by_id),
    TAKING("fields", "FieldConnection!", META_FIELDS, fields),
    TAKING("field", "Field!", META_FIELD, by_id),
    FIELD("objectRecordCounts", "[ObjectRecordCount!]!", META_RECORD_COUNTS),
    FIELD("webhooks", "[Webhook!]!", META_WEBHOOKS),
    TAKING("webhook", "Webhook", META_WEBHOOK, by_id),
    TAKING("webhookDeliveries", "WebhookDeliveryPage!", META_WEBHOOK_DELIVERIES, search_deliveries),
    TAKING("webhookDelivery", "WebhookDelivery", META_WEBHOOK_DELIVERY, by_delivery_id),
    TAKING("webhookReplays", "[WebhookReplay!]!", META_WEBHOOK_REPLAYS, by_id),
    FIELD("apiKeys", "[ApiKey!]!", META_API_KEYS),
    TAKING("apiKey", "ApiKey", META_API_KEY, get_api_key),
    FIELD("getApiKeyRoles", "[Role!]!", META_API_KEY_ROLES),
    FIELD("getRoles", "[Role!]!", META_ROLES),
    TAKING("getRole", "Role!", META_ROLE, by_id),
    FIELD("getPermissionFlags", "[PermissionFlag!]!", META_PERMISSION_FLAGS),
    FIELD("currentWorkspace", "Workspace!", META_WORKSPACE),
    {0},
};

static const struct gql_field_row mutation[] = {
    TAKING("createOneObject", "Object!", META_CREATE_OBJECT, create_object),
    TAKING("updateOneObject", "Object!", META_UPDATE_OBJECT, update_object),
    TAKING("updateManyObjects", "[Object!]!", META_UPDATE_OBJECTS, update_objects),
    TAKING("deleteOneObject", "Object!", META_DELETE_OBJECT, delete_object),
    TAKING("createOneField", "Field!", META_CREATE_FIELD, create_field),
    TAKING("updateOneField", "Field!", META_UPDATE_FIELD, update_field),
    TAKING("deleteOneField", "Field!", META_DELETE_FIELD, delete_field),
    TAKING("createWebhook", "Webhook!", META_CREATE_WEBHOOK, create_webhook),
    TAKING("updateWebhook", "Webhook!", META_UPDATE_WEBHOOK, update_webhook),
    TAKING("deleteWebhook", "Webhook!", META_DELETE_WEBHOOK, by_id),
    TAKING("testWebhook", "WebhookDeliveryReference!", META_TEST_WEBHOOK, by_id),
    TAKING("pauseWebhook", "Webhook!", META_PAUSE_WEBHOOK, by_id),
    TAKING("resumeWebhook", "Webhook!", META_RESUME_WEBHOOK, by_id),
    TAKING("rotateWebhookSecret", "Webhook!", META_ROTATE_WEBHOOK, rotate_webhook),
    TAKING("replayWebhook", "WebhookReplay!", META_REPLAY_WEBHOOK, replay_webhook),
    TAKING("cancelWebhookReplay", "Boolean!", META_CANCEL_REPLAY, by_id),
    TAKING("resendWebhookDelivery", "WebhookDeliveryReference!", META_RESEND_DELIVERY, by_delivery_id),
    TAKING("createApiKey", "ApiKey!", META_CREATE_API_KEY, create_api_key),
    TAKING("updateApiKey", "ApiKey", META_UPDATE_API_KEY, update_api_key),
    TAKING("revokeApiKey", "ApiKey", META_REVOKE_API_KEY, revoke_api_key),
    TAKING("assignRoleToApiKey", "Boolean!", META_ASSIGN_ROLE, assign_role),
    TAKING("generateApiKeyToken", "ApiKeyToken!", META_GENERATE_TOKEN, generate_token),
    TAKING("createOneRole", "Role!", META_CREATE_ROLE, create_role),
    TAKING("updateOneRole", "Role!", META_UPDATE_ROLE, update_role),
    TAKING("deleteOneRole", "String!", META_DELETE_ROLE, delete_role),
    TELLING("upsertObjectPermissions", "[ObjectPermission!]!", META_OBJECT_PERMISSIONS, object_permissions,
            "What the role may do to the records of single objects, whatever it may do to others. null: as the role's "
            "own flags say. Holds from the next request on, over REST and GraphQL, through relations, filters, orders, "
            "groups, search, exports, imports and subscriptions. Events that webhooks deliver are whole."),
    TELLING(
        "upsertFieldPermissions", "[FieldPermission!]!", META_FIELD_PERMISSIONS, field_permissions,
        "Takes away reading or writing of single fields (false), or gives it back (null). Of a relation, both sides "
        "are meant. A field that may not be read may not be filtered, ordered or grouped by either; search, "
        "duplicates and merges are not there for objects that have one. Events that webhooks deliver are whole."),
    TELLING(
        "upsertPermissionFlags", "[RolePermissionFlag!]!", META_ROLE_FLAGS, role_flags,
        "Replaces the role's flags. DATA_MODEL, API_KEYS_AND_WEBHOOKS, ROLES, WORKSPACE, VIEWS and LAYOUTS each open "
        "their part of the settings; the others are kept, but nothing here asks for them."),
    TAKING("updateWorkspace", "Workspace!", META_UPDATE_WORKSPACE, update_workspace),
    {0},
};

static const struct gql_type_row scalars[] = {
    {.kind = GQL_SCALAR,
     .name = "UUID",
     .specified_by = "https://datatracker.ietf.org/doc/html/rfc4122",
     .description = "A UUID in its text form."},
    SCALAR("DateTime", "A moment: ISO 8601 in UTC with milliseconds, such as `2025-01-13T10:30:00.000Z`."),
    SCALAR("JSON", "Any JSON value."),
    SCALAR("ConnectionCursor", "A place in a connection; not to be taken apart."),
};

const struct gql_schema *metadata_schema_build(struct arena *arena, const struct catalogue *catalogue, struct err *err)
{
    struct gql_builder builder;
    (void)catalogue;
    gql_build_begin(&builder, arena, TYPES_ESTIMATE);
    const struct gql_type_row operations[] = {
        OUTPUT("Query", metadata_view_operations(arena, query, true)),
        OUTPUT("Mutation", metadata_view_operations(arena, mutation, false)),
    };
    gql_build_tables(&builder, scalars, ARRAY_LEN(scalars));
    gql_build_tables(&builder, operations, ARRAY_LEN(operations));
    gql_build_tables(&builder, metadata_model_types.rows, metadata_model_types.count);
    gql_build_tables(&builder, metadata_webhook_types.rows, metadata_webhook_types.count);
    gql_build_tables(&builder, metadata_settings_types.rows, metadata_settings_types.count);
    metadata_build_view_types(&builder);
    return gql_build_finish(&builder, err);
}
