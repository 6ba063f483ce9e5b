#include "gateway/metadata/change.h"
#include "common/base/alloc.h"
#include "common/text/json_write.h"
#include "gateway/metadata/change_private.h"
#include <stdlib.h>

static bool apply(struct draft *draft, const struct model_op *op, struct uuid *id)
{
    *id = op->id;
    if (op->kind == MODEL_OBJECT) {
        switch (op->verb) {
        case MODEL_CREATE: return object_create(draft, op, id);
        case MODEL_UPDATE: return object_update(draft, op);
        case MODEL_DELETE: return object_delete(draft, op);
        }
    }
    switch (op->verb) {
    case MODEL_CREATE: return field_create(draft, op, id);
    case MODEL_UPDATE: return field_update(draft, op);
    case MODEL_DELETE: return field_delete(draft, op);
    }
    abort();
}

/* Settings with what a client may not say: which column of an adopted table the field has. */
static struct str with_column(struct draft *draft, struct str was, struct str now)
{
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};
    static const char *const kept[] = {"columnName", "columnType"};
    struct err ignored;
    struct strbuf out = {0};
    strbuf_puts(&out, "{");
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        struct str text = draft_setting(draft, was, kept[i]);
        if (text.len > 0) {
            strbuf_printf(&out, "%s\"%s\":", out.len > 1 ? "," : "", kept[i]);
            json_put_string(&out, text);
        }
    }
    const struct json *settings = now.len == 0 ? NULL : json_parse(draft->arena, now, &limits, &ignored);
    for (const struct json *member = json_is(settings, JSON_OBJECT) ? settings->first : NULL; member != NULL;
         member = member->next) {
        if (!str_is(member->key, kept[0]) && !str_is(member->key, kept[1])) {
            strbuf_puts(&out, ",");
            json_put_string(&out, member->key);
            strbuf_puts(&out, ":");
            json_put_canonical(&out, member);
        }
    }
    strbuf_puts(&out, "}");
    struct str text = arena_copy(draft->arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

static void keep_adopted_columns(struct draft *draft)
{
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct field *was = draft->field_notes[i].was;
        if (was != NULL && was->adopted && draft->field_notes[i].state == DRAFT_CHANGED) {
            draft->fields[i].settings_json = with_column(draft, was->settings_json, draft->fields[i].settings_json);
        }
    }
}

enum change_outcome change_plan(struct arena *arena, const struct change_input *input, struct change **out,
                                struct report *report, struct err *err)
{
    struct change *change = ARENA_NEW(arena, struct change);
    *report = (struct report){.arena = arena};
    *err = (struct err){.code = ERR_NONE};
    change->draft =
        (struct draft){.arena = arena, .before = input->before, .now_us = input->now_us, .report = report, .err = err};
    memcpy(change->draft.seed, input->seed, sizeof input->seed);
    change->op_count = input->op_count;
    change->ids = ARENA_ARRAY(arena, struct uuid, input->op_count);
    draft_begin(&change->draft);
    for (size_t i = 0; i < input->op_count; i++) {
        if (!apply(&change->draft, &input->ops[i], &change->ids[i])) {
            return CHANGE_REFUSED;
        }
    }
    if (report->entry_count > 0) {
        return CHANGE_REPORTED;
    }
    keep_adopted_columns(&change->draft);
    *out = change;
    return CHANGE_READY;
}

struct uuid change_id(const struct change *change, size_t op)
{
    return change->ids[op];
}

/* The rows that are still there. Nobody needs the draft's arrays in their old order any more, but its notes are read
 * later and say where a row was: so they are moved into arrays of their own, and only when some are gone. */
static struct object_row *keep_objects(const struct draft *draft, size_t *count)
{
    struct object_row *kept = xcalloc(draft->object_count + 1, sizeof *kept);
    *count = 0;
    for (size_t i = 0; i < draft->object_count; i++) {
        if (draft->object_notes[i].state != DRAFT_GONE) {
            kept[(*count)++] = draft->objects[i];
        }
    }
    return kept;
}

static struct field_row *keep_fields(const struct draft *draft, size_t *count)
{
    struct field_row *kept = xcalloc(draft->field_count + 1, sizeof *kept);
    *count = 0;
    for (size_t i = 0; i < draft->field_count; i++) {
        if (draft->field_notes[i].state != DRAFT_GONE) {
            kept[(*count)++] = draft->fields[i];
        }
    }
    return kept;
}

static bool some_gone(const struct draft *draft)
{
    bool gone = false;
    for (size_t i = 0; i < draft->object_count; i++) {
        gone = gone || draft->object_notes[i].state == DRAFT_GONE;
    }
    for (size_t i = 0; i < draft->field_count; i++) {
        gone = gone || draft->field_notes[i].state == DRAFT_GONE;
    }
    return gone;
}

struct catalogue *change_build(const struct change *change, struct err *err)
{
    const struct draft *draft = &change->draft;
    struct object_row *objects = NULL;
    struct field_row *fields = NULL;
    struct model_rows rows = {
        .version = draft->before->version,
        .workspace_id = draft->before->workspace_id,
        .application_standard_id = draft->before->application_standard_id,
        .application_custom_id = draft->before->application_custom_id,
        .schema = draft->before->schema,
        .objects = draft->objects,
        .object_count = draft->object_count,
        .fields = draft->fields,
        .field_count = draft->field_count,
    };
    if (some_gone(draft)) {
        objects = keep_objects(draft, &rows.object_count);
        fields = keep_fields(draft, &rows.field_count);
        rows.objects = objects;
        rows.fields = fields;
    }
    struct catalogue *made = catalogue_build(&rows, err);
    free(objects);
    free(fields);
    return made;
}
