#include "gateway/metadata/change.h"
#include "common/base/alloc.h"
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

enum change_outcome change_plan(struct arena *arena, const struct change_input *input, struct change **out,
                                struct report *report, struct err *err)
{
    struct change *change = ARENA_NEW(arena, struct change);
    *report = (struct report){.arena = arena};
    *err = (struct err){.code = ERR_NONE};
    change->draft = (struct draft){
        .arena = arena, .before = input->before, .now_us = input->now_us, .report = report, .err = err};
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
    *out = change;
    return CHANGE_READY;
}

struct uuid change_id(const struct change *change, size_t op)
{
    return change->ids[op];
}

struct catalogue *change_build(const struct change *change, struct err *err)
{
    const struct draft *draft = &change->draft;
    struct object_row *objects = xcalloc(draft->object_count + 1, sizeof *objects);
    struct field_row *fields = xcalloc(draft->field_count + 1, sizeof *fields);
    struct model_rows rows = {
        .version = draft->before->version,
        .workspace_id = draft->before->workspace_id,
        .application_standard_id = draft->before->application_standard_id,
        .application_custom_id = draft->before->application_custom_id,
        .schema = draft->before->schema,
        .objects = objects,
        .fields = fields,
    };
    for (size_t i = 0; i < draft->object_count; i++) {
        if (draft->object_notes[i].state != DRAFT_GONE) {
            objects[rows.object_count++] = draft->objects[i];
        }
    }
    for (size_t i = 0; i < draft->field_count; i++) {
        if (draft->field_notes[i].state != DRAFT_GONE) {
            fields[rows.field_count++] = draft->fields[i];
        }
    }
    struct catalogue *made = catalogue_build(&rows, err);
    free(objects);
    free(fields);
    return made;
}
