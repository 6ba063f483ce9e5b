/* What the metadata routes take and answer (contract/metadata 1.4 to 1.6, 2.3, 6, 7 and 8). */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

#define UUID      "{'type':'string','format':'uuid'}"
#define UUID_NULL "{'type':['string','null'],'format':'uuid'}"
#define TIME      "{'type':'string','format':'date-time'}"
#define TIME_NULL "{'type':['string','null'],'format':'date-time'}"
#define TEXT      "{'type':'string'}"
#define TEXT_NULL "{'type':['string','null']}"
#define NAME      "{'type':'string','minLength':1,'maxLength':63,'description':'Letters and digits, the first one small'}"
#define LABEL     "{'type':'string','minLength':1,'maxLength':63}"
#define FLAG      "{'type':'boolean'}"
#define ANY       "{'description':'Any JSON'}"
#define OBJECT    "{'type':'object'}"

#define OBJECT_LOOKS                                                                                                   \
    "'labelSingular':" LABEL ",'labelPlural':" LABEL ",'description':" TEXT_NULL ",'icon':" TEXT_NULL                  \
    ",'color':" TEXT_NULL ",'shortcut':" TEXT_NULL ",'isLabelSyncedWithName':" FLAG
#define OBJECT_ANSWER                                                                                                  \
    "{'type':'object','required':['id','universalIdentifier','applicationId','nameSingular','namePlural',"             \
    "'labelSingular','labelPlural','isActive','isSystem','isSearchable','createdAt','updatedAt'~],'properties':{'id'"  \
    ":" UUID ",'universalIdentifier':" TEXT ",'applicationId':" UUID ",'workspaceId':" UUID ",'nameSingular':" TEXT    \
    ",'namePlural':" TEXT ",'labelSingular':" TEXT ",'labelPlural':" TEXT ",'description':" TEXT ",'icon':" TEXT       \
    ",'color':" TEXT ",'shortcut':" TEXT ",'overrides':" OBJECT ",'isRemote':" FLAG ",'isActive':" FLAG                \
    ",'isSystem':" FLAG ",'isUIEditable':" FLAG ",'isUICreatable':" FLAG ",'isUIReadOnly':" FLAG                       \
    ",'isSearchable':" FLAG ",'isLabelSyncedWithName':" FLAG                                                           \
    ",'openRecordIn':{'type':'string','enum':['SIDE_PANEL','RECORD_PAGE','USER_CHOICE']},'readability':" TEXT          \
    ",'writability':" TEXT ",'labelIdentifierFieldMetadataId':" UUID ",'imageIdentifierFieldMetadataId':" UUID         \
    ",'duplicateCriteria':{'type':'array','items':{'type':'array','items':" TEXT "}},'createdAt':" TIME                \
    ",'updatedAt':" TIME "~}}"

#define FIELD_LOOKS                                                                                                    \
    "'description':" TEXT_NULL ",'icon':" TEXT_NULL ",'isActive':" FLAG ",'isNullable':" FLAG ",'isUnique':" FLAG      \
    ",'isSearchable':" FLAG ",'isAuditLogged':" FLAG ",'isLabelSyncedWithName':" FLAG                                  \
    ",'defaultValue':{'description':'Literal text stands in single quotes within the string; "                         \
    "now and uuid without them are "                                                                                   \
    "computed'},'settings':{'type':['object','null']},'options':{'type':['array','null'],'items':{'$ref':"             \
    "'#/components/schemas/FieldOption'},'description':'Of SELECT and MULTI_SELECT'}"

#define MS "{'type':['number','null']}"
#define WEBHOOK_DELIVERY                                                                                               \
    "'order':{'type':['string','null'],'enum':['none','record','endpoint',null],'description':'Which of its "          \
    "deliveries wait "                                                                                                 \
    "for each other; record unless it is given'},'retrySchedule':{'type':['array','null'],'maxItems':32,'items':" TEXT \
    ",'description':'Delays before the retries, such as 5s; empty: none; null: as the settings "                       \
    "say'},'rateLimit':{'type':["                                                                                      \
    "'string','null'],'description':'Such as 100/s, or off'},'filter':{'type':['string','null'],'description':'In "    \
    "the "                                                                                                             \
    "grammar of filter of the records, over the record and "                                                           \
    "updatedFields'},'fields':{'type':['array','null'],'maxItems':200,"                                                \
    "'items':" TEXT                                                                                                    \
    ",'description':'Of the record only these, and its id'},'payload':{'type':['string','null'],'enum':['full',"       \
    "'thin',null],'description':'thin: of the record only its id'},'headers':{'type':['object','null'],"               \
    "'additionalProperties':" TEXT                                                                                     \
    ",'description':'Added to each delivery'},'maxBytes':{'type':['integer','null'],'minimum':"                        \
    "1024,'maximum':16777216,'description':'A larger body is sent "                                                    \
    "thin'},'signature':{'type':['string','null'],'enum':['v1',"                                                       \
    "'v1a',null],'description':'v1a adds an ed25519 "                                                                  \
    "signature'},'paused':{'type':['boolean','null'],'description':'true: events "                                     \
    "are kept and wait'}"
/* The key goes in and never comes out. */
#define PEM_INPUT                                                                                                      \
    ",'authorities':{'type':['string','null'],'description':'Certificates in PEM that the receiver must lead to'},"    \
    "'clientCertificate':{'type':['string','null'],'description':'In PEM, together with clientKey'},'clientKey':{"     \
    "'type':['string','null'],'description':'In PEM; never shown'}"
#define WEBHOOK_INPUT                                                                                                  \
    "'targetUrl':{'type':'string','maxLength':2048},'operations':{'type':'array','maxItems':200,'items':" TEXT         \
    ",'description':'Such as company.created, company.*, *.updated, webhook.disabled; *.* when it is not given'},"     \
    "'description':" TEXT_NULL ",'secret':{'type':'string','minLength':1,'maxLength':256,'description':'Made when it " \
    "is not given'}," WEBHOOK_DELIVERY PEM_INPUT
#define DELIVERY_REQUIRED                                                                                              \
    "'id','webhookId','eventId','sequence','eventName','object','action','recordId','eventDate','status','attempts',"  \
    "'lastAttemptAt','nextAttemptAt','responseStatus','error','durationMs'"
#define DELIVERY                                                                                                       \
    "'id':" TEXT ",'webhookId':" UUID ",'eventId':" UUID ",'sequence':{'type':'integer'},'eventName':" TEXT_NULL       \
    ",'object':" TEXT_NULL ",'action':" TEXT_NULL ",'recordId':" UUID_NULL ",'eventDate':" TIME_NULL                   \
    ",'status':{'type':'string','enum':['delivered','retrying','failed','disabled']},'attempts':{'type':'integer'},"   \
    "'lastAttemptAt':" TIME_NULL ",'nextAttemptAt':" TIME_NULL                                                         \
    ",'responseStatus':{'type':['integer','null']},'error':" TEXT_NULL ",'durationMs':" MS

#define ROLE_FLAGS                                                                                                     \
    "'canBeAssignedToUsers':" FLAG ",'canBeAssignedToAgents':" FLAG ",'canBeAssignedToApiKeys':" FLAG                  \
    ",'canUpdateAllSettings':" FLAG ",'canAccessAllTools':" FLAG ",'canReadAllObjectRecords':" FLAG                    \
    ",'canUpdateAllObjectRecords':" FLAG ",'canSoftDeleteAllObjectRecords':" FLAG                                      \
    ",'canDestroyAllObjectRecords':" FLAG                                                                              \
    ",'canIntrospect':{'type':'boolean','description':'May its keys ask GraphQL "                                      \
    "for its schema? Where the setting graphql_introspection lets them'}"
#define ROLE_INPUT "'description':" TEXT_NULL ",'icon':" TEXT_NULL "," ROLE_FLAGS
#define ROLE_ANSWER                                                                                                    \
    "'id':" UUID ",'label':" TEXT ",'description':" TEXT_NULL ",'icon':" TEXT_NULL ",'isEditable':" FLAG               \
    "," ROLE_FLAGS ",'createdAt':" TIME ",'updatedAt':" TIME

#define KEY_REQUIRED "'id','name','expiresAt','revokedAt','workspaceId','createdAt','updatedAt','roleId'"
#define KEY_ANSWER                                                                                                     \
    "'id':" UUID ",'name':" TEXT ",'expiresAt':" TIME ",'revokedAt':" TIME_NULL ",'workspaceId':" UUID                 \
    ",'createdAt':" TIME ",'updatedAt':" TIME ",'roleId':" UUID_NULL

static const struct {
    const char *name;
    const char *schema;
} schemas[] = {
    {"PageInfo",
     "{'type':'object','required':['hasNextPage','hasPreviousPage','startCursor','endCursor'],'properties':{"
     "'hasNextPage':" FLAG ",'hasPreviousPage':" FLAG ",'startCursor':" UUID_NULL ",'endCursor':" UUID_NULL "}}"},
    {"ValidationError",
     "{'type':'object','description':'All that is wrong with a change of the model','required':['statusCode','error',"
     "'message','errors','summary'],'properties':{'statusCode':{'const':400},'error':{'const':"
     "'METADATA_VALIDATION_ERROR'},'message':" TEXT ",'errors':{'type':'object','description':'By kind: "
     "objectMetadata, fieldMetadata, …','additionalProperties':{'type':"
     "'array','items':{'type':'object','required':['type','metadataName','errors'],'properties':{'type':{'type':'"
     "string',"
     "'enum':['create','update','delete']},'metadataName':" TEXT ",'status':{'const':'fail'},"
     "'flatEntityMinimalInformation':{'type':'object','additionalProperties':" TEXT
     "},'errors':{'type':'array','minItems':1,'items':{'type':'object','required':['code','message'],'properties':{'"
     "code':" TEXT ",'message':" TEXT ",'userFriendlyMessage':" TEXT ",'value':" ANY
     "}}}}}}},'summary':{'type':'object','required':['totalErrors'],'additionalProperties':{'type':'integer'}},"
     "'userFriendlyMessage':" TEXT "}}"},
    {"Object", "{'type':'object','required':['nameSingular','namePlural','labelSingular','labelPlural'],'properties':{"
               "'nameSingular':" NAME ",'namePlural':" NAME "," OBJECT_LOOKS
               ",'skipNameField':{'type':'boolean','description':'true: without the field called name'}},'examples':[{"
               "'nameSingular':'invoice','namePlural':'invoices','labelSingular':'Invoice','labelPlural':'Invoices',"
               "'description':'What a company owes us','icon':'IconFileText'}]}"},
    {"ObjectForUpdate",
     "{'type':'object','properties':{'nameSingular':" NAME ",'namePlural':" NAME "," OBJECT_LOOKS ",'isActive':" FLAG
     ",'isSearchable':" FLAG ",'labelIdentifierFieldMetadataId':" UUID ",'imageIdentifierFieldMetadataId':" UUID_NULL
     ",'openRecordIn':{'type':'string','enum':['SIDE_PANEL','RECORD_PAGE','USER_CHOICE']}}}"},
    {"FieldOption",
     "{'type':'object','required':['label','value','position'],'properties':{'id':" UUID ",'label':" LABEL
     ",'value':{'type':'string','minLength':1,'maxLength':63,'description':'UPPER_SNAKE_CASE'},'color':" TEXT
     ",'position':{'type':'number'}}}"},
    {"RelationCreation",
     "{'type':'object','required':['type','targetObjectMetadataId','targetFieldLabel','targetFieldIcon'],'properties':{"
     "'type':{'type':'string','enum':['MANY_TO_ONE','ONE_TO_MANY']},'targetObjectMetadataId':" UUID
     ",'targetFieldLabel':" LABEL ",'targetFieldIcon':" TEXT "}}"},
    {"FieldForUpdate", "{'type':'object','properties':{'name':" NAME ",'label':" LABEL "," FIELD_LOOKS
                       ",'morphRelationsUpdatePayload':{'type':'array','items':{'$ref':"
                       "'#/components/schemas/RelationCreation'}}}}"},
    {"Webhook", "{'type':'object','required':['targetUrl'],'properties':{'id':" UUID "," WEBHOOK_INPUT
                "},'examples':[{'targetUrl':'https://hooks.example.com/portti','operations':['company.*']}]}"},
    {"WebhookForUpdate", "{'type':'object','properties':{" WEBHOOK_INPUT "}}"},
    {"WebhookForResponse",
     "{'type':'object','required':['id','targetUrl','operations','description','secret','applicationId','createdAt',"
     "'updatedAt','deletedAt','order','payload','signature','paused','status'],'properties':{'id':" UUID
     ",'targetUrl':{'type':'string','format':'uri'},'operations':{'type':'array','items':" TEXT
     "},'description':" TEXT_NULL ",'secret':" TEXT ",'applicationId':" UUID ",'createdAt':" TIME ",'updatedAt':" TIME
     ",'deletedAt':" TIME_NULL "," WEBHOOK_DELIVERY ",'authorities':" TEXT_NULL ",'clientCertificate':" TEXT_NULL
     ",'publicKey':{'type':['string','null'],'description':'What v1a signatures verify with'},"
     "'status':{'type':'string','enum':['active','paused','disabled']},'disabledAt':" TIME_NULL
     ",'disabledReason':" TEXT_NULL ",'failingSince':" TIME_NULL
     ",'oldSecretsUntil':{'type':['string','null'],'format':'date-time','description':'Until then what rotateSecret "
     "has "
     "replaced signs too'}}}"},
    {"RotateSecret",
     "{'type':'object','properties':{'secret':{'type':['string','null'],'description':'The new one; made "
     "when it is not given'},'overlap':{'type':'string','description':'So long what is replaced signs too: "
     "24h unless it is given, 0s to 7d'}}}"},
    {"ReplayInput",
     "{'type':'object','required':['from'],'properties':{'from':" TIME ",'to':" TIME_NULL
     ",'operations':{'type':['array','null'],'items':" TEXT "},'filter':" TEXT_NULL
     ",'undelivered':{'type':'boolean','description':'Only what was never delivered to it'},'rate':{'type':["
     "'string','null'],'description':'Such as 100/s: so many are prepared'}},'examples':[{'from':"
     "'2026-03-01T00:00:00.000Z'}]}"},
    {"Replay", "{'type':'object','required':['id','webhookId','from','to','undelivered','status','eventsRead',"
               "'deliveriesMade','createdAt','finishedAt'],'properties':{'id':" UUID ",'webhookId':" UUID
               ",'from':" TIME ",'to':" TIME ",'operations':{'type':['array','null'],'items':" TEXT
               "},'filter':" TEXT_NULL ",'undelivered':" FLAG ",'rate':" TEXT_NULL
               ",'status':{'type':'string','enum':['running','done','cancelled']},'eventsRead':{'type':'integer'},"
               "'deliveriesMade':{'type':'integer'},'createdAt':" TIME ",'finishedAt':" TIME_NULL "}}"},
    {"DeliveryReference", "{'type':'object','required':['id','webhookId','eventId'],'properties':{'id':" TEXT
                          ",'webhookId':" UUID ",'eventId':" UUID "}}"},
    {"Delivery", "{'type':'object','required':[" DELIVERY_REQUIRED "],'properties':{" DELIVERY "}}"},
    {"DeliveryWithAttempts",
     "{'type':'object','required':[" DELIVERY_REQUIRED ",'attemptLog'],'properties':{" DELIVERY
     ",'attemptLog':{'type':'array','items':{'$ref':'#/components/schemas/DeliveryAttempt'}}}}"},
    {"DeliveryAttempt",
     "{'type':'object','required':['attempt','startedAt','durationMs','timings','outcome','responseStatus','error',"
     "'response','nextAttemptAt'],'properties':{'attempt':{'type':'integer'},'startedAt':" TIME ",'durationMs':" MS
     ",'timings':{'type':'object','required':['dnsMs','connectMs','tlsMs','firstByteMs'],'properties':{'dnsMs':" MS
     ",'connectMs':" MS ",'tlsMs':" MS ",'firstByteMs':" MS "}},'outcome':" TEXT ",'responseStatus':{'type':['integer',"
     "'null']},'error':" TEXT_NULL
     ",'response':{'type':['string','null'],'description':'The first 8 kB of the answer'},"
     "'nextAttemptAt':" TIME_NULL "}}"},
    {"DeliveryPageInfo", "{'type':'object','required':['hasNextPage','hasPreviousPage','startCursor','endCursor'],"
                         "'properties':{'hasNextPage':" FLAG ",'hasPreviousPage':" FLAG ",'startCursor':" TEXT_NULL
                         ",'endCursor':" TEXT_NULL "}}"},
    {"ApiKey", "{'type':'object','required':['name','expiresAt','roleId'],'properties':{'id':" UUID
               ",'name':{'type':'string','minLength':1,'maxLength':255},'expiresAt':" TIME ",'roleId':" UUID
               ",'revokedAt':" TIME_NULL "}}"},
    {"ApiKeyForUpdate", "{'type':'object','properties':{'name':{'type':'string','minLength':1,'maxLength':255},"
                        "'expiresAt':" TIME ",'roleId':" UUID ",'revokedAt':{'type':['string','null'],'format':"
                        "'date-time','description':'null takes a revocation back'}}}"},
    {"ApiKeyForResponse", "{'type':'object','required':[" KEY_REQUIRED "],'properties':{" KEY_ANSWER "}}"},
    {"ApiKeyWithToken",
     "{'type':'object','required':[" KEY_REQUIRED ",'token'],'properties':{" KEY_ANSWER
     ",'token':{'type':['string','null'],'description':'null when the key is revoked or expired'}}}"},
    {"ApiKeyTokenInput", "{'type':'object','properties':{'expiresAt':{'type':['string','null'],'format':'date-time',"
                         "'description':'As long as the key lives unless it is given, and never longer'}}}"},
    {"ApiKeyToken", "{'type':'object','required':['token'],'properties':{'token':" TEXT "}}"},
    {"Role", "{'type':'object','required':['label'],'properties':{'id':" UUID
             ",'label':{'type':'string','minLength':1,'maxLength':63}," ROLE_INPUT "},'examples':[{'label':'Reader',"
             "'canReadAllObjectRecords':true}]}"},
    {"RoleForUpdate",
     "{'type':'object','properties':{'label':{'type':'string','minLength':1,'maxLength':63}," ROLE_INPUT "}}"},
    {"RoleForResponse", "{'type':'object','required':['id','label','description','icon','isEditable','createdAt',"
                        "'updatedAt'],'properties':{" ROLE_ANSWER "}}"},
    {"WorkspaceForUpdate",
     "{'type':'object','properties':{'displayName':{'type':'string','minLength':1,'maxLength':255},"
     "'logo':{'type':['string','null'],'maxLength':2048},'defaultRoleId':" UUID "}}"},
    {"WorkspaceForResponse",
     "{'type':'object','description':'What this server has nothing for is there with the value that is "
     "true','required':["
     "'id','displayName','logo','createdAt','updatedAt','metadataVersion','defaultRole'],'properties':{'id':" UUID
     ",'displayName':" TEXT ",'logo':" TEXT_NULL ",'createdAt':" TIME ",'updatedAt':" TIME
     ",'metadataVersion':{'type':'integer'},'workspaceCustomApplicationId':" UUID
     ",'workspaceStandardApplicationId':" UUID
     ",'defaultRole':{'anyOf':[{'$ref':'#/components/schemas/RoleForResponse'},{'type':'null'}]}},"
     "'additionalProperties':true}"},
};

static void put_types(struct strbuf *out, bool creatable)
{
    size_t count = 0;
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        if (field_types[i].creatable || !creatable) {
            docs_put(out, count++ == 0 ? "'~'" : ",'~'", str_from(field_types[i].name));
        }
    }
}

static void put_field(struct strbuf *out)
{
    docs_put(out,
             ",'Field':{'type':'object','required':['type','name','label','objectMetadataId'],'properties':{'type':{"
             "'type':'string','enum':[");
    put_types(out, true);
    docs_put(out,
             "]},'name':" NAME ",'label':" LABEL ",'objectMetadataId':" UUID "," FIELD_LOOKS
             ",'relationCreationPayload':{'$ref':'#/components/schemas/RelationCreation'},"
             "'morphRelationsCreationPayload':{'type':'array','minItems':1,'items':{'$ref':"
             "'#/components/schemas/RelationCreation'}}},'examples':[{'type':'SELECT','name':'state','label':'State',"
             "'objectMetadataId':'11111111-2222-4333-8444-555555555555','options':[{'label':'Open','value':'OPEN',"
             "'position':0,'color':'green'}]},{'type':'RELATION','name':'owner','label':'Owner','objectMetadataId':"
             "'11111111-2222-4333-8444-555555555555','relationCreationPayload':{'type':'MANY_TO_ONE',"
             "'targetObjectMetadataId':'22222222-2222-4333-8444-555555555555','targetFieldLabel':'Invoices',"
             "'targetFieldIcon':'IconFileText'}}]},'FieldForResponse':{'type':'object','required':['id',"
             "'universalIdentifier','label','name','objectMetadataId','type','defaultValue','isActive','isSystem',"
             "'options','isNullable','isUnique','isSearchable','createdAt','updatedAt'],'properties':{'id':" UUID
             ",'universalIdentifier':" TEXT ",'label':" TEXT ",'name':" TEXT ",'objectMetadataId':" UUID
             ",'type':{'type':'string','enum':[");
    put_types(out, false);
    docs_put(out,
             "]},'workspaceId':" UUID ",'defaultValue':" ANY ",'isActive':" FLAG ",'isLabelSyncedWithName':" FLAG
             ",'isSystem':" FLAG ",'isUIEditable':" FLAG ",'isUIReadOnly':" FLAG ",'writability':" TEXT
             ",'isAuditLogged':" FLAG
             ",'options':{'type':['array','null'],'items':{'$ref':'#/components/schemas/FieldOption'}},"
             "'createdAt':" TIME ",'updatedAt':" TIME ",'description':" TEXT ",'icon':" TEXT ",'overrides':" OBJECT
             ",'isNullable':" FLAG ",'isUnique':" FLAG ",'isSearchable':" FLAG
             ",'settings':{'type':'object','additionalProperties':true},'morphId':" UUID ",'applicationId':" UUID "}}");
}

void docs_put_metadata_schemas(struct strbuf *out)
{
    docs_put_error_schemas(out);
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
        docs_put(out, ",'~':", str_from(schemas[i].name));
        docs_put(out, schemas[i].schema);
    }
    put_field(out);
    docs_put(out, ",'ObjectForResponse':");
    docs_put(out, OBJECT_ANSWER, STR(",\"fields\""),
             STR(",\"fields\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/FieldForResponse\"}}"));
    docs_put(out, ",'DeletedObject':");
    docs_put(out, OBJECT_ANSWER, STR_EMPTY, STR_EMPTY);
}
