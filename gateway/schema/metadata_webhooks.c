/* Webhooks and their deliveries (gateway/metadata/webhook.h, delivery.h, replay.h say what it all means). */
#include "gateway/schema/metadata_schema.h"

#include "gateway/schema/metadata_tables.h"

static const struct gql_field_row webhook[] = {
    MEMBER("id", "UUID!"),
    MEMBER("targetUrl", "String!"),
    MEMBER("operations", "[String!]!"),
    MEMBER("description", "String"),
    MEMBER("secret", "String!"),
    MEMBER("applicationId", "UUID!"),
    MEMBER("createdAt", "DateTime!"),
    MEMBER("updatedAt", "DateTime!"),
    MEMBER("deletedAt", "DateTime"),
    MEMBER("order", "String!"),
    MEMBER("retrySchedule", "[String!]"),
    MEMBER("rateLimit", "String"),
    MEMBER("filter", "String"),
    MEMBER("fields", "[String!]"),
    MEMBER("payload", "String!"),
    MEMBER("headers", "JSON!"),
    MEMBER("maxBytes", "Int"),
    MEMBER("signature", "String!"),
    MEMBER("publicKey", "String"),
    MEMBER("authorities", "String"),
    MEMBER("clientCertificate", "String"),
    MEMBER("paused", "Boolean!"),
    MEMBER("status", "String!"),
    MEMBER("disabledAt", "DateTime"),
    MEMBER("disabledReason", "String"),
    MEMBER("failingSince", "DateTime"),
    MEMBER("oldSecretsUntil", "DateTime"),
    {0},
};
static const struct gql_field_row reference[] = {
    MEMBER("id", "String!"), MEMBER("webhookId", "UUID!"), MEMBER("eventId", "UUID!"), {0}};
static const struct gql_field_row timings[] = {MEMBER("dnsMs", "Float"),
                                               MEMBER("connectMs", "Float"),
                                               MEMBER("tlsMs", "Float"),
                                               MEMBER("firstByteMs", "Float"),
                                               {0}};
static const struct gql_field_row attempt[] = {
    MEMBER("attempt", "Int!"),           MEMBER("startedAt", "DateTime!"),
    MEMBER("durationMs", "Float!"),      MEMBER("timings", "WebhookAttemptTimings!"),
    MEMBER("outcome", "String!"),        MEMBER("responseStatus", "Int"),
    MEMBER("error", "String"),           MEMBER("response", "String"),
    MEMBER("nextAttemptAt", "DateTime"), {0},
};
static const struct gql_field_row delivery[] = {
    MEMBER("id", "String!"),
    MEMBER("webhookId", "UUID!"),
    MEMBER("eventId", "UUID!"),
    MEMBER("sequence", "Float!"),
    MEMBER("eventName", "String"),
    MEMBER("object", "String"),
    MEMBER("action", "String"),
    MEMBER("recordId", "UUID"),
    MEMBER("eventDate", "DateTime"),
    MEMBER("status", "String!"),
    MEMBER("attempts", "Int!"),
    MEMBER("lastAttemptAt", "DateTime!"),
    MEMBER("nextAttemptAt", "DateTime"),
    MEMBER("responseStatus", "Int"),
    MEMBER("error", "String"),
    MEMBER("durationMs", "Float!"),
    MEMBER("attemptLog", "[WebhookAttempt!]"), /* of one delivery; null in lists */
    {0},
};
static const struct gql_field_row page_info[] = {MEMBER("hasNextPage", "Boolean!"),
                                                 MEMBER("hasPreviousPage", "Boolean!"),
                                                 MEMBER("startCursor", "String"),
                                                 MEMBER("endCursor", "String"),
                                                 {0}};
static const struct gql_field_row page[] = {
    MEMBER("data", "[WebhookDelivery!]!"), MEMBER("pageInfo", "WebhookDeliveryPageInfo!"), {0}};
static const struct gql_field_row replay[] = {
    MEMBER("id", "UUID!"),
    MEMBER("webhookId", "UUID!"),
    MEMBER("from", "DateTime!"),
    MEMBER("to", "DateTime!"),
    MEMBER("operations", "[String!]"),
    MEMBER("filter", "String"),
    MEMBER("undelivered", "Boolean!"),
    MEMBER("rate", "String!"),
    MEMBER("status", "String!"),
    MEMBER("eventsRead", "Float!"),
    MEMBER("deliveriesMade", "Float!"),
    MEMBER("createdAt", "DateTime!"),
    MEMBER("finishedAt", "DateTime"),
    {0},
};

/* ---- inputs ---- */

#define WEBHOOK_GIVEN                                                                                                  \
    GIVEN("description", "String"), GIVEN("secret", "String"), GIVEN("order", "String"),                               \
        GIVEN("retrySchedule", "[String!]"), GIVEN("rateLimit", "String"), GIVEN("filter", "String"),                  \
        GIVEN("fields", "[String!]"), GIVEN("payload", "String"), GIVEN("headers", "JSON"), GIVEN("maxBytes", "Int"),  \
        GIVEN("signature", "String"), GIVEN("authorities", "String"), GIVEN("clientCertificate", "String"),            \
        GIVEN("clientKey", "String"), GIVEN("paused", "Boolean")
static const struct gql_field_row create_webhook[] = {
    GIVEN("id", "UUID"), GIVEN("targetUrl", "String!"), GIVEN("operations", "[String!]!"), WEBHOOK_GIVEN, {0}};
static const struct gql_field_row update_webhook[] = {
    GIVEN("id", "UUID!"), GIVEN("update", "UpdateWebhookInputUpdates!"), {0}};
static const struct gql_field_row webhook_updates[] = {
    GIVEN("targetUrl", "String"), GIVEN("operations", "[String!]"), WEBHOOK_GIVEN, {0}};
static const struct gql_field_row rotate[] = {GIVEN("secret", "String"), GIVEN("overlap", "String"), {0}};
static const struct gql_field_row replay_given[] = {
    GIVEN("from", "String!"),
    GIVEN("to", "String"),
    GIVEN("operations", "[String!]"),
    GIVEN("filter", "String"),
    GIVEN("undelivered", "Boolean"),
    GIVEN("rate", "String"),
    {0},
};
static const struct gql_field_row deliveries_given[] = {
    GIVEN("webhook", "UUID"),         GIVEN("status", "String"),       GIVEN("object", "String"),
    GIVEN("action", "String"),        GIVEN("record", "UUID"),         GIVEN("event", "UUID"),
    GIVEN("from", "String"),          GIVEN("to", "String"),           GIVEN("limit", "Int"),
    GIVEN("startingAfter", "String"), GIVEN("endingBefore", "String"), {0},
};

static const struct gql_type_row rows[] = {
    OUTPUT("Webhook", webhook),
    OUTPUT("WebhookDeliveryReference", reference),
    OUTPUT("WebhookAttemptTimings", timings),
    OUTPUT("WebhookAttempt", attempt),
    OUTPUT("WebhookDelivery", delivery),
    OUTPUT("WebhookDeliveryPageInfo", page_info),
    OUTPUT("WebhookDeliveryPage", page),
    OUTPUT("WebhookReplay", replay),
    INPUT("CreateWebhookInput", create_webhook),
    INPUT("UpdateWebhookInput", update_webhook),
    INPUT("UpdateWebhookInputUpdates", webhook_updates),
    INPUT("RotateWebhookSecretInput", rotate),
    INPUT("ReplayWebhookInput", replay_given),
    INPUT("WebhookDeliveriesInput", deliveries_given),
};
const struct type_table metadata_webhook_types = {rows, ARRAY_LEN(rows)};
