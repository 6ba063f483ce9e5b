/* What all operations refer to: parameters, headers, responses, the security scheme. */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

static void put_query(struct strbuf *out, const char *key, const char *name, const char *text, const char *schema)
{
    docs_put(out, ",'~':{'name':'~','in':'query','description':^,'schema':", str_from(key), str_from(name),
             str_from(text));
    docs_put(out, schema);
    strbuf_put_char(out, '}');
}

static void put_json_query(struct strbuf *out, const char *key, const char *name, const char *text)
{
    put_query(out, key, name, text, "{'type':'string','contentMediaType':'application/json'}");
}

void docs_put_common_parameters(struct strbuf *out)
{
    docs_put(out,
             "'idempotencyKey':{'name':'Idempotency-Key','in':'header','description':^,'schema':{'type':'string',"
             "'minLength':1,'maxLength':255}}",
             STR("1 to 255 printable characters. The first request with a key is carried out; others with it within 24 "
                 "hours are answered as the first was."));
    docs_put(out, ",'ifNoneMatch':{'name':'If-None-Match','in':'header','description':^,'schema':{'type':'string'}}",
             STR("Entity tags of answers that are at hand: 304 when one still holds."));
    docs_put(out, ",'requestId':{'name':'X-Request-Id','in':'header','description':^,'schema':{'type':'string'}}",
             STR("A name for this request in the answer and in the log: up to 64 letters, digits, '-', '_' and '.'."));
}

static void put_list_parameters(struct strbuf *out, const struct rest_limits *limits)
{
    docs_put(out, ",'idPath':{'name':'id','in':'path','required':true,'description':'The id of the record','schema':{"
                  "'type':'string','format':'uuid'}}");
    put_query(out, "startingAfter", "starting_after", "A cursor: the records behind it. Not with ending_before.",
              "{'type':'string'}");
    put_query(out, "endingBefore", "ending_before",
              "A cursor: the records in front of it, in the same order. Not with starting_after.", "{'type':'string'}");
    static const char filter[] =
        "Which records, such as `stage[eq]:NEW,amount.amountMicros[gte]:1000000`; see the "
        "description of this document. Deleted records are left out unless it names deletedAt.";
    put_query(out, "filter", "filter", filter, "{'type':'string'}");
    docs_put(
        out,
        ",'requiredFilter':{'name':'filter','in':'query','required':true,'description':^,'schema':{'type':'string',"
        "'minLength':1}}",
        str_from(filter));
    put_query(out, "orderBy", "order_by",
              "The order, such as `name.lastName[AscNullsLast],createdAt[DescNullsFirst]`. AscNullsFirst where no "
              "direction stands. The id comes last, so that no order is left open.",
              "{'type':'string'}");
    docs_put(out,
             ",'limit':{'name':'limit','in':'query','description':'How many records: | unless it is given, | at "
             "most; more is cut to that. As application/x-ndjson any number, and all when it is not given.',"
             "'schema':{'anyOf':[{'type':'integer','minimum':0},{'const':'all'}]}}",
             limits->page_size_default, limits->page_size_max);
    docs_put(out,
             ",'depth':{'name':'depth','in':'query','description':'How many relations deep: 0 (also when it is not "
             "given) gives the records alone, 1 adds the records that their relations lead to, at most | a "
             "relation.','schema':{'type':'integer','enum':[0,1~]}}",
             limits->relation_limit, limits->max_depth > 1 ? STR(",2") : STR_EMPTY);
    docs_put(out,
             ",'fields':{'name':'fields','in':'query','description':^,'style':'form','explode':false,'schema':{"
             "'type':'array','items':{'type':'string'},'minItems':1}}",
             STR("Only these fields, and the id. Relations are named, too: with depth=1 they bring their records, with "
                 "depth=0 their join columns."));
    put_query(out, "count", "count",
              "What totalCount is: exact (when not given), estimated for large tables, or left out.",
              "{'type':'string','enum':['exact','estimated','none']}");
}

static void put_write_parameters(struct strbuf *out)
{
    put_query(
        out, "upsert", "upsert",
        "true: a record with the same id or the same unique values is updated instead of refused, and brought back "
        "when it is deleted.",
        "{'type':'boolean'}");
    put_query(out, "revive", "revive", "With upsert=true, false leaves deleted records deleted.", "{'type':'boolean'}");
    put_query(out, "softDelete", "soft_delete",
              "true: the records can be restored. Otherwise they are destroyed, with what hangs on them.",
              "{'type':'boolean'}");
    docs_put(out, ",'ifMatch':{'name':'If-Match','in':'header','description':^,'schema':{'type':'string'}}",
             STR("An ETag of the record: 412 when it has changed since."));
    docs_put(out, ",'prefer':{'name':'Prefer','in':'header','description':^,'schema':{'type':'string'}}",
             STR("handling=strict is strict=true, timing is timing=true."));
    put_query(out, "strict", "strict", "true: unknown query parameters are refused instead of ignored.",
              "{'type':'boolean'}");
    put_query(out, "timing", "timing", "true: a Server-Timing header tells where the time went.", "{'type':'boolean'}");
}

static void put_group_parameters(struct strbuf *out)
{
    docs_put(out,
             ",'groupBy':{'name':'group_by','in':'query','required':true,'description':^,'schema':{'type':'string',"
             "'contentMediaType':'application/json'},'examples':{'stage':{'value':^},'month':{'value':^}}}",
             STR("One to four dimensions as JSON text. A date may have a granularity (DAY, WEEK, MONTH, QUARTER, YEAR, "
                 "DAY_OF_THE_WEEK, MONTH_OF_THE_YEAR, QUARTER_OF_THE_YEAR, NONE) and a timeZone."),
             STR("[{\"stage\":true}]"),
             STR("[{\"closeDate\":{\"granularity\":\"MONTH\",\"timeZone\":\"Europe/Paris\"}}]"));
    put_json_query(
        out, "aggregate", "aggregate",
        "Names of aggregates as JSON text, such as [\"countNotEmptyId\",\"maxAmountAmountMicros\"]: countEmpty, "
        "countNotEmpty, countUniqueValues, percentageEmpty, percentageNotEmpty, min, max, avg, sum, countTrue, "
        "countFalse, each with a field; or totalCount.");
    put_json_query(out, "groupOrderBy", "order_by",
                   "The order of the groups as JSON text, such as [{\"stage\":\"AscNullsFirst\"}] or "
                   "[{\"aggregate\":{\"countNotEmptyId\":\"DescNullsLast\"}}].");
    put_query(out, "groupLimit", "limit", "How many groups: 50 unless it is given, 1000 at most.",
              "{'type':'integer','minimum':0}");
    put_query(out, "includeRecordsSample", "include_records_sample", "true: the first ten records of each group.",
              "{'type':'boolean'}");
    put_query(out, "orderByForRecords", "order_by_for_records", "The order of these records, as order_by of a list.",
              "{'type':'string'}");
}

static void put_header(struct strbuf *out, const char *name, const char *text, const char *schema)
{
    docs_put(out, ",'~':{'description':^,'schema':", str_from(name), str_from(text));
    docs_put(out, schema);
    strbuf_put_char(out, '}');
}

void docs_put_common_headers(struct strbuf *out)
{
    docs_put(out, "'X-Request-Id':{'description':'The name of this request','schema':{'type':'string'}}");
    put_header(out, "ETag", "The state of what was answered", "{'type':'string'}");
    put_header(out, "Retry-After", "Seconds until it may work", "{'type':'integer','minimum':1}");
    put_header(out, "X-RateLimit-Limit", "Requests that the limit in question allows", "{'type':'integer'}");
    put_header(out, "X-RateLimit-Remaining", "Requests that are left of it", "{'type':'integer'}");
    put_header(out, "WWW-Authenticate", "How to authenticate", "{'const':'Bearer'}");
    put_header(out, "Idempotency-Replayed", "true: the answer that the first request with this key had",
               "{'const':'true'}");
    put_header(out, "Server-Timing", "Milliseconds of waiting, of the database and in all", "{'type':'string'}");
}

static void put_error(struct strbuf *out, const char *status, const char *text, const char *headers)
{
    docs_put(out, "'~':{'description':^,'headers':{'X-Request-Id':{'$ref':'#/components/headers/X-Request-Id'}",
             str_from(status), str_from(text));
    docs_put(out, headers);
    docs_put(out, "},'content':{'application/json':{'schema':{'$ref':'#/components/schemas/Error'}},"
                  "'application/problem+json':{'schema':{'$ref':'#/components/schemas/Problem'}}}}");
}

void docs_put_common_responses(struct strbuf *out)
{
    static const struct {
        const char *status;
        const char *text;
        const char *headers;
    } errors[] = {
        {"400", "The request is not right; messages say what, code says of which kind.", ""},
        {"401", "The token is invalid or has expired.",
         ",'WWW-Authenticate':{'$ref':'#/components/headers/WWW-Authenticate'}"},
        {"403", "No token, a revoked key, or a role without the permission.", ""},
        {"404", "There is no such thing.", ""},
        {"409", "The first request with this Idempotency-Key is still at work.",
         ",'Retry-After':{'$ref':'#/components/headers/Retry-After'}"},
        {"412", "If-Match does not name the state that the record is in.", ""},
        {"413", "The body is too long.", ""},
        {"415", "The body is not JSON.", ""},
        {"422", "This Idempotency-Key was used with another request.", ""},
        {"429", "The key has used up its rate.",
         ",'Retry-After':{'$ref':'#/components/headers/Retry-After'},'X-RateLimit-Limit':{'$ref':"
         "'#/components/headers/X-RateLimit-Limit'},'X-RateLimit-Remaining':{'$ref':"
         "'#/components/headers/X-RateLimit-Remaining'}"},
        {"default", "Any other failure: 5xx with a Retry-After where trying again may help.",
         ",'Retry-After':{'$ref':'#/components/headers/Retry-After'}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        put_error(out, errors[i].status, errors[i].text, errors[i].headers);
        strbuf_put_char(out, ',');
    }
    docs_put(out, "'304':{'description':'What If-None-Match names still holds','headers':{'ETag':{'$ref':"
                  "'#/components/headers/ETag'},'X-Request-Id':{'$ref':'#/components/headers/X-Request-Id'},"
                  "'Server-Timing':{'$ref':'#/components/headers/Server-Timing'}}}");
}

void docs_put_shared(struct strbuf *out, const struct docs_settings *settings)
{
    docs_put(out,
             "'securitySchemes':{'bearerAuth':{'type':'http','scheme':'bearer','bearerFormat':'JWT','description':'An "
             "API key'}},'parameters':{");
    docs_put_common_parameters(out);
    put_list_parameters(out, &settings->limits);
    put_write_parameters(out);
    put_group_parameters(out);
    docs_put_webhook_parameters(out);
    docs_put(out, "},'headers':{");
    docs_put_common_headers(out);
    docs_put(out, "},'responses':{");
    docs_put_common_responses(out);
    docs_put_webhook_responses(out);
    strbuf_put_char(out, '}');
}
