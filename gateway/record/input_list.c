/* What is stored as jsonb or as an array of texts. */
#include "common/text/json_write.h"
#include "gateway/record/input_value.h"
#include "gateway/record/link.h"
#include "gateway/record/phone.h"
#include "gateway/record/record_input.h"

/* The members of a list's elements, in the order of canonical JSON (by length, then bytes). */
struct element_shape {
    const char *keys[4]; /* NULL-terminated */
    const char *url;     /* the member that is a link */
    const char *required;
};

static const struct element_shape phone_shape = {.keys = {"number", "callingCode", "countryCode"}};
static const struct element_shape link_shape = {.keys = {"url", "label"}, .url = "url"};
static const struct element_shape file_shape = {.keys = {"label", "fileId"}, .required = "fileId"};

static bool refuse_object(struct arena *arena, const struct column *column, const struct json *json, struct err *err)
{
    struct str path = column_path(arena, column);
    struct str shown = input_quote(json);
    return INPUT_REFUSE(err, "Invalid object value '%.*s' for field \"%.*s\"", STR_ARG(shown), STR_ARG(path));
}

static bool member_check(struct arena *arena, const struct column *column, const struct element_shape *shape,
                         const struct json *member, struct err *err)
{
    bool known = false;
    for (size_t i = 0; shape->keys[i] != NULL && !known; i++) {
        known = str_is(member->key, shape->keys[i]);
    }
    if (known && (member->type == JSON_STRING || member->type == JSON_NULL)) {
        return true;
    }
    struct str path = column_path(arena, column);
    struct str key = input_cut(member->key);
    if (!known) {
        return INPUT_REFUSE(err, "Sub field \"%.*s\" not found for field \"%.*s\"", STR_ARG(key), STR_ARG(path));
    }
    struct str shown = input_quote(member);
    return INPUT_REFUSE(err, "Invalid string value '%.*s' for field \"%.*s.%.*s\"", STR_ARG(shown), STR_ARG(path),
                        STR_ARG(key));
}

static bool element_check(struct arena *arena, const struct column *column, const struct element_shape *shape,
                          const struct json *element, struct err *err)
{
    if (element->type != JSON_OBJECT) {
        return refuse_object(arena, column, element, err);
    }
    JSON_EACH(member, element)
    {
        if (!member_check(arena, column, shape, member, err)) {
            return false;
        }
    }
    if (shape->required != NULL && !json_is(json_get(element, shape->required), JSON_STRING)) {
        return refuse_object(arena, column, element, err);
    }
    return true;
}

static void element_put(struct strbuf *out, struct arena *arena, const struct element_shape *shape,
                        const struct json *element)
{
    char before = '{';
    for (size_t i = 0; shape->keys[i] != NULL; i++) {
        const struct json *member = json_get(element, shape->keys[i]);
        if (member == NULL) {
            continue;
        }
        strbuf_put_char(out, before);
        before = ',';
        json_put_string(out, str_from(shape->keys[i]));
        strbuf_put_char(out, ':');
        if (member->type == JSON_NULL) {
            strbuf_put(out, STR("null"));
        } else {
            bool link = shape->url != NULL && str_is(member->key, shape->url);
            bool phone = shape == &phone_shape;
            json_put_string(out, link    ? link_canonical(arena, member->text)
                                 : phone ? phone_canonical(arena, phone_part_of(member->key), member->text)
                                         : member->text);
        }
    }
    if (before == '{') {
        strbuf_put_char(out, '{');
    }
    strbuf_put_char(out, '}');
}

static bool elements_put(struct strbuf *out, struct arena *arena, const struct column *column,
                         const struct element_shape *shape, const struct json *json, struct err *err)
{
    if (json->type != JSON_ARRAY) {
        return refuse_object(arena, column, json, err);
    }
    strbuf_put_char(out, '[');
    JSON_EACH(element, json)
    {
        if (!element_check(arena, column, shape, element, err)) {
            return false;
        }
        if (element != json->first) {
            strbuf_put_char(out, ',');
        }
        element_put(out, arena, shape, element);
    }
    strbuf_put_char(out, ']');
    return true;
}

static bool refuse_email(struct arena *arena, const struct column *column, const struct json *json, struct err *err)
{
    struct str path = column_path(arena, column);
    struct str shown = input_quote(json);
    return INPUT_REFUSE(err, "Invalid string value '%.*s' for email field \"%.*s\"", STR_ARG(shown), STR_ARG(path));
}

static bool emails_put(struct strbuf *out, struct arena *arena, const struct column *column, const struct json *json,
                       struct err *err)
{
    if (json->type != JSON_ARRAY) {
        return refuse_email(arena, column, json, err);
    }
    strbuf_put_char(out, '[');
    JSON_EACH(element, json)
    {
        struct str email;
        if (element->type != JSON_STRING || !email_canonical(arena, element->text, &email)) {
            return refuse_email(arena, column, element, err);
        }
        if (element != json->first) {
            strbuf_put_char(out, ',');
        }
        json_put_string(out, email);
    }
    strbuf_put_char(out, ']');
    return true;
}

static bool jsonb_put(struct strbuf *out, struct arena *arena, const struct column *column, const struct json *json,
                      struct err *err)
{
    switch (column->form) {
    case JSON_FORM_EMAIL_LIST: return emails_put(out, arena, column, json, err);
    case JSON_FORM_PHONE_LIST: return elements_put(out, arena, column, &phone_shape, json, err);
    case JSON_FORM_LINK_LIST: return elements_put(out, arena, column, &link_shape, json, err);
    case JSON_FORM_FILE_LIST: return elements_put(out, arena, column, &file_shape, json, err);
    case JSON_FORM_PLAIN:
    case JSON_FORM_TEXT:
    case JSON_FORM_OPTION:
    case JSON_FORM_EMAIL:
    case JSON_FORM_URL:
    case JSON_FORM_ANY: break;
    }
    json_put_canonical(out, json);
    return true;
}

bool jsonb_from_json(struct arena *arena, const struct column *column, const struct json *json, struct value *out,
                     struct err *err)
{
    if (json->type == JSON_STRING) {
        /* Older clients send JSON as text; a text that is none names no list either. */
        const struct json *inner = json_parse(arena, json->text, &input_json_limits, NULL);
        if (inner == NULL && json->text.len > 0) {
            return column->form == JSON_FORM_EMAIL_LIST ? refuse_email(arena, column, json, err)
                                                        : refuse_object(arena, column, json, err);
        }
        json = inner;
    }
    /* As an empty text does, {} stands for nothing where nothing may be, and for itself where something has to be. */
    bool kept = column->form == JSON_FORM_ANY && column->sub == NULL && !column->nullable;
    out->null = json == NULL || json->type == JSON_NULL || (json->type == JSON_OBJECT && json->count == 0 && !kept);
    if (out->null) {
        return true;
    }
    struct strbuf text = {0};
    bool good = jsonb_put(&text, arena, column, json, err);
    if (good) {
        out->as.text = arena_copy(arena, strbuf_str(&text));
    }
    strbuf_release(&text);
    return good;
}

static bool refuse_array(struct arena *arena, const struct column *column, const struct json *json, struct err *err)
{
    struct str path = column_path(arena, column);
    struct str shown = input_quote(json);
    return INPUT_REFUSE(err, "Invalid value %.*s for field \"%.*s - Array values need to be string\"", STR_ARG(shown),
                        STR_ARG(path));
}

bool text_array_from_json(struct arena *arena, const struct column *column, const struct json *json, struct value *out,
                          struct err *err)
{
    bool alone = json->type == JSON_STRING;
    if (!alone && json->type != JSON_ARRAY) {
        return refuse_array(arena, column, json, err);
    }
    struct str *items = ARENA_ARRAY(arena, struct str, alone ? 1 : json->count);
    size_t count = 0;
    for (const struct json *item = alone ? json : json->first; item != NULL; item = alone ? NULL : item->next) {
        if (item->type != JSON_STRING) {
            return refuse_array(arena, column, item, err);
        }
        if (column->form == JSON_FORM_OPTION && !option_check(arena, column, item->text, err)) {
            return false;
        }
        items[count++] = item->text;
    }
    out->as.array.items = items;
    out->as.array.count = count;
    return true;
}
