/* What a create leaves unset. */
#include "gateway/record/input_value.h"
#include "gateway/record/record_input.h"

#define DAY_US INT64_C(86400000000)
#define MS_US  INT64_C(1000)

struct completer {
    struct arena *arena;
    const struct object *object;
    struct record_input *input;
    const struct uuid *fresh_id;
    int64_t now_us; /* whole milliseconds */
    struct err *err;
};

static int64_t floor_to(int64_t us, int64_t unit)
{
    int64_t rest = us % unit;
    return us - (rest < 0 ? rest + unit : rest);
}

static void put(const struct completer *completer, const struct column *column, struct value value)
{
    completer->input->values[column->index] = value;
    completer->input->set[column->index] = true;
}

static void put_unset(const struct completer *completer, const struct column *column, struct value value)
{
    if (!completer->input->set[column->index]) {
        put(completer, column, value);
    }
}

static struct value timestamp_value(int64_t us)
{
    return (struct value){.kind = COLUMN_TIMESTAMPTZ, .as.us = us};
}

static struct value text_value(struct str text)
{
    return (struct value){.kind = COLUMN_TEXT, .as.text = text};
}

static bool is_quoted(struct str text)
{
    return text.len >= 2 && text.ptr[0] == '\'' && text.ptr[text.len - 1] == '\'';
}

/* 'abc' in its quotes, a doubled quote inside standing for one, as in SQL. */
static struct str unquote(struct arena *arena, struct str text)
{
    text = str_slice(text, 1, text.len - 1);
    if (str_find_str(text, STR("''")) == text.len) {
        return text;
    }
    char *bytes = arena_bytes(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bytes[len++] = text.ptr[i];
        if (text.ptr[i] == '\'' && i + 1 < text.len && text.ptr[i + 1] == '\'') {
            i++;
        }
    }
    return str_of(bytes, len);
}

/* The default as a client would have sent it: every quoted string without its quotes. Depth is bounded by the parser.
 */
static struct json *plain_json(struct arena *arena, const struct json *json)
{
    struct json *plain = ARENA_NEW(arena, struct json);
    *plain = *json;
    if (json->type == JSON_STRING && is_quoted(json->text)) {
        plain->text = unquote(arena, json->text);
    }
    struct json **end = &plain->first;
    JSON_EACH(child, json)
    {
        *end = plain_json(arena, child);
        end = &(*end)->next;
    }
    return plain;
}

/* Another id that is as fresh as the record's own: no dice in here. */
static struct uuid derived_id(const struct uuid *fresh, size_t index)
{
    struct uuid id = *fresh;
    id.bytes[14] ^= (uint8_t)((index + 1) >> 8);
    id.bytes[15] ^= (uint8_t)(index + 1);
    return id;
}

/* "now" and "uuid" without inner quotes are functions, the only two (contract/metadata 4.1). */
static bool computed_default(const struct completer *completer, const struct column *column, const struct json *json,
                             struct value *out)
{
    *out = (struct value){.kind = column->kind};
    if (json->type != JSON_STRING) {
        return false;
    }
    bool now = str_is(json->text, "now");
    if (now && column->kind == COLUMN_TIMESTAMPTZ) {
        out->as.us = completer->now_us;
        return true;
    }
    if (now && column->kind == COLUMN_DATE) {
        out->as.days = (int32_t)(floor_to(completer->now_us, DAY_US) / DAY_US);
        return true;
    }
    if (str_is(json->text, "uuid") && column->kind == COLUMN_UUID) {
        out->as.uuid = derived_id(completer->fresh_id, column->index);
        return true;
    }
    return false;
}

/* `json` is the field's default; of a composite, it is that of the whole. */
static bool default_value(const struct completer *completer, const struct column *column, const struct json *json,
                          struct value *out)
{
    *out = value_null(column->kind);
    if (column->sub != NULL) {
        json = json_get(json, column->sub->name);
    }
    if (json == NULL || json->type == JSON_NULL || computed_default(completer, column, json, out)) {
        return true;
    }
    /* Free JSON and files are stored as they stand; everywhere else strings wear quotes. */
    bool free_json = column->sub == NULL && column->kind == COLUMN_JSONB;
    const struct json *plain = free_json ? json : plain_json(completer->arena, json);
    return value_from_json(completer->arena, column, plain, completer->now_us, out, completer->err);
}

bool record_default_check(struct arena *arena, const struct column *column, const struct json *json, struct err *err)
{
    static const struct uuid nobody;
    struct completer completer = {.arena = arena, .fresh_id = &nobody, .err = err};
    struct value ignored;
    return default_value(&completer, column, json, &ignored);
}

static bool put_default(const struct completer *completer, const struct column *column, const struct json *json)
{
    struct value value;
    if (!default_value(completer, column, json, &value)) {
        return false;
    }
    put(completer, column, value);
    return true;
}

static bool complete_field(const struct completer *completer, const struct field *field)
{
    const struct json *json = NULL;
    for (size_t i = 0; i < field->column_count; i++) {
        const struct column *column = &field->columns[i];
        if (completer->input->set[column->index]) {
            continue;
        }
        if (json == NULL && field->default_json.len > 0) {
            json = json_parse(completer->arena, field->default_json, &input_json_limits, completer->err);
            if (json == NULL) {
                return false;
            }
        }
        if (!put_default(completer, column, json)) {
            return false;
        }
    }
    return true;
}

static void put_actor(const struct completer *completer, const struct field *field, const struct record_actor *actor,
                      bool keep_source)
{
    for (size_t i = 0; i < field->column_count; i++) {
        const struct column *column = &field->columns[i];
        struct str sub = str_from(column->sub->name);
        if (str_is(sub, "source")) {
            if (!keep_source) {
                put(completer, column, text_value(actor->source));
            }
        } else if (str_is(sub, "name")) {
            put(completer, column, text_value(actor->name));
        } else {
            put_unset(completer, column, value_null(column->kind));
        }
    }
}

/* A custom actor's name is not the client's to give, and may not be null either. */
static void name_actors(const struct completer *completer)
{
    for (size_t i = 0; i < completer->object->column_count; i++) {
        const struct column *column = &completer->object->columns[i];
        struct value *value = &completer->input->values[i];
        if (column->sub != NULL && column->sub->output_only && !column->nullable && value->null) {
            *value = text_value(STR(""));
        }
    }
}

static bool nulls_check(const struct completer *completer)
{
    for (size_t i = 0; i < completer->object->column_count; i++) {
        const struct column *column = &completer->object->columns[i];
        /* A field that was switched off can be given by nobody. */
        if (completer->input->values[i].null && !column->nullable && column->field->active) {
            struct str path = column_path(completer->arena, column);
            return INPUT_REFUSE(completer->err, "Field \"%.*s\" cannot be null", STR_ARG(path));
        }
    }
    return true;
}

bool record_input_complete(struct arena *arena, const struct object *object, struct record_input *input,
                           const struct uuid *fresh_id, int64_t now_us, size_t index_in_batch,
                           const struct record_actor *actor, struct err *err)
{
    struct completer completer = {.arena = arena,
                                  .object = object,
                                  .input = input,
                                  .fresh_id = fresh_id,
                                  .now_us = floor_to(now_us, MS_US),
                                  .err = err};
    /* Thousandths keep a batch in its order without leaving the millisecond. */
    int64_t now_ms = completer.now_us / MS_US;
    double position = (double)now_ms + (double)index_in_batch * 0.001;
    put_unset(&completer, object->id_column, (struct value){.kind = COLUMN_UUID, .as.uuid = *fresh_id});
    put_unset(&completer, object->created_at, timestamp_value(completer.now_us));
    put(&completer, object->updated_at, timestamp_value(completer.now_us));
    put(&completer, object->deleted_at, value_null(COLUMN_TIMESTAMPTZ));
    put_unset(&completer, object->position, (struct value){.kind = COLUMN_FLOAT8, .as.float8 = position});
    put_actor(&completer, object->created_by, actor, input->actor_given);
    put_actor(&completer, object->updated_by, actor, false);
    for (size_t i = 0; i < object->field_count; i++) {
        if (!complete_field(&completer, &object->fields[i])) {
            return false;
        }
    }
    name_actors(&completer);
    return nulls_check(&completer);
}
