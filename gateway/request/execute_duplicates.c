/*
 * Likely duplicates (contract 1.9): of each input the live records that agree with it in all columns of one of the
 * object's criteria. One statement an input, all in one job.
 */
#include "gateway/request/record_set.h"
#include "gateway/request/request_private.h"

/* Shorter texts are no evidence. */
enum { CHARACTERS_MIN = 3 };

struct suspect {
    const struct value *values; /* by object->columns; NULL where nothing was given */
    bool *usable;               /* of each criterion */
    bool looked_up;
    size_t first; /* of its duplicates, in the record set */
    size_t count;
    int64_t total;
};

struct search {
    struct suspect *suspects;
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

static bool mark_usable(struct request *request, struct suspect *suspect)
{
    const struct object *object = request->plan.object;
    bool any = false;
    suspect->usable = ARENA_ARRAY(request->arena, bool, object->criterion_count);
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

static void put_page(struct request *request, struct strbuf *body, const struct suspect *suspect)
{
    const struct object *object = request->plan.object;
    struct value **rows = request->answer.rows;
    struct rest_page_info page = {.total = suspect->total};
    if (rows != NULL && suspect->count > 0) {
        struct value *ends = ARENA_ARRAY(request->arena, struct value, 4);
        const struct value *last = rows[suspect->first + suspect->count - 1];
        ends[0] = rows[suspect->first][object->position->index];
        ends[1] = rows[suspect->first][object->id_column->index];
        ends[2] = last[object->position->index];
        ends[3] = last[object->id_column->index];
        page.first = &ends[0];
        page.last = &ends[2];
    }
    rest_put_duplicate_begin(body, &request->plan);
    strbuf_put_char(body, '[');
    for (size_t i = 0; i < suspect->count; i++) {
        strbuf_puts(body, i == 0 ? "" : ",");
        record_set_put(body, &request->answer, suspect->first + i);
    }
    strbuf_put_char(body, ']');
    rest_put_duplicate_end(body, request->arena, &request->plan, &page);
}

static void on_fetched(struct request *request, const struct pg_failure *failure)
{
    const struct search *search = request->work;
    struct strbuf *body = &request->exchange->body;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    struct rest_cut *cuts = NULL;
    size_t cut_count = record_set_cuts(request->arena, &request->answer, &cuts);
    rest_put_duplicates_begin(body);
    for (size_t i = 0; i < search->count; i++) {
        strbuf_puts(body, i == 0 ? "" : ",");
        put_page(request, body, &search->suspects[i]);
    }
    rest_put_duplicates_end(body, cuts, cut_count);
    request_finish(request, rest_success_status(&request->plan));
}

static bool keep_rows(struct request *request, struct suspect *suspect, const struct pg_result *result)
{
    const struct object *object = request->plan.object;
    struct record_set *set = &request->answer;
    suspect->first = set->count;
    suspect->count = pg_rows(result);
    for (size_t i = 0; i < suspect->count; i++) {
        struct value *row = ARENA_ARRAY(request->arena, struct value, object->column_count);
        struct str total;
        if (!request_kept_row(request, object, result, i, row)) {
            return false;
        }
        if (pg_value(result, i, object->column_count, &total)) {
            suspect->total = pg_get_int8(total);
        }
        set->rows[set->count++] = row;
    }
    return true;
}

static void on_searched(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct search *search = request->work;
    size_t rows = 0;
    for (size_t i = 0; failure == NULL && i < request->job.command_count; i++) {
        rows += pg_rows(results[i]);
    }
    request->answer.rows = ARENA_ARRAY(request->arena, struct value *, rows);
    size_t at = 0;
    for (size_t i = 0; failure == NULL && i < search->count; i++) {
        if (search->suspects[i].looked_up && !keep_rows(request, &search->suspects[i], results[at++])) {
            failure = &request_foreign_value;
        }
    }
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    record_set_fetch(request, &request->answer, on_fetched);
}

static void submit(struct request *request, const struct pg_command *commands, size_t count,
                   void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *))
{
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = commands,
                                   .command_count = count,
                                   .cost = (unsigned)count,
                                   .on_done = on_done,
                                   .context = request};
    pg_submit(request->worker->fast, &request->job);
}

static void search_all(struct request *request)
{
    struct search *search = request->work;
    const struct plan *plan = &request->plan;
    struct pg_command *commands = ARENA_ARRAY(request->arena, struct pg_command, search->count);
    size_t count = 0;
    request->answer = (struct record_set){.object = plan->object, .selection = &plan->selection};
    for (size_t i = 0; i < search->count; i++) {
        struct suspect *suspect = &search->suspects[i];
        suspect->looked_up = mark_usable(request, suspect);
        if (suspect->looked_up) {
            const struct uuid *self = plan->id_count > 0 ? &plan->ids[i] : NULL;
            commands[count++] = request_bound(request, sql_duplicates(request->arena, plan->object, suspect->values,
                                                                      suspect->usable, self, plan->page.limit));
        }
    }
    if (count == 0) {
        on_fetched(request, NULL);
        return;
    }
    submit(request, commands, count, on_searched);
}

static void on_read(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct search *search = request->work;
    const struct plan *plan = &request->plan;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    for (size_t row = 0; row < pg_rows(results[0]); row++) {
        struct value *values = ARENA_ARRAY(request->arena, struct value, plan->object->column_count);
        if (!request_kept_row(request, plan->object, results[0], row, values)) {
            request_fail_pg(request, &request_foreign_value);
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
            request_target_missing(request, i);
            return;
        }
    }
    search_all(request);
}

static const struct value *given_values(struct request *request, const struct record_input *input)
{
    const struct object *object = request->plan.object;
    struct value *values = ARENA_ARRAY(request->arena, struct value, object->column_count);
    for (size_t i = 0; i < object->column_count; i++) {
        values[i] = input->set[i] ? input->values[i] : value_null(object->columns[i].kind);
    }
    return values;
}

void execute_duplicates(struct request *request)
{
    const struct plan *plan = &request->plan;
    struct search *search = ARENA_NEW(request->arena, struct search);
    request->work = search;
    search->count = plan->id_count > 0 ? plan->id_count : plan->input_count;
    search->suspects = ARENA_ARRAY(request->arena, struct suspect, search->count);
    if (plan->id_count > 0) {
        request->commands[0] =
            request_bound(request, sql_by_ids(request->arena, plan->object, plan->ids, plan->id_count, false, false));
        submit(request, request->commands, 1, on_read);
        return;
    }
    for (size_t i = 0; i < search->count; i++) {
        search->suspects[i].values = given_values(request, &plan->inputs[i]);
    }
    search_all(request);
}
