/* Inside this room: one change at a time, as a walk through states. */
#ifndef PORTTI_REMODEL_REMODEL_PRIVATE_H
#define PORTTI_REMODEL_REMODEL_PRIVATE_H

#include "common/pg/pg.h"
#include "gateway/remodel/remodel.h"

/* The key of the advisory lock that model changes hold, for the session. */
#define MODEL_LOCK "7077004"

enum remodel_state {
    REMODEL_IDLE,
    REMODEL_OPENING,    /* waits for the connection */
    REMODEL_LOOKING,    /* the lock, the version, large tables, unfinished work */
    REMODEL_TIDYING,    /* runs what another gateway left behind */
    REMODEL_FIRST,      /* columns that nobody sees yet */
    REMODEL_APART,      /* indexes, outside a transaction */
    REMODEL_CHANGING,   /* the transaction */
    REMODEL_UNDOING,    /* takes back what was made first and apart */
    REMODEL_PUBLISHING, /* all workers get the new model */
    REMODEL_FINISHING,  /* what comes after the commit */
    REMODEL_LEAVING     /* gives the lock back */
};

struct remodel {
    struct loop *loop;
    struct remodel_options options;
    struct pg_pool *pool;
    enum remodel_state state;
    struct list queue;
    size_t queued;
    struct remodel_job *job;    /* that is being worked at; its caller may have been answered: then `own` */
    struct remodel_job tidying; /* without operations: to look for what was left behind */
    struct loop_timer timer;    /* a pause before the next attempt */
    void (*again)(struct remodel *remodel);
    struct pg_session_request session_request;
    struct pg_session *session;
    struct pg_job pg;
    bool closing;

    /* Of the change. */
    struct arena arena; /* steps and statements; outlives the caller's answer */
    int64_t deadline_us;
    unsigned attempts;
    struct arena plan_arena; /* of the draft, which is as large as the model: only until the steps are made */
    struct catalogue *after;
    struct change_steps steps;
    struct map large;
    size_t step;       /* of `apart`, `undo` or `later` */
    int64_t work_id;   /* our row in core.model_work; 0: none */
    size_t version_at; /* places of results */
    size_t work_at;
    struct pg_failure failure; /* why it is being undone */
    struct str alone;          /* the statement that runs outside a transaction */
    void (*alone_done)(struct remodel *remodel, const struct pg_failure *failure);

    struct str *left; /* statements that were left behind */
    size_t left_count;
    int64_t left_id;
};

/* ---- remodel.c ---- */

void remodel_enter(struct remodel *remodel, enum remodel_state state);
/* Calls `again` after a pause of between `least_us` and three times that. */
void remodel_pause(struct remodel *remodel, int64_t least_us, void (*again)(struct remodel *remodel));
/* Tells the caller, once. Afterwards the job is not touched any more. */
void remodel_answer(struct remodel *remodel);
void remodel_fail(struct remodel *remodel, enum err_code code, const char *tag, const char *sentence);
/* Gives lock and connection back, and goes on with the next. */
void remodel_leave(struct remodel *remodel);
void remodel_look(struct remodel *remodel);

/* ---- remodel_run.c ---- */

/* Plans the job against the newest model, and begins to carry it out. */
void remodel_begin(struct remodel *remodel);
/* Runs the statements that were left behind, then looks again. */
void remodel_tidy(struct remodel *remodel);

/* ---- remodel_sql.c ---- */

typedef void (*remodel_on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure);

/* Commands gathered for one round trip. */
struct batch {
    struct remodel *remodel;
    struct pg_command *commands;
    size_t count;
    size_t capacity;
};
struct batch batch_new(struct remodel *remodel, size_t capacity);
/* Returns its place. */
size_t batch_add(struct batch *batch, struct str sql);
size_t batch_add_text(struct batch *batch, struct str sql, struct str param);
void batch_run(struct batch *batch, remodel_on_done on_done);
/* One statement outside a transaction: what locks a table gives way and tries again, what builds an index takes its
 * time. */
void run_alone(struct remodel *remodel, struct str sql,
               void (*done)(struct remodel *remodel, const struct pg_failure *failure));
/* A list of statements as a JSON array. */
struct str statements_json(struct remodel *remodel, const struct ddl *ddl);
/* The sentence for a statement that PostgreSQL refused. */
void explain_failure(const struct remodel *remodel, const struct pg_failure *failure, struct err *out);
bool failure_passes(const struct pg_failure *failure);
int64_t result_int8(const struct pg_result *result);

#endif
