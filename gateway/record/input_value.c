#include "gateway/record/input_value.h"

#include "common/text/number.h"
#include "common/text/timestamp.h"
#include "gateway/record/link.h"
#include "gateway/record/phone.h"
#include "gateway/record/record_input.h"

#include <math.h>

enum {
    QUOTE_MAX = 80,
    OPTIONS_SHOWN_MAX = 100, /* bytes; an error's sentence is short */
    NUMERIC_DIGITS_MAX = 200
};

#define MS_US 1000
/* The largest whole number up to which a double holds every one. */
#define WHOLE_MAX 9007199254740992.0

const struct json_limits input_json_limits = {.max_depth = 64, .max_nodes = 100000};

struct str input_cut(struct str text)
{
    if (text.len <= QUOTE_MAX) {
        return text;
    }
    size_t end = QUOTE_MAX;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0u) == 0x80u) {
        end--;
    }
    return str_slice(text, 0, end);
}

struct str input_quote(const struct json *json)
{
    switch (json->type) {
    case JSON_NULL: return STR("null");
    case JSON_FALSE: return STR("false");
    case JSON_TRUE: return STR("true");
    case JSON_NUMBER:
    case JSON_STRING:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return input_cut(json->text);
}

struct str column_path(struct arena *arena, const struct column *column)
{
    if (column->sub == NULL) {
        return column->name;
    }
    return arena_printf(arena, "%.*s.%s", STR_ARG(column->field->name), column->sub->name);
}

bool setting_is(struct arena *arena, const struct field *field, const char *name, const char *text)
{
    if (field->settings_json.len == 0) {
        return false;
    }
    const struct json *settings = json_parse(arena, field->settings_json, &input_json_limits, NULL);
    const struct json *setting = json_get(settings, name);
    return json_is(setting, JSON_STRING) && str_is(setting->text, text);
}

static int64_t cut_to_ms(int64_t us)
{
    int64_t rest = us % MS_US;
    return us - (rest < 0 ? rest + MS_US : rest);
}

/* "A, B, C", cut with an ellipsis where it gets long. */
static struct str options_shown(struct arena *arena, const struct column *column)
{
    struct str shown = STR_EMPTY;
    const struct field *field = column->field;
    size_t count = field->option_count;
    if (column->sub != NULL) {
        for (count = 0; column->sub->options[count] != NULL;) {
            count++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct str option = column->sub != NULL ? str_from(column->sub->options[i]) : field->options[i].value;
        if (shown.len + option.len > OPTIONS_SHOWN_MAX) {
            return arena_printf(arena, "%.*s, …", STR_ARG(shown));
        }
        shown = arena_printf(arena, "%.*s%s%.*s", STR_ARG(shown), i == 0 ? "" : ", ", STR_ARG(option));
    }
    return shown;
}

static bool is_option(const struct column *column, struct str text)
{
    if (column->sub != NULL) {
        for (const char *const *option = column->sub->options; *option != NULL; option++) {
            if (str_is(text, *option)) {
                return true;
            }
        }
        return false;
    }
    for (size_t i = 0; i < column->field->option_count; i++) {
        if (str_eq(text, column->field->options[i].value)) {
            return true;
        }
    }
    return false;
}

static bool refuse_option(struct arena *arena, const struct column *column, struct str shown, struct err *err)
{
    struct str path = column_path(arena, column);
    struct str options = options_shown(arena, column);
    return INPUT_REFUSE(err, "Invalid value '%.*s' for field \"%.*s\". Allowed values: %.*s", STR_ARG(shown),
                        STR_ARG(path), STR_ARG(options));
}

bool option_check(struct arena *arena, const struct column *column, struct str text, struct err *err)
{
    return is_option(column, text) || refuse_option(arena, column, input_cut(text), err);
}

/* Most refusals: "Invalid <what> value 'v' for field "x"", `what` with its trailing space or empty. */
static bool refuse(struct arena *arena, const struct column *column, const char *what, const struct json *json,
                   struct err *err)
{
    struct str path = column_path(arena, column);
    struct str shown = input_quote(json);
    return INPUT_REFUSE(err, "Invalid %svalue '%.*s' for field \"%.*s\"", what, STR_ARG(shown), STR_ARG(path));
}

static bool email_from_json(struct arena *arena, const struct column *column, const struct json *json,
                            struct value *out, struct err *err)
{
    if (json->type == JSON_STRING && email_canonical(arena, json->text, &out->as.text)) {
        return true;
    }
    struct str path = column_path(arena, column);
    struct str shown = input_quote(json);
    return INPUT_REFUSE(err, "Invalid string value '%.*s' for email field \"%.*s\"", STR_ARG(shown), STR_ARG(path));
}

static bool url_from_json(struct arena *arena, const struct column *column, const struct json *json, struct value *out,
                          struct err *err)
{
    if (json->type != JSON_STRING) {
        return refuse(arena, column, "string ", json, err);
    }
    if (!setting_is(arena, column->field, "type", "domain")) {
        out->as.text = link_canonical(arena, json->text);
        return true;
    }
    return link_domain(arena, json->text, &out->as.text) || refuse(arena, column, "domain ", json, err);
}

/* An empty text and none are the same to clients; where none may not be stored, the empty one is. */
static bool empty_text(const struct column *column, struct value *out)
{
    out->null = column->nullable;
    out->as.text = STR("");
    return true;
}

static bool text_from_json(struct arena *arena, const struct column *column, const struct json *json, struct value *out,
                           struct err *err)
{
    if (column->form == JSON_FORM_OPTION) {
        if (json->type != JSON_STRING) {
            return refuse_option(arena, column, input_quote(json), err);
        }
        out->as.text = json->text;
        return option_check(arena, column, json->text, err);
    }
    if (json->type == JSON_STRING && json->text.len == 0) {
        return empty_text(column, out);
    }
    if (column->form == JSON_FORM_EMAIL) {
        return email_from_json(arena, column, json, out, err);
    }
    if (column->form == JSON_FORM_URL) {
        return url_from_json(arena, column, json, out, err);
    }
    if (json->type != JSON_STRING) {
        return refuse(arena, column, "string ", json, err);
    }
    out->as.text = json->text;
    if (column->field->type == FIELD_PHONES) {
        out->as.text = phone_canonical(arena, phone_part_of(str_from(column->sub->name)), json->text);
        return out->as.text.len > 0 || empty_text(column, out);
    }
    return true;
}

static bool position_from_json(struct arena *arena, const struct column *column, const struct json *json,
                               int64_t now_us, struct value *out, struct err *err)
{
    int64_t now_ms = cut_to_ms(now_us) / MS_US;
    if (json->type == JSON_NUMBER && number_parse_double(json->text, &out->as.float8)) {
        return true;
    }
    if (json->type == JSON_STRING && (str_is(json->text, "first") || str_is(json->text, "last"))) {
        out->as.float8 = (double)(str_is(json->text, "first") ? -now_ms : now_ms);
        return true;
    }
    return refuse(arena, column, "position ", json, err);
}

static bool number_from_json(struct arena *arena, const struct column *column, const struct json *json,
                             struct value *out, struct err *err)
{
    double number = 0;
    if (json->type != JSON_NUMBER || !number_parse_double(json->text, &number)) {
        return refuse(arena, column, "number ", json, err);
    }
    out->as.float8 = number;
    bool whole = number == trunc(number) && fabs(number) <= WHOLE_MAX;
    if (!whole && (setting_is(arena, column->field, "dataType", "int") ||
                   setting_is(arena, column->field, "dataType", "bigint"))) {
        return refuse(arena, column, "number ", json, err);
    }
    return true;
}

static bool numeric_from_json(struct arena *arena, const struct column *column, const struct json *json,
                              struct value *out, struct err *err)
{
    if ((json->type == JSON_NUMBER || json->type == JSON_STRING) &&
        number_canonical_decimal(arena, json->text, NUMERIC_DIGITS_MAX, &out->as.text) &&
        !(column->whole && str_find(out->as.text, '.') < out->as.text.len)) {
        return true;
    }
    return refuse(arena, column, "number ", json, err);
}

static bool refuse_time(struct arena *arena, const struct column *column, const struct json *json, struct err *err)
{
    bool date = column->kind == COLUMN_DATE;
    struct str path = column_path(arena, column);
    struct str shown = input_quote(json);
    return INPUT_REFUSE(err, "Invalid value '%.*s' for %s field \"%.*s\". Expected format: '%s'", STR_ARG(shown),
                        date ? "date" : "date-time", STR_ARG(path), date ? "YYYY-MM-DD" : "YYYY-MM-DDTHH:mm:ssZ");
}

static bool timestamptz_from_json(struct arena *arena, const struct column *column, const struct json *json,
                                  struct value *out, struct err *err)
{
    if (json->type != JSON_STRING || !timestamp_parse(json->text, &out->as.us)) {
        return refuse_time(arena, column, json, err);
    }
    out->as.us = cut_to_ms(out->as.us);
    return true;
}

bool value_from_json(struct arena *arena, const struct column *column, const struct json *json, int64_t now_us,
                     struct value *out, struct err *err)
{
    *out = (struct value){.kind = column->kind};
    bool position = column->field->type == FIELD_POSITION;
    if (json->type == JSON_NULL && !position) {
        out->null = true;
        return true;
    }
    switch (column->kind) {
    case COLUMN_UUID:
        return (json->type == JSON_STRING && uuid_parse(json->text, &out->as.uuid)) ||
               refuse(arena, column, "UUID ", json, err);
    case COLUMN_TEXT: return text_from_json(arena, column, json, out, err);
    case COLUMN_BOOLEAN:
        out->as.boolean = json->type == JSON_TRUE;
        return json->type == JSON_TRUE || json->type == JSON_FALSE || refuse(arena, column, "boolean ", json, err);
    case COLUMN_FLOAT8:
        return position ? position_from_json(arena, column, json, now_us, out, err)
                        : number_from_json(arena, column, json, out, err);
    case COLUMN_NUMERIC: return numeric_from_json(arena, column, json, out, err);
    case COLUMN_DATE:
        return (json->type == JSON_STRING && date_parse(json->text, &out->as.days)) ||
               refuse_time(arena, column, json, err);
    case COLUMN_TIMESTAMPTZ: return timestamptz_from_json(arena, column, json, out, err);
    case COLUMN_JSONB: return jsonb_from_json(arena, column, json, out, err);
    case COLUMN_TEXT_ARRAY: return text_array_from_json(arena, column, json, out, err);
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break;
    }
    return err_fail(err, ERR_INTERNAL, 0, "Column kind %d takes no input", (int)column->kind);
}

/* Filters compare with what is stored, so texts are normalised like stored ones; but an empty text stays one, half an
 * address may be looked for, and a bound keeps its microseconds. */
static bool text_from_text(struct arena *arena, const struct column *column, struct str text, struct value *out,
                           struct err *err)
{
    out->as.text = text;
    if (column->form == JSON_FORM_OPTION) {
        return option_check(arena, column, text, err);
    }
    struct str canonical = text;
    bool good = true;
    if (column->form == JSON_FORM_EMAIL) {
        good = email_canonical(arena, text, &canonical);
    } else if (column->form == JSON_FORM_URL && setting_is(arena, column->field, "type", "domain")) {
        good = link_domain(arena, text, &canonical);
    } else if (column->form == JSON_FORM_URL) {
        canonical = link_canonical(arena, text);
    } else if (column->field->type == FIELD_PHONES) {
        canonical = phone_canonical(arena, phone_part_of(str_from(column->sub->name)), text);
    }
    out->as.text = good ? canonical : text;
    return true;
}

bool value_from_text(struct arena *arena, const struct column *column, struct str text, struct value *out,
                     struct err *err)
{
    *out = (struct value){.kind = column->kind};
    struct json json = {.type = JSON_STRING, .text = text};
    double number = 0;
    switch (column->kind) {
    case COLUMN_TEXT: return text_from_text(arena, column, text, out, err);
    case COLUMN_TIMESTAMPTZ: return timestamp_parse(text, &out->as.us) || refuse_time(arena, column, &json, err);
    case COLUMN_BOOLEAN:
        if (str_is(text, "true") || str_is(text, "false")) {
            json.type = text.len == 4 ? JSON_TRUE : JSON_FALSE;
        }
        break;
    case COLUMN_FLOAT8:
        json.type = number_parse_double(text, &number) ? JSON_NUMBER : JSON_STRING;
        if (json.type == JSON_STRING) {
            return refuse(arena, column, column->field->type == FIELD_POSITION ? "position " : "number ", &json, err);
        }
        break;
    case COLUMN_UUID:
    case COLUMN_NUMERIC:
    case COLUMN_DATE:
    case COLUMN_JSONB:
    case COLUMN_TEXT_ARRAY:
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break;
    }
    return value_from_json(arena, column, &json, 0, out, err);
}
