/*
 * PostgreSQL on the loop, over libpq 15 (whose headers stay in this room), always in pipeline mode.
 *
 * A job is one or more prepared statements that are sent together and answered together. Jobs come in two kinds:
 *  - PG_READ: may share a pipeline segment with other reads on the connection. When a stranger's statement fails in the
 *    segment, the read is sent again, once, alone; nobody sees a neighbour's failure.
 *  - PG_WRITE: a segment of its own, with a sync before and after, so it is one atomic implicit transaction. It is sent
 *    once and never again: a connection lost after sending answers ERR_UNAVAILABLE with `outcome_unknown`.
 * A pool hands jobs to its connections (the one with the least outstanding cost). Transactions that must think between
 * statements (BEGIN … think … COMMIT) hold a connection: pg_session. Outside sessions no statement may begin or end a
 * transaction: a write is atomic by itself, and may be sent again when PostgreSQL rolled it back for a stale plan.
 *
 * The program must ignore SIGPIPE. A name as host is resolved with the loop standing still: prefer an address or a
 * socket where that matters.
 */
#ifndef PORTTI_PG_PG_H
#define PORTTI_PG_PG_H

#include "common/base/err.h"
#include "common/base/str.h"
#include "common/loop/loop.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PostgreSQL's built-in type OIDs (catalog pg_type), those that we use. */
enum pg_oid {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT8 = 701,
    PG_DATE = 1082,
    PG_TIMESTAMPTZ = 1184,
    PG_NUMERIC = 1700,
    PG_UUID = 2950,
    PG_JSONB = 3802,
    PG_TEXT_ARRAY = 1009,
    PG_UUID_ARRAY = 2951,
    PG_INT8_ARRAY = 1016,
    PG_FLOAT8_ARRAY = 1022,
    PG_BOOL_ARRAY = 1000,
    PG_DATE_ARRAY = 1182,
    PG_TIMESTAMPTZ_ARRAY = 1185,
    PG_NUMERIC_ARRAY = 1231,
    PG_JSONB_ARRAY = 3807
};

/*
 * A statement: its text is its identity. `sql` must stay valid until the job that carries it is done (the connection
 * keeps a copy of its own). Statements are prepared per connection on first use and kept under an LRU cap.
 */
struct pg_statement {
    struct str sql;
    const uint32_t *param_types; /* enum pg_oid */
    size_t param_count;
    bool once; /* not worth keeping prepared: use the unnamed statement */
};

/* A parameter in text format, not NUL-terminated; `null` wins. */
struct pg_param {
    struct str value;
    bool null;
};

struct pg_command {
    const struct pg_statement *statement;
    const struct pg_param *params;
};

/* One statement's result; owned by the pg room, valid during the callback only. Values are in binary format. */
struct pg_result;
size_t pg_rows(const struct pg_result *result);
size_t pg_columns(const struct pg_result *result);
/* False for NULL; `*out` is then empty. */
bool pg_value(const struct pg_result *result, size_t row, size_t column, struct str *out);
/* The column's type, an OID. */
uint32_t pg_column_type(const struct pg_result *result, size_t column);
/* Rows that an INSERT, UPDATE or DELETE without RETURNING touched. */
uint64_t pg_affected(const struct pg_result *result);
/* Decoders of binary values, for callers outside the record path. The value must be of that type. */
int64_t pg_get_int8(struct str value); /* int2, int4, int8 by length */
bool pg_get_bool(struct str value);
double pg_get_float8(struct str value); /* 0 when it is none */
/* Microseconds since 1970. */
int64_t pg_get_timestamptz(struct str value);
/* A column's value, decoded; NULL is the empty text, 0, false, nil. */
struct str pg_text_at(const struct pg_result *result, size_t row, size_t column);
int64_t pg_int_at(const struct pg_result *result, size_t row, size_t column);
bool pg_bool_at(const struct pg_result *result, size_t row, size_t column);
int64_t pg_time_at(const struct pg_result *result, size_t row, size_t column);
struct uuid pg_uuid_at(const struct pg_result *result, size_t row, size_t column);

struct pg_failure {
    struct err err;      /* code and a sentence fit for a client */
    char sqlstate[6];    /* "" when it did not come from the server */
    char constraint[64]; /* name of the broken constraint, or "" */
    char column[64];
    char detail[256];     /* the server's message, for the log only */
    size_t command;       /* index of the statement that failed */
    bool outcome_unknown; /* a write was sent and its answer never came */
};

enum pg_job_kind { PG_READ, PG_WRITE };

struct pg_job {
    enum pg_job_kind kind;
    const struct pg_command *commands;
    size_t command_count;
    int64_t deadline_us; /* loop time; not sent by then: ERR_UNAVAILABLE. 0 = the pool's default wait */
    int64_t cancel_us; /* loop time; not answered by then: the server is told to stop it, and it fails with ERR_TIMEOUT;
                        * nothing of a write is kept. 0 = never */
    unsigned cost;     /* a guess, such as the rows asked for; 0 counts as 1 */
    /* Called once, from the loop, never from within pg_submit. `failure` is NULL on success; results then has one per
     * command. The job and all that it points to must live until then. */
    void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure);
    void *context;
    /* Loop time, told at the answer: when it was handed over, when it was sent last (0: never), when it was answered.
     */
    int64_t submitted_us;
    int64_t sent_us;
    int64_t done_us;
    /* The rest is the pg room's. */
    struct list link;
    void *room[6];
};

struct pg_pool;

struct pg_pool_options {
    const char *conninfo; /* libpq URL or keywords; never logged */
    const char *name;     /* application_name, and the name in logs and metrics: "portti-fast" */
    size_t connections;
    bool exclusive;          /* for sessions and slow jobs: one job or session at a time on a connection */
    size_t max_queue;        /* jobs waiting for a connection; more answer ERR_UNAVAILABLE at once */
    size_t max_in_flight;    /* jobs sent and unanswered per connection (not exclusive) */
    size_t max_prepared;     /* statements kept prepared per connection; 0 = none (for transaction poolers) */
    int64_t wait_timeout_us; /* the default for jobs without a deadline */
    int64_t statement_timeout_ms;
    const char *settings; /* more of PostgreSQL's settings for each connection, "-c name=value …"; NULL: none */
    int64_t watchdog_us;  /* the oldest unanswered job is older than this: reset the connection */
};

/* Connects in the background, reconnects with back-off (50 ms to 2 s, jitter). On every connection: TimeZone UTC,
 * search_path '', statement_timeout, client_encoding UTF8, standard_conforming_strings on. */
struct pg_pool *pg_pool_new(struct loop *loop, const struct pg_pool_options *options);
/* Fails what is queued (ERR_UNAVAILABLE), closes the connections; calls back meanwhile, except from a callback of this
 * pool, after which it happens. Nothing may be submitted any more. */
void pg_pool_free(struct pg_pool *pool);
/* Is at least one connection up? */
bool pg_pool_ready(const struct pg_pool *pool);
void pg_submit(struct pg_pool *pool, struct pg_job *job);
/* Calls back once, when the pool becomes ready (at once, from the loop, if it is). */
void pg_pool_on_ready(struct pg_pool *pool, loop_callback callback, void *context);

/*
 * A session holds one connection of an exclusive pool. `on_ready` gets NULL and a failure when none came free in time.
 * pg_session_run sends one job (its statements may be BEGIN, COMMIT and so on) and answers it before the next may be
 * sent; after a failure the transaction is rolled back when the session ends. pg_session_end gives the connection back,
 * in a clean state, from any callback; a job that is on its way is still answered. What outlives a transaction (SET
 * without LOCAL, temporary tables, advisory locks) is not undone. A session whose connection was lost answers every
 * further job with ERR_UNAVAILABLE, and must be ended all the same, also after its pool was freed. A transaction that
 * is left idle for a minute is ended by PostgreSQL.
 */
struct pg_session;
struct pg_session_request {
    int64_t deadline_us;
    void (*on_ready)(void *context, struct pg_session *session, const struct pg_failure *failure);
    void *context;
    struct list link;
    void *room[3];
};
void pg_session_open(struct pg_pool *pool, struct pg_session_request *request);
void pg_session_run(struct pg_session *session, struct pg_job *job);
void pg_session_end(struct pg_session *session);

/* LISTEN on a connection of its own. `on_notify` is also called with an empty channel each time the connection has been
 * (re)made, since notifications may have been missed. */
struct pg_listener;
struct pg_listener *pg_listener_new(struct loop *loop, const char *conninfo, const char *const *channels,
                                    size_t channel_count,
                                    void (*on_notify)(void *context, struct str channel, struct str payload),
                                    void *context);
void pg_listener_free(struct pg_listener *listener);

struct pg_pool_stats {
    uint64_t jobs;
    uint64_t failed;
    uint64_t retried;
    uint64_t flushes;
    uint64_t prepares;
    uint64_t connects;
    uint64_t cancels;
    size_t connections_up;
    size_t in_flight;
    size_t queued;
};
void pg_pool_stats(const struct pg_pool *pool, struct pg_pool_stats *out);

#endif
