/* `model export`, `model diff` and `model import`. */
#include "common/crypto/digest.h"
#include "common/loop/loop.h"
#include "gateway/control/control.h"
#include "gateway/control/model_file.h"
#include "gateway/remodel/remodel.h"
#include "gateway/schema/core_schema.h"
#include "gateway/tools/tools.h"

enum { ROUNDS_MAX = 5, IDLE_LOOK_US = 5000 };

static struct uuid fresh_id(void)
{
    uint8_t random[16];
    random_bytes(random, sizeof random);
    return uuid_v4(random);
}

static bool read_standard(const char *path, struct model *model, struct blueprint_standard *out, struct err *err)
{
    if (!model_read(model, path, err)) {
        return false;
    }
    *out = (struct blueprint_standard){model->object_rows, model->object_count, model->field_rows, model->field_count};
    return true;
}

/* What is there, whole, in one snapshot. */
static struct catalogue *load(struct pg_sync *connection, struct err *err)
{
    struct catalogue *catalogue = NULL;
    struct err ignored;
    bool ok = pg_sync_script(connection, "begin isolation level repeatable read, read only", err) &&
              model_load(connection, &catalogue, err);
    bool ended = pg_sync_script(connection, "rollback", &ignored);
    return ok && ended ? catalogue : NULL;
}

bool tools_export(struct pg_sync *connection, const char *model_file, struct strbuf *out, struct err *err)
{
    struct model model = {0};
    struct blueprint_standard standard;
    struct catalogue *catalogue = NULL;
    bool ok = read_standard(model_file, &model, &standard, err);
    if (ok) {
        catalogue = load(connection, err);
        ok = catalogue != NULL;
    }
    if (ok) {
        blueprint_export(out, catalogue, &standard);
    }
    catalogue_unref(catalogue);
    model_release(&model);
    return ok;
}

/* ---- carrying it out ---- */

/* Stands in for a gateway: one "worker", which has every new model at once. */
struct runner {
    struct pg_sync *connection;
    struct loop *loop;
    struct remodel *remodel;
    struct catalogue *catalogue;
    struct loop_timer timer;
    bool answered;
};

static struct catalogue *on_current(void *context)
{
    struct runner *runner = context;
    return runner->catalogue;
}

static void on_refresh(void *context)
{
    struct runner *runner = context;
    struct err ignored;
    struct catalogue *newer = load(runner->connection, &ignored);
    if (newer != NULL) {
        catalogue_unref(runner->catalogue);
        runner->catalogue = newer;
    }
}

static void on_publish(void *context, struct catalogue *catalogue, loop_callback done, void *done_context)
{
    struct runner *runner = context;
    catalogue_unref(runner->catalogue);
    runner->catalogue = catalogue;
    loop_post(runner->loop, done, done_context);
}

/* What comes after the answer, such as indexes on large tables, is waited for too. */
static void on_look(void *context)
{
    struct runner *runner = context;
    if (runner->answered && remodel_idle(runner->remodel)) {
        loop_stop(runner->loop);
    } else {
        loop_timer_start(&runner->timer, IDLE_LOOK_US);
    }
}

static void on_done(struct remodel_job *job)
{
    struct runner *runner = job->context;
    runner->answered = true;
}

static bool run(struct pg_sync *connection, struct catalogue *catalogue, const struct tools_import *import,
                const struct blueprint_plan *plan, struct err *err)
{
    struct runner runner = {.connection = connection, .loop = loop_new(), .catalogue = catalogue_ref(catalogue)};
    struct remodel_options options = {.conninfo = import->conninfo,
                                      .max_queue = 2,
                                      .current = on_current,
                                      .loses = core_schema_loses,
                                      .refresh = on_refresh,
                                      .publish = on_publish,
                                      .context = &runner};
    struct remodel_job job = {
        .ops = plan->ops, .op_count = plan->op_count, .loop = runner.loop, .on_done = on_done, .context = &runner};
    runner.remodel = remodel_new(runner.loop, &options);
    loop_timer_init(&runner.timer, runner.loop, on_look, &runner);
    remodel_submit(runner.remodel, &job);
    loop_timer_start(&runner.timer, IDLE_LOOK_US);
    loop_run(runner.loop);
    bool ok = job.outcome == CHANGE_READY;
    if (job.outcome == CHANGE_REPORTED) {
        import->on_report(import->context, &job.report);
        err_fail(err, ERR_INVALID, 0, "the change was refused, and nothing of it was done");
    } else if (!ok) {
        *err = job.err;
    }
    remodel_job_release(&job);
    remodel_free(runner.remodel);
    loop_timer_release(&runner.timer);
    loop_free(runner.loop);
    catalogue_unref(runner.catalogue);
    return ok;
}

/* ---- rounds ---- */

struct rounds {
    struct pg_sync *connection;
    const struct tools_import *import;
    const struct blueprint_standard *standard;
    const struct json *document;
    size_t *steps;
    struct err *err;
};

/* `*over`: nothing is left to do, or nothing may be done. */
static bool run_round(struct rounds *rounds, size_t nth, bool *over)
{
    struct arena arena = {0};
    struct blueprint_plan plan;
    struct catalogue *catalogue = load(rounds->connection, rounds->err);
    bool ok = catalogue != NULL &&
              blueprint_diff(&arena, catalogue, rounds->standard, rounds->document, fresh_id, &plan, rounds->err);
    if (ok && nth == 0) {
        *rounds->steps = plan.step_count;
        rounds->import->on_plan(rounds->import->context, &plan);
    }
    *over = !ok || plan.op_count == 0 || !rounds->import->apply;
    if (ok && !*over && plan.destructive > 0 && !rounds->import->allow_destructive) {
        ok = err_fail(rounds->err, ERR_INVALID, 0,
                      "%zu of these steps destroy data: --allow-destructive lets them. Nothing has been changed",
                      plan.destructive);
    }
    if (ok && !*over) {
        ok = run(rounds->connection, catalogue, rounds->import, &plan, rounds->err);
    }
    catalogue_unref(catalogue);
    arena_release(&arena);
    return ok;
}

bool tools_import(struct pg_sync *connection, const struct tools_import *import, size_t *steps, struct err *err)
{
    struct model model = {0};
    struct arena arena = {0};
    struct blueprint_standard standard;
    bool over = false;
    bool ok = read_standard(import->model_file, &model, &standard, err);
    struct rounds rounds = {.connection = connection,
                            .import = import,
                            .standard = &standard,
                            .document = NULL,
                            .steps = steps,
                            .err = err};
    *steps = 0;
    if (ok) {
        rounds.document = json_parse(&arena, import->document, &blueprint_limits, err);
        ok = rounds.document != NULL;
    }
    for (size_t i = 0; ok && !over && i < ROUNDS_MAX; i++) {
        ok = run_round(&rounds, i, &over);
    }
    if (ok && !over) {
        ok = err_fail(err, ERR_INTERNAL, 0,
                      "the model does not become what the document says: `gateway model diff` "
                      "shows what is left");
    }
    arena_release(&arena);
    model_release(&model);
    return ok;
}
