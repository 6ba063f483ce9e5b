/*
 * OverlappingFieldsCanBeMerged, by graphql-js's algorithm: what stands under one name in the reply must be the same
 * field with the same arguments. Pairs of fragments, and of fields and a fragment, are compared once; all comparing is
 * paid for from the budget of work.
 */
#include "gateway/graphql/validator.h"
#include "gateway/graphql/value_print.h"

enum { DETAIL_MAX = 1000, NODES_MAX = 20, RECURSION_MAX = 1500 };

struct seen_field {
    const struct gql_type *parent;
    const struct gql_selection *node;
    const struct gql_field *definition;
    struct seen_field *next; /* with the same key */
};

/* The fields with one key. */
struct group {
    struct str key;
    struct seen_field *first;
    struct seen_field *last;
};

/* What a selection set has: fields by key, in order, and the fragments that it spreads. */
struct collected {
    struct group *groups;
    size_t group_count;
    struct gql_names by_key;
    const struct gql_definition **fragments;
    size_t fragment_count;
};

struct conflict {
    struct str key;
    struct str reason;
    uint32_t offsets[2][NODES_MAX];
    size_t counts[2];
    struct conflict *next;
};

struct conflicts {
    struct conflict *first;
    struct conflict **next;
};

struct overlap {
    struct gql_pairs sets;      /* (set, parent) -> struct collected */
    struct gql_pairs fragments; /* pairs compared: 1 = only as exclusive, 2 = fully */
    struct gql_pairs fields;    /* (collected, fragment) compared: the same */
    int depth;
};

static void between_fragments(struct validator *v, struct conflicts *out, bool exclusive,
                              const struct gql_definition *a, const struct gql_definition *b);

/* ---- collecting ---- */

static void count_selections(const struct gql_selection_set *set, size_t *fields, size_t *spreads)
{
    for (const struct gql_selection *at = set->first; at != NULL; at = at->next) {
        *fields += at->kind == GQL_FIELD ? 1 : 0;
        *spreads += at->kind == GQL_SPREAD ? 1 : 0;
        if (at->kind == GQL_INLINE) {
            count_selections(at->set, fields, spreads);
        }
    }
}

static void add_field(struct validator *v, struct collected *out, const struct gql_type *parent,
                      const struct gql_selection *node)
{
    struct seen_field *field = ARENA_NEW(v->arena, struct seen_field);
    const struct group *known = gql_names_get(&out->by_key, node->key);
    struct group *group = known == NULL ? &out->groups[out->group_count] : &out->groups[known - out->groups];
    field->parent = parent;
    field->node = node;
    field->definition = parent == NULL || parent->kind != GQL_OBJECT ? NULL : gql_type_field(parent, node->name);
    if (known == NULL) {
        *group = (struct group){node->key, field, field};
        out->group_count++;
        gql_names_set(&out->by_key, node->key, group);
    } else {
        group->last->next = field;
        group->last = field;
    }
}

static void add_selections(struct validator *v, struct collected *out, const struct gql_type *parent,
                           const struct gql_selection_set *set)
{
    for (const struct gql_selection *at = set->first; at != NULL; at = at->next) {
        if (at->kind == GQL_FIELD) {
            add_field(v, out, parent, at);
        } else if (at->kind == GQL_INLINE) {
            add_selections(v, out, at->has_type ? gql_schema_type(v->schema, at->name) : parent, at->set);
        } else if (at->fragment != NULL) {
            size_t i = 0;
            while (i < out->fragment_count && out->fragments[i] != at->fragment) {
                i++;
            }
            out->fragments[i] = at->fragment;
            out->fragment_count += i == out->fragment_count ? 1 : 0;
        }
    }
}

static struct collected *collect(struct validator *v, const struct gql_type *parent,
                                 const struct gql_selection_set *set)
{
    struct gql_pair *known = gql_pairs_at(v->arena, &v->overlap->sets, set, parent);
    if (known->made != NULL) {
        return known->made;
    }
    struct collected *out = ARENA_NEW(v->arena, struct collected);
    size_t fields = 0;
    size_t spreads = 0;
    known->made = out;
    count_selections(set, &fields, &spreads);
    out->groups = ARENA_ARRAY(v->arena, struct group, fields);
    out->fragments = ARENA_ARRAY(v->arena, const struct gql_definition *, spreads);
    gql_names_init(v->arena, &out->by_key, fields);
    add_selections(v, out, parent, set);
    return out;
}

static struct collected *collect_fragment(struct validator *v, const struct gql_definition *fragment)
{
    return collect(v, gql_schema_type(v->schema, fragment->type_name), fragment->set);
}

/* ---- comparing two fields ---- */

static void add_conflict(struct validator *v, struct conflicts *out, struct str key, struct str reason,
                         const struct gql_selection *a, const struct gql_selection *b)
{
    struct conflict *conflict = ARENA_NEW(v->arena, struct conflict);
    conflict->key = key;
    conflict->reason = reason;
    conflict->offsets[0][0] = a->offset;
    conflict->offsets[1][0] = b->offset;
    conflict->counts[0] = conflict->counts[1] = 1;
    *out->next = conflict;
    out->next = &conflict->next;
}

static bool same_arguments(struct validator *v, const struct gql_argument *a, const struct gql_argument *b)
{
    size_t counts[2] = {0, 0};
    for (const struct gql_argument *at = a; at != NULL; at = at->next) {
        counts[0]++;
    }
    for (const struct gql_argument *at = b; at != NULL; at = at->next) {
        counts[1]++;
    }
    for (const struct gql_argument *at = a; at != NULL && counts[0] == counts[1] && gql_spend(v, 1); at = at->next) {
        /* Of arguments given twice, the last one counts. */
        const struct gql_value *other = NULL;
        for (const struct gql_argument *look = b; look != NULL && gql_spend(v, 1); look = look->next) {
            other = str_eq(look->name, at->name) ? look->value : other;
        }
        if (other == NULL || !gql_value_same(v->arena, at->value, other, &v->work)) {
            return false;
        }
    }
    return counts[0] == counts[1];
}

static bool types_conflict(const struct gql_schema *schema, struct gql_ref a, struct gql_ref b)
{
    bool leaf = gql_type_of(schema, a)->kind != GQL_OBJECT || gql_type_of(schema, b)->kind != GQL_OBJECT;
    return a.wraps != b.wraps || (leaf && a.type != b.type);
}

static const struct gql_type *inner_type(const struct validator *v, const struct seen_field *field)
{
    return field->definition == NULL ? NULL : gql_type_of(v->schema, field->definition->type);
}

static void between_sets(struct validator *v, struct conflicts *out, bool exclusive, struct collected *a,
                         struct collected *b);

/* Takes over the nodes of the conflicts inside, up to the most that are shown; the deeper ones are at the end. */
static void take_nodes(struct conflict *into, const struct conflict *inner, size_t side)
{
    for (const struct conflict *at = inner; at != NULL && into->counts[side] < NODES_MAX; at = at->next) {
        size_t room = NODES_MAX - into->counts[side];
        size_t count = at->counts[side] < room ? at->counts[side] : room;
        memcpy(into->offsets[side] + into->counts[side], at->offsets[side] + at->counts[side] - count,
               count * sizeof(uint32_t));
        into->counts[side] += count;
    }
}

static void compare_inside(struct validator *v, struct conflicts *out, bool exclusive, struct str key,
                           const struct seen_field *a, const struct seen_field *b)
{
    struct conflicts inner = {.next = &inner.first};
    between_sets(v, &inner, exclusive, collect(v, inner_type(v, a), a->node->set),
                 collect(v, inner_type(v, b), b->node->set));
    if (inner.first == NULL) {
        return;
    }
    struct strbuf reason = {.ceiling = (size_t)3 * DETAIL_MAX};
    for (const struct conflict *at = inner.first; at != NULL && reason.len <= DETAIL_MAX; at = at->next) {
        struct str shown = str_cut(at->key, DETAIL_MAX);
        strbuf_printf(&reason, "%ssubfields \"%.*s\" conflict because %.*s", at == inner.first ? "" : " and ",
                      STR_ARG(shown), STR_ARG(at->reason));
    }
    struct str text = str_cut(strbuf_str(&reason), DETAIL_MAX);
    text = arena_printf(v->arena, "%.*s%s", STR_ARG(text), reason.len > DETAIL_MAX ? "..." : "");
    strbuf_release(&reason);
    struct conflict **place = out->next;
    add_conflict(v, out, key, text, a->node, b->node);
    take_nodes(*place, inner.first, 0);
    take_nodes(*place, inner.first, 1);
}

static void compare(struct validator *v, struct conflicts *out, bool exclusive, struct str key,
                    const struct seen_field *a, const struct seen_field *b)
{
    exclusive = exclusive || (a->parent != b->parent && a->parent != NULL && b->parent != NULL &&
                              a->parent->kind == GQL_OBJECT && b->parent->kind == GQL_OBJECT);
    if (!exclusive && !str_eq(a->node->name, b->node->name)) {
        struct str names[] = {str_cut(a->node->name, 300), str_cut(b->node->name, 300)};
        add_conflict(
            v, out, key,
            arena_printf(v->arena, "\"%.*s\" and \"%.*s\" are different fields", STR_ARG(names[0]), STR_ARG(names[1])),
            a->node, b->node);
    } else if (!exclusive && !same_arguments(v, a->node->arguments, b->node->arguments)) {
        add_conflict(v, out, key, STR("they have differing arguments"), a->node, b->node);
    } else if (a->definition != NULL && b->definition != NULL &&
               types_conflict(v->schema, a->definition->type, b->definition->type)) {
        struct str types[] = {gql_ref_text(v->arena, v->schema, a->definition->type),
                              gql_ref_text(v->arena, v->schema, b->definition->type)};
        add_conflict(v, out, key,
                     arena_printf(v->arena, "they return conflicting types \"%.*s\" and \"%.*s\"", STR_ARG(types[0]),
                                  STR_ARG(types[1])),
                     a->node, b->node);
    } else if (a->node->set != NULL && b->node->set != NULL) {
        compare_inside(v, out, exclusive, key, a, b);
    }
}

/* ---- comparing sets and fragments ---- */

/* Deeper by one; false when that is too deep. */
static bool descend(struct validator *v)
{
    if (++v->overlap->depth > RECURSION_MAX) {
        return gql_spend(v, v->work < 0 ? 1 : v->work + 1);
    }
    return true;
}

static void between(struct validator *v, struct conflicts *out, bool exclusive, const struct collected *a,
                    const struct collected *b)
{
    for (size_t i = 0; i < a->group_count && b->group_count > 0 && gql_spend(v, 1); i++) {
        const struct group *other = gql_names_get(&b->by_key, a->groups[i].key);
        for (const struct seen_field *x = a->groups[i].first; other != NULL && x != NULL; x = x->next) {
            for (const struct seen_field *y = other->first; y != NULL && gql_spend(v, 2); y = y->next) {
                compare(v, out, exclusive, other->key, x, y);
            }
        }
    }
}

/* Was the pair compared in a way that covers this one? Notes that it is, from now on. */
static bool compared(struct gql_pair *pair, bool exclusive)
{
    if (pair->value == 2 || (pair->value == 1 && exclusive)) {
        return true;
    }
    pair->value = exclusive ? 1 : 2;
    return false;
}

static void between_fields_and_fragment(struct validator *v, struct conflicts *out, bool exclusive,
                                        struct collected *fields, const struct gql_definition *fragment)
{
    if (!gql_spend(v, 1) || fields->group_count == 0 ||
        compared(gql_pairs_at(v->arena, &v->overlap->fields, fields, fragment), exclusive)) {
        return;
    }
    const struct collected *other = collect_fragment(v, fragment);
    if (other != fields && descend(v)) {
        between(v, out, exclusive, fields, other);
        for (size_t i = 0; i < other->fragment_count; i++) {
            between_fields_and_fragment(v, out, exclusive, fields, other->fragments[i]);
        }
    }
    v->overlap->depth -= other != fields ? 1 : 0;
}

static void between_fragments(struct validator *v, struct conflicts *out, bool exclusive,
                              const struct gql_definition *a, const struct gql_definition *b)
{
    const struct gql_definition *low = a->index < b->index ? a : b;
    if (!gql_spend(v, 2) || a == b ||
        compared(gql_pairs_at(v->arena, &v->overlap->fragments, low, low == a ? b : a), exclusive)) {
        return;
    }
    const struct collected *first = collect_fragment(v, a);
    const struct collected *second = collect_fragment(v, b);
    if (descend(v)) {
        between(v, out, exclusive, first, second);
        for (size_t i = 0; i < second->fragment_count; i++) {
            between_fragments(v, out, exclusive, a, second->fragments[i]);
        }
        for (size_t i = 0; i < first->fragment_count; i++) {
            between_fragments(v, out, exclusive, first->fragments[i], b);
        }
    }
    v->overlap->depth--;
}

static void between_sets(struct validator *v, struct conflicts *out, bool exclusive, struct collected *a,
                         struct collected *b)
{
    if (descend(v)) {
        between(v, out, exclusive, a, b);
        for (size_t i = 0; i < b->fragment_count; i++) {
            between_fields_and_fragment(v, out, exclusive, a, b->fragments[i]);
        }
        for (size_t i = 0; i < a->fragment_count; i++) {
            between_fields_and_fragment(v, out, exclusive, b, a->fragments[i]);
        }
        for (size_t i = 0; i < a->fragment_count; i++) {
            for (size_t k = 0; k < b->fragment_count; k++) {
                between_fragments(v, out, exclusive, a->fragments[i], b->fragments[k]);
            }
        }
    }
    v->overlap->depth--;
}

static void within(struct validator *v, struct conflicts *out, struct collected *fields)
{
    for (size_t i = 0; i < fields->group_count; i++) {
        for (const struct seen_field *x = fields->groups[i].first; x != NULL; x = x->next) {
            for (const struct seen_field *y = x->next; y != NULL && gql_spend(v, 2); y = y->next) {
                compare(v, out, false, fields->groups[i].key, x, y);
            }
        }
    }
    for (size_t i = 0; i < fields->fragment_count; i++) {
        between_fields_and_fragment(v, out, false, fields, fields->fragments[i]);
        for (size_t k = i + 1; k < fields->fragment_count; k++) {
            between_fragments(v, out, false, fields->fragments[i], fields->fragments[k]);
        }
    }
}

void gql_check_overlap(struct validator *v, const struct gql_type *parent, const struct gql_selection_set *set)
{
    struct conflicts found = {.next = &found.first};
    if (v->exhausted || (v->limits.skip_rules >> GQL_RULE_OVERLAPPING_FIELDS_CAN_BE_MERGED & 1) ||
        (set->first->next == NULL && set->first->kind != GQL_INLINE)) {
        return;
    }
    if (v->overlap == NULL) {
        v->overlap = ARENA_NEW(v->arena, struct overlap);
    }
    within(v, &found, collect(v, parent, set));
    for (const struct conflict *at = found.first; at != NULL; at = at->next) {
        uint32_t offsets[2 * NODES_MAX];
        memcpy(offsets, at->offsets[0], at->counts[0] * sizeof *offsets);
        memcpy(offsets + at->counts[0], at->offsets[1], at->counts[1] * sizeof *offsets);
        struct str key = str_cut(at->key, DETAIL_MAX);
        REPORT_AT(
            v, GQL_RULE_OVERLAPPING_FIELDS_CAN_BE_MERGED, offsets, at->counts[0] + at->counts[1],
            "Fields \"%.*s\" conflict because %.*s. Use different aliases on the fields to fetch both if this was "
            "intentional.",
            STR_ARG(key), STR_ARG(at->reason));
    }
}
