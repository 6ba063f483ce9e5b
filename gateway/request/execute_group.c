/* groupBy: the groups, and the sample of each, in one pipeline segment (contract 2.8). */
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "gateway/record/record_json.h"
#include "gateway/request/request_private.h"

/* Numbers that may be exact beyond a double are strings (contract: "1000000000000"); counts and shares are numbers. */
static bool is_number(const struct aggregate *aggregate)
{
    switch (aggregate->op) {
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_SUM:
    case AGGREGATE_AVG: return aggregate->column->kind == COLUMN_FLOAT8;
    default: return true;
    }
}

static void put_number(struct strbuf *out, struct str text)
{
    double value = 0;
    if (number_parse_double(text, &value)) {
        number_put_double(out, value);
    } else {
        strbuf_puts(out, "null");
    }
}

static void put_aggregate(struct request *request, const struct aggregate *aggregate, const struct pg_result *result,
                          size_t row, size_t column)
{
    struct strbuf *out = &request->exchange->body;
    struct str text;
    strbuf_put_char(out, ',');
    json_put_string(out, aggregate->name);
    strbuf_put_char(out, ':');
    if (!pg_value(result, row, column, &text)) {
        strbuf_puts(out, "null");
    } else if (is_number(aggregate)) {
        put_number(out, text);
    } else if (aggregate->column->kind == COLUMN_NUMERIC) {
        struct str canonical;
        bool read = number_canonical_decimal(request->arena, text, 1000, &canonical);
        json_put_string(out, read ? canonical : text);
    } else {
        json_put_string(out, text);
    }
}

static bool same_group(const struct pg_result *groups, size_t group, const struct pg_result *samples, size_t row,
                       size_t dimensions)
{
    for (size_t i = 0; i < dimensions; i++) {
        struct str a = STR_EMPTY;
        struct str b = STR_EMPTY;
        if (pg_value(groups, group, i, &a) != pg_value(samples, row, i, &b) || !str_eq(a, b)) {
            return false;
        }
    }
    return true;
}

static bool sample_row(struct request *request, const struct pg_result *samples, size_t row, size_t skip,
                       struct value *values)
{
    const struct object *object = request->plan.object;
    for (size_t i = 0; i < object->column_count; i++) {
        struct str bytes = STR_EMPTY;
        bool present = pg_value(samples, row, skip + i, &bytes);
        if (!value_from_pg(request->arena, object->columns[i].kind, bytes, !present, &values[i])) {
            request_fail_pg(request, &request_foreign_value);
            return false;
        }
    }
    return true;
}

static bool put_samples(struct request *request, const struct pg_result *groups, size_t group,
                        const struct pg_result *samples, struct value *values)
{
    const struct plan *plan = &request->plan;
    size_t dimensions = plan->group.dimension_count;
    struct strbuf *out = &request->exchange->body;
    bool first = true;
    strbuf_puts(out, ",\"records\":[");
    for (size_t row = 0; row < pg_rows(samples); row++) {
        if (!same_group(groups, group, samples, row, dimensions)) {
            continue;
        }
        if (!sample_row(request, samples, row, dimensions, values)) {
            return false;
        }
        strbuf_puts(out, first ? "" : ",");
        first = false;
        record_put_json(out, plan->object, NULL, 0, values);
    }
    strbuf_put_char(out, ']');
    return true;
}

static void put_dimensions(struct request *request, const struct pg_result *groups, size_t row)
{
    struct strbuf *out = &request->exchange->body;
    strbuf_puts(out, "{\"groupByDimensionValues\":[");
    for (size_t i = 0; i < request->plan.group.dimension_count; i++) {
        struct str text;
        strbuf_puts(out, i == 0 ? "" : ",");
        if (pg_value(groups, row, i, &text)) {
            json_put_string(out, text);
        } else {
            strbuf_puts(out, "null");
        }
    }
    strbuf_put_char(out, ']');
}

static void fail_grouping(struct request *request, const struct pg_failure *failure)
{
    /* 22023, invalid_parameter_value: the only value that PostgreSQL itself judges is the time zone. */
    if (strcmp(failure->sqlstate, "22023") == 0) {
        struct err err;
        err_fail_tag(&err, ERR_INVALID, "INVALID_TIMEZONE", "'group_by' invalid: the time zone is not known");
        request_fail(request, &err);
        return;
    }
    request_fail_pg(request, failure);
}

static void on_groups(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    const struct group *group = &request->plan.group;
    if (failure != NULL) {
        fail_grouping(request, failure);
        return;
    }
    struct value *values = ARENA_ARRAY(request->arena, struct value, request->plan.object->column_count);
    struct strbuf *out = &request->exchange->body;
    strbuf_put_char(out, '[');
    for (size_t row = 0; row < pg_rows(results[0]); row++) {
        strbuf_puts(out, row == 0 ? "" : ",");
        put_dimensions(request, results[0], row);
        for (size_t i = 0; i < group->aggregate_count; i++) {
            put_aggregate(request, &group->aggregates[i], results[0], row, group->dimension_count + i);
        }
        if (group->sample > 0 && !put_samples(request, results[0], row, results[1], values)) {
            return;
        }
        strbuf_put_char(out, '}');
    }
    strbuf_put_char(out, ']');
    request_finish(request, 200);
}

void execute_group(struct request *request)
{
    size_t count = 1;
    request->commands[0] = request_bound(request, sql_groups(request->arena, &request->plan));
    if (request->plan.group.sample > 0) {
        request->commands[count++] = request_bound(request, sql_group_samples(request->arena, &request->plan));
    }
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = request->commands,
                                   .command_count = count,
                                   .cost = 1,
                                   .on_done = on_groups,
                                   .context = request};
    pg_submit(request->worker->slow, &request->job);
}
