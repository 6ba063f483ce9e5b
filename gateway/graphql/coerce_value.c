/* Literals: values of a document into data. Validation has been there before, so what does not fit needs no words. */
#include "common/base/strbuf.h"
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "gateway/graphql/builtin.h"
#include "gateway/graphql/coerce.h"
#include "gateway/graphql/value_print.h"

static struct gql_datum *new_datum(struct gql_coercion *c, enum gql_datum_kind kind)
{
    struct gql_datum *datum = ARENA_NEW(c->arena, struct gql_datum);
    datum->kind = kind;
    return datum;
}

/* PostgreSQL's text cannot hold U+0000, and JSON that comes in is refused with it. */
static bool has_nul(struct str text)
{
    return text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL;
}

/* Given, though no definition of the operation names it: contract 3.2 lets that pass. */
static const struct json *undeclared(const struct gql_coercion *c, struct str name)
{
    return c->limits->lenient ? json_get_str(c->given, name) : NULL;
}

bool gql_variable_missing(const struct gql_coercion *c, const struct gql_value *value)
{
    return value->kind == GQL_VALUE_VARIABLE && gql_names_get(&c->variables, value->text) == NULL &&
           undeclared(c, value->text) == NULL;
}

static const struct gql_datum *coerce_variable(struct gql_coercion *c, const struct gql_value *value,
                                               struct gql_ref type)
{
    const struct gql_coerced *coerced = gql_names_get(&c->variables, value->text);
    if (coerced == NULL) {
        const struct json *json = undeclared(c, value->text);
        return json == NULL ? NULL : gql_coerce_json(c, json, type, NULL, NULL);
    }
    if (coerced->datum->kind == GQL_DATUM_NULL) {
        return gql_ref_is_required(type) ? NULL : coerced->datum;
    }
    if (coerced->type.type == type.type && gql_ref_nullable(coerced->type).wraps == gql_ref_nullable(type).wraps) {
        return coerced->datum;
    }
    return gql_coerce_json(c, gql_datum_json(c->arena, coerced->datum), type, NULL, NULL);
}

/* ---- scalars that stay JSON ---- */

static const struct json *value_json(struct gql_coercion *c, const struct gql_value *value);

static struct json *json_items(struct gql_coercion *c, const struct gql_value *value)
{
    struct json *json = ARENA_NEW(c->arena, struct json);
    struct json **next = &json->first;
    json->type = value->kind == GQL_VALUE_LIST ? JSON_ARRAY : JSON_OBJECT;
    for (const struct gql_value *at = value->first; at != NULL; at = at->next) {
        if (gql_variable_missing(c, at) && value->kind == GQL_VALUE_OBJECT) {
            continue;
        }
        const struct json *item = value_json(c, at);
        if (item == NULL) {
            return NULL;
        }
        struct json *copy = ARENA_NEW(c->arena, struct json);
        *copy = *item;
        copy->key = at->key;
        copy->next = NULL;
        *next = copy;
        next = &copy->next;
        json->count++;
    }
    struct strbuf text = {0};
    json_put_canonical(&text, json);
    json->text = arena_copy(c->arena, strbuf_str(&text));
    strbuf_release(&text);
    return json;
}

static const struct json *value_json(struct gql_coercion *c, const struct gql_value *value)
{
    struct json *json = NULL;
    if (value->kind == GQL_VALUE_LIST || value->kind == GQL_VALUE_OBJECT) {
        return json_items(c, value);
    }
    if (value->kind == GQL_VALUE_VARIABLE) {
        const struct gql_coerced *coerced = gql_names_get(&c->variables, value->text);
        const struct json *given = coerced == NULL ? undeclared(c, value->text) : NULL;
        if (coerced != NULL || given != NULL) {
            return coerced != NULL ? gql_datum_json(c->arena, coerced->datum) : given;
        }
    }
    json = ARENA_NEW(c->arena, struct json);
    json->text = value->text;
    json->offset = value->offset;
    switch (value->kind) {
    case GQL_VALUE_INT:
    case GQL_VALUE_FLOAT: json->type = JSON_NUMBER; break;
    case GQL_VALUE_BOOLEAN: json->type = str_is(value->text, "true") ? JSON_TRUE : JSON_FALSE; break;
    case GQL_VALUE_STRING:
    case GQL_VALUE_ENUM: json->type = JSON_STRING; break;
    default: json->type = JSON_NULL; break;
    }
    return has_nul(json->text) ? NULL : json;
}

/* ---- leaves ---- */

static const struct gql_datum *coerce_scalar(struct gql_coercion *c, const struct gql_value *value,
                                             enum gql_scalar scalar)
{
    struct gql_datum *datum = new_datum(c, GQL_DATUM_JSON);
    enum gql_value_kind kind = value->kind;
    int64_t integer = 0;
    switch (scalar) {
    case GQL_SCALAR_JSON: datum->as.json = value_json(c, value); return datum->as.json == NULL ? NULL : datum;
    case GQL_SCALAR_INT:
        datum->kind = GQL_DATUM_INT;
        if (kind != GQL_VALUE_INT || !str_to_int64(value->text, INT32_MIN, INT32_MAX, &integer)) {
            return NULL;
        }
        datum->as.integer = (int32_t)integer;
        return datum;
    case GQL_SCALAR_FLOAT:
        datum->kind = GQL_DATUM_FLOAT;
        return (kind == GQL_VALUE_INT || kind == GQL_VALUE_FLOAT) && number_parse_double(value->text, &datum->as.number)
                   ? datum
                   : NULL;
    case GQL_SCALAR_BOOLEAN:
        datum->kind = GQL_DATUM_BOOLEAN;
        datum->as.boolean = str_is(value->text, "true");
        return kind == GQL_VALUE_BOOLEAN ? datum : NULL;
    case GQL_SCALAR_STRING:
    case GQL_SCALAR_ID: break;
    }
    datum->kind = GQL_DATUM_STRING;
    datum->as.text = value->text;
    bool fits = kind == GQL_VALUE_STRING || (kind == GQL_VALUE_INT && scalar == GQL_SCALAR_ID);
    return fits && !has_nul(value->text) ? datum : NULL;
}

static const struct gql_datum *coerce_enum(struct gql_coercion *c, const struct gql_value *value,
                                           const struct gql_type *type)
{
    struct gql_datum *datum = new_datum(c, GQL_DATUM_ENUM);
    bool word = value->kind == GQL_VALUE_ENUM || (value->kind == GQL_VALUE_STRING && c->limits->lenient);
    datum->as.value = word ? gql_type_value(type, value->text) : NULL;
    return datum->as.value == NULL ? NULL : datum;
}

/* ---- lists and objects ---- */

/* Puts a copy of `datum` at the end of a chain. */
static const struct gql_datum **append(struct gql_coercion *c, const struct gql_datum **next,
                                       const struct gql_datum *datum, const struct gql_field *field, size_t offset)
{
    struct gql_datum *copy = new_datum(c, datum->kind);
    *copy = *datum;
    copy->field = field;
    copy->offset = offset;
    copy->next = NULL;
    *next = copy;
    return &copy->next;
}

static const struct gql_datum *coerce_list(struct gql_coercion *c, const struct gql_value *value, struct gql_ref type)
{
    struct gql_datum *list = new_datum(c, GQL_DATUM_LIST);
    const struct gql_datum **next = &list->as.items.first;
    struct gql_ref inner = gql_ref_inner(type);
    if (value->kind != GQL_VALUE_LIST) {
        const struct gql_datum *item = gql_coerce_value(c, value, inner);
        if (item == NULL) {
            return NULL;
        }
        (void)append(c, next, item, NULL, 0);
        list->as.items.count = 1;
        return list;
    }
    for (const struct gql_value *at = value->first; at != NULL; at = at->next) {
        const struct gql_datum *item = gql_coerce_value(c, at, inner);
        if (item == NULL && gql_variable_missing(c, at) && !gql_ref_is_required(inner)) {
            item = new_datum(c, GQL_DATUM_NULL);
        }
        if (item == NULL) {
            return NULL;
        }
        next = append(c, next, item, NULL, 0);
        list->as.items.count++;
    }
    return list;
}

static const struct gql_value *member(const struct gql_value *object, struct str name)
{
    const struct gql_value *found = NULL;
    for (const struct gql_value *at = object->first; at != NULL; at = at->next) {
        found = str_eq(at->key, name) ? at : found;
    }
    return found;
}

static const struct gql_datum *coerce_object(struct gql_coercion *c, const struct gql_value *value,
                                             const struct gql_type *type)
{
    struct gql_datum *object = new_datum(c, GQL_DATUM_OBJECT);
    const struct gql_datum **next = &object->as.items.first;
    if (value->kind != GQL_VALUE_OBJECT) {
        return NULL;
    }
    for (uint32_t i = 0; i < type->count; i++) {
        const struct gql_field *field = &type->fields[i];
        const struct gql_value *given = member(value, field->name);
        const struct gql_datum *item = NULL;
        size_t offset = 0;
        if (given != NULL && !gql_variable_missing(c, given)) {
            item = gql_coerce_value(c, given, field->type);
            if (item == NULL) {
                return NULL;
            }
            offset = given->offset;
        } else if (field->extra != NULL && field->extra->default_value != NULL) {
            item = gql_coerce_value(c, field->extra->default_value, field->type);
        } else if (gql_ref_is_required(field->type)) {
            return NULL;
        }
        if (item != NULL) {
            next = append(c, next, item, field, offset);
            object->as.items.count++;
        }
    }
    bool broken = type->one_of && (object->as.items.count != 1 || object->as.items.first->kind == GQL_DATUM_NULL);
    return broken ? NULL : object;
}

const struct gql_datum *gql_coerce_value(struct gql_coercion *c, const struct gql_value *value, struct gql_ref type)
{
    if (value->kind == GQL_VALUE_VARIABLE) {
        return coerce_variable(c, value, type);
    }
    if (value->kind == GQL_VALUE_NULL) {
        return gql_ref_is_required(type) ? NULL : new_datum(c, GQL_DATUM_NULL);
    }
    type = gql_ref_nullable(type);
    if (gql_ref_is_list(type)) {
        return coerce_list(c, value, type);
    }
    const struct gql_type *named = gql_type_of(c->schema, type);
    switch (named->kind) {
    case GQL_SCALAR: return coerce_scalar(c, value, (enum gql_scalar)named->role);
    case GQL_ENUM: return coerce_enum(c, value, named);
    case GQL_INPUT: return coerce_object(c, value, named);
    case GQL_OBJECT: break;
    }
    return NULL;
}

/* ---- arguments ---- */

static const struct gql_argument *find(const struct gql_argument *first, struct str name)
{
    for (; first != NULL && !str_eq(first->name, name); first = first->next) {
    }
    return first;
}

static bool fault_at(struct gql_argument_fault *fault, uint32_t offset, struct str why)
{
    *fault = (struct gql_argument_fault){why, offset};
    return false;
}

static bool refuse_missing(struct gql_coercion *c, const struct gql_field *definition,
                           const struct gql_argument *argument, uint32_t offset, struct gql_argument_fault *fault)
{
    struct str type = gql_ref_text(c->arena, c->schema, definition->type);
    if (argument == NULL) {
        return fault_at(fault, offset,
                        arena_printf(c->arena, "Argument \"%.*s\" of required type \"%.*s\" was not provided.",
                                     STR_ARG(definition->name), STR_ARG(type)));
    }
    return fault_at(
        fault, argument->value->offset,
        arena_printf(c->arena,
                     "Argument \"%.*s\" of required type \"%.*s\" was provided the variable \"$%.*s\" which "
                     "was not provided a runtime value.",
                     STR_ARG(definition->name), STR_ARG(type), STR_ARG(argument->value->text)));
}

static bool refuse_value(struct gql_coercion *c, const struct gql_field *definition, const struct gql_value *value,
                         struct gql_argument_fault *fault)
{
    const struct gql_coerced *coerced =
        value->kind == GQL_VALUE_VARIABLE ? gql_names_get(&c->variables, value->text) : NULL;
    bool null = value->kind == GQL_VALUE_NULL || (coerced != NULL && coerced->datum->kind == GQL_DATUM_NULL);
    if (null) {
        struct str type = gql_ref_text(c->arena, c->schema, definition->type);
        return fault_at(fault, value->offset,
                        arena_printf(c->arena, "Argument \"%.*s\" of non-null type \"%.*s\" must not be null.",
                                     STR_ARG(definition->name), STR_ARG(type)));
    }
    struct str text = gql_value_text(c->arena, value);
    return fault_at(
        fault, value->offset,
        arena_printf(c->arena, "Argument \"%.*s\" has invalid value %.*s.", STR_ARG(definition->name), STR_ARG(text)));
}

bool gql_coerce_arguments(struct gql_coercion *c, const struct gql_field *definitions, size_t count,
                          const struct gql_argument *given, uint32_t offset, const struct gql_datum **out,
                          struct gql_argument_fault *fault)
{
    const struct gql_datum **next = out;
    *out = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct gql_field *definition = &definitions[i];
        const struct gql_argument *argument = find(given, definition->name);
        const struct gql_datum *datum = NULL;
        if (argument != NULL && !gql_variable_missing(c, argument->value)) {
            datum = gql_coerce_value(c, argument->value, definition->type);
            if (datum == NULL) {
                return refuse_value(c, definition, argument->value, fault);
            }
        } else if (definition->extra != NULL && definition->extra->default_value != NULL) {
            datum = gql_coerce_value(c, definition->extra->default_value, definition->type);
        } else if (gql_ref_is_required(definition->type)) {
            return refuse_missing(c, definition, argument, offset, fault);
        }
        if (datum != NULL) {
            next = append(c, next, datum, definition, 0);
        }
    }
    return true;
}
