/* Changes and deletions of fields (contract: metadata 4.3, 4.6, 4.7). */
#include "gateway/metadata/field_rules.h"
#include "gateway/metadata/names.h"
#include <stdlib.h>

#define NOT_ALLOWED "FIELD_MUTATION_NOT_ALLOWED"

struct edit {
    struct draft *draft;
    const struct json *input;
    size_t at;
    const struct field_row *was;
    struct field_row now;
    struct report_entry *entry;
};

static bool check_shape(struct draft *draft, const struct json *input)
{
    struct draft_complaints complaints = {.draft = draft};
    static const char *const flags[] = {"isActive",     "isUIEditable",  "isNullable",           "isUnique",
                                        "isSearchable", "isAuditLogged", "isLabelSyncedWithName"};
    const struct json *name = json_get(input, "name");
    const struct json *label = json_get(input, "label");
    if (!json_is(input, JSON_OBJECT)) {
        draft_complain(&complaints, "update must be an object");
    }
    draft_want_text(&complaints, input, "name", name != NULL && name->type != JSON_NULL);
    draft_want_text(&complaints, input, "label", label != NULL && label->type != JSON_NULL);
    draft_want_text(&complaints, input, "description", false);
    draft_want_text(&complaints, input, "icon", false);
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        draft_want_bool(&complaints, input, flags[i]);
    }
    if (draft_json(draft, input, "translations").len > 0) {
        draft_complain(&complaints, "translations are not supported by this server");
    }
    return draft_complaints_end(&complaints);
}

/* ---- what is asked for ---- */

/* A text that null empties, or leaves alone where it may not be empty. */
static void read_text(struct edit *edit, const char *key, bool required, struct str *out)
{
    const struct json *value = json_get(edit->input, key);
    if (value != NULL && (value->type == JSON_STRING || !required)) {
        *out = draft_text(edit->draft, edit->input, key, NULL);
    }
}

/* The five of a RATING are its own. */
static bool takes_options(enum field_type type)
{
    return field_types[type].has_options && type != FIELD_RATING;
}

static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};

/* The quoted option of a default as it is called now; empty when it is gone. */
static struct str follow_option(const struct draft *draft, const struct draft_options *replaced, struct str quoted)
{
    struct str value = str_slice(quoted, 1, quoted.len - 1);
    for (size_t i = 0; i < replaced->count; i++) {
        if (str_eq(replaced->from[i], value)) {
            struct str to = replaced->to[i];
            return to.len == 0 ? STR_EMPTY : arena_printf(draft->arena, "'%.*s'", STR_ARG(to));
        }
    }
    return quoted;
}

/* A default follows its options. One that is gone is given up where the field may be empty; elsewhere it is left, and
 * refused. */
static void follow_default(struct edit *edit, const struct draft_options *replaced)
{
    struct draft *draft = edit->draft;
    struct err ignored;
    struct str stored = edit->now.default_json;
    const struct json *value = stored.len == 0 ? NULL : json_parse(draft->arena, stored, &limits, &ignored);
    bool list = json_is(value, JSON_ARRAY);
    struct str made = STR_EMPTY;
    if (value == NULL || (value->type != JSON_STRING && !list)) {
        return;
    }
    for (const struct json *item = list ? value->first : value; item != NULL; item = list ? item->next : NULL) {
        struct str option = follow_option(draft, replaced, item->text);
        if (option.len > 0) {
            made = arena_printf(draft->arena, "%.*s%s%.*s", STR_ARG(made), made.len > 0 ? "," : "",
                                STR_ARG(report_text(draft->report, option)));
        } else if (!edit->now.nullable) {
            return;
        }
    }
    edit->now.default_json = list && made.len > 0 ? arena_printf(draft->arena, "[%.*s]", STR_ARG(made)) : made;
}

static void read_options(struct edit *edit, struct choices *choices)
{
    struct draft *draft = edit->draft;
    struct choices before = choices_stored(draft, edit->was->options_json);
    *choices = before;
    if (!takes_options(draft_type(edit->was)) || !draft_given(edit->input, "options")) {
        return;
    }
    choices_read(draft, edit->entry, json_get(edit->input, "options"), choices);
    choices_recognise(choices, &before);
    struct draft_options replaced = choices_replaced(draft, &before, choices);
    edit->now.options_json = choices_json(draft, choices);
    if (draft->field_notes[edit->at].state != DRAFT_NEW) {
        draft->field_notes[edit->at].options = replaced;
    }
    if (!draft_given(edit->input, "defaultValue")) {
        follow_default(edit, &replaced);
    }
}

static void read_parts(struct edit *edit)
{
    struct draft *draft = edit->draft;
    enum field_type type = draft_type(edit->was);
    struct choices choices;
    if (draft_given(edit->input, "settings")) {
        settings_check(draft, edit->entry, type, json_get(edit->input, "settings"));
        edit->now.settings_json = draft_json(draft, edit->input, "settings");
    }
    if (draft_given(edit->input, "defaultValue")) {
        edit->now.default_json = draft_json(draft, edit->input, "defaultValue");
    }
    read_options(edit, &choices);
    if (draft_given(edit->input, "defaultValue") || draft_given(edit->input, "options") ||
        draft_given(edit->input, "settings")) {
        struct err ignored;
        struct str text = edit->now.default_json;
        const struct json *value = text.len == 0 ? NULL : json_parse(draft->arena, text, &limits, &ignored);
        default_check_input(draft, edit->entry, type, &choices, value, edit->now.settings_json);
    }
    edit->now.nullable = draft_bool(edit->input, "isNullable", edit->was->nullable);
    edit->now.unique = draft_bool(edit->input, "isUnique", edit->was->unique);
    if (!edit->now.nullable && edit->now.default_json.len == 0) {
        report_add(draft->report, edit->entry, FIELD_INPUT, STR_EMPTY,
                   "Default value cannot be null for non-nullable fields");
    }
    field_check_unique(draft, edit->entry, &edit->now);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "isUnique, name" of those of `keys` that are asked to become something else. */
static struct str differing(struct edit *edit, const char *const *keys, const bool *differ, size_t count)
{
    const char *sorted[16];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (draft_given(edit->input, keys[i]) && differ[i]) {
            sorted[found++] = keys[i];
        }
    }
    qsort(sorted, found, sizeof *sorted, by_text);
    struct str list = STR_EMPTY;
    for (size_t i = 0; i < found; i++) {
        list = arena_printf(edit->draft->arena, "%.*s%s%s", STR_ARG(list), i > 0 ? ", " : "", sorted[i]);
    }
    return list;
}

/* The two properties of a standard field that are its own, and those that say how it is kept. */
static bool check_standard(struct edit *edit)
{
    static const char *const keys[] = {"name", "isLabelSyncedWithName", "isUIEditable", "isAuditLogged"};
    const struct json *input = edit->input;
    struct str name = edit->was->name;
    read_text(edit, "name", true, &name);
    const bool differ[] = {
        !str_eq(name, edit->was->name),
        draft_bool(input, "isLabelSyncedWithName", edit->was->label_synced) != edit->was->label_synced,
        draft_bool(input, "isUIEditable", edit->was->ui_editable) != edit->was->ui_editable,
        draft_bool(input, "isAuditLogged", edit->was->audit_logged) != edit->was->audit_logged,
    };
    struct str list = differing(edit, keys, differ, ARRAY_LEN(keys));
    return list.len == 0 || draft_refuse(edit->draft, ERR_FORBIDDEN, NOT_ALLOWED,
                                         "Cannot edit standard field metadata properties: %.*s", STR_ARG(list));
}

static void check_relation(struct edit *edit)
{
    static const char *const keys[] = {"isUnique", "isNullable", "defaultValue", "options", "isSearchable"};
    const struct json *input = edit->input;
    const bool differ[] = {
        draft_bool(input, "isUnique", false),
        !draft_bool(input, "isNullable", true),
        draft_json(edit->draft, input, "defaultValue").len > 0,
        draft_json(edit->draft, input, "options").len > 0,
        draft_bool(input, "isSearchable", edit->was->searchable) != edit->was->searchable,
    };
    struct str list = differing(edit, keys, differ, ARRAY_LEN(keys));
    if (list.len > 0) {
        report_add(edit->draft->report, edit->entry, NOT_ALLOWED, STR_EMPTY,
                   "Forbidden updated properties for relation field metadata: %.*s", STR_ARG(list));
    }
}

static void read_relation(struct edit *edit)
{
    struct draft *draft = edit->draft;
    const struct json *settings = json_get(edit->input, "settings");
    struct str stored = edit->was->settings_json;
    struct str type = draft_setting(draft, stored, "relationType");
    bool many_to_one = str_is(type, "MANY_TO_ONE");
    struct str on_delete = draft_setting(draft, stored, "onDelete");
    struct str join = draft_setting(draft, stored, "joinColumnName");
    struct str junction = draft_setting(draft, stored, "junctionTargetFieldId");
    check_relation(edit);
    if (json_is(settings, JSON_OBJECT)) {
        relation_check_settings(draft, edit->entry, settings, many_to_one,
                                draft_object_at(draft, &edit->was->target_object_id));
        struct str wanted = draft_text(draft, settings, "relationType", NULL);
        struct str wanted_join = draft_text(draft, settings, "joinColumnName", NULL);
        if ((wanted.len > 0 && !str_eq(wanted, type)) || (wanted_join.len > 0 && !str_eq(wanted_join, join))) {
            report_add(draft->report, edit->entry, NOT_ALLOWED, STR_EMPTY,
                       "Forbidden updated properties for relation field metadata: settings.relationType, "
                       "settings.joinColumnName");
        }
        bool given;
        struct str asked = draft_text(draft, settings, "onDelete", &given);
        on_delete = given && asked.len > 0 ? asked : on_delete;
        asked = draft_text(draft, settings, "junctionTargetFieldId", &given);
        junction = given ? asked : junction;
    }
    if (many_to_one && !str_eq(edit->now.name, edit->was->name)) {
        join = arena_printf(draft->arena, "%.*sId", STR_ARG(edit->now.name));
    }
    edit->now.settings_json =
        draft_relation_settings(draft, many_to_one ? "MANY_TO_ONE" : "ONE_TO_MANY", on_delete, join, junction);
}

/* ---- the update ---- */

static void note_replaced(struct edit *edit)
{
    struct draft *draft = edit->draft;
    struct str *replaced = &edit->now.replaced_json;
    const struct field_row *was = edit->was;
    const struct field_row *now = &edit->now;
    *replaced =
        draft_replaced(draft, *replaced, "label", draft_quote(draft, was->label), draft_quote(draft, now->label));
    *replaced = draft_replaced(draft, *replaced, "description", draft_quote(draft, was->description),
                               draft_quote(draft, now->description));
    *replaced = draft_replaced(draft, *replaced, "icon", draft_quote(draft, was->icon), draft_quote(draft, now->icon));
    *replaced = draft_replaced(draft, *replaced, "isActive", was->active ? STR("true") : STR("false"),
                               now->active ? STR("true") : STR("false"));
    *replaced = draft_replaced(draft, *replaced, "isUnique", was->unique ? STR("true") : STR("false"),
                               now->unique ? STR("true") : STR("false"));
}

static bool made_unique_here(struct draft *draft, const struct field_row *row)
{
    struct err ignored;
    const struct json *replaced =
        row->replaced_json.len == 0 ? NULL : json_parse(draft->arena, row->replaced_json, &limits, &ignored);
    return json_get(replaced, "isUnique") != NULL;
}

static void check_activity(struct edit *edit)
{
    struct draft *draft = edit->draft;
    size_t object = draft_object_at(draft, &edit->was->object_id);
    bool label = uuid_eq(&draft->objects[object].label_identifier_id, &edit->was->id);
    if (!edit->now.active && label) {
        report_add(draft->report, edit->entry, "LABEL_IDENTIFIER_FIELD_METADATA_ID_NOT_FOUND", STR_EMPTY,
                   "Label identifier field metadata cannot be deactivated");
    }
}

static void check_all(struct edit *edit)
{
    struct draft *draft = edit->draft;
    if (!str_eq(edit->now.name, edit->was->name)) {
        name_check(draft->report, edit->entry, FIELD_INPUT, edit->now.name);
        field_check_free(draft, edit->entry, &edit->now, edit->at);
    }
    field_check_label(draft, edit->entry, edit->now.label);
    field_check_synced(draft, edit->entry, &edit->now, false);
    check_activity(edit);
    if (edit->was->standard && edit->was->unique && !edit->now.unique && !made_unique_here(draft, edit->was)) {
        report_add(draft->report, edit->entry, NOT_ALLOWED, STR_EMPTY,
                   "Cannot delete unique index that have not been created by the workspace custom application");
    }
}

static void read_all(struct edit *edit)
{
    const struct json *input = edit->input;
    struct field_row *now = &edit->now;
    read_text(edit, "name", true, &now->name);
    read_text(edit, "label", true, &now->label);
    read_text(edit, "description", false, &now->description);
    read_text(edit, "icon", false, &now->icon);
    now->active = draft_bool(input, "isActive", now->active);
    now->label_synced = draft_bool(input, "isLabelSyncedWithName", now->label_synced);
    now->ui_editable = draft_bool(input, "isUIEditable", now->ui_editable);
    now->audit_logged = draft_bool(input, "isAuditLogged", now->audit_logged);
    if (field_types[draft_type(now)].relation) {
        read_relation(edit);
    } else {
        now->searchable = draft_bool(input, "isSearchable", now->searchable);
        read_parts(edit);
    }
}

static void add_targets(struct edit *edit)
{
    const struct json *payloads = json_get(edit->input, "morphRelationsUpdatePayload");
    if (payloads == NULL || payloads->type == JSON_NULL || edit->entry->error_count > 0) {
        return;
    }
    struct draft *draft = edit->draft;
    if (draft_type(edit->was) != FIELD_MORPH_RELATION) {
        report_add(draft->report, edit->entry, NOT_ALLOWED, STR_EMPTY, "Only a morph relation takes further targets");
        return;
    }
    struct field_row row = draft->fields[edit->at];
    row.name = morph_base(draft, edit->at);
    row.id = (struct uuid){0};
    row.standard = false;
    row.replaced_json = STR_EMPTY;
    morph_make(draft, edit->entry, &row, payloads, row.morph_id);
}

bool field_update(struct draft *draft, const struct model_op *op)
{
    size_t at = draft_field_at(draft, &op->id);
    if (at == NOWHERE) {
        return draft_refuse(draft, ERR_NOT_FOUND, "FIELD_METADATA_NOT_FOUND", "Field metadata to update not found");
    }
    if (!check_shape(draft, op->input)) {
        return false;
    }
    struct field_row before = draft->fields[at];
    struct edit edit = {.draft = draft, .input = op->input, .at = at, .was = &before, .now = before};
    edit.entry = field_entry(draft, REPORT_UPDATE, &before);
    if (before.system) {
        report_add(draft->report, edit.entry, NOT_ALLOWED, STR_EMPTY, "System fields cannot be updated");
        return true;
    }
    if (before.standard && !check_standard(&edit)) {
        return false;
    }
    read_all(&edit);
    check_all(&edit);
    if (edit.entry->error_count > 0) {
        return true;
    }
    if (before.standard) {
        note_replaced(&edit);
    }
    struct field_row *row = draft_edit_field(draft, at);
    edit.now.updated_us = row->updated_us;
    *row = edit.now;
    add_targets(&edit);
    return true;
}

/* ---- deletion ---- */

void field_remove(struct draft *draft, size_t at)
{
    struct uuid mirror_id = draft->fields[at].target_field_id;
    draft_remove_field(draft, at);
    size_t mirror = uuid_is_nil(&mirror_id) ? NOWHERE : draft_field_at(draft, &mirror_id);
    if (mirror != NOWHERE) {
        draft_remove_field(draft, mirror);
    }
    for (size_t i = 0; i < draft->object_count; i++) {
        struct object_row *object = &draft->objects[i];
        bool image = uuid_eq(&object->image_identifier_id, &draft->fields[at].id);
        if (image && draft->object_notes[i].state != DRAFT_GONE) {
            draft_edit_object(draft, i)->image_identifier_id = (struct uuid){0};
        }
    }
}

bool field_delete(struct draft *draft, const struct model_op *op)
{
    size_t at = draft_field_at(draft, &op->id);
    if (at == NOWHERE) {
        return draft_refuse(draft, ERR_NOT_FOUND, "FIELD_METADATA_NOT_FOUND", "Field to delete not found");
    }
    const struct field_row *row = &draft->fields[at];
    struct report_entry *entry = field_entry(draft, REPORT_DELETE, row);
    size_t object = draft_object_at(draft, &row->object_id);
    if (row->system) {
        report_add(draft->report, entry, NOT_ALLOWED, STR_EMPTY, "System fields cannot be deleted");
    } else if (row->standard) {
        report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY, "Standard Fields can't be deleted");
    }
    if (uuid_eq(&draft->objects[object].label_identifier_id, &row->id)) {
        report_add(draft->report, entry, NOT_ALLOWED, STR_EMPTY,
                   "Cannot delete, please update the label identifier field first");
    }
    if (entry->error_count == 0) {
        field_remove(draft, at);
    }
    return true;
}
