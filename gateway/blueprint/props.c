#include "gateway/blueprint/props.h"

#include "common/text/json_write.h"
#include <stddef.h>

const struct prop object_props[OBJECT_PROPS] = {
    {"nameSingular", "nameSingular", PROP_TEXT, offsetof(struct object_row, name_singular), false},
    {"namePlural", "namePlural", PROP_TEXT, offsetof(struct object_row, name_plural), false},
    {"labelSingular", "labelSingular", PROP_TEXT, offsetof(struct object_row, label_singular), false},
    {"labelPlural", "labelPlural", PROP_TEXT, offsetof(struct object_row, label_plural), false},
    {"description", "description", PROP_TEXT, offsetof(struct object_row, description), false},
    {"icon", "icon", PROP_TEXT, offsetof(struct object_row, icon), false},
    {"color", "color", PROP_TEXT, offsetof(struct object_row, color), false},
    {"shortcut", "shortcut", PROP_TEXT, offsetof(struct object_row, shortcut), false},
    {"openRecordIn", "openRecordIn", PROP_TEXT, offsetof(struct object_row, open_record_in), false},
    {"active", "isActive", PROP_BOOL, offsetof(struct object_row, active), false},
    {"searchable", "isSearchable", PROP_BOOL, offsetof(struct object_row, searchable), false},
    {"labelSynced", "isLabelSyncedWithName", PROP_BOOL, offsetof(struct object_row, label_synced), false},
};

const struct prop field_props[FIELD_PROPS] = {
    {"label", "label", PROP_TEXT, offsetof(struct field_row, label), false},
    {"description", "description", PROP_TEXT, offsetof(struct field_row, description), false},
    {"icon", "icon", PROP_TEXT, offsetof(struct field_row, icon), false},
    {"nullable", "isNullable", PROP_BOOL, offsetof(struct field_row, nullable), true},
    {"unique", "isUnique", PROP_BOOL, offsetof(struct field_row, unique), true},
    {"active", "isActive", PROP_BOOL, offsetof(struct field_row, active), false},
    {"searchable", "isSearchable", PROP_BOOL, offsetof(struct field_row, searchable), true},
    {"labelSynced", "isLabelSyncedWithName", PROP_BOOL, offsetof(struct field_row, label_synced), false},
    {"uiEditable", "isUIEditable", PROP_BOOL, offsetof(struct field_row, ui_editable), false},
    {"auditLogged", "isAuditLogged", PROP_BOOL, offsetof(struct field_row, audit_logged), false},
    {"default", "defaultValue", PROP_JSON, offsetof(struct field_row, default_json), true},
    {"options", "options", PROP_OPTIONS, offsetof(struct field_row, options_json), true},
    {"settings", "settings", PROP_JSON, offsetof(struct field_row, settings_json), true},
};

const struct object_row object_base = {.active = true, .searchable = true, .open_record_in = STR_INIT("SIDE_PANEL")};
const struct field_row field_base = {.nullable = true, .active = true, .ui_editable = true, .audit_logged = true};

static struct str text_at(const void *row, const struct prop *prop)
{
    return *(const struct str *)(const void *)((const char *)row + prop->offset);
}

static bool bool_at(const void *row, const struct prop *prop)
{
    return *(const bool *)(const void *)((const char *)row + prop->offset);
}

static bool same(const struct prop *prop, const void *a, const void *b)
{
    return prop->kind == PROP_BOOL ? bool_at(a, prop) == bool_at(b, prop) : str_eq(text_at(a, prop), text_at(b, prop));
}

/* ---- writing ---- */

void put_key(struct strbuf *out, const char *name)
{
    char last = out->len > 0 ? out->ptr[out->len - 1] : '{';
    strbuf_printf(out, "%s\"%s\":", last == '{' || last == '[' ? "" : ",", name);
}

void put_string(struct strbuf *out, const char *name, struct str text)
{
    put_key(out, name);
    json_put_string(out, text);
}

void put_uuid(struct strbuf *out, const char *name, const struct uuid *id)
{
    char text[UUID_TEXT_LEN];
    uuid_print(id, text);
    put_string(out, name, str_of(text, sizeof text));
}

/* An empty text is null. */
static void put_value(struct strbuf *out, const struct prop *prop, const void *row)
{
    if (prop->kind == PROP_BOOL) {
        strbuf_puts(out, bool_at(row, prop) ? "true" : "false");
    } else if (text_at(row, prop).len == 0) {
        strbuf_puts(out, "null");
    } else if (prop->kind == PROP_TEXT) {
        json_put_string(out, text_at(row, prop));
    } else {
        strbuf_put(out, text_at(row, prop));
    }
}

void props_put(struct strbuf *out, const struct prop *props, size_t count, bool relation, const void *row,
               const void *base)
{
    for (size_t i = 0; i < count; i++) {
        if (!(relation && props[i].plain_only) && !same(&props[i], row, base)) {
            put_key(out, props[i].key);
            put_value(out, &props[i], row);
        }
    }
}

/* ---- canonical forms ---- */

static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};

static struct str taken(struct arena *arena, struct strbuf *out)
{
    struct str text = arena_copy(arena, strbuf_str(out));
    strbuf_release(out);
    return text;
}

static const struct json *parsed(struct arena *arena, struct str json)
{
    struct err ignored;
    return json.len == 0 ? NULL : json_parse(arena, json, &limits, &ignored);
}

/* Without the members that others look after; empty when nothing is left. */
static struct str canonical(struct arena *arena, const struct json *value)
{
    static const char *const others[] = {
        "columnName", "columnType", "relationType", "joinColumnName", "junctionTargetFieldId", "onDelete"};
    struct strbuf out = {0};
    if (value == NULL || value->type == JSON_NULL) {
        return STR_EMPTY;
    }
    if (value->type != JSON_OBJECT) {
        json_put_canonical(&out, value);
        return taken(arena, &out);
    }
    struct json copy = *value;
    struct json **link = &copy.first;
    JSON_EACH(member, value)
    {
        bool ours = true;
        for (size_t i = 0; i < ARRAY_LEN(others); i++) {
            ours = ours && !str_is(member->key, others[i]);
        }
        if (ours) {
            struct json *kept = ARENA_NEW(arena, struct json);
            *kept = *member;
            *link = kept;
            link = &kept->next;
        } else {
            copy.count--;
        }
    }
    *link = NULL;
    json_put_canonical(&out, &copy);
    return copy.count == 0 ? (strbuf_release(&out), STR_EMPTY) : taken(arena, &out);
}

/* [{"value","label","color","position"}], in their order. */
static struct str canonical_options(struct arena *arena, const struct json *list)
{
    static const char *const keys[] = {"value", "label", "color", "position"};
    struct strbuf out = {0};
    if (!json_is(list, JSON_ARRAY)) {
        return STR_EMPTY;
    }
    strbuf_puts(&out, "[");
    JSON_EACH(option, list)
    {
        strbuf_puts(&out, out.len > 1 ? ",{" : "{");
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            const struct json *member = json_get(option, keys[i]);
            if (member != NULL) {
                put_key(&out, keys[i]);
                json_put_canonical(&out, member);
            }
        }
        strbuf_puts(&out, "}");
    }
    strbuf_puts(&out, "]");
    return taken(arena, &out);
}

struct field_row props_field(struct arena *arena, const struct field_row *row)
{
    struct field_row out = *row;
    out.default_json = canonical(arena, parsed(arena, row->default_json));
    out.settings_json = canonical(arena, parsed(arena, row->settings_json));
    /* The five of a RATING are its own. */
    out.options_json =
        str_is(row->type, "RATING") ? STR_EMPTY : canonical_options(arena, parsed(arena, row->options_json));
    return out;
}

/* ---- reading ---- */

static bool read_one(struct arena *arena, const struct prop *prop, const struct json *value, const char *where,
                     void *row, struct err *err)
{
    struct str *text = (struct str *)(void *)((char *)row + prop->offset);
    switch (prop->kind) {
    case PROP_BOOL:
        if (value->type != JSON_TRUE && value->type != JSON_FALSE) {
            return err_fail(err, ERR_INVALID, value->offset, "%s: \"%s\" must be true or false", where, prop->key);
        }
        *(bool *)(void *)((char *)row + prop->offset) = value->type == JSON_TRUE;
        return true;
    case PROP_TEXT:
        if (value->type != JSON_STRING && value->type != JSON_NULL) {
            return err_fail(err, ERR_INVALID, value->offset, "%s: \"%s\" must be a string", where, prop->key);
        }
        *text = value->type == JSON_NULL ? STR_EMPTY : value->text;
        return true;
    case PROP_JSON: *text = canonical(arena, value); return true;
    case PROP_OPTIONS:
        if (value->type != JSON_ARRAY && value->type != JSON_NULL) {
            return err_fail(err, ERR_INVALID, value->offset, "%s: \"%s\" must be a list", where, prop->key);
        }
        *text = canonical_options(arena, value);
        return true;
    }
    return false;
}

bool props_read(struct arena *arena, const struct prop *props, size_t count, const struct json *source,
                const char *where, void *row, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct json *value = json_get(source, props[i].key);
        if (value != NULL && !read_one(arena, &props[i], value, where, row, err)) {
            return false;
        }
    }
    return true;
}

/* ---- comparing ---- */

static const struct json *option_of(const struct json *list, struct str value)
{
    for (const struct json *option = list == NULL ? NULL : list->first; option != NULL; option = option->next) {
        const struct json *own = json_get(option, "value");
        if (json_is(own, JSON_STRING) && str_eq(own->text, value)) {
            return option;
        }
    }
    return NULL;
}

/* The wanted options with the ids of those that are stored, so that they stay the same ones. */
static void put_options(struct arena *arena, struct strbuf *out, struct str wanted, struct str stored, bool *gone)
{
    const struct json *list = parsed(arena, wanted);
    const struct json *before = parsed(arena, stored);
    strbuf_puts(out, "[");
    for (const struct json *option = list == NULL ? NULL : list->first; option != NULL; option = option->next) {
        const struct json *value = json_get(option, "value");
        const struct json *known = json_is(value, JSON_STRING) ? option_of(before, value->text) : NULL;
        strbuf_puts(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
        if (json_is(json_get(known, "id"), JSON_STRING)) {
            put_string(out, "id", json_get(known, "id")->text);
        }
        JSON_EACH(member, option)
        {
            put_key(out, arena_cstr(arena, member->key));
            json_put_canonical(out, member);
        }
        strbuf_puts(out, "}");
    }
    strbuf_puts(out, "]");
    for (const struct json *option = before == NULL ? NULL : before->first; option != NULL; option = option->next) {
        const struct json *value = json_get(option, "value");
        *gone = *gone || (json_is(value, JSON_STRING) && option_of(list, value->text) == NULL);
    }
}

size_t props_diff(struct arena *arena, struct strbuf *input, struct strbuf *names, const struct prop *props,
                  size_t count, bool relation, const void *wanted, const void *now, struct str stored_options,
                  bool *gone)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if ((relation && props[i].plain_only) || same(&props[i], wanted, now)) {
            continue;
        }
        put_key(input, props[i].input);
        if (props[i].kind == PROP_OPTIONS && text_at(wanted, &props[i]).len > 0) {
            put_options(arena, input, text_at(wanted, &props[i]), stored_options, gone);
        } else {
            put_value(input, &props[i], wanted);
        }
        strbuf_printf(names, "%s%s", found++ > 0 ? ", " : "", props[i].key);
    }
    return found;
}
