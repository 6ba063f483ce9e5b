/* Options of SELECT, MULTI_SELECT and RATING (contract: metadata 4.3). */
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "common/text/utf8.h"
#include "gateway/metadata/field_parts.h"
#include "gateway/metadata/names.h"

#define INPUT "INVALID_FIELD_INPUT"

enum { TEXT_MAX = 63, RATING_STEPS = 5 };

static const char *const colors[] = {"red",    "ruby",  "crimson", "tomato", "orange", "amber",     "yellow",
                                     "lime",   "grass", "green",   "jade",   "mint",   "turquoise", "cyan",
                                     "sky",    "blue",  "iris",    "violet", "purple", "plum",      "pink",
                                     "bronze", "gold",  "brown",   "gray"};

static const struct json_limits limits = {.max_depth = 8, .max_nodes = 20000};

/* Letters, digits and underscores in upper case; a name in GraphQL as well. */
static bool is_upper_snake(struct str value)
{
    bool letters = false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        bool digit = c >= '0' && c <= '9';
        if (!(c >= 'A' && c <= 'Z') && c != '_' && !(digit && i > 0)) {
            return false;
        }
        letters = letters || c != '_';
    }
    return letters && !str_starts_with(value, STR("__"));
}

/* A required text of an option, cleaned; empty, and told, when it will not do. */
static struct str read_text(struct draft *draft, struct report_entry *entry, const struct json *option, const char *key)
{
    const struct json *value = json_get(option, key);
    struct str text = json_is(value, JSON_STRING) ? name_clean(draft->arena, value->text) : STR_EMPTY;
    struct str shown = value == NULL ? STR_EMPTY : draft_json(draft, option, key);
    if (value == NULL || value->type == JSON_NULL) {
        report_add(draft->report, entry, INPUT, shown, "Option %s is required", key);
    } else if (text.len == 0) {
        report_add(draft->report, entry, INPUT, shown, "Option %s must be a string of at least one character", key);
    } else if (utf8_count(text) > TEXT_MAX) {
        report_add(draft->report, entry, INPUT, shown, "Option %s exceeds %d characters", key, TEXT_MAX);
    }
    return text;
}

static void read_id(struct draft *draft, struct report_entry *entry, const struct json *option, struct choice *out)
{
    const struct json *id = json_get(option, "id");
    struct uuid uuid = {0};
    if (id == NULL) {
        uuid = draft_fresh_id(draft);
        out->fresh = true;
    } else if (id->type != JSON_STRING || !uuid_parse(id->text, &uuid)) {
        report_add(draft->report, entry, INPUT, draft_json(draft, option, "id"), "Option id is invalid");
    }
    char *text = arena_bytes(draft->arena, UUID_TEXT_LEN);
    uuid_print(&uuid, text);
    out->id = str_of(text, UUID_TEXT_LEN);
}

static void read_color(struct draft *draft, struct report_entry *entry, const struct json *option, size_t nth,
                       struct choice *out)
{
    const struct json *color = json_get(option, "color");
    if (color == NULL || color->type == JSON_NULL) {
        out->color = str_from(colors[nth % ARRAY_LEN(colors)]);
        return;
    }
    for (size_t i = 0; color->type == JSON_STRING && i < ARRAY_LEN(colors); i++) {
        if (str_is(color->text, colors[i])) {
            out->color = str_from(colors[i]);
            return;
        }
    }
    report_add(draft->report, entry, INPUT, draft_json(draft, option, "color"), "Option color is invalid");
}

static void read_position(struct draft *draft, struct report_entry *entry, const struct json *option, size_t nth,
                          struct choice *out)
{
    const struct json *position = json_get(option, "position");
    out->place = (double)nth;
    if (position != NULL && position->type != JSON_NULL &&
        (position->type != JSON_NUMBER || !number_parse_double(position->text, &out->place))) {
        report_add(draft->report, entry, INPUT, draft_json(draft, option, "position"),
                   "Option position must be a number");
    }
    char text[NUMBER_DOUBLE_MAX];
    out->position = arena_copy(draft->arena, str_of(text, number_print_double(out->place, text)));
}

static void read_one(struct draft *draft, struct report_entry *entry, const struct json *option, size_t nth,
                     struct choice *out)
{
    read_id(draft, entry, option, out);
    out->label = read_text(draft, entry, option, "label");
    if (str_find(out->label, ',') < out->label.len) {
        report_add(draft->report, entry, INPUT, report_text(draft->report, out->label),
                   "Label must not contain a comma");
    }
    out->value = read_text(draft, entry, option, "value");
    if (out->value.len > 0 && !is_upper_snake(out->value)) {
        report_add(draft->report, entry, INPUT, report_text(draft->report, out->value),
                   "Value must be in UPPER_CASE and follow snake_case \"%.*s\"", STR_ARG(str_cut(out->value, 80)));
    }
    read_color(draft, entry, option, nth, out);
    read_position(draft, entry, option, nth, out);
}

/* Quadratic, over tens of options. */
static void check_differ(struct draft *draft, struct report_entry *entry, const struct choices *choices)
{
    bool value = false;
    bool id = false;
    bool position = false;
    for (size_t i = 0; i < choices->count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct choice *a = &choices->items[i];
            const struct choice *b = &choices->items[k];
            value = value || (a->value.len > 0 && str_eq(a->value, b->value));
            id = id || str_eq(a->id, b->id);
            position = position || (a->place <= b->place && a->place >= b->place);
        }
    }
    if (value) {
        report_add(draft->report, entry, INPUT, STR_EMPTY, "Duplicated option value");
    }
    if (id) {
        report_add(draft->report, entry, INPUT, STR_EMPTY, "Duplicated option id");
    }
    if (position) {
        report_add(draft->report, entry, INPUT, STR_EMPTY, "Duplicated option position");
    }
}

void choices_read(struct draft *draft, struct report_entry *entry, const struct json *options, struct choices *out)
{
    *out = (struct choices){0};
    if (!json_is(options, JSON_ARRAY) || options->count == 0) {
        report_add(draft->report, entry, INPUT, STR_EMPTY, "Options are required for enum fields");
        return;
    }
    out->items = ARENA_ARRAY(draft->arena, struct choice, options->count);
    JSON_EACH(option, options)
    {
        read_one(draft, entry, option, out->count, &out->items[out->count]);
        out->count++;
    }
    check_differ(draft, entry, out);
}

struct choices choices_stored(struct draft *draft, struct str json)
{
    struct choices out = {0};
    struct err ignored;
    const struct json *list = json.len == 0 ? NULL : json_parse(draft->arena, json, &limits, &ignored);
    if (!json_is(list, JSON_ARRAY)) {
        return out;
    }
    out.items = ARENA_ARRAY(draft->arena, struct choice, list->count);
    JSON_EACH(option, list)
    {
        const struct json *id = json_get(option, "id");
        const struct json *value = json_get(option, "value");
        out.items[out.count++] = (struct choice){.id = json_is(id, JSON_STRING) ? id->text : STR_EMPTY,
                                                 .value = json_is(value, JSON_STRING) ? value->text : STR_EMPTY};
    }
    return out;
}

static void put_text(struct strbuf *out, const char *key, struct str text)
{
    strbuf_printf(out, "\"%s\":", key);
    json_put_string(out, text);
}

struct str choices_json(struct draft *draft, const struct choices *choices)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "[");
    for (size_t i = 0; i < choices->count; i++) {
        const struct choice *choice = &choices->items[i];
        strbuf_puts(&out, i > 0 ? ",{" : "{");
        put_text(&out, "id", choice->id);
        strbuf_puts(&out, ",");
        if (choice->color.len > 0) {
            put_text(&out, "color", choice->color);
            strbuf_puts(&out, ",");
        }
        put_text(&out, "label", choice->label);
        strbuf_puts(&out, ",");
        put_text(&out, "value", choice->value);
        strbuf_printf(&out, ",\"position\":%.*s}", STR_ARG(choice->position));
    }
    strbuf_puts(&out, "]");
    struct str json = arena_copy(draft->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

struct str choices_rating(struct draft *draft)
{
    struct choice items[RATING_STEPS];
    struct choices choices = {items, RATING_STEPS};
    for (size_t i = 0; i < RATING_STEPS; i++) {
        char *id = arena_bytes(draft->arena, UUID_TEXT_LEN);
        struct uuid uuid = draft_fresh_id(draft);
        uuid_print(&uuid, id);
        items[i] = (struct choice){.id = str_of(id, UUID_TEXT_LEN),
                                   .value = arena_printf(draft->arena, "RATING_%zu", i + 1),
                                   .label = arena_printf(draft->arena, "%zu", i + 1),
                                   .position = arena_printf(draft->arena, "%zu", i)};
    }
    return choices_json(draft, &choices);
}

void choices_recognise(struct choices *choices, const struct choices *from)
{
    for (size_t i = 0; i < choices->count; i++) {
        for (size_t k = 0; choices->items[i].fresh && k < from->count; k++) {
            if (str_eq(choices->items[i].value, from->items[k].value)) {
                choices->items[i].id = from->items[k].id;
            }
        }
    }
}

struct draft_options choices_replaced(struct draft *draft, const struct choices *from, const struct choices *to)
{
    struct draft_options out = {.from = ARENA_ARRAY(draft->arena, struct str, from->count + 1),
                                .to = ARENA_ARRAY(draft->arena, struct str, from->count + 1)};
    for (size_t i = 0; i < from->count; i++) {
        struct str now = STR_EMPTY;
        bool kept = false;
        for (size_t k = 0; k < to->count; k++) {
            if (str_eq_nocase(from->items[i].id, to->items[k].id)) {
                now = to->items[k].value;
            }
            kept = kept || str_eq(from->items[i].value, to->items[k].value);
        }
        /* One that came back under another id, as clients send who do not keep ids, is the same value all the same. */
        if (now.len == 0 && kept) {
            continue;
        }
        if (!str_eq(now, from->items[i].value)) {
            out.from[out.count] = from->items[i].value;
            out.to[out.count++] = now;
        }
    }
    return out;
}
