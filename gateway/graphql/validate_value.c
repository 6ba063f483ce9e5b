/* Directives, arguments and values. */
#include "gateway/graphql/builtin.h"
#include "gateway/graphql/validator.h"
#include "gateway/graphql/value_print.h"

/* What is known of the place of a value. */
struct value_place {
    struct gql_ref type;
    bool has_default;
    const struct gql_type *one_of;
    bool check; /* false inside of something that was refused already: only what holds for any value */
};

static void check_value(struct validator *v, const struct gql_value *value, struct value_place place);

static void found(struct validator *v, const struct gql_value *value, struct gql_ref type)
{
    struct str expected = gql_ref_text(v->arena, v->schema, type);
    struct str shown = gql_value_text(v->arena, value);
    REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, value->offset, "Expected value of type \"%.*s\", found %.*s.",
           STR_ARG(expected), STR_ARG(shown));
}

static void check_enum(struct validator *v, const struct gql_value *value, const struct gql_type *type)
{
    bool word = value->kind == GQL_VALUE_ENUM || (value->kind == GQL_VALUE_STRING && v->limits.lenient);
    if (word && gql_type_value(type, value->text) != NULL) {
        return;
    }
    struct str shown = gql_value_text(v->arena, value);
    struct gql_suggestions near = gql_suggestions_for(v, shown);
    for (uint32_t i = 0; i < type->count && !v->limits.hide_suggestions; i++) {
        gql_suggest(&near, type->values[i].name);
    }
    struct str hint = gql_suggest_text(&near, "the enum value ");
    if (!word) {
        REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, value->offset,
               "Enum \"%.*s\" cannot represent non-enum value: %.*s.%.*s", STR_ARG(type->name), STR_ARG(shown),
               STR_ARG(hint));
    } else {
        REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, value->offset, "Value \"%.*s\" does not exist in \"%.*s\" enum.%.*s",
               STR_ARG(shown), STR_ARG(type->name), STR_ARG(hint));
    }
}

static void check_scalar(struct validator *v, const struct gql_value *value, const struct gql_type *type)
{
    const char *why = NULL;
    int64_t number = 0;
    enum gql_value_kind kind = value->kind;
    switch ((enum gql_scalar)type->role) {
    case GQL_SCALAR_JSON: break;
    case GQL_SCALAR_STRING: why = kind == GQL_VALUE_STRING ? NULL : "String cannot represent a non string value"; break;
    case GQL_SCALAR_INT:
        if (kind != GQL_VALUE_INT) {
            why = "Int cannot represent non-integer value";
        } else if (!str_to_int64(value->text, INT32_MIN, INT32_MAX, &number)) {
            why = "Int cannot represent non 32-bit signed integer value";
        }
        break;
    case GQL_SCALAR_FLOAT:
        why = kind == GQL_VALUE_INT || kind == GQL_VALUE_FLOAT ? NULL : "Float cannot represent non numeric value";
        break;
    case GQL_SCALAR_BOOLEAN:
        why = kind == GQL_VALUE_BOOLEAN ? NULL : "Boolean cannot represent a non boolean value";
        break;
    case GQL_SCALAR_ID:
        why = kind == GQL_VALUE_STRING || kind == GQL_VALUE_INT
                  ? NULL
                  : "ID cannot represent a non-string and non-integer value";
        break;
    }
    if (why != NULL) {
        struct str shown = gql_value_text(v->arena, value);
        REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, value->offset, "%s: %.*s", why, STR_ARG(shown));
    }
}

/* A value that is no null, variable, or list or object in its place. */
static void check_leaf_value(struct validator *v, const struct gql_value *value, struct gql_ref type)
{
    const struct gql_type *named = gql_type_of(v->schema, type);
    if (type.type == 0) {
        return;
    }
    switch (named->kind) {
    case GQL_SCALAR: check_scalar(v, value, named); break;
    case GQL_ENUM: check_enum(v, value, named); break;
    case GQL_OBJECT:
    case GQL_INPUT: found(v, value, type); break;
    }
}

static void check_list(struct validator *v, const struct gql_value *list, struct value_place place)
{
    struct gql_ref type = gql_ref_nullable(place.type);
    struct value_place inner = {.type = type, .check = place.check};
    if (gql_ref_is_list(type)) {
        inner.type = gql_ref_inner(type);
    } else {
        if (place.check) {
            check_leaf_value(v, list, type);
        }
        inner.check = false;
    }
    for (const struct gql_value *at = list->first; at != NULL; at = at->next) {
        check_value(v, at, inner);
    }
}

static void check_one_of(struct validator *v, const struct gql_value *object, const struct gql_type *type, size_t keys,
                         const struct gql_value *last)
{
    if (keys != 1) {
        REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, object->offset,
               "OneOf Input Object \"%.*s\" must specify exactly one key.", STR_ARG(type->name));
    } else if (last->kind == GQL_VALUE_NULL) {
        REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, object->offset, "Field \"%.*s.%.*s\" must be non-null.",
               STR_ARG(type->name), STR_ARG(last->key));
    }
}

/* Which fields must be there, and are not. */
static void check_required(struct validator *v, const struct gql_value *object, const struct gql_type *type,
                           const struct gql_names *given)
{
    for (uint32_t i = 0; i < type->count; i++) {
        const struct gql_field *field = &type->fields[i];
        if (gql_field_required(field) && gql_names_get(given, field->name) == NULL) {
            struct str text = gql_ref_text(v->arena, v->schema, field->type);
            REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, object->offset,
                   "Field \"%.*s.%.*s\" of required type \"%.*s\" was not provided.", STR_ARG(type->name),
                   STR_ARG(field->name), STR_ARG(text));
        }
    }
}

static void unknown_input_field(struct validator *v, const struct gql_value *value, const struct gql_type *type)
{
    struct gql_suggestions near = gql_suggestions_for(v, value->key);
    if (!v->limits.hide_suggestions) {
        gql_suggest_fields(&near, type->fields, type->count);
    }
    struct str hint = gql_suggest_text(&near, "");
    REPORT(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, value->key_offset, "Field \"%.*s\" is not defined by type \"%.*s\".%.*s",
           STR_ARG(value->key), STR_ARG(type->name), STR_ARG(hint));
}

/* Fills `names`; says which fields are given twice. Returns how many different ones there are. */
static size_t unique_fields(struct validator *v, const struct gql_value *object, struct gql_names *names)
{
    size_t count = 0;
    gql_names_init(v->arena, names, object->count);
    for (const struct gql_value *at = object->first; at != NULL; at = at->next) {
        const struct gql_value *known = gql_names_get(names, at->key);
        if (known == NULL) {
            gql_names_set(names, at->key, at);
            count++;
        } else {
            uint32_t offsets[] = {known->key_offset, at->key_offset};
            REPORT_AT(v, GQL_RULE_UNIQUE_INPUT_FIELD_NAMES, offsets, 2,
                      "There can be only one input field named \"%.*s\".", STR_ARG(at->key));
        }
    }
    return count;
}

static void check_object(struct validator *v, const struct gql_value *object, struct value_place place)
{
    const struct gql_type *type = gql_type_of(v->schema, place.type);
    bool input = place.type.type != 0 && type->kind == GQL_INPUT;
    struct gql_names names;
    size_t keys = unique_fields(v, object, &names);
    if (place.check && !input) {
        check_leaf_value(v, object, place.type);
    } else if (place.check) {
        check_required(v, object, type, &names);
        if (type->one_of) {
            const struct gql_value *last = object->first;
            for (const struct gql_value *at = last; at != NULL; at = at->next) {
                last = at;
            }
            check_one_of(v, object, type, keys, last);
        }
    }
    for (const struct gql_value *at = object->first; at != NULL; at = at->next) {
        const struct gql_field *field = input ? gql_type_field(type, at->key) : NULL;
        struct value_place inner = {.check = place.check && input, .one_of = input && type->one_of ? type : NULL};
        if (field != NULL) {
            inner.type = field->type;
            inner.has_default = field->extra != NULL && field->extra->default_text != NULL;
        } else if (inner.check) {
            unknown_input_field(v, at, type);
        }
        check_value(v, at, inner);
    }
}

static void check_value(struct validator *v, const struct gql_value *value, struct value_place place)
{
    switch (value->kind) {
    case GQL_VALUE_VARIABLE: {
        struct usage *usage = ARENA_NEW(v->arena, struct usage);
        *usage = (struct usage){value, place.type, place.has_default, place.one_of, NULL};
        *v->part->last_usage = usage;
        v->part->last_usage = &usage->next;
        break;
    }
    case GQL_VALUE_LIST: check_list(v, value, place); break;
    case GQL_VALUE_OBJECT: check_object(v, value, place); break;
    case GQL_VALUE_NULL:
        if (place.check && gql_ref_is_required(place.type)) {
            found(v, value, place.type);
        }
        break;
    default:
        if (place.check) {
            check_leaf_value(v, value, place.type);
        }
        break;
    }
}

void gql_check_value(struct validator *v, const struct gql_value *value, struct gql_ref type)
{
    check_value(v, value, (struct value_place){.type = type, .check = true});
}

/* ---- arguments ---- */

static void unknown_argument(struct validator *v, const struct gql_argument *argument,
                             const struct argument_place *place)
{
    struct gql_suggestions near = gql_suggestions_for(v, argument->name);
    if (!v->limits.hide_suggestions) {
        gql_suggest_fields(&near, place->definitions, place->count);
    }
    struct str hint = gql_suggest_text(&near, "");
    if (place->parent == NULL) {
        REPORT(v, GQL_RULE_KNOWN_ARGUMENT_NAMES, argument->offset,
               "Unknown argument \"%.*s\" on directive \"@%.*s\".%.*s", STR_ARG(argument->name), STR_ARG(place->name),
               STR_ARG(hint));
    } else {
        REPORT(v, GQL_RULE_KNOWN_ARGUMENT_NAMES, argument->offset,
               "Unknown argument \"%.*s\" on field \"%.*s.%.*s\".%.*s", STR_ARG(argument->name),
               STR_ARG(place->parent->name), STR_ARG(place->name), STR_ARG(hint));
    }
}

/* All places of one argument's name, once, at the first of them. */
static void check_argument_name(struct validator *v, const struct gql_argument *first,
                                const struct gql_argument *argument)
{
    uint32_t offsets[GQL_ERRORS_MAX];
    size_t count = 0;
    for (const struct gql_argument *at = first; at != NULL; at = at->next) {
        if (str_eq(at->name, argument->name)) {
            if (count == 0 && at != argument) {
                return;
            }
            if (count < ARRAY_LEN(offsets)) {
                offsets[count++] = at->offset;
            }
        }
    }
    if (count > 1) {
        REPORT_AT(v, GQL_RULE_UNIQUE_ARGUMENT_NAMES, offsets, count, "There can be only one argument named \"%.*s\".",
                  STR_ARG(argument->name));
    }
}

static void require_arguments(struct validator *v, const struct gql_argument *first, const struct argument_place *place)
{
    for (size_t i = 0; i < place->count; i++) {
        const struct gql_field *definition = &place->definitions[i];
        const struct gql_argument *at = first;
        while (at != NULL && !str_eq(at->name, definition->name)) {
            at = at->next;
        }
        if (at == NULL && gql_field_required(definition)) {
            struct str text = gql_ref_text(v->arena, v->schema, definition->type);
            REPORT(v, GQL_RULE_PROVIDED_REQUIRED_ARGUMENTS, place->offset,
                   "%s%.*s\" argument \"%.*s\" of type \"%.*s\" is required, but it was not provided.",
                   place->parent == NULL ? "Directive \"@" : "Field \"", STR_ARG(place->name),
                   STR_ARG(definition->name), STR_ARG(text));
        }
    }
}

void gql_check_arguments(struct validator *v, const struct gql_argument *first, const struct argument_place *place)
{
    for (const struct gql_argument *at = first; at != NULL && gql_spend(v, 1); at = at->next) {
        const struct gql_field *definition = NULL;
        for (size_t i = 0; i < place->count && definition == NULL; i++) {
            definition = str_eq(place->definitions[i].name, at->name) ? &place->definitions[i] : NULL;
        }
        struct value_place inner = {.check = true};
        if (definition != NULL) {
            inner.type = definition->type;
            inner.has_default = definition->extra != NULL && definition->extra->default_text != NULL;
        } else if (place->known) {
            unknown_argument(v, at, place);
        }
        check_value(v, at->value, inner);
        if (at != first || at->next != NULL) {
            check_argument_name(v, first, at);
        }
    }
    require_arguments(v, first, place);
}

/* ---- directives ---- */

void gql_check_directives(struct validator *v, const struct gql_directive *first, enum gql_place place)
{
    for (const struct gql_directive *at = first; at != NULL; at = at->next) {
        const struct gql_directive_type *type = gql_schema_directive(v->schema, at->name);
        struct argument_place arguments = {.name = at->name, .offset = at->offset};
        if (type == NULL) {
            REPORT(v, GQL_RULE_KNOWN_DIRECTIVES, at->offset, "Unknown directive \"@%.*s\".", STR_ARG(at->name));
        } else {
            arguments.definitions = type->arguments;
            arguments.count = type->argument_count;
            arguments.known = true;
            if (!(type->places >> place & 1)) {
                REPORT(v, GQL_RULE_KNOWN_DIRECTIVES, at->offset, "Directive \"@%.*s\" may not be used on %s.",
                       STR_ARG(at->name), gql_place_names[place]);
            }
            const struct gql_directive *before = first;
            while (before != at && !str_eq(before->name, at->name)) {
                before = before->next;
            }
            if (before != at && !type->repeatable) {
                uint32_t offsets[] = {before->offset, at->offset};
                REPORT_AT(v, GQL_RULE_UNIQUE_DIRECTIVES_PER_LOCATION, offsets, 2,
                          "The directive \"@%.*s\" can only be used once at this location.", STR_ARG(at->name));
            }
        }
        gql_check_arguments(v, at->arguments, &arguments);
    }
}
