#include "gateway/blueprint/diff.h"

#include <stdarg.h>

void diff_step(struct diff *diff, bool destructive, const char *format, ...)
{
    va_list args;
    struct strbuf text = {0};
    va_start(args, format);
    strbuf_vprintf(&text, format, args);
    va_end(args);
    diff->steps = arena_grow(diff->arena, diff->steps, diff->step_count, &diff->step_capacity, sizeof *diff->steps);
    diff->destructive += destructive ? 1 : 0;
    diff->steps[diff->step_count++] = (struct blueprint_step){arena_copy(diff->arena, strbuf_str(&text)), destructive};
    strbuf_release(&text);
}

bool diff_op(struct diff *diff, enum phase phase, enum model_kind kind, enum model_verb verb, const struct uuid *id,
             const struct uuid *universal_id, struct strbuf *input)
{
    struct phase_ops *ops = &diff->phases[phase];
    const struct json *tree = NULL;
    if (input != NULL) {
        tree = json_parse(diff->arena, arena_copy(diff->arena, strbuf_str(input)), &blueprint_limits, diff->err);
        strbuf_release(input);
        if (tree == NULL) {
            return false;
        }
    }
    ops->ops = arena_grow(diff->arena, ops->ops, ops->count, &ops->capacity, sizeof *ops->ops);
    struct model_op *op = &ops->ops[ops->count++];
    *op = (struct model_op){.kind = kind, .verb = verb, .id = *id, .input = tree};
    if (universal_id != NULL) {
        op->universal_id = *universal_id;
    }
    return true;
}

const struct want_object *diff_object(const struct diff *diff, struct str singular)
{
    for (size_t i = 0; i < diff->object_count; i++) {
        if (str_eq(diff->objects[i].row.name_singular, singular)) {
            return &diff->objects[i];
        }
    }
    return NULL;
}

/* ---- objects ---- */

/* The parts of an object that its creation does not take. */
static bool finish_new(struct diff *diff, const struct want_object *want)
{
    struct object_row made = want->row;
    struct strbuf input = {0};
    struct strbuf names = {0};
    bool gone = false;
    made.active = made.searchable = true;
    made.open_record_in = object_base.open_record_in;
    strbuf_puts(&input, "{");
    size_t found =
        props_diff(diff->arena, &input, &names, object_props, OBJECT_PROPS, false, &want->row, &made, STR_EMPTY, &gone);
    strbuf_release(&names);
    strbuf_puts(&input, "}");
    if (found == 0) {
        strbuf_release(&input);
        return true;
    }
    return diff_op(diff, PHASE_UPDATES, MODEL_OBJECT, MODEL_UPDATE, &want->id, NULL, &input);
}

static bool make_object(struct diff *diff, const struct want_object *want)
{
    struct object_row nothing = {0};
    struct object_row row = want->row;
    struct strbuf input = {0};
    struct strbuf names = {0};
    bool gone = false;
    row.active = row.searchable = false; /* not among a creation's members */
    row.open_record_in = STR_EMPTY;
    strbuf_puts(&input, "{\"skipNameField\":true");
    props_diff(diff->arena, &input, &names, object_props, OBJECT_PROPS, false, &row, &nothing, STR_EMPTY, &gone);
    strbuf_puts(&input, "}");
    strbuf_release(&names);
    diff_step(diff, false, "+ object %.*s", STR_ARG(want->row.name_singular));
    return diff_op(diff, PHASE_OBJECTS, MODEL_OBJECT, MODEL_CREATE, &want->id, &want->row.universal_id, &input) &&
           finish_new(diff, want);
}

static bool change_object(struct diff *diff, const struct want_object *want)
{
    struct object_row now = object_row_of(want->now);
    struct strbuf input = {0};
    struct strbuf names = {0};
    bool gone = false;
    strbuf_puts(&input, "{");
    size_t found =
        props_diff(diff->arena, &input, &names, object_props, OBJECT_PROPS, false, &want->row, &now, STR_EMPTY, &gone);
    strbuf_puts(&input, "}");
    bool ok = true;
    if (found > 0) {
        diff_step(diff, false, "~ object %.*s: %.*s", STR_ARG(want->now->name_singular), STR_ARG(strbuf_str(&names)));
        ok = diff_op(diff, PHASE_OBJECTS, MODEL_OBJECT, MODEL_UPDATE, &want->id, NULL, &input);
    }
    strbuf_release(&input);
    strbuf_release(&names);
    return ok;
}

/* The id of the field that a document names; nil when there is none. */
static struct uuid field_id(const struct want_object *want, struct str name)
{
    for (size_t i = 0; i < want->field_count; i++) {
        if (str_eq(want->fields[i].row.name, name)) {
            return want->fields[i].id;
        }
    }
    for (size_t i = 0; want->now != NULL && i < want->now->field_count; i++) {
        if (str_eq(want->now->fields[i].name, name)) {
            return want->now->fields[i].id;
        }
    }
    return (struct uuid){0};
}

static bool identify(struct diff *diff, const struct want_object *want, const char *key, const char *input_key,
                     const struct field *now)
{
    const struct json *named = json_get(want->source, key);
    struct strbuf input = {0};
    if (named == NULL || named->type != JSON_STRING || (want->now == NULL && str_is(named->text, "id"))) {
        return true;
    }
    struct uuid id = field_id(want, named->text);
    if (uuid_is_nil(&id)) {
        return err_fail(diff->err, ERR_INVALID, named->offset, "%.*s: \"%s\" names no field of it",
                        STR_ARG(want->row.name_singular), key);
    }
    if (now != NULL && uuid_eq(&now->id, &id)) {
        return true;
    }
    if (want->now != NULL) {
        diff_step(diff, false, "~ object %.*s: %s", STR_ARG(want->row.name_singular), key);
    }
    strbuf_puts(&input, "{");
    put_uuid(&input, input_key, &id);
    strbuf_puts(&input, "}");
    return diff_op(diff, PHASE_IDENTIFIERS, MODEL_OBJECT, MODEL_UPDATE, &want->id, NULL, &input);
}

static bool diff_one(struct diff *diff, const struct want_object *want)
{
    const struct object *now = want->now;
    return (now == NULL ? make_object(diff, want) : change_object(diff, want)) && diff_fields(diff, want) &&
           identify(diff, want, "labelIdentifier", "labelIdentifierFieldMetadataId",
                    now == NULL ? NULL : now->label_identifier) &&
           identify(diff, want, "imageIdentifier", "imageIdentifierFieldMetadataId",
                    now == NULL ? NULL : now->image_identifier);
}

static bool delete_objects(struct diff *diff)
{
    for (size_t i = 0; i < diff->catalogue->object_count; i++) {
        const struct object *object = &diff->catalogue->objects[i];
        bool wanted = object->standard;
        for (size_t k = 0; k < diff->object_count; k++) {
            wanted = wanted || diff->objects[k].now == object;
        }
        if (!wanted) {
            diff_step(diff, true, "- object %.*s: %s", STR_ARG(object->name_singular),
                      object->adopted ? "its table stays, and is served no more" : "its records are destroyed");
            if (!diff_op(diff, PHASE_DELETIONS, MODEL_OBJECT, MODEL_DELETE, &object->id, NULL, NULL)) {
                return false;
            }
        }
    }
    return true;
}

static void gather(struct diff *diff, struct blueprint_plan *out)
{
    size_t count = 0;
    for (size_t i = 0; i < PHASE_COUNT; i++) {
        count += diff->phases[i].count;
    }
    *out = (struct blueprint_plan){.ops = ARENA_ARRAY(diff->arena, struct model_op, count + 1),
                                   .steps = diff->steps,
                                   .step_count = diff->step_count,
                                   .destructive = diff->destructive};
    for (size_t i = 0; i < PHASE_COUNT; i++) {
        for (size_t k = 0; k < diff->phases[i].count; k++) {
            out->ops[out->op_count++] = diff->phases[i].ops[k];
        }
    }
}

bool blueprint_diff(struct arena *arena, const struct catalogue *catalogue, const struct blueprint_standard *standard,
                    const struct json *document, struct uuid (*fresh_id)(void), struct blueprint_plan *out,
                    struct err *err)
{
    struct diff diff = {.arena = arena, .catalogue = catalogue, .standard = standard, .fresh_id = fresh_id, .err = err};
    if (!diff_read(&diff, document)) {
        return false;
    }
    for (size_t i = 0; i < diff.object_count; i++) {
        if (!diff_one(&diff, &diff.objects[i])) {
            return false;
        }
    }
    if (!delete_objects(&diff)) {
        return false;
    }
    gather(&diff, out);
    return true;
}
