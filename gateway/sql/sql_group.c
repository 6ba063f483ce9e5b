/*
 * Grouping. Everything comes back as text: the dimensions because they are names of groups, the aggregates because
 * counts, sums and times differ in type and none may lose a digit.
 */
#include "gateway/catalogue/identifier.h"
#include "gateway/sql/sql_build.h"
#include "gateway/sql/sql_type.h"

#define ISO_FORMAT "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'"

/* The dimension's column, through the relations that its path walks: one join a hop. */
struct group_build {
    struct sql_builder builder;
    struct strbuf joins;
    unsigned aliases[GROUP_DIMENSIONS_MAX];
};

static void join_dimensions(struct group_build *group, const struct plan *plan)
{
    struct order_term terms[GROUP_DIMENSIONS_MAX];
    struct build_order order;
    struct sql_builder joins;
    for (size_t i = 0; i < plan->group.dimension_count; i++) {
        terms[i] = (struct order_term){.path = plan->group.dimensions[i].path};
    }
    build_begin(&joins, group->builder.arena);
    build_order_joins(&joins, 0, terms, plan->group.dimension_count, &order);
    group->builder.aliases = joins.aliases;
    group->joins = joins.text;
    memcpy(group->aliases, order.aliases, sizeof group->aliases);
}

static const char *const truncations[GRANULARITY_COUNT] = {
    [GRANULARITY_DAY] = "day",         [GRANULARITY_WEEK] = "week", [GRANULARITY_MONTH] = "month",
    [GRANULARITY_QUARTER] = "quarter", [GRANULARITY_YEAR] = "year",
};

/* PostgreSQL's own names of days and months are English under lc_time C, which we never change. */
static const char *const names[GRANULARITY_COUNT] = {
    [GRANULARITY_DAY_OF_THE_WEEK] = "'FMDay'",
    [GRANULARITY_MONTH_OF_THE_YEAR] = "'FMMonth'",
    [GRANULARITY_QUARTER_OF_THE_YEAR] = "'\"Q\"Q'",
};

/* The time on the clock of the zone. A date is the same everywhere. */
static void build_local(struct sql_builder *builder, unsigned alias, const struct group_dimension *dimension)
{
    build_column(builder, alias, dimension->path.column);
    if (dimension->path.column->kind == COLUMN_TIMESTAMPTZ) {
        build_text(builder, " at time zone ");
        build_arg(builder, SQL_TEXT, dimension->time_zone.len > 0 ? dimension->time_zone : STR("UTC"));
    }
}

/* PostgreSQL's weeks begin on Monday: others are moved there and back. */
static const char *week_shift(const struct group_dimension *dimension)
{
    static const char *const shifts[] = {[WEEK_SUNDAY] = "interval '1 day'", [WEEK_SATURDAY] = "interval '2 days'"};
    bool moved = dimension->granularity == GRANULARITY_WEEK && dimension->week_start != WEEK_MONDAY;
    return moved ? shifts[dimension->week_start] : NULL;
}

/* The first day of the period on the calendar of the zone. */
static void build_first_day(struct sql_builder *builder, unsigned alias, const struct group_dimension *dimension)
{
    const char *shift = week_shift(dimension);
    build_text(builder, "to_char(date_trunc('");
    build_text(builder, truncations[dimension->granularity]);
    build_text(builder, "', ");
    build_local(builder, alias, dimension);
    if (shift != NULL) {
        build_text(builder, " + ");
        build_text(builder, shift);
    }
    build_text(builder, ")");
    if (shift != NULL) {
        build_text(builder, " - ");
        build_text(builder, shift);
    }
    build_text(builder, ", 'YYYY-MM-DD')");
}

static void build_dimension(struct sql_builder *builder, unsigned alias, const struct group_dimension *dimension)
{
    const struct column *column = dimension->path.column;
    bool time = column->kind == COLUMN_TIMESTAMPTZ;
    if (truncations[dimension->granularity] != NULL && dimension->by_day) {
        build_first_day(builder, alias, dimension);
        return;
    }
    if (names[dimension->granularity] != NULL) {
        build_text(builder, "to_char(");
        build_local(builder, alias, dimension);
        build_text(builder, ", ");
        build_text(builder, names[dimension->granularity]);
        build_text(builder, ")");
        return;
    }
    if (truncations[dimension->granularity] != NULL) {
        build_text(builder, "to_char(");
        build_text(builder, time ? "(date_trunc('" : "date_trunc('");
        build_text(builder, truncations[dimension->granularity]);
        build_text(builder, "', ");
        build_local(builder, alias, dimension);
        build_text(builder, ")");
        if (time) {
            /* Back to the moment at which the bucket begins. */
            build_text(builder, " at time zone ");
            build_arg(builder, SQL_TEXT, dimension->time_zone.len > 0 ? dimension->time_zone : STR("UTC"));
            build_text(builder, ") at time zone 'UTC'");
        }
        build_text(builder, time ? ", " ISO_FORMAT ")" : ", 'YYYY-MM-DD')");
        return;
    }
    if (time) {
        build_text(builder, "to_char(");
        build_column(builder, alias, column);
        build_text(builder, " at time zone 'UTC', " ISO_FORMAT ")");
        return;
    }
    build_column(builder, alias, column);
    build_text(builder, "::text");
}

/* What is aggregated: the column, or all that a composite holds, as one text. */
static void build_operand(struct sql_builder *builder, const struct aggregate *aggregate)
{
    const struct field *whole = aggregate->whole;
    if (whole == NULL) {
        /* A text that may not be NULL says "nothing" with an empty one. */
        bool empties = aggregate->column->kind == COLUMN_TEXT && !aggregate->column->nullable;
        build_text(builder, empties ? "nullif(" : "");
        build_column(builder, 0, aggregate->column);
        build_text(builder, empties ? ", '')" : "");
        return;
    }
    build_text(builder, "nullif(concat(");
    for (size_t i = 0; i < whole->column_count; i++) {
        build_text(builder, i == 0 ? "" : ", ");
        build_column(builder, 0, &whole->columns[i]);
    }
    if (whole->column_count == 0) {
        build_text(builder, "t0.");
        identifier_put(&builder->text, whole->name);
    }
    build_text(builder, "), '')");
}

static void build_empty_test(struct sql_builder *builder, const struct aggregate *aggregate, bool empty)
{
    build_text(builder, "count(*) filter (where ");
    build_operand(builder, aggregate);
    build_text(builder, empty ? " is null)" : " is not null)");
}

/* Of no records there is no share. */
static void build_percentage(struct sql_builder *builder, const struct aggregate *aggregate, bool empty, bool grouped)
{
    build_text(builder, "(");
    build_empty_test(builder, aggregate, empty);
    build_text(builder, grouped ? ")::double precision / count(*)" : ")::double precision / nullif(count(*), 0)");
}

static void build_function(struct sql_builder *builder, const char *function, const struct aggregate *aggregate,
                           const char *after)
{
    build_text(builder, function);
    build_operand(builder, aggregate);
    build_text(builder, after);
}

static void build_one(struct sql_builder *builder, const struct aggregate *aggregate, bool grouped)
{
    switch (aggregate->op) {
    case AGGREGATE_TOTAL_COUNT: build_text(builder, "count(*)"); return;
    case AGGREGATE_COUNT_EMPTY: build_empty_test(builder, aggregate, true); return;
    case AGGREGATE_COUNT_NOT_EMPTY: build_empty_test(builder, aggregate, false); return;
    case AGGREGATE_COUNT_UNIQUE_VALUES: build_function(builder, "count(distinct ", aggregate, ")"); return;
    case AGGREGATE_PERCENTAGE_EMPTY: build_percentage(builder, aggregate, true, grouped); return;
    case AGGREGATE_PERCENTAGE_NOT_EMPTY: build_percentage(builder, aggregate, false, grouped); return;
    case AGGREGATE_MIN: build_function(builder, "min(", aggregate, ")"); return;
    case AGGREGATE_MAX: build_function(builder, "max(", aggregate, ")"); return;
    case AGGREGATE_AVG: build_function(builder, "avg(", aggregate, ")"); return;
    case AGGREGATE_SUM: build_function(builder, "sum(", aggregate, ")"); return;
    case AGGREGATE_COUNT_TRUE: build_function(builder, "count(*) filter (where ", aggregate, ")"); return;
    case AGGREGATE_COUNT_FALSE: build_function(builder, "count(*) filter (where not ", aggregate, ")"); return;
    case AGGREGATE_OP_COUNT: return;
    }
}

static bool is_count(const struct aggregate *aggregate)
{
    switch (aggregate->op) {
    case AGGREGATE_COUNT_EMPTY:
    case AGGREGATE_COUNT_NOT_EMPTY:
    case AGGREGATE_COUNT_UNIQUE_VALUES:
    case AGGREGATE_COUNT_TRUE:
    case AGGREGATE_COUNT_FALSE: return true;
    default: return false;
    }
}

/* Over no records at all (there are no empty groups), only the total is a number: contract graphql-core 2.9. */
static void build_aggregate(struct sql_builder *builder, const struct aggregate *aggregate, bool grouped)
{
    bool guarded = !grouped && is_count(aggregate);
    build_text(builder, guarded ? "case when count(*) > 0 then " : "");
    build_one(builder, aggregate, grouped);
    build_text(builder, guarded ? " end" : "");
}

static bool aggregates_time(const struct aggregate *aggregate)
{
    return (aggregate->op == AGGREGATE_MIN || aggregate->op == AGGREGATE_MAX) &&
           aggregate->column->kind == COLUMN_TIMESTAMPTZ;
}

static void build_aggregate_text(struct sql_builder *builder, const struct aggregate *aggregate, bool grouped)
{
    if (aggregates_time(aggregate)) {
        build_text(builder, "to_char((");
        build_aggregate(builder, aggregate, grouped);
        build_text(builder, ") at time zone 'UTC', " ISO_FORMAT ")");
        return;
    }
    build_text(builder, "(");
    build_aggregate(builder, aggregate, grouped);
    build_text(builder, ")::text");
}

/* The key that a dimension sorts by: its place in time or in the list of options, not its name. */
static void build_sort_key(struct sql_builder *builder, unsigned alias, const struct group_dimension *dimension)
{
    static const char *const fields[GRANULARITY_COUNT] = {
        [GRANULARITY_DAY_OF_THE_WEEK] = "isodow",
        [GRANULARITY_MONTH_OF_THE_YEAR] = "month",
        [GRANULARITY_QUARTER_OF_THE_YEAR] = "quarter",
    };
    if (fields[dimension->granularity] != NULL) {
        build_text(builder, "min(extract(");
        build_text(builder, fields[dimension->granularity]);
        build_text(builder, " from ");
        build_local(builder, alias, dimension);
        build_text(builder, "))");
        return;
    }
    const struct column *column = dimension->path.column;
    bool option = column->kind == COLUMN_TEXT && column->form == JSON_FORM_OPTION && column->sub == NULL;
    if (option) {
        struct value *values = ARENA_ARRAY(builder->arena, struct value, column->field->option_count + 1);
        for (size_t i = 0; i < column->field->option_count; i++) {
            values[i] = (struct value){.kind = COLUMN_TEXT, .as.text = column->field->options[i].value};
        }
        build_text(builder, "min(array_position(");
        build_values(builder, COLUMN_TEXT, values, column->field->option_count);
        build_text(builder, ", ");
        build_column(builder, alias, column);
        build_text(builder, "))");
        return;
    }
    bool comparable = column->kind != COLUMN_BOOLEAN && column->kind != COLUMN_UUID;
    build_text(builder, "min(");
    build_column(builder, alias, column);
    build_text(builder, comparable ? (column->kind == COLUMN_TEXT ? " collate \"und-x-icu\")" : ")") : "::text)");
}

static void build_group_order(struct group_build *group, const struct plan *plan)
{
    struct sql_builder *builder = &group->builder;
    const struct group *asked = &plan->group;
    build_text(builder, " order by ");
    for (size_t i = 0; i < asked->order_count; i++) {
        const struct group_order *order = &asked->orders[i];
        if (order->by_aggregate) {
            build_aggregate(builder, &asked->aggregates[order->index], true);
        } else {
            build_sort_key(builder, group->aliases[order->index], &asked->dimensions[order->index]);
        }
        build_text(builder, order->descending ? " desc" : "");
        build_text(builder, order->nulls_first ? " nulls first, " : " nulls last, ");
    }
    /* Whatever else: the same groups in the same order each time. */
    for (size_t i = 0; i < asked->dimension_count; i++) {
        strbuf_printf(&builder->text, i == 0 ? "%zu" : ", %zu", i + 1);
    }
}

static void build_dimensions(struct group_build *group, const struct plan *plan)
{
    for (size_t i = 0; i < plan->group.dimension_count; i++) {
        build_text(&group->builder, i == 0 ? "" : ", ");
        build_dimension(&group->builder, group->aliases[i], &plan->group.dimensions[i]);
    }
}

struct sql_bound sql_groups(struct arena *arena, const struct plan *plan)
{
    struct group_build group = {0};
    struct sql_builder *builder = &group.builder;
    build_begin(builder, arena);
    join_dimensions(&group, plan);
    build_text(builder, "select ");
    build_dimensions(&group, plan);
    for (size_t i = 0; i < plan->group.aggregate_count; i++) {
        build_text(builder, ", ");
        build_aggregate_text(builder, &plan->group.aggregates[i], true);
    }
    build_from(builder, 0, plan->object);
    build_str(builder, strbuf_str(&group.joins));
    strbuf_release(&group.joins);
    build_where(builder, 0, plan);
    build_text(builder, " group by ");
    for (size_t i = 0; i < plan->group.dimension_count; i++) {
        strbuf_printf(&builder->text, i == 0 ? "%zu" : ", %zu", i + 1);
    }
    build_group_order(&group, plan);
    build_text(builder, " limit ");
    build_int(builder, (int64_t)plan->group.limit);
    return build_end(builder);
}

struct sql_bound sql_group_samples(struct arena *arena, const struct plan *plan)
{
    struct group_build group = {0};
    struct sql_builder *builder = &group.builder;
    struct build_order order;
    build_begin(builder, arena);
    join_dimensions(&group, plan);
    struct sql_builder joins;
    build_begin(&joins, arena);
    joins.aliases = builder->aliases;
    build_order_joins(&joins, 0, plan->order, plan->order_count, &order);
    builder->aliases = joins.aliases;
    size_t dimensions = plan->group.dimension_count;
    build_text(builder, "select ");
    for (size_t i = 0; i < dimensions; i++) {
        strbuf_printf(&builder->text, "d%zu, ", i + 1);
    }
    for (size_t i = 0; i < plan->object->column_count; i++) {
        build_text(builder, i == 0 ? "" : ", ");
        build_str(builder, plan->object->columns[i].read);
    }
    build_text(builder, " from (select x.*, row_number() over (partition by ");
    for (size_t i = 0; i < dimensions; i++) {
        strbuf_printf(&builder->text, i == 0 ? "d%zu" : ", d%zu", i + 1);
    }
    build_text(builder, " order by sample_order) as sample_place from (select t0.*");
    for (size_t i = 0; i < dimensions; i++) {
        build_text(builder, ", ");
        build_dimension(builder, group.aliases[i], &plan->group.dimensions[i]);
        strbuf_printf(&builder->text, " as d%zu", i + 1);
    }
    build_text(builder, ", row_number() over (");
    build_order_by(builder, &order, false);
    build_text(builder, ") as sample_order");
    build_from(builder, 0, plan->object);
    build_str(builder, strbuf_str(&group.joins));
    build_str(builder, strbuf_str(&joins.text));
    strbuf_release(&group.joins);
    strbuf_release(&joins.text);
    build_where(builder, 0, plan);
    build_text(builder, ") as x) as y where sample_place <= ");
    build_int(builder, (int64_t)(plan->group.sample_offset + plan->group.sample));
    if (plan->group.sample_offset > 0) {
        build_text(builder, " and sample_place > ");
        build_int(builder, (int64_t)plan->group.sample_offset);
    }
    build_text(builder, " order by sample_order");
    return build_end(builder);
}

static void build_aggregates(struct sql_builder *builder, const struct aggregate *aggregates, size_t count,
                             bool grouped)
{
    for (size_t i = 0; i < count; i++) {
        build_text(builder, i == 0 && !grouped ? "" : ", ");
        build_aggregate_text(builder, &aggregates[i], grouped);
    }
}

struct sql_bound sql_aggregates(struct arena *arena, const struct plan *plan)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_aggregates(&builder, plan->aggregates, plan->aggregate_count, false);
    build_from(&builder, 0, plan->object);
    build_where(&builder, 0, plan);
    return build_end(&builder);
}

struct sql_bound sql_duplicate_aggregates(struct arena *arena, const struct object *object, const struct value *values,
                                          const bool *usable, const struct uuid *except,
                                          const struct aggregate *aggregates, size_t count)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_aggregates(&builder, aggregates, count, false);
    build_from(&builder, 0, object);
    build_duplicates_where(&builder, object, values, usable, except);
    return build_end(&builder);
}

struct sql_bound sql_related_totals(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                                    size_t count, bool together)
{
    const struct object *target = relation->field->target;
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    if (together) {
        struct value first = {.kind = COLUMN_UUID, .as.uuid = ids[0]};
        build_value(&builder, &first);
        build_text(&builder, "::uuid");
    } else {
        build_column(&builder, 0, &relation->field->inverse->columns[0]);
    }
    build_text(&builder, ", count(*)");
    build_aggregates(&builder, relation->aggregates, relation->aggregate_count, true);
    build_from(&builder, 0, target);
    build_text(&builder, " where ");
    build_column(&builder, 0, &relation->field->inverse->columns[0]);
    build_text(&builder, " = any(");
    build_uuids(&builder, ids, count);
    build_text(&builder, ")");
    build_related_where(&builder, 0, relation);
    build_text(&builder, " group by 1");
    return build_end(&builder);
}
