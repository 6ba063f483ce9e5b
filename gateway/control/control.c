#include "gateway/control/control.h"
#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "common/pg/pg.h"
#include "gateway/control/load.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND_US INT64_C(1000000)

enum { RETRY_S = 10, HOUR_S = 3600, IDLE_FOLD_S = 60, LOG_AGAIN_S = 60 };

/* One of the jobs that are run again and again, each with at most one in flight. */
struct chore {
    struct control *control;
    struct pg_job job;
    struct loop_timer timer;
    bool busy;
    bool again;        /* asked for while busy */
    int64_t logged_us; /* when its failure was last told */
};

/* What is loaded by version: the model, the keys. */
struct follow {
    struct chore load;
    const char *name;
    int64_t loaded;  /* version that has been handed out; 0 = none */
    int64_t refused; /* version that made no sense: not tried again */
    int64_t polled;  /* version that the last poll saw */
    bool outrun;     /* a newer one was adopted while this was being loaded */
};

struct control {
    struct loop *loop;
    struct control_options options;
    struct pg_pool *pool;
    struct pg_listener *listener;
    struct chore poll;
    struct chore fold;
    struct chore make_partitions;
    struct chore drop_partitions;
    struct follow model;
    struct follow keys;
    struct catalogue *catalogue;
    struct keyring *keyring;
    struct pg_command drop_command;
    struct pg_param drop_param;
    char retention_text[24];

    bool unfolded; /* as polled: something may have been written since the last fold */
    int64_t folded_us;
    atomic_size_t posts; /* control_refresh that the loop has yet to run */
    bool closing;
};

static const struct pg_statement poll_statement = {
    .sql = STR_INIT("select (select version from core.version where kind = 'model'),"
                    " (select version from core.version where kind = 'keys'),"
                    " (select count(*) from core.fold f, core.outbox_seq s where f.seq <> s.last_value)")};
static const struct pg_statement fold_statement = {.sql = STR_INIT("select core.fold_counts()")};
static const struct pg_statement make_statement = {.sql = STR_INIT("select core.make_partitions()"), .once = true};
static const uint32_t drop_types[] = {PG_INT8};
static const struct pg_statement drop_statement = {
    .sql = STR_INIT("select core.drop_partitions($1 * interval '1 microsecond'), core.drop_idempotency(),"
                    " core.drop_replays($1 * interval '1 microsecond')"),
    .param_types = drop_types,
    .param_count = 1,
    .once = true};

static const struct pg_command poll_command = {&poll_statement, NULL};
static const struct pg_command fold_command = {&fold_statement, NULL};
static const struct pg_command make_command = {&make_statement, NULL};

/* ---- chores ---- */

static void chore_run(struct chore *chore)
{
    struct control *control = chore->control;
    loop_timer_stop(&chore->timer);
    if (control->closing) {
        return;
    }
    if (chore->busy) {
        chore->again = true;
        return;
    }
    chore->busy = true;
    chore->again = false;
    pg_submit(control->pool, &chore->job);
}

static void chore_on_timer(void *context)
{
    chore_run(context);
}

/* A chore that fails is tried again for ever; its failure is told once a minute, since PostgreSQL may be away long. */
static void chore_failed(struct chore *chore, const char *event, const struct pg_failure *failure)
{
    int64_t now_us = loop_now_us(chore->control->loop);
    if (chore->logged_us != 0 && now_us - chore->logged_us < LOG_AGAIN_S * SECOND_US) {
        return;
    }
    chore->logged_us = now_us;
    log_begin(LOG_LEVEL_WARN, event);
    log_str("error", err_str(&failure->err));
    log_str("sqlstate", str_from(failure->sqlstate));
    log_str("detail", str_from(failure->detail));
    log_end();
}

/* Ends a run: again at once when somebody asked meanwhile, else after `delay_us`; 0 = when asked. */
static void chore_done(struct chore *chore, int64_t delay_us)
{
    chore->busy = false;
    if (chore->again) {
        chore_run(chore);
    } else if (delay_us > 0) {
        loop_timer_start(&chore->timer, delay_us);
    }
}

static void chore_init(struct control *control, struct chore *chore, enum pg_job_kind kind,
                       const struct pg_command *commands, size_t count,
                       void (*on_done)(void *context, struct pg_result *const *results,
                                       const struct pg_failure *failure))
{
    chore->control = control;
    chore->job = (struct pg_job){
        .kind = kind, .commands = commands, .command_count = count, .on_done = on_done, .context = control};
    loop_timer_init(&chore->timer, control->loop, chore_on_timer, chore);
}

/* ---- following versions ---- */

static void log_refused(const struct follow *follow, int64_t version, const struct err *err)
{
    log_begin(LOG_LEVEL_ERROR, "control_refused");
    log_str("what", str_from(follow->name));
    log_int("version", version);
    log_str("error", err_str(err));
    log_end();
}

/* True when a snapshot was made and is to be handed out: not when a newer one came another way meanwhile. */
static bool follow_settle(struct follow *follow, enum load_outcome outcome, int64_t version, const struct err *err)
{
    follow->load.logged_us = 0;
    if (follow->outrun) {
        follow->outrun = false;
        outcome = version == follow->loaded ? outcome : LOAD_AGAIN;
    }
    /* What a poll saw while we loaded may be newer than what we loaded. */
    follow->load.again = outcome == LOAD_AGAIN || follow->polled > version;
    if (outcome == LOAD_AGAIN) {
        return false;
    }
    if (outcome == LOAD_REFUSED) {
        follow->refused = version;
        log_refused(follow, version, err);
        return false;
    }
    follow->loaded = version;
    follow->refused = 0;
    return true;
}

static void model_on_loaded(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct control *control = context;
    if (control->closing) {
        return;
    }
    if (failure != NULL) {
        /* The next poll sees that it is still wanted. */
        chore_failed(&control->model.load, "control_model_failed", failure);
        chore_done(&control->model.load, 0);
        return;
    }
    int64_t version = 0;
    struct catalogue *made = NULL;
    struct err err;
    int64_t begun_us = clock_mono_us();
    enum load_outcome outcome = load_catalogue(results, &version, &made, &err);
    if (!follow_settle(&control->model, outcome, version, &err)) {
        catalogue_unref(made);
    } else {
        log_begin(LOG_LEVEL_INFO, "control_model_loaded");
        log_int("version", version);
        log_int("objects", (int64_t)made->object_count);
        log_ms("build_ms", clock_mono_us() - begun_us);
        log_end();
        catalogue_unref(control->catalogue);
        control->catalogue = made;
        control->options.on_catalogue(control->options.context, made);
    }
    chore_done(&control->model.load, 0);
}

static void keys_on_loaded(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct control *control = context;
    if (control->closing) {
        return;
    }
    if (failure != NULL) {
        chore_failed(&control->keys.load, "control_keys_failed", failure);
        chore_done(&control->keys.load, 0);
        return;
    }
    int64_t version = 0;
    struct keyring *made = NULL;
    struct err err;
    enum load_outcome outcome = load_keyring(results, &version, &made, &err);
    if (follow_settle(&control->keys, outcome, version, &err)) {
        log_begin(LOG_LEVEL_INFO, "control_keys_loaded");
        log_int("version", version);
        log_int("keys", (int64_t)made->key_count);
        log_end();
        keyring_unref(control->keyring);
        control->keyring = made;
        control->options.on_keyring(control->options.context, made);
    }
    chore_done(&control->keys.load, 0);
}

/* Differs, not is greater: a database that was restored may have gone back. */
static void follow_look(struct follow *follow, int64_t version)
{
    follow->polled = version;
    if (version != follow->loaded && version != follow->refused && !follow->load.busy) {
        chore_run(&follow->load);
    }
}

static int64_t polled(const struct pg_result *result, size_t column)
{
    return pg_rows(result) == 1 ? pg_int_at(result, 0, column) : 0;
}

static void poll_on_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct control *control = context;
    if (control->closing) {
        return;
    }
    if (failure != NULL) {
        chore_failed(&control->poll, "control_poll_failed", failure);
    } else {
        control->poll.logged_us = 0;
        control->unfolded = polled(results[0], 2) != 0;
        follow_look(&control->model, polled(results[0], 0));
        follow_look(&control->keys, polled(results[0], 1));
    }
    chore_done(&control->poll, control->options.poll_us);
}

static void control_on_notify(void *context, struct str channel, struct str payload)
{
    (void)channel; /* an empty one says that some may have been missed: look as well */
    (void)payload;
    struct control *control = context;
    chore_run(&control->poll);
}

static void control_on_refresh(void *context)
{
    struct control *control = context;
    size_t before = atomic_fetch_sub(&control->posts, 1);
    if (!control->closing) {
        chore_run(&control->poll);
    } else if (before == 1) {
        free(control);
    }
}

/* ---- keeping the house ---- */

static void fold_on_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct control *control = context;
    if (control->closing) {
        return;
    }
    if (failure != NULL) {
        chore_failed(&control->fold, "control_fold_failed", failure);
    } else {
        control->fold.logged_us = 0;
        control->unfolded = false; /* until the next poll says otherwise */
        control->folded_us = loop_now_us(control->loop);
    }
    control->fold.busy = false;
    loop_timer_start(&control->fold.timer, control->options.fold_us);
}

/* Folds when something was written since the last fold, and once a minute all the same, so that the bound on created_at
 * moves on. Counts are exact either way; folding only keeps them cheap. */
static void fold_on_timer(void *context)
{
    struct control *control = context;
    int64_t now_us = loop_now_us(control->loop);
    bool due = control->unfolded || now_us - control->folded_us > IDLE_FOLD_S * SECOND_US;
    if (pg_pool_ready(control->pool) && due) {
        chore_run(&control->fold);
    } else {
        loop_timer_start(&control->fold.timer, control->options.fold_us);
    }
}

static void drop_on_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct control *control = context;
    if (control->closing) {
        return;
    }
    if (failure != NULL) {
        chore_failed(&control->drop_partitions, "control_drop_partitions_failed", failure);
    }
    chore_done(&control->drop_partitions, 0);
}

/* Old ones are dropped only when new ones stand, and in a transaction of its own: one may fail without the other. */
static void make_on_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    (void)results;
    struct control *control = context;
    if (control->closing) {
        return;
    }
    if (failure != NULL) {
        chore_failed(&control->make_partitions, "control_make_partitions_failed", failure);
        chore_done(&control->make_partitions, RETRY_S * SECOND_US);
        return;
    }
    control->make_partitions.logged_us = 0;
    chore_done(&control->make_partitions, HOUR_S * SECOND_US);
    chore_run(&control->drop_partitions);
}

/* ---- from outside ---- */

static struct pg_pool *make_pool(struct control *control)
{
    struct pg_pool_options options = {
        .conninfo = control->options.conninfo,
        .name = "portti-control",
        .connections = 1,
        .max_queue = 16,
        .max_in_flight = 8,
        .max_prepared = 32,
        .wait_timeout_us = 5 * SECOND_US,
        .statement_timeout_ms = 30000,
        .watchdog_us = 60 * SECOND_US,
    };
    return pg_pool_new(control->loop, &options);
}

static void make_chores(struct control *control)
{
    int length = snprintf(control->retention_text, sizeof control->retention_text, "%lld",
                          (long long)control->options.retention_us);
    control->drop_param.value = str_of(control->retention_text, (size_t)length);
    control->drop_command = (struct pg_command){&drop_statement, &control->drop_param};
    chore_init(control, &control->poll, PG_READ, &poll_command, 1, poll_on_done);
    chore_init(control, &control->model.load, PG_READ, load_model_commands, LOAD_MODEL_COMMANDS, model_on_loaded);
    chore_init(control, &control->keys.load, PG_READ, load_keys_commands, LOAD_KEYS_COMMANDS, keys_on_loaded);
    chore_init(control, &control->fold, PG_WRITE, &fold_command, 1, fold_on_done);
    chore_init(control, &control->make_partitions, PG_WRITE, &make_command, 1, make_on_done);
    chore_init(control, &control->drop_partitions, PG_WRITE, &control->drop_command, 1, drop_on_done);
    loop_timer_release(&control->fold.timer);
    loop_timer_init(&control->fold.timer, control->loop, fold_on_timer, control);
    control->model.name = "model";
    control->keys.name = "keys";
}

struct control *control_new(struct loop *loop, const struct control_options *options)
{
    static const char *const channels[] = {"portti_model", "portti_keys"};
    struct control *control = xcalloc(1, sizeof *control);
    control->loop = loop;
    control->options = *options;
    control->unfolded = true;
    atomic_init(&control->posts, 0);
    make_chores(control);
    control->pool = make_pool(control);
    control->listener =
        pg_listener_new(loop, options->conninfo, channels, ARRAY_LEN(channels), control_on_notify, control);
    chore_run(&control->poll);
    chore_run(&control->make_partitions);
    loop_timer_start(&control->fold.timer, options->fold_us);
    return control;
}

void control_free(struct control *control)
{
    if (control == NULL) {
        return;
    }
    control->closing = true;
    pg_listener_free(control->listener);
    pg_pool_free(control->pool);
    struct chore *const chores[] = {
        &control->poll,       &control->fold,     &control->make_partitions, &control->drop_partitions,
        &control->model.load, &control->keys.load};
    for (size_t i = 0; i < ARRAY_LEN(chores); i++) {
        loop_timer_release(&chores[i]->timer);
    }
    catalogue_unref(control->catalogue);
    keyring_unref(control->keyring);
    /* A refresh that was posted still points here; the last of them frees. */
    if (atomic_load(&control->posts) == 0) {
        free(control);
    }
}

struct catalogue *control_catalogue(const struct control *control)
{
    return control == NULL ? NULL : control->catalogue;
}

void control_adopt(struct control *control, struct catalogue *catalogue)
{
    struct follow *model = &control->model;
    model->outrun = model->load.busy;
    model->loaded = catalogue->version;
    model->polled = catalogue->version;
    catalogue_unref(control->catalogue);
    control->catalogue = catalogue;
    control->options.on_catalogue(control->options.context, catalogue);
}

bool control_ready(const struct control *control)
{
    return control->catalogue != NULL && control->keyring != NULL;
}

void control_refresh(struct control *control)
{
    atomic_fetch_add(&control->posts, 1);
    loop_post(control->loop, control_on_refresh, control);
}
