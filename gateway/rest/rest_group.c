/* groupBy's parameters (contract 2.8): JSON text in the query. */
#include "gateway/rest/rest_select.h"

#include "common/text/json_read.h"
#include "common/text/url.h"
#include "gateway/rest/rest_filter.h"

enum { GROUPS_DEFAULT = 50, GROUPS_MAX = 1000, SAMPLE = 10 };

static const struct json_limits json_limits = {.max_depth = 8, .max_nodes = 512};

static bool bad_group(struct err *err, const char *sentence)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_GROUP_BY_QUERY_PARAM", "'group_by' invalid: %s", sentence);
}

/* {"company":{"name":true}} into the names, and the innermost value. */
static bool walk(const struct json *item, struct str *names, size_t *count, const struct json **leaf)
{
    *count = 0;
    while (item->type == JSON_OBJECT && item->count == 1 && *count < PATH_NAMES_MAX) {
        names[(*count)++] = item->first->key;
        item = item->first;
        if (item->type == JSON_OBJECT && (json_get(item, "granularity") != NULL || json_get(item, "orderBy") != NULL)) {
            break;
        }
    }
    *leaf = item;
    return *count > 0;
}

static bool is_time(const struct column *column)
{
    return column->kind == COLUMN_DATE || column->kind == COLUMN_TIMESTAMPTZ;
}

static bool read_granularity(const struct json *leaf, struct group_dimension *out, struct err *err)
{
    const struct json *granularity = json_get(leaf, "granularity");
    const struct json *zone = json_get(leaf, "timeZone");
    if (!json_is(granularity, JSON_STRING) || !granularity_parse(granularity->text, &out->granularity)) {
        return bad_group(err, "granularity must be DAY, WEEK, MONTH, QUARTER, YEAR, DAY_OF_THE_WEEK, "
                              "MONTH_OF_THE_YEAR, QUARTER_OF_THE_YEAR or NONE");
    }
    if (!is_time(out->path.column)) {
        return bad_group(err, "granularity goes with dates only");
    }
    if (zone != NULL && zone->type != JSON_NULL && zone->type != JSON_STRING) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_TIMEZONE", "timeZone must be a name such as \"Europe/Paris\"");
    }
    out->time_zone = json_is(zone, JSON_STRING) ? zone->text : STR_EMPTY;
    return true;
}

static bool groupable(const struct path *path)
{
    for (size_t i = 0; i < path->hop_count; i++) {
        if (path->hops[i]->side != RELATION_MANY_TO_ONE) {
            return false;
        }
    }
    return path->column != NULL && path->column->kind != COLUMN_JSONB;
}

static bool read_dimension(const struct object *object, const struct json *item, struct group_dimension *out,
                           struct err *err)
{
    struct str names[PATH_NAMES_MAX];
    size_t count = 0;
    const struct json *leaf = NULL;
    *out = (struct group_dimension){0};
    if (!walk(item, names, &count, &leaf)) {
        return bad_group(err, "each dimension is an object such as {\"stage\":true}");
    }
    if (!path_resolve(object, names, count, &out->path, err)) {
        return false;
    }
    if (!groupable(&out->path)) {
        return bad_group(err, "a dimension must be a plain field, a sub-field or a field of a to-one relation");
    }
    return leaf->type == JSON_OBJECT ? read_granularity(leaf, out, err)
                                     : leaf->type == JSON_TRUE || bad_group(err, "a dimension is chosen by true");
}

static struct json *read_json(struct arena *arena, const struct query_params *params, const char *name, bool *given)
{
    const struct query_param *param = query_get(params, name);
    *given = param != NULL && param->value.len > 0;
    struct json *json = *given ? json_parse(arena, param->value, &json_limits, NULL) : NULL;
    return json_is(json, JSON_ARRAY) ? json : NULL;
}

static bool read_dimensions(struct arena *arena, const struct query_params *params, struct plan *plan, struct err *err)
{
    bool given = false;
    struct json *json = read_json(arena, params, "group_by", &given);
    if (json == NULL || json->count == 0 || json->count > GROUP_DIMENSIONS_MAX) {
        return bad_group(err, "a JSON array of one to four dimensions is required, such as [{\"stage\":true}]");
    }
    JSON_EACH(item, json)
    {
        if (!read_dimension(plan->object, item, &plan->group.dimensions[plan->group.dimension_count++], err)) {
            return false;
        }
    }
    return true;
}

static bool read_aggregates(struct arena *arena, const struct query_params *params, struct plan *plan, struct err *err)
{
    bool given = false;
    struct json *json = read_json(arena, params, "aggregate", &given);
    if (!given) {
        return true;
    }
    if (json == NULL || json->count > GROUP_AGGREGATES_MAX) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_AGGREGATE_FIELDS_QUERY_PARAM",
                            "'aggregate' invalid: a JSON array of names is expected, such as [\"countNotEmptyId\"]");
    }
    plan->group.aggregates = ARENA_ARRAY(arena, struct aggregate, json->count);
    JSON_EACH(item, json)
    {
        if (item->type != JSON_STRING) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_AGGREGATE_FIELDS_QUERY_PARAM",
                                "'aggregate' invalid: names are strings");
        }
        if (!aggregate_parse(plan->object, item->text, &plan->group.aggregates[plan->group.aggregate_count++], err)) {
            return false;
        }
    }
    return true;
}

static bool bad_order(struct err *err, const char *sentence)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_ORDER_BY_WITH_GROUP_BY_QUERY_PARAM", "'order_by' invalid: %s",
                        sentence);
}

static bool read_direction(const struct json *leaf, struct group_order *out, struct err *err)
{
    const struct json *direction = leaf->type == JSON_OBJECT ? json_get(leaf, "orderBy") : leaf;
    struct order_term term = {0};
    if (!json_is(direction, JSON_STRING) || !order_direction_parse(direction->text, &term)) {
        return bad_order(err, "a direction is AscNullsFirst, AscNullsLast, DescNullsFirst or DescNullsLast");
    }
    out->descending = term.descending;
    out->nulls_first = term.nulls_first;
    return true;
}

/* {"aggregate":{"sumX":"DescNullsLast"}}: an aggregate that was not asked for is computed, but not shown. */
static bool order_by_aggregate(struct plan *plan, const struct json *item, struct group_order *out, struct err *err)
{
    if (item->type != JSON_OBJECT || item->count != 1) {
        return bad_order(err, "one aggregate is expected");
    }
    out->by_aggregate = true;
    for (size_t i = 0; i < plan->group.aggregate_count; i++) {
        if (str_eq(plan->group.aggregates[i].name, item->first->key)) {
            out->index = i;
            return read_direction(item->first, out, err);
        }
    }
    return bad_order(err, "the groups can be ordered by an aggregate that is asked for in 'aggregate'");
}

static bool order_by_dimension(struct plan *plan, const struct json *item, struct group_order *out, struct err *err)
{
    struct str names[PATH_NAMES_MAX];
    size_t count = 0;
    const struct json *leaf = NULL;
    struct path path;
    if (!walk(item, names, &count, &leaf) || !path_resolve(plan->object, names, count, &path, err)) {
        return bad_order(err, "an order is an object such as {\"stage\":\"AscNullsFirst\"}");
    }
    for (size_t i = 0; i < plan->group.dimension_count; i++) {
        if (path_eq(&plan->group.dimensions[i].path, &path)) {
            out->index = i;
            return read_direction(leaf, out, err);
        }
    }
    return bad_order(err, "the groups can be ordered by their dimensions and aggregates only");
}

static bool read_orders(struct arena *arena, const struct query_params *params, struct plan *plan, struct err *err)
{
    bool given = false;
    struct json *json = read_json(arena, params, "order_by", &given);
    if (!given) {
        return true;
    }
    if (json == NULL || json->count > GROUP_DIMENSIONS_MAX) {
        return bad_order(err,
                         "a JSON array of one to four orders is expected, such as [{\"stage\":\"AscNullsFirst\"}]");
    }
    JSON_EACH(item, json)
    {
        struct group_order *order = &plan->group.orders[plan->group.order_count++];
        const struct json *aggregate = json_get(item, "aggregate");
        bool read = aggregate != NULL ? order_by_aggregate(plan, aggregate, order, err)
                                      : order_by_dimension(plan, item, order, err);
        if (!read) {
            return false;
        }
    }
    return true;
}

static bool read_limits(struct arena *arena, const struct query_params *params, struct plan *plan, struct err *err)
{
    const struct query_param *limit = query_get(params, "limit");
    const struct query_param *sample = query_get(params, "include_records_sample");
    const struct query_param *order = query_get(params, "order_by_for_records");
    int64_t groups = GROUPS_DEFAULT;
    if (limit != NULL && limit->value.len > 0 && !str_to_int64(limit->value, 0, INT64_MAX, &groups)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_LIMIT_QUERY_PARAM",
                            "limit '%.*s' is invalid. Should be an integer", STR_ARG(str_cut(limit->value, 80)));
    }
    plan->group.limit = groups > GROUPS_MAX ? GROUPS_MAX : (size_t)groups;
    plan->group.sample = sample != NULL && str_is(sample->value, "true") ? SAMPLE : 0;
    struct order_term *terms = ARENA_ARRAY(arena, struct order_term, ORDER_TERMS_MAX);
    plan->order = terms;
    return rest_order_parse(plan->object, order == NULL ? STR_EMPTY : order->value, terms, &plan->order_count, err);
}

bool rest_group_read(struct arena *arena, struct str query, struct plan *plan, struct err *err)
{
    struct query_params params;
    if (!query_parse(arena, query, &params, err)) {
        return false;
    }
    const struct query_param *view = query_get(&params, "view_id");
    if (view != NULL && view->value.len > 0) {
        return err_fail_tag(err, ERR_UNSUPPORTED, "NOT_SUPPORTED",
                            "Query parameter 'view_id' is not supported: this server has no saved views");
    }
    return read_dimensions(arena, &params, plan, err) && read_aggregates(arena, &params, plan, err) &&
           read_orders(arena, &params, plan, err) && read_limits(arena, &params, plan, err);
}
