#include "gateway/metadata/show.h"
#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include "gateway/metadata/put.h"

static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};

/* Left out when empty. */
static void put_some(struct strbuf *out, const char *name, struct str text)
{
    if (text.len > 0) {
        put_text(out, name, text);
    }
}

void show_json(struct strbuf *out, struct str json)
{
    struct arena arena = {0};
    struct err ignored;
    const struct json *value = json.len == 0 ? NULL : json_parse(&arena, json, &limits, &ignored);
    if (value == NULL) {
        strbuf_puts(out, "null");
    } else {
        json_put_canonical(out, value);
    }
    arena_release(&arena);
}

struct uuid object_application(const struct catalogue *catalogue, const struct object *object)
{
    return object->standard ? catalogue->application_standard_id : catalogue->application_custom_id;
}

struct uuid field_application(const struct catalogue *catalogue, const struct field *field)
{
    return field->standard ? catalogue->application_standard_id : catalogue->application_custom_id;
}

/* ---- what this workspace says otherwise ---- */

static bool replaced(struct str json, const char *name)
{
    struct arena arena = {0};
    struct err ignored;
    const struct json *kept = json.len == 0 ? NULL : json_parse(&arena, json, &limits, &ignored);
    bool found = json_get(kept, name) != NULL;
    arena_release(&arena);
    return found;
}

static void put_override(struct strbuf *out, struct str json, const char *name, struct str now)
{
    if (!replaced(json, name)) {
        return;
    }
    put_name(out, name);
    if (now.len == 0) {
        strbuf_puts(out, "null");
    } else {
        json_put_string(out, now);
    }
}

static void put_activity(struct strbuf *out, struct str json, bool active)
{
    if (replaced(json, "isActive")) {
        put_bool(out, "isActive", active);
    }
}

void show_object_overrides(struct strbuf *out, const struct object *object)
{
    strbuf_put_char(out, '{');
    put_override(out, object->replaced_json, "labelSingular", object->label_singular);
    put_override(out, object->replaced_json, "labelPlural", object->label_plural);
    put_override(out, object->replaced_json, "description", object->description);
    put_override(out, object->replaced_json, "icon", object->icon);
    put_override(out, object->replaced_json, "color", object->color);
    put_activity(out, object->replaced_json, object->active);
    strbuf_put_char(out, '}');
}

void show_field_overrides(struct strbuf *out, const struct field *field)
{
    strbuf_put_char(out, '{');
    put_override(out, field->replaced_json, "label", field->label);
    put_override(out, field->replaced_json, "description", field->description);
    put_override(out, field->replaced_json, "icon", field->icon);
    put_activity(out, field->replaced_json, field->active);
    strbuf_put_char(out, '}');
}

/* ---- fields ---- */

/* What only the server writes. */
static const char *field_writability(const struct field *field)
{
    return field->type == FIELD_TS_VECTOR ? "SYSTEM" : "OPEN";
}

void show_field(struct strbuf *out, const struct catalogue *catalogue, const struct field *field)
{
    struct uuid application = field_application(catalogue, field);
    strbuf_put_char(out, '{');
    put_id(out, "id", &field->id);
    put_id(out, "universalIdentifier", &field->universal_id);
    put_text(out, "label", field->label);
    put_text(out, "name", field->name);
    put_id(out, "objectMetadataId", &field->object->id);
    put_text(out, "type", str_from(field_types[field->type].name));
    put_id(out, "workspaceId", &catalogue->workspace_id);
    put_name(out, "defaultValue");
    show_json(out, field->default_json);
    put_bool(out, "isActive", field->active);
    put_bool(out, "isLabelSyncedWithName", field->label_synced);
    put_bool(out, "isSystem", field->system);
    put_bool(out, "isUIEditable", field->ui_editable);
    put_bool(out, "isUIReadOnly", !field->ui_editable);
    put_text(out, "writability", str_from(field_writability(field)));
    put_name(out, "options");
    show_json(out, field->options_json);
    put_time(out, "createdAt", false, field->created_us);
    put_time(out, "updatedAt", false, field->updated_us);
    put_some(out, "description", field->description);
    put_some(out, "icon", field->icon);
    if (field->replaced_json.len > 0) {
        put_name(out, "overrides");
        show_field_overrides(out, field);
    }
    put_bool(out, "isNullable", field->nullable);
    put_bool(out, "isUnique", field->unique);
    put_bool(out, "isSearchable", field->searchable);
    put_bool(out, "isAuditLogged", field->audit_logged);
    if (field->settings_json.len > 0) {
        put_name(out, "settings");
        show_json(out, field->settings_json);
    }
    if (!uuid_is_nil(&field->morph_id)) {
        put_id(out, "morphId", &field->morph_id);
    }
    put_id(out, "applicationId", &application);
    strbuf_put_char(out, '}');
}

/* ---- objects ---- */

static void put_words(struct strbuf *out, const struct object *object)
{
    put_text(out, "nameSingular", object->name_singular);
    put_text(out, "namePlural", object->name_plural);
    put_text(out, "labelSingular", object->label_singular);
    put_text(out, "labelPlural", object->label_plural);
    put_some(out, "description", object->description);
    put_some(out, "icon", object->icon);
    put_some(out, "color", object->color);
    put_some(out, "shortcut", object->shortcut);
    if (object->replaced_json.len > 0) {
        put_name(out, "overrides");
        show_object_overrides(out, object);
    }
}

static void put_flags(struct strbuf *out, const struct object *object)
{
    put_bool(out, "isRemote", false);
    put_bool(out, "isActive", object->active);
    put_bool(out, "isSystem", object->system);
    put_bool(out, "isUIEditable", !object->system);
    put_bool(out, "isUICreatable", !object->system);
    put_bool(out, "isUIReadOnly", object->system);
    put_bool(out, "isSearchable", object->searchable);
    put_bool(out, "isLabelSyncedWithName", object->label_synced);
    put_text(out, "openRecordIn", object->open_record_in);
    put_text(out, "readability", object->readability);
    put_text(out, "writability", STR("OPEN"));
}

void show_object(struct strbuf *out, const struct catalogue *catalogue, const struct object *object, bool fields)
{
    struct uuid application = object_application(catalogue, object);
    strbuf_put_char(out, '{');
    put_id(out, "id", &object->id);
    put_id(out, "universalIdentifier", &object->universal_id);
    put_id(out, "applicationId", &application);
    put_id(out, "workspaceId", &catalogue->workspace_id);
    put_words(out, object);
    put_flags(out, object);
    if (object->label_identifier != NULL) {
        put_id(out, "labelIdentifierFieldMetadataId", &object->label_identifier->id);
    }
    if (object->image_identifier != NULL) {
        put_id(out, "imageIdentifierFieldMetadataId", &object->image_identifier->id);
    }
    if (object->criteria_json.len > 0) {
        put_name(out, "duplicateCriteria");
        show_json(out, object->criteria_json);
    }
    put_time(out, "createdAt", false, object->created_us);
    put_time(out, "updatedAt", false, object->updated_us);
    if (fields) {
        put_name(out, "fields");
        strbuf_put_char(out, '[');
        for (size_t i = 0; i < object->field_count; i++) {
            strbuf_puts(out, i > 0 ? "," : "");
            show_field(out, catalogue, &object->fields[i]);
        }
        strbuf_put_char(out, ']');
    }
    strbuf_put_char(out, '}');
}
