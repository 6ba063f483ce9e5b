/* Variables: JSON into data, with the errors that graphql-js has for it. */
#include "common/base/strbuf.h"
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "gateway/graphql/builtin.h"
#include "gateway/graphql/coerce.h"
#include "gateway/graphql/suggest.h"
#include <math.h>

enum { SHOWN_MAX = 300 };

/* As node's inspect shows it: `{ a: 1, b: [2] }`. */
static void put_shown(struct strbuf *out, const struct json *json)
{
    if (json->type != JSON_ARRAY && json->type != JSON_OBJECT) {
        json_put_canonical(out, json);
        return;
    }
    bool object = json->type == JSON_OBJECT;
    strbuf_puts(out, !object ? "[" : json->first == NULL ? "{" : "{ ");
    JSON_EACH(child, json)
    {
        if (out->overflowed) {
            return;
        }
        if (object) {
            strbuf_put(out, child->key);
            strbuf_puts(out, ": ");
        }
        put_shown(out, child);
        strbuf_puts(out, child->next == NULL ? "" : ", ");
    }
    strbuf_puts(out, !object ? "]" : json->first == NULL ? "}" : " }");
}

static struct str shown(struct arena *arena, const struct json *json)
{
    struct strbuf out = {.ceiling = SHOWN_MAX};
    put_shown(&out, json);
    struct str text = str_cut(strbuf_str(&out), SHOWN_MAX);
    text = arena_printf(arena, "%.*s%s", STR_ARG(text), out.overflowed ? "..." : "");
    strbuf_release(&out);
    return text;
}

static void put_path(struct strbuf *out, const struct gql_path *path)
{
    if (path == NULL) {
        return;
    }
    put_path(out, path->before);
    if (path->key.ptr == NULL) {
        strbuf_printf(out, "[%zu]", path->index);
    } else {
        strbuf_printf(out, ".%.*s", STR_ARG(path->key));
    }
}

/* Says why a part of a variable does not fit; returns NULL, so that a function can end with it. */
static const struct gql_datum *refuse(struct gql_coercion *c, const struct gql_variable *variable,
                                      const struct gql_path *path, const struct json *json, struct str why)
{
    if (variable == NULL) {
        return NULL;
    }
    struct strbuf place = {.ceiling = 1000};
    if (path != NULL) {
        strbuf_printf(&place, " at \"%.*s", STR_ARG(variable->name));
        put_path(&place, path);
        strbuf_puts(&place, "\"");
    }
    struct str text = shown(c->arena, json);
    struct str at = str_cut(strbuf_str(&place), 1000);
    gql_error_add(c->errors, GQL_ERROR_VARIABLES, "Variables", &variable->offset, 1,
                  "Variable \"$%.*s\" got invalid value %.*s%.*s; %.*s", STR_ARG(variable->name), STR_ARG(text),
                  STR_ARG(at), STR_ARG(why));
    strbuf_release(&place);
    return NULL;
}

static const struct gql_datum *refuse_value(struct gql_coercion *c, const struct gql_variable *variable,
                                            const struct gql_path *path, const struct json *json, const char *why)
{
    if (variable == NULL) {
        return NULL;
    }
    struct str text = shown(c->arena, json);
    return refuse(c, variable, path, json, arena_printf(c->arena, "%s: %.*s", why, STR_ARG(text)));
}

static struct gql_datum *new_datum(struct gql_coercion *c, enum gql_datum_kind kind, const struct json *origin)
{
    struct gql_datum *datum = ARENA_NEW(c->arena, struct gql_datum);
    datum->kind = kind;
    datum->origin = origin;
    return datum;
}

/* ---- leaves ---- */

static const struct gql_datum *coerce_int(struct gql_coercion *c, const struct json *json,
                                          const struct gql_variable *variable, const struct gql_path *path)
{
    double number = 0;
    if (json->type != JSON_NUMBER || !number_parse_double(json->text, &number) || number != floor(number)) {
        return refuse_value(c, variable, path, json, "Int cannot represent non-integer value");
    }
    if (number < INT32_MIN || number > INT32_MAX) {
        return refuse_value(c, variable, path, json, "Int cannot represent non 32-bit signed integer value");
    }
    struct gql_datum *datum = new_datum(c, GQL_DATUM_INT, json);
    datum->as.integer = (int32_t)number;
    return datum;
}

static const struct gql_datum *coerce_id(struct gql_coercion *c, const struct json *json,
                                         const struct gql_variable *variable, const struct gql_path *path)
{
    double number = 0;
    struct gql_datum *datum = new_datum(c, GQL_DATUM_STRING, json->type == JSON_STRING ? json : NULL);
    datum->as.text = json->text;
    if (json->type == JSON_STRING) {
        return datum;
    }
    if (json->type != JSON_NUMBER || !number_parse_double(json->text, &number) || number != floor(number)) {
        return refuse_value(c, variable, path, json, "ID cannot represent value");
    }
    return datum;
}

static const struct gql_datum *coerce_scalar(struct gql_coercion *c, const struct json *json, enum gql_scalar scalar,
                                             const struct gql_variable *variable, const struct gql_path *path)
{
    struct gql_datum *datum = new_datum(c, GQL_DATUM_JSON, json);
    switch (scalar) {
    case GQL_SCALAR_JSON: datum->as.json = json; break;
    case GQL_SCALAR_INT: return coerce_int(c, json, variable, path);
    case GQL_SCALAR_ID: return coerce_id(c, json, variable, path);
    case GQL_SCALAR_STRING:
        if (json->type != JSON_STRING) {
            return refuse_value(c, variable, path, json, "String cannot represent a non string value");
        }
        datum->kind = GQL_DATUM_STRING;
        datum->as.text = json->text;
        break;
    case GQL_SCALAR_FLOAT:
        datum->kind = GQL_DATUM_FLOAT;
        if (json->type != JSON_NUMBER || !number_parse_double(json->text, &datum->as.number)) {
            return refuse_value(c, variable, path, json, "Float cannot represent non numeric value");
        }
        break;
    case GQL_SCALAR_BOOLEAN:
        if (json->type != JSON_TRUE && json->type != JSON_FALSE) {
            return refuse_value(c, variable, path, json, "Boolean cannot represent a non boolean value");
        }
        datum->kind = GQL_DATUM_BOOLEAN;
        datum->as.boolean = json->type == JSON_TRUE;
        break;
    }
    return datum;
}

static const struct gql_datum *coerce_enum(struct gql_coercion *c, const struct json *json, const struct gql_type *type,
                                           const struct gql_variable *variable, const struct gql_path *path)
{
    if (json->type != JSON_STRING) {
        if (variable == NULL) {
            return NULL;
        }
        struct str text = shown(c->arena, json);
        return refuse(c, variable, path, json,
                      arena_printf(c->arena, "Enum \"%.*s\" cannot represent non-string value: %.*s.",
                                   STR_ARG(type->name), STR_ARG(text)));
    }
    struct gql_datum *datum = new_datum(c, GQL_DATUM_ENUM, json);
    datum->as.value = gql_type_value(type, json->text);
    if (datum->as.value != NULL || variable == NULL) {
        return datum->as.value == NULL ? NULL : datum;
    }
    struct gql_suggestions near = {.arena = c->arena, .input = json->text};
    for (uint32_t i = 0; i < type->count && !c->limits->hide_suggestions; i++) {
        gql_suggest(&near, type->values[i].name);
    }
    struct str hint = gql_suggest_text(&near, "the enum value ");
    struct str text = str_cut(json->text, SHOWN_MAX);
    return refuse(c, variable, path, json,
                  arena_printf(c->arena, "Value \"%.*s\" does not exist in \"%.*s\" enum.%.*s", STR_ARG(text),
                               STR_ARG(type->name), STR_ARG(hint)));
}

/* ---- lists and objects ---- */

static const struct gql_datum *coerce_list(struct gql_coercion *c, const struct json *json, struct gql_ref type,
                                           const struct gql_variable *variable, const struct gql_path *path)
{
    struct gql_datum *list = new_datum(c, GQL_DATUM_LIST, json->type == JSON_ARRAY ? json : NULL);
    const struct gql_datum **next = &list->as.items.first;
    bool fits = true;
    const struct json *first = json->type == JSON_ARRAY ? json->first : json;
    for (const struct json *at = first; at != NULL; at = json->type == JSON_ARRAY ? at->next : NULL) {
        struct gql_path inner = {path, STR_EMPTY, list->as.items.count++};
        const struct gql_datum *item =
            gql_coerce_json(c, at, gql_ref_inner(type), variable, json->type == JSON_ARRAY ? &inner : path);
        fits = fits && item != NULL;
        if (item == NULL) {
            continue;
        }
        struct gql_datum *copy = new_datum(c, item->kind, item->origin);
        *copy = *item;
        copy->next = NULL;
        list->origin = item->origin == NULL ? NULL : list->origin;
        *next = copy;
        next = &copy->next;
    }
    return fits ? list : NULL;
}

static bool refuse_unknown_fields(struct gql_coercion *c, const struct json *json, const struct gql_type *type,
                                  const struct gql_variable *variable, const struct gql_path *path)
{
    bool any = false;
    JSON_EACH(child, json)
    {
        if (gql_type_field(type, child->key) != NULL) {
            continue;
        }
        any = true;
        if (variable == NULL) {
            continue;
        }
        struct gql_suggestions near = {.arena = c->arena, .input = child->key};
        if (!c->limits->hide_suggestions) {
            gql_suggest_fields(&near, type->fields, type->count);
        }
        struct str hint = gql_suggest_text(&near, "");
        struct str key = str_cut(child->key, SHOWN_MAX);
        (void)refuse(c, variable, path, json,
                     arena_printf(c->arena, "Field \"%.*s\" is not defined by type \"%.*s\".%.*s", STR_ARG(key),
                                  STR_ARG(type->name), STR_ARG(hint)));
    }
    return any;
}

static bool one_of_holds(struct gql_coercion *c, const struct gql_datum *object, const struct json *json,
                         const struct gql_type *type, const struct gql_variable *variable, const struct gql_path *path)
{
    const struct gql_datum *first = object->as.items.first;
    if (object->as.items.count != 1) {
        (void)refuse(
            c, variable, path, json,
            arena_printf(c->arena, "Exactly one key must be specified for OneOf type \"%.*s\".", STR_ARG(type->name)));
        return false;
    }
    if (first->kind == GQL_DATUM_NULL) {
        (void)refuse(c, variable, path, json,
                     arena_printf(c->arena, "Field \"%.*s\" must be non-null.", STR_ARG(first->field->name)));
        return false;
    }
    return true;
}

static const struct gql_datum *coerce_object(struct gql_coercion *c, const struct json *json,
                                             const struct gql_type *type, const struct gql_variable *variable,
                                             const struct gql_path *path)
{
    if (json->type != JSON_OBJECT) {
        return refuse(c, variable, path, json,
                      arena_printf(c->arena, "Expected type \"%.*s\" to be an object.", STR_ARG(type->name)));
    }
    struct gql_datum *object = new_datum(c, GQL_DATUM_OBJECT, json);
    const struct gql_datum **next = &object->as.items.first;
    bool fits = true;
    for (uint32_t i = 0; i < type->count; i++) {
        const struct gql_field *field = &type->fields[i];
        const struct json *given = json_get_str(json, field->name);
        const struct gql_datum *value = NULL;
        struct gql_path inner = {path, field->name, 0};
        if (given != NULL) {
            value = gql_coerce_json(c, given, field->type, variable, &inner);
            fits = fits && value != NULL;
        } else if (field->extra != NULL && field->extra->default_value != NULL) {
            value = gql_coerce_value(c, field->extra->default_value, field->type);
            object->origin = NULL;
        } else if (gql_ref_is_required(field->type)) {
            struct str text = gql_ref_text(c->arena, c->schema, field->type);
            (void)refuse(c, variable, path, json,
                         arena_printf(c->arena, "Field \"%.*s\" of required type \"%.*s\" was not provided.",
                                      STR_ARG(field->name), STR_ARG(text)));
            fits = false;
        }
        if (value == NULL) {
            continue;
        }
        struct gql_datum *copy = new_datum(c, value->kind, value->origin);
        *copy = *value;
        copy->field = field;
        copy->offset = given == NULL ? 0 : given->offset;
        copy->next = NULL;
        object->origin = value->origin == NULL ? NULL : object->origin;
        object->as.items.count++;
        *next = copy;
        next = &copy->next;
    }
    fits = !refuse_unknown_fields(c, json, type, variable, path) && fits;
    return fits && (!type->one_of || one_of_holds(c, object, json, type, variable, path)) ? object : NULL;
}

const struct gql_datum *gql_coerce_json(struct gql_coercion *c, const struct json *json, struct gql_ref type,
                                        const struct gql_variable *variable, const struct gql_path *path)
{
    if (gql_ref_is_required(type)) {
        if (json->type == JSON_NULL) {
            struct str text = gql_ref_text(c->arena, c->schema, type);
            return refuse(c, variable, path, json,
                          arena_printf(c->arena, "Expected non-nullable type \"%.*s\" not to be null.", STR_ARG(text)));
        }
        type = gql_ref_inner(type);
    }
    if (json->type == JSON_NULL) {
        return new_datum(c, GQL_DATUM_NULL, json);
    }
    if (gql_ref_is_list(type)) {
        return coerce_list(c, json, type, variable, path);
    }
    const struct gql_type *named = gql_type_of(c->schema, type);
    switch (named->kind) {
    case GQL_SCALAR: return coerce_scalar(c, json, (enum gql_scalar)named->role, variable, path);
    case GQL_ENUM: return coerce_enum(c, json, named, variable, path);
    case GQL_INPUT: return coerce_object(c, json, named, variable, path);
    case GQL_OBJECT: break;
    }
    return NULL;
}

/* ---- the variables of an operation ---- */

static bool coerce_variable(struct gql_coercion *c, const struct gql_variable *variable)
{
    struct gql_ref type = gql_ref_of_node(c->schema, &variable->type);
    const struct json *given = json_get_str(c->given, variable->name);
    const struct gql_datum *datum = NULL;
    size_t before = c->errors->count;
    if (type.type == 0 || gql_type_of(c->schema, type)->kind == GQL_OBJECT) {
        return true; /* validation refused it, or was told not to: then the place of use decides */
    }
    if (given == NULL && variable->default_value != NULL) {
        datum = gql_coerce_value(c, variable->default_value, type);
    } else if (given == NULL && gql_ref_is_required(type)) {
        struct str text = gql_ref_text(c->arena, c->schema, type);
        gql_error_add(c->errors, GQL_ERROR_VARIABLES, "Variables", &variable->offset, 1,
                      "Variable \"$%.*s\" of required type \"%.*s\" was not provided.", STR_ARG(variable->name),
                      STR_ARG(text));
    } else if (given != NULL && given->type == JSON_NULL && gql_ref_is_required(type)) {
        struct str text = gql_ref_text(c->arena, c->schema, type);
        gql_error_add(c->errors, GQL_ERROR_VARIABLES, "Variables", &variable->offset, 1,
                      "Variable \"$%.*s\" of non-null type \"%.*s\" must not be null.", STR_ARG(variable->name),
                      STR_ARG(text));
    } else if (given != NULL) {
        datum = gql_coerce_json(c, given, type, variable, NULL);
    }
    if (datum != NULL) {
        struct gql_coerced *coerced = ARENA_NEW(c->arena, struct gql_coerced);
        *coerced = (struct gql_coerced){datum, type};
        gql_names_set(&c->variables, variable->name, coerced);
    }
    return c->errors->count == before;
}

bool gql_coerce_variables(struct gql_coercion *c, const struct gql_definition *operation)
{
    size_t count = 0;
    bool fits = true;
    for (const struct gql_variable *at = operation->variables; at != NULL; at = at->next) {
        count++;
    }
    gql_names_init(c->arena, &c->variables, count);
    for (const struct gql_variable *at = operation->variables; at != NULL; at = at->next) {
        fits = coerce_variable(c, at) && fits;
    }
    return fits;
}
