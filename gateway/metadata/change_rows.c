/* Rows of core.object and core.field as JSON, and the statements that write them. */
#include "common/text/json_write.h"
#include "common/text/timestamp.h"
#include "gateway/metadata/change_private.h"

#define OBJECT_COLUMNS                                                                                                 \
    "universal_id, name_singular, name_plural, label_singular, label_plural, table_name, description, icon, color,"    \
    " shortcut, open_record_in, readability, duplicate_criteria, replaced, label_identifier_id, image_identifier_id,"  \
    " is_system, is_active, is_searchable, is_standard, is_label_synced_with_name, updated_at"
#define FIELD_COLUMNS                                                                                                  \
    "universal_id, object_id, target_object_id, target_field_id, morph_id, type, name, label, description, icon,"      \
    " default_value, options, settings, replaced, is_system, is_nullable, is_unique, is_active, is_standard,"          \
    " is_searchable, is_label_synced_with_name, is_ui_editable, is_audit_logged, ordinal, updated_at"

/* Columns of a `set (…) = row(…)`. */
#define EXCLUDED_OBJECT                                                                                                \
    "excluded.universal_id, excluded.name_singular, excluded.name_plural, excluded.label_singular,"                    \
    " excluded.label_plural, excluded.table_name, excluded.description, excluded.icon, excluded.color,"                \
    " excluded.shortcut, excluded.open_record_in, excluded.readability, excluded.duplicate_criteria,"                  \
    " excluded.replaced, excluded.label_identifier_id, excluded.image_identifier_id, excluded.is_system,"              \
    " excluded.is_active, excluded.is_searchable, excluded.is_standard, excluded.is_label_synced_with_name,"           \
    " excluded.updated_at"
#define EXCLUDED_FIELD                                                                                                 \
    "excluded.universal_id, excluded.object_id, excluded.target_object_id, excluded.target_field_id,"                  \
    " excluded.morph_id, excluded.type, excluded.name, excluded.label, excluded.description, excluded.icon,"           \
    " excluded.default_value, excluded.options, excluded.settings, excluded.replaced, excluded.is_system,"             \
    " excluded.is_nullable, excluded.is_unique, excluded.is_active, excluded.is_standard, excluded.is_searchable,"     \
    " excluded.is_label_synced_with_name, excluded.is_ui_editable, excluded.is_audit_logged, excluded.ordinal,"        \
    " excluded.updated_at"

static void key(struct strbuf *out, const char *name)
{
    strbuf_printf(out, "%s\"%s\":", out->len > 0 && out->ptr[out->len - 1] != '{' ? "," : "", name);
}

/* An empty one is left out, which is NULL. */
static void put_text(struct strbuf *out, const char *name, struct str text)
{
    if (text.len > 0) {
        key(out, name);
        json_put_string(out, text);
    }
}

static void put_json(struct strbuf *out, const char *name, struct str json)
{
    if (json.len > 0) {
        key(out, name);
        strbuf_put(out, json);
    }
}

static void put_id(struct strbuf *out, const char *name, const struct uuid *id)
{
    if (!uuid_is_nil(id)) {
        key(out, name);
        strbuf_put_char(out, '"');
        uuid_put(out, id);
        strbuf_put_char(out, '"');
    }
}

static void put_bool(struct strbuf *out, const char *name, bool value)
{
    key(out, name);
    strbuf_puts(out, value ? "true" : "false");
}

static void put_time(struct strbuf *out, const char *name, int64_t us)
{
    key(out, name);
    strbuf_put_char(out, '"');
    timestamp_put(out, us);
    strbuf_put_char(out, '"');
}

static void put_object(struct strbuf *out, const struct object_row *row)
{
    strbuf_puts(out, out->len > 1 ? ",{" : "{");
    put_id(out, "id", &row->id);
    put_id(out, "universal_id", &row->universal_id);
    put_text(out, "name_singular", row->name_singular);
    put_text(out, "name_plural", row->name_plural);
    put_text(out, "label_singular", row->label_singular);
    put_text(out, "label_plural", row->label_plural);
    put_text(out, "table_name", row->table_name);
    put_text(out, "description", row->description);
    put_text(out, "icon", row->icon);
    put_text(out, "color", row->color);
    put_text(out, "shortcut", row->shortcut);
    put_text(out, "open_record_in", row->open_record_in);
    put_text(out, "readability", row->readability);
    put_json(out, "duplicate_criteria", row->duplicate_criteria);
    put_json(out, "replaced", row->replaced_json);
    put_id(out, "label_identifier_id", &row->label_identifier_id);
    put_id(out, "image_identifier_id", &row->image_identifier_id);
    put_bool(out, "is_system", row->system);
    put_bool(out, "is_active", row->active);
    put_bool(out, "is_searchable", row->searchable);
    put_bool(out, "is_standard", row->standard);
    put_bool(out, "is_label_synced_with_name", row->label_synced);
    put_time(out, "created_at", row->created_us);
    put_time(out, "updated_at", row->updated_us);
    strbuf_puts(out, "}");
}

static void put_field(struct strbuf *out, const struct field_row *row)
{
    strbuf_puts(out, out->len > 1 ? ",{" : "{");
    put_id(out, "id", &row->id);
    put_id(out, "universal_id", &row->universal_id);
    put_id(out, "object_id", &row->object_id);
    put_id(out, "target_object_id", &row->target_object_id);
    put_id(out, "target_field_id", &row->target_field_id);
    put_id(out, "morph_id", &row->morph_id);
    put_text(out, "type", row->type);
    put_text(out, "name", row->name);
    put_text(out, "label", row->label);
    put_text(out, "description", row->description);
    put_text(out, "icon", row->icon);
    put_json(out, "default_value", row->default_json);
    put_json(out, "options", row->options_json);
    put_json(out, "settings", row->settings_json);
    put_json(out, "replaced", row->replaced_json);
    put_bool(out, "is_system", row->system);
    put_bool(out, "is_nullable", row->nullable);
    put_bool(out, "is_unique", row->unique);
    put_bool(out, "is_active", row->active);
    put_bool(out, "is_standard", row->standard);
    put_bool(out, "is_searchable", row->searchable);
    put_bool(out, "is_label_synced_with_name", row->label_synced);
    put_bool(out, "is_ui_editable", row->ui_editable);
    put_bool(out, "is_audit_logged", row->audit_logged);
    key(out, "ordinal");
    strbuf_printf(out, "%.17g", row->ordinal);
    put_time(out, "created_at", row->created_us);
    put_time(out, "updated_at", row->updated_us);
    strbuf_puts(out, "}");
}

/* Takes `json` unless nothing but the opening bracket is in it. */
static void take(struct arena *arena, struct change_steps *out, struct str sql, struct strbuf *json)
{
    if (json->len > 1) {
        strbuf_puts(json, "]");
        out->rows[out->row_count++] = (struct change_rows){sql, arena_copy(arena, strbuf_str(json))};
    }
    strbuf_release(json);
}

static void put_gone(struct strbuf *out, const struct uuid *id)
{
    strbuf_puts(out, out->len > 1 ? ",\"" : "\"");
    uuid_put(out, id);
    strbuf_puts(out, "\"");
}

static void make_objects(struct arena *arena, const struct draft *draft, struct change_steps *out)
{
    struct strbuf gone = {0};
    struct strbuf rows = {0};
    struct strbuf fresh = {0};
    strbuf_puts(&gone, "[");
    strbuf_puts(&rows, "[");
    strbuf_puts(&fresh, "[");
    for (size_t i = 0; i < draft->object_count; i++) {
        enum draft_state state = draft->object_notes[i].state;
        if (state == DRAFT_GONE && draft->object_notes[i].was != NULL) {
            put_gone(&gone, &draft->objects[i].id);
        } else if (state == DRAFT_NEW || state == DRAFT_CHANGED) {
            put_object(&rows, &draft->objects[i]);
        }
        if (state == DRAFT_NEW) {
            put_gone(&fresh, &draft->objects[i].id);
        }
    }
    take(arena, out,
         STR("with gone as (delete from core.object where id in"
             " (select listed.value::uuid from jsonb_array_elements_text($1::text::jsonb) as listed(value)) returning "
             "id)"
             " delete from core.record_count where object_id in (select id from gone)"),
         &gone);
    take(arena, out,
         STR("insert into core.object (id, created_at, " OBJECT_COLUMNS ") select id, created_at, " OBJECT_COLUMNS
             " from jsonb_populate_recordset(null::core.object, $1::text::jsonb)"
             " on conflict (id) do update set (" OBJECT_COLUMNS ") = row(" EXCLUDED_OBJECT ")"),
         &rows);
    take(arena, out,
         STR("insert into core.record_count (object_id, count)"
             " select listed.value::uuid, 0 from jsonb_array_elements_text($1::text::jsonb) as listed(value)"),
         &fresh);
}

static void make_fields(struct arena *arena, const struct draft *draft, struct change_steps *out)
{
    struct strbuf rows = {0};
    strbuf_puts(&rows, "[");
    for (size_t i = 0; i < draft->field_count; i++) {
        enum draft_state state = draft->field_notes[i].state;
        if (state == DRAFT_NEW || state == DRAFT_CHANGED) {
            put_field(&rows, &draft->fields[i]);
        }
    }
    take(arena, out,
         STR("insert into core.field (id, created_at, " FIELD_COLUMNS ") select id, created_at, " FIELD_COLUMNS
             " from jsonb_populate_recordset(null::core.field, $1::text::jsonb)"
             " on conflict (id) do update set (" FIELD_COLUMNS ") = row(" EXCLUDED_FIELD ")"),
         &rows);
}

void change_rows_make(struct arena *arena, const struct change *change, struct change_steps *out)
{
    const struct draft *draft = &change->draft;
    struct strbuf gone = {0};
    strbuf_puts(&gone, "[");
    for (size_t i = 0; i < draft->field_count; i++) {
        if (draft->field_notes[i].state == DRAFT_GONE && draft->field_notes[i].was != NULL) {
            put_gone(&gone, &draft->fields[i].id);
        }
    }
    /* What goes first, so that its names are free. */
    take(arena, out,
         STR("delete from core.field where id in"
             " (select listed.value::uuid from jsonb_array_elements_text($1::text::jsonb) as listed(value))"),
         &gone);
    make_objects(arena, draft, out);
    make_fields(arena, draft, out);
}
