/* What webhooks carry when records of an object change (contract/webhooks 1.2, 1.3, 1.5 and 2). */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

struct action {
    const char *name;
    const char *past; /* of the summary */
    const char *record;
    bool changes; /* the event names the fields that changed */
};

static const struct action actions[] = {
    {"created", "was created", "as it is now", false},
    {"updated", "was changed", "as it is now", true},
    {"deleted", "was deleted and can be restored", "with its deletedAt", true},
    {"restored", "was restored", "as it is now", true},
    {"destroyed", "is gone for good", "as it was", false},
};

static void put_webhook(struct strbuf *out, struct str name, struct str verb, const char *summary, const char *record,
                        bool changes, const struct object *object)
{
    docs_put(out, "'~.~':{'post':{'operationId':'on", name, verb);
    docs_put_cap(out, name);
    docs_put_cap(out, verb);
    docs_put(out,
             "','tags':['webhooks'],'summary':^,'security':[],'parameters':[{'$ref':"
             "'#/components/parameters/webhookId'},{'$ref':'#/components/parameters/webhookTimestamp'},{'$ref':"
             "'#/components/parameters/webhookSignature'},{'$ref':'#/components/parameters/sequence'},{'$ref':"
             "'#/components/parameters/twentyTimestamp'},{'$ref':'#/components/parameters/twentySignature'},{'$ref':"
             "'#/components/parameters/twentyNonce'}],'requestBody':{'required':true,'description':'The record ~',"
             "'content':{'application/json':{'schema':{'allOf':[{'$ref':'#/components/schemas/WebhookEvent'},{'type':"
             "'object'",
             str_from(summary), str_from(record));
    docs_put(out, changes ? ",'required':['updatedFields']" : "");
    docs_put(out, ",'properties':{'eventName':{'const':'~.~'},'record':", name, verb);
    if (object == NULL) {
        docs_put(out, "{'$ref':'#/components/schemas/WebhookState'}");
    } else {
        docs_put_schema_ref(out, object, "ForResponse");
    }
    docs_put(out, "}}]}}}},'responses':{'2XX':{'$ref':'#/components/responses/received'},'410':{'$ref':"
                  "'#/components/responses/gone'},'default':{'$ref':'#/components/responses/retried'}}}}");
}

void docs_put_webhooks(struct strbuf *out, const struct object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        strbuf_put_char(out, ',');
        put_webhook(out, object->name_singular, str_from(actions[i].name), actions[i].past, actions[i].record,
                    actions[i].changes, object);
    }
}

void docs_put_own_webhooks(struct strbuf *out)
{
    static const struct action own[] = {
        {"test", "A test, as asked for", "is about the webhook", false},
        {"failing", "Nothing but failures comes of a webhook", "is about that webhook", false},
        {"disabled", "A webhook has been disabled", "is about that webhook", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        put_webhook(out, STR("webhook"), str_from(own[i].name), own[i].past, own[i].record, false, NULL);
    }
}

static void put_header(struct strbuf *out, const char *key, const char *name, bool always, const char *text)
{
    docs_put(out, ",'~':{'name':'~','in':'header','required':~,'description':^,'schema':{'type':'string'}}",
             str_from(key), str_from(name), always ? STR("true") : STR("false"), str_from(text));
}

void docs_put_webhook_parameters(struct strbuf *out)
{
    put_header(out, "webhookId", "webhook-id", true,
               "The event: the same in every attempt, so that it can be told apart");
    put_header(out, "webhookTimestamp", "webhook-timestamp", true, "Of this attempt, in seconds since 1970");
    put_header(out, "webhookSignature", "webhook-signature", false,
               "Standard Webhooks: `v1,` and the base64 of an HMAC-SHA256 over "
               "`<webhook-id>.<webhook-timestamp>.<body>`, several "
               "with spaces between while secrets are rotated, `v1a,` that of an ed25519 signature");
    put_header(out, "sequence", "X-Portti-Sequence", true, "Of the event among all of this server");
    put_header(out, "twentyTimestamp", "X-Twenty-Webhook-Timestamp", false,
               "Of this attempt, in milliseconds since 1970");
    put_header(out, "twentySignature", "X-Twenty-Webhook-Signature", false,
               "The hex of an HMAC-SHA256 with the secret over `<X-Twenty-Webhook-Timestamp>:<body>`");
    put_header(out, "twentyNonce", "X-Twenty-Webhook-Nonce", false, "32 hex digits");
}

void docs_put_webhook_responses(struct strbuf *out)
{
    docs_put(out, ",'received':{'description':'The event has arrived'},'gone':{'description':'Disables the webhook'},"
                  "'retried':{'description':'Anything else, redirects too, is a failure, and the event comes again'}");
}
