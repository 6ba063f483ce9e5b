/* What follows fragments: cycles, unused ones, variables, the depth of introspection, subscriptions. */
#include "gateway/graphql/validator.h"

/* ---- spreads ---- */

static size_t count_spreads(const struct gql_selection *first)
{
    size_t count = 0;
    for (const struct gql_selection *at = first; at != NULL; at = at->next) {
        count += at->kind == GQL_SPREAD ? 1 : 0;
        count += at->set != NULL ? count_spreads(at->set->first) : 0;
    }
    return count;
}

/* Direct ones first, then those of the inner sets, last set first: the order in which graphql-js finds them decides
 * which cycle it names. Returns the end of what was filled. */
static const struct gql_selection **list_spreads(struct validator *v, const struct gql_selection *first,
                                                 const struct gql_selection **out)
{
    size_t count = 0;
    for (const struct gql_selection *at = first; at != NULL; at = at->next) {
        if (at->kind == GQL_SPREAD) {
            *out++ = at;
        }
        count += at->set != NULL ? 1 : 0;
    }
    const struct gql_selection_set **sets = ARENA_ARRAY(v->arena, const struct gql_selection_set *, count);
    count = 0;
    for (const struct gql_selection *at = first; at != NULL; at = at->next) {
        if (at->set != NULL) {
            sets[count++] = at->set;
        }
    }
    while (count > 0) {
        out = list_spreads(v, sets[--count]->first, out);
    }
    return out;
}

void gql_find_spreads(struct validator *v, const struct gql_selection_set *set)
{
    v->part->spread_count = count_spreads(set->first);
    v->part->spreads = ARENA_ARRAY(v->arena, const struct gql_selection *, v->part->spread_count);
    (void)list_spreads(v, set->first, v->part->spreads);
}

/* ---- cycles ---- */

struct path {
    const struct gql_selection **spreads;
    size_t count;
};

static void report_cycle(struct validator *v, const struct path *path, size_t from)
{
    size_t count = path->count - from;
    uint32_t *offsets = ARENA_ARRAY(v->arena, uint32_t, count);
    struct strbuf via = {.ceiling = 2000};
    for (size_t i = 0; i < count; i++) {
        const struct gql_selection *spread = path->spreads[from + i];
        offsets[i] = spread->offset;
        if (i + 1 < count) {
            strbuf_printf(&via, "%s\"%.*s\"", i == 0 ? " via " : ", ", STR_ARG(spread->name));
        }
    }
    struct str name = path->spreads[path->count - 1]->name;
    REPORT_AT(v, GQL_RULE_NO_FRAGMENT_CYCLES, offsets, count, "Cannot spread fragment \"%.*s\" within itself%.*s.",
              STR_ARG(name), STR_ARG(strbuf_str(&via)));
    strbuf_release(&via);
}

/* As deep as there are fragments, of which there are at most as many as tokens: so no recursion. */
struct cycle_step {
    struct part *part;
    size_t next; /* spread to look at */
};

static void find_cycles(struct validator *v, struct part *start, struct cycle_step *stack, struct path *path)
{
    size_t depth = 0;
    if (start->cycle_looked) {
        return;
    }
    start->cycle_looked = true;
    start->path_index = path->count + 1;
    stack[depth++] = (struct cycle_step){start, 0};
    while (depth > 0) {
        struct cycle_step *step = &stack[depth - 1];
        if (step->next == step->part->spread_count) {
            step->part->path_index = 0;
            depth--;
            path->count -= depth > 0 ? 1 : 0;
            continue;
        }
        const struct gql_selection *spread = step->part->spreads[step->next++];
        struct part *target = spread->fragment == NULL ? NULL : &v->parts[spread->fragment->index];
        if (target == NULL) {
            continue;
        }
        path->spreads[path->count++] = spread;
        if (target->path_index != 0) {
            report_cycle(v, path, target->path_index - 1);
            path->count--;
        } else if (!target->cycle_looked) {
            target->cycle_looked = true;
            target->path_index = path->count + 1;
            stack[depth++] = (struct cycle_step){target, 0};
        } else {
            path->count--;
        }
    }
}

static void check_cycles(struct validator *v)
{
    struct cycle_step *stack = ARENA_ARRAY(v->arena, struct cycle_step, v->document->count + 1);
    struct path path = {ARENA_ARRAY(v->arena, const struct gql_selection *, v->document->count + 1), 0};
    for (uint32_t i = 0; i < v->document->count; i++) {
        if (v->parts[i].definition->kind == GQL_FRAGMENT) {
            find_cycles(v, &v->parts[i], stack, &path);
        }
    }
}

/* ---- variables ---- */

static bool is_subtype(struct gql_ref type, struct gql_ref super)
{
    for (;;) {
        if (gql_ref_is_required(super)) {
            if (!gql_ref_is_required(type)) {
                return false;
            }
            super = gql_ref_inner(super);
        }
        type = gql_ref_nullable(type);
        if (gql_ref_is_list(super) != gql_ref_is_list(type)) {
            return false;
        }
        if (!gql_ref_is_list(super)) {
            return type.type == super.type;
        }
        type = gql_ref_inner(type);
        super = gql_ref_inner(super);
    }
}

static bool allowed_usage(const struct gql_variable *variable, struct gql_ref type, const struct usage *usage)
{
    struct gql_ref place = usage->type;
    if (gql_ref_is_required(place) && !gql_ref_is_required(type)) {
        bool has_default = variable->default_value != NULL && variable->default_value->kind != GQL_VALUE_NULL;
        if (!has_default && !usage->has_default) {
            return false;
        }
        place = gql_ref_inner(place);
    }
    return is_subtype(type, place);
}

static void check_position(struct validator *v, const struct gql_variable *variable, const struct usage *usage)
{
    struct gql_ref type = gql_ref_of_node(v->schema, &variable->type);
    uint32_t offsets[] = {variable->offset, usage->variable->offset};
    if (type.type == 0 || usage->type.type == 0) {
        return;
    }
    struct str name = variable->name;
    if (!allowed_usage(variable, type, usage)) {
        struct str is = gql_ref_text(v->arena, v->schema, type);
        struct str wanted = gql_ref_text(v->arena, v->schema, usage->type);
        REPORT_AT(v, GQL_RULE_VARIABLES_IN_ALLOWED_POSITION, offsets, 2,
                  "Variable \"$%.*s\" of type \"%.*s\" used in position expecting type \"%.*s\".", STR_ARG(name),
                  STR_ARG(is), STR_ARG(wanted));
    }
    if (usage->one_of != NULL && !gql_ref_is_required(type)) {
        struct str is = gql_ref_text(v->arena, v->schema, type);
        REPORT_AT(v, GQL_RULE_VARIABLES_IN_ALLOWED_POSITION, offsets, 2,
                  "Variable \"$%.*s\" is of type \"%.*s\" but must be non-nullable to be used for OneOf Input Object "
                  "\"%.*s\".",
                  STR_ARG(name), STR_ARG(is), STR_ARG(usage->one_of->name));
    }
}

struct variable_state {
    const struct gql_variable *variable;
    bool used;
};

static void check_usages(struct validator *v, const struct gql_definition *operation, const struct part *part,
                         struct gql_names *variables, struct variable_state *states)
{
    for (const struct usage *usage = part->usages; usage != NULL && gql_spend(v, 1); usage = usage->next) {
        const struct variable_state *known = gql_names_get(variables, usage->variable->text);
        if (known != NULL) {
            states[known - states].used = true;
            check_position(v, known->variable, usage);
            continue;
        }
        uint32_t offsets[] = {usage->variable->offset, operation->offset};
        if (operation->name.len > 0) {
            REPORT_AT(v, GQL_RULE_NO_UNDEFINED_VARIABLES, offsets, 2,
                      "Variable \"$%.*s\" is not defined by operation \"%.*s\".", STR_ARG(usage->variable->text),
                      STR_ARG(operation->name));
        } else {
            REPORT_AT(v, GQL_RULE_NO_UNDEFINED_VARIABLES, offsets, 2, "Variable \"$%.*s\" is not defined.",
                      STR_ARG(usage->variable->text));
        }
    }
}

static void report_unused(struct validator *v, const struct gql_definition *operation,
                          const struct gql_names *variables)
{
    for (const struct gql_variable *at = operation->variables; at != NULL; at = at->next) {
        const struct variable_state *state = gql_names_get(variables, at->name);
        if (state->used) {
            continue;
        }
        if (operation->name.len > 0) {
            REPORT(v, GQL_RULE_NO_UNUSED_VARIABLES, at->offset,
                   "Variable \"$%.*s\" is never used in operation \"%.*s\".", STR_ARG(at->name),
                   STR_ARG(operation->name));
        } else {
            REPORT(v, GQL_RULE_NO_UNUSED_VARIABLES, at->offset, "Variable \"$%.*s\" is never used.", STR_ARG(at->name));
        }
    }
}

/* The parts that an operation reaches, itself first. Returns how many. */
static size_t reach(struct validator *v, struct part *operation, size_t stamp, struct part **reached)
{
    size_t count = 0;
    reached[count++] = operation;
    for (size_t i = 0; i < count && gql_spend(v, 1); i++) {
        for (size_t k = 0; k < reached[i]->spread_count && gql_spend(v, 1); k++) {
            const struct gql_definition *fragment = reached[i]->spreads[k]->fragment;
            struct part *part = fragment == NULL ? NULL : &v->parts[fragment->index];
            if (part != NULL && part->stamp != stamp) {
                part->stamp = stamp;
                part->used = true;
                reached[count++] = part;
            }
        }
    }
    return count;
}

static void check_operation(struct validator *v, struct part *part, size_t stamp, struct part **reached)
{
    const struct gql_definition *operation = part->definition;
    size_t count = 0;
    for (const struct gql_variable *at = operation->variables; at != NULL; at = at->next) {
        count++;
    }
    struct gql_names variables;
    struct variable_state *states = ARENA_ARRAY(v->arena, struct variable_state, count + 1);
    gql_names_init(v->arena, &variables, count);
    count = 0;
    for (const struct gql_variable *at = operation->variables; at != NULL; at = at->next) {
        states[count].variable = at;
        gql_names_set(&variables, at->name, &states[count++]);
    }
    size_t reached_count = reach(v, part, stamp, reached);
    for (size_t i = 0; i < reached_count; i++) {
        check_usages(v, operation, reached[i], &variables, states);
    }
    if (!v->exhausted) {
        report_unused(v, operation, &variables);
    }
}

/* A fragment that only shares its name with one that is used counts as used: names are what is looked up. */
static void check_unused_fragments(struct validator *v)
{
    struct gql_names used;
    gql_names_init(v->arena, &used, v->document->count);
    for (uint32_t i = 0; i < v->document->count; i++) {
        if (v->parts[i].used) {
            gql_names_set(&used, v->parts[i].definition->name, &v->parts[i]);
        }
    }
    for (uint32_t i = 0; i < v->document->count; i++) {
        const struct gql_definition *definition = v->parts[i].definition;
        if (definition->kind == GQL_FRAGMENT && gql_names_get(&used, definition->name) == NULL) {
            REPORT(v, GQL_RULE_NO_UNUSED_FRAGMENTS, definition->offset, "Fragment \"%.*s\" is never used.",
                   STR_ARG(definition->name));
        }
    }
}

void gql_check_fragments(struct validator *v)
{
    struct part **reached = ARENA_ARRAY(v->arena, struct part *, v->document->count + 1);
    for (uint32_t i = 0; i < v->document->count && !v->exhausted; i++) {
        if (v->parts[i].definition->kind == GQL_OPERATION) {
            check_operation(v, &v->parts[i], i + 1, reached);
        }
    }
    if (!v->exhausted) {
        check_unused_fragments(v);
        check_cycles(v);
    }
}

/* ---- the depth of introspection ---- */

enum { INTROSPECTION_LISTS_MAX = 3 };

/* Is the limit on nested lists reached below? Fragments are looked into as deep as their spreads nest, at most once a
 * depth, and a list more is a depth more: so the recursion is bounded by nesting and by what was looked at. */
static bool too_deep(struct validator *v, const struct gql_selection *selection, uint32_t depth, uint32_t nested)
{
    const struct gql_selection_set *set = selection->set;
    struct part *part = NULL;
    if (nested > 512 || !gql_spend(v, 1)) {
        return nested > 512;
    }
    if (selection->kind == GQL_SPREAD) {
        if (selection->fragment == NULL) {
            return false;
        }
        part = &v->parts[selection->fragment->index];
        if (part->depth_exceeded != 0 && part->depth_exceeded - 1 <= depth) {
            return true;
        }
        if (part->depth_visited > depth || part->depth_checked > depth) {
            return false;
        }
        part->depth_visited = depth + 1;
        set = selection->fragment->set;
    } else if (selection->kind == GQL_FIELD &&
               (str_is(selection->name, "fields") || str_is(selection->name, "interfaces") ||
                str_is(selection->name, "possibleTypes") || str_is(selection->name, "inputFields")) &&
               ++depth >= INTROSPECTION_LISTS_MAX) {
        return true;
    }
    for (const struct gql_selection *at = set == NULL ? NULL : set->first; at != NULL; at = at->next) {
        if (too_deep(v, at, depth, nested + 1)) {
            if (part != NULL) {
                part->depth_exceeded = depth + 1;
            }
            return true;
        }
    }
    if (part != NULL) {
        part->depth_checked = depth + 1;
    }
    return false;
}

void gql_check_introspection_depth(struct validator *v, const struct gql_selection *field)
{
    for (uint32_t i = 0; i < v->document->count; i++) {
        v->parts[i].depth_visited = 0;
    }
    if (gql_spend(v, v->document->count) && too_deep(v, field, 0, 0)) {
        REPORT(v, GQL_RULE_MAX_INTROSPECTION_DEPTH, field->offset, "Maximum introspection depth exceeded");
    }
}

/* ---- subscriptions ---- */

struct root_search {
    struct validator *v;
    const struct gql_type *root;
    const struct gql_selection **fields;
    size_t count;
    size_t stamp;
};

/* The fields at the root, through fragments that are about the root's type. */
static void find_root_fields(struct root_search *search, const struct gql_selection_set *set, uint32_t nested)
{
    struct validator *v = search->v;
    struct str root = search->root->name;
    for (const struct gql_selection *at = set->first; at != NULL && nested < 512 && gql_spend(v, 1); at = at->next) {
        if (at->kind == GQL_FIELD) {
            search->fields[search->count++] = at;
        } else if (at->kind == GQL_INLINE) {
            if (!at->has_type || str_eq(at->name, root)) {
                find_root_fields(search, at->set, nested + 1);
            }
        } else if (at->fragment != NULL && v->parts[at->fragment->index].stamp != search->stamp) {
            v->parts[at->fragment->index].stamp = search->stamp;
            if (str_eq(at->fragment->type_name, root)) {
                find_root_fields(search, at->fragment->set, nested + 1);
            }
        }
    }
}

/* Offsets of the fields with the key of `fields[from]`. Returns how many; 0 when that key was there before. */
static size_t group_of(const struct gql_selection **fields, size_t count, size_t from, uint32_t *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(fields[i]->key, fields[from]->key)) {
            if (i < from) {
                return 0;
            }
            out[found++] = fields[i]->offset;
        }
    }
    return found;
}

static void refuse_conditions(struct validator *v, struct str who, const struct gql_selection *field)
{
    for (const struct gql_directive *at = field->directives; at != NULL; at = at->next) {
        if (str_is(at->name, "skip") || str_is(at->name, "include")) {
            REPORT(v, GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS, at->offset,
                   "%.*s must not use \"@skip\" or \"@include\" at its top level.", STR_ARG(who));
        }
    }
}

void gql_check_subscription(struct validator *v, const struct gql_definition *operation)
{
    const struct gql_selection **fields = ARENA_ARRAY(v->arena, const struct gql_selection *, v->document->tokens + 1);
    struct root_search search = {v, gql_schema_root(v->schema, GQL_SUBSCRIPTION), fields, 0,
                                 SIZE_MAX - operation->index};
    find_root_fields(&search, operation->set, 0);
    size_t count = search.count;
    uint32_t *offsets = ARENA_ARRAY(v->arena, uint32_t, count + 1);
    struct str name = operation->name;
    struct str who =
        name.len == 0 ? STR("Anonymous Subscription") : arena_printf(v->arena, "Subscription \"%.*s\"", STR_ARG(name));
    size_t others = 0;
    for (size_t i = 0; i < count && gql_spend(v, (int64_t)count); i++) {
        others += i > 0 && !str_eq(fields[i]->key, fields[0]->key) ? group_of(fields, count, i, offsets + others) : 0;
    }
    if (others > 0) {
        REPORT_AT(v, GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS, offsets, others, "%.*s must select only one top level field.",
                  STR_ARG(who));
    }
    for (size_t i = 0; i < count && gql_spend(v, (int64_t)count); i++) {
        size_t group = group_of(fields, count, i, offsets);
        if (group > 0 && str_starts_with(fields[i]->name, STR("__"))) {
            REPORT_AT(v, GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS, offsets, group,
                      "%.*s must not select an introspection top level field.", STR_ARG(who));
        }
        refuse_conditions(v, who, fields[i]);
    }
}
