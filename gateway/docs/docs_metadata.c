/* The document of the metadata routes (contract/metadata 1, 6, 7 and 8): one table of operations. */
#include "gateway/docs/docs_metadata.h"

#include "gateway/docs/docs_core.h"
#include "gateway/docs/docs_text.h"

#define REF(name) "'$ref':'#/components/schemas/" name "'"
#define WRAPPED(key, name)                                                                                             \
    "'type':'object','required':['data'],'properties':{'data':{'type':'object','required':['" key                      \
    "'],'properties':{'" key "':{" REF(name) "}}}}"
#define PAGED(data)                                                                                                    \
    "'type':'object','required':['data','pageInfo','totalCount'],'properties':{'data':{" data                          \
    "},'pageInfo':{" REF("PageInfo") "},'totalCount':{'type':'integer'}}"
#define LIST(name) PAGED("'type':'array','items':{" REF(name) "}")
#define WRAPPED_LIST(key, name)                                                                                        \
    PAGED("'type':'object','required':['" key "'],'properties':{'" key "':{'type':'array','items':{" REF(name) "}}}")

static const struct docs_operation operations[] = {
    {"/objects", "get", "findManyObjects", "objects", "List objects, newest ids first", TAKES_PAGE, NULL,
     WRAPPED_LIST("objects", "ObjectForResponse")},
    {NULL, "post", "createOneObject", "objects", "Create an object: its table, system fields and default relations",
     TAKES_BODY | REPORTS, "Object", WRAPPED("createOneObject", "ObjectForResponse")},
    {"/objects/{id}", "get", "findOneObject", "objects", "Read an object with its fields", MAY_MISS, NULL,
     WRAPPED("object", "ObjectForResponse")},
    {NULL, "patch", "updateOneObject", "objects", "Change, rename, activate or deactivate an object",
     TAKES_BODY | MAY_MISS | REPORTS, "ObjectForUpdate", WRAPPED("updateOneObject", "ObjectForResponse")},
    {NULL, "put", "replaceOneObject", "objects", "The same as PATCH", TAKES_BODY | MAY_MISS | REPORTS,
     "ObjectForUpdate", WRAPPED("updateOneObject", "ObjectForResponse")},
    {NULL, "delete", "deleteOneObject", "objects", "Delete an object and its records", MAY_MISS | REPORTS, NULL,
     WRAPPED("deleteOneObject", "DeletedObject")},
    {"/fields", "get", "findManyFields", "fields", "List fields of all objects, newest ids first", TAKES_PAGE, NULL,
     WRAPPED_LIST("fields", "FieldForResponse")},
    {NULL, "post", "createOneField", "fields", "Create a field; of a relation, both sides", TAKES_BODY | REPORTS,
     "Field", WRAPPED("createOneField", "FieldForResponse")},
    {"/fields/{id}", "get", "findOneField", "fields", "Read a field", MAY_MISS, NULL,
     WRAPPED("field", "FieldForResponse")},
    {NULL, "patch", "updateOneField", "fields", "Change a field", TAKES_BODY | REPORTS, "FieldForUpdate",
     WRAPPED("updateOneField", "FieldForResponse")},
    {NULL, "put", "replaceOneField", "fields", "The same as PATCH", TAKES_BODY | REPORTS, "FieldForUpdate",
     WRAPPED("updateOneField", "FieldForResponse")},
    {NULL, "delete", "deleteOneField", "fields", "Delete a field and its values", MAY_MISS | REPORTS, NULL,
     WRAPPED("deleteOneField", "FieldForResponse")},
    {"/webhooks", "get", "findManyWebhooks", "webhooks", "List webhooks, oldest first", TAKES_PAGE, NULL,
     LIST("WebhookForResponse")},
    {NULL, "post", "createOneWebhook", "webhooks", "Create a webhook", TAKES_BODY, "Webhook",
     REF("WebhookForResponse")},
    {"/webhooks/{id}", "get", "findOneWebhook", "webhooks", "Read a webhook; an unknown one reads as nothing",
     MAY_BE_EMPTY, NULL, REF("WebhookForResponse")},
    {NULL, "patch", "updateOneWebhook", "webhooks", "Change a webhook", TAKES_BODY | MAY_MISS, "WebhookForUpdate",
     REF("WebhookForResponse")},
    {NULL, "delete", "deleteOneWebhook", "webhooks", "Delete a webhook", MAY_MISS, NULL, "'const':true"},
    {"/webhooks/{id}/test", "post", "testWebhook", "webhooks", "Send a test event, paused or not", MAY_MISS | ACCEPTED,
     NULL, REF("DeliveryReference")},
    {"/webhooks/{id}/pause", "post", "pauseWebhook", "webhooks", "Keep its events until it is resumed",
     MAY_MISS | CHANGES, NULL, REF("WebhookForResponse")},
    {"/webhooks/{id}/resume", "post", "resumeWebhook", "webhooks", "Go on, also when it had been disabled",
     MAY_MISS | CHANGES, NULL, REF("WebhookForResponse")},
    {"/webhooks/{id}/rotateSecret", "post", "rotateWebhookSecret", "webhooks",
     "A new secret; what it replaces signs too for a while", MAY_MISS | CHANGES, "RotateSecret",
     REF("WebhookForResponse")},
    {"/webhooks/{id}/replay", "get", "findWebhookReplays", "webhooks", "Its replays, newest first", 0, NULL,
     "'type':'object','required':['data'],'properties':{'data':{'type':'array','items':{" REF("Replay") "}}}"},
    {NULL, "post", "replayWebhook", "webhooks", "Send it the events of a time again", MAY_MISS | ACCEPTED | TAKES_BODY,
     "ReplayInput", REF("Replay")},
    {NULL, "delete", "cancelWebhookReplay", "webhooks", "Cancel the running replay; false when there was none", 0, NULL,
     "'type':'boolean'"},
    {"/webhookDeliveries", "get", "findManyWebhookDeliveries", "webhookDeliveries",
     "What came of events, the latest attempt first", SEARCHES, NULL,
     "'type':'object','required':['data','pageInfo'],'properties':{'data':{'type':'array','items':{" REF(
         "Delivery") "}},'pageInfo':{" REF("DeliveryPageInfo") "}}"},
    {"/webhookDeliveries/{id}", "get", "findOneWebhookDelivery", "webhookDeliveries", "A delivery with its attempts",
     MAY_MISS | OF_DELIVERY, NULL, REF("DeliveryWithAttempts")},
    {"/webhookDeliveries/{id}/resend", "post", "resendWebhookDelivery", "webhookDeliveries",
     "Send it at once, whatever came of it", MAY_MISS | OF_DELIVERY | ACCEPTED, NULL, REF("DeliveryReference")},
    {"/apiKeys", "get", "findManyApiKeys", "apiKeys", "List the keys that are not revoked, oldest first", TAKES_PAGE,
     NULL, LIST("ApiKeyForResponse")},
    {NULL, "post", "createOneApiKey", "apiKeys", "Create a key. Its token is in this answer and in no other",
     TAKES_BODY | SHOWS_TOKEN, "ApiKey", REF("ApiKeyWithToken")},
    {"/apiKeys/{id}", "get", "findOneApiKey", "apiKeys", "Read a key; an unknown one reads as nothing", MAY_BE_EMPTY,
     NULL, REF("ApiKeyForResponse")},
    {NULL, "patch", "updateOneApiKey", "apiKeys", "Change a key; an unknown one is passed over",
     TAKES_BODY | MAY_BE_EMPTY | MAY_CONFLICT, "ApiKeyForUpdate", REF("ApiKeyForResponse")},
    {NULL, "delete", "revokeOneApiKey", "apiKeys", "Revoke a key; an unknown one is passed over",
     MAY_BE_EMPTY | MAY_CONFLICT, NULL, REF("ApiKeyForResponse")},
    {"/apiKeys/{id}/token", "post", "generateApiKeyToken", "apiKeys", "Another token for a key", MAY_MISS | SHOWS_TOKEN,
     "ApiKeyTokenInput", REF("ApiKeyToken")},
    {"/roles", "get", "findManyRoles", "roles", "List roles, oldest first", TAKES_PAGE, NULL, LIST("RoleForResponse")},
    {NULL, "post", "createOneRole", "roles", "Create a role", TAKES_BODY, "Role", REF("RoleForResponse")},
    {"/roles/{id}", "get", "findOneRole", "roles", "Read a role", MAY_MISS, NULL, REF("RoleForResponse")},
    {NULL, "patch", "updateOneRole", "roles", "Change a role", TAKES_BODY | MAY_MISS | MAY_CONFLICT, "RoleForUpdate",
     REF("RoleForResponse")},
    {NULL, "delete", "deleteOneRole", "roles", "Delete a role that no key has", MAY_MISS | MAY_CONFLICT, NULL,
     REF("RoleForResponse")},
    {"/workspace", "get", "findWorkspace", "workspace", "Read the workspace", 0, NULL, REF("WorkspaceForResponse")},
    {NULL, "patch", "updateWorkspace", "workspace", "Change the workspace", TAKES_BODY, "WorkspaceForUpdate",
     REF("WorkspaceForResponse")},
};

static bool is(const struct docs_operation *operation, const char *method)
{
    return strcmp(operation->method, method) == 0;
}

static void put_parameters(struct strbuf *out, const struct docs_operation *operation, const char *more)
{
    docs_put(out, ",'parameters':[");
    if ((operation->use & TAKES_PAGE) != 0) {
        docs_put(out,
                 "{'$ref':'#/components/parameters/limit'},{'$ref':'#/components/parameters/startingAfter'},{'$ref':"
                 "'#/components/parameters/endingBefore'},");
    }
    if ((operation->use & SEARCHES) != 0) {
        static const char *const keys[] = {"limit",    "deliveriesAfter", "deliveriesBefore", "ofWebhook", "ofStatus",
                                           "ofObject", "ofAction",        "ofRecord",         "ofEvent",   "ofFrom",
                                           "ofTo"};
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            docs_put(out, "{'$ref':'#/components/parameters/~'},", str_from(keys[i]));
        }
    }
    if (more != NULL) {
        docs_put(out, more);
    }
    if (!is(operation, "get") && (operation->use & SHOWS_TOKEN) == 0) {
        docs_put(out, "{'$ref':'#/components/parameters/idempotencyKey'},");
    }
    docs_put(out, "{'$ref':'#/components/parameters/requestId'}]");
}

static void put_body(struct strbuf *out, const struct docs_operation *operation)
{
    if (operation->body != NULL) {
        docs_put(
            out,
            ",'requestBody':{'required':~,'content':{'application/json':{'schema':{'$ref':'#/components/schemas/~'}}"
            "}}",
            (operation->use & TAKES_BODY) != 0 && is(operation, "post") ? STR("true") : STR("false"),
            str_from(operation->body));
    }
}

static void put_error(struct strbuf *out, const char *status, const char *key)
{
    docs_put(out, ",'~':{'$ref':'#/components/responses/~'}", str_from(status), str_from(key));
}

static void put_errors(struct strbuf *out, const struct docs_operation *operation)
{
    bool keyed = !is(operation, "get") && (operation->use & SHOWS_TOKEN) == 0;
    put_error(out, "400", (operation->use & REPORTS) != 0 ? "report" : "400");
    put_error(out, "401", "401");
    put_error(out, "403", "403");
    if ((operation->use & MAY_MISS) != 0) {
        put_error(out, "404", "404");
    }
    if (keyed) {
        put_error(out, "409", "409");
        put_error(out, "422", "422");
    }
    if (operation->body != NULL) {
        put_error(out, "413", "413");
        put_error(out, "415", "415");
    }
    put_error(out, "429", "429");
    put_error(out, "default", "default");
}

static struct str status_of(const struct docs_operation *operation)
{
    if ((operation->use & ACCEPTED) != 0) {
        return STR("202");
    }
    return is(operation, "post") && (operation->use & CHANGES) == 0 ? STR("201") : STR("200");
}

void docs_put_metadata_operation(struct strbuf *out, const struct docs_operation *operation, const char *more)
{
    docs_put(out, "'~':{'operationId':'~','tags':['~'],'summary':^", str_from(operation->method),
             str_from(operation->id), str_from(operation->tag), str_from(operation->summary));
    put_parameters(out, operation, more);
    put_body(out, operation);
    docs_put(out, ",'responses':{'~':{'description':'Done", status_of(operation));
    docs_put(out, (operation->use & MAY_BE_EMPTY) != 0 ? "; without a body when there is none'" : "'");
    docs_put(out, ",'headers':{'X-Request-Id':{'$ref':'#/components/headers/X-Request-Id'},'Server-Timing':{'$ref':"
                  "'#/components/headers/Server-Timing'}");
    if (!is(operation, "get") && (operation->use & SHOWS_TOKEN) == 0) {
        docs_put(out, ",'Idempotency-Replayed':{'$ref':'#/components/headers/Idempotency-Replayed'}");
    }
    docs_put(out, "},'content':{'application/json':{'schema':{");
    docs_put(out, operation->answer);
    docs_put(out, "}}}}");
    put_errors(out, operation);
    docs_put(out, "}}");
}

static void put_paths(struct strbuf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        const struct docs_operation *operation = &operations[i];
        if (operation->path != NULL) {
            docs_put(out, i == 0 ? "'~':{" : "},'~':{", str_from(operation->path));
            if (strstr(operation->path, "{id}") != NULL) {
                docs_put(out, "'parameters':[{'$ref':'#/components/parameters/~'}],",
                         (operation->use & OF_DELIVERY) != 0 ? STR("deliveryPath") : STR("idPath"));
            }
        } else {
            strbuf_put_char(out, ',');
        }
        docs_put_metadata_operation(out, operation, NULL);
    }
    strbuf_put_char(out, '}');
    docs_put_view_paths(out);
}

static void put_search(struct strbuf *out, const char *key, const char *name, const char *text, const char *schema)
{
    docs_put(out, ",'~':{'name':'~','in':'query','description':^,'schema':{'type':'string'", str_from(key),
             str_from(name), str_from(text));
    docs_put(out, schema);
    docs_put(out, "}}");
}

static void put_delivery_parameters(struct strbuf *out)
{
    docs_put(out,
             ",'deliveryPath':{'name':'id','in':'path','required':true,'description':'Ids of webhook and event, with "
             "an underscore between them','schema':{'type':'string'}}");
    put_search(out, "deliveriesAfter", "starting_after", "The endCursor of the page before. Not with ending_before.",
               "");
    put_search(out, "deliveriesBefore", "ending_before", "The startCursor of the page behind. Not with starting_after.",
               "");
    put_search(out, "ofWebhook", "webhook", "Only to this webhook", ",'format':'uuid'");
    put_search(out, "ofStatus", "status", "Only those that stand so",
               ",'enum':['delivered','retrying','failed','disabled']");
    put_search(out, "ofObject", "object", "Only of this object, by its singular name", "");
    put_search(out, "ofAction", "action", "Only of this action, such as created", "");
    put_search(out, "ofRecord", "record", "Only of this record", ",'format':'uuid'");
    put_search(out, "ofEvent", "event", "Only of this event", ",'format':'uuid'");
    put_search(out, "ofFrom", "from", "Only with a latest attempt at this time or later", ",'format':'date-time'");
    put_search(out, "ofTo", "to", "Only with a latest attempt before this time", ",'format':'date-time'");
}

static void put_components(struct strbuf *out)
{
    docs_put(
        out,
        "'securitySchemes':{'bearerAuth':{'type':'http','scheme':'bearer','bearerFormat':'JWT','description':'An API "
        "key whose role may change settings'}},'parameters':{");
    docs_put_common_parameters(out);
    docs_put(
        out,
        ",'idPath':{'name':'id','in':'path','required':true,'schema':{'type':'string','format':'uuid'}},"
        "'limit':{'name':'limit','in':'query','description':'How many: 60 unless it is given, 200 at most; more is "
        "cut to that.','schema':{'type':'integer','minimum':0}},"
        "'startingAfter':{'name':'starting_after','in':'query','description':'The id of the last one of the page "
        "before. Not with ending_before.','schema':{'type':'string','format':'uuid'}},"
        "'endingBefore':{'name':'ending_before','in':'query','description':'The id of the first one of the page "
        "behind. Not with starting_after.','schema':{'type':'string','format':'uuid'}}");
    put_delivery_parameters(out);
    docs_put(out, "},'headers':{");
    docs_put_common_headers(out);
    docs_put(out, "},'responses':{");
    docs_put_common_responses(out);
    docs_put(out,
             ",'report':{'description':'The request is not right: a refusal, or a report of all that is wrong with the "
             "model','headers':{'X-Request-Id':{'$ref':'#/components/headers/X-Request-Id'}},'content':{"
             "'application/json':{'schema':{'anyOf':[{" REF("ValidationError") "},{" REF(
                 "Error") "}]}},'application/problem+json':{'schema':{" REF("Problem") "}}}}},'schemas':{");
    docs_put_metadata_schemas(out);
    docs_put_view_schemas(out);
    strbuf_put_char(out, '}');
}

void docs_put_metadata(struct strbuf *out)
{
    docs_put(
        out,
        "{'openapi':'3.1.1','info':{'title':'Portti: metadata','version':'" PORTTI_VERSION
        "','summary':'The data model, views, webhooks, API keys, roles and the "
        "workspace','description':^,'license':{'name':"
        "'Apache-2.0','identifier':'Apache-2.0'}},'servers':[{'url':'/rest/metadata','description':'This server'}],"
        "'security':[{'bearerAuth':[]}],'paths':{",
        STR("What this server is told about its records, and about who may see and hear of them. A change of the "
            "model is in force for the next request, without a restart.\n\nEvery operation wants the key of a role "
            "that may change settings; reading views wants any key. Lists come in pages: send `pageInfo.endCursor` as "
            "`starting_after`. Unknown "
            "members of bodies are ignored.\n\n`/rest/webhooks` and `/rest/apiKeys` are deprecated spellings, whose "
            "lists are bare arrays."));
    put_paths(out);
    docs_put(out, "},'components':{");
    put_components(out);
    docs_put(out, "},'tags':[{'name':'objects','description':'Kinds of records'},{'name':'fields','description':'What "
                  "records hold, and relations'},{'name':'webhooks','description':'Who is told of "
                  "changes'},{'name':'webhookDeliveries','description':'What came of "
                  "it'},{'name':"
                  "'apiKeys','description':'Who may ask'},{'name':'roles','description':'What a key may do'},{'name':"
                  "'workspace','description':'Settings of the whole'},{'name':'views','description':'How clients show "
                  "records'},{'name':'pageLayouts','description':'Pages, their tabs and widgets'}]}");
}
