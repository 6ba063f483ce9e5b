/* A document as wants: read, checked, and matched with what is there. */
#include "gateway/blueprint/diff.h"
#include "gateway/metadata/names.h"
#include <assert.h>

static bool refuse(struct diff *diff, const struct json *at, const char *where, const char *why)
{
    return err_fail(diff->err, ERR_INVALID, at == NULL ? 0 : at->offset, "%s: %s", where, why);
}

/* Somebody's slip of the pen would otherwise be taken for silence. */
static bool only_known(struct diff *diff, const struct json *value, const char *where, const struct prop *props,
                       size_t count, const char *const *others, size_t other_count)
{
    JSON_EACH(member, value)
    {
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            known = known || str_is(member->key, props[i].key);
        }
        for (size_t i = 0; i < other_count; i++) {
            known = known || str_is(member->key, others[i]);
        }
        if (!known) {
            return err_fail(diff->err, ERR_INVALID, member->offset, "%s: unknown property \"%.*s\"", where,
                            STR_ARG(str_cut(member->key, 60)));
        }
    }
    return true;
}

static struct str text_of(const struct json *value, const char *key)
{
    const struct json *member = json_get(value, key);
    return json_is(member, JSON_STRING) ? member->text : STR_EMPTY;
}

static bool is_true(const struct json *value, const char *key)
{
    return json_is(json_get(value, key), JSON_TRUE);
}

static bool read_id(struct diff *diff, const struct json *source, const char *where, struct uuid *out)
{
    const struct json *id = json_get(source, "universalId");
    *out = (struct uuid){0};
    return id == NULL || (id->type == JSON_STRING && uuid_parse(id->text, out)) ||
           refuse(diff, id, where, "universalId must be a UUID");
}

/* ---- fields ---- */

static const struct field *find_field(const struct object *object, const struct uuid *universal_id, struct str name)
{
    const struct field *named = NULL;
    for (size_t i = 0; object != NULL && i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        if (!uuid_is_nil(universal_id) && uuid_eq(&field->universal_id, universal_id)) {
            return field;
        }
        named = str_eq(field->name, name) ? field : named;
    }
    return named;
}

/* The fields of a morph relation are called after the objects that they lead to, so where they lead is what they are
 * known by. */
static void find_morph(struct diff *diff, const struct want_object *object, struct want_field *want)
{
    struct str group = text_of(want->relation, "group");
    const struct want_object *target = diff_object(diff, text_of(want->relation, "target"));
    if (group.len == 0 || target == NULL) {
        return;
    }
    want->row.name = arena_printf(diff->arena, "%.*s%.*s", STR_ARG(group),
                                  STR_ARG(name_capital(diff->arena, target->row.name_singular)));
    want->now = NULL;
    for (size_t i = 0; object->now != NULL && target->now != NULL && i < object->now->field_count; i++) {
        const struct field *field = &object->now->fields[i];
        if (field->type == FIELD_MORPH_RELATION && field->target == target->now &&
            str_eq(model_morph_group(field), group)) {
            want->now = field;
        }
    }
}

static bool same_kind(const struct want_field *want)
{
    return str_is(want->row.type, field_types[want->now->type].name) &&
           (want->relation == NULL || want->now->side == RELATION_MANY_TO_ONE);
}

static bool read_type(struct diff *diff, struct want_field *want, const char *where)
{
    enum field_type type;
    want->row.type = text_of(want->source, "type");
    if (want->now != NULL && (want->now->standard || want->row.type.len == 0)) {
        want->row.type = str_from(field_types[want->now->type].name);
    }
    if (!field_type_parse(want->row.type, &type)) {
        return refuse(diff, want->source, where, "\"type\" must be the name of a field type");
    }
    want->relation = json_get(want->source, "relation");
    bool relation = field_types[type].relation;
    if (relation && (want->now == NULL || !want->now->standard) &&
        (!json_is(want->relation, JSON_OBJECT) || text_of(want->relation, "target").len == 0 ||
         text_of(json_get(want->relation, "inverse"), "name").len == 0)) {
        return refuse(diff, want->source, where,
                      "a relation wants \"relation\": {\"target\": …, \"inverse\": {\"name\": …, \"label\": …}}");
    }
    return true;
}

static bool read_field(struct diff *diff, const struct want_object *object, const struct json *source,
                       struct want_field *out)
{
    static const char *const others[] = {"universalId", "name", "type", "standard", "relation"};
    struct str name = text_of(source, "name");
    struct uuid universal_id;
    const char *where = arena_cstr(
        diff->arena, arena_printf(diff->arena, "%.*s.%.*s", STR_ARG(object->row.name_singular), STR_ARG(name)));
    if (!json_is(source, JSON_OBJECT) || name.len == 0) {
        return refuse(diff, source, where, "a field must be an object with a \"name\"");
    }
    if (!only_known(diff, source, where, field_props, FIELD_PROPS, others, ARRAY_LEN(others)) ||
        !read_id(diff, source, where, &universal_id)) {
        return false;
    }
    *out = (struct want_field){.source = source, .now = find_field(object->now, &universal_id, name)};
    if (out->now != NULL && !model_field_counts(out->now)) {
        return refuse(diff, source, where, "this field comes with its object, and is not in documents");
    }
    if (is_true(source, "standard") && (out->now == NULL || !out->now->standard)) {
        return refuse(diff, source, where, "this server has no such standard field");
    }
    struct field_row base = field_base;
    if (out->now != NULL && out->now->standard) {
        struct field_row own = field_row_of(out->now);
        base = model_field_base(diff->arena, diff->standard, &own);
    }
    out->row = base;
    out->row.name = name;
    if (!read_type(diff, out, where) ||
        !props_read(diff->arena, field_props, FIELD_PROPS, source, where, &out->row, diff->err)) {
        return false;
    }
    out->row.universal_id = universal_id;
    if (str_is(out->row.type, "MORPH_RELATION") && !is_true(source, "standard")) {
        find_morph(diff, object, out);
    }
    if (out->now != NULL && !out->now->standard && !same_kind(out)) {
        out->replaces = true;
    }
    out->id = out->now != NULL && !out->replaces ? out->now->id : diff->fresh_id();
    return true;
}

static bool is_mentioned(const struct want_object *object, const struct field *field)
{
    for (size_t i = 0; i < object->field_count; i++) {
        if (object->fields[i].now == field) {
            return true;
        }
    }
    return false;
}

/* Standard fields that the document does not mention shall be as they were made. */
static void want_standard_fields(struct diff *diff, struct want_object *out)
{
    for (size_t i = 0; out->now != NULL && i < out->now->field_count; i++) {
        const struct field *field = &out->now->fields[i];
        if (field->standard && model_field_counts(field) && !is_mentioned(out, field)) {
            struct field_row own = field_row_of(field);
            struct want_field *want = &out->fields[out->field_count++];
            *want = (struct want_field){
                .row = model_field_base(diff->arena, diff->standard, &own), .now = field, .id = field->id};
            want->row.name = field->name;
            want->row.type = own.type;
        }
    }
}

static bool read_fields(struct diff *diff, struct want_object *out)
{
    const struct json *fields = json_get(out->source, "fields");
    size_t most = (fields == NULL ? 0 : fields->count) + (out->now == NULL ? 0 : out->now->field_count);
    const char *where = arena_cstr(diff->arena, out->row.name_singular);
    out->fields = ARENA_ARRAY(diff->arena, struct want_field, most + 1);
    if (fields != NULL && fields->type != JSON_ARRAY) {
        return refuse(diff, fields, where, "\"fields\" must be a list");
    }
    for (const struct json *field = fields == NULL ? NULL : fields->first; field != NULL; field = field->next) {
        struct want_field *want = &out->fields[out->field_count];
        if (!read_field(diff, out, field, want)) {
            return false;
        }
        assert(want->row.name.ptr != NULL); /* or it would have been refused */
        for (size_t i = 0; i < out->field_count; i++) {
            if (str_eq(out->fields[i].row.name, want->row.name) ||
                (want->now != NULL && out->fields[i].now == want->now)) {
                return refuse(diff, field, where, "two of its fields are the same one");
            }
        }
        out->field_count++;
    }
    want_standard_fields(diff, out);
    return true;
}

/* ---- objects ---- */

static const struct object *find_object(const struct catalogue *catalogue, const struct uuid *universal_id,
                                        struct str name)
{
    const struct object *named = NULL;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        const struct object *object = &catalogue->objects[i];
        if (!uuid_is_nil(universal_id) && uuid_eq(&object->universal_id, universal_id)) {
            return object;
        }
        named = str_eq(object->name_singular, name) ? object : named;
    }
    return named;
}

static bool check_adopted(struct diff *diff, const struct want_object *want, const char *where)
{
    const struct json *adopted = json_get(want->source, "adopted");
    if (adopted == NULL || (want->now != NULL && want->now->adopted)) {
        return true;
    }
    struct str schema = text_of(adopted, "schema");
    struct str table = text_of(adopted, "table");
    return err_fail(diff->err, ERR_INVALID, adopted->offset,
                    "%s: its table %.*s.%.*s is not adopted on this server: `gateway model adopt` does it", where,
                    STR_ARG(schema), STR_ARG(table));
}

static bool read_object(struct diff *diff, const struct json *source, struct want_object *out)
{
    static const char *const others[] = {"universalId",     "standard", "labelIdentifier",
                                         "imageIdentifier", "adopted",  "fields"};
    struct str name = text_of(source, "nameSingular");
    struct uuid universal_id;
    const char *where = arena_cstr(diff->arena, name);
    if (!json_is(source, JSON_OBJECT) || name.len == 0) {
        return refuse(diff, source, "objects", "an object must be an object with a \"nameSingular\"");
    }
    if (!only_known(diff, source, where, object_props, OBJECT_PROPS, others, ARRAY_LEN(others)) ||
        !read_id(diff, source, where, &universal_id)) {
        return false;
    }
    *out = (struct want_object){.source = source, .now = find_object(diff->catalogue, &universal_id, name)};
    bool standard = is_true(source, "standard");
    if (standard != (out->now != NULL && out->now->standard)) {
        return refuse(diff, source, where,
                      standard ? "this server has no such standard object" : "here, this is a standard object");
    }
    struct object_row own = out->now == NULL ? (struct object_row){.adopted = json_get(source, "adopted") != NULL}
                                             : object_row_of(out->now);
    out->row = model_object_base(diff->standard, &own);
    out->row.name_singular = name;
    if (!props_read(diff->arena, object_props, OBJECT_PROPS, source, where, &out->row, diff->err) ||
        !check_adopted(diff, out, where)) {
        return false;
    }
    out->row.universal_id = universal_id;
    out->id = out->now != NULL ? out->now->id : diff->fresh_id();
    return true;
}

static void want_standard_objects(struct diff *diff)
{
    for (size_t i = 0; i < diff->catalogue->object_count; i++) {
        const struct object *object = &diff->catalogue->objects[i];
        bool mentioned = !object->standard;
        for (size_t k = 0; k < diff->object_count; k++) {
            mentioned = mentioned || diff->objects[k].now == object;
        }
        if (!mentioned) {
            struct object_row own = object_row_of(object);
            struct want_object *want = &diff->objects[diff->object_count++];
            *want =
                (struct want_object){.row = model_object_base(diff->standard, &own), .now = object, .id = object->id};
        }
    }
}

/* A relation that leads elsewhere from now on is another one. Once all objects are known: the one that it leads to may
 * have been renamed. */
static void find_targets(struct diff *diff)
{
    for (size_t i = 0; i < diff->object_count; i++) {
        for (size_t k = 0; k < diff->objects[i].field_count; k++) {
            struct want_field *want = &diff->objects[i].fields[k];
            const struct want_object *target =
                want->relation == NULL ? NULL : diff_object(diff, text_of(want->relation, "target"));
            if (want->relation != NULL && want->now != NULL && !want->now->standard && !want->replaces &&
                (target == NULL || target->now != want->now->target)) {
                want->replaces = true;
                want->id = diff->fresh_id();
            }
        }
    }
}

bool diff_read(struct diff *diff, const struct json *document)
{
    static const char *const members[] = {"format", "objects"};
    const struct json *format = json_get(document, "format");
    const struct json *objects = json_get(document, "objects");
    if (!json_is(format, JSON_NUMBER) || !str_is(format->text, "1") || !json_is(objects, JSON_ARRAY)) {
        return refuse(diff, document, "the document", "it wants {\"format\": 1, \"objects\": […]}");
    }
    if (!only_known(diff, document, "the document", NULL, 0, members, ARRAY_LEN(members))) {
        return false;
    }
    diff->objects = ARENA_ARRAY(diff->arena, struct want_object, objects->count + diff->catalogue->object_count + 1);
    JSON_EACH(source, objects)
    {
        struct want_object *want = &diff->objects[diff->object_count];
        if (!read_object(diff, source, want)) {
            return false;
        }
        for (size_t i = 0; i < diff->object_count; i++) {
            if (str_eq(diff->objects[i].row.name_singular, want->row.name_singular) ||
                (want->now != NULL && diff->objects[i].now == want->now)) {
                return refuse(diff, source, arena_cstr(diff->arena, want->row.name_singular), "it is there twice");
            }
        }
        diff->object_count++;
    }
    want_standard_objects(diff);
    /* Fields once all objects are known: relations lead from one to another. */
    for (size_t i = 0; i < diff->object_count; i++) {
        if (!read_fields(diff, &diff->objects[i])) {
            return false;
        }
    }
    find_targets(diff);
    return true;
}
