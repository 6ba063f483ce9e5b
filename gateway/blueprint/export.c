#include "gateway/blueprint/blueprint.h"

#include "gateway/blueprint/model.h"
#include "gateway/blueprint/pretty.h"
#include <stdlib.h>

static int by_object_name(const void *a, const void *b)
{
    return str_cmp((*(const struct object *const *)a)->name_singular,
                   (*(const struct object *const *)b)->name_singular);
}

static int by_field_name(const void *a, const void *b)
{
    return str_cmp((*(const struct field *const *)a)->name, (*(const struct field *const *)b)->name);
}

static const char *on_delete_name(enum on_delete on_delete)
{
    switch (on_delete) {
    case ON_DELETE_SET_NULL: return "SET_NULL";
    case ON_DELETE_CASCADE: return "CASCADE";
    case ON_DELETE_RESTRICT: return "RESTRICT";
    case ON_DELETE_NO_ACTION: break;
    }
    return "NO_ACTION";
}

static void put_inverse(struct arena *arena, struct strbuf *out, const struct field *field)
{
    struct field_row own = field_row_of(field->inverse);
    struct field_row row = props_field(arena, &own);
    put_key(out, "inverse");
    strbuf_puts(out, "{");
    put_string(out, "name", row.name);
    props_put(out, field_props, FIELD_PROPS, true, &row, &field_base);
    struct str through = model_junction(arena, field->inverse);
    if (through.len > 0) {
        put_string(out, "through", through);
    }
    strbuf_puts(out, "}");
}

static void put_relation(struct arena *arena, struct strbuf *out, const struct field *field)
{
    put_key(out, "relation");
    strbuf_puts(out, "{");
    if (field->type == FIELD_MORPH_RELATION) {
        put_string(out, "group", model_morph_group(field));
    }
    put_string(out, "target", field->target->name_singular);
    put_string(out, "onDelete", str_from(on_delete_name(field->on_delete)));
    if (field->inverse != NULL) {
        put_inverse(arena, out, field);
    }
    strbuf_puts(out, "}");
}

/* Nothing for a standard field that is as it was made. */
static void put_field(struct arena *arena, struct strbuf *out, const struct field *field,
                      const struct blueprint_standard *standard)
{
    struct field_row own = field_row_of(field);
    struct field_row row = props_field(arena, &own);
    struct field_row base = model_field_base(arena, standard, &own);
    struct strbuf changed = {0};
    bool relation = field_types[field->type].relation;
    strbuf_puts(&changed, " "); /* so that each member brings its comma */
    props_put(&changed, field_props, FIELD_PROPS, relation, &row, &base);
    if (!field->standard || changed.len > 1) {
        strbuf_puts(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
        /* The fields of a morph relation are made together, and only the first can be given an id. */
        if (field->type != FIELD_MORPH_RELATION) {
            put_uuid(out, "universalId", &field->universal_id);
        }
        put_string(out, "name", field->name);
        if (field->standard) {
            put_key(out, "standard");
            strbuf_puts(out, "true");
        } else {
            put_string(out, "type", str_from(field_types[field->type].name));
        }
        strbuf_put(out, str_slice(strbuf_str(&changed), 1, changed.len));
        if (relation && !field->standard) {
            put_relation(arena, out, field);
        }
        strbuf_puts(out, "}");
    }
    strbuf_release(&changed);
}

static void put_fields(struct arena *arena, struct strbuf *out, const struct object *object,
                       const struct blueprint_standard *standard)
{
    const struct field **fields = ARENA_ARRAY(arena, const struct field *, object->field_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < object->field_count; i++) {
        if (model_field_counts(&object->fields[i])) {
            fields[count++] = &object->fields[i];
        }
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is sorted */
    qsort(fields, count, sizeof *fields, by_field_name);
    strbuf_puts(out, "[");
    for (size_t i = 0; i < count; i++) {
        put_field(arena, out, fields[i], standard);
    }
    strbuf_puts(out, "]");
}

static void put_identifier(struct strbuf *out, const char *name, const struct field *field)
{
    if (field != NULL) {
        put_string(out, name, field->name);
    }
}

static void put_object(struct arena *arena, struct strbuf *out, const struct object *object,
                       const struct blueprint_standard *standard)
{
    struct object_row row = object_row_of(object);
    struct object_row base = model_object_base(standard, &row);
    struct strbuf changed = {0};
    struct strbuf fields = {0};
    strbuf_puts(&changed, " ");
    props_put(&changed, object_props, OBJECT_PROPS, false, &row, &base);
    put_fields(arena, &fields, object, standard);
    if (!object->standard || changed.len > 1 || fields.len > 2) {
        strbuf_puts(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
        put_uuid(out, "universalId", &object->universal_id);
        if (object->standard) {
            put_string(out, "nameSingular", object->name_singular);
            put_key(out, "standard");
            strbuf_puts(out, "true");
        }
        strbuf_put(out, str_slice(strbuf_str(&changed), 1, changed.len));
        if (!object->standard) {
            put_identifier(out, "labelIdentifier", object->label_identifier);
            put_identifier(out, "imageIdentifier", object->image_identifier);
        }
        if (object->adopted) {
            put_key(out, "adopted");
            strbuf_puts(out, "{");
            put_string(out, "schema", object->table_schema);
            put_string(out, "table", object->table_name);
            strbuf_puts(out, "}");
        }
        put_key(out, "fields");
        strbuf_put(out, strbuf_str(&fields));
        strbuf_puts(out, "}");
    }
    strbuf_release(&changed);
    strbuf_release(&fields);
}

void blueprint_export(struct strbuf *out, const struct catalogue *catalogue, const struct blueprint_standard *standard)
{
    struct arena arena = {0};
    struct strbuf compact = {0};
    const struct object **objects = ARENA_ARRAY(&arena, const struct object *, catalogue->object_count + 1);
    for (size_t i = 0; i < catalogue->object_count; i++) {
        objects[i] = &catalogue->objects[i];
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is sorted */
    qsort(objects, catalogue->object_count, sizeof *objects, by_object_name);
    strbuf_puts(&compact, "{\"format\":1,\"objects\":[");
    for (size_t i = 0; i < catalogue->object_count; i++) {
        put_object(&arena, &compact, objects[i], standard);
    }
    strbuf_puts(&compact, "]}");
    struct err ignored;
    const struct json *tree = json_parse(&arena, strbuf_str(&compact), &blueprint_limits, &ignored);
    if (tree != NULL) {
        pretty_put(out, tree);
    }
    strbuf_release(&compact);
    arena_release(&arena);
}
