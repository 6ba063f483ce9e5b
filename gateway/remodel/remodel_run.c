/* One change, from its plan to what follows its commit. */
#include "common/crypto/digest.h"
#include "common/observe/log.h"
#include "gateway/remodel/remodel_private.h"

/* A statement that waits for a table's lock holds up everybody who comes behind it: so it waits shortly, gives way, and
 * tries again. */
#define LOCK_TIMEOUT "set local lock_timeout = '250ms'"
enum { ATTEMPTS_MAX = 40, GIVE_WAY_US = 100000, JOB_COMMANDS_MAX = 12 };

#define INSERT_WORK                                                                                                    \
    "insert into core.model_work (statements)"                                                                         \
    " select array(select jsonb_array_elements_text($1::text::jsonb)) returning id"
#define DELETE_WORK "delete from core.model_work where id = $1::text::bigint"

static void begin_first(struct remodel *remodel);
static void begin_change(struct remodel *remodel);
static void run_undo(struct remodel *remodel);
static void run_later(struct remodel *remodel);

static void log_failure(const char *event, const struct pg_failure *failure, struct str statement)
{
    log_begin(LOG_LEVEL_WARN, event);
    log_str("sqlstate", str_from(failure->sqlstate));
    log_str("detail", str_from(failure->detail));
    log_str("statement", str_cut(statement, 300));
    log_end();
}

/* ---- the plan ---- */

/* An object that is there over REST and silently missing from GraphQL would be no use to anybody. */
static bool all_served(struct remodel *remodel, const struct catalogue *before)
{
    struct remodel_job *job = remodel->job;
    const struct object *lost = remodel->options.loses(before, remodel->after);
    if (lost == NULL) {
        return true;
    }
    job->outcome = CHANGE_REFUSED;
    return err_fail_tag(&job->err, ERR_INVALID, "INVALID_OBJECT_INPUT",
                        "Names of the object \"%.*s\" would be those of other types or operations in GraphQL. Use a "
                        "different name",
                        STR_ARG(lost->name_singular));
}

static bool plan(struct remodel *remodel)
{
    struct remodel_job *job = remodel->job;
    struct catalogue *before = remodel->options.current(remodel->options.context);
    struct change_input input = {
        .before = before, .ops = job->ops, .op_count = job->op_count, .now_us = clock_wall_us() / 1000 * 1000};
    struct change *made = NULL;
    random_bytes(input.seed, sizeof input.seed);
    job->outcome = change_plan(&remodel->plan_arena, &input, &made, &job->report, &job->err);
    if (job->outcome != CHANGE_READY) {
        /* The report goes along with its memory. */
        arena_release(&job->arena);
        job->arena = remodel->plan_arena;
        job->report.arena = &job->arena;
        remodel->plan_arena = (struct arena){0};
        return false;
    }
    remodel->after = change_build(made, &job->err);
    if (remodel->after == NULL) {
        log_begin(LOG_LEVEL_ERROR, "remodel_refused");
        log_str("error", err_str(&job->err));
        log_end();
        job->outcome = CHANGE_REFUSED;
        job->err.code = ERR_INTERNAL;
        return false;
    }
    if (!all_served(remodel, before)) {
        return false;
    }
    change_steps(&remodel->arena, made, remodel->after, &remodel->large, &remodel->steps);
    struct uuid *ids = ARENA_ARRAY(&job->arena, struct uuid, job->op_count);
    for (size_t i = 0; i < job->op_count; i++) {
        ids[i] = change_id(made, i);
    }
    job->ids = ids;
    arena_release(&remodel->plan_arena);
    job->before = catalogue_ref(before);
    return true;
}

void remodel_begin(struct remodel *remodel)
{
    if (!plan(remodel)) {
        remodel_answer(remodel);
        remodel_leave(remodel);
        return;
    }
    if (remodel->steps.first.count > 0 || remodel->steps.apart.count > 0) {
        begin_first(remodel);
    } else {
        begin_change(remodel);
    }
}

/* ---- failures ---- */

static void give_up(struct remodel *remodel, const struct pg_failure *failure)
{
    struct err err;
    explain_failure(remodel, failure, &err);
    if (err.code != ERR_INVALID) {
        log_failure("remodel_failed", failure, STR_EMPTY);
    }
    if (remodel->job != NULL && failure->outcome_unknown) {
        remodel->options.refresh(remodel->options.context);
    }
    remodel_fail(remodel, err.code, err.tag, err.text);
}

static void on_given_way(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct remodel *remodel = context;
    if (failure != NULL) {
        give_up(remodel, failure);
        return;
    }
    remodel_pause(remodel, GIVE_WAY_US, remodel->again);
}

/* The transaction failed: again, when it was only somebody's lock, else for good. */
static void retry_or(struct remodel *remodel, const struct pg_failure *failure, void (*again)(struct remodel *remodel))
{
    remodel->failure = *failure;
    if (failure_passes(failure) && ++remodel->attempts < ATTEMPTS_MAX) {
        struct batch batch = batch_new(remodel, 1);
        remodel->again = again;
        batch_add(&batch, STR("rollback"));
        batch_run(&batch, on_given_way);
    } else if (remodel->work_id != 0 && failure->sqlstate[0] != '\0') {
        remodel->step = 0;
        run_undo(remodel);
    } else {
        give_up(remodel, failure);
    }
}

/* ---- before the change ---- */

static void run_apart(struct remodel *remodel);

static void on_apart(struct remodel *remodel, const struct pg_failure *failure)
{
    if (failure != NULL) {
        remodel->failure = *failure;
        remodel->step = 0;
        if (failure->sqlstate[0] == '\0') {
            give_up(remodel, failure); /* the next who looks takes it back */
        } else {
            run_undo(remodel);
        }
        return;
    }
    remodel->step++;
    run_apart(remodel);
}

static void run_apart(struct remodel *remodel)
{
    remodel_enter(remodel, REMODEL_APART);
    if (remodel->step == remodel->steps.apart.count) {
        remodel->attempts = 0;
        begin_change(remodel);
        return;
    }
    run_alone(remodel, remodel->steps.apart.statements[remodel->step], on_apart);
}

static void on_first(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct remodel *remodel = context;
    if (failure != NULL) {
        retry_or(remodel, failure, begin_first);
        return;
    }
    remodel->work_id = result_int8(results[remodel->work_at]);
    remodel->step = 0;
    run_apart(remodel);
}

static void begin_first(struct remodel *remodel)
{
    const struct ddl *first = &remodel->steps.first;
    remodel_enter(remodel, REMODEL_FIRST);
    struct batch batch = batch_new(remodel, first->count + JOB_COMMANDS_MAX);
    batch_add(&batch, STR("begin"));
    batch_add(&batch, STR(LOCK_TIMEOUT));
    remodel->work_at = batch_add_text(&batch, STR(INSERT_WORK), statements_json(remodel, &remodel->steps.undo));
    for (size_t i = 0; i < first->count; i++) {
        batch_add(&batch, first->statements[i]);
    }
    batch_add(&batch, STR("commit"));
    batch_run(&batch, on_first);
}

/* ---- taking it back ---- */

static void on_undone(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct remodel *remodel = context;
    if (failure != NULL) {
        log_failure("remodel_undo_failed", failure, STR_EMPTY);
    }
    give_up(remodel, &remodel->failure);
}

static void on_undo_step(struct remodel *remodel, const struct pg_failure *failure)
{
    if (failure != NULL) {
        log_failure("remodel_undo_failed", failure, remodel->steps.undo.statements[remodel->step]);
        give_up(remodel, &remodel->failure); /* the row stays: it is tried again later */
        return;
    }
    remodel->step++;
    run_undo(remodel);
}

static void on_undo_begins(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct remodel *remodel = context;
    if (failure != NULL) {
        give_up(remodel, &remodel->failure);
        return;
    }
    remodel->step = 0;
    run_undo(remodel);
}

static void run_undo(struct remodel *remodel)
{
    bool begins = remodel->state != REMODEL_UNDOING;
    remodel_enter(remodel, REMODEL_UNDOING);
    struct batch batch = batch_new(remodel, 1);
    if (begins) {
        batch_add(&batch, STR("rollback"));
        batch_run(&batch, on_undo_begins);
    } else if (remodel->step < remodel->steps.undo.count) {
        run_alone(remodel, remodel->steps.undo.statements[remodel->step], on_undo_step);
    } else {
        batch_add_text(&batch, STR(DELETE_WORK), arena_printf(&remodel->arena, "%lld", (long long)remodel->work_id));
        batch_run(&batch, on_undone);
    }
}

/* ---- the change ---- */

static void on_published(void *context)
{
    struct remodel *remodel = context;
    struct remodel_job *job = remodel->job;
    if (job != NULL) {
        job->after = catalogue_ref(remodel->after);
        remodel_answer(remodel);
    }
    remodel->step = 0;
    remodel_enter(remodel, REMODEL_FINISHING);
    run_later(remodel);
}

static void on_changed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct remodel *remodel = context;
    if (failure != NULL) {
        retry_or(remodel, failure, begin_change);
        return;
    }
    remodel->after->version = result_int8(results[remodel->version_at]);
    remodel->work_id = remodel->steps.later.count > 0 ? result_int8(results[remodel->work_at]) : 0;
    remodel_enter(remodel, REMODEL_PUBLISHING);
    remodel->options.publish(remodel->options.context, catalogue_ref(remodel->after), on_published, remodel);
}

static void make_change(struct remodel *remodel)
{
    const struct change_steps *steps = &remodel->steps;
    struct batch batch = batch_new(remodel, steps->inside.count + steps->row_count + JOB_COMMANDS_MAX);
    if (remodel->work_id != 0) {
        batch_add_text(&batch, STR(DELETE_WORK), arena_printf(&remodel->arena, "%lld", (long long)remodel->work_id));
    }
    if (steps->later.count > 0) {
        remodel->work_at = batch_add_text(&batch, STR(INSERT_WORK), statements_json(remodel, &steps->later));
    }
    for (size_t i = 0; i < steps->inside.count; i++) {
        batch_add(&batch, steps->inside.statements[i]);
    }
    for (size_t i = 0; i < steps->row_count; i++) {
        batch_add_text(&batch, steps->rows[i].sql, steps->rows[i].json);
    }
    remodel->version_at = batch_add(&batch, STR("select version from core.version where kind = 'model'"));
    batch_add(&batch, STR("commit"));
    batch_run(&batch, on_changed);
}

static void on_begun(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct remodel *remodel = context;
    if (failure != NULL) {
        retry_or(remodel, failure, begin_change);
        return;
    }
    const struct catalogue *current = remodel->options.current(remodel->options.context);
    if (result_int8(results[2]) != current->version) {
        /* By hand, or by one who does not know of the lock. */
        struct pg_failure moved = {.sqlstate = "40000"};
        err_fail(&moved.err, ERR_UNAVAILABLE, 0, "The model has changed at the same time; try again");
        remodel->attempts = ATTEMPTS_MAX;
        retry_or(remodel, &moved, begin_change);
        return;
    }
    make_change(remodel);
}

static void begin_change(struct remodel *remodel)
{
    remodel_enter(remodel, REMODEL_CHANGING);
    struct batch batch = batch_new(remodel, 3);
    batch_add(&batch, STR("begin"));
    batch_add(&batch, STR(LOCK_TIMEOUT));
    batch_add(&batch, STR("select version from core.version where kind = 'model' for update"));
    batch_run(&batch, on_begun);
}

/* ---- after the change ---- */

static void on_finished(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    (void)failure; /* then the row stays, and what it says is done once more */
    remodel_leave(context);
}

static void on_later(struct remodel *remodel, const struct pg_failure *failure)
{
    if (failure != NULL) {
        log_failure("remodel_later_failed", failure, remodel->steps.later.statements[remodel->step]);
        remodel_leave(remodel);
        return;
    }
    remodel->step++;
    run_later(remodel);
}

static void run_later(struct remodel *remodel)
{
    struct batch batch = batch_new(remodel, 1);
    if (remodel->step < remodel->steps.later.count) {
        run_alone(remodel, remodel->steps.later.statements[remodel->step], on_later);
    } else if (remodel->work_id != 0) {
        batch_add_text(&batch, STR(DELETE_WORK), arena_printf(&remodel->arena, "%lld", (long long)remodel->work_id));
        batch_run(&batch, on_finished);
    } else {
        remodel_leave(remodel);
    }
}

/* ---- what was left behind ---- */

static void tidy_step(struct remodel *remodel);

static void on_tidied(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct remodel *remodel = context;
    if (failure != NULL) {
        remodel_fail(remodel, failure->err.code, "TRANSIENT_DATABASE_ERROR", failure->err.text);
        return;
    }
    remodel_look(remodel);
}

/* Its table or field may have been deleted since. */
static bool is_moot(const struct pg_failure *failure)
{
    return strncmp(failure->sqlstate, "42", 2) == 0;
}

static void on_tidy_step(struct remodel *remodel, const struct pg_failure *failure)
{
    if (failure != NULL) {
        log_failure("remodel_tidy_failed", failure, remodel->left[remodel->step]);
        if (!is_moot(failure)) {
            remodel_fail(remodel, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR",
                         "An earlier change of the model could not be finished; the server's log says why");
            return;
        }
    }
    remodel->step++;
    tidy_step(remodel);
}

static void tidy_step(struct remodel *remodel)
{
    struct batch batch = batch_new(remodel, 1);
    if (remodel->step < remodel->left_count) {
        run_alone(remodel, remodel->left[remodel->step], on_tidy_step);
    } else {
        batch_add_text(&batch, STR(DELETE_WORK), arena_printf(&remodel->arena, "%lld", (long long)remodel->left_id));
        batch_run(&batch, on_tidied);
    }
}

void remodel_tidy(struct remodel *remodel)
{
    remodel_enter(remodel, REMODEL_TIDYING);
    log_begin(LOG_LEVEL_INFO, "remodel_tidies");
    log_int("statements", (int64_t)remodel->left_count);
    log_end();
    remodel->step = 0;
    tidy_step(remodel);
}
