/* groupBy: the groups, and the sample of each, in one pipeline segment (contract 2.8). */
#include "gateway/execute/operation_private.h"

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

/* The group's samples, behind those of the groups before it. */
static bool read_samples(struct operation *operation, const struct pg_result *groups, size_t row,
                         const struct pg_result *samples, struct result_group *group)
{
    const struct plan *plan = &operation->plan;
    struct record_set *set = &operation->result.records;
    size_t dimensions = plan->group.dimension_count;
    bool keep = plan_selection_fetches(&plan->selection);
    group->first = set->count;
    for (size_t i = 0; i < pg_rows(samples); i++) {
        if (!same_group(groups, row, samples, i, dimensions)) {
            continue;
        }
        struct value *values = ARENA_ARRAY(operation->arena, struct value, plan->object->column_count);
        if (!operation_read_row(operation, plan->object, samples, i, dimensions, values, keep)) {
            return false;
        }
        set->rows[set->count++] = values;
    }
    group->count = set->count - group->first;
    return true;
}

/* PostgreSQL quotes the one that it does not know. */
static struct str unknown_zone(const struct operation *operation, const struct pg_failure *failure)
{
    const struct group *group = &operation->plan.group;
    struct str zone = STR_EMPTY;
    for (size_t i = 0; i < group->dimension_count; i++) {
        struct str given = group->dimensions[i].time_zone;
        bool named = given.len > 0 && strstr(failure->detail, arena_cstr(operation->arena, given)) != NULL;
        zone = named || zone.len == 0 ? given : zone;
    }
    return str_cut(zone, 80);
}

static void fail_grouping(struct operation *operation, const struct pg_failure *failure)
{
    /* 22023, invalid_parameter_value: the only value that PostgreSQL itself judges is the time zone. */
    if (strcmp(failure->sqlstate, "22023") == 0) {
        struct err err;
        struct str zone = unknown_zone(operation, failure);
        err_fail_tag(&err, ERR_INVALID, "INVALID_TIMEZONE", "Invalid timezone: %.*s", STR_ARG(zone));
        operation_fail(operation, &err);
        return;
    }
    operation_fail_pg(operation, failure);
}

static void on_groups(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    const struct group *asked = &operation->plan.group;
    if (failure != NULL) {
        fail_grouping(operation, failure);
        return;
    }
    /* Relations of the samples are still to be fetched. */
    bool keep = plan_selection_fetches(&operation->plan.selection);
    size_t count = pg_rows(results[0]);
    struct result_group *groups = ARENA_ARRAY(operation->arena, struct result_group, count + 1);
    size_t most = asked->sample > 0 ? pg_rows(results[1]) : 0;
    operation_records(operation, ARENA_ARRAY(operation->arena, struct value *, most + 1), 0);
    for (size_t row = 0; row < count; row++) {
        groups[row].dimensions = operation_texts(operation, results[0], row, 0, asked->dimension_count, keep);
        groups[row].aggregates =
            operation_texts(operation, results[0], row, asked->dimension_count, asked->aggregate_count, keep);
        if (asked->sample > 0 && !read_samples(operation, results[0], row, results[1], &groups[row])) {
            operation_fail_pg(operation, &foreign_value);
            return;
        }
    }
    operation->result.groups = groups;
    operation->result.group_count = count;
    operation_end_records(operation);
}

void execute_group(struct operation *operation)
{
    size_t count = 1;
    operation->commands[0] = command_bound(operation->arena, sql_groups(operation->arena, &operation->plan));
    if (operation->plan.group.sample > 0) {
        operation->commands[count++] =
            command_bound(operation->arena, sql_group_samples(operation->arena, &operation->plan));
    }
    operation_submit(operation, operation->executor->slow,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = operation->commands,
                                     .command_count = count,
                                     .cost = 1,
                                     .on_done = on_groups,
                                     .context = operation});
}
