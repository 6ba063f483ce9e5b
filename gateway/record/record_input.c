#include "gateway/record/record_input.h"

#include "gateway/record/input_connect.h"
#include "gateway/record/input_value.h"

struct reader {
    struct arena *arena;
    const struct object *object;
    enum record_input_mode mode;
    int64_t now_us;
    struct record_input *out;
    struct record_connect *connects; /* being filled */
    struct record_create *creates;   /* likewise */
    size_t depth;                    /* of creates inside of creates */
    struct err *err;
};

static bool refuse_unknown(const struct reader *reader, struct str key)
{
    struct str shown = input_cut(key);
    return INPUT_REFUSE(reader->err, "Object %.*s doesn't have any \"%.*s\" field.",
                        STR_ARG(reader->object->name_singular), STR_ARG(shown));
}

static bool refuse_write(const struct reader *reader, const struct field *field)
{
    if (field->type == FIELD_TS_VECTOR) {
        return INPUT_REFUSE(reader->err, "Field \"%.*s\" does not support write operations", STR_ARG(field->name));
    }
    return INPUT_REFUSE(reader->err, "Field \"%.*s\" is not writable", STR_ARG(field->name));
}

static bool set_value(const struct reader *reader, const struct column *column, const struct value *value)
{
    if (value->null && !column->nullable) {
        struct str path = column_path(reader->arena, column);
        return INPUT_REFUSE(reader->err, "Field \"%.*s\" cannot be null", STR_ARG(path));
    }
    reader->out->values[column->index] = *value;
    reader->out->set[column->index] = true;
    return true;
}

static bool read_column(const struct reader *reader, const struct column *column, const struct json *json)
{
    struct value value;
    return value_from_json(reader->arena, column, json, reader->now_us, &value, reader->err) &&
           set_value(reader, column, &value);
}

static bool read_all_null(const struct reader *reader, const struct field *field)
{
    for (size_t i = 0; i < field->column_count; i++) {
        struct value value = value_null(field->columns[i].kind);
        if (!set_value(reader, &field->columns[i], &value)) {
            return false;
        }
    }
    return true;
}

static const struct column *sub_column(const struct field *field, struct str name)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (str_is(name, field->columns[i].sub->name)) {
            return &field->columns[i];
        }
    }
    return NULL;
}

static bool read_composite(const struct reader *reader, const struct field *field, const struct json *json)
{
    if (json->type == JSON_NULL) {
        return read_all_null(reader, field);
    }
    if (json->type != JSON_OBJECT) {
        struct str shown = input_quote(json);
        return INPUT_REFUSE(reader->err, "Invalid object value '%.*s' for field \"%.*s\"", STR_ARG(shown),
                            STR_ARG(field->name));
    }
    JSON_EACH(member, json)
    {
        const struct column *column = sub_column(field, member->key);
        if (column == NULL) {
            struct str shown = input_cut(member->key);
            return INPUT_REFUSE(reader->err, "Sub field \"%.*s\" not found for composite type: %s", STR_ARG(shown),
                                field_types[field->type].name);
        }
        /* Clients send back the records that they were given, names of actors and all. */
        if (!column->sub->output_only && !read_column(reader, column, member)) {
            return false;
        }
    }
    return true;
}

static bool read_created_by(const struct reader *reader, const struct field *field, const struct json *json)
{
    if (reader->mode != RECORD_INPUT_CREATE) {
        return refuse_write(reader, field);
    }
    if (json->type == JSON_NULL) {
        return true; /* as if it had not been sent: the caller's own name goes in */
    }
    if (!read_composite(reader, field, json)) {
        return false;
    }
    const struct column *source = sub_column(field, STR("source"));
    reader->out->actor_given = source != NULL && reader->out->set[source->index];
    return true;
}

static bool read_record(struct reader *reader, const struct json *json);

static bool read_create(struct reader *reader, const struct field *field, const struct json *json)
{
    struct record_input *input = ARENA_NEW(reader->arena, struct record_input);
    struct reader inner = {.arena = reader->arena,
                           .object = field->target,
                           .mode = RECORD_INPUT_CREATE,
                           .now_us = reader->now_us,
                           .depth = reader->depth + 1,
                           .out = input,
                           .err = reader->err};
    if (inner.depth > RECORD_CREATE_DEPTH_MAX) {
        return INPUT_REFUSE(reader->err, "Nested relation create depth cannot exceed %d", RECORD_CREATE_DEPTH_MAX);
    }
    if (!read_record(&inner, json)) {
        return false;
    }
    reader->creates[reader->out->create_count++] = (struct record_create){field, input};
    return true;
}

static bool read_relation(struct reader *reader, const struct field *field, const struct json *json)
{
    struct relation_write write;
    if (!relation_write_read(field, json, &write, reader->err)) {
        return false;
    }
    if (write.disconnect != NULL) {
        struct value nobody = value_null(COLUMN_UUID);
        return write.disconnect->type == JSON_FALSE || set_value(reader, &field->columns[0], &nobody);
    }
    if (write.create != NULL) {
        return read_create(reader, field, write.create);
    }
    struct record_connect *connect = &reader->connects[reader->out->connect_count];
    if (!connect_from_json(reader->arena, field, write.connect, reader->now_us, connect, reader->err)) {
        return false;
    }
    reader->out->connect_count++;
    return true;
}

/* The id and the fields that we keep ourselves. */
static bool is_system(const struct object *object, const struct field *field)
{
    return field == object->id_column->field || field == object->created_at->field ||
           field == object->updated_at->field || field == object->deleted_at->field || field == object->created_by ||
           field == object->updated_by;
}

static bool read_system(const struct reader *reader, const struct field *field, const struct json *json)
{
    const struct object *object = reader->object;
    bool id = field == object->id_column->field;
    if (id && reader->mode != RECORD_INPUT_CREATE) {
        return true; /* the caller compares it with the path's */
    }
    if (field == object->created_by) {
        return read_created_by(reader, field, json);
    }
    if (id || (field == object->created_at->field && reader->mode == RECORD_INPUT_CREATE)) {
        /* Null asks for what we would put in anyway. */
        return json->type == JSON_NULL || read_column(reader, &field->columns[0], json);
    }
    return refuse_write(reader, field);
}

static bool read_member(struct reader *reader, const struct json *json)
{
    const struct field *field = object_join(reader->object, json->key);
    if (field != NULL && field->active && field->column_count > 0) {
        return read_column(reader, &field->columns[0], json);
    }
    field = object_field(reader->object, json->key);
    if (field == NULL || !field->active) {
        return refuse_unknown(reader, json->key);
    }
    if (field_types[field->type].relation) {
        return read_relation(reader, field, json);
    }
    if (field->column_count == 0) {
        return refuse_write(reader, field); /* searchVector */
    }
    if (is_system(reader->object, field)) {
        return read_system(reader, field, json);
    }
    return field_types[field->type].composite ? read_composite(reader, field, json)
                                              : read_column(reader, &field->columns[0], json);
}

static bool refuse_both(const struct reader *reader, const struct field *field)
{
    return !reader->out->set[field->columns[0].index] ||
           INPUT_REFUSE(reader->err, "%.*s and %.*s cannot be both provided.", STR_ARG(field->name),
                        STR_ARG(field->columns[0].name));
}

/* A relation is set in one way or the other. */
static bool relations_check(const struct reader *reader)
{
    for (size_t i = 0; i < reader->out->connect_count; i++) {
        if (!refuse_both(reader, reader->connects[i].field)) {
            return false;
        }
    }
    for (size_t i = 0; i < reader->out->create_count; i++) {
        if (!refuse_both(reader, reader->creates[i].field)) {
            return false;
        }
    }
    return true;
}

static bool read_record(struct reader *reader, const struct json *json)
{
    if (json->type != JSON_OBJECT) {
        return INPUT_REFUSE(reader->err, "A record must be a JSON object, not %s", json_type_name(json));
    }
    reader->connects = ARENA_ARRAY(reader->arena, struct record_connect, json->count);
    reader->creates = ARENA_ARRAY(reader->arena, struct record_create, json->count);
    *reader->out =
        (struct record_input){.values = ARENA_ARRAY(reader->arena, struct value, reader->object->column_count),
                              .set = ARENA_ARRAY(reader->arena, bool, reader->object->column_count),
                              .connects = reader->connects,
                              .creates = reader->creates};
    JSON_EACH(member, json)
    {
        if (!read_member(reader, member)) {
            return false;
        }
    }
    return relations_check(reader);
}

bool record_input_read(struct arena *arena, const struct object *object, const struct json *json,
                       enum record_input_mode mode, int64_t now_us, struct record_input *out, struct err *err)
{
    struct reader reader = {.arena = arena, .object = object, .mode = mode, .now_us = now_us, .out = out, .err = err};
    return read_record(&reader, json);
}
