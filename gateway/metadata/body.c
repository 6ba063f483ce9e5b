#include "gateway/metadata/body.h"

#include "common/text/timestamp.h"

#define TAG "INVALID_INPUT"

bool body_is_object(const struct json *body, struct err *err)
{
    return json_is(body, JSON_OBJECT) || err_fail_tag(err, ERR_INVALID, TAG, "The body must be a JSON object");
}

bool body_text(const struct json *body, const char *name, size_t max, struct str *out, bool *given, struct err *err)
{
    const struct json *value = json_get(body, name);
    *given = value != NULL;
    if (value == NULL) {
        return true;
    }
    if (value->type == JSON_NULL) {
        *out = STR_EMPTY;
        return true;
    }
    if (value->type != JSON_STRING) {
        return err_fail_tag(err, ERR_INVALID, TAG, "%s must be a string", name);
    }
    struct str text = str_trim(value->text);
    if (text.len > max) {
        return err_fail_tag(err, ERR_INVALID, TAG, "%s must be at most %zu bytes long", name, max);
    }
    *out = text.len == 0 ? STR("") : text;
    return true;
}

bool body_required_text(const struct json *body, const char *name, size_t max, struct str *out, struct err *err)
{
    bool given = false;
    struct str text = STR_EMPTY;
    if (!body_text(body, name, max, &text, &given, err)) {
        return false;
    }
    if (text.len == 0) {
        return err_fail_tag(err, ERR_INVALID, TAG, "%s should not be empty", name);
    }
    *out = text;
    return true;
}

bool body_bool(const struct json *body, const char *name, bool *out, bool *given, struct err *err)
{
    const struct json *value = json_get(body, name);
    *given = value != NULL && value->type != JSON_NULL;
    if (!*given) {
        return true;
    }
    if (value->type != JSON_TRUE && value->type != JSON_FALSE) {
        return err_fail_tag(err, ERR_INVALID, TAG, "%s must be true or false", name);
    }
    *out = value->type == JSON_TRUE;
    return true;
}

bool body_id(const struct json *body, const char *name, struct uuid *out, bool *given, struct err *err)
{
    const struct json *value = json_get(body, name);
    *given = value != NULL && value->type != JSON_NULL;
    if (!*given || (value->type == JSON_STRING && uuid_parse(value->text, out))) {
        return true;
    }
    return err_fail_tag(err, ERR_INVALID, TAG, "%s must be a UUID", name);
}

bool body_time(const struct json *body, const char *name, int64_t *out_us, bool *given, bool *null, struct err *err)
{
    const struct json *value = json_get(body, name);
    *given = value != NULL;
    *null = value != NULL && (value->type == JSON_NULL || (value->type == JSON_STRING && value->text.len == 0));
    if (!*given || *null || (value->type == JSON_STRING && timestamp_parse(value->text, out_us))) {
        return true;
    }
    return err_fail_tag(err, ERR_INVALID, TAG, "%s must be a date such as \"2027-12-31T00:00:00.000Z\"", name);
}
