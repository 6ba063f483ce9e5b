#include "gateway/record/input_connect.h"

#include "gateway/record/input_value.h"

size_t unique_columns(const struct field *field, const struct column **columns)
{
    size_t count = 0;
    for (size_t i = 0; field->unique && i < field->column_count; i++) {
        if (field->columns[i].sub == NULL || field->columns[i].sub->in_unique) {
            columns[count++] = &field->columns[i];
        }
    }
    return count;
}

static bool refuse_where(const struct field *field, struct err *err)
{
    return err_fail_tag(err, ERR_INVALID, "CONNECT_UNIQUE_CONSTRAINT_ERROR",
                        "Missing required fields: at least one unique constraint have to be fully populated for '%.*s'."
                        " Give the id or one unique field of the %.*s, and nothing else",
                        STR_ARG(field->name), STR_ARG(field->target->name_singular));
}

/* The only member, if it is one of `parent`'s. */
static const struct json *only(const struct json *parent, const char *name)
{
    const struct json *member = json_get(parent, name);
    return member != NULL && parent->count == 1 ? member : NULL;
}

const struct json *disconnect_of(const struct json *json)
{
    const struct json *disconnect = only(json, "disconnect");
    return json_is(disconnect, JSON_TRUE) || json_is(disconnect, JSON_FALSE) ? disconnect : NULL;
}

static const struct field *unique_field(const struct object *object, struct str name)
{
    const struct field *field = object_field(object, name);
    return field != NULL && field->active && (field->unique || field == object->id_column->field) ? field : NULL;
}

static bool read_part(struct arena *arena, const struct field *field, const struct column *column,
                      const struct json *json, int64_t now_us, struct value *out, struct err *err)
{
    if (json == NULL) {
        return refuse_where(field, err);
    }
    return value_from_json(arena, column, json, now_us, out, err) && (!out->null || refuse_where(field, err));
}

static bool read_where(struct arena *arena, const struct field *field, const struct json *where, int64_t now_us,
                       struct record_connect *out, struct err *err)
{
    const struct column **columns = ARENA_ARRAY(arena, const struct column *, SUB_FIELDS_MAX);
    struct value *values = ARENA_ARRAY(arena, struct value, SUB_FIELDS_MAX);
    const struct field *key = unique_field(field->target, where->first->key);
    if (key == NULL) {
        return refuse_where(field, err);
    }
    size_t count = key == field->target->id_column->field ? 0 : unique_columns(key, columns);
    if (count == 0) {
        columns[count++] = &key->columns[0];
    }
    bool composite = field_types[key->type].composite;
    if (composite && (where->first->type != JSON_OBJECT || where->first->count != count)) {
        return refuse_where(field, err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct json *part = composite ? json_get(where->first, columns[i]->sub->name) : where->first;
        if (!read_part(arena, field, columns[i], part, now_us, &values[i], err)) {
            return false;
        }
    }
    *out = (struct record_connect){field, columns, values, count};
    return true;
}

bool connect_from_json(struct arena *arena, const struct field *field, const struct json *json, int64_t now_us,
                       struct record_connect *out, struct err *err)
{
    const struct json *connect = only(json, "connect");
    if (field->side != RELATION_MANY_TO_ONE || field->column_count == 0 || !field->target->active) {
        return connect != NULL
                   ? err_fail_tag(err, ERR_INVALID, "CONNECT_NOT_ALLOWED",
                                  "Connect is not allowed for field \"%.*s\": set the relation on the other "
                                  "object's records",
                                  STR_ARG(field->name))
                   : INPUT_REFUSE(err, "Field \"%.*s\" is not writable", STR_ARG(field->name));
    }
    const struct json *where = only(connect, "where");
    if (!json_is(where, JSON_OBJECT)) {
        return INPUT_REFUSE(err,
                            "Relation \"%.*s\" requires connect or disconnect operation, such as "
                            "{\"connect\":{\"where\":{…}}}; or set \"%.*s\"",
                            STR_ARG(field->name), STR_ARG(field->columns[0].name));
    }
    if (where->count != 1) {
        return refuse_where(field, err);
    }
    return read_where(arena, field, where, now_us, out, err);
}
