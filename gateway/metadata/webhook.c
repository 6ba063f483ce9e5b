#include "gateway/metadata/webhook.h"

#include "common/text/url.h"
#include "gateway/metadata/webhook_read.h"

static bool invalid(struct err *err, const char *tag, const char *sentence)
{
    return err_fail_tag(err, ERR_INVALID, tag, "%s", sentence);
}

static bool read_url(struct arena *arena, const struct json *value, struct webhook *out, struct err *err)
{
    if (!json_is(value, JSON_STRING) || str_trim(value->text).len == 0) {
        return invalid(err, "INVALID_WEBHOOK_INPUT", "Target URL is required");
    }
    struct url url;
    struct str text = str_trim(value->text);
    if (text.len > WEBHOOK_URL_MAX || !url_parse_http(arena, text, &url, &out->target_url, NULL)) {
        return invalid(err, "INVALID_TARGET_URL", "Invalid target URL provided");
    }
    return true;
}

static bool read_operations(struct arena *arena, const struct json *value, struct webhook *out, struct err *err)
{
    static const char sentence[] = "operations must be an array of strings such as \"company.created\" or \"*.*\"";
    if (!json_is(value, JSON_ARRAY)) {
        return invalid(err, "INVALID_WEBHOOK_INPUT", sentence);
    }
    if (value->count > WEBHOOK_OPERATIONS_MAX) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_WEBHOOK_INPUT", "operations may hold at most %d patterns",
                            WEBHOOK_OPERATIONS_MAX);
    }
    struct str *operations = ARENA_ARRAY(arena, struct str, value->count);
    size_t count = 0;
    JSON_EACH(item, value)
    {
        if (item->type != JSON_STRING || item->text.len > WEBHOOK_OPERATION_MAX) {
            return invalid(err, "INVALID_WEBHOOK_INPUT", sentence);
        }
        operations[count++] = item->text;
    }
    out->operations = operations;
    out->operation_count = count;
    return true;
}

static bool read_description(const struct json *value, struct webhook *out, struct err *err)
{
    if (value->type == JSON_NULL) {
        out->description = STR_EMPTY;
        return true;
    }
    if (value->type != JSON_STRING || value->text.len > WEBHOOK_DESCRIPTION_MAX) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_WEBHOOK_INPUT",
                            "description must be a string of at most %d bytes, or null", WEBHOOK_DESCRIPTION_MAX);
    }
    out->description = value->text.ptr == NULL ? STR("") : value->text;
    return true;
}

static bool read_secret(const struct json *value, struct webhook *out, struct err *err)
{
    if (value->type != JSON_STRING || value->text.len > WEBHOOK_SECRET_MAX) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_WEBHOOK_INPUT", "secret must be a string of at most %d bytes",
                            WEBHOOK_SECRET_MAX);
    }
    if (value->text.len == 0) {
        return invalid(err, "INVALID_WEBHOOK_INPUT", "Secret is required");
    }
    out->secret = value->text;
    return true;
}

static bool read_common(struct arena *arena, const struct json *body, struct webhook *out, struct webhook_given *given,
                        struct err *err)
{
    if (!json_is(body, JSON_OBJECT)) {
        return invalid(err, "INVALID_WEBHOOK_INPUT", "The body must be a JSON object");
    }
    const struct json *operations = json_get(body, "operations");
    const struct json *description = json_get(body, "description");
    const struct json *secret = json_get(body, "secret");
    given->operations = operations != NULL;
    given->description = description != NULL;
    given->secret = secret != NULL && secret->type != JSON_NULL;
    return (!given->operations || read_operations(arena, operations, out, err)) &&
           (!given->description || read_description(description, out, err)) &&
           (!given->secret || read_secret(secret, out, err)) && webhook_read_delivery(arena, body, out, given, err);
}

bool webhook_read_create(struct arena *arena, const struct json *body, struct webhook *out, struct webhook_given *given,
                         struct err *err)
{
    static const struct str everything[] = {STR_INIT("*.*")};
    *out = (struct webhook){.operations = everything, .operation_count = 1};
    *given = (struct webhook_given){0};
    if (!read_common(arena, body, out, given, err)) {
        return false;
    }
    const struct json *id = json_get(body, "id");
    given->id = id != NULL && id->type != JSON_NULL;
    if (given->id && (id->type != JSON_STRING || !uuid_parse(id->text, &out->id))) {
        return invalid(err, "INVALID_WEBHOOK_INPUT", "id must be a UUID");
    }
    given->target_url = true;
    return read_url(arena, json_get(body, "targetUrl"), out, err);
}

bool webhook_read_update(struct arena *arena, const struct json *body, struct webhook *out, struct webhook_given *given,
                         struct err *err)
{
    *out = (struct webhook){0};
    *given = (struct webhook_given){0};
    if (!read_common(arena, body, out, given, err)) {
        return false;
    }
    const struct json *url = json_get(body, "targetUrl");
    given->target_url = url != NULL;
    return url == NULL || read_url(arena, url, out, err);
}
