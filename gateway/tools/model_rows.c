#include "gateway/tools/model_rows.h"

#include "common/base/strbuf.h"
#include "common/text/json_write.h"
#include "common/text/number.h"

/* Members of a JSON object; what is empty is left out, which is NULL. */
static void put_name(struct strbuf *out, const char *name)
{
    strbuf_printf(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", name);
}

static void put_text(struct strbuf *out, const char *name, struct str text)
{
    if (text.len > 0) {
        put_name(out, name);
        json_put_string(out, text);
    }
}

static void put_json(struct strbuf *out, const char *name, struct str json)
{
    if (json.len > 0) {
        put_name(out, name);
        strbuf_put(out, json);
    }
}

static void put_id(struct strbuf *out, const char *name, const struct uuid *id)
{
    char text[UUID_TEXT_LEN];
    if (!uuid_is_nil(id)) {
        uuid_print(id, text);
        put_text(out, name, str_of(text, sizeof text));
    }
}

static void put_bool(struct strbuf *out, const char *name, bool value)
{
    put_name(out, name);
    strbuf_puts(out, value ? "true" : "false");
}

static bool insert(struct pg_sync *connection, const char *sql, struct strbuf *rows, struct err *err)
{
    struct str param = strbuf_str(rows);
    struct pg_sync_result *result = pg_sync_query(connection, sql, &param, 1, err);
    bool ok = result != NULL;
    pg_sync_result_free(result);
    strbuf_release(rows);
    return ok;
}

bool rows_insert_object(struct pg_sync *connection, const struct object_row *row, struct err *err)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "{");
    put_id(&out, "id", &row->id);
    put_id(&out, "universal_id", &row->universal_id);
    put_id(&out, "label_identifier_id", &row->label_identifier_id);
    put_text(&out, "name_singular", row->name_singular);
    put_text(&out, "name_plural", row->name_plural);
    put_text(&out, "label_singular", row->label_singular);
    put_text(&out, "label_plural", row->label_plural);
    put_text(&out, "table_schema", row->table_schema);
    put_text(&out, "table_name", row->table_name);
    put_text(&out, "open_record_in", row->open_record_in);
    put_text(&out, "readability", row->readability);
    put_bool(&out, "is_active", row->active);
    put_bool(&out, "is_searchable", row->searchable);
    put_bool(&out, "is_adopted", row->adopted);
    strbuf_puts(&out, "}");
    return insert(
        connection,
        "insert into core.object (id, universal_id, label_identifier_id, name_singular, name_plural,"
        " label_singular, label_plural, table_schema, table_name, open_record_in, readability, is_active,"
        " is_searchable, is_adopted) select id, universal_id, label_identifier_id, name_singular, name_plural,"
        " label_singular, label_plural, table_schema, table_name, open_record_in, readability, is_active,"
        " is_searchable, is_adopted from jsonb_populate_record(null::core.object, $1::jsonb)",
        &out, err);
}

static void put_field(struct strbuf *out, const struct field_row *row)
{
    strbuf_puts(out, "{");
    put_id(out, "id", &row->id);
    put_id(out, "universal_id", &row->universal_id);
    put_id(out, "object_id", &row->object_id);
    put_id(out, "target_object_id", &row->target_object_id);
    put_id(out, "target_field_id", &row->target_field_id);
    put_text(out, "type", row->type);
    put_text(out, "name", row->name);
    put_text(out, "label", row->label);
    put_json(out, "default_value", row->default_json);
    put_json(out, "settings", row->settings_json);
    put_bool(out, "is_system", row->system);
    put_bool(out, "is_nullable", row->nullable);
    put_bool(out, "is_unique", row->unique);
    put_bool(out, "is_active", row->active);
    put_bool(out, "is_ui_editable", row->ui_editable);
    put_bool(out, "is_audit_logged", row->audit_logged);
    put_name(out, "ordinal");
    number_put_double(out, row->ordinal);
    strbuf_puts(out, "}");
}

bool rows_insert_fields(struct pg_sync *connection, const struct field_row *rows, size_t count, struct err *err)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "[");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&out, i > 0 ? "," : "");
        put_field(&out, &rows[i]);
    }
    strbuf_puts(&out, "]");
    return insert(connection,
                  "insert into core.field (id, universal_id, object_id, target_object_id, target_field_id, type, name,"
                  " label, default_value, settings, is_system, is_nullable, is_unique, is_active, is_ui_editable,"
                  " is_audit_logged, ordinal) select id, universal_id, object_id, target_object_id, target_field_id,"
                  " type, name, label, default_value, settings, is_system, is_nullable, is_unique, is_active,"
                  " is_ui_editable, is_audit_logged, ordinal"
                  " from jsonb_populate_recordset(null::core.field, $1::jsonb)",
                  &out, err);
}
