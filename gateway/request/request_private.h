/* One request in flight. Internal to the room. */
#ifndef PORTTI_REQUEST_REQUEST_PRIVATE_H
#define PORTTI_REQUEST_REQUEST_PRIVATE_H

#include "gateway/execute/command.h"
#include "gateway/execute/write_event.h"
#include "gateway/request/request.h"
#include "gateway/views/piece.h"

enum { REQUEST_COMMANDS_MAX = 4, REQUEST_HEADERS_MAX = 16 };

struct graphql;
struct idempotency;

/* Something of a request that waits for a newer model than it was planned in, to be planned again. */
struct replan_wait {
    struct list link;
    unsigned times;
    const struct model *planned;
    /* The newer one is held until the request ends. NULL: none came, so the failure stands. */
    void (*on_model)(void *context, struct model *newer);
    void *context;
};

struct replan {
    bool begun;
    struct loop_timer timer;
    int64_t give_up_us;
    struct list waiting;
    struct arena *arena; /* of `pinned`: lasts as long as the request; NULL: the request's own */
    struct model **pinned;
    size_t count, capacity;
};

struct request {
    struct http_exchange *exchange;
    struct request_worker *worker;
    struct arena *arena;
    struct model *model; /* pinned until the end; NULL before the request gets that far */
    struct str id;
    int64_t started_us;
    struct uuid key_id; /* nil before authentication */
    struct record_actor actor;
    const struct role *role; /* borrowed from the pinned keyring */
    struct keyring *keyring; /* pinned */
    struct http_header headers[REQUEST_HEADERS_MAX];
    size_t header_count;
    struct operation operation; /* of REST over records: the one that this request is about */
    size_t row_count;           /* that its operation has brought one by one */
    struct pg_job job;          /* of handlers that need no operation */
    struct pg_command commands[REQUEST_COMMANDS_MAX];
    struct str content_type; /* of the answer; empty: JSON */
    uint64_t version;        /* of the stored row that is answered, for its entity tag; 0: none */
    int64_t queued_us;       /* of earlier jobs and operations: waiting for a connection, and in PostgreSQL */
    int64_t database_us;
    struct graphql *graphql;  /* NULL: the request is not GraphQL */
    const char *graphql_kind; /* of the last operation, for the log; NULL: none */
    struct str graphql_name;
    size_t graphql_fields;           /* of all operations, at their roots */
    bool not_kept;                   /* the answer is a failure that may be gone next time, whatever the status */
    struct idempotency *idempotency; /* NULL: the request has no key, or is not a write */
    struct replan replan;
    const struct rest_request *rest; /* of REST over records: what it is planned from */
    struct replan_wait again;
    struct pg_failure failure; /* while it waits */
    /*
     * Not NULL for a request within another one, which lends it arena, worker, model and role: what its handler answers
     * goes here, and not to the client. With `err`: it failed; without: the answer is in exchange->body. So GraphQL can
     * ask what REST has a handler for.
     */
    void (*on_inside)(struct request *inside, const struct err *err);
    void *inside_context;
};

/* idempotency.c */
/* Goes on with `next` when the request has no Idempotency-Key or is the first with it; else answers as the first was
 * answered, or refuses. Once, before a write begins. */
void idempotency_begin(struct request *request, void (*next)(struct request *request));
/*
 * The answer becomes part of the write's transaction: an operation's on_commit, whose context is the request. Writes
 * without this are remembered after their commit.
 */
size_t idempotency_on_commit(void *context, const struct plan_result *result, struct pg_command *out);
/* The same for an answer that is ready as text; its content type is the request's. */
size_t idempotency_remember(struct request *request, int status, struct str body, struct pg_command *out);
/* Called by request_finish: true when something must be written first; request_send follows then. */
bool idempotency_ends(struct request *request, int status);
/* The write's transaction found that it does not hold the key any more. */
bool idempotency_lost(const struct request *request, const struct pg_failure *failure);
void idempotency_refuse_in_use(struct request *request);

/* manners.c */
/* The answer as it stands goes out, dressed: entity tag, compression, timing. Ends the request. */
void request_send(struct request *request, int status);
/* If-Match: an operation's is_expected, whose context is the request. */
bool request_if_match(void *context, uint64_t version);
/* Is a word in Prefer (RFC 7240)? */
bool request_prefers(const struct request *request, struct str preference);
bool request_accepts_gzip(const struct request *request);
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
/* An id of a path; false when it is none and the request has been ended. */
MUST_CHECK bool request_parse_id(struct request *request, struct str text, struct uuid *out);
void request_fail_status(struct request *request, int status, const struct err *err);
/* From a failed operation, whose err has its code word. */
void request_fail_operation(struct request *request, const struct pg_failure *failure);
/* From a failed statement of the request's own. */
void request_fail_pg(struct request *request, const struct pg_failure *failure);

/* replan.c */
/* Did the statement meet a model that has moved? Then wait->on_model is called, later, with request->model the newer.
 */
bool request_replans(struct request *request, const struct pg_failure *failure, struct replan_wait *wait);
void replan_release(struct request *request);

/* graphql_http.c */
/* Writes the refusal, and says which status it has for this client. */
void graphql_put_refusal(struct request *request, int *status, const struct err *err);
void graphql_release(struct graphql *graphql);
void graphql_register_metrics(void);

/* Routing. */
/* Pins the catalogue and the keys, authenticates, takes from the rate; false when the request has been ended. */
MUST_CHECK bool request_identify(struct request *request);
/* For requests that outlast their key's rights: by the newest keys, who asks now. False with an err when the key is
 * none any more. */
MUST_CHECK bool request_follow_key(struct request *request, struct err *err);
/* JSON, or no content type at all; false when the request has been refused. */
MUST_CHECK bool request_body_is_json(struct request *request);
/* Content-Type without its parameters; empty when there is none. */
struct str request_media_type(const struct request *request);
/* What OPTIONS is answered with, CORS preflights too. */
void request_answer_options(struct request *request, struct str allow);
/* 405 */
void request_refuse_method(struct request *request, struct str allow);

/* Gives an operation all that it needs of the request but its plan and callbacks. */
void request_equip(const struct request *request, struct operation *operation);

/* /rest/{objects}/…: plan, policy, operation, envelope. */
void handle_records(struct request *request);
/* A list as NDJSON: the plan is PLAN_READ_MANY. */
bool export_wanted(const struct request *request);
void handle_export(struct request *request);
/* records.c: on_model of what is planned from request->rest. */
void records_plan_again(void *context, struct model *newer);
/* NDJSON lines into records: the plan is PLAN_CREATE, without inputs. */
void handle_import(struct request *request);
/* GET /rest/open-api/{name}; `known` tells whether the client has shown a valid key. */
void handle_docs(struct request *request, struct str name, bool known);
/* NULL is allowed. At the worker's end: whoever still waits for a document is turned away. */
void docs_free(struct docs *docs);
/* GET /rest/search. */
void handle_search(struct request *request);

struct webhook_action;

/* What a path under /rest/metadata (or an old alias) is about. */
struct settings_route {
    void (*handle)(struct request *request, const struct settings_route *route);
    struct str id_text; /* NULL ptr: the collection */
    bool token;         /* /rest/metadata/apiKeys/{id}/token */
    bool alias;
    const struct webhook_action *action; /* /rest/metadata/webhooks/{id}/{action} */
    struct str allow;                    /* for Allow */
    bool known;                          /* the path has the request's method */
    unsigned needs;                      /* enum settings_right */
    bool open;                           /* to every key: the handler asks for more where it must */
    enum piece_kind piece;               /* of pieces_route */
    bool secret;                         /* the answer shows a secret, which is not to be kept: no Idempotency-Key */
};
/* settings_rest.c: keys, roles and the workspace. False when the path is none of theirs. */
bool settings_route(const struct http_request *http, struct settings_route *out);
/* models.c: the same for objects and fields. */
bool models_route(const struct http_request *http, struct settings_route *out);
/* webhook_routes.c: the same for webhooks and their deliveries. */
bool webhooks_route(const struct http_request *http, struct settings_route *out);

/* pieces_rest.c: the same for views, page layouts and what is in them. */
bool pieces_route(const struct http_request *http, struct settings_route *out);

/* webhooks.c: /rest/metadata/webhooks[/{id}] and its old alias. */
void handle_webhooks(struct request *request, struct str id_text, bool alias);

/* For handlers that speak to PostgreSQL themselves: a statement made for this request alone, with its parameters. */
static inline struct pg_command request_command(struct request *request, struct sql sql, const struct pg_param *params)
{
    return command_of(request->arena, sql, params);
}

/* Wall clock, cut to the millisecond. */
static inline int64_t request_now_us(void)
{
    return write_now_us();
}

#endif
