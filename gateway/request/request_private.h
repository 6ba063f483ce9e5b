/* One request in flight. Internal to the room. */
#ifndef PORTTI_REQUEST_REQUEST_PRIVATE_H
#define PORTTI_REQUEST_REQUEST_PRIVATE_H

#include "common/event/event.h"
#include "gateway/plan/result.h"
#include "gateway/request/model.h"
#include "gateway/request/request.h"

enum { REQUEST_COMMANDS_MAX = 4, REQUEST_HEADERS_MAX = 16 };

struct idempotency;
struct write_set;

struct request {
    struct http_exchange *exchange;
    struct request_worker *worker;
    struct arena *arena;
    struct model *model; /* pinned until the end; NULL before the request gets that far */
    struct plan plan;
    struct str id;
    int64_t started_us;
    struct uuid key_id; /* nil before authentication */
    struct record_actor actor;
    const struct role *role; /* borrowed from the pinned keyring */
    struct keyring *keyring; /* pinned */
    struct http_header headers[REQUEST_HEADERS_MAX];
    size_t header_count;
    struct pg_job job;
    struct pg_command commands[REQUEST_COMMANDS_MAX];
    struct pg_session_request session_request;
    struct pg_session *session;
    struct write_set *writes; /* of a transaction that thinks; NULL otherwise */
    void *work;               /* what the execution keeps between its steps */
    struct record_set answer; /* of a read or a write, while its relations are fetched */
    struct str content_type;  /* of the answer; empty: JSON */
    uint64_t version;         /* of the stored row that is answered, for its entity tag; 0: none */
    int64_t queued_us;        /* of earlier jobs and sessions: waiting for a connection, and in PostgreSQL */
    int64_t database_us;
    struct idempotency *idempotency; /* NULL: the request has no key, or is not a write */
};

/* idempotency.c */
/* Goes on with `next` when the request has no Idempotency-Key or is the first with it; else answers as the first was
 * answered, or refuses. Once, before a write begins. */
void idempotency_begin(struct request *request, void (*next)(struct request *request));
/*
 * The answer becomes part of the write's transaction: writes one command to `*out`, to stand before COMMIT or, where
 * there is none, last, and returns 1; or returns 0 when the request has no key. `rows` are the records that will be
 * answered, whole or by their ids alone. Writes without this call are remembered after their commit.
 */
size_t idempotency_remember(struct request *request, struct value *const *rows, size_t count, bool ids_only,
                            struct pg_command *out);
/* Called by request_finish: true when something must be written first; request_send follows then. */
bool idempotency_ends(struct request *request, int status);
/* The write's transaction found that it does not hold the key any more. */
bool idempotency_lost(const struct request *request, const struct pg_failure *failure);
void idempotency_refuse_in_use(struct request *request);

/* manners.c */
/* The answer as it stands goes out, dressed: entity tag, compression, timing. Ends the request. */
void request_send(struct request *request, int status);
/* Of row 0, whose columns are the object's. */
uint64_t request_row_version(const struct object *object, const struct pg_result *result);
/* If-Match against the locked rows of a write that is about one record; false when the request has been ended. */
MUST_CHECK bool request_if_match(struct request *request, const struct pg_result *locked);
/* Is a word in Prefer (RFC 7240)? */
bool request_prefers(const struct request *request, struct str preference);
/* Does the client want errors as application/problem+json? */
bool request_wants_problem(const struct request *request);
/* Adds a job's times to the request's, before the job is used again. */
void request_note_job(struct request *request, const struct pg_job *job);
/* The log line, the metrics and the release of what the request holds: for answers that do not go through
 * request_send. */
void request_observe(struct request *request, int status, size_t bytes);
void request_release(struct request *request);

/* Text must be static or live in the request's arena. */
void request_add_header(struct request *request, const char *name, struct str value);
/* Ends the request with the body that was written, or with an error. Nothing may touch the request afterwards. */
void request_finish(struct request *request, int status);
void request_fail(struct request *request, const struct err *err);
void request_fail_status(struct request *request, int status, const struct err *err);
/* From a failed statement. */
void request_fail_pg(struct request *request, const struct pg_failure *failure);
/* The wire's code word for it. */
const char *request_failure_tag(const struct pg_failure *failure);
/* Fails with "Record not found". */
void request_not_found(struct request *request);

/* The same, naming which of the plan's ids it was. */
void request_target_missing(struct request *request, size_t index);

/* Execution of a plan that policy has let through; each ends the request. */
void execute_read(struct request *request);
void execute_group(struct request *request);
void execute_create(struct request *request);
void execute_change(struct request *request); /* update, soft delete, restore */
void execute_destroy(struct request *request);
void execute_upsert(struct request *request);
void execute_duplicates(struct request *request);
void execute_merge(struct request *request);
/* Looks up the records that the plan's inputs connect to and sets their join columns, then calls `next`. At once when
 * there are none. */
void connect_resolve(struct request *request, void (*next)(struct request *request));

/* A list as NDJSON: the plan is PLAN_READ_MANY. */
bool export_wanted(const struct request *request);
void execute_export(struct request *request);
/* NDJSON lines into records: the plan is PLAN_CREATE, without inputs. */
void execute_import(struct request *request);
/* GET /rest/search. */
void handle_search(struct request *request);

/* /rest/metadata/webhooks[/{id}] and its old alias. */
void handle_webhooks(struct request *request, struct str id_text, bool alias);
/* /rest/metadata/webhooks/{id}/{action} */
struct webhook_action;
/* NULL when there is none of that name. */
const struct webhook_action *webhook_action_find(struct str name);
/* "POST, OPTIONS" and the like. */
struct str webhook_action_allows(const struct webhook_action *action);
void handle_webhook_action(struct request *request, struct str id_text, const struct webhook_action *action);
/* /rest/metadata/webhookDeliveries[/{id}], and with POST /rest/metadata/webhookDeliveries/{id}/resend */
void handle_deliveries(struct request *request, struct str id_text);

/* A row into values that outlive the result. False when a column is not what the catalogue says: fail the request with
 * request_foreign_value then. */
extern const struct pg_failure request_foreign_value;
MUST_CHECK bool request_kept_row(struct request *request, const struct object *object, const struct pg_result *result,
                                 size_t row, struct value *values);
/* The answer with records (one, or a list when the plan is a batch), fetching their relations first. */
void request_answer_records(struct request *request, struct value **rows, size_t count);

/* A statement made for this request alone, with its parameters. */
struct pg_command request_command(struct request *request, struct sql sql, const struct pg_param *params);
/* The same for one that brought its parameters. */
struct pg_command request_bound(struct request *request, struct sql_bound bound);
struct pg_param param_text(struct str text);
struct pg_param param_value(struct arena *arena, const struct value *value);
struct pg_param param_uuid(struct arena *arena, const struct uuid *uuid);
struct pg_param param_int(struct arena *arena, int64_t value);
struct pg_param param_null(void);
/* "{uuid,uuid}" */
struct pg_param param_uuids(struct arena *arena, const struct uuid *ids, size_t count);

/* Events of one write, gathered, then bound as the outbox's statement. */
struct change {
    const struct object *object;
    enum event_action action;
    const struct value *values; /* what the record's JSON is made of: after; before for destroyed */
    const bool *changed;        /* by column, or NULL: named in updatedFields */
    int delta;                  /* of the live count */
};
/* Events of `changes`, with fresh ids and `now_us`, in the arena. */
struct event *request_events(struct request *request, const struct change *changes, size_t count, int64_t now_us);
/* The insert of created records: the values of `changes`, which are all the object's. */
struct pg_command request_insert(struct request *request, const struct object *object, const struct change *changes,
                                 size_t count);
/* The outbox's insert for them. */
struct pg_command request_outbox(struct request *request, const struct event *events, const struct change *changes,
                                 size_t count);
/* Takes the sequence numbers from the outbox's RETURNING and publishes. After the commit. */
void request_publish(struct request *request, struct event *events, size_t count, const struct pg_result *sequences);
/* Wall clock, cut to the millisecond: what a write stamps. */
int64_t request_now_us(void);

/* Transactions that think. */
/* Opens a session; `on_begun` runs the first statements on it. Without a connection in time the request fails. */
void session_start(struct request *request, void (*on_begun)(struct request *request));
/* Runs commands on the session; they live until the answer. */
void session_run(struct request *request, const struct pg_command *commands, size_t count,
                 void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
                 void *context);
/* Gives the connection back, if there is one; an open transaction is rolled back. The end of a request does it too. */
void session_close(struct request *request);

#endif
