/* An object's paths: one table of operations, in the order in which they are shown (contract/rest-core 1 and 7). */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"
#include "gateway/rest/rest_strict.h"

enum body { BODY_NONE, BODY_CREATE, BODY_CREATES, BODY_UPDATE, BODY_UPDATES, BODY_IDS, BODY_DUPLICATES, BODY_MERGE };
enum answer { ANSWER_RECORD, ANSWER_RECORDS, ANSWER_PAGE, ANSWER_ID, ANSWER_IDS, ANSWER_DUPLICATES, ANSWER_GROUPS };

struct operation {
    const char *path; /* the plural's name for ~; NULL: of the one before */
    const char *method;
    enum rest_action action;
    const char *id;     /* operationId, before the object's name */
    bool plural;        /* that name */
    const char *id_end; /* and behind it */
    const char *verb;   /* of the answer's key: "create" in createPerson */
    const char *summary;
    enum body body;
    enum answer answer;
    bool conditional; /* takes If-Match */
    bool missing;     /* may answer 404 */
};

static const struct operation operations[] = {
    {"/~", "get", REST_FIND_MANY, "findMany", true, "", "", "List", BODY_NONE, ANSWER_PAGE, false, false},
    {NULL, "post", REST_CREATE_ONE, "createOne", false, "", "create", "Create one", BODY_CREATE, ANSWER_RECORD, false,
     false},
    {NULL, "patch", REST_UPDATE_MANY, "updateMany", true, "", "update", "Update all that a filter matches", BODY_UPDATE,
     ANSWER_RECORDS, false, false},
    {NULL, "delete", REST_DELETE_MANY, "deleteMany", true, "", "delete", "Delete all that a filter matches", BODY_NONE,
     ANSWER_IDS, false, false},
    {"/~/{id}", "get", REST_FIND_ONE, "findOne", false, "", "", "Read one", BODY_NONE, ANSWER_RECORD, false, true},
    {NULL, "patch", REST_UPDATE_ONE, "UpdateOne", false, "", "update", "Update one", BODY_UPDATE, ANSWER_RECORD, true,
     true},
    {NULL, "delete", REST_DELETE_ONE, "deleteOne", false, "", "delete", "Delete one", BODY_NONE, ANSWER_ID, true, true},
    {"/~/{id}/restore", "patch", REST_RESTORE_ONE, "restoreOne", false, "", "restore", "Restore one", BODY_NONE,
     ANSWER_RECORD, true, true},
    {"/~/restore", "patch", REST_RESTORE_MANY, "restoreMany", true, "", "restore", "Restore all that a filter matches",
     BODY_NONE, ANSWER_RECORDS, false, false},
    {"/~/duplicates", "post", REST_FIND_DUPLICATES, "find", false, "Duplicates", "", "Find likely duplicates",
     BODY_DUPLICATES, ANSWER_DUPLICATES, false, true},
    {"/~/merge", "patch", REST_MERGE, "mergeMany", true, "", "merge", "Merge several into one", BODY_MERGE,
     ANSWER_RECORD, false, true},
    {"/~/groupBy", "get", REST_GROUP_BY, "groupBy", true, "", "", "Group and aggregate", BODY_NONE, ANSWER_GROUPS,
     false, false},
    {"/batch/~", "post", REST_CREATE_MANY, "createMany", true, "", "create", "Create a list", BODY_CREATES,
     ANSWER_RECORDS, false, false},
    {NULL, "patch", REST_UPDATE_LIST, "updateBatch", true, "", "update", "Update a list, each with its own values",
     BODY_UPDATES, ANSWER_RECORDS, false, true},
    {NULL, "delete", REST_DELETE_LIST, "deleteBatch", true, "", "delete", "Delete a list", BODY_IDS, ANSWER_IDS, false,
     true},
    {"/batch/~/restore", "patch", REST_RESTORE_LIST, "restoreBatch", true, "", "restore", "Restore a list", BODY_IDS,
     ANSWER_RECORDS, false, true},
};

/* Query parameters by their names, and their keys among the components; `view_id` is known and always refused, so it is
 * in no document. */
static const struct parameter {
    const char *name;
    const char *key;
    const char *of_many;   /* the key where many records are written; NULL: the same */
    const char *of_groups; /* the key where records are grouped; NULL: the same */
} parameters[] = {
    {"fields", "fields", NULL, NULL},
    {"depth", "depth", NULL, NULL},
    {"filter", "filter", "requiredFilter", NULL},
    {"order_by", "orderBy", NULL, "groupOrderBy"},
    {"limit", "limit", NULL, "groupLimit"},
    {"starting_after", "startingAfter", NULL, NULL},
    {"ending_before", "endingBefore", NULL, NULL},
    {"count", "count", NULL, NULL},
    {"upsert", "upsert", NULL, NULL},
    {"revive", "revive", NULL, NULL},
    {"soft_delete", "softDelete", NULL, NULL},
    {"group_by", "groupBy", NULL, NULL},
    {"aggregate", "aggregate", NULL, NULL},
    {"include_records_sample", "includeRecordsSample", NULL, NULL},
    {"order_by_for_records", "orderByForRecords", NULL, NULL},
};

static bool is_read(const struct operation *operation)
{
    return strcmp(operation->method, "get") == 0;
}

static struct str name_of(const struct operation *operation, const struct object *object)
{
    return operation->plural ? object->name_plural : object->name_singular;
}

static void put_parameter(struct strbuf *out, size_t *count, const char *key)
{
    docs_put(out, (*count)++ == 0 ? "{'$ref':'#/components/parameters/~'}" : ",{'$ref':'#/components/parameters/~'}",
             str_from(key));
}

static void put_parameters(struct strbuf *out, const struct operation *operation)
{
    size_t count = 0;
    bool many = operation->answer != ANSWER_GROUPS && !is_read(operation);
    docs_put(out, ",'parameters':[");
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        const struct parameter *parameter = &parameters[i];
        if (!rest_strict_knows(operation->action, str_from(parameter->name))) {
            continue;
        }
        const char *key = many ? parameter->of_many : operation->answer == ANSWER_GROUPS ? parameter->of_groups : NULL;
        put_parameter(out, &count, key == NULL ? parameter->key : key);
    }
    if (is_read(operation)) {
        put_parameter(out, &count, "ifNoneMatch");
    } else if (operation->action != REST_FIND_DUPLICATES) {
        put_parameter(out, &count, "idempotencyKey");
    }
    if (operation->conditional) {
        put_parameter(out, &count, "ifMatch");
    }
    strbuf_put_char(out, ']');
}

/* ---- bodies ---- */

static void put_list(struct strbuf *out, const struct object *object, const char *suffix, size_t most)
{
    docs_put(out, "{'type':'array','minItems':1,'maxItems':|,'items':", most);
    docs_put_schema_ref(out, object, suffix);
    strbuf_put_char(out, '}');
}

static void put_body_schema(struct strbuf *out, const struct operation *operation, const struct object *object,
                            const struct rest_limits *limits)
{
    switch (operation->body) {
    case BODY_CREATE: docs_put_schema_ref(out, object, ""); return;
    case BODY_CREATES: put_list(out, object, "", limits->max_batch); return;
    case BODY_UPDATE: docs_put_schema_ref(out, object, "ForUpdate"); return;
    case BODY_UPDATES:
        docs_put(out, "{'type':'array','minItems':1,'maxItems':|,'items':{'allOf':[", limits->max_batch);
        docs_put_schema_ref(out, object, "ForUpdate");
        docs_put(out, ",{'type':'object','required':['id']}]}}");
        return;
    case BODY_IDS:
        docs_put(out,
                 "{'type':'array','minItems':1,'maxItems':|,'items':{'anyOf':[{'type':'string','format':'uuid'},{"
                 "'$ref':'#/components/schemas/RecordId'}]}}",
                 limits->max_batch);
        return;
    case BODY_DUPLICATES:
        docs_put(out,
                 "{'oneOf':[{'type':'object','required':['ids'],'properties':{'ids':{'type':'array','maxItems':|,"
                 "'items':{'type':'string','format':'uuid'}}},'additionalProperties':false},{'type':'object',"
                 "'required':['data'],'properties':{'data':",
                 limits->max_batch);
        put_list(out, object, "ForUpdate", limits->max_batch);
        docs_put(out, "},'additionalProperties':false}]}");
        return;
    case BODY_MERGE:
        docs_put(out,
                 "{'type':'object','required':['ids'],'properties':{'ids':{'type':'array','minItems':2,'maxItems':|,"
                 "'items':{'type':'string','format':'uuid'}},'conflictPriorityIndex':{'type':'integer','minimum':0,"
                 "'description':'Which of the ids survives: the first one unless it is given'},'dryRun':{'type':"
                 "'boolean','description':'true: nothing is written, the answer is a preview'}}}",
                 limits->max_merge);
        return;
    case BODY_NONE: return;
    }
}

static void put_body(struct strbuf *out, const struct operation *operation, const struct object *object,
                     const struct rest_limits *limits)
{
    if (operation->body == BODY_NONE) {
        return;
    }
    docs_put(out, operation->body == BODY_UPDATE ? ",'requestBody':{" : ",'requestBody':{'required':true,");
    docs_put(out, "'content':{'application/json':{'schema':");
    put_body_schema(out, operation, object, limits);
    docs_put(out,
             operation->body == BODY_CREATES
                 ? "},'application/x-ndjson':{'schema':{'type':'string','description':'An import: one record a line, "
                   "however many. No Idempotency-Key, no upsert, no connect'}}}}"
                 : "}}}");
}

/* ---- answers ---- */

static bool answers_many(const struct operation *operation)
{
    return operation->answer != ANSWER_RECORD && operation->answer != ANSWER_ID;
}

static void put_answer_key(struct strbuf *out, const struct operation *operation, const struct object *object)
{
    struct str name = answers_many(operation) ? object->name_plural : object->name_singular;
    strbuf_put_char(out, '"');
    if (operation->verb[0] == '\0') {
        strbuf_put(out, name);
    } else {
        strbuf_puts(out, operation->verb);
        docs_put_cap(out, name);
    }
    strbuf_put_char(out, '"');
}

static void put_answer_value(struct strbuf *out, const struct operation *operation, const struct object *object)
{
    static const char id[] = "{'$ref':'#/components/schemas/RecordId'}";
    bool list = answers_many(operation);
    docs_put(out, list ? "{'type':'array','items':" : "");
    if (operation->answer == ANSWER_ID || operation->answer == ANSWER_IDS) {
        docs_put(out, id);
    } else {
        docs_put_schema_ref(out, object, "ForResponse");
    }
    strbuf_puts(out, list ? "}" : "");
}

static void put_duplicates(struct strbuf *out, const struct object *object)
{
    docs_put(out,
             "{'type':'object','required':['data'],'properties':{'data':{'type':'array','items':{'type':'object',"
             "'required':['~Duplicates','totalCount','pageInfo'],'properties':{'~Duplicates':{'type':'array','items':",
             object->name_singular, object->name_singular);
    docs_put_schema_ref(out, object, "ForResponse");
    docs_put(out,
             "},'totalCount':{'type':'integer'},'pageInfo':{'$ref':'#/components/schemas/PageInfo'}}}},'truncated':{"
             "'$ref':'#/components/schemas/Truncated'}}}");
}

static void put_groups(struct strbuf *out, const struct object *object)
{
    docs_put(out,
             "{'type':'array','items':{'type':'object','description':'And a member for each aggregate','required':["
             "'groupByDimensionValues'],'properties':{'groupByDimensionValues':{'type':'array','items':{'type':["
             "'string','null']}},'records':{'type':'array','items':");
    docs_put_schema_ref(out, object, "ForResponse");
    docs_put(out, "}},'additionalProperties':{'type':['string','number','null']}}}");
}

static void put_answer_schema(struct strbuf *out, const struct operation *operation, const struct object *object)
{
    if (operation->answer == ANSWER_DUPLICATES) {
        put_duplicates(out, object);
        return;
    }
    if (operation->answer == ANSWER_GROUPS) {
        put_groups(out, object);
        return;
    }
    docs_put(out, operation->answer == ANSWER_PAGE ? "{'type':'object','required':['data','pageInfo'],'properties':{"
                                                   : "{'type':'object','required':['data'],'properties':{");
    docs_put(out, "'data':{'type':'object','required':[");
    put_answer_key(out, operation, object);
    docs_put(out, "],'properties':{");
    put_answer_key(out, operation, object);
    strbuf_put_char(out, ':');
    put_answer_value(out, operation, object);
    docs_put(out, "}}");
    if (operation->answer == ANSWER_PAGE) {
        docs_put(out, ",'totalCount':{'type':'integer'},'totalCountIsEstimate':{'const':true},'pageInfo':{'$ref':"
                      "'#/components/schemas/PageInfo'}");
    }
    if (operation->answer != ANSWER_ID && operation->answer != ANSWER_IDS) {
        docs_put(out, ",'truncated':{'$ref':'#/components/schemas/Truncated'}");
    }
    docs_put(out, "}}");
}

static void put_error(struct strbuf *out, const char *status)
{
    docs_put(out, ",'~':{'$ref':'#/components/responses/~'}", str_from(status), str_from(status));
}

static void put_errors(struct strbuf *out, const struct operation *operation)
{
    static const char *const of_all[] = {"400", "401", "403", "429", "default"};
    static const char *const of_writes[] = {"409", "422"};
    static const char *const of_bodies[] = {"413", "415"};
    for (size_t i = 0; i < ARRAY_LEN(of_all); i++) {
        put_error(out, of_all[i]);
    }
    if (operation->missing) {
        put_error(out, "404");
    }
    for (size_t i = 0; i < ARRAY_LEN(of_writes) && !is_read(operation) && operation->action != REST_FIND_DUPLICATES;
         i++) {
        put_error(out, of_writes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(of_bodies) && operation->body != BODY_NONE; i++) {
        put_error(out, of_bodies[i]);
    }
    if (operation->conditional) {
        put_error(out, "412");
    }
    if (is_read(operation)) {
        put_error(out, "304");
    }
}

static void put_responses(struct strbuf *out, const struct operation *operation, const struct object *object)
{
    bool created = operation->body == BODY_CREATE || operation->body == BODY_CREATES;
    docs_put(out,
             ",'responses':{'~':{'description':'Done','headers':{'X-Request-Id':{'$ref':"
             "'#/components/headers/X-Request-Id'},'Server-Timing':{'$ref':'#/components/headers/Server-Timing'}",
             created ? STR("201") : STR("200"));
    if (is_read(operation)) {
        docs_put(out, ",'ETag':{'$ref':'#/components/headers/ETag'}");
    } else if (operation->action != REST_FIND_DUPLICATES) {
        docs_put(out, ",'Idempotency-Replayed':{'$ref':'#/components/headers/Idempotency-Replayed'}");
    }
    docs_put(out, "},'content':{'application/json':{'schema':");
    put_answer_schema(out, operation, object);
    docs_put(out, operation->answer == ANSWER_PAGE
                      ? "},'application/x-ndjson':{'schema':{'type':'string','description':'One record a line'}}}}"
                      : "}}}");
    if (operation->body == BODY_CREATES) {
        docs_put(out, ",'200':{'description':'The report of an "
                      "import','headers':{'X-Request-Id':{'$ref':'#/components/headers/"
                      "X-Request-Id'}},'content':{'application/x-ndjson':{'schema':{"
                      "'type':'string','description':'One line of JSON for each line','contentSchema':{'$ref':"
                      "'#/components/schemas/ImportReport'}}}}}");
    }
    put_errors(out, operation);
    strbuf_put_char(out, '}');
}

static void put_operation(struct strbuf *out, const struct operation *operation, const struct object *object,
                          const struct docs_settings *settings)
{
    docs_put(out, "'~':{'operationId':'~", str_from(operation->method), str_from(operation->id));
    docs_put_cap(out, name_of(operation, object));
    docs_put(out, "~','tags':['~'],'summary':^", str_from(operation->id_end), object->name_plural,
             str_from(operation->summary));
    if (operation->action == REST_DELETE_MANY || operation->action == REST_UPDATE_MANY) {
        docs_put(out, ",'description':'At most | records.'", settings->max_mutation);
    }
    put_parameters(out, operation);
    put_body(out, operation, object, &settings->limits);
    put_responses(out, operation, object);
    strbuf_put_char(out, '}');
}

/* What all operations of a path take. */
static void put_path(struct strbuf *out, const char *path, const struct object *object)
{
    docs_put(out, ",'");
    docs_put(out, path, object->name_plural);
    docs_put(out, "':{'parameters':[");
    if (strstr(path, "{id}") != NULL) {
        docs_put(out, "{'$ref':'#/components/parameters/idPath'},");
    }
    docs_put(out, "{'$ref':'#/components/parameters/strict'},{'$ref':'#/components/parameters/timing'},{'$ref':"
                  "'#/components/parameters/prefer'},{'$ref':'#/components/parameters/requestId'}]");
}

void docs_put_paths(struct strbuf *out, const struct object *object, const struct docs_settings *settings)
{
    bool open = false;
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        const struct operation *operation = &operations[i];
        /* Without criteria there is no telling which values belong together, so a merge is always refused. */
        if (operation->action == REST_MERGE && object->criterion_count == 0) {
            continue;
        }
        if (operation->path != NULL) {
            strbuf_puts(out, open ? "}" : "");
            put_path(out, operation->path, object);
            open = true;
        }
        strbuf_put_char(out, ',');
        put_operation(out, operation, object, settings);
    }
    strbuf_put_char(out, '}');
}
