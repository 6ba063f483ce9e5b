#include "gateway/graphql/prepare.h"

#include "gateway/graphql/coerce.h"
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/ready.h"
#include "gateway/graphql/validate.h"

enum { INTROSPECTION_DEPTH = 20, FRAGMENT_CHAIN_MAX = 1500 };

/* A field of the document that goes into a field of the reply. */
struct pick {
    const struct gql_selection *node;
    struct pick *next;
};

/* A field of the reply in the making. */
struct slot {
    struct str key;
    struct pick first;
    struct pick *newest;
    struct pick **last; /* of `newest`, since what is found by name is constant */
    struct slot *next;
};

struct slots {
    struct slot *first;
    struct slot *last;
    size_t count;
    size_t room; /* of `names`; 0: there are few, and they are looked through */
    struct gql_names names;
};

enum { FEW_SLOTS = 8 };

struct collector {
    struct arena *arena;
    struct gql_coercion *coercion;
    const struct gql_document *document;
    const struct gql_ahead *ahead;
    struct gql_limits limits;
    struct gql_prepared *out;
    uint32_t *stamps; /* by index of definition: the set that spread it last */
    uint32_t stamp;
    uint32_t work;
    bool failed;
};

static void refuse(struct collector *c, const char *what, uint32_t count, uint32_t most)
{
    if (!c->failed) {
        c->failed = true;
        gql_error_add(c->coercion->errors, GQL_ERROR_LIMIT, "Limit", NULL, 0,
                      "Query too complex - Too many %s requested: %u - Maximum allowed %s: %u", what, count, what,
                      most);
    }
}

/* ---- collecting the fields of a set ---- */

static bool included(struct collector *c, const struct gql_directive *directives)
{
    for (const struct gql_directive *at = directives; at != NULL; at = at->next) {
        bool skip = str_is(at->name, "skip");
        if ((!skip && !str_is(at->name, "include")) || at->arguments == NULL) {
            continue;
        }
        const struct gql_field *condition = gql_schema_directive(c->coercion->schema, at->name)->arguments;
        const struct gql_datum *datum = gql_coerce_value(c->coercion, at->arguments->value, condition->type);
        if (datum != NULL && datum->kind == GQL_DATUM_BOOLEAN && datum->as.boolean == skip) {
            return false;
        }
    }
    return true;
}

static const struct slot *find_slot(const struct slots *slots, struct str key)
{
    if (slots->room > 0) {
        return gql_names_get(&slots->names, key);
    }
    const struct slot *at = slots->first;
    while (at != NULL && !str_eq(at->key, key)) {
        at = at->next;
    }
    return at;
}

static void index_slot(struct collector *c, struct slots *slots, struct slot *slot)
{
    slots->count++;
    if (slots->count <= slots->room) {
        gql_names_set(&slots->names, slot->key, slot);
    } else if (slots->count > FEW_SLOTS) {
        slots->room = 4 * slots->count;
        gql_names_init(c->arena, &slots->names, slots->room);
        for (struct slot *at = slots->first; at != NULL; at = at->next) {
            gql_names_set(&slots->names, at->key, at);
        }
    }
}

static void add_field(struct collector *c, struct slots *slots, const struct gql_selection *node)
{
    const struct slot *known = find_slot(slots, node->key);
    if (known != NULL) {
        struct pick *pick = ARENA_NEW(c->arena, struct pick);
        pick->node = node;
        (*known->last)->next = pick;
        *known->last = pick;
        return;
    }
    struct slot *slot = ARENA_NEW(c->arena, struct slot);
    slot->key = node->key;
    slot->first.node = node;
    slot->newest = &slot->first;
    slot->last = &slot->newest;
    *(slots->first == NULL ? &slots->first : &slots->last->next) = slot;
    slots->last = slot;
    index_slot(c, slots, slot);
}

static void gather(struct collector *c, struct slots *slots, const struct gql_type *type,
                   const struct gql_selection_set *set, uint32_t chain)
{
    for (const struct gql_selection *at = set->first; at != NULL && !c->failed; at = at->next) {
        if (++c->work > c->limits.work || chain > FRAGMENT_CHAIN_MAX) {
            refuse(c, "selections", c->work, c->limits.work);
            return;
        }
        if (!included(c, at->directives)) {
            continue;
        }
        if (at->kind == GQL_FIELD) {
            add_field(c, slots, at);
        } else if (at->kind == GQL_INLINE) {
            if (!at->has_type || str_eq(at->name, type->name)) {
                gather(c, slots, type, at->set, chain + 1);
            }
        } else if (at->fragment != NULL && c->stamps[at->fragment->index] != c->stamp) {
            c->stamps[at->fragment->index] = c->stamp;
            if (str_eq(at->fragment->type_name, type->name)) {
                gather(c, slots, type, at->fragment->set, chain + 1);
            }
        }
    }
}

/* ---- making the tree ---- */

static const struct gql_selected *select_all(struct collector *c, const struct gql_type *type,
                                             const struct slots *slots, uint32_t depth, uint32_t depth_max);

static void select_arguments(struct collector *c, struct gql_selected *selected, const struct gql_selection *node)
{
    struct gql_argument_fault fault;
    const struct gql_field *field = selected->field;
    if (!gql_coerce_arguments(c->coercion, field->arguments, field->argument_count, node->arguments, node->offset,
                              &selected->arguments, &fault)) {
        struct gql_errors alone = {.arena = c->arena, .source = c->document->source};
        gql_error_add(&alone, GQL_ERROR_FIELD, "Arguments", &fault.offset, 1, "%.*s", STR_ARG(fault.why));
        selected->error = alone.first;
        selected->arguments = NULL;
    }
}

/* The children that were made ahead, if all that goes into the field is one such set, and no limit is passed. */
static bool take_ready(struct collector *c, struct gql_selected *selected, const struct pick *pick, uint32_t depth,
                       uint32_t depth_max)
{
    const struct gql_ready *ready = pick->next == NULL ? gql_ready_of(c->ahead, pick->node->set) : NULL;
    if (ready == NULL || ready->fields > c->limits.fields - c->out->field_count || depth + ready->levels > depth_max) {
        return false;
    }
    selected->first = ready->first;
    selected->count = ready->count;
    selected->memo = depth == 1 ? ready->memo : NULL;
    c->out->field_count += ready->fields;
    c->out->depth = depth + ready->levels > c->out->depth ? depth + ready->levels : c->out->depth;
    return true;
}

static struct gql_selected *select_one(struct collector *c, const struct gql_type *parent, const struct slot *slot,
                                       uint32_t depth, uint32_t depth_max)
{
    const struct gql_selection *node = slot->first.node;
    const struct gql_schema *schema = c->coercion->schema;
    struct gql_selected *selected = ARENA_NEW(c->arena, struct gql_selected);
    selected->key = slot->key;
    selected->parent = parent;
    selected->offset = node->offset;
    selected->field = gql_selectable(schema, parent, node->name);
    if (selected->field == NULL) {
        return selected;
    }
    bool introspects = gql_is_introspection(selected);
    c->out->introspects = c->out->introspects || introspects;
    if (introspects && depth_max < INTROSPECTION_DEPTH) {
        depth_max = INTROSPECTION_DEPTH;
    }
    if (selected->field->argument_count > 0) {
        select_arguments(c, selected, node);
    }
    if (take_ready(c, selected, &slot->first, depth, depth_max)) {
        return selected;
    }
    const struct gql_type *type = gql_type_of(schema, selected->field->type);
    if (type->kind != GQL_OBJECT) {
        return selected;
    }
    struct slots inner = {0};
    c->stamp++;
    for (const struct pick *pick = &slot->first; pick != NULL; pick = pick->next) {
        if (pick->node->set != NULL) {
            gather(c, &inner, type, pick->node->set, 0);
        }
    }
    selected->count = (uint32_t)inner.count;
    selected->first = select_all(c, type, &inner, depth + 1, depth_max);
    return selected;
}

static const struct gql_selected *select_all(struct collector *c, const struct gql_type *type,
                                             const struct slots *slots, uint32_t depth, uint32_t depth_max)
{
    const struct gql_selected *first = NULL;
    const struct gql_selected **next = &first;
    if (slots->first != NULL && depth > depth_max) {
        if (!c->failed) {
            c->failed = true;
            gql_error_add(c->coercion->errors, GQL_ERROR_LIMIT, "Limit", &slots->first->first.node->offset, 1,
                          "Query too complex - Maximum depth of %u reached", depth_max);
        }
        return NULL;
    }
    for (const struct slot *at = slots->first; at != NULL && !c->failed; at = at->next) {
        if (++c->out->field_count > c->limits.fields) {
            refuse(c, "fields", c->out->field_count, c->limits.fields);
            break;
        }
        struct gql_selected *selected = select_one(c, type, at, depth, depth_max);
        *next = selected;
        next = &selected->next;
        c->out->depth = depth > c->out->depth ? depth : c->out->depth;
    }
    return first;
}

static void check_root(struct collector *c)
{
    uint32_t count = 0;
    for (const struct gql_selected *at = c->out->first; at != NULL; at = at->next) {
        count += at->field == &gql_typename_field || (at->field != NULL && gql_is_introspection(at)) ? 0 : 1;
    }
    if (count > c->limits.root_fields) {
        refuse(c, "root resolvers", count, c->limits.root_fields);
    }
}

/* ---- the operation ---- */

static const struct gql_definition *pick_operation(const struct gql_document *document, struct str name,
                                                   struct gql_errors *errors)
{
    const struct gql_definition *found = NULL;
    size_t count = 0;
    for (const struct gql_definition *at = document->first; at != NULL; at = at->next) {
        if (at->kind == GQL_OPERATION && (name.len == 0 || str_eq(at->name, name))) {
            found = at;
            count++;
        }
    }
    if (count == 1) {
        return found;
    }
    struct str shown = str_cut(name, 300);
    if (count > 1 && name.len == 0) {
        gql_error_add(errors, GQL_ERROR_OPERATION, "Operation", NULL, 0,
                      "Must provide operation name when document contains multiple operations.");
    } else if (name.len == 0) {
        gql_error_add(errors, GQL_ERROR_OPERATION, "Operation", NULL, 0, "Must provide an operation.");
    } else {
        gql_error_add(errors, GQL_ERROR_OPERATION, "Operation", NULL, 0, "Unknown operation named \"%.*s\".",
                      STR_ARG(shown));
    }
    return NULL;
}

bool gql_prepare_document(struct arena *arena, const struct gql_schema *schema, const struct gql_document *document,
                          const struct gql_ahead *ahead, struct str operation_name, const struct json *variables,
                          const struct gql_limits *limits, struct gql_prepared *out, struct gql_errors *errors)
{
    struct collector c = {
        .arena = arena, .document = document, .ahead = ahead, .limits = gql_limits_complete(limits), .out = out};
    struct gql_coercion coercion = {arena, schema, &c.limits, errors, variables, {0}};
    errors->source = document->source;
    *out = (struct gql_prepared){.document = document};
    const struct gql_definition *operation = pick_operation(document, operation_name, errors);
    if (operation == NULL) {
        return false;
    }
    out->kind = operation->operation;
    out->name = operation->name;
    out->root = gql_schema_root(schema, operation->operation);
    if (out->root == NULL) {
        gql_error_add(errors, GQL_ERROR_OPERATION, "Operation", &operation->offset, 1,
                      "Schema is not configured to execute %s operation.", gql_operation_name(operation->operation));
        return false;
    }
    if (!gql_coerce_variables(&coercion, operation)) {
        return false;
    }
    struct slots slots = {0};
    c.coercion = &coercion;
    c.stamps = ARENA_ARRAY(arena, uint32_t, document->count);
    c.stamp = 1;
    gather(&c, &slots, out->root, operation->set, 0);
    out->count = (uint32_t)slots.count;
    out->first = select_all(&c, out->root, &slots, 1, c.limits.depth);
    check_root(&c);
    return !c.failed;
}

bool gql_prepare(struct arena *arena, const struct gql_schema *schema, struct str source, struct str operation_name,
                 const struct json *variables, const struct gql_limits *limits, struct gql_prepared *out,
                 struct gql_errors *errors)
{
    const struct gql_document *document = gql_parse(arena, source, limits, errors);
    return document != NULL && gql_validate(arena, schema, document, limits, errors) &&
           gql_prepare_document(arena, schema, document, NULL, operation_name, variables, limits, out, errors);
}

const struct gql_datum *gql_selected_argument(const struct gql_selected *selected, const char *name)
{
    for (const struct gql_datum *at = selected->arguments; at != NULL; at = at->next) {
        if (str_is(at->field->name, name)) {
            return at;
        }
    }
    return NULL;
}
