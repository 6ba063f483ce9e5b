/* Group by (contract 2.8, 3.17). */
#include "gateway/resolve/resolve_inner.h"

enum { GROUPS_DEFAULT = 50, SAMPLE = 10 };

/* The word of an enum inside an object, or the empty one. */
static struct str word_of(const struct gql_datum *object, const char *name)
{
    const struct gql_datum *datum = gql_datum_get(object, name);
    return datum != NULL && datum->kind == GQL_DATUM_ENUM ? datum->as.value->name : STR_EMPTY;
}

/* ---- dimensions ---- */

static bool one_field(struct resolving *r, const struct gql_datum *object, const struct gql_datum **out)
{
    *out = object->kind == GQL_DATUM_OBJECT ? object->as.items.first : NULL;
    if (*out == NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Each item of \"groupBy\" must name a field");
    }
    return object->as.items.count == 1 ||
           RESOLVE_REFUSE(r, INVALID_ARGS,
                          "You cannot provide multiple fields in one GroupByInput, split them into multiple "
                          "GroupByInput");
}

static bool read_date(struct resolving *r, const struct gql_datum *datum, struct group_dimension *out)
{
    const struct gql_datum *zone = gql_datum_get(datum, "timeZone");
    struct str granularity = word_of(datum, "granularity");
    struct str start = word_of(datum, "weekStartDay");
    if (granularity.len > 0 && !granularity_parse(granularity, &out->granularity)) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Unknown granularity \"%.*s\"", STR_ARG(granularity));
    }
    out->time_zone = zone != NULL && zone->kind == GQL_DATUM_STRING ? zone->as.text : STR_EMPTY;
    out->week_start = str_is(start, "SUNDAY") ? WEEK_SUNDAY : str_is(start, "SATURDAY") ? WEEK_SATURDAY : WEEK_MONDAY;
    out->by_day = granularity_cuts(out->granularity);
    return out->time_zone.len > 0 || !out->by_day || out->path.column->kind != COLUMN_TIMESTAMPTZ ||
           RESOLVE_REFUSE(r, "MISSING_TIMEZONE_FOR_DATE_GROUP_BY",
                          "Time zone should be specified for a group by date on Day, Week, Month, Quarter or Year");
}

static bool read_leaf(struct resolving *r, const struct gql_datum *datum, struct group_dimension *out)
{
    const struct column *column = out->path.column;
    bool date = column != NULL && (column->kind == COLUMN_DATE || column->kind == COLUMN_TIMESTAMPTZ);
    if (column == NULL || column->kind == COLUMN_JSONB) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Field \"%.*s\" is not supported in groupBy",
                              STR_ARG(out->path.field->name));
    }
    if (date && datum->kind == GQL_DATUM_OBJECT) {
        return read_date(r, datum, out);
    }
    return (datum->kind == GQL_DATUM_BOOLEAN && datum->as.boolean) ||
           RESOLVE_REFUSE(r, INVALID_ARGS, "A field is chosen by true: \"%.*s\"", STR_ARG(out->path.field->name));
}

static bool read_field(struct resolving *r, const struct gql_datum *datum, struct group_dimension *out)
{
    const struct field *field = datum->field->source;
    out->path.field = field;
    if (datum->field->role == CORE_JOIN) {
        out->path.column = &field->columns[0];
        out->path.by_join_column = true;
        return read_leaf(r, datum, out);
    }
    if (field_types[field->type].composite) {
        const struct gql_datum *part = NULL;
        if (!one_field(r, datum, &part) || part == NULL) {
            return false;
        }
        out->path.column = resolve_sub_column(field, part->field->source);
        return read_leaf(r, part, out);
    }
    out->path.column = field->column_count == 1 ? &field->columns[0] : NULL;
    return read_leaf(r, datum, out);
}

static bool read_dimension(struct resolving *r, const struct object *object, const struct gql_datum *item,
                           struct group_dimension *out)
{
    const struct gql_datum *datum = NULL;
    *out = (struct group_dimension){.path = {.object = object}};
    if (!one_field(r, item, &datum) || datum == NULL) {
        return false;
    }
    if (datum->field->role != CORE_TO_ONE) {
        return read_field(r, datum, out);
    }
    const struct field *relation = datum->field->source;
    out->path.hops[out->path.hop_count++] = relation;
    out->path.object = relation->target;
    if (!one_field(r, datum, &datum) || datum == NULL) {
        return false;
    }
    return datum->field->role != CORE_TO_ONE
               ? read_field(r, datum, out)
               : RESOLVE_REFUSE(r, INVALID_ARGS,
                                "Grouping by a relation of a relation is not supported: \"%.*s\" of \"%.*s\"",
                                STR_ARG(datum->field->name), STR_ARG(relation->name));
}

static bool read_dimensions(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *list = resolve_argument(selected, "groupBy");
    struct group *group = &plan->group;
    if (list == NULL || list->kind != GQL_DATUM_LIST) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"groupBy\" must be an array.");
    }
    if (list->as.items.count == 0 || list->as.items.count > GROUP_DIMENSIONS_MAX) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "\"groupBy\" takes one to %d fields", GROUP_DIMENSIONS_MAX);
    }
    for (const struct gql_datum *item = list->as.items.first; item != NULL; item = item->next) {
        if (!read_dimension(r, plan->object, item, &group->dimensions[group->dimension_count++])) {
            return false;
        }
    }
    return true;
}

/* ---- the order of the groups ---- */

static bool read_direction(struct resolving *r, const struct gql_datum *datum, struct group_order *out)
{
    struct order_term term = {0};
    if (datum == NULL || datum->kind != GQL_DATUM_ENUM || !order_direction_parse(datum->as.value->name, &term)) {
        return RESOLVE_REFUSE(r, INVALID_ARGS,
                              "A direction is AscNullsFirst, AscNullsLast, DescNullsFirst or DescNullsLast");
    }
    out->descending = term.descending;
    out->nulls_first = term.nulls_first;
    return true;
}

static bool order_by_aggregate(struct resolving *r, const struct gql_datum *datum, struct plan *plan,
                               struct group_order *out)
{
    struct group *group = &plan->group;
    if (datum->kind != GQL_DATUM_OBJECT || datum->as.items.count != 1) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Please provide aggregate criteria one by one in orderBy array");
    }
    const struct gql_datum *one = datum->as.items.first;
    struct aggregate wanted = resolve_aggregate(one->field);
    out->by_aggregate = true;
    out->index = 0;
    while (out->index < group->aggregate_count && !str_eq(group->aggregates[out->index].name, wanted.name)) {
        out->index++;
    }
    if (out->index == group->aggregate_count) {
        group->aggregates[group->aggregate_count++] = wanted;
    }
    return read_direction(r, one, out);
}

static bool refuse_field(struct resolving *r, struct str name)
{
    return RESOLVE_REFUSE(r, INVALID_ARGS,
                          "Cannot order by a field that is not an aggregate nor in groupBy criteria: %.*s.",
                          STR_ARG(name));
}

/* From {company:{name:{firstName: …}}} to the path, and what stands at its end. */
static bool walk(struct resolving *r, const struct gql_datum *item, struct path *path, const struct gql_datum **leaf)
{
    const struct gql_datum *at = item->kind == GQL_DATUM_OBJECT ? item->as.items.first : NULL;
    for (; at != NULL; at = at->kind == GQL_DATUM_OBJECT ? at->as.items.first : NULL) {
        if (at->next != NULL) {
            return RESOLVE_REFUSE(r, INVALID_ARGS, "Please provide orderBy field criteria one by one in orderBy array");
        }
        const struct field *field = at->field->source;
        *leaf = at;
        switch ((enum core_role)at->field->role) {
        case CORE_TO_ONE:
            if (path->hop_count == PATH_HOPS_MAX) {
                return refuse_field(r, at->field->name);
            }
            path->hops[path->hop_count++] = field;
            path->object = field->target;
            break;
        case CORE_SUB: path->column = resolve_sub_column(path->field, at->field->source); return true;
        default:
            path->field = field;
            path->by_join_column = at->field->role == CORE_JOIN;
            path->column = field->column_count == 1 ? &field->columns[0] : NULL;
            if (!field_types[field->type].composite) {
                return true;
            }
        }
    }
    return RESOLVE_REFUSE(r, INVALID_ARGS, "Each item of \"orderBy\" must name a field");
}

static bool order_by_dimension(struct resolving *r, const struct gql_datum *item, struct plan *plan,
                               struct group_order *out)
{
    struct path path = {.object = plan->object};
    const struct gql_datum *leaf = item;
    bool known = false;
    if (!walk(r, item, &path, &leaf) || path.field == NULL) {
        return false;
    }
    bool date = leaf->kind == GQL_DATUM_OBJECT;
    struct str granularity = date ? word_of(leaf, "granularity") : STR_EMPTY;
    if (date && granularity.len == 0) {
        return RESOLVE_REFUSE(r, INVALID_ARGS,
                              "Cannot order by a field that is not in groupBy or that is not an aggregate field: %.*s",
                              STR_ARG(leaf->field->name));
    }
    enum granularity wanted = GRANULARITY_NONE;
    bool parsed = !date || granularity_parse(granularity, &wanted);
    for (size_t i = 0; parsed && i < plan->group.dimension_count; i++) {
        const struct group_dimension *dimension = &plan->group.dimensions[i];
        if (!path_eq(&dimension->path, &path)) {
            continue;
        }
        known = true;
        if (dimension->granularity == wanted) {
            out->index = i;
            return read_direction(r, date ? gql_datum_get(leaf, "orderBy") : leaf, out);
        }
    }
    return known && date ? RESOLVE_REFUSE(r, INVALID_ARGS,
                                          "Cannot order by a date granularity that is not in groupBy criteria: %.*s",
                                          STR_ARG(granularity))
                         : refuse_field(r, path.field->name);
}

static bool read_order(struct resolving *r, const struct gql_datum *item, struct plan *plan)
{
    struct group *group = &plan->group;
    if (item->kind != GQL_DATUM_OBJECT || item->as.items.count == 0) {
        return true;
    }
    if (item->as.items.count > 1) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Please provide orderBy field criteria one by one in orderBy array");
    }
    if (group->order_count == GROUP_ORDERS_MAX) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "\"orderBy\" has more than %d terms", GROUP_ORDERS_MAX);
    }
    const struct gql_datum *first = item->as.items.first;
    struct group_order *order = &group->orders[group->order_count++];
    return first->field->role == CORE_ORDER_AGGREGATE ? order_by_aggregate(r, first, plan, order)
                                                      : order_by_dimension(r, item, plan, order);
}

static bool read_orders(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *list = resolve_argument(selected, "orderBy");
    const struct gql_datum *item = list == NULL ? NULL : list->as.items.first;
    for (; item != NULL; item = item->next) {
        if (!read_order(r, item, plan)) {
            return false;
        }
    }
    return true;
}

bool resolve_group(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    struct group *group = &plan->group;
    if (!read_dimensions(r, selected, plan) || !read_orders(r, selected, plan) ||
        !resolve_size(r, selected, "limit", "Limit", INVALID_ARGS, GROUPS_DEFAULT, &group->limit) ||
        !resolve_size(r, selected, "offsetForRecords", "OffsetForRecords", INVALID_ARGS, 0, &group->sample_offset) ||
        !resolve_order(r, plan->object, resolve_argument(selected, "orderByForRecords"), &plan->order,
                       &plan->order_count) ||
        !resolve_filter(r, resolve_argument(selected, "filter"), &plan->filter)) {
        return false;
    }
    group->limit = group->limit > r->limits->max_groups ? r->limits->max_groups : group->limit;
    plan->with_deleted = filter_mentions(plan->filter, plan->object->deleted_at);
    return true;
}

void resolve_group_needs(const struct connection_needs *needs, struct plan *plan)
{
    struct group *group = &plan->group;
    plan->selection = needs->selection;
    plan->page.cursors = needs->cursors || needs->ends;
    group->aggregates = needs->aggregates;
    group->aggregate_count = needs->aggregate_count;
    group->sample = needs->records || needs->ends ? SAMPLE : 0;
    if (group->sample == 0) {
        plan->selection = (struct plan_selection){0};
    }
    if (needs->total || needs->has_next) {
        group->aggregates[group->aggregate_count++] = (struct aggregate){.name = STR("totalCount")};
    }
}
