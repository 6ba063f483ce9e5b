/* Fields: made, changed, replaced, deleted. */
#include "gateway/blueprint/diff.h"

#include "common/text/json_write.h"
#include "gateway/metadata/names.h"

static const char *const on_delete_names[] = {[ON_DELETE_SET_NULL] = "SET_NULL",
                                              [ON_DELETE_CASCADE] = "CASCADE",
                                              [ON_DELETE_RESTRICT] = "RESTRICT",
                                              [ON_DELETE_NO_ACTION] = "NO_ACTION"};

static struct str member(const struct json *value, const char *key)
{
    const struct json *found = json_get(value, key);
    return json_is(found, JSON_STRING) ? found->text : STR_EMPTY;
}

static bool is_relation(const struct want_field *want)
{
    return str_is(want->row.type, "RELATION") || str_is(want->row.type, "MORPH_RELATION");
}

/* ---- made ---- */

/* A label that gives the other side its name; its own label follows when it is there. */
static struct str mirror_label(struct diff *diff, const struct json *inverse)
{
    struct str label = member(inverse, "label");
    struct str name = member(inverse, "name");
    return str_eq(name_from_label(diff->arena, label), name) ? label : name_as_label(diff->arena, name);
}

static bool put_payload(struct diff *diff, struct strbuf *out, const struct want_field *want)
{
    const struct json *inverse = json_get(want->relation, "inverse");
    struct str target = member(want->relation, "target");
    const struct want_object *object = diff_object(diff, target);
    if (object == NULL) {
        return err_fail(diff->err, ERR_INVALID, want->relation->offset,
                        "%.*s: there is no object \"%.*s\" to relate to", STR_ARG(want->row.name), STR_ARG(target));
    }
    strbuf_puts(out, "{");
    put_string(out, "type", STR("MANY_TO_ONE"));
    put_uuid(out, "targetObjectMetadataId", &object->id);
    put_string(out, "targetFieldLabel", mirror_label(diff, inverse));
    put_string(out, "targetFieldIcon", member(inverse, "icon"));
    strbuf_puts(out, "}");
    return true;
}

/* What all creations say; the JSON stays open. */
static void begin_creation(struct diff *diff, struct strbuf *input, const struct want_object *object,
                           const struct want_field *want, struct str name)
{
    struct strbuf names = {0};
    bool gone = false;
    strbuf_puts(input, "{");
    put_uuid(input, "objectMetadataId", &object->id);
    put_string(input, "type", want->row.type);
    put_string(input, "name", name);
    props_diff(diff->arena, input, &names, field_props, FIELD_PROPS, is_relation(want), &want->row, &field_base,
               STR_EMPTY, &gone);
    strbuf_release(&names);
}

static bool make_plain(struct diff *diff, const struct want_object *object, const struct want_field *want)
{
    struct strbuf input = {0};
    begin_creation(diff, &input, object, want, want->row.name);
    strbuf_puts(&input, "}");
    return diff_op(diff, PHASE_FIELDS, MODEL_FIELD, MODEL_CREATE, &want->id, &want->row.universal_id, &input);
}

static bool make_relation(struct diff *diff, const struct want_object *object, const struct want_field *want)
{
    struct strbuf input = {0};
    begin_creation(diff, &input, object, want, want->row.name);
    put_key(&input, "settings");
    strbuf_puts(&input, "{");
    struct str on_delete = member(want->relation, "onDelete");
    put_string(&input, "onDelete", on_delete.len > 0 ? on_delete : STR("SET_NULL"));
    strbuf_puts(&input, "}");
    put_key(&input, "relationCreationPayload");
    bool ok = put_payload(diff, &input, want);
    strbuf_puts(&input, "}");
    ok = ok && diff_op(diff, PHASE_RELATIONS, MODEL_FIELD, MODEL_CREATE, &want->id, &want->row.universal_id, &input);
    strbuf_release(&input);
    return ok;
}

/* The field of today that belongs to the same morph relation. */
static const struct field *group_now(const struct want_object *object, struct str group)
{
    for (size_t i = 0; i < object->field_count; i++) {
        const struct want_field *other = &object->fields[i];
        if (other->now != NULL && !other->replaces && other->now->type == FIELD_MORPH_RELATION &&
            str_eq(model_morph_group(other->now), group)) {
            return other->now;
        }
    }
    return NULL;
}

/* All fields of a morph relation that are new, with one operation. */
static bool make_morph(struct diff *diff, const struct want_object *object, const struct want_field *want)
{
    struct str group = member(want->relation, "group");
    const struct field *now = group_now(object, group);
    struct strbuf input = {0};
    bool ok = true;
    if (now == NULL) {
        begin_creation(diff, &input, object, want, group);
    } else {
        strbuf_puts(&input, "{");
    }
    put_key(&input, now == NULL ? "morphRelationsCreationPayload" : "morphRelationsUpdatePayload");
    strbuf_puts(&input, "[");
    for (size_t i = 0; ok && i < object->field_count; i++) {
        struct want_field *other = &object->fields[i];
        if ((other->now == NULL || other->replaces) && str_is(other->row.type, "MORPH_RELATION") &&
            str_eq(member(other->relation, "group"), group)) {
            strbuf_puts(&input, other->grouped || input.ptr[input.len - 1] == '[' ? "" : ",");
            other->grouped = true;
            ok = put_payload(diff, &input, other);
        }
    }
    strbuf_puts(&input, "]}");
    if (ok && now == NULL) {
        ok = diff_op(diff, PHASE_RELATIONS, MODEL_FIELD, MODEL_CREATE, &want->id, &want->row.universal_id, &input);
    } else if (ok) {
        ok = diff_op(diff, PHASE_RELATIONS, MODEL_FIELD, MODEL_UPDATE, &now->id, NULL, &input);
    }
    strbuf_release(&input);
    return ok;
}

static bool make_field(struct diff *diff, const struct want_object *object, const struct want_field *want)
{
    if (object->now != NULL) {
        diff_step(diff, false, "+ field %.*s.%.*s: %.*s", STR_ARG(object->row.name_singular), STR_ARG(want->row.name),
                  STR_ARG(want->row.type));
    }
    if (str_is(want->row.type, "MORPH_RELATION")) {
        return want->grouped || make_morph(diff, object, want);
    }
    return str_is(want->row.type, "RELATION") ? make_relation(diff, object, want) : make_plain(diff, object, want);
}

/* ---- changed ---- */

static bool change_inverse(struct diff *diff, const struct want_field *want)
{
    const struct json *inverse = json_get(want->relation, "inverse");
    const struct field *now = want->now->inverse;
    struct field_row wanted = field_base;
    struct strbuf input = {0};
    struct strbuf names = {0};
    bool gone = false;
    if (now == NULL || !json_is(inverse, JSON_OBJECT)) {
        return true;
    }
    struct field_row own = field_row_of(now);
    struct field_row row = props_field(diff->arena, &own);
    if (!props_read(diff->arena, field_props, FIELD_PROPS, inverse, arena_cstr(diff->arena, now->name), &wanted,
                    diff->err)) {
        return false;
    }
    strbuf_puts(&input, "{");
    size_t found =
        props_diff(diff->arena, &input, &names, field_props, FIELD_PROPS, true, &wanted, &row, STR_EMPTY, &gone);
    struct str name = member(inverse, "name");
    if (!str_eq(name, now->name)) {
        put_string(&input, "name", name);
        strbuf_printf(&names, "%sname", found++ > 0 ? ", " : "");
    }
    struct str through = member(inverse, "through");
    const struct field *junction = object_field(want->now->object, through);
    if (!str_eq(through, model_junction(diff->arena, now)) && (through.len == 0 || junction != NULL)) {
        put_key(&input, "settings");
        strbuf_puts(&input, "{");
        if (junction != NULL) {
            put_uuid(&input, "junctionTargetFieldId", &junction->id);
        } else {
            put_key(&input, "junctionTargetFieldId");
            strbuf_puts(&input, "null");
        }
        strbuf_puts(&input, "}");
        strbuf_printf(&names, "%sthrough", found++ > 0 ? ", " : "");
    }
    strbuf_puts(&input, "}");
    bool ok = true;
    if (found > 0) {
        diff_step(diff, false, "~ field %.*s.%.*s: %.*s", STR_ARG(now->object->name_singular), STR_ARG(now->name),
                  STR_ARG(strbuf_str(&names)));
        ok = diff_op(diff, PHASE_UPDATES, MODEL_FIELD, MODEL_UPDATE, &now->id, NULL, &input);
    }
    strbuf_release(&input);
    strbuf_release(&names);
    return ok;
}

/* The name, and what happens on a deletion: not among the plain properties. */
static size_t put_rest(struct strbuf *input, struct strbuf *names, const struct want_field *want, size_t found)
{
    struct str on_delete = member(want->relation, "onDelete");
    bool follows = want->now->type == FIELD_MORPH_RELATION; /* where it leads */
    if (!follows && !str_eq(want->row.name, want->now->name)) {
        put_string(input, "name", want->row.name);
        strbuf_printf(names, "%sname", found++ > 0 ? ", " : "");
    }
    if (on_delete.len > 0 && !want->now->adopted && !str_is(on_delete, on_delete_names[want->now->on_delete])) {
        put_key(input, "settings");
        strbuf_puts(input, "{");
        put_string(input, "onDelete", on_delete);
        strbuf_puts(input, "}");
        strbuf_printf(names, "%sonDelete", found++ > 0 ? ", " : "");
    }
    return found;
}

static bool change_field(struct diff *diff, const struct want_object *object, const struct want_field *want)
{
    struct field_row own = field_row_of(want->now);
    struct field_row row = props_field(diff->arena, &own);
    struct strbuf input = {0};
    struct strbuf names = {0};
    bool gone = false;
    strbuf_puts(&input, "{");
    size_t found = props_diff(diff->arena, &input, &names, field_props, FIELD_PROPS, is_relation(want), &want->row,
                              &row, own.options_json, &gone);
    found = put_rest(&input, &names, want, found);
    strbuf_puts(&input, "}");
    bool ok = true;
    if (found > 0) {
        diff_step(diff, gone, "~ field %.*s.%.*s: %.*s%s", STR_ARG(object->row.name_singular), STR_ARG(want->now->name),
                  STR_ARG(strbuf_str(&names)), gone ? "; records with an option that is gone lose it" : "");
        ok = diff_op(diff, PHASE_UPDATES, MODEL_FIELD, MODEL_UPDATE, &want->id, NULL, &input);
    }
    strbuf_release(&input);
    strbuf_release(&names);
    return ok && change_inverse(diff, want);
}

/* ---- deleted ---- */

static bool object_stays(const struct diff *diff, const struct object *object)
{
    bool stays = false;
    for (size_t i = 0; i < diff->object_count; i++) {
        stays = stays || diff->objects[i].now == object;
    }
    return stays;
}

static bool delete_field(struct diff *diff, enum phase phase, const struct field *field)
{
    diff_step(diff, true, "- field %.*s.%.*s: %s", STR_ARG(field->object->name_singular), STR_ARG(field->name),
              field->adopted ? "its column stays, and is served no more" : "what is stored in it is destroyed");
    return diff_op(diff, phase, MODEL_FIELD, MODEL_DELETE, &field->id, NULL, NULL);
}

static bool delete_fields(struct diff *diff, const struct want_object *object)
{
    for (size_t i = 0; object->now != NULL && i < object->now->field_count; i++) {
        const struct field *field = &object->now->fields[i];
        bool wanted = field->standard || !model_field_counts(field);
        for (size_t k = 0; k < object->field_count; k++) {
            wanted = wanted || object->fields[k].now == field;
        }
        /* A relation goes with the object that it leads to. */
        bool goes = field->target != NULL && !object_stays(diff, field->target);
        if (!wanted && !goes && !delete_field(diff, PHASE_DELETIONS, field)) {
            return false;
        }
    }
    return true;
}

bool diff_fields(struct diff *diff, const struct want_object *object)
{
    for (size_t i = 0; i < object->field_count; i++) {
        const struct want_field *want = &object->fields[i];
        bool made = want->now == NULL || want->replaces;
        if (want->replaces && want->now != NULL && !delete_field(diff, PHASE_REPLACED, want->now)) {
            return false;
        }
        if (!(made ? make_field(diff, object, want) : change_field(diff, object, want))) {
            return false;
        }
    }
    return delete_fields(diff, object);
}
