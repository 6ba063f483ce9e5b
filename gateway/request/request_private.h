/* One request in flight. Internal to the room. */
#ifndef PORTTI_REQUEST_REQUEST_PRIVATE_H
#define PORTTI_REQUEST_REQUEST_PRIVATE_H

#include "common/event/event.h"
#include "gateway/plan/plan.h"
#include "gateway/request/model.h"
#include "gateway/request/request.h"

enum { REQUEST_COMMANDS_MAX = 4, REQUEST_HEADERS_MAX = 12 };

struct record_links;

/* Records of one object together with what their plan's relations bring: see record_set.h. */
struct record_set {
    const struct object *object;
    const struct plan_selection *selection;
    struct value **rows; /* each by object->columns */
    size_t count;
    struct record_links *links; /* one for each of the selection's relations, once fetched */
};

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
    struct record_set answer; /* of a read or a write, while its relations are fetched */
};

/* Text must be static or live in the request's arena. */
void request_add_header(struct request *request, const char *name, struct str value);
/* Ends the request with the body that was written, or with an error. Nothing may touch the request afterwards. */
void request_finish(struct request *request, int status);
void request_fail(struct request *request, const struct err *err);
void request_fail_status(struct request *request, int status, const struct err *err);
/* From a failed statement. */
void request_fail_pg(struct request *request, const struct pg_failure *failure);
/* Fails with "Record not found". */
void request_not_found(struct request *request);

/* Execution of a plan that policy has let through; each ends the request. */
void execute_read(struct request *request);
void execute_group(struct request *request);
void execute_create(struct request *request);
void execute_change(struct request *request); /* update, soft delete, restore */
void execute_destroy(struct request *request);

/* /rest/metadata/webhooks[/{id}] and its old alias. */
void handle_webhooks(struct request *request, struct str id_text, bool alias);

/* A row into values that outlive the result. False when a column is not what the catalogue says: fail the request with
 * request_foreign_value then. */
extern const struct pg_failure request_foreign_value;
MUST_CHECK bool request_kept_row(struct request *request, const struct object *object, const struct pg_result *result,
                                 size_t row, struct value *values);
/* The answer with records (one, or a list when the plan is a batch), fetching their relations first. */
void request_answer_records(struct request *request, struct value **rows, size_t count);
/* The same from JSON that was made for the event, when the whole record was asked for. */
void request_answer_json(struct request *request, struct str record);

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
