#include "gateway/graphql/validator.h"

const char *const gql_rule_names[GQL_RULE_COUNT] = {
    "ExecutableDefinitions",
    "KnownOperationTypes",
    "UniqueOperationNames",
    "LoneAnonymousOperation",
    "SingleFieldSubscriptions",
    "KnownTypeNames",
    "FragmentsOnCompositeTypes",
    "VariablesAreInputTypes",
    "ScalarLeafs",
    "FieldsOnCorrectType",
    "UniqueFragmentNames",
    "KnownFragmentNames",
    "NoUnusedFragments",
    "PossibleFragmentSpreads",
    "NoFragmentCycles",
    "UniqueVariableNames",
    "NoUndefinedVariables",
    "NoUnusedVariables",
    "KnownDirectives",
    "UniqueDirectivesPerLocation",
    "KnownArgumentNames",
    "UniqueArgumentNames",
    "ValuesOfCorrectType",
    "ProvidedRequiredArguments",
    "VariablesInAllowedPosition",
    "OverlappingFieldsCanBeMerged",
    "UniqueInputFieldNames",
    "MaxIntrospectionDepth",
};

static void walk_set(struct validator *v, const struct gql_type *parent, const struct gql_selection_set *set,
                     bool inlined);

bool gql_spend(struct validator *v, int64_t work)
{
    v->work -= work;
    if (v->work >= 0) {
        return true;
    }
    if (!v->exhausted) {
        v->exhausted = true;
        gql_error_add(v->errors, GQL_ERROR_LIMIT, "Limit", NULL, 0,
                      "Document is too complex to validate. Validation aborted.");
    }
    return false;
}

/* The named type, or NULL after saying that there is none. */
static const struct gql_type *known_type(struct validator *v, struct str name, uint32_t offset)
{
    const struct gql_type *type = gql_schema_type(v->schema, name);
    if (type != NULL) {
        return type;
    }
    struct gql_suggestions near = gql_suggestions_for(v, name);
    for (uint32_t i = 1; i < v->schema->type_count && !v->limits.hide_suggestions; i++) {
        gql_suggest(&near, v->schema->types[i].name);
    }
    struct str hint = gql_suggest_text(&near, "");
    REPORT(v, GQL_RULE_KNOWN_TYPE_NAMES, offset, "Unknown type \"%.*s\".%.*s", STR_ARG(name), STR_ARG(hint));
    return NULL;
}

static void unknown_field(struct validator *v, const struct gql_type *parent, const struct gql_selection *field)
{
    struct gql_suggestions near = gql_suggestions_for(v, field->name);
    if (!v->limits.hide_suggestions) {
        gql_suggest_fields(&near, parent->fields, parent->count);
    }
    struct str hint = gql_suggest_text(&near, "");
    REPORT(v, GQL_RULE_FIELDS_ON_CORRECT_TYPE, field->offset, "Cannot query field \"%.*s\" on type \"%.*s\".%.*s",
           STR_ARG(field->name), STR_ARG(parent->name), STR_ARG(hint));
}

static void check_leaf(struct validator *v, const struct gql_selection *field, const struct gql_field *definition)
{
    const struct gql_type *type = gql_type_of(v->schema, definition->type);
    bool leaf = type->kind != GQL_OBJECT;
    if (leaf == (field->set == NULL) || (!leaf && type->bare && v->limits.lenient)) {
        return;
    }
    struct str text = gql_ref_text(v->arena, v->schema, definition->type);
    if (leaf) {
        REPORT(v, GQL_RULE_SCALAR_LEAFS, field->set->offset,
               "Field \"%.*s\" must not have a selection since type \"%.*s\" has no subfields.", STR_ARG(field->name),
               STR_ARG(text));
    } else {
        REPORT(v, GQL_RULE_SCALAR_LEAFS, field->offset,
               "Field \"%.*s\" of type \"%.*s\" must have a selection of subfields. Did you mean \"%.*s { ... }\"?",
               STR_ARG(field->name), STR_ARG(text), STR_ARG(field->name));
    }
}

static void walk_field(struct validator *v, const struct gql_type *parent, const struct gql_selection *field)
{
    const struct gql_field *definition = parent == NULL ? NULL : gql_selectable(v->schema, parent, field->name);
    const struct gql_type *inner = NULL;
    if (definition != NULL) {
        check_leaf(v, field, definition);
        inner = gql_type_of(v->schema, definition->type);
        inner = inner->kind == GQL_OBJECT ? inner : NULL;
    } else if (parent != NULL) {
        unknown_field(v, parent, field);
    }
    if (str_is(field->name, "__schema") || str_is(field->name, "__type")) {
        gql_check_introspection_depth(v, field);
    }
    struct argument_place place = {.parent = parent, .name = field->name, .offset = field->offset};
    if (definition != NULL) {
        place.definitions = definition->arguments;
        place.count = definition->argument_count;
        place.known = true;
    }
    gql_check_arguments(v, field->arguments, &place);
    gql_check_directives(v, field->directives, GQL_ON_FIELD);
    if (field->set != NULL) {
        walk_set(v, inner, field->set, false);
    }
}

static void walk_spread(struct validator *v, const struct gql_type *parent, const struct gql_selection *spread)
{
    const struct gql_definition *fragment = spread->fragment;
    if (fragment == NULL) {
        REPORT(v, GQL_RULE_KNOWN_FRAGMENT_NAMES, spread->name_offset, "Unknown fragment \"%.*s\".",
               STR_ARG(spread->name));
    } else if (parent != NULL) {
        const struct gql_type *type = gql_schema_type(v->schema, fragment->type_name);
        if (type != NULL && type->kind == GQL_OBJECT && type != parent) {
            REPORT(v, GQL_RULE_POSSIBLE_FRAGMENT_SPREADS, spread->offset,
                   "Fragment \"%.*s\" cannot be spread here as objects of type \"%.*s\" can never be of type \"%.*s\".",
                   STR_ARG(spread->name), STR_ARG(parent->name), STR_ARG(type->name));
        }
    }
    gql_check_directives(v, spread->directives, GQL_ON_FRAGMENT_SPREAD);
}

static void walk_inline(struct validator *v, const struct gql_type *parent, const struct gql_selection *selection)
{
    const struct gql_type *type = parent;
    if (selection->has_type) {
        type = known_type(v, selection->name, selection->name_offset);
        if (type != NULL && type->kind != GQL_OBJECT) {
            REPORT(v, GQL_RULE_FRAGMENTS_ON_COMPOSITE_TYPES, selection->name_offset,
                   "Fragment cannot condition on non composite type \"%.*s\".", STR_ARG(type->name));
            type = NULL;
        }
    }
    if (type != NULL && parent != NULL && type != parent) {
        REPORT(v, GQL_RULE_POSSIBLE_FRAGMENT_SPREADS, selection->offset,
               "Fragment cannot be spread here as objects of type \"%.*s\" can never be of type \"%.*s\".",
               STR_ARG(parent->name), STR_ARG(type->name));
    }
    gql_check_directives(v, selection->directives, GQL_ON_INLINE_FRAGMENT);
    walk_set(v, type, selection->set, true);
}

static void walk_set(struct validator *v, const struct gql_type *parent, const struct gql_selection_set *set,
                     bool inlined)
{
    if (!inlined) {
        gql_check_overlap(v, parent, set);
    }
    for (const struct gql_selection *at = set->first; at != NULL; at = at->next) {
        switch (at->kind) {
        case GQL_FIELD: walk_field(v, parent, at); break;
        case GQL_SPREAD: walk_spread(v, parent, at); break;
        case GQL_INLINE: walk_inline(v, parent, at); break;
        }
    }
}

/* ---- definitions ---- */

/* All definitions of one variable's name, once, at the first of them. */
static void check_variable_name(struct validator *v, const struct gql_definition *operation,
                                const struct gql_variable *variable)
{
    uint32_t offsets[GQL_ERRORS_MAX];
    size_t count = 0;
    for (const struct gql_variable *at = operation->variables; at != NULL; at = at->next) {
        if (str_eq(at->name, variable->name)) {
            if (count == 0 && at != variable) {
                return;
            }
            if (count < ARRAY_LEN(offsets)) {
                offsets[count++] = at->name_offset;
            }
        }
    }
    if (count > 1) {
        REPORT_AT(v, GQL_RULE_UNIQUE_VARIABLE_NAMES, offsets, count, "There can be only one variable named \"$%.*s\".",
                  STR_ARG(variable->name));
    }
}

static void walk_variable(struct validator *v, const struct gql_variable *variable)
{
    const struct gql_type *type = known_type(v, variable->type.name, variable->type.name_offset);
    struct gql_ref ref = gql_ref_of_node(v->schema, &variable->type);
    if (type != NULL && type->kind == GQL_OBJECT) {
        struct str text = gql_ref_text(v->arena, v->schema, ref);
        REPORT(v, GQL_RULE_VARIABLES_ARE_INPUT_TYPES, variable->type.offset,
               "Variable \"$%.*s\" cannot be non-input type \"%.*s\".", STR_ARG(variable->name), STR_ARG(text));
        ref = (struct gql_ref){0};
    }
    if (variable->default_value != NULL) {
        gql_check_value(v, variable->default_value, ref);
    }
    gql_check_directives(v, variable->directives, GQL_ON_VARIABLE_DEFINITION);
}

static void walk_operation(struct validator *v, const struct gql_definition *operation, struct gql_names *names)
{
    const struct gql_type *root = gql_schema_root(v->schema, operation->operation);
    if (operation->name.len == 0 && v->document->operation_count > 1) {
        REPORT(v, GQL_RULE_LONE_ANONYMOUS_OPERATION, operation->offset,
               "This anonymous operation must be the only defined operation.");
    }
    if (operation->name.len > 0) {
        const struct gql_definition *known = gql_names_get(names, operation->name);
        if (known == NULL) {
            gql_names_set(names, operation->name, operation);
        } else {
            uint32_t offsets[] = {known->name_offset, operation->name_offset};
            REPORT_AT(v, GQL_RULE_UNIQUE_OPERATION_NAMES, offsets, 2, "There can be only one operation named \"%.*s\".",
                      STR_ARG(operation->name));
        }
    }
    if (root == NULL) {
        REPORT(v, GQL_RULE_KNOWN_OPERATION_TYPES, operation->offset, "The %s operation is not supported by the schema.",
               gql_operation_name(operation->operation));
    }
    for (const struct gql_variable *at = operation->variables; at != NULL && gql_spend(v, 1); at = at->next) {
        walk_variable(v, at);
        check_variable_name(v, operation, at);
    }
    gql_check_directives(v, operation->directives, (enum gql_place)(GQL_ON_QUERY + (int)operation->operation));
    if (operation->operation == GQL_SUBSCRIPTION && root != NULL) {
        gql_check_subscription(v, operation);
    }
    walk_set(v, root, operation->set, false);
}

static void walk_fragment(struct validator *v, const struct gql_definition *fragment, struct gql_names *names)
{
    const struct gql_definition *known = gql_names_get(names, fragment->name);
    if (known == NULL) {
        gql_names_set(names, fragment->name, fragment);
    } else {
        uint32_t offsets[] = {known->name_offset, fragment->name_offset};
        REPORT_AT(v, GQL_RULE_UNIQUE_FRAGMENT_NAMES, offsets, 2, "There can be only one fragment named \"%.*s\".",
                  STR_ARG(fragment->name));
    }
    const struct gql_type *type = known_type(v, fragment->type_name, fragment->type_offset);
    if (type != NULL && type->kind != GQL_OBJECT) {
        REPORT(v, GQL_RULE_FRAGMENTS_ON_COMPOSITE_TYPES, fragment->type_offset,
               "Fragment \"%.*s\" cannot condition on non composite type \"%.*s\".", STR_ARG(fragment->name),
               STR_ARG(type->name));
        type = NULL;
    }
    gql_check_directives(v, fragment->directives, GQL_ON_FRAGMENT_DEFINITION);
    walk_set(v, type, fragment->set, false);
}

static void refuse_type_system(struct validator *v, const struct gql_definition *definition)
{
    if (definition->name.len == 0) {
        REPORT(v, GQL_RULE_EXECUTABLE_DEFINITIONS, definition->offset, "The schema definition is not executable.");
    } else {
        REPORT(v, GQL_RULE_EXECUTABLE_DEFINITIONS, definition->offset, "The \"%.*s\" definition is not executable.",
               STR_ARG(definition->name));
    }
}

bool gql_validate(struct arena *arena, const struct gql_schema *schema, const struct gql_document *document,
                  const struct gql_limits *limits, struct gql_errors *errors)
{
    struct validator v = {.arena = arena, .schema = schema, .document = document, .errors = errors};
    struct gql_names operations;
    struct gql_names fragments;
    size_t before = errors->count;
    errors->source = document->source;
    v.limits = gql_limits_complete(limits);
    v.work = v.limits.work;
    v.hints = HINTS_MAX;
    v.parts = ARENA_ARRAY(arena, struct part, document->count);
    gql_names_init(arena, &operations, document->count);
    gql_names_init(arena, &fragments, document->count);
    for (const struct gql_definition *at = document->first; at != NULL; at = at->next) {
        struct part *part = &v.parts[at->index];
        part->definition = at;
        part->last_usage = &part->usages;
        v.part = part;
        if (at->kind != GQL_TYPE_SYSTEM) {
            gql_find_spreads(&v, at->set);
        }
    }
    for (const struct gql_definition *at = document->first; at != NULL && !gql_errors_full(errors); at = at->next) {
        v.part = &v.parts[at->index];
        switch (at->kind) {
        case GQL_OPERATION: walk_operation(&v, at, &operations); break;
        case GQL_FRAGMENT: walk_fragment(&v, at, &fragments); break;
        case GQL_TYPE_SYSTEM: refuse_type_system(&v, at); break;
        }
    }
    gql_check_fragments(&v);
    return errors->count == before;
}
