/* Views and page layouts: rows of core.view and its like. */
#include "gateway/request/pieces.h"
#include "gateway/request/settings_private.h"
#include "gateway/views/piece_sql.h"

static const struct json_limits row_limits = {.max_depth = 64, .max_nodes = 100000};

static void begin(struct piece_call *call, enum piece_kind kind)
{
    call->info = &piece_kinds[kind];
    call->answer = (struct piece_answer){0};
    call->command_count = 0;
}

static void add(struct piece_call *call, struct str sql, const uint32_t *types, const struct pg_param *params,
                size_t count)
{
    call->commands[call->command_count++] = request_command(call->request, (struct sql){sql, types, count}, params);
}

static void add_with_ids(struct piece_call *call, struct str sql, const struct uuid *ids, size_t count)
{
    static const uint32_t types[] = {SQL_UUID_ARRAY};
    struct arena *arena = call->request->arena;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, 1);
    params[0] = param_uuids(arena, ids, count);
    add(call, sql, types, params, 1);
}

static void finish(struct piece_call *call)
{
    call->on_done(call, &call->answer);
}

/* ---- failures ---- */

/* What only the database can see, because it came about meanwhile or by an id of the client's. */
static bool explain(struct piece_call *call, const struct pg_failure *failure)
{
    const struct piece_info *info = call->info;
    struct str constraint = str_from(failure->constraint);
    if (str_is(constraint, "view_index_once")) {
        err_fail_tag(&call->err, ERR_INVALID, info->invalid, "The object has an INDEX view already");
    } else if (strcmp(failure->sqlstate, "23505") == 0 && str_ends_with(constraint, STR("_once"))) {
        err_fail_tag(&call->err, ERR_INVALID, info->invalid, "%s for this field already exists in the view",
                     info->spoken);
    } else if (strcmp(failure->sqlstate, "23505") == 0) {
        err_fail_tag(&call->err, ERR_INVALID, info->invalid, "%s with this id already exists", info->spoken);
    } else if (strcmp(failure->sqlstate, "23503") == 0) {
        err_fail_tag(&call->err, ERR_INVALID, info->invalid, "What it refers to has just been deleted");
    } else {
        return false;
    }
    return true;
}

static void report_one(struct piece_call *call, enum report_verb verb)
{
    struct report_entry *entry;
    call->report = (struct report){.arena = call->request->arena};
    entry = report_begin(&call->report, call->info->report, verb);
    report_fact_id(&call->report, entry, "id", &call->change.ops[0].id);
    (void)report_add(&call->report, entry, call->err.tag, STR_EMPTY, "%s", call->err.text);
    call->answer = (struct piece_answer){.report = &call->report};
    finish(call);
}

static void on_job_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct piece_call *call = context;
    request_note_job(call->request, &call->job);
    if (failure == NULL) {
        call->on_results(call, results);
    } else if (call->job.kind == PG_WRITE && explain(call, failure)) {
        report_one(call, call->change.verb == PIECE_CREATE ? REPORT_CREATE : REPORT_UPDATE);
    } else {
        call->failure = *failure;
        call->answer = (struct piece_answer){.failure = &call->failure};
        finish(call);
    }
}

static void run(struct piece_call *call, enum pg_job_kind kind,
                void (*on_results)(struct piece_call *call, struct pg_result *const *results))
{
    call->on_results = on_results;
    call->job = (struct pg_job){.kind = kind,
                                .commands = call->commands,
                                .command_count = call->command_count,
                                .on_done = on_job_done,
                                .context = call};
    pg_submit(call->request->worker->executor.slow, &call->job);
}

/* ---- reads ---- */

static void read_documents(struct piece_call *call, const struct pg_result *result)
{
    call->answer.count = pg_rows(result);
    row_documents(call->request->arena, result, &call->answer.ids, &call->answer.documents);
}

static void on_read(struct piece_call *call, struct pg_result *const *results)
{
    read_documents(call, results[0]);
    finish(call);
}

void piece_get(struct piece_call *call, enum piece_kind kind, const struct uuid *id)
{
    begin(call, kind);
    add_with_ids(call, piece_sql_read(call->request->arena, call->info, call->deep, true), id, 1);
    run(call, PG_READ, on_read);
}

static const uint32_t list_types[] = {SQL_UUID, SQL_TEXT, SQL_UUID, SQL_INT8};

static struct pg_param *list_params(struct piece_call *call, const struct uuid *parent, struct str types)
{
    struct arena *arena = call->request->arena;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(list_types));
    params[0] = parent == NULL ? param_null() : param_uuid(arena, parent);
    params[1] = types.len == 0 ? param_null() : param_text(types);
    return params;
}

void piece_list(struct piece_call *call, enum piece_kind kind, const struct uuid *parent, struct str types)
{
    begin(call, kind);
    add(call, piece_sql_list(call->request->arena, call->info, call->deep), list_types,
        list_params(call, parent, types), 2);
    run(call, PG_READ, on_read);
}

/* One more than the page was asked for, which says whether there are more. */
static void on_page(struct piece_call *call, struct pg_result *const *results)
{
    const struct page_params *params = &call->params;
    struct arena *arena = call->request->arena;
    struct row_reader total = {arena, results[0], 0, 0};
    read_documents(call, results[1]);
    struct piece_answer *answer = &call->answer;
    bool more = answer->count > params->limit;
    answer->count -= more ? answer->count - params->limit : 0;
    answer->page = (struct page){.to = answer->count,
                                 .total = (size_t)row_int(&total),
                                 .has_next = params->before || more,
                                 .has_previous = params->before ? more : params->after};
    if (params->before) {
        struct uuid *ids = ARENA_ARRAY(arena, struct uuid, answer->count + 1);
        struct str *documents = ARENA_ARRAY(arena, struct str, answer->count + 1);
        for (size_t i = 0; i < answer->count; i++) {
            ids[i] = answer->ids[answer->count - 1 - i];
            documents[i] = answer->documents[answer->count - 1 - i];
        }
        answer->ids = ids;
        answer->documents = documents;
    }
    finish(call);
}

void piece_page(struct piece_call *call, enum piece_kind kind, const struct uuid *parent, struct str types,
                const struct page_params *page)
{
    struct arena *arena = call->request->arena;
    struct pg_param *params = list_params(call, parent, types);
    begin(call, kind);
    call->params = *page;
    params[2] = page->after || page->before ? param_uuid(arena, &page->cursor) : param_null();
    params[3] = param_int(arena, (int64_t)page->limit + 1);
    add(call, piece_sql_count(arena, call->info), list_types, params, 2);
    add(call, piece_sql_page(arena, call->info, page->before), list_types, params, ARRAY_LEN(list_types));
    run(call, PG_READ, on_page);
}

/* ---- writes ---- */

static enum piece_kind kind_of_table(struct str table)
{
    for (size_t i = 0; i < PIECE_KIND_COUNT; i++) {
        if (str_is(table, piece_kinds[i].table)) {
            return (enum piece_kind)i;
        }
    }
    return PIECE_KIND_COUNT;
}

static const struct piece_fact *read_facts(struct piece_call *call, const struct pg_result *result, size_t *count)
{
    struct arena *arena = call->request->arena;
    struct err ignored;
    *count = pg_rows(result);
    struct piece_fact *facts = ARENA_ARRAY(arena, struct piece_fact, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        struct row_reader reader = {arena, result, i, 0};
        facts[i].kind = kind_of_table(row_text(&reader));
        facts[i].id = row_uuid(&reader);
        facts[i].scope = row_uuid(&reader);
        facts[i].object_id = row_uuid(&reader);
        facts[i].live = row_bool(&reader);
        facts[i].row = json_parse(arena, row_text(&reader), &row_limits, &ignored);
    }
    return facts;
}

static void on_removed(struct piece_call *call, struct pg_result *const *results)
{
    read_documents(call, results[call->change.verb == PIECE_DESTROY ? 0 : 1]);
    finish(call);
}

static void on_written(struct piece_call *call, struct pg_result *const *results)
{
    read_documents(call, results[1]);
    finish(call);
}

static const struct uuid *op_ids(const struct piece_call *call)
{
    const struct piece_change *change = &call->change;
    struct uuid *ids = ARENA_ARRAY(call->request->arena, struct uuid, change->op_count + 1);
    for (size_t i = 0; i < change->op_count; i++) {
        ids[i] = change->ops[i].id;
    }
    return ids;
}

static void remove_them(struct piece_call *call, struct str read)
{
    struct arena *arena = call->request->arena;
    const struct uuid *ids = op_ids(call);
    size_t count = call->change.op_count;
    bool destroys = call->change.verb == PIECE_DESTROY;
    if (destroys) {
        add_with_ids(call, read, ids, count);
        add_with_ids(call, piece_sql_destroy(arena, call->info), ids, count);
    } else {
        add_with_ids(call, piece_sql_delete(arena, call->info), ids, count);
        add_with_ids(call, read, ids, count);
    }
    run(call, PG_WRITE, on_removed);
}

static void write_rows(struct piece_call *call, struct str rows, struct str read)
{
    static const uint32_t types[] = {SQL_TEXT};
    struct arena *arena = call->request->arena;
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, 1);
    params[0] = param_text(rows);
    add(call,
        call->change.verb == PIECE_CREATE ? piece_sql_insert(arena, call->info) : piece_sql_update(arena, call->info),
        types, params, 1);
    add_with_ids(call, read, op_ids(call), call->change.op_count);
    run(call, PG_WRITE, on_written);
}

static void on_facts(struct piece_call *call, struct pg_result *const *results)
{
    struct arena *arena = call->request->arena;
    size_t count = 0;
    const struct piece_fact *facts = read_facts(call, results[0], &count);
    struct str rows = STR_EMPTY;
    call->report = (struct report){.arena = arena};
    switch (piece_change_check(arena, &call->change, call->request->model->catalogue, facts, count, &rows,
                               &call->report, &call->err)) {
    case PIECE_REFUSED:
        call->answer.err = &call->err;
        finish(call);
        return;
    case PIECE_REPORTED:
        call->answer.report = &call->report;
        finish(call);
        return;
    case PIECE_READY: break;
    }
    struct str read = piece_sql_read(arena, call->info, call->deep, false);
    call->command_count = 0;
    if (call->change.verb == PIECE_DELETE || call->change.verb == PIECE_DESTROY) {
        remove_them(call, read);
    } else {
        write_rows(call, rows, read);
    }
}

void piece_write(struct piece_call *call, const struct piece_change *change)
{
    size_t count = 0;
    begin(call, change->kind);
    call->change = *change;
    for (size_t i = 0; change->verb == PIECE_CREATE && i < change->op_count; i++) {
        change->ops[i].id = fresh_id();
    }
    const struct uuid *ids = piece_change_ids(call->request->arena, change, &count);
    add_with_ids(call, piece_sql_facts(call->request->arena, call->info), ids, count);
    run(call, PG_READ, on_facts);
}
