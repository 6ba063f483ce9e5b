/* The document of records as a whole: what comes in which order. */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

/* Each part goes through all objects, after an opening of its own; one last piece closes the document. */
enum part { PART_PATHS, PART_SCHEMAS, PART_WEBHOOKS, PART_TAGS, PART_COUNT };

static const char description[] =
    "The records of this server, object by object. Every path, parameter, body, answer and error here is one that this "
    "server has; the document follows the data model and changes with it.\\n\\n"
    "## Keys\\nSend an API key as `Authorization: Bearer <key>`. Keys in the URL are not read. Without a valid key "
    "this "
    "document holds no object.\\n\\n"
    "## Reading\\n`filter` chooses records, `order_by` orders them, `fields` chooses what is shown and `depth=1` adds "
    "the "
    "records that relations lead to. Lists come in pages: send `pageInfo.endCursor` as `starting_after`, with the same "
    "`order_by`. With `Accept: application/x-ndjson` a list comes whole, one record a line.\\n\\n"
    "Filters are written `path[comparator]:value`, joined by commas (all must hold) or grouped by `and(…)`, `or(…)` "
    "and "
    "`not(…)`. A path is a field, a sub-field (`emails.primaryEmail`), a join column (`companyId`) or a field of a "
    "to-one "
    "relation (`company.name`). Comparators: eq, neq, gt, gte, lt, lte, in, is (NULL or NOT_NULL), like, ilike, "
    "startsWith, endsWith, containsAny.\\n\\n"
    "## Writing\\nUpdates are partial. Relations are set by their join column, or by `connect` with a unique field of "
    "the "
    "other record. Deleted records stay restorable with `soft_delete=true` only; without it they are gone. An "
    "`Idempotency-Key` makes a write happen once, however often it is sent within 24 hours. `If-Match` with the `ETag` "
    "of "
    "a record makes a write conditional.\\n\\n"
    "## Values\\nTimes are ISO 8601 in UTC with milliseconds. Text that is not set reads as an empty string. Decimal "
    "numbers that a double cannot hold exactly are strings. On input, dates may have other usual layouts, and a single "
    "string is taken for a list of one.\\n\\n"
    "## Errors\\nErrors have `statusCode`, `error`, `messages` and mostly a `code` for programs; with `Accept: "
    "application/problem+json` they are problem details (RFC 9457).\\n\\n"
    "## Aliases\\n`PUT` does what `PATCH` does, `HEAD` what `GET` does without a body. `PATCH /restore/{plural}` and "
    "`PATCH "
    "/restore/{plural}/{id}` are older spellings of the restores. Answers are compressed with gzip where the client "
    "accepts it.";

static void put_open_api_path(struct strbuf *out)
{
    docs_put(out,
             "'/open-api/core':{'get':{'operationId':'getOpenApiCore','tags':['openApi'],'summary':'This document',"
             "'description':'Needs no key. With a valid one, it holds the paths of all objects.','security':[{},{"
             "'bearerAuth':[]}],'parameters':[{'$ref':'#/components/parameters/ifNoneMatch'}],'responses':{'200':{"
             "'description':'An OpenAPI 3.1 "
             "document','headers':{'ETag':{'$ref':'#/components/headers/ETag'},'X-Request-Id':{'$ref':'#/components/"
             "headers/X-Request-Id'}},"
             "'content':{'application/json':{'schema':{'type':'object','required':['openapi','info','paths']}}}},"
             "'304':{'$ref':'#/components/responses/304'},'default':{'$ref':'#/components/responses/default'}}}}");
}

static void put_search_path(struct strbuf *out)
{
    docs_put(out,
             ",'/search':{'get':{'operationId':'search','tags':['search'],'summary':'Search all objects by words',"
             "'description':'Records of searchable objects that have all words, as whole words or beginnings, the "
             "best ones first.','parameters':["
             "{'name':'query','in':'query','required':true,'description':'The words, at most 1000 bytes.','schema':{"
             "'type':'string','maxLength':1000}},"
             "{'name':'limit','in':'query','description':'How many: 30 unless it is given, 100 at most.','schema':{"
             "'type':'integer','minimum':0}},"
             "{'name':'starting_after','in':'query','description':'The endCursor of the page before.','schema':{"
             "'type':'string'}},"
             "{'name':'includedObjectNameSingulars','in':'query','description':'Only these objects, by their "
             "singular names.','style':'form','explode':false,'schema':{'type':'array','items':{'type':'string'}}},"
             "{'name':'excludedObjectNameSingulars','in':'query','description':'All but these objects.','style':"
             "'form','explode':false,'schema':{'type':'array','items':{'type':'string'}}},"
             "{'$ref':'#/components/parameters/requestId'}],"
             "'responses':{'200':{'description':'What was found','headers':{'X-Request-Id':{'$ref':"
             "'#/components/headers/X-Request-Id'}},'content':{'application/json':{'schema':{'$ref':"
             "'#/components/schemas/SearchAnswer'}}}},"
             "'400':{'$ref':'#/components/responses/400'},'401':{'$ref':'#/components/responses/401'},'403':{'$ref':"
             "'#/components/responses/403'},'429':{'$ref':'#/components/responses/429'},'default':{'$ref':"
             "'#/components/responses/default'}}}}");
}

static void put_head(struct strbuf *out)
{
    docs_put(out,
             "{'openapi':'3.1.1','info':{'title':'Portti: records','version':'" PORTTI_VERSION
             "','summary':'REST over the records of this server','description':'~','license':{'name':'Apache-2.0',"
             "'identifier':'Apache-2.0'}},'servers':[{'url':'/rest','description':'This server'}],'security':[{"
             "'bearerAuth':[]}],'paths':{",
             str_of(description, sizeof description - 1));
    put_open_api_path(out);
}

void docs_put_base(struct strbuf *out, const struct docs_settings *settings)
{
    put_head(out);
    docs_put(out, "},'components':{");
    docs_put_shared(out, settings);
    docs_put(out, ",'schemas':{");
    docs_put_error_schemas(out);
    docs_put(out, "}},'tags':[{'name':'openApi','description':'This document'}]}");
}

static void put_opening(struct strbuf *out, enum part part, const struct docs_settings *settings)
{
    switch (part) {
    case PART_PATHS:
        put_head(out);
        put_search_path(out);
        return;
    case PART_SCHEMAS:
        docs_put(out, "},'components':{");
        docs_put_shared(out, settings);
        docs_put(out, ",'schemas':{");
        docs_put_shared_schemas(out);
        return;
    case PART_WEBHOOKS:
        docs_put(out, "}},'webhooks':{");
        docs_put_own_webhooks(out);
        return;
    case PART_TAGS:
        docs_put(out,
                 "},'tags':[{'name':'openApi','description':'This document'},{'name':'search','description':'Search "
                 "over all objects'},{'name':'webhooks','description':'What this server sends'}");
        return;
    case PART_COUNT: break;
    }
    docs_put(out, "]}");
}

static void put_object(struct strbuf *out, enum part part, const struct object *object,
                       const struct docs_settings *settings)
{
    if (!docs_shows(object)) {
        return;
    }
    switch (part) {
    case PART_PATHS: docs_put_paths(out, object, settings); return;
    case PART_SCHEMAS: docs_put_schemas(out, object); return;
    case PART_WEBHOOKS: docs_put_webhooks(out, object); return;
    case PART_TAGS: docs_put(out, ",{'name':'~','description':^}", object->name_plural, object->label_plural); return;
    case PART_COUNT: return;
    }
}

size_t docs_core_pieces(const struct catalogue *catalogue)
{
    return PART_COUNT * (catalogue->object_count + 1) + 1;
}

void docs_put_core_piece(struct strbuf *out, const struct catalogue *catalogue, const struct docs_settings *settings,
                         size_t piece)
{
    enum part part = (enum part)(piece / (catalogue->object_count + 1));
    size_t at = piece % (catalogue->object_count + 1);
    if (at == 0) {
        put_opening(out, part, settings);
    } else {
        put_object(out, part, &catalogue->objects[at - 1], settings);
    }
}
