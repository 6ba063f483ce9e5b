/* Refusals (contract graphql-core 4). */
#include "common/text/json_write.h"
#include "gateway/transport/transport.h"

/* Code words that decide the code by themselves; of the others the kind of the error does. */
struct tag_row {
    const char *tag;
    const char *code;
    const char *friendly; /* what a person may be shown; NULL: the usual */
};

static const struct tag_row tags[] = {
    {"RECORD_NOT_FOUND", "NOT_FOUND", "This record does not exist or has been deleted."},
    {"PERMISSION_DENIED", "FORBIDDEN", "User does not have permission."},
    {"DUPLICATE_ENTRY_DETECTED", "BAD_USER_INPUT", "This record already exists."},
    {"PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_FOUND", NULL},
    {"PERSISTED_QUERY_NOT_SUPPORTED", "PERSISTED_QUERY_NOT_SUPPORTED", NULL},
    {"METHOD_NOT_ALLOWED", "METHOD_NOT_ALLOWED", NULL},
    {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VALIDATION_FAILED", NULL},
    {"UNAUTHENTICATED", "UNAUTHENTICATED", NULL},
    {"FORBIDDEN_EXCEPTION", "FORBIDDEN", NULL},
    {"SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE", "The service is not available at the moment. Try again."},
    {"EVENTS_MISSED", "EVENTS_MISSED", "Some changes may have been missed."},
    {"SUBSCRIBER_TOO_SLOW", "SUBSCRIBER_TOO_SLOW", "Changes come faster than they are taken."},
};

static const struct tag_row *tag_row(const struct err *err)
{
    for (size_t i = 0; err->tag != NULL && i < ARRAY_LEN(tags); i++) {
        if (strcmp(tags[i].tag, err->tag) == 0) {
            return &tags[i];
        }
    }
    return NULL;
}

const char *transport_error_code(const struct err *err)
{
    const struct tag_row *row = tag_row(err);
    if (row != NULL) {
        return row->code;
    }
    switch (err->code) {
    case ERR_UNAUTHENTICATED: return "UNAUTHENTICATED";
    case ERR_FORBIDDEN: return "FORBIDDEN";
    case ERR_NOT_FOUND: return "NOT_FOUND";
    case ERR_TIMEOUT: return "TIMEOUT";
    case ERR_UNAVAILABLE: return "SERVICE_UNAVAILABLE";
    case ERR_NONE:
    case ERR_INTERNAL:
    case ERR_CODE_COUNT: return "INTERNAL_SERVER_ERROR";
    case ERR_INVALID:
    case ERR_CONFLICT:
    case ERR_TOO_LARGE:
    case ERR_LIMITED:
    case ERR_UNSUPPORTED: break;
    }
    return "BAD_USER_INPUT";
}

static void put_extensions(struct strbuf *out, const struct transport_error *error)
{
    const char *code = transport_error_code(error->err);
    const char *tag = error->err->tag;
    const struct tag_row *row = tag_row(error->err);
    strbuf_puts(out, ",\"extensions\":{");
    if (tag != NULL && strcmp(tag, code) != 0) {
        const char *friendly = row != NULL && row->friendly != NULL ? row->friendly : "An error occurred.";
        strbuf_printf(out, "\"subCode\":\"%s\",\"userFriendlyMessage\":\"%s\",", tag, friendly);
    }
    if (!uuid_is_nil(&error->conflict_id)) {
        strbuf_puts(out, "\"conflictingRecordId\":\"");
        uuid_put(out, &error->conflict_id);
        strbuf_puts(out, "\",\"conflictingObjectNameSingular\":");
        json_put_string(out, error->conflict_object);
        strbuf_put_char(out, ',');
    }
    strbuf_printf(out, "\"code\":\"%s\"}}", code);
}

void transport_put_error(struct strbuf *out, const struct transport_error *error)
{
    strbuf_puts(out, "{\"message\":");
    json_put_string(out, err_str(error->err));
    if (error->location != NULL) {
        strbuf_printf(out, ",\"locations\":[{\"line\":%u,\"column\":%u}]", error->location->line,
                      error->location->column);
    }
    if (error->key.ptr != NULL) {
        strbuf_puts(out, ",\"path\":[");
        json_put_string(out, error->key);
        strbuf_put_char(out, ']');
    }
    put_extensions(out, error);
}

void transport_put_refusal(struct strbuf *out, const struct err *err)
{
    struct transport_error error = {.err = err};
    strbuf_puts(out, "{\"errors\":[");
    transport_put_error(out, &error);
    strbuf_puts(out, "]}");
}
