/* Schemas that all objects share: errors, pages, composites, what webhooks carry. */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

#define TEXT    "{'type':'string'}"
#define TEXT_IN "{'type':['string','null']}"

struct shared {
    const char *name;
    const char *schema;
};

static const struct shared error_schemas[] = {
    {"Error", "{'type':'object','description':'A refusal','required':['statusCode','error','messages'],'properties':{"
              "'statusCode':{'type':'integer'},'error':{'type':'string','description':'Of the status, such as "
              "BadRequestException; of authentication, such as UNAUTHENTICATED'},'messages':{'type':'array','items':"
              "{'type':'string'},'minItems':1},'code':{'type':'string','description':'The kind of fault, such as "
              "INVALID_FILTER_QUERY_PARAM or DUPLICATE_ENTRY_DETECTED'}}}"},
    {"Problem", "{'type':'object','description':'The same as problem details (RFC 9457)','required':['type','title',"
                "'status','detail','requestId'],'properties':{'type':{'type':'string'},'title':{'type':'string'},"
                "'status':{'type':'integer'},'detail':{'type':'string'},'code':{'type':'string'},'requestId':{'type':"
                "'string'}}}"},
};

static const struct shared schemas[] = {
    {"PageInfo",
     "{'type':'object','required':['hasNextPage','hasPreviousPage','startCursor','endCursor'],'properties':{"
     "'hasNextPage':{'type':'boolean'},'hasPreviousPage':{'type':'boolean'},'startCursor':{'type':['string',"
     "'null']},'endCursor':{'type':['string','null']}}}"},
    {"Truncated",
     "{'type':'array','description':'Relations that lead to more records than were answered','items':{"
     "'type':'object','required':['id','relation','returned','totalCount'],'properties':{'id':{'type':"
     "'string','format':'uuid','description':'The record whose relation it is'},'relation':{'type':'string'},"
     "'returned':{'type':'integer'},'totalCount':{'type':'integer'}}}}"},
    {"RecordId", "{'type':'object','required':['id'],'properties':{'id':{'type':'string','format':'uuid'}}}"},
    {"ImportReport", "{'type':'object','description':'One line of the report: what became of a line of the import',"
                     "'required':['line'],'properties':{'line':{'type':'integer','minimum':1},'id':{'type':'string',"
                     "'format':'uuid'},'error':{'$ref':'#/components/schemas/Error'}}}"},
    {"SearchAnswer",
     "{'type':'object','required':['data','pageInfo'],'properties':{'data':{'type':'object','required':['search'],"
     "'properties':{'search':{'type':'array','items':{'type':'object','required':['recordId','objectNameSingular',"
     "'objectLabelSingular','label','imageUrl','tsRankCD','tsRank'],'properties':{'recordId':{'type':'string','format':"
     "'uuid'},'objectNameSingular':{'type':'string'},'objectLabelSingular':{'type':'string'},'label':{'type':'string'},"
     "'imageUrl':{'type':['string','null']},'tsRankCD':{'type':'number'},'tsRank':{'type':'number'}}}}}},'pageInfo':{"
     "'type':'object','required':['hasNextPage','endCursor'],'properties':{'hasNextPage':{'type':'boolean'},'endCursor'"
     ":{"
     "'type':['string','null']}}}}}"},
    {"RelationInput",
     "{'description':'Sets a relation by a unique value of the other record (its id, or all parts of one unique "
     "field), or "
     "clears it','anyOf':[{'type':'object','required':['connect'],'properties':{'connect':{'type':'object','required':["
     "'where'],'properties':{'where':{'type':'object','minProperties':1,'maxProperties':1}},'additionalProperties':"
     "false}"
     "},'additionalProperties':false},{'type':'object','required':['disconnect'],'properties':{'disconnect':{'type':"
     "'boolean'}},'additionalProperties':false}],'examples':[{'connect':{'where':{'id':"
     "'11111111-2222-4333-8444-555555555555'}}}]}"},
    {"File",
     "{'type':'object','required':['fileId'],'properties':{'fileId':{'type':'string'},'label':{'type':['string',"
     "'null']}}}"},
    {"Phone",
     "{'type':'object','properties':{'number':" TEXT_IN ",'countryCode':" TEXT_IN ",'callingCode':" TEXT_IN "}}"},
    {"Link", "{'type':'object','properties':{'url':" TEXT_IN ",'label':" TEXT_IN "}}"},
    {"WebhookState",
     "{'type':'object','description':'What webhook.test, webhook.failing and webhook.disabled carry',"
     "'required':['id','targetUrl','reason','failingSince','disablesAt','disabledAt'],'properties':{'id':{"
     "'type':'string','format':'uuid'},'targetUrl':{'type':'string','description':'Scheme, host and port "
     "only'},'reason':{'type':'string'},"
     "'failingSince':{'type':['string','null'],'format':'date-time'},'disablesAt':{'type':['string','null'],"
     "'format':'date-time'},'disabledAt':{'type':['string','null'],'format':'date-time'}}}"},
    {"WebhookEvent",
     "{'type':'object','required':['targetUrl','eventName','objectMetadata','workspaceId','webhookId','eventDate',"
     "'record'],'properties':{'targetUrl':{'type':'string','format':'uri'},'eventName':{'type':'string'},"
     "'objectMetadata':{'type':'object','required':['id','nameSingular'],'properties':{'id':{'type':'string','format':"
     "'uuid'},'nameSingular':{'type':'string'}}},'workspaceId':{'type':'string','format':'uuid'},'webhookId':{'type':"
     "'string','format':'uuid'},'eventDate':{'type':'string','format':'date-time'},'record':{'type':'object'},"
     "'updatedFields':{'type':'array','items':{'type':'string'},'description':'The fields that "
     "changed'},'payload':{'const':'thin','description':'Of the record only its id has been sent'}}}"},
};

/* A sub-field's schema; what a client reads is never null where it is text. */
static void put_sub(struct strbuf *out, const struct sub_field_type *sub, bool input)
{
    docs_put(out, "'~':", str_from(sub->name));
    switch (sub->form) {
    case JSON_FORM_OPTION:
        docs_put(out, input ? "{'type':'string','enum':[" : "{'type':['string','null'],'enum':[");
        for (size_t i = 0; sub->options[i] != NULL; i++) {
            docs_put(out, i == 0 ? "'~'" : ",'~'", str_from(sub->options[i]));
        }
        docs_put(out, input ? "]}" : ",null]}");
        return;
    case JSON_FORM_EMAIL_LIST: docs_put(out, "{'type':['array','null'],'items':{'type':'string'}}"); return;
    case JSON_FORM_PHONE_LIST:
        docs_put(out, "{'type':['array','null'],'items':{'$ref':'#/components/schemas/Phone'}}");
        return;
    case JSON_FORM_LINK_LIST:
        docs_put(out, "{'type':['array','null'],'items':{'$ref':'#/components/schemas/Link'}}");
        return;
    case JSON_FORM_FILE_LIST:
    case JSON_FORM_ANY: docs_put(out, "{'description':'Any JSON'}"); return;
    case JSON_FORM_TEXT:
    case JSON_FORM_EMAIL:
    case JSON_FORM_URL: docs_put(out, input ? TEXT_IN : TEXT); return;
    case JSON_FORM_PLAIN: break;
    }
    docs_put(out, sub->column == COLUMN_NUMERIC ? "{'type':['number','string','null']}"
                                                : "{'type':['string','null'],'format':'uuid'}");
}

static const char *const composite_names[FIELD_TYPE_COUNT] = {
    [FIELD_FULL_NAME] = "FullName", [FIELD_EMAILS] = "Emails",      [FIELD_PHONES] = "Phones",
    [FIELD_LINKS] = "Links",        [FIELD_ADDRESS] = "Address",    [FIELD_CURRENCY] = "Currency",
    [FIELD_ACTOR] = "Actor",        [FIELD_RICH_TEXT] = "RichText",
};

static void put_composite(struct strbuf *out, enum field_type composite, bool input)
{
    const struct field_type_info *type = &field_types[composite];
    docs_put(out, ",'~", str_from(composite_names[composite]));
    docs_put(out, input ? "Input':{'type':'object','properties':{" : "':{'type':'object','required':[");
    for (size_t i = 0; !input && i < type->sub_count; i++) {
        docs_put(out, i == 0 ? "'~'" : ",'~'", str_from(type->subs[i].name));
    }
    docs_put(out, input ? "" : "],'properties':{");
    for (size_t i = 0; i < type->sub_count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        put_sub(out, &type->subs[i], input);
    }
    docs_put(out, input ? "},'additionalProperties':false}" : "}}");
}

void docs_put_composite_ref(struct strbuf *out, enum field_type type, bool input)
{
    docs_put(out, "'$ref':'#/components/schemas/~~'", str_from(composite_names[type]),
             input ? STR("Input") : STR_EMPTY);
}

void docs_put_error_schemas(struct strbuf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(error_schemas); i++) {
        docs_put(out, i == 0 ? "'~':" : ",'~':", str_from(error_schemas[i].name));
        docs_put(out, error_schemas[i].schema);
    }
}

void docs_put_shared_schemas(struct strbuf *out)
{
    docs_put_error_schemas(out);
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
        docs_put(out, ",'~':", str_from(schemas[i].name));
        docs_put(out, schemas[i].schema);
    }
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        if (composite_names[i] != NULL) {
            put_composite(out, (enum field_type)i, false);
            put_composite(out, (enum field_type)i, true);
        }
    }
}

static bool listed(const struct shared *list, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(name, list[i].name)) {
            return true;
        }
    }
    return false;
}

static bool is_composite(struct str name)
{
    if (str_ends_with(name, STR("Input"))) {
        name.len -= sizeof "Input" - 1;
    }
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        if (composite_names[i] != NULL && str_is(name, composite_names[i])) {
            return true;
        }
    }
    return false;
}

bool docs_is_shared_schema(struct str name)
{
    return listed(error_schemas, ARRAY_LEN(error_schemas), name) || listed(schemas, ARRAY_LEN(schemas), name) ||
           is_composite(name);
}
