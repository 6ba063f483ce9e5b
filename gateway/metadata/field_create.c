/* A new field (contract: metadata 4.1 to 4.5). */
#include "gateway/metadata/field_rules.h"
#include "gateway/metadata/names.h"

static bool check_shape(struct draft *draft, const struct json *input)
{
    struct draft_complaints complaints = {.draft = draft};
    static const char *const flags[] = {"isActive",     "isUIEditable",  "isNullable",           "isUnique",
                                        "isSearchable", "isAuditLogged", "isLabelSyncedWithName"};
    const struct json *type = json_get(input, "type");
    enum field_type parsed;
    if (!json_is(type, JSON_STRING) || !field_type_parse(type->text, &parsed)) {
        draft_complain(&complaints, "type must be a valid enum value of FieldMetadataType");
    }
    draft_want_text(&complaints, input, "name", true);
    draft_want_text(&complaints, input, "label", true);
    draft_want_text(&complaints, input, "description", false);
    draft_want_text(&complaints, input, "icon", false);
    draft_want_id(&complaints, input, "objectMetadataId", true, false);
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        draft_want_bool(&complaints, input, flags[i]);
    }
    return draft_complaints_end(&complaints);
}

static bool check_creatable(struct draft *draft, struct report_entry *entry, enum field_type type)
{
    switch (type) {
    case FIELD_NUMERIC:
        return report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY,
                          "Field type NUMERIC is not supported for field creation. Use NUMBER instead.");
    case FIELD_POSITION:
        return report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY,
                          "Field type POSITION is a system type and cannot be created manually.");
    case FIELD_TS_VECTOR:
        return report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY,
                          "TS Vector is not supported for field creation");
    default: return true;
    }
}

/* Options, default, settings and flags of a field that is no relation. */
static void read_parts(struct draft *draft, struct report_entry *entry, const struct json *input, struct field_row *row)
{
    enum field_type type = draft_type(row);
    struct choices choices = {0};
    settings_check(draft, entry, type, json_get(input, "settings"));
    row->settings_json = draft_json(draft, input, "settings");
    if (type == FIELD_RATING) {
        row->options_json = choices_rating(draft);
        choices = choices_stored(draft, row->options_json);
    } else if (field_types[type].has_options) {
        choices_read(draft, entry, json_get(input, "options"), &choices);
        row->options_json = choices_json(draft, &choices);
    }
    row->default_json = draft_json(draft, input, "defaultValue");
    default_check_input(draft, entry, type, &choices, json_get(input, "defaultValue"), row->settings_json);
    if (!row->nullable && row->default_json.len == 0 && !row->unique) {
        row->default_json = default_generated(draft, type);
    }
    if (!row->nullable && row->default_json.len == 0) {
        report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY,
                   "Default value cannot be null for non-nullable fields");
    }
}

static void check_relation(struct draft *draft, struct report_entry *entry, const struct json *input,
                           const struct field_row *row)
{
    if (!row->nullable) {
        report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY, "A relation field cannot be non-nullable");
    }
    if (draft_json(draft, input, "defaultValue").len > 0) {
        report_add(draft->report, entry, FIELD_INPUT, STR_EMPTY, "A field of this type has no default value");
    }
}

static size_t make_relation(struct draft *draft, struct report_entry *entry, const struct json *input,
                            struct field_row *row)
{
    struct relation_wish wish;
    const struct json *settings = json_get(input, "settings");
    check_relation(draft, entry, input, row);
    if (!relation_read(draft, entry, json_get(input, "relationCreationPayload"), &wish)) {
        return NOWHERE;
    }
    relation_check_settings(draft, entry, settings, wish.many_to_one, wish.target);
    struct str on_delete = draft_text(draft, settings, "onDelete", NULL);
    size_t at = relation_make(draft, entry, row, &wish, on_delete);
    struct str junction = draft_text(draft, settings, "junctionTargetFieldId", NULL);
    if (at != NOWHERE && junction.len > 0) {
        draft->fields[at].settings_json = draft_relation_settings(draft, "ONE_TO_MANY", STR_EMPTY, STR_EMPTY, junction);
    }
    return at;
}

static size_t make_scalar(struct draft *draft, struct report_entry *entry, const struct json *input,
                          struct field_row *row)
{
    read_parts(draft, entry, input, row);
    field_check_unique(draft, entry, row);
    field_check_free(draft, entry, row, NOWHERE);
    return entry->error_count == 0 ? draft_add_field(draft, row) : NOWHERE;
}

static struct field_row read_row(struct draft *draft, const struct model_op *op)
{
    const struct json *input = op->input;
    struct field_row row = {
        .id = op->id,
        .universal_id = op->universal_id,
        .type = json_get(input, "type")->text,
        .name = draft_text(draft, input, "name", NULL),
        .label = draft_text(draft, input, "label", NULL),
        .description = draft_text(draft, input, "description", NULL),
        .icon = draft_text(draft, input, "icon", NULL),
        .nullable = draft_bool(input, "isNullable", true),
        .unique = draft_bool(input, "isUnique", false),
        .active = draft_bool(input, "isActive", true),
        .searchable = draft_bool(input, "isSearchable", false),
        .label_synced = draft_bool(input, "isLabelSyncedWithName", false),
        .ui_editable = draft_bool(input, "isUIEditable", !draft_bool(input, "isUIReadOnly", false)),
        .audit_logged = draft_bool(input, "isAuditLogged", true),
    };
    if (!uuid_parse(json_get(input, "objectMetadataId")->text, &row.object_id)) {
        row.object_id = (struct uuid){0}; /* cannot be: its shape was checked */
    }
    row.id = uuid_is_nil(&row.id) ? draft_fresh_id(draft) : row.id;
    row.universal_id = uuid_is_nil(&row.universal_id) ? draft_fresh_id(draft) : row.universal_id;
    return row;
}

bool field_create(struct draft *draft, const struct model_op *op, struct uuid *id)
{
    if (!check_shape(draft, op->input)) {
        return false;
    }
    struct field_row row = read_row(draft, op);
    enum field_type type = draft_type(&row);
    struct report_entry *entry = field_entry(draft, REPORT_CREATE, &row);
    *id = row.id;
    if (draft_object_at(draft, &row.object_id) == NOWHERE) {
        report_add(draft->report, entry, "OBJECT_METADATA_NOT_FOUND", STR_EMPTY, "Object metadata not found");
        return true;
    }
    if (draft_field_at(draft, &row.id) != NOWHERE) {
        return draft_refuse(draft, ERR_CONFLICT, "FIELD_ALREADY_EXISTS", "A field with this id exists already");
    }
    if (!check_creatable(draft, entry, type)) {
        return true;
    }
    name_check(draft->report, entry, FIELD_INPUT, row.name);
    field_check_label(draft, entry, row.label);
    field_check_synced(draft, entry, &row, true);
    size_t at;
    if (type == FIELD_RELATION) {
        field_check_unique(draft, entry, &row);
        at = make_relation(draft, entry, op->input, &row);
    } else if (type == FIELD_MORPH_RELATION) {
        check_relation(draft, entry, op->input, &row);
        field_check_unique(draft, entry, &row);
        at = entry->error_count > 0
                 ? NOWHERE
                 : morph_make(draft, entry, &row, json_get(op->input, "morphRelationsCreationPayload"),
                              draft_fresh_id(draft));
    } else {
        at = make_scalar(draft, entry, op->input, &row);
    }
    if (at != NOWHERE) {
        *id = draft->fields[at].id;
    }
    return true;
}
