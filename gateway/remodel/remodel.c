#include "gateway/remodel/remodel.h"
#include "common/base/alloc.h"
#include "common/crypto/digest.h"
#include "common/observe/log.h"
#include "gateway/remodel/remodel_private.h"
#include <stdlib.h>

#define SECOND_US INT64_C(1000000)

/* A statement may build an index over many records; the lock is waited for as long as a patient client waits. */
enum { STATEMENT_S = 1800, CONNECTION_WAIT_S = 10, LOCK_WAIT_S = 60, LOOK_AGAIN_US = 15000 };

static void open_session(struct remodel *remodel);

/* ---- states ---- */

void remodel_enter(struct remodel *remodel, enum remodel_state state)
{
    remodel->state = state;
}

static void on_timer(void *context)
{
    struct remodel *remodel = context;
    remodel->again(remodel);
}

void remodel_pause(struct remodel *remodel, int64_t least_us, void (*again)(struct remodel *remodel))
{
    uint32_t random;
    random_bytes(&random, sizeof random);
    remodel->again = again;
    loop_timer_start(&remodel->timer, least_us + (int64_t)(random % (uint32_t)(2 * least_us)));
}

static void on_answered(void *context)
{
    struct remodel_job *job = context;
    job->on_done(job);
}

void remodel_answer(struct remodel *remodel)
{
    struct remodel_job *job = remodel->job;
    if (job == NULL) {
        return;
    }
    remodel->job = NULL;
    if (job != &remodel->tidying) {
        loop_post(job->loop, on_answered, job);
    }
}

void remodel_fail(struct remodel *remodel, enum err_code code, const char *tag, const char *sentence)
{
    struct remodel_job *job = remodel->job;
    if (job != NULL) {
        job->outcome = CHANGE_REFUSED;
        err_fail_tag(&job->err, code, tag, "%s", sentence);
        remodel_answer(remodel);
    }
    remodel_leave(remodel);
}

static void next_job(struct remodel *remodel)
{
    struct list *link = remodel->closing ? NULL : list_pop_front(&remodel->queue);
    remodel_enter(remodel, REMODEL_IDLE);
    if (link == NULL) {
        return;
    }
    remodel->queued--;
    remodel->job = LIST_ENTRY(link, struct remodel_job, link);
    remodel->deadline_us = loop_now_us(remodel->loop) + LOCK_WAIT_S * SECOND_US;
    open_session(remodel);
}

static void forget_change(struct remodel *remodel)
{
    catalogue_unref(remodel->after);
    remodel->after = NULL;
    arena_release(&remodel->plan_arena);
    remodel->work_id = 0;
    remodel->attempts = 0;
    map_release(&remodel->large);
    remodel->large = (struct map){0};
    arena_reset(&remodel->arena);
}

static void on_unlocked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    (void)failure; /* then the connection is gone, and the lock with it */
    struct remodel *remodel = context;
    pg_session_end(remodel->session);
    remodel->session = NULL;
    forget_change(remodel);
    next_job(remodel);
}

void remodel_leave(struct remodel *remodel)
{
    remodel_enter(remodel, REMODEL_LEAVING);
    if (remodel->session == NULL) {
        forget_change(remodel);
        next_job(remodel);
        return;
    }
    struct batch batch = batch_new(remodel, 2);
    batch_add(&batch, STR("rollback")); /* a warning of the server when there is nothing to roll back */
    batch_add(&batch, STR("select pg_advisory_unlock_all()"));
    batch_run(&batch, on_unlocked);
}

/* ---- looking ---- */

static void read_large(struct remodel *remodel, const struct pg_result *result)
{
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct str name = STR_EMPTY;
        if (pg_value(result, i, 0, &name)) {
            map_set(&remodel->large, arena_copy(&remodel->arena, name), remodel);
        }
    }
}

static void read_left(struct remodel *remodel, const struct pg_result *result)
{
    size_t rows = pg_rows(result);
    remodel->left = ARENA_ARRAY(&remodel->arena, struct str, rows);
    remodel->left_count = 0;
    for (size_t i = 0; i < rows; i++) {
        struct str id = STR_EMPTY;
        struct str text = STR_EMPTY;
        if (pg_value(result, i, 0, &id) && pg_value(result, i, 1, &text)) {
            remodel->left_id = pg_get_int8(id);
            remodel->left[remodel->left_count++] = arena_copy(&remodel->arena, text);
        }
    }
}

static bool is_locked(const struct pg_result *result)
{
    return pg_rows(result) == 1 && pg_bool_at(result, 0, 0);
}

static bool is_late(const struct remodel *remodel)
{
    return loop_now_us(remodel->loop) > remodel->deadline_us;
}

static void on_looked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct remodel *remodel = context;
    if (failure != NULL) {
        remodel_fail(remodel, failure->err.code, "TRANSIENT_DATABASE_ERROR", failure->err.text);
        return;
    }
    if (!is_locked(results[0])) {
        if (is_late(remodel)) {
            remodel_fail(remodel, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR",
                         "Another change of the model takes long; try again");
            return;
        }
        remodel_pause(remodel, LOOK_AGAIN_US, remodel_look);
        return;
    }
    read_left(remodel, results[3]);
    if (remodel->left_count > 0) {
        remodel_tidy(remodel);
        return;
    }
    if (remodel->job == &remodel->tidying) {
        remodel_answer(remodel);
        remodel_leave(remodel);
        return;
    }
    const struct catalogue *current = remodel->options.current(remodel->options.context);
    if (current == NULL || current->version != result_int8(results[1])) {
        /* Somebody changed the model, and we are about to hear of it. */
        if (is_late(remodel)) {
            remodel_fail(remodel, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR",
                         "The model has changed and could not be read again yet; try again");
            return;
        }
        remodel->options.refresh(remodel->options.context);
        remodel_pause(remodel, LOOK_AGAIN_US, remodel_look);
        return;
    }
    read_large(remodel, results[2]);
    remodel_begin(remodel);
}

/* The lock is asked for and not waited for: a statement that waits holds a snapshot, and CREATE INDEX CONCURRENTLY in
 * the transaction of the lock's holder would wait for that one in turn. */
void remodel_look(struct remodel *remodel)
{
    remodel_enter(remodel, REMODEL_LOOKING);
    arena_reset(&remodel->arena);
    struct batch batch = batch_new(remodel, 4);
    batch_add(&batch, STR("select case when exists (select 1 from pg_catalog.pg_locks l where l.locktype = 'advisory'"
                          " and l.pid = pg_catalog.pg_backend_pid() and l.objid = " MODEL_LOCK " and l.granted)"
                          " then true else pg_try_advisory_lock(" MODEL_LOCK ") end"));
    batch_add(&batch, STR("select version from core.version where kind = 'model'"));
    batch_add(&batch, STR("select c.relname::text from core.object o"
                          " join pg_catalog.pg_namespace n on n.nspname = o.table_schema"
                          " join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = o.table_name"
                          " where c.relkind in ('r', 'p') and pg_catalog.pg_relation_size(c.oid) > 8 * 1024 * 1024"));
    batch_add(&batch, STR("select w.id, s.text from core.model_work w, unnest(w.statements) with ordinality s(text, at)"
                          " where w.id = (select min(id) from core.model_work) order by s.at"));
    batch_run(&batch, on_looked);
}

static void on_session(void *context, struct pg_session *session, const struct pg_failure *failure)
{
    struct remodel *remodel = context;
    if (session == NULL) {
        remodel_fail(remodel, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR", failure->err.text);
        return;
    }
    remodel->session = session;
    remodel_look(remodel);
}

static void open_session(struct remodel *remodel)
{
    remodel_enter(remodel, REMODEL_OPENING);
    remodel->session_request = (struct pg_session_request){.on_ready = on_session, .context = remodel};
    pg_session_open(remodel->pool, &remodel->session_request);
}

/* ---- from outside ---- */

static void enqueue(struct remodel *remodel, struct remodel_job *job)
{
    list_push_back(&remodel->queue, &job->link);
    remodel->queued++;
    if (remodel->state == REMODEL_IDLE) {
        next_job(remodel);
    }
}

struct remodel *remodel_new(struct loop *loop, const struct remodel_options *options)
{
    struct remodel *remodel = xcalloc(1, sizeof *remodel);
    struct pg_pool_options pool = {
        .conninfo = options->conninfo,
        .name = "portti-model",
        .connections = 1,
        .exclusive = true,
        .max_queue = 4,
        .max_in_flight = 1,
        .max_prepared = 8,
        .wait_timeout_us = CONNECTION_WAIT_S * SECOND_US,
        .statement_timeout_ms = STATEMENT_S * INT64_C(1000),
        .watchdog_us = INT64_C(2) * STATEMENT_S * SECOND_US,
    };
    remodel->loop = loop;
    remodel->options = *options;
    list_init(&remodel->queue);
    loop_timer_init(&remodel->timer, loop, on_timer, remodel);
    remodel->pool = pg_pool_new(loop, &pool);
    enqueue(remodel, &remodel->tidying);
    return remodel;
}

void remodel_free(struct remodel *remodel)
{
    if (remodel == NULL) {
        return;
    }
    remodel->closing = true;
    remodel->job = NULL; /* its request dies with its worker */
    list_init(&remodel->queue);
    pg_pool_free(remodel->pool);
    if (remodel->session != NULL) {
        pg_session_end(remodel->session);
    }
    loop_timer_release(&remodel->timer);
    catalogue_unref(remodel->after);
    map_release(&remodel->large);
    arena_release(&remodel->plan_arena);
    arena_release(&remodel->arena);
    free(remodel);
}

static void on_submitted(void *context)
{
    struct remodel_job *job = context;
    struct remodel *remodel = job->remodel;
    if (remodel->queued >= remodel->options.max_queue) {
        job->outcome = CHANGE_REFUSED;
        err_fail_tag(&job->err, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR",
                     "Too many changes of the model wait already; try again");
        loop_post(job->loop, on_answered, job);
        return;
    }
    enqueue(remodel, job);
}

void remodel_submit(struct remodel *remodel, struct remodel_job *job)
{
    job->remodel = remodel;
    job->link = (struct list){0};
    loop_post(remodel->loop, on_submitted, job);
}

void remodel_job_release(struct remodel_job *job)
{
    catalogue_unref(job->before);
    catalogue_unref(job->after);
    job->before = NULL;
    job->after = NULL;
    arena_release(&job->arena);
}

bool remodel_idle(const struct remodel *remodel)
{
    return remodel->state == REMODEL_IDLE && list_empty(&remodel->queue);
}
