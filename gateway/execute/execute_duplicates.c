/*
 * Likely duplicates (contract 1.9): of each input the live records that agree with it in all columns of one of the
 * object's criteria. One statement an input, all in one job.
 */
#include "gateway/execute/operation_private.h"

/* Shorter texts are no evidence. */
enum { CHARACTERS_MIN = 3 };

struct suspect {
    const struct value *values; /* by object->columns; NULL where nothing was given */
    bool *usable;               /* of each criterion */
    bool looked_up;
};

struct search {
    struct suspect *suspects;
    struct result_duplicates *found; /* of each suspect */
    size_t count;
};

static size_t characters(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xC0u) != 0x80u;
    }
    return count;
}

static bool counts(const struct value *value)
{
    return !value->null && (value->kind != COLUMN_TEXT || characters(value->as.text) >= CHARACTERS_MIN);
}

static bool mark_usable(struct operation *operation, struct suspect *suspect)
{
    const struct object *object = operation->plan.object;
    bool any = false;
    suspect->usable = ARENA_ARRAY(operation->arena, bool, object->criterion_count);
    for (size_t i = 0; i < object->criterion_count; i++) {
        const struct duplicate_criterion *criterion = &object->criteria[i];
        size_t given = 0;
        while (given < criterion->count && counts(&suspect->values[criterion->columns[given]->index])) {
            given++;
        }
        suspect->usable[i] = given == criterion->count;
        any = any || suspect->usable[i];
    }
    return any;
}

/* What a page of them is described by: their order is that of position and id. */
static void describe(struct operation *operation, struct result_duplicates *found)
{
    const struct object *object = operation->plan.object;
    struct value **rows = operation->result.records.rows;
    if (found->count == 0) {
        return;
    }
    struct value *ends = ARENA_ARRAY(operation->arena, struct value, 4);
    const struct value *last = rows[found->first + found->count - 1];
    ends[0] = rows[found->first][object->position->index];
    ends[1] = rows[found->first][object->id_column->index];
    ends[2] = last[object->position->index];
    ends[3] = last[object->id_column->index];
    found->page.first = &ends[0];
    found->page.last = &ends[2];
}

static bool keep_rows(struct operation *operation, struct result_duplicates *found, const struct pg_result *result)
{
    const struct object *object = operation->plan.object;
    struct record_set *set = &operation->result.records;
    found->first = set->count;
    found->count = pg_rows(result);
    for (size_t i = 0; i < found->count; i++) {
        struct value *row = ARENA_ARRAY(operation->arena, struct value, object->column_count);
        struct str total;
        if (!operation_read_row(operation, object, result, i, 0, row, true)) {
            return false;
        }
        if (pg_value(result, i, object->column_count, &total)) {
            found->page.total = pg_get_int8(total);
        }
        set->rows[set->count++] = row;
    }
    describe(operation, found);
    return true;
}

static void on_searched(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct search *search = operation->work;
    size_t aggregates = operation->plan.aggregate_count;
    size_t rows = 0;
    for (size_t i = 0; failure == NULL && i < operation->job.command_count; i++) {
        rows += pg_rows(results[i]);
    }
    operation->result.records.rows = ARENA_ARRAY(operation->arena, struct value *, rows);
    size_t at = 0;
    for (size_t i = 0; failure == NULL && i < search->count; i++) {
        struct result_duplicates *found = &search->found[i];
        if (!search->suspects[i].looked_up) {
            continue;
        }
        if (!keep_rows(operation, found, results[at++])) {
            failure = &foreign_value;
        } else if (aggregates > 0) {
            found->aggregates = operation_texts(operation, results[at++], 0, 0, aggregates, true);
        }
    }
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    operation_end_records(operation);
}

static void submit(struct operation *operation, const struct pg_command *commands, size_t count,
                   void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *))
{
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = commands,
                                     .command_count = count,
                                     .cost = (unsigned)count,
                                     .on_done = on_done,
                                     .context = operation});
}

/* Returns how many commands that takes. */
static size_t look_up(struct operation *operation, const struct suspect *suspect, const struct uuid *self,
                      struct pg_command *commands)
{
    struct arena *arena = operation->arena;
    const struct plan *plan = &operation->plan;
    commands[0] = command_bound(
        arena, sql_duplicates(arena, plan->object, suspect->values, suspect->usable, self, plan->page.limit));
    if (plan->aggregate_count == 0) {
        return 1;
    }
    commands[1] = command_bound(arena, sql_duplicate_aggregates(arena, plan->object, suspect->values, suspect->usable,
                                                                self, plan->aggregates, plan->aggregate_count));
    return 2;
}

static void search_all(struct operation *operation)
{
    struct search *search = operation->work;
    const struct plan *plan = &operation->plan;
    struct pg_command *commands = ARENA_ARRAY(operation->arena, struct pg_command, 2 * search->count);
    size_t count = 0;
    operation_records(operation, NULL, 0);
    operation->result.duplicates = search->found;
    operation->result.duplicates_count = search->count;
    for (size_t i = 0; i < search->count; i++) {
        struct suspect *suspect = &search->suspects[i];
        suspect->looked_up = mark_usable(operation, suspect);
        if (suspect->looked_up) {
            count += look_up(operation, suspect, plan->id_count > 0 ? &plan->ids[i] : NULL, &commands[count]);
        }
    }
    if (count == 0) {
        operation_end_records(operation);
        return;
    }
    submit(operation, commands, count, on_searched);
}

static void on_read(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct search *search = operation->work;
    const struct plan *plan = &operation->plan;
    if (failure != NULL) {
        operation_fail_pg(operation, failure);
        return;
    }
    for (size_t row = 0; row < pg_rows(results[0]); row++) {
        struct value *values = ARENA_ARRAY(operation->arena, struct value, plan->object->column_count);
        if (!operation_read_row(operation, plan->object, results[0], row, 0, values, true)) {
            operation_fail_pg(operation, &foreign_value);
            return;
        }
        for (size_t i = 0; i < plan->id_count; i++) {
            if (uuid_eq(&plan->ids[i], &values[plan->object->id_column->index].as.uuid)) {
                search->suspects[i].values = values;
            }
        }
    }
    for (size_t i = 0; i < search->count; i++) {
        if (search->suspects[i].values == NULL) {
            operation_target_missing(operation, i);
            return;
        }
    }
    search_all(operation);
}

static const struct value *given_values(struct operation *operation, const struct record_input *input)
{
    const struct object *object = operation->plan.object;
    struct value *values = ARENA_ARRAY(operation->arena, struct value, object->column_count);
    for (size_t i = 0; i < object->column_count; i++) {
        values[i] = input->set[i] ? input->values[i] : value_null(object->columns[i].kind);
    }
    return values;
}

void execute_duplicates(struct operation *operation)
{
    const struct plan *plan = &operation->plan;
    struct search *search = ARENA_NEW(operation->arena, struct search);
    operation->work = search;
    search->count = plan->id_count > 0 ? plan->id_count : plan->input_count;
    search->suspects = ARENA_ARRAY(operation->arena, struct suspect, search->count);
    search->found = ARENA_ARRAY(operation->arena, struct result_duplicates, search->count);
    if (plan->id_count > 0) {
        operation->commands[0] = command_bound(
            operation->arena, sql_by_ids(operation->arena, plan->object, plan->ids, plan->id_count, false, false));
        submit(operation, operation->commands, 1, on_read);
        return;
    }
    for (size_t i = 0; i < search->count; i++) {
        search->suspects[i].values = given_values(operation, &plan->inputs[i]);
    }
    search_all(operation);
}
