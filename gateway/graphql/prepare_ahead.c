/* Selection sets that are the same every time: fields without arguments and directives, each once, all the way down. */
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/ready.h"

enum { NAMES_MAX = 64 }; /* more fields in one set are compared every time: finding repeated ones is quadratic here */

struct gql_ahead {
    const struct gql_ready **by_set; /* NULL: not the same every time */
};

struct maker {
    struct arena *arena;
    const struct gql_schema *schema;
    const struct gql_ready **by_set;
};

const struct gql_ready *gql_ready_of(const struct gql_ahead *ahead, const struct gql_selection_set *set)
{
    return ahead == NULL || set == NULL ? NULL : ahead->by_set[set->index];
}

static void make_set(struct maker *maker, const struct gql_type *type, const struct gql_selection_set *set);

/* Given, by default, or missing. */
static bool has_arguments(const struct gql_field *field, const struct gql_selection *node)
{
    bool any = node->arguments != NULL;
    for (size_t i = 0; i < field->argument_count; i++) {
        const struct gql_field *argument = &field->arguments[i];
        any = any || gql_ref_is_required(argument->type) ||
              (argument->extra != NULL && argument->extra->default_text != NULL);
    }
    return any;
}

/* What the children of a field add; false when the field is not the same every time. */
static bool add_field(struct maker *maker, const struct gql_type *type, const struct gql_selection *node,
                      struct gql_selected *selected, struct gql_ready *ready)
{
    const struct gql_field *field = node->kind == GQL_FIELD ? gql_selectable(maker->schema, type, node->name) : NULL;
    if (field == NULL || node->directives != NULL || has_arguments(field, node)) {
        return false;
    }
    *selected = (struct gql_selected){.key = node->key, .field = field, .parent = type, .offset = node->offset};
    ready->fields++;
    if (gql_type_of(maker->schema, field->type)->kind != GQL_OBJECT || node->set == NULL) {
        return !gql_is_introspection(selected);
    }
    const struct gql_ready *inner = maker->by_set[node->set->index];
    if (inner == NULL || gql_is_introspection(selected)) {
        return false;
    }
    selected->first = inner->first;
    selected->count = inner->count;
    ready->fields += inner->fields;
    ready->levels = inner->levels + 1 > ready->levels ? inner->levels + 1 : ready->levels;
    return true;
}

static bool is_repeated(const struct gql_selected *items, size_t count, struct str key)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(items[i].key, key)) {
            return true;
        }
    }
    return false;
}

/* Sets further down first, whatever becomes of this one. */
static void make_inner(struct maker *maker, const struct gql_type *type, const struct gql_selection *node)
{
    if (node->set == NULL) {
        return;
    }
    if (node->kind == GQL_INLINE) {
        const struct gql_type *named = node->has_type ? gql_schema_type(maker->schema, node->name) : type;
        if (named != NULL && named->kind == GQL_OBJECT) {
            make_set(maker, named, node->set);
        }
        return;
    }
    const struct gql_field *field = gql_selectable(maker->schema, type, node->name);
    if (field != NULL && gql_type_of(maker->schema, field->type)->kind == GQL_OBJECT) {
        make_set(maker, gql_type_of(maker->schema, field->type), node->set);
    }
}

static void make_set(struct maker *maker, const struct gql_type *type, const struct gql_selection_set *set)
{
    size_t count = 0;
    for (const struct gql_selection *at = set->first; at != NULL; at = at->next) {
        make_inner(maker, type, at);
        count++;
    }
    if (count > NAMES_MAX) {
        return;
    }
    struct gql_ready *ready = ARENA_NEW(maker->arena, struct gql_ready);
    struct gql_selected *items = ARENA_ARRAY(maker->arena, struct gql_selected, count);
    *ready = (struct gql_ready){.first = items, .levels = 1, .memo = ARENA_NEW(maker->arena, struct gql_memo)};
    ready->memo->arena = maker->arena;
    for (const struct gql_selection *at = set->first; at != NULL; at = at->next) {
        if (!add_field(maker, type, at, &items[ready->count], ready) ||
            is_repeated(items, ready->count, items[ready->count].key)) {
            return;
        }
        if (ready->count > 0) {
            items[ready->count - 1].next = &items[ready->count];
        }
        ready->count++;
    }
    maker->by_set[set->index] = ready;
}

const struct gql_ahead *gql_prepare_ahead(struct arena *arena, const struct gql_schema *schema,
                                          const struct gql_document *document)
{
    struct gql_ahead *ahead = ARENA_NEW(arena, struct gql_ahead);
    struct maker maker = {
        .arena = arena, .schema = schema, .by_set = ARENA_ARRAY(arena, const struct gql_ready *, document->set_count)};
    for (const struct gql_definition *at = document->first; at != NULL; at = at->next) {
        const struct gql_type *type = NULL;
        if (at->kind == GQL_OPERATION) {
            type = gql_schema_root(schema, at->operation);
        } else if (at->kind == GQL_FRAGMENT) {
            type = gql_schema_type(schema, at->type_name);
        }
        if (type != NULL && type->kind == GQL_OBJECT && at->set != NULL) {
            make_set(&maker, type, at->set);
        }
    }
    ahead->by_set = maker.by_set;
    return ahead;
}
