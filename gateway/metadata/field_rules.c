#include "gateway/metadata/field_rules.h"
#include "common/text/utf8.h"
#include "gateway/metadata/names.h"

struct report_entry *field_entry(struct draft *draft, enum report_verb verb, const struct field_row *row)
{
    struct report_entry *entry = report_begin(draft->report, REPORT_FIELD, verb);
    report_fact(draft->report, entry, "name", row->name);
    report_fact_id(draft->report, entry, "universalIdentifier", &row->universal_id);
    size_t object = draft_object_at(draft, &row->object_id);
    if (object != NOWHERE) {
        report_fact_id(draft->report, entry, "objectMetadataUniversalIdentifier", &draft->objects[object].universal_id);
    }
    return entry;
}

/* "emails" and "primaryEmail" are "emailsPrimaryEmail". */
static bool is_sub_column(struct str name, struct str field, const char *sub)
{
    size_t sub_len = strlen(sub);
    return name.len == field.len + sub_len && str_starts_with(name, field) &&
           name.ptr[field.len] == sub[0] - 'a' + 'A' && memcmp(name.ptr + field.len + 1, sub + 1, sub_len - 1) == 0;
}

/* Is `name` a column that a composite field has? */
static bool is_part_of(struct str name, const struct field_row *row)
{
    enum field_type type = draft_type(row);
    for (size_t i = 0; type != FIELD_TYPE_COUNT && i < field_types[type].sub_count; i++) {
        if (is_sub_column(name, row->name, field_types[type].subs[i].name)) {
            return true;
        }
    }
    return false;
}

static void taken(struct draft *draft, struct report_entry *entry, struct str name, const char *by)
{
    report_add(draft->report, entry, "NOT_AVAILABLE", report_text(draft->report, name),
               "Name \"%.*s\" is not available as it is already used by another %s", STR_ARG(name), by);
}

/* `name` is that of the field or of its join column. */
static void check_against(struct draft *draft, struct report_entry *entry, struct str name,
                          const struct field_row *other, struct str other_join)
{
    if (name.len == 0) {
        return;
    }
    if (str_eq(name, other->name)) {
        taken(draft, entry, name, "field");
    } else if (str_eq(name, other_join)) {
        taken(draft, entry, name, "join column name");
    } else if (is_part_of(name, other)) {
        report_add(draft->report, entry, "RESERVED_KEYWORD", report_text(draft->report, name),
                   "Name \"%.*s\" is reserved composite field name", STR_ARG(name));
    }
}

void field_check_free(struct draft *draft, struct report_entry *entry, const struct field_row *row, size_t self)
{
    size_t object = draft_object_at(draft, &row->object_id);
    struct str join = draft_join(draft, row);
    if (join.len > NAME_MAX) {
        report_add(draft->report, entry, FIELD_INPUT, report_text(draft->report, join), "Name is too long");
    }
    for (size_t i = draft_next_field(draft, object, NOWHERE); i != NOWHERE; i = draft_next_field(draft, object, i)) {
        if (i == self) {
            continue;
        }
        const struct field_row *other = &draft->fields[i];
        struct str other_join = draft_join(draft, other);
        check_against(draft, entry, row->name, other, other_join);
        check_against(draft, entry, join, other, other_join);
        if (is_part_of(other->name, row)) {
            taken(draft, entry, other->name, "field");
        } else if (other_join.len > 0 && is_part_of(other_join, row)) {
            taken(draft, entry, other_join, "join column name");
        }
    }
    enum field_type type = draft_type(row);
    for (size_t i = 0; type != FIELD_TYPE_COUNT && i < field_types[type].sub_count; i++) {
        if (row->name.len <= NAME_MAX && row->name.len + strlen(field_types[type].subs[i].name) > NAME_MAX) {
            report_add(draft->report, entry, FIELD_INPUT, report_text(draft->report, row->name), "Name is too long");
            break;
        }
    }
}

void field_check_label(struct draft *draft, struct report_entry *entry, struct str label)
{
    if (label.len == 0) {
        report_add(draft->report, entry, FIELD_INPUT, report_text(draft->report, label), "Label is too short");
    } else if (utf8_count(label) > NAME_MAX) {
        report_add(draft->report, entry, FIELD_INPUT, report_text(draft->report, str_cut(label, 200)),
                   "Label is too long");
    }
}

void field_check_unique(struct draft *draft, struct report_entry *entry, const struct field_row *row)
{
    enum field_type type = draft_type(row);
    if (!row->unique) {
        return;
    }
    if (type == FIELD_FILES) {
        report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY, "Files field is not supported for unique fields");
    } else if (!field_types[type].unique_allowed) {
        report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY,
                   "Unique index cannot be created for field %.*s of type %s", STR_ARG(row->name),
                   field_types[type].name);
    } else if (row->default_json.len > 0) {
        report_add(draft->report, entry, FIELD_INPUT, row->default_json, "Unique field cannot have a default value");
    }
}

void field_check_synced(struct draft *draft, struct report_entry *entry, const struct field_row *row, bool create)
{
    if (!row->label_synced || str_eq(name_from_label(draft->arena, row->label), row->name)) {
        return;
    }
    if (create) {
        report_add(draft->report, entry, "NAME_NOT_SYNCED_WITH_LABEL", report_text(draft->report, row->name),
                   "Name is not synced with label");
    } else {
        report_add(draft->report, entry, "FIELD_MUTATION_NOT_ALLOWED", report_text(draft->report, row->name),
                   "Name is not synced with label.");
    }
}
