#include "gateway/record/record_read.h"

#include "gateway/record/input_value.h"

/* The key is `"name":` in the column or field. */
static const struct json *member(const struct json *json, struct str key)
{
    return json_is(json, JSON_OBJECT) ? json_get_str(json, str_slice(key, 1, key.len - 2)) : NULL;
}

bool record_read_json(struct arena *arena, const struct object *object, const struct json *json, struct value *values)
{
    if (!json_is(json, JSON_OBJECT)) {
        return false;
    }
    for (size_t i = 0; i < object->column_count; i++) {
        const struct column *column = &object->columns[i];
        const struct json *found = member(json, column->field->json_key);
        found = column->sub == NULL ? found : member(found, column->json_key);
        if (found == NULL || json_is(found, JSON_NULL) || !value_from_json(arena, column, found, 0, &values[i], NULL)) {
            values[i] = value_null(column->kind);
        }
    }
    return !values[object->id_column->index].null;
}
