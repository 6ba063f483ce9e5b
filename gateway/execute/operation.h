/*
 * The execution of one plan that policy has let through, whatever protocol asked for it. An operation belongs to one
 * worker's thread and ends exactly once, by calling `on_done`. Many may be under way for one request; each has its own
 * outcome.
 */
#ifndef PORTTI_EXECUTE_OPERATION_H
#define PORTTI_EXECUTE_OPERATION_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/loop/loop.h"
#include "common/pg/pg.h"
#include "gateway/events/events.h"
#include "gateway/execute/model.h"
#include "gateway/plan/plan.h"
#include "gateway/plan/result.h"
#include "gateway/record/record_input.h"
#include <stdbool.h>

/* What all operations of a worker share. */
struct executor {
    struct loop *loop;
    struct pg_pool *fast; /* pipelined: reads and creates */
    struct pg_pool *slow; /* exclusive: transactions that think, and what no index answers */
    struct events *events;
    size_t max_mutation; /* records that one write by a filter may be about */
    size_t max_cascade;  /* records that one destroy may take along or clear, or a merge re-point */
    int64_t wait_us;     /* the pools' own: for a connection */
};

enum { OPERATION_COMMANDS_MAX = 4 };

struct change;
struct write_set;

struct operation {
    /* Set by the caller; what they point to lives until on_done. */
    const struct executor *executor;
    struct arena *arena; /* grows until on_done */
    struct model *model;
    struct plan plan; /* its inputs are completed in place */
    struct record_actor actor;
    struct str id;       /* the request's, for the log */
    int64_t deadline_us; /* loop time: nothing is begun after it, nothing waits longer for a connection, and what the
                          * database is doing then is cancelled; 0: none */
    bool versioned;      /* READ_ONE tells plan_result.version */
    void *context;       /* of the callbacks */
    /*
     * The end. Either a result, which is valid until the callback returns, or a failure, whose `err` has the wire's
     * code word. It may come before operation_execute returns. Nothing touches the operation afterwards.
     */
    void (*on_done)(void *context, const struct plan_result *result, const struct pg_failure *failure);
    /* READ_MANY without relations: gets the rows one by one, in order, before on_done, each valid during the call, so
     * that a page need not be held. NULL: they come with the result. */
    void (*on_row)(void *context, const struct value *values);
    /* Before a write commits: may add one command to its transaction, which sees what on_done will get, but without
     * relations. Returns how many it wrote to `*out`: 0 or 1. NULL: no need. */
    size_t (*on_commit)(void *context, const struct plan_result *result, struct pg_command *out);
    /* A write that is about one record has locked it: is this version (plan_result.version) the one that is meant?
     * If not, it fails with tag PRECONDITION_FAILED. NULL: any. */
    bool (*is_expected)(void *context, uint64_t version);

    /* Told at the end: waiting for connections, and in PostgreSQL. */
    int64_t queued_us;
    int64_t database_us;
    struct uuid conflict_id; /* of a create that was refused: the record that holds the value; nil: not known */

    /* The room's. */
    struct pg_job job;
    struct pg_command commands[OPERATION_COMMANDS_MAX];
    struct pg_session_request session_request;
    struct pg_session *session;
    struct change *along; /* what is created along with the plan's own records */
    size_t along_count;
    struct write_set *writes; /* of a transaction that thinks; NULL otherwise */
    void *work;               /* what an execution keeps between its steps */
    struct plan_result result;
};

/* Looks up what the plan's inputs connect to, then does what the plan says. */
void operation_execute(struct operation *operation);
/* Ends with these records, after fetching what relations the plan's selection asks for of them. `rows` are by the
 * object's columns and live until on_done. */
void operation_complete(struct operation *operation, struct value **rows, size_t count);

/* For failures that PostgreSQL told: the wire's code word. */
const char *failure_tag(const struct pg_failure *failure);
/* A row holds something that is not of its field's type. */
extern const struct pg_failure foreign_value;
/* Did the statement meet tables that are not those of its catalogue? Nothing was done then, and it can be planned anew.
 */
bool failure_is_stale(const struct pg_failure *failure);
/* The same, if the model is known to have changed: a value that was not needed, or not given, when it was planned. */
bool failure_may_be_stale(const struct pg_failure *failure);
/* Tells the log what went wrong with a statement; refusals of what the client sent are no news. */
void failure_log(const struct pg_failure *failure, struct str request_id);

#endif
