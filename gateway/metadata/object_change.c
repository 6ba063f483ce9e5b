/* Objects: create, update, delete (contract: metadata 3). */
#include "common/text/utf8.h"
#include "gateway/metadata/field_rules.h"
#include "gateway/metadata/names.h"
#include "gateway/metadata/object_rules.h"
#include <stdlib.h>

/* ---- rules ---- */

struct report_entry *object_entry(struct draft *draft, enum report_verb verb, const struct object_row *row)
{
    struct report_entry *entry = report_begin(draft->report, REPORT_OBJECT, verb);
    report_fact_id(draft->report, entry, "universalIdentifier", &row->universal_id);
    report_fact(draft->report, entry, "nameSingular", row->name_singular);
    report_fact(draft->report, entry, "namePlural", row->name_plural);
    return entry;
}

static bool is_taken(const struct draft *draft, struct str name, size_t self)
{
    for (size_t i = 0; i < draft->object_count; i++) {
        const struct object_row *other = &draft->objects[i];
        if (i != self && draft->object_notes[i].state != DRAFT_GONE &&
            (str_eq(other->name_singular, name) || str_eq(other->name_plural, name))) {
            return true;
        }
    }
    return false;
}

void object_check_names(struct draft *draft, struct report_entry *entry, const struct object_row *row, size_t self)
{
    struct report *report = draft->report;
    name_check(report, entry, OBJECT_INPUT, row->name_singular);
    name_check(report, entry, OBJECT_INPUT, row->name_plural);
    if (name_is_path(row->name_plural)) {
        report_add(report, entry, OBJECT_INPUT, report_text(report, row->name_plural),
                   "This name is reserved. Use a different name or the system will add \"Custom\" suffix.");
    }
    if (str_eq(row->name_singular, row->name_plural)) {
        report_add(report, entry, OBJECT_INPUT, report_text(report, str_cut(row->name_singular, 200)),
                   "The singular and plural names cannot be the same for an object");
    }
    if (is_taken(draft, row->name_singular, self) || is_taken(draft, row->name_plural, self)) {
        report_add(report, entry, "OBJECT_ALREADY_EXISTS", STR_EMPTY, "Object already exists");
    }
    if (row->label_synced && (!str_eq(row->name_singular, name_from_label(draft->arena, row->label_singular)) ||
                              !str_eq(row->name_plural, name_from_label(draft->arena, row->label_plural)))) {
        report_add(report, entry, OBJECT_INPUT, STR_EMPTY, "Names are not synced with labels");
    }
}

void object_check_labels(struct draft *draft, struct report_entry *entry, const struct object_row *row)
{
    const struct str labels[] = {row->label_singular, row->label_plural};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        struct str value = report_text(draft->report, str_cut(labels[i], 200));
        if (labels[i].len == 0) {
            report_add(draft->report, entry, OBJECT_INPUT, value, "Object label is too short");
        } else if (utf8_count(labels[i]) > NAME_MAX) {
            report_add(draft->report, entry, OBJECT_INPUT, value, "Object label is too long");
        }
    }
}

static bool has_table(const struct draft *draft, struct str table)
{
    for (size_t i = 0; i < draft->object_count; i++) {
        if (draft->object_notes[i].state != DRAFT_GONE && str_eq(draft->objects[i].table_name, table)) {
            return true;
        }
    }
    return false;
}

struct str object_table(struct draft *draft, struct str name)
{
    enum { LONGEST = NAME_MAX - 1, DIGITS = 4 };
    struct str table = arena_printf(draft->arena, "_%.*s", STR_ARG(str_slice(name, 0, LONGEST)));
    for (unsigned i = 2; has_table(draft, table); i++) {
        table = arena_printf(draft->arena, "_%.*s%u", STR_ARG(str_slice(name, 0, LONGEST - DIGITS)), i);
    }
    return table;
}

/* ---- create ---- */

static bool check_new(struct draft *draft, const struct json *input)
{
    struct draft_complaints complaints = {.draft = draft};
    static const char *const texts[] = {"nameSingular", "namePlural", "labelSingular", "labelPlural",
                                        "description",  "icon",       "shortcut",      "color"};
    static const char *const flags[] = {"skipNameField", "isRemote", "isLabelSyncedWithName"};
    if (!json_is(input, JSON_OBJECT)) {
        draft_complain(&complaints, "object must be an object");
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        draft_want_text(&complaints, input, texts[i], i < 4);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        draft_want_bool(&complaints, input, flags[i]);
    }
    return draft_complaints_end(&complaints);
}

static struct object_row new_row(struct draft *draft, const struct model_op *op)
{
    const struct json *input = op->input;
    struct object_row row = {
        .id = op->id,
        .universal_id = op->universal_id,
        .name_singular = draft_text(draft, input, "nameSingular", NULL),
        .name_plural = draft_text(draft, input, "namePlural", NULL),
        .label_singular = draft_text(draft, input, "labelSingular", NULL),
        .label_plural = draft_text(draft, input, "labelPlural", NULL),
        .description = draft_text(draft, input, "description", NULL),
        .icon = draft_text(draft, input, "icon", NULL),
        .shortcut = draft_text(draft, input, "shortcut", NULL),
        .color = draft_text(draft, input, "color", NULL),
        .open_record_in = STR("SIDE_PANEL"),
        .readability = STR("OPEN"),
        .active = true,
        .searchable = true,
        .label_synced = draft_bool(input, "isLabelSyncedWithName", false),
    };
    row.id = uuid_is_nil(&row.id) ? draft_fresh_id(draft) : row.id;
    row.universal_id = uuid_is_nil(&row.universal_id) ? draft_fresh_id(draft) : row.universal_id;
    return row;
}

static struct uuid add_name_field(struct draft *draft, size_t object)
{
    struct field_row row = {
        .id = draft_fresh_id(draft),
        .universal_id = draft_fresh_id(draft),
        .object_id = draft->objects[object].id,
        .type = STR("TEXT"),
        .name = STR("name"),
        .label = STR("Name"),
        .description = STR("Name"),
        .icon = STR("IconAbc"),
        .nullable = true,
        .active = true,
        .searchable = true,
        .ui_editable = true,
        .audit_logged = true,
    };
    draft_add_field(draft, &row);
    return row.id;
}

bool object_create(struct draft *draft, const struct model_op *op, struct uuid *id)
{
    if (!check_new(draft, op->input)) {
        return false;
    }
    struct object_row row = new_row(draft, op);
    struct report_entry *entry = object_entry(draft, REPORT_CREATE, &row);
    *id = row.id;
    if (draft_object_at(draft, &row.id) != NOWHERE) {
        return draft_refuse(draft, ERR_CONFLICT, "OBJECT_ALREADY_EXISTS", "An object with this id exists already");
    }
    if (draft_bool(op->input, "isRemote", false)) {
        report_add(draft->report, entry, OBJECT_INPUT, STR_EMPTY, "Remote objects are not supported yet");
    }
    object_check_names(draft, entry, &row, NOWHERE);
    object_check_labels(draft, entry, &row);
    if (entry->error_count > 0) {
        return true;
    }
    row.table_name = object_table(draft, row.name_singular);
    size_t at = draft_add_object(draft, &row);
    object_add_system_fields(draft, at);
    struct uuid label = draft->fields[draft_field_named(draft, at, STR("id"))].id;
    if (!draft_bool(op->input, "skipNameField", false)) {
        label = add_name_field(draft, at);
    }
    draft->objects[at].label_identifier_id = label;
    object_add_default_relations(draft, at);
    return true;
}

/* ---- update ---- */

struct edit {
    struct draft *draft;
    const struct json *input;
    size_t at;
    const struct object_row *was;
    struct object_row now;
    struct report_entry *entry;
};

static bool check_update(struct draft *draft, const struct json *input)
{
    struct draft_complaints complaints = {.draft = draft};
    static const char *const required[] = {"nameSingular", "namePlural", "labelSingular", "labelPlural"};
    static const char *const texts[] = {"description", "icon", "shortcut", "color", "openRecordIn", "readability"};
    static const char *const flags[] = {"isActive", "isSearchable", "isLabelSyncedWithName"};
    if (!json_is(input, JSON_OBJECT)) {
        draft_complain(&complaints, "update must be an object");
    }
    for (size_t i = 0; i < ARRAY_LEN(required); i++) {
        const struct json *value = json_get(input, required[i]);
        draft_want_text(&complaints, input, required[i], value != NULL && value->type != JSON_NULL);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        draft_want_text(&complaints, input, texts[i], false);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        draft_want_bool(&complaints, input, flags[i]);
    }
    draft_want_id(&complaints, input, "labelIdentifierFieldMetadataId", false, true);
    draft_want_id(&complaints, input, "imageIdentifierFieldMetadataId", false, true);
    if (draft_json(draft, input, "translations").len > 0) {
        draft_complain(&complaints, "translations are not supported by this server");
    }
    return draft_complaints_end(&complaints);
}

/* A text; null empties it where it may be empty, and says nothing elsewhere. */
static void take(struct edit *edit, const char *key, bool nullable, struct str *out)
{
    const struct json *value = json_get(edit->input, key);
    if (value != NULL && (nullable || value->type == JSON_STRING)) {
        *out = draft_text(edit->draft, edit->input, key, NULL);
    }
}

static void take_id(struct edit *edit, const char *key, struct uuid *out)
{
    const struct json *value = json_get(edit->input, key);
    if (value == NULL) {
        return;
    }
    if (value->type != JSON_STRING || !uuid_parse(value->text, out)) {
        *out = (struct uuid){0};
    }
}

static void take_word(struct edit *edit, const char *key, const char *const *words, size_t count, struct str *out)
{
    struct str wanted = STR_EMPTY;
    take(edit, key, false, &wanted);
    if (wanted.len == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (str_is(wanted, words[i])) {
            *out = wanted;
            return;
        }
    }
    report_add(edit->draft->report, edit->entry, OBJECT_INPUT, draft_json(edit->draft, edit->input, key),
               "%s \"%.*s\" is not supported by this server", key, STR_ARG(str_cut(wanted, 80)));
}

static void read_update(struct edit *edit)
{
    static const char *const places[] = {"SIDE_PANEL", "RECORD_PAGE", "USER_CHOICE"};
    static const char *const readabilities[] = {"OPEN"};
    struct object_row *now = &edit->now;
    take(edit, "nameSingular", false, &now->name_singular);
    take(edit, "namePlural", false, &now->name_plural);
    take(edit, "labelSingular", false, &now->label_singular);
    take(edit, "labelPlural", false, &now->label_plural);
    take(edit, "description", true, &now->description);
    take(edit, "icon", true, &now->icon);
    take(edit, "shortcut", true, &now->shortcut);
    take(edit, "color", true, &now->color);
    take_word(edit, "openRecordIn", places, ARRAY_LEN(places), &now->open_record_in);
    take_word(edit, "readability", readabilities, ARRAY_LEN(readabilities), &now->readability);
    take_id(edit, "labelIdentifierFieldMetadataId", &now->label_identifier_id);
    take_id(edit, "imageIdentifierFieldMetadataId", &now->image_identifier_id);
    now->active = draft_bool(edit->input, "isActive", now->active);
    now->searchable = draft_bool(edit->input, "isSearchable", now->searchable);
    now->label_synced = draft_bool(edit->input, "isLabelSyncedWithName", now->label_synced);
}

/* Properties of `now` that differ, by name, of those that the standard model keeps to itself. */
static bool check_standard(struct edit *edit)
{
    const struct object_row *was = edit->was;
    const struct object_row *now = &edit->now;
    const struct {
        const char *name; /* in alphabetical order */
        bool differs;
    } kept[] = {
        {"isLabelSyncedWithName", now->label_synced != was->label_synced},
        {"labelIdentifierFieldMetadataId", !uuid_eq(&now->label_identifier_id, &was->label_identifier_id)},
        {"namePlural", !str_eq(now->name_plural, was->name_plural)},
        {"nameSingular", !str_eq(now->name_singular, was->name_singular)},
    };
    struct str list = STR_EMPTY;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        if (kept[i].differs) {
            list = arena_printf(edit->draft->arena, "%.*s%s%s", STR_ARG(list), list.len > 0 ? ", " : "", kept[i].name);
        }
    }
    return list.len == 0 || draft_refuse(edit->draft, ERR_INVALID, OBJECT_INPUT,
                                         "Cannot edit standard object metadata properties: %.*s", STR_ARG(list));
}

static void check_system(struct edit *edit)
{
    const struct object_row *was = edit->was;
    const struct object_row *now = &edit->now;
    if (now->searchable != was->searchable || !str_eq(now->shortcut, was->shortcut) ||
        !str_eq(now->open_record_in, was->open_record_in) || !str_eq(now->readability, was->readability) ||
        !uuid_eq(&now->image_identifier_id, &was->image_identifier_id)) {
        report_add(
            edit->draft->report, edit->entry, OBJECT_INPUT, STR_EMPTY,
            "System objects cannot be updated directly: only their labels, description, icon, color and activity "
            "can");
    }
}

static size_t own_field(const struct edit *edit, const struct uuid *id)
{
    size_t field = draft_field_at(edit->draft, id);
    return field != NOWHERE && uuid_eq(&edit->draft->fields[field].object_id, &edit->was->id) ? field : NOWHERE;
}

static void check_identifiers(struct edit *edit)
{
    struct draft *draft = edit->draft;
    const struct uuid *label = &edit->now.label_identifier_id;
    const struct uuid *image = &edit->now.image_identifier_id;
    if (draft_given(edit->input, "labelIdentifierFieldMetadataId") && uuid_is_nil(label)) {
        report_add(draft->report, edit->entry, OBJECT_INPUT, STR_EMPTY,
                   "labelIdentifierFieldMetadataId cannot be null");
    } else if (!uuid_eq(label, &edit->was->label_identifier_id)) {
        size_t field = own_field(edit, label);
        enum field_type type = field == NOWHERE ? FIELD_TYPE_COUNT : draft_type(&draft->fields[field]);
        if (field == NOWHERE) {
            report_add(draft->report, edit->entry, OBJECT_INPUT, STR_EMPTY,
                       "labelIdentifierFieldMetadataId validation failed: related field metadata not found");
        } else if ((type != FIELD_TEXT && type != FIELD_FULL_NAME) || !draft->fields[field].active) {
            report_add(draft->report, edit->entry, OBJECT_INPUT, STR_EMPTY,
                       "labelIdentifierFieldMetadataId validation failed: field type not compatible");
        }
    }
    if (!uuid_is_nil(image) && !uuid_eq(image, &edit->was->image_identifier_id) && own_field(edit, image) == NOWHERE) {
        report_add(draft->report, edit->entry, OBJECT_INPUT, STR_EMPTY,
                   "imageIdentifierFieldMetadataId validation failed: related field metadata not found");
    }
}

static void note_replaced(struct edit *edit)
{
    struct draft *draft = edit->draft;
    const struct object_row *was = edit->was;
    const struct object_row *now = &edit->now;
    const struct {
        const char *key;
        struct str was, now;
    } texts[] = {
        {"labelSingular", was->label_singular, now->label_singular},
        {"labelPlural", was->label_plural, now->label_plural},
        {"description", was->description, now->description},
        {"icon", was->icon, now->icon},
        {"color", was->color, now->color},
    };
    struct str replaced = was->replaced_json;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        replaced = draft_replaced(draft, replaced, texts[i].key, draft_quote(draft, texts[i].was),
                                  draft_quote(draft, texts[i].now));
    }
    edit->now.replaced_json = draft_replaced(draft, replaced, "isActive", was->active ? STR("true") : STR("false"),
                                             now->active ? STR("true") : STR("false"));
}

static void apply(struct edit *edit)
{
    struct draft *draft = edit->draft;
    struct object_row was = *edit->was;
    bool renamed = !str_eq(was.name_singular, edit->now.name_singular);
    if (was.standard) {
        note_replaced(edit);
    } else if (renamed && !was.adopted) {                /* an adopted table keeps its name */
        draft->objects[edit->at].table_name = STR_EMPTY; /* so that its own does not count as taken */
        edit->now.table_name = object_table(draft, edit->now.name_singular);
    }
    struct object_row *row = draft_edit_object(draft, edit->at);
    edit->now.updated_us = row->updated_us;
    *row = edit->now;
    if (!was.standard && (renamed || !str_eq(was.label_singular, row->label_singular))) {
        object_rename_followers(draft, edit->at, &was);
    }
}

bool object_update(struct draft *draft, const struct model_op *op)
{
    size_t at = draft_object_at(draft, &op->id);
    if (at == NOWHERE) {
        return draft_refuse(draft, ERR_NOT_FOUND, "OBJECT_METADATA_NOT_FOUND", "Object to update not found");
    }
    if (!check_update(draft, op->input)) {
        return false;
    }
    struct object_row before = draft->objects[at];
    struct edit edit = {.draft = draft, .input = op->input, .at = at, .was = &before, .now = before};
    edit.entry = object_entry(draft, REPORT_UPDATE, &before);
    read_update(&edit);
    if (before.standard && !check_standard(&edit)) {
        return false;
    }
    if (before.system) {
        check_system(&edit);
    }
    bool named = !str_eq(edit.now.name_singular, before.name_singular) ||
                 !str_eq(edit.now.name_plural, before.name_plural) || edit.now.label_synced;
    if (!before.standard && named) {
        object_check_names(draft, edit.entry, &edit.now, at);
    }
    object_check_labels(draft, edit.entry, &edit.now);
    check_identifiers(&edit);
    if (edit.entry->error_count == 0) {
        apply(&edit);
    }
    return true;
}

/* ---- delete ---- */

bool object_delete(struct draft *draft, const struct model_op *op)
{
    size_t at = draft_object_at(draft, &op->id);
    if (at == NOWHERE) {
        return draft_refuse(draft, ERR_NOT_FOUND, "OBJECT_METADATA_NOT_FOUND", "Object to delete not found");
    }
    const struct object_row *row = &draft->objects[at];
    struct report_entry *entry = object_entry(draft, REPORT_DELETE, row);
    if (row->system || row->standard) {
        report_add(draft->report, entry, OBJECT_INPUT, STR_EMPTY, "%s objects cannot be deleted",
                   row->system ? "System" : "Standard");
        return true;
    }
    struct uuid id = row->id;
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct field_row *field = &draft->fields[i];
        if (draft->field_notes[i].state != DRAFT_GONE &&
            (uuid_eq(&field->object_id, &id) || uuid_eq(&field->target_object_id, &id))) {
            field_remove(draft, i);
        }
    }
    draft_remove_object(draft, at);
    return true;
}
