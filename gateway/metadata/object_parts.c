/* The fields that come with an object. */
#include "gateway/metadata/field_rules.h"
#include "gateway/metadata/names.h"
#include "gateway/metadata/object_rules.h"

static const struct system_field {
    const char *name, *type, *label, *icon, *description, *default_json, *settings;
    bool nullable, unique;
} system_fields[] = {
    {"id", "UUID", "ID", "Icon123", "Id", "\"uuid\"", "", false, true},
    {"createdAt", "DATE_TIME", "Creation date", "IconCalendar", "Creation date", "\"now\"",
     "{\"displayFormat\":\"RELATIVE\"}", false, false},
    {"updatedAt", "DATE_TIME", "Last update", "IconCalendarClock", "Last time the record was changed", "\"now\"",
     "{\"displayFormat\":\"RELATIVE\"}", false, false},
    {"deletedAt", "DATE_TIME", "Deleted at", "IconCalendarMinus", "Date when the record was deleted", "",
     "{\"displayFormat\":\"RELATIVE\"}", true, false},
    {"createdBy", "ACTOR", "Created by", "IconCreativeCommonsSa", "The creator of the record",
     "{\"name\":\"''\",\"source\":\"'MANUAL'\"}", "", false, false},
    {"updatedBy", "ACTOR", "Updated by", "IconUserCircle", "Who last changed the record",
     "{\"name\":\"''\",\"source\":\"'MANUAL'\"}", "", false, false},
    {"position", "POSITION", "Position", "IconHierarchy2", "Position of the record in lists", "0", "", false, false},
    {"searchVector", "TS_VECTOR", "Search vector", "IconUser", "Words to search by", "", "", true, false},
};

void object_add_system_fields(struct draft *draft, size_t object)
{
    for (size_t i = 0; i < ARRAY_LEN(system_fields); i++) {
        const struct system_field *field = &system_fields[i];
        struct field_row row = {
            .id = draft_fresh_id(draft),
            .universal_id = draft_fresh_id(draft),
            .object_id = draft->objects[object].id,
            .type = str_from(field->type),
            .name = str_from(field->name),
            .label = str_from(field->label),
            .description = str_from(field->description),
            .icon = str_from(field->icon),
            .default_json = str_from(field->default_json),
            .settings_json = str_from(field->settings),
            .system = true,
            .nullable = field->nullable,
            .unique = field->unique,
            .active = true,
            .audit_logged = true,
        };
        draft_add_field(draft, &row);
    }
}

/* ---- default relations ---- */

/* Objects whose records hang on others; those that the model has. */
static const struct default_relation {
    const char *target, *name, *label, *icon, *description;
} default_relations[] = {
    {"timelineActivity", "timelineActivities", "Timeline Activities", "IconTimelineEvent",
     "Timeline activities of the"},
    {"attachment", "attachments", "Attachments", "IconFileImport", "Attachments tied to the"},
    {"noteTarget", "noteTargets", "Notes", "IconNotes", "Notes tied to the"},
    {"taskTarget", "taskTargets", "Tasks", "IconCheckbox", "Tasks tied to the"},
    {"agentChatThreadTarget", "agentChatThreadTargets", "Chat threads", "IconMessage", "Chat threads tied to the"},
};

/* "targetPet"; a long name is cut, and told apart by the object's id, so that "…Id" is a column's name as well. */
static struct str target_name(struct draft *draft, struct str singular, const struct uuid *object_id)
{
    enum { LONGEST = NAME_MAX - 2, DIGITS = 8 };
    struct str name = arena_printf(draft->arena, "target%.*s", STR_ARG(name_capital(draft->arena, singular)));
    if (name.len <= LONGEST) {
        return name;
    }
    char id[UUID_TEXT_LEN];
    uuid_print(object_id, id);
    return arena_printf(draft->arena, "%.*s%.*s", LONGEST - DIGITS, name.ptr, DIGITS, id);
}

/* What the target's other "target…" fields share, or a new one. */
static struct uuid shared_morph_id(struct draft *draft, size_t target)
{
    for (size_t i = draft_next_field(draft, target, NOWHERE); i != NOWHERE; i = draft_next_field(draft, target, i)) {
        const struct field_row *row = &draft->fields[i];
        if (draft_type(row) == FIELD_MORPH_RELATION && str_starts_with(row->name, STR("target"))) {
            return row->morph_id;
        }
    }
    return draft_fresh_id(draft);
}

static void add_pair(struct draft *draft, size_t object, size_t target, const struct default_relation *relation)
{
    const struct object_row *owner = &draft->objects[object];
    struct str name = target_name(draft, owner->name_singular, &owner->id);
    struct str join = arena_printf(draft->arena, "%.*sId", STR_ARG(name));
    struct field_row forward = {
        .id = draft_fresh_id(draft),
        .universal_id = draft_fresh_id(draft),
        .object_id = owner->id,
        .target_object_id = draft->objects[target].id,
        .target_field_id = draft_fresh_id(draft),
        .type = STR("RELATION"),
        .name = str_from(relation->name),
        .label = str_from(relation->label),
        .icon = str_from(relation->icon),
        .description = arena_printf(draft->arena, "%s %.*s", relation->description, STR_ARG(owner->label_singular)),
        .settings_json = draft_relation_settings(draft, "ONE_TO_MANY", STR_EMPTY, STR_EMPTY, STR_EMPTY),
        .nullable = true,
        .active = true,
        .ui_editable = true,
        .audit_logged = true,
    };
    struct field_row back = forward;
    back.id = forward.target_field_id;
    back.universal_id = draft_fresh_id(draft);
    back.object_id = forward.target_object_id;
    back.target_object_id = owner->id;
    back.target_field_id = forward.id;
    back.morph_id = shared_morph_id(draft, target);
    back.type = STR("MORPH_RELATION");
    back.name = name;
    back.label = owner->label_singular;
    back.icon = owner->icon;
    back.description = STR_EMPTY;
    back.settings_json = draft_relation_settings(draft, "MANY_TO_ONE", STR("CASCADE"), join, STR_EMPTY);
    field_check_free(draft, field_entry(draft, REPORT_CREATE, &back), &back, NOWHERE);
    draft_add_field(draft, &forward);
    draft_add_field(draft, &back);
}

void object_add_default_relations(struct draft *draft, size_t object)
{
    for (size_t i = 0; i < ARRAY_LEN(default_relations); i++) {
        size_t target = draft_object_named(draft, str_from(default_relations[i].target));
        if (target != NOWHERE && draft->objects[target].standard) {
            add_pair(draft, object, target, &default_relations[i]);
        }
    }
}

/* ---- renaming ---- */

static bool is_default_target(const struct object_row *object)
{
    for (size_t i = 0; i < ARRAY_LEN(default_relations); i++) {
        if (object->standard && str_is(object->name_singular, default_relations[i].target)) {
            return true;
        }
    }
    return false;
}

static struct str name_after(struct draft *draft, size_t field, bool standing, const struct object_row *was,
                             const struct object_row *now)
{
    struct str name = draft->fields[field].name;
    struct str old = name_capital(draft->arena, was->name_singular);
    if (standing && str_eq(name, target_name(draft, was->name_singular, &was->id))) {
        return target_name(draft, now->name_singular, &now->id);
    }
    if (name.len <= old.len || !str_ends_with(name, old)) {
        return name;
    }
    return arena_printf(draft->arena, "%.*s%.*s", STR_ARG(str_slice(name, 0, name.len - old.len)),
                        STR_ARG(name_capital(draft->arena, now->name_singular)));
}

static void follow(struct draft *draft, size_t field, const struct object_row *was, const struct object_row *now)
{
    struct field_row *row = &draft->fields[field];
    size_t owner = draft_object_at(draft, &row->object_id);
    bool standing = is_default_target(&draft->objects[owner]);
    struct str name = name_after(draft, field, standing, was, now);
    bool relabelled = standing && str_eq(row->label, was->label_singular) && !str_eq(row->label, now->label_singular);
    if (str_eq(name, row->name) && !relabelled) {
        return;
    }
    row = draft_edit_field(draft, field);
    row->label = relabelled ? now->label_singular : row->label;
    if (str_eq(name, row->name)) {
        return;
    }
    struct str on_delete = draft_setting(draft, row->settings_json, "onDelete");
    struct str join = draft_setting(draft, row->settings_json, "joinColumnName");
    row->name = name;
    if (join.len > 0) {
        row->settings_json = draft_relation_settings(draft, "MANY_TO_ONE", on_delete,
                                                     arena_printf(draft->arena, "%.*sId", STR_ARG(name)), STR_EMPTY);
    }
    struct report_entry *entry = field_entry(draft, REPORT_UPDATE, row);
    name_check(draft->report, entry, FIELD_INPUT, name);
    field_check_free(draft, entry, row, field);
}

void object_rename_followers(struct draft *draft, size_t object, const struct object_row *was)
{
    const struct object_row now = draft->objects[object];
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct field_row *row = &draft->fields[i];
        if (draft->field_notes[i].state != DRAFT_GONE && draft_type(row) == FIELD_MORPH_RELATION && !row->standard &&
            uuid_eq(&row->target_object_id, &now.id)) {
            follow(draft, i, was, &now);
        }
    }
}
