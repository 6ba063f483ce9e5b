#include "common/text/json_write.h"
#include "gateway/remodel/remodel_private.h"
#include <stdlib.h>

struct batch batch_new(struct remodel *remodel, size_t capacity)
{
    return (struct batch){remodel, ARENA_ARRAY(&remodel->arena, struct pg_command, capacity), 0, capacity};
}

static size_t add(struct batch *batch, struct str sql, const uint32_t *types, const struct pg_param *params,
                  size_t count)
{
    struct arena *arena = &batch->remodel->arena;
    struct pg_statement *statement = ARENA_NEW(arena, struct pg_statement);
    if (batch->count == batch->capacity) {
        abort();
    }
    *statement = (struct pg_statement){.sql = sql, .param_types = types, .param_count = count, .once = true};
    batch->commands[batch->count] = (struct pg_command){.statement = statement, .params = params};
    return batch->count++;
}

size_t batch_add(struct batch *batch, struct str sql)
{
    return add(batch, sql, NULL, NULL, 0);
}

size_t batch_add_text(struct batch *batch, struct str sql, struct str param)
{
    static const uint32_t types[] = {PG_TEXT};
    struct pg_param *params = ARENA_ARRAY(&batch->remodel->arena, struct pg_param, 1);
    params[0].value = param;
    return add(batch, sql, types, params, 1);
}

void batch_run(struct batch *batch, remodel_on_done on_done)
{
    struct remodel *remodel = batch->remodel;
    remodel->pg = (struct pg_job){.kind = PG_WRITE,
                                  .commands = batch->commands,
                                  .command_count = batch->count,
                                  .on_done = on_done,
                                  .context = remodel};
    pg_session_run(remodel->session, &remodel->pg);
}

struct str statements_json(struct remodel *remodel, const struct ddl *ddl)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "[");
    for (size_t i = 0; i < ddl->count; i++) {
        strbuf_puts(&out, i > 0 ? "," : "");
        json_put_string(&out, ddl->statements[i]);
    }
    strbuf_puts(&out, "]");
    struct str json = arena_copy(&remodel->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

int64_t result_int8(const struct pg_result *result)
{
    return pg_rows(result) == 1 ? pg_int_at(result, 0, 0) : 0;
}

/* Somebody else was in the way, and will not be for ever. */
bool failure_passes(const struct pg_failure *failure)
{
    static const char *const states[] = {"55P03", "40P01", "40001", "57014"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (strcmp(failure->sqlstate, states[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The field whose index or column it is about, as the model will call it; NULL when that cannot be said. */
static const struct field *field_of(const struct remodel *remodel, const struct pg_failure *failure)
{
    struct arena scratch = {0};
    const struct field *found = NULL;
    const struct catalogue *after = remodel->after;
    for (size_t i = 0; after != NULL && found == NULL && i < after->field_count; i++) {
        const struct field *field = &after->fields[i];
        struct ddl_index indexes[DDL_INDEXES_MAX];
        size_t count = field->unique ? ddl_field_indexes(&scratch, field, false, indexes) : 0;
        for (size_t k = 0; k < count; k++) {
            found = str_is(indexes[k].name, failure->constraint) ? field : found;
        }
    }
    arena_release(&scratch);
    return found;
}

void explain_failure(const struct remodel *remodel, const struct pg_failure *failure, struct err *out)
{
    const char *state = failure->sqlstate;
    if (failure->outcome_unknown) {
        err_fail_tag(out, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR",
                     "The connection to the database was lost while the change was made: look whether it was");
    } else if (strcmp(state, "23505") == 0) {
        const struct field *field = field_of(remodel, failure);
        struct str name = field == NULL ? STR("the field") : field->name;
        err_fail_tag(out, ERR_INVALID, "INVALID_FIELD_INPUT",
                     "Cannot make \"%.*s\" unique: some records have the same value. Change or delete them first",
                     STR_ARG(name));
    } else if (strcmp(state, "23502") == 0 || strcmp(state, "23514") == 0) {
        err_fail_tag(out, ERR_INVALID, "INVALID_FIELD_INPUT",
                     "Cannot make the field non-nullable: some records have no value in it. Give them one first");
    } else if (strcmp(state, "54011") == 0) {
        err_fail_tag(out, ERR_INVALID, "INVALID_FIELD_INPUT",
                     "The object cannot take another field: PostgreSQL allows 1600 columns in a table, and those that "
                     "were deleted count");
    } else if (strcmp(state, "54000") == 0) {
        err_fail_tag(out, ERR_INVALID, "INVALID_FIELD_INPUT",
                     "Cannot make the field unique: a value is too long for an index");
    } else if (failure_passes(failure)) {
        err_fail_tag(out, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR",
                     "The records of the object are in use by a long transaction; try again");
    } else {
        *out = failure->err;
        out->tag = failure->err.code == ERR_UNAVAILABLE ? "TRANSIENT_DATABASE_ERROR" : "INTERNAL_SERVER_ERROR";
    }
}

/* ---- alone ---- */

enum { ATTEMPTS_MAX = 40, GIVE_WAY_US = 100000 };

static void begin_alone(struct remodel *remodel);

static void on_alone(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct remodel *remodel = context;
    if (failure != NULL && failure_passes(failure) && ++remodel->attempts < ATTEMPTS_MAX) {
        remodel_pause(remodel, GIVE_WAY_US, begin_alone);
    } else {
        remodel->alone_done(remodel, failure);
    }
}

static void on_set(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct remodel *remodel = context;
    if (failure != NULL) {
        remodel->alone_done(remodel, failure);
        return;
    }
    struct batch batch = batch_new(remodel, 1);
    batch_add(&batch, remodel->alone);
    batch_run(&batch, on_alone);
}

/* "create unique index concurrently …" */
static bool is_patient(struct str sql)
{
    struct str head = str_slice(sql, 0, 34);
    return str_find_str(head, STR(" concurrently ")) < head.len;
}

static void begin_alone(struct remodel *remodel)
{
    bool patient = is_patient(remodel->alone);
    struct batch batch = batch_new(remodel, 1);
    batch_add(&batch, patient ? STR("set lock_timeout = 0") : STR("set lock_timeout = '250ms'"));
    batch_run(&batch, on_set);
}

void run_alone(struct remodel *remodel, struct str sql,
               void (*done)(struct remodel *remodel, const struct pg_failure *failure))
{
    remodel->alone = sql;
    remodel->alone_done = done;
    remodel->attempts = 0;
    begin_alone(remodel);
}
