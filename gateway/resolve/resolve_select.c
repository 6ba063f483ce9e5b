/*
 * Selections (contract 2.2, 2.3, 2.9, 3.14): what is asked of records, as a plan has it, and at the same time the shape
 * of the reply. Every relation that is selected becomes one of the plan's, so that aliases of one relation with
 * different arguments are no special case; shapes know theirs by index.
 */
#include "gateway/resolve/resolve_inner.h"
#include <assert.h>

const struct column *resolve_sub_column(const struct field *field, const struct sub_field_type *sub)
{
    for (size_t i = 0; i < field->column_count; i++) {
        if (field->columns[i].sub == sub) {
            return &field->columns[i];
        }
    }
    return &field->columns[0];
}

/* ---- shapes ---- */

/* An object of the reply whose members are added one by one; `room` is the most there will be. */
static struct shape *begin_items(struct resolving *r, struct shape *shape, size_t room)
{
    struct shape *items = ARENA_ARRAY(r->arena, struct shape, room);
    shape->items = items;
    shape->count = 0;
    return items;
}

/* {"key": or ,"key": and, for members that are always the same, their value. */
static struct str lead_of(struct resolving *r, bool first, struct str key, struct str value, bool quoted)
{
    char *bytes = arena_bytes(r->arena, key.len + value.len + 6);
    char *at = bytes;
    *at++ = first ? '{' : ',';
    *at++ = '"';
    memcpy(at, key.ptr, key.len);
    at += key.len;
    *at++ = '"';
    *at++ = ':';
    if (quoted) {
        *at++ = '"';
    }
    if (value.len > 0) {
        memcpy(at, value.ptr, value.len);
        at += value.len;
    }
    if (quoted) {
        *at++ = '"';
    }
    return str_of(bytes, (size_t)(at - bytes));
}

static struct shape *add_item(struct resolving *r, struct shape *shape, struct shape *items, enum shape_kind kind,
                              struct str key)
{
    assert(items != NULL);
    struct shape *item = &items[shape->count];
    *item = (struct shape){
        .kind = kind, .lead = lead_of(r, shape->count == 0, key, STR_EMPTY, false), .null_text = STR("null")};
    shape->count++;
    return item;
}

static void add_text(struct resolving *r, struct shape *shape, struct shape *items, struct str key, struct str value,
                     bool quoted)
{
    items[shape->count] = (struct shape){.kind = SHAPE_TEXT, .lead = lead_of(r, shape->count == 0, key, value, quoted)};
    shape->count++;
}

/* __typename, or a field that does not exist (which lenient documents may select). True when it was one of these. */
static bool add_known(struct resolving *r, struct shape *shape, struct shape *items,
                      const struct gql_selected *selected)
{
    if (selected->field != NULL && selected->field != &gql_typename_field) {
        return false;
    }
    bool unknown = selected->field == NULL;
    add_text(r, shape, items, selected->key, unknown ? STR("null") : selected->parent->name, !unknown);
    return true;
}

/* What "nothing" reads as (contract 3.7). */
static struct str null_text(const struct column *column)
{
    switch (column->form) {
    case JSON_FORM_EMAIL_LIST:
    case JSON_FORM_PHONE_LIST:
    case JSON_FORM_LINK_LIST: return STR("[]");
    default: break;
    }
    if (column->kind == COLUMN_TEXT_ARRAY) {
        return STR("[]");
    }
    bool unset = column->sub != NULL && (str_is(str_from(column->sub->name), "currencyCode") ||
                                         str_is(str_from(column->sub->name), "blocknote"));
    return column->kind == COLUMN_TEXT && column->form != JSON_FORM_OPTION && !unset ? STR("\"\"") : STR("null");
}

/* A column as the reply has it: plain, or of its JSON only some members. */
static void add_column(struct resolving *r, struct shape *shape, struct shape *items, const struct column *column,
                       const struct gql_selected *selected)
{
    bool members = selected->first != NULL;
    struct shape *item = add_item(r, shape, items, members ? SHAPE_MEMBERS : SHAPE_COLUMN, selected->key);
    item->column = column;
    item->null_text = null_text(column);
    struct shape *inner = members ? begin_items(r, item, selected->count) : NULL;
    for (const struct gql_selected *at = selected->first; at != NULL; at = at->next) {
        if (!add_known(r, item, inner, at)) {
            add_item(r, item, inner, SHAPE_MEMBER, at->key)->key = at->field->name;
        }
    }
}

static void add_composite(struct resolving *r, struct shape *shape, struct shape *items, const struct field *field,
                          const struct gql_selected *selected)
{
    struct shape *item = add_item(r, shape, items, SHAPE_COMPOSITE, selected->key);
    size_t room = selected->first == NULL ? field->column_count : selected->count;
    struct shape *inner = begin_items(r, item, room);
    for (const struct gql_selected *at = selected->first; at != NULL; at = at->next) {
        if (!add_known(r, item, inner, at)) {
            add_column(r, item, inner, resolve_sub_column(field, at->field->source), at);
        }
    }
    for (size_t i = 0; selected->first == NULL && i < field->column_count; i++) {
        struct shape *part = add_item(r, item, inner, SHAPE_COLUMN, str_from(field->columns[i].sub->name));
        part->column = &field->columns[i];
        part->null_text = null_text(part->column);
    }
}

/* ---- what records need ---- */

/* A selection that grows: two lists of edges may each ask for other fields of the same records. */
struct picking {
    struct resolving *r;
    const struct object *object;
    size_t depth;
    struct plan_selection *out;
    const struct field **fields;
    bool *picked; /* by field */
    struct plan_relation *relations;
    size_t room;
};

static void pick_field(struct picking *picking, const struct field *field)
{
    size_t at = (size_t)(field - picking->object->fields);
    if (!picking->picked[at] && field->column_count > 0) {
        picking->picked[at] = true;
        picking->fields[picking->out->count++] = field;
    }
}

static void begin_picking(struct picking *picking)
{
    struct arena *arena = picking->r->arena;
    picking->fields = ARENA_ARRAY(arena, const struct field *, picking->object->field_count);
    picking->picked = ARENA_ARRAY(arena, bool, picking->object->field_count);
    *picking->out = (struct plan_selection){.fields = picking->fields};
    pick_field(picking, picking->object->id_column->field);
}

/* Naming every field is the same as naming none. */
static void end_picking(struct picking *picking)
{
    size_t all = 0;
    for (size_t i = 0; i < picking->object->field_count; i++) {
        all += picking->object->fields[i].active && picking->object->fields[i].column_count > 0;
    }
    if (picking->out->count == all) {
        picking->out->fields = NULL;
        picking->out->count = 0;
    }
    picking->out->relations = picking->relations;
}

static void add_relation(struct picking *picking, const struct plan_relation *relation)
{
    struct resolving *r = picking->r;
    struct plan_selection *out = picking->out;
    r->complexity++;
    if (out->relation_count == picking->room) {
        picking->room = picking->room == 0 ? 4 : 2 * picking->room;
        struct plan_relation *larger = ARENA_ARRAY(r->arena, struct plan_relation, picking->room);
        if (out->relation_count > 0) {
            memcpy(larger, picking->relations, out->relation_count * sizeof *larger);
        }
        picking->relations = larger;
    }
    picking->relations[out->relation_count++] = *relation;
}

static bool deeper(struct picking *picking)
{
    struct resolving *r = picking->r;
    return picking->depth < r->limits->max_depth ||
           RESOLVE_REFUSE(r, "TOO_COMPLEX_QUERY", "Maximum depth of %zu reached", r->limits->max_depth);
}

static bool pick_to_one(struct picking *picking, const struct field *field, const struct gql_selected *selected,
                        struct shape *item)
{
    struct plan_relation relation = {.field = field, .page = {.count = COUNT_NONE}};
    pick_field(picking, field);
    if (!deeper(picking) ||
        !resolve_record(picking->r, field->target, selected->first, picking->depth + 1, &relation.selection, item)) {
        return false;
    }
    add_relation(picking, &relation);
    return true;
}

void resolve_needs(const struct connection_needs *needs, struct plan_page *page)
{
    page->count = needs->total ? COUNT_EXACT : COUNT_NONE;
    page->unseen = !needs->records && !needs->ends && !needs->has_next;
    page->cursors = needs->cursors;
}

static bool pick_to_many(struct picking *picking, const struct field *field, const struct gql_selected *selected,
                         struct shape *item)
{
    struct resolving *r = picking->r;
    struct window window;
    struct connection_needs needs;
    if (!deeper(picking) || !resolve_window(r, selected, field->target, r->relation_limit, &window) ||
        !resolve_connection(r, field->target, selected->first, picking->depth + 1, &needs, item)) {
        return false;
    }
    struct plan_relation relation = {.field = field,
                                     .selection = needs.selection,
                                     .filter = window.filter,
                                     .with_deleted = window.with_deleted,
                                     .order = window.order,
                                     .order_count = window.order_count,
                                     .page = window.page,
                                     .aggregates = needs.aggregates,
                                     .aggregate_count = needs.aggregate_count};
    resolve_needs(&needs, &relation.page);
    /* The ends of a parent's page are those of its first and last record. */
    relation.page.cursors = needs.cursors || needs.ends;
    add_relation(picking, &relation);
    return true;
}

static bool pick_relation(struct picking *picking, const struct field *field, const struct gql_selected *selected,
                          struct shape *item)
{
    /* Relations inside come first in the arena, not in this selection. */
    bool many = selected->field->role == CORE_TO_MANY;
    bool picked = many ? pick_to_many(picking, field, selected, item) : pick_to_one(picking, field, selected, item);
    item->index = picking->out->relation_count - 1;
    return picked;
}

static bool pick_member(struct picking *picking, struct shape *shape, struct shape *items,
                        const struct gql_selected *selected)
{
    struct resolving *r = picking->r;
    if (add_known(r, shape, items, selected)) {
        return true;
    }
    const struct field *field = selected->field->source;
    r->fault = selected;
    if (selected->error != NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "%.*s", STR_ARG(selected->error->message));
    }
    switch ((enum core_role)selected->field->role) {
    case CORE_TO_ONE:
        return pick_relation(picking, field, selected, add_item(r, shape, items, SHAPE_TO_ONE, selected->key));
    case CORE_TO_MANY:
        return pick_relation(picking, field, selected, add_item(r, shape, items, SHAPE_TO_MANY, selected->key));
    default: break;
    }
    pick_field(picking, field);
    if (field->column_count == 0) {
        picking->out->vector = field;
        add_item(r, shape, items, SHAPE_VECTOR, selected->key);
    } else if (field_types[field->type].composite) {
        add_composite(r, shape, items, field, selected);
    } else {
        add_column(r, shape, items, &field->columns[0], selected);
    }
    return true;
}

/* Beside a relation, its join column is null with it (contract 3.8). */
static void pair_joins(struct shape *shape, struct shape *items, const struct plan_selection *selection)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct column *column = items[i].kind == SHAPE_COLUMN ? items[i].column : NULL;
        for (size_t k = 0; column != NULL && k < selection->relation_count; k++) {
            if (selection->relations[k].field == column->field) {
                items[i].kind = SHAPE_JOIN;
                items[i].index = k;
            }
        }
    }
}

static bool pick_record(struct picking *picking, const struct gql_selected *selected, struct shape *shape)
{
    size_t room = 0;
    for (const struct gql_selected *at = selected; at != NULL; at = at->next) {
        room++;
    }
    struct shape *items = begin_items(picking->r, shape, room);
    for (const struct gql_selected *at = selected; at != NULL; at = at->next) {
        if (!pick_member(picking, shape, items, at)) {
            return false;
        }
    }
    picking->out->relations = picking->relations;
    pair_joins(shape, items, picking->out);
    return true;
}

bool resolve_record(struct resolving *r, const struct object *object, const struct gql_selected *first, size_t depth,
                    struct plan_selection *selection, struct shape *shape)
{
    struct picking picking = {.r = r, .object = object, .depth = depth, .out = selection};
    begin_picking(&picking);
    if (!pick_record(&picking, first, shape)) {
        return false;
    }
    end_picking(&picking);
    return true;
}

/* ---- connections ---- */

static bool pick_edges(struct picking *picking, const struct gql_selected *edges, struct connection_needs *needs,
                       struct shape *shape)
{
    struct resolving *r = picking->r;
    struct shape *items = begin_items(r, shape, edges->count);
    needs->records = true;
    for (const struct gql_selected *at = edges->first; at != NULL; at = at->next) {
        if (add_known(r, shape, items, at)) {
            continue;
        }
        if (at->field->role == CORE_CURSOR) {
            needs->cursors = true;
            add_item(r, shape, items, SHAPE_CURSOR, at->key);
        } else if (!pick_record(picking, at->first, add_item(r, shape, items, SHAPE_NODE, at->key))) {
            return false;
        }
    }
    return true;
}

static void add_page_info(struct resolving *r, const struct gql_selected *info, struct connection_needs *needs,
                          struct shape *shape)
{
    struct shape *items = begin_items(r, shape, info->count);
    for (const struct gql_selected *at = info->first; at != NULL; at = at->next) {
        if (add_known(r, shape, items, at)) {
            continue;
        }
        switch ((enum core_role)at->field->role) {
        case CORE_START_CURSOR:
            needs->ends = true;
            add_item(r, shape, items, SHAPE_START_CURSOR, at->key);
            break;
        case CORE_END_CURSOR:
            needs->ends = true;
            add_item(r, shape, items, SHAPE_END_CURSOR, at->key);
            break;
        case CORE_HAS_NEXT_PAGE:
            needs->has_next = true;
            add_item(r, shape, items, SHAPE_HAS_NEXT_PAGE, at->key);
            break;
        default:
            needs->has_next = true;
            add_item(r, shape, items, SHAPE_HAS_PREVIOUS_PAGE, at->key);
            break;
        }
    }
}

static enum aggregate_op aggregate_of_role(enum core_role role)
{
    switch (role) {
    case CORE_COUNT_UNIQUE: return AGGREGATE_COUNT_UNIQUE_VALUES;
    case CORE_COUNT_EMPTY: return AGGREGATE_COUNT_EMPTY;
    case CORE_COUNT_NOT_EMPTY: return AGGREGATE_COUNT_NOT_EMPTY;
    case CORE_PERCENTAGE_EMPTY: return AGGREGATE_PERCENTAGE_EMPTY;
    case CORE_PERCENTAGE_NOT_EMPTY: return AGGREGATE_PERCENTAGE_NOT_EMPTY;
    case CORE_MIN: return AGGREGATE_MIN;
    case CORE_MAX: return AGGREGATE_MAX;
    case CORE_AVG: return AGGREGATE_AVG;
    case CORE_SUM: return AGGREGATE_SUM;
    case CORE_COUNT_TRUE: return AGGREGATE_COUNT_TRUE;
    case CORE_COUNT_FALSE: return AGGREGATE_COUNT_FALSE;
    default: return AGGREGATE_TOTAL_COUNT;
    }
}

struct aggregate resolve_aggregate(const struct gql_field *field)
{
    return aggregate_of(field->name, aggregate_of_role((enum core_role)field->role), field->source);
}

static void add_aggregate(const struct gql_selected *selected, struct connection_needs *needs, struct shape *item)
{
    struct aggregate *aggregate = &needs->aggregates[needs->aggregate_count];
    *aggregate = resolve_aggregate(selected->field);
    item->aggregate = aggregate;
    item->index = needs->aggregate_count++;
}

static bool pick_connection(struct picking *picking, const struct gql_selected *first, struct connection_needs *needs,
                            struct shape *shape, struct shape *items)
{
    struct resolving *r = picking->r;
    for (const struct gql_selected *at = first; at != NULL; at = at->next) {
        if (add_known(r, shape, items, at)) {
            continue;
        }
        switch ((enum core_role)at->field->role) {
        case CORE_TOTAL_COUNT:
            needs->total = true;
            add_item(r, shape, items, SHAPE_TOTAL_COUNT, at->key);
            break;
        case CORE_EDGES:
            if (!pick_edges(picking, at, needs, add_item(r, shape, items, SHAPE_EDGES, at->key))) {
                return false;
            }
            break;
        case CORE_PAGE_INFO: add_page_info(r, at, needs, add_item(r, shape, items, SHAPE_PAGE_INFO, at->key)); break;
        case CORE_GROUP_VALUES: add_item(r, shape, items, SHAPE_GROUP_VALUES, at->key); break;
        default: add_aggregate(at, needs, add_item(r, shape, items, SHAPE_AGGREGATE, at->key)); break;
        }
    }
    return true;
}

bool resolve_connection(struct resolving *r, const struct object *object, const struct gql_selected *first,
                        size_t depth, struct connection_needs *out, struct shape *shape)
{
    struct picking picking = {.r = r, .object = object, .depth = depth, .out = &out->selection};
    size_t room = 0;
    for (const struct gql_selected *at = first; at != NULL; at = at->next) {
        room++;
    }
    *out = (struct connection_needs){.aggregates = ARENA_ARRAY(r->arena, struct aggregate, room + RESOLVE_HIDDEN_MAX)};
    begin_picking(&picking);
    if (!pick_connection(&picking, first, out, shape, begin_items(r, shape, room))) {
        return false;
    }
    end_picking(&picking);
    return true;
}
