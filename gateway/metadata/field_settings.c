/* Settings of fields that are no relations (contract: metadata 4.1). What is not known here is kept as it is. */
#include "gateway/metadata/field_parts.h"

#define INPUT "INVALID_FIELD_INPUT"

enum { FILES_MAX = 10 };

enum setting_kind { SETTING_WORD, SETTING_COUNT, SETTING_SUBS };

static const char *const data_types[] = {"float", "int", "bigint", NULL};
static const char *const number_types[] = {"number", "percentage", "shortNumber", NULL};
static const char *const display_formats[] = {"RELATIVE", "USER_SETTINGS", "CUSTOM", NULL};
static const char *const clicks[] = {"COPY", "OPEN_LINK", "OPEN_IN_APP", NULL};
static const char *const link_types[] = {"url", "domain", NULL};
static const char *const money_formats[] = {"short", "full", NULL};

static const struct setting_rule {
    enum field_type type;
    const char *key;
    enum setting_kind kind;
    const char *const *words;
    int64_t min, max;
} rules[] = {
    {FIELD_TEXT, "displayedMaxRows", SETTING_COUNT, NULL, 0, 1000},
    {FIELD_NUMBER, "dataType", SETTING_WORD, data_types, 0, 0},
    {FIELD_NUMBER, "decimals", SETTING_COUNT, NULL, 0, 100},
    {FIELD_NUMBER, "type", SETTING_WORD, number_types, 0, 0},
    {FIELD_DATE, "displayFormat", SETTING_WORD, display_formats, 0, 0},
    {FIELD_DATE_TIME, "displayFormat", SETTING_WORD, display_formats, 0, 0},
    {FIELD_ARRAY, "maxNumberOfValues", SETTING_COUNT, NULL, 1, 10000},
    {FIELD_ARRAY, "clickAction", SETTING_WORD, clicks, 0, 0},
    {FIELD_EMAILS, "maxNumberOfValues", SETTING_COUNT, NULL, 1, 10000},
    {FIELD_EMAILS, "clickAction", SETTING_WORD, clicks, 0, 0},
    {FIELD_PHONES, "maxNumberOfValues", SETTING_COUNT, NULL, 1, 10000},
    {FIELD_PHONES, "clickAction", SETTING_WORD, clicks, 0, 0},
    {FIELD_LINKS, "maxNumberOfValues", SETTING_COUNT, NULL, 1, 10000},
    {FIELD_LINKS, "clickAction", SETTING_WORD, clicks, 0, 0},
    {FIELD_LINKS, "type", SETTING_WORD, link_types, 0, 0},
    {FIELD_CURRENCY, "format", SETTING_WORD, money_formats, 0, 0},
    {FIELD_CURRENCY, "decimals", SETTING_COUNT, NULL, 0, 100},
    {FIELD_ADDRESS, "subFields", SETTING_SUBS, NULL, 0, 0},
};

static bool is_word(const struct json *value, const char *const *words)
{
    for (size_t i = 0; value->type == JSON_STRING && words[i] != NULL; i++) {
        if (str_is(value->text, words[i])) {
            return true;
        }
    }
    return false;
}

static bool are_subs(const struct json *value, enum field_type type)
{
    bool fine = value->type == JSON_ARRAY;
    for (const struct json *item = value->first; fine && item != NULL; item = item->next) {
        fine = false;
        for (size_t i = 0; i < field_types[type].sub_count; i++) {
            fine = fine || (item->type == JSON_STRING && str_is(item->text, field_types[type].subs[i].name));
        }
    }
    return fine;
}

static bool fits(const struct setting_rule *rule, const struct json *value)
{
    int64_t number;
    switch (rule->kind) {
    case SETTING_WORD: return is_word(value, rule->words);
    case SETTING_COUNT: return value->type == JSON_NUMBER && str_to_int64(value->text, rule->min, rule->max, &number);
    case SETTING_SUBS: return are_subs(value, rule->type);
    }
    return false;
}

static void check_files(struct draft *draft, struct report_entry *entry, const struct json *settings)
{
    const struct json *most = json_get(settings, "maxNumberOfValues");
    int64_t number;
    if (!json_is(most, JSON_NUMBER) || !str_to_int64(most->text, 1, FILES_MAX, &number)) {
        report_add(draft->report, entry, INPUT, STR_EMPTY,
                   "maxNumberOfValues must be defined in settings and be a number greater than 0 and not more than %d",
                   FILES_MAX);
    }
}

void settings_check(struct draft *draft, struct report_entry *entry, enum field_type type, const struct json *settings)
{
    if (type == FIELD_FILES) {
        check_files(draft, entry, settings);
    }
    if (settings == NULL || settings->type == JSON_NULL) {
        return;
    }
    if (settings->type != JSON_OBJECT) {
        report_add(draft->report, entry, INPUT, STR_EMPTY, "Settings must be an object");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        const struct json *value = rules[i].type == type ? json_get(settings, rules[i].key) : NULL;
        if (value != NULL && value->type != JSON_NULL && !fits(&rules[i], value)) {
            report_add(draft->report, entry, INPUT, draft_json(draft, settings, rules[i].key),
                       "Settings: \"%s\" is not valid for a field of type %s", rules[i].key, field_types[type].name);
        }
    }
}
