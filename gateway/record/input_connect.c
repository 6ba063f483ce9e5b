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

bool connect_from_json(struct arena *arena, const struct field *field, const struct json *where, int64_t now_us,
                       struct record_connect *out, struct err *err)
{
    return where->count == 1 ? read_where(arena, field, where, now_us, out, err) : refuse_where(field, err);
}

static const struct json *given(const struct json *json, const char *name, size_t *count)
{
    const struct json *member = json_get(json, name);
    bool is_given = member != NULL && member->type != JSON_NULL;
    *count += is_given;
    return is_given ? member : NULL;
}

static bool refuse_side(const struct field *field, const struct json *json, struct err *err)
{
    return json_get(json, "connect") != NULL || json_get(json, "create") != NULL
               ? err_fail_tag(
                     err, ERR_INVALID, "CONNECT_NOT_ALLOWED",
                     "Connect is not allowed for field \"%.*s\": set the relation on the other object's records",
                     STR_ARG(field->name))
               : INPUT_REFUSE(err, "Field \"%.*s\" is not writable", STR_ARG(field->name));
}

static bool refuse_write(const struct field *field, struct err *err)
{
    return INPUT_REFUSE(err,
                        "Relation \"%.*s\" requires create, connect, or disconnect operation, such as "
                        "{\"connect\":{\"where\":{…}}}; or set \"%.*s\"",
                        STR_ARG(field->name), STR_ARG(field->columns[0].name));
}

bool relation_write_read(const struct field *field, const struct json *json, struct relation_write *out,
                         struct err *err)
{
    size_t count = 0;
    if (field->side != RELATION_MANY_TO_ONE || field->column_count == 0 || !field->target->active) {
        return refuse_side(field, json, err);
    }
    const struct json *connect = given(json, "connect", &count);
    *out = (struct relation_write){.create = given(json, "create", &count),
                                   .disconnect = given(json, "disconnect", &count)};
    if (connect != NULL && out->disconnect != NULL) {
        return err_fail_tag(err, ERR_INVALID, "CONNECT_AND_DISCONNECT",
                            "Cannot have both connect and disconnect for the same field on %.*s.",
                            STR_ARG(field->name));
    }
    out->connect = json_get(connect, "where");
    bool fits = connect != NULL       ? json_is(out->connect, JSON_OBJECT)
                : out->create != NULL ? json_is(out->create, JSON_OBJECT)
                                      : json_is(out->disconnect, JSON_TRUE) || json_is(out->disconnect, JSON_FALSE);
    return (count == 1 && fits) || refuse_write(field, err);
}
