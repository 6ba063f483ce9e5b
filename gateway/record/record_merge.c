#include "gateway/record/record_merge.h"

#include "common/text/json_write.h"
#include "gateway/record/input_value.h"

struct merge {
    struct arena *arena;
    const struct object *object;
    const struct value *const *records; /* the survivor first */
    size_t count;
    struct value *out;
};

static bool is_empty(const struct value *value)
{
    if (value->null) {
        return true;
    }
    return (value->kind == COLUMN_TEXT && value->as.text.len == 0) ||
           (value->kind == COLUMN_TEXT_ARRAY && value->as.array.count == 0);
}

static bool field_is_empty(const struct field *field, const struct value *record)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (!is_empty(&record[field->columns[i].index])) {
            return false;
        }
    }
    return true;
}

/* Kept by us, and so the survivor's. */
static bool is_kept(const struct object *object, const struct field *field)
{
    return field == object->id_column->field || field == object->created_at->field ||
           field == object->updated_at->field || field == object->deleted_at->field ||
           field == object->position->field || field == object->created_by || field == object->updated_by;
}

/* The whole field of the first record that has it: half an address of each would be nobody's. */
static void take_first(const struct merge *merge, const struct field *field)
{
    for (size_t i = 0; i < merge->count; i++) {
        if (!field_is_empty(field, merge->records[i])) {
            for (size_t k = 0; k < field->column_count; k++) {
                size_t at = field->columns[k].index;
                merge->out[at] = merge->records[i][at];
            }
            return;
        }
    }
}

static bool leads_to_one_of_them(const struct merge *merge, const struct uuid *id)
{
    for (size_t i = 0; i < merge->count; i++) {
        if (uuid_eq(&merge->records[i][merge->object->id_column->index].as.uuid, id)) {
            return true;
        }
    }
    return false;
}

static void merge_relation(const struct merge *merge, const struct field *field)
{
    size_t at = field->columns[0].index;
    merge->out[at] = value_null(COLUMN_UUID);
    for (size_t i = 0; i < merge->count && merge->out[at].null; i++) {
        const struct value *value = &merge->records[i][at];
        bool inside = field->target == merge->object && !value->null && leads_to_one_of_them(merge, &value->as.uuid);
        if (!value->null && !inside) {
            merge->out[at] = *value;
        }
    }
}

static bool has_item(const struct str *items, size_t count, struct str item)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(items[i], item)) {
            return true;
        }
    }
    return false;
}

static void merge_texts(const struct merge *merge, const struct column *column)
{
    size_t at = column->index;
    size_t most = 0;
    for (size_t i = 0; i < merge->count; i++) {
        most += merge->records[i][at].null ? 0 : merge->records[i][at].as.array.count;
    }
    struct str *items = ARENA_ARRAY(merge->arena, struct str, most);
    size_t count = 0;
    for (size_t i = 0; i < merge->count; i++) {
        const struct value *value = &merge->records[i][at];
        for (size_t k = 0; !value->null && k < value->as.array.count; k++) {
            if (!has_item(items, count, value->as.array.items[k])) {
                items[count++] = value->as.array.items[k];
            }
        }
    }
    if (count > 0) {
        merge->out[at] = (struct value){.kind = COLUMN_TEXT_ARRAY, .as.array = {items, count}};
    }
}

/* ---- composites with a primary value and a list of further ones ---- */

/* How the primary value stands among the further ones: the keys of an element, in the order of jsonb; NULL for the
 * element that is a text. Two elements are the same when their first `same` keys agree. */
struct list_shape {
    enum field_type type;
    const char *list;       /* the sub-field */
    const char *keys[3];    /* of an element */
    const char *primary[3]; /* the sub-fields where the primary value has them */
    size_t key_count;
    size_t same;
};

static const struct list_shape shapes[] = {
    {FIELD_EMAILS, "additionalEmails", {NULL}, {"primaryEmail"}, 1, 1},
    {FIELD_PHONES,
     "additionalPhones",
     {"number", "callingCode", "countryCode"},
     {"primaryPhoneNumber", "primaryPhoneCallingCode", "primaryPhoneCountryCode"},
     3,
     2},
    {FIELD_LINKS, "secondaryLinks", {"url", "label"}, {"primaryLinkUrl", "primaryLinkLabel"}, 2, 1},
};

static const struct list_shape *shape_of(const struct field *field)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        if (shapes[i].type == field->type) {
            return &shapes[i];
        }
    }
    return NULL;
}

static const struct column *sub(const struct field *field, const char *name)
{
    size_t i = 0;
    while (!str_is(str_from(name), field->columns[i].sub->name)) {
        i++;
    }
    return &field->columns[i];
}

/* One e-mail address, number or link, by the keys of its shape. */
struct element {
    struct str parts[3];
    struct str source; /* as JSON, when it came from a list */
};

struct element_list {
    struct element *items;
    size_t count;
};

static struct element primary_of(const struct list_shape *shape, const struct field *field, const struct value *record)
{
    struct element element = {0};
    for (size_t i = 0; i < shape->key_count; i++) {
        const struct value *value = &record[sub(field, shape->primary[i])->index];
        element.parts[i] = value->null ? STR_EMPTY : value->as.text;
    }
    return element;
}

static struct element element_from(const struct list_shape *shape, const struct json *json)
{
    struct element element = {0};
    if (json->type == JSON_STRING) {
        element.parts[0] = json->text;
        return element;
    }
    for (size_t i = 0; i < shape->key_count && shape->keys[0] != NULL; i++) {
        const struct json *part = json_get(json, shape->keys[i]);
        element.parts[i] = json_is(part, JSON_STRING) ? part->text : STR_EMPTY;
    }
    element.source = json->text;
    return element;
}

static void add_element(const struct list_shape *shape, struct element_list *list, struct element element)
{
    if (element.parts[0].len == 0) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        size_t equal = 0;
        while (equal < shape->same && str_eq(list->items[i].parts[equal], element.parts[equal])) {
            equal++;
        }
        if (equal == shape->same) {
            return;
        }
    }
    list->items[list->count++] = element;
}

static void put_element(struct strbuf *out, const struct list_shape *shape, const struct element *element)
{
    if (shape->keys[0] == NULL) {
        json_put_string(out, element->parts[0]);
        return;
    }
    if (element->source.len > 0) {
        strbuf_put(out, element->source);
        return;
    }
    for (size_t i = 0; i < shape->key_count; i++) {
        strbuf_printf(out, "%s\"%s\":", i == 0 ? "{" : ",", shape->keys[i]);
        json_put_string(out, element->parts[i]);
    }
    strbuf_put_char(out, '}');
}

static struct value list_value(const struct merge *merge, const struct list_shape *shape,
                               const struct element_list *list)
{
    struct value value = value_null(COLUMN_JSONB);
    if (list->count == 1) {
        return value; /* the primary one */
    }
    struct strbuf json = {0};
    for (size_t i = 1; i < list->count; i++) {
        strbuf_put_char(&json, i == 1 ? '[' : ',');
        put_element(&json, shape, &list->items[i]);
    }
    strbuf_put_char(&json, ']');
    value.null = false;
    value.as.text = arena_copy(merge->arena, strbuf_str(&json));
    strbuf_release(&json);
    return value;
}

static const struct json *further_of(const struct merge *merge, const struct value *value)
{
    const struct json *list = value->null ? NULL : json_parse(merge->arena, value->as.text, &input_json_limits, NULL);
    return json_is(list, JSON_ARRAY) ? list : NULL;
}

/* The survivor's primary value, or the first there is, leads; then everything else, record by record. */
static void merge_list(const struct merge *merge, const struct list_shape *shape, const struct field *field)
{
    const struct column *further = sub(field, shape->list);
    const struct json **lists = ARENA_ARRAY(merge->arena, const struct json *, merge->count);
    size_t most = merge->count;
    for (size_t i = 0; i < merge->count; i++) {
        lists[i] = further_of(merge, &merge->records[i][further->index]);
        most += lists[i] == NULL ? 0 : lists[i]->count;
    }
    struct element_list all = {.items = ARENA_ARRAY(merge->arena, struct element, most + 1)};
    size_t lead = 0;
    while (lead < merge->count && primary_of(shape, field, merge->records[lead]).parts[0].len == 0) {
        lead++;
    }
    if (lead == merge->count) {
        take_first(merge, field); /* only further ones, or nothing: nobody's are mixed */
        return;
    }
    for (size_t i = 0; i < field->column_count; i++) {
        size_t at = field->columns[i].index;
        merge->out[at] = merge->records[lead][at];
    }
    add_element(shape, &all, primary_of(shape, field, merge->records[lead]));
    for (size_t i = 0; i < merge->count; i++) {
        add_element(shape, &all, primary_of(shape, field, merge->records[i]));
        for (const struct json *json = lists[i] == NULL ? NULL : lists[i]->first; json != NULL; json = json->next) {
            add_element(shape, &all, element_from(shape, json));
        }
    }
    merge->out[further->index] = list_value(merge, shape, &all);
}

static void merge_field(const struct merge *merge, const struct field *field)
{
    const struct list_shape *shape = shape_of(field);
    if (field_types[field->type].relation) {
        merge_relation(merge, field);
    } else if (shape != NULL) {
        merge_list(merge, shape, field);
    } else if (field->columns[0].kind == COLUMN_TEXT_ARRAY) {
        merge_texts(merge, &field->columns[0]);
    } else {
        take_first(merge, field);
    }
}

void record_merge(struct arena *arena, const struct object *object, const struct value *const *records, size_t count,
                  size_t priority, struct value *out)
{
    const struct value **ordered = ARENA_ARRAY(arena, const struct value *, count);
    size_t placed = 0;
    ordered[placed++] = records[priority];
    for (size_t i = 0; i < count; i++) {
        if (i != priority) {
            ordered[placed++] = records[i];
        }
    }
    struct merge merge = {arena, object, ordered, count, out};
    memcpy(out, records[priority], object->column_count * sizeof *out);
    for (size_t i = 0; i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        if (field->column_count > 0 && !is_kept(object, field)) {
            merge_field(&merge, field);
        }
    }
}
