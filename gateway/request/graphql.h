/*
 * The GraphQL front end: what an endpoint is, and how it resolves root fields. Everything else (HTTP, caches, guards,
 * scheduling, errors, the reply) is the same for all endpoints and is done in graphql_http.c and graphql_call.c.
 * Internal to the room.
 *
 * A new endpoint is a schema and a resolver: fill a struct graphql_endpoint in a file of its own, and add it to
 * graphql_endpoints in graphql_schema.c.
 */
#ifndef PORTTI_REQUEST_GRAPHQL_H
#define PORTTI_REQUEST_GRAPHQL_H

#include "gateway/graphql/prepare.h"
#include "gateway/request/graphql_schema.h"
#include "gateway/request/request_private.h"
#include "gateway/transport/document_cache.h"
#include "gateway/transport/transport.h"

struct graphql_call;

/* One root field of an operation, while it is resolved. */
struct graphql_field {
    struct graphql_call *call;
    struct request *request; /* arena, worker, pinned model, role */
    const struct gql_selected *selected;
    int64_t deadline_us; /* loop time: begin nothing after it */
    bool mutation;
    struct strbuf *out; /* the value goes here, as JSON */

    /* Told with a failure, where it is known: */
    const struct gql_selected *fault; /* a nested field that is to blame */
    struct uuid conflict_id;          /* the record that holds a value that was to be unique */
    struct str conflict_object;       /* its object's name */
    struct str report;                /* an entry of `errors` that is ready: it takes the place of *err */

    struct model *model; /* that it was selected in */

    /* graphql_call.c's. */
    struct strbuf own;
    size_t begin; /* of the value, in *out */
    bool failed;
    struct err err;
    struct replan_wait again;
};

struct graphql_endpoint {
    const char *path; /* "/graphql" */
    /* The schema, in `arena`; it may borrow from the catalogue, which is held as long. Called for every catalogue. */
    const struct gql_schema *(*build)(struct arena *arena, const struct catalogue *catalogue, struct err *err);
    /*
     * Resolves one root field: appends its value to field->out and calls graphql_field_done, or graphql_field_fail,
     * exactly once, at once or later. Never called for __typename, introspection, or a field whose arguments do not
     * fit. Fields of a query are resolved at the same time, those of a mutation one after the other.
     */
    void (*resolve)(struct graphql_field *field);
    bool needs_login; /* a request without a token is UNAUTHENTICATED (contract/metadata 2.5), and not FORBIDDEN */
};

extern const struct graphql_endpoint graphql_core;     /* graphql_core.c: the records API */
extern const struct graphql_endpoint graphql_metadata; /* graphql_metadata.c: the model and settings */

extern const struct graphql_endpoint *const graphql_endpoints[];

/* The value is written. Nothing may touch the field afterwards. */
void graphql_field_done(struct graphql_field *field);
/* The field is null, and *err is why; what was written to field->out is taken back. */
void graphql_field_fail(struct graphql_field *field, const struct err *err);
/* Did a statement of the field meet a model that has moved? Then the field is resolved once more, later, as it is
 * selected in the newer one; nothing else may touch it now. */
bool graphql_field_replans(struct graphql_field *field, const struct pg_failure *failure);
/*
 * The whole reply, if the call is answered by this one field with this value: what an Idempotency-Key remembers within
 * the write's transaction. Empty when there are more fields, or no key.
 */
struct str graphql_reply_of(const struct graphql_field *field, struct str value);

void handle_graphql(struct request *request, size_t endpoint);

/* ---- between graphql_http.c and graphql_call.c ---- */

/* One HTTP request. */
struct graphql {
    struct request *request;
    size_t endpoint;
    enum transport_media media;
    struct transport_calls asked;
    size_t at; /* the call that is executed */
    struct graphql_call *call;
    struct schema_set *schemas;
    int64_t deadline_us;
    bool may_introspect;
    int status; /* of a single call */
};

/* graphql_again.c: the call's document in a newer model. */
struct graphql_again;
/* Selections in the order of the first; NULL, with the reason, when it does not fit any more. The list holds what they
 * need. */
const struct gql_prepared *graphql_prepare_again(struct graphql *graphql, struct graphql_again **list,
                                                 const struct transport_call *asked, struct str source,
                                                 struct err *err);
void graphql_again_release(struct request *request, struct graphql_again **list);

/* Executes the call at graphql->at, appends its reply to the body, then calls graphql_call_ended. */
void graphql_call_start(struct graphql *graphql);
void graphql_call_ended(struct graphql *graphql);
/* What it holds; doing so twice is harmless. */
void graphql_call_release(struct graphql_call *call);

#endif
