#include "gateway/catalogue/field_json.h"
#include <jansson.h>
#include <stdlib.h>

/* NULL when it is not JSON; json_decref it. jsonb writes 1e300 with all its digits: no integer would hold them. */
static json_t *load(struct str text)
{
    return json_loadb(text.ptr == NULL ? "" : text.ptr, text.len,
                      JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
}

/* Empty when `value` is no string. */
static struct str text_of(const json_t *value)
{
    return json_is_string(value) ? str_of(json_string_value(value), json_string_length(value)) : STR_EMPTY;
}

static bool read_on_delete(struct str text, enum on_delete *out)
{
    static const char *const names[] = {
        [ON_DELETE_SET_NULL] = "SET_NULL",
        [ON_DELETE_CASCADE] = "CASCADE",
        [ON_DELETE_RESTRICT] = "RESTRICT",
        [ON_DELETE_NO_ACTION] = "NO_ACTION",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_is(text, names[i])) {
            *out = (enum on_delete)i;
            return true;
        }
    }
    return false;
}

static bool relation_from(struct arena *arena, const json_t *settings, struct relation_settings *out, struct err *err)
{
    struct str type = text_of(json_object_get(settings, "relationType"));
    struct str join = text_of(json_object_get(settings, "joinColumnName"));
    const json_t *on_delete = json_object_get(settings, "onDelete");
    if (str_is(type, "ONE_TO_MANY")) {
        if (join.len > 0) {
            return err_fail(err, ERR_INVALID, 0, "a one-to-many side has no join column");
        }
        *out = (struct relation_settings){.side = RELATION_ONE_TO_MANY};
        return true;
    }
    if (!str_is(type, "MANY_TO_ONE")) {
        return err_fail(err, ERR_INVALID, 0, "settings.relationType must be MANY_TO_ONE or ONE_TO_MANY");
    }
    if (join.len == 0) {
        return err_fail(err, ERR_INVALID, 0, "settings.joinColumnName is missing");
    }
    struct relation_settings made = {.side = RELATION_MANY_TO_ONE, .join_column = arena_copy(arena, join)};
    if (on_delete != NULL && !json_is_null(on_delete) && !read_on_delete(text_of(on_delete), &made.on_delete)) {
        return err_fail(err, ERR_INVALID, 0, "settings.onDelete is none of SET_NULL, CASCADE, RESTRICT, NO_ACTION");
    }
    *out = made;
    return true;
}

bool relation_settings_read(struct arena *arena, struct str json, struct relation_settings *out, struct err *err)
{
    json_t *settings = load(json);
    bool ok = json_is_object(settings) ? relation_from(arena, settings, out, err)
                                       : err_fail(err, ERR_INVALID, 0, "a relation needs a settings object");
    json_decref(settings);
    return ok;
}

bool stored_column_read(struct arena *arena, struct str json, struct stored_column *out, struct err *err)
{
    *out = (struct stored_column){0};
    /* Cheap for the many that have none. */
    if (str_find_str(json, STR("\"columnName\"")) == json.len) {
        return true;
    }
    json_t *settings = load(json);
    out->name = arena_copy(arena, text_of(json_object_get(settings, "columnName")));
    out->type = arena_copy(arena, text_of(json_object_get(settings, "columnType")));
    json_decref(settings);
    return out->name.len > 0 || err_fail(err, ERR_INVALID, 0, "columnName must be the name of a column");
}

static int by_position(const void *a, const void *b)
{
    const struct option *left = a;
    const struct option *right = b;
    return (left->position > right->position) - (left->position < right->position);
}

static bool option_from(struct arena *arena, const json_t *value, struct option *out, struct err *err)
{
    struct str name = text_of(json_object_get(value, "value"));
    const json_t *position = json_object_get(value, "position");
    if (name.len == 0 || !json_is_number(position)) {
        return err_fail(err, ERR_INVALID, 0, "an option needs a value and a position");
    }
    if (!uuid_parse(text_of(json_object_get(value, "id")), &out->id)) {
        return err_fail(err, ERR_INVALID, 0, "option %.*s has no UUID as its id", STR_ARG(name));
    }
    out->value = arena_copy(arena, name);
    out->label = arena_copy(arena, text_of(json_object_get(value, "label")));
    out->color = arena_copy(arena, text_of(json_object_get(value, "color")));
    out->position = json_number_value(position);
    return true;
}

/* Quadratic, over tens of options. */
static bool options_differ(const struct option *options, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (str_eq(options[i].value, options[k].value) || uuid_eq(&options[i].id, &options[k].id) ||
                (options[i].position <= options[k].position && options[i].position >= options[k].position)) {
                return err_fail(err, ERR_INVALID, 0, "options %.*s and %.*s share a value, an id or a position",
                                STR_ARG(options[k].value), STR_ARG(options[i].value));
            }
        }
    }
    return true;
}

static bool options_from(struct arena *arena, const json_t *list, struct field *field, struct err *err)
{
    size_t count = json_array_size(list); /* 0 when it is no array */
    if (count == 0) {
        return err_fail(err, ERR_INVALID, 0, "options are required for a field of type %s",
                        field_types[field->type].name);
    }
    struct option *options = ARENA_ARRAY(arena, struct option, count);
    for (size_t i = 0; i < count; i++) {
        if (!option_from(arena, json_array_get(list, i), &options[i], err)) {
            return false;
        }
    }
    if (!options_differ(options, count, err)) {
        return false;
    }
    qsort(options, count, sizeof *options, by_position);
    field->options = options;
    field->option_count = count;
    return true;
}

bool options_read(struct arena *arena, struct str json, struct field *field, struct err *err)
{
    json_t *list = load(json);
    bool ok = options_from(arena, list, field, err);
    json_decref(list);
    return ok;
}

/* Quoted as the contract's defaults are: "'NEW'". */
static bool is_quoted_option(const struct field *field, const json_t *value)
{
    struct str text = text_of(value);
    if (text.len < 2 || text.ptr[0] != '\'' || text.ptr[text.len - 1] != '\'') {
        return false;
    }
    for (size_t i = 0; i < field->option_count; i++) {
        if (str_eq(field->options[i].value, str_slice(text, 1, text.len - 1))) {
            return true;
        }
    }
    return false;
}

static bool default_is_options(const struct field *field, const json_t *value)
{
    if (field->type != FIELD_MULTI_SELECT) {
        return is_quoted_option(field, value);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!is_quoted_option(field, json_array_get(value, i))) {
            return false;
        }
    }
    return json_is_array(value);
}

bool default_options_check(const struct field *field, struct err *err)
{
    json_t *value = load(field->default_json);
    bool ok = value != NULL && default_is_options(field, value);
    json_decref(value);
    return ok || err_fail(err, ERR_INVALID, 0, "the default value does not fit the field");
}

static const struct column *column_named(const struct object *object, struct str name)
{
    for (size_t i = 0; i < object->column_count; i++) {
        if (str_eq(object->columns[i].name, name)) {
            return &object->columns[i];
        }
    }
    return NULL;
}

static bool criterion_from(struct arena *arena, const json_t *list, const struct object *object,
                           struct duplicate_criterion *out)
{
    size_t count = json_array_size(list);
    const struct column **columns = ARENA_ARRAY(arena, const struct column *, count);
    for (size_t i = 0; i < count; i++) {
        columns[i] = column_named(object, text_of(json_array_get(list, i)));
        if (columns[i] == NULL) {
            return false;
        }
    }
    *out = (struct duplicate_criterion){columns, count};
    return count > 0;
}

bool criteria_read(struct arena *arena, struct str json, struct object *object, struct err *err)
{
    if (json.len == 0) {
        return true;
    }
    json_t *list = load(json);
    if (!json_is_array(list) && !json_is_null(list)) {
        json_decref(list);
        return err_fail(err, ERR_INVALID, 0, "the duplicate criteria are no list");
    }
    size_t count = json_array_size(list);
    struct duplicate_criterion *criteria = ARENA_ARRAY(arena, struct duplicate_criterion, count);
    for (size_t i = 0; i < count; i++) {
        object->criterion_count +=
            criterion_from(arena, json_array_get(list, i), object, &criteria[object->criterion_count]);
    }
    object->criteria = criteria;
    json_decref(list);
    return true;
}
