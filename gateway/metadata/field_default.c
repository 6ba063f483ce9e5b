/* Default values (contract: metadata 4.1): a literal stands in single quotes inside the string. */
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "common/text/timestamp.h"
#include "gateway/metadata/field_parts.h"
#include "gateway/record/record_input.h"

#define INPUT "INVALID_FIELD_INPUT"

struct check {
    struct draft *draft;
    struct report_entry *entry;
    const struct choices *choices;
    struct str shown; /* the default as JSON */
};

static bool complain(const struct check *check, const char *why)
{
    return report_add(check->draft->report, check->entry, INPUT, check->shown, "%s", why);
}

static bool quoted(const struct json *value, struct str *out)
{
    struct str text = value->type == JSON_STRING ? value->text : STR_EMPTY;
    if (text.len < 2 || text.ptr[0] != '\'' || text.ptr[text.len - 1] != '\'') {
        return false;
    }
    *out = str_slice(text, 1, text.len - 1);
    return true;
}

static bool check_text(const struct check *check, const struct json *value)
{
    struct str text;
    return quoted(value, &text) || complain(check, "Default value should be as quoted string");
}

static bool check_moment(const struct check *check, const struct json *value, bool day)
{
    struct str text;
    int64_t us;
    int32_t days;
    if (value->type == JSON_STRING && str_is(value->text, "now")) {
        return true;
    }
    if (!quoted(value, &text)) {
        return complain(check, "Default value should be \"now\" or as quoted string");
    }
    return (day ? date_parse(text, &days) : timestamp_parse(text, &us)) ||
           complain(check, "Default value should be a date");
}

static bool check_uuid(const struct check *check, const struct json *value)
{
    struct str text;
    struct uuid uuid;
    if (value->type == JSON_STRING && str_is(value->text, "uuid")) {
        return true;
    }
    return (quoted(value, &text) && uuid_parse(text, &uuid)) ||
           complain(check, "Default value should be \"uuid\" or a UUID as quoted string");
}

static bool is_option(const struct check *check, const struct json *value)
{
    struct str text;
    if (!quoted(value, &text)) {
        return complain(check, "Default value should be as quoted string");
    }
    for (size_t i = 0; i < check->choices->count; i++) {
        if (str_eq(check->choices->items[i].value, text)) {
            return true;
        }
    }
    return report_add(check->draft->report, check->entry, INPUT, check->shown,
                      "Default value \"%.*s\" must be one of the option values", STR_ARG(str_cut(value->text, 80)));
}

static bool check_select(const struct check *check, const struct json *value)
{
    if (value->type != JSON_STRING) {
        return report_add(check->draft->report, check->entry, INPUT, check->shown,
                          "Default value for select must be a string got %s", json_type_name(value));
    }
    return is_option(check, value);
}

static bool check_multi_select(const struct check *check, const struct json *value)
{
    if (value->type != JSON_ARRAY) {
        return report_add(check->draft->report, check->entry, INPUT, check->shown,
                          "Default value for multi-select must be an array got %s", json_type_name(value));
    }
    if (value->count == 0) {
        return complain(check, "If defined default value must contain at least one value");
    }
    bool fine = true;
    JSON_EACH(item, value)
    {
        fine = is_option(check, item) && fine;
        JSON_EACH(other, value)
        {
            if (other == item) {
                break;
            }
            if (fine && str_eq(other->text, item->text)) {
                return complain(check, "Default values must be unique");
            }
        }
    }
    return fine;
}

static bool check_array(const struct check *check, const struct json *value)
{
    bool fine = value->type == JSON_ARRAY;
    struct str text;
    for (const struct json *item = value->first; fine && item != NULL; item = item->next) {
        fine = quoted(item, &text);
    }
    return fine || complain(check, "Default value should be an array of quoted strings");
}

/* Whole numbers are kept as doubles, or pass through one: from here on (2^53) not every one of them is there. */
static const int64_t whole_max = INT64_C(9007199254740992);

static bool rounds(struct str text)
{
    int64_t integer;
    for (size_t i = 0; i < text.len; i++) {
        if ((text.ptr[i] < '0' || text.ptr[i] > '9') && !(i == 0 && text.ptr[i] == '-')) {
            return false;
        }
    }
    return !str_to_int64(text, -whole_max, whole_max, &integer);
}

static bool check_number(const struct check *check, const struct json *value, struct str settings)
{
    double number;
    if (value->type != JSON_NUMBER || !number_parse_double(value->text, &number)) {
        return complain(check, "Default value should be a number");
    }
    if (rounds(value->text)) {
        return complain(check, "Default value would be rounded: whole numbers go from -9007199254740992 to "
                               "9007199254740992");
    }
    struct str type = draft_setting(check->draft, settings, "dataType");
    bool whole = str_is(type, "int") || str_is(type, "bigint");
    int64_t integer;
    return !whole || str_to_int64(value->text, INT64_MIN, INT64_MAX, &integer) ||
           complain(check, "Default value should be a whole number");
}

static bool sub_fits(const struct sub_field_type *sub, const struct json *value)
{
    struct str text;
    double number;
    if (value->type == JSON_NULL) {
        return !sub->required;
    }
    switch (sub->column) {
    case COLUMN_JSONB: return true;
    case COLUMN_NUMERIC:
        return (value->type == JSON_NUMBER && number_parse_double(value->text, &number)) ||
               (quoted(value, &text) && number_parse_double(text, &number));
    default: break;
    }
    if (!quoted(value, &text)) {
        return false;
    }
    for (size_t i = 0; sub->options != NULL && sub->options[i] != NULL; i++) {
        if (str_is(text, sub->options[i])) {
            return true;
        }
    }
    return sub->options == NULL;
}

static bool check_composite(const struct check *check, enum field_type type, const struct json *value)
{
    const struct field_type_info *info = &field_types[type];
    bool fine = value->type == JSON_OBJECT || complain(check, "Default value should be an object");
    for (const struct json *member = value->first; fine && member != NULL; member = member->next) {
        size_t i = 0;
        while (i < info->sub_count && !str_is(member->key, info->subs[i].name)) {
            i++;
        }
        if (i == info->sub_count) {
            return report_add(check->draft->report, check->entry, INPUT, check->shown,
                              "Default value has a property \"%.*s\", which a field of type %s does not",
                              STR_ARG(str_cut(member->key, 80)), info->name);
        }
        if (info->subs[i].column == COLUMN_NUMERIC && member->type == JSON_NUMBER && rounds(member->text)) {
            return report_add(check->draft->report, check->entry, INPUT, check->shown,
                              "Default value of \"%s\" would be rounded as a number; send it as quoted string",
                              info->subs[i].name);
        }
        fine =
            sub_fits(&info->subs[i], member) ||
            report_add(check->draft->report, check->entry, INPUT, check->shown,
                       "Default value of \"%s\" does not fit; a text should be as quoted string", info->subs[i].name);
    }
    return fine;
}

/* A default that no record could be created with is none: what passes here, a create takes. */
static void check_as_value(const struct check *check, enum field_type type, const struct json *value,
                           struct str settings)
{
    const struct field_type_info *info = &field_types[type];
    const struct field field = {.name = STR("defaultValue"), .type = type, .settings_json = settings};
    size_t count = info->composite ? info->sub_count : 1;
    for (size_t i = 0; i < count; i++) {
        struct column column = {.name = field.name, .kind = info->column, .form = info->form, .field = &field};
        if (info->composite) {
            column.sub = &info->subs[i];
            column.kind = column.sub->column;
            column.form = column.sub->form;
        }
        struct err err = {0};
        if (!record_default_check(check->draft->arena, &column, value, &err)) {
            report_add(check->draft->report, check->entry, INPUT, check->shown, "%s", err.text);
        }
    }
}

static void check_form(const struct check *check, enum field_type type, const struct json *value, struct str settings)
{
    if (field_types[type].composite) {
        (void)check_composite(check, type, value);
        return;
    }
    switch (type) {
    case FIELD_UUID: (void)check_uuid(check, value); break;
    case FIELD_TEXT: (void)check_text(check, value); break;
    case FIELD_BOOLEAN:
        if (value->type != JSON_TRUE && value->type != JSON_FALSE) {
            complain(check, "Default value should be true or false");
        }
        break;
    case FIELD_NUMBER:
    case FIELD_NUMERIC:
    case FIELD_POSITION: (void)check_number(check, value, settings); break;
    case FIELD_DATE:
    case FIELD_DATE_TIME: (void)check_moment(check, value, type == FIELD_DATE); break;
    case FIELD_RATING:
    case FIELD_SELECT: (void)check_select(check, value); break;
    case FIELD_MULTI_SELECT: (void)check_multi_select(check, value); break;
    case FIELD_ARRAY: (void)check_array(check, value); break;
    case FIELD_RAW_JSON: break;
    default: complain(check, "A field of this type has no default value"); break;
    }
}

void default_check_input(struct draft *draft, struct report_entry *entry, enum field_type type,
                         const struct choices *choices, const struct json *value, struct str settings)
{
    if (value == NULL || value->type == JSON_NULL) {
        return;
    }
    struct strbuf shown = {0};
    json_put_canonical(&shown, value);
    struct check check = {draft, entry, choices, arena_copy(draft->arena, strbuf_str(&shown))};
    strbuf_release(&shown);
    size_t faults = entry->error_count;
    check_form(&check, type, value, settings);
    if (entry->error_count == faults && !field_types[type].has_options) {
        check_as_value(&check, type, value, settings);
    }
}

struct str default_generated(struct draft *draft, enum field_type type)
{
    switch (type) {
    case FIELD_TEXT: return STR("\"''\"");
    case FIELD_BOOLEAN: return STR("false");
    case FIELD_NUMBER: return STR("0");
    case FIELD_UUID: return STR("\"uuid\"");
    case FIELD_DATE:
    case FIELD_DATE_TIME: return STR("\"now\"");
    case FIELD_ARRAY: return STR("[]");
    case FIELD_RAW_JSON: return STR("{}");
    case FIELD_ACTOR: return STR("{\"name\":\"''\",\"source\":\"'MANUAL'\"}");
    default: break;
    }
    const struct field_type_info *info = &field_types[type];
    if (!info->composite) {
        return STR_EMPTY;
    }
    struct strbuf out = {0};
    const char *comma = "";
    strbuf_puts(&out, "{");
    for (size_t i = 0; i < info->sub_count; i++) {
        bool text = info->subs[i].column == COLUMN_TEXT;
        strbuf_printf(&out, "%s\"%s\":%s", comma, info->subs[i].name, text ? "\"''\"" : "null");
        comma = ",";
    }
    strbuf_puts(&out, "}");
    struct str json = arena_copy(draft->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}
