/* Rows of core.object and core.field as JSON, and the statements that write them. */
#include "gateway/catalogue/model_row.h"
#include "gateway/metadata/change_private.h"

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
            strbuf_puts(&rows, rows.len > 1 ? "," : "");
            object_row_put(&rows, &draft->objects[i]);
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
         STR("insert into core.object (id, " OBJECT_COLUMNS ", created_at, updated_at) select id, " OBJECT_COLUMNS
             ", created_at, updated_at from jsonb_populate_recordset(null::core.object, $1::text::jsonb)"
             " on conflict (id) do update set (" OBJECT_COLUMNS ", updated_at) = row(" OBJECT_COLUMNS_EXCLUDED
             ", excluded.updated_at)"),
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
            strbuf_puts(&rows, rows.len > 1 ? "," : "");
            field_row_put(&rows, &draft->fields[i]);
        }
    }
    take(arena, out,
         STR("insert into core.field (id, " FIELD_COLUMNS ", created_at, updated_at) select id, " FIELD_COLUMNS
             ", created_at, updated_at from jsonb_populate_recordset(null::core.field, $1::text::jsonb)"
             " on conflict (id) do update set (" FIELD_COLUMNS ", updated_at) = row(" FIELD_COLUMNS_EXCLUDED
             ", excluded.updated_at)"),
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
