/*
 * GraphQL over HTTP (the GraphQL-over-HTTP draft; contract graphql-core 3.1 and 4): what a request asks for, in which
 * media type it is answered, and how a refusal reads. Pure.
 */
#ifndef PORTTI_TRANSPORT_TRANSPORT_H
#define PORTTI_TRANSPORT_TRANSPORT_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include "gateway/graphql/error.h"
#include <stdbool.h>
#include <stddef.h>

enum transport_media {
    TRANSPORT_JSON,     /* application/json: 200 whatever the reply says, as older clients want it */
    TRANSPORT_RESPONSE, /* application/graphql-response+json: the status says whether there is data */
    TRANSPORT_EVENTS    /* text/event-stream: what subscriptions need */
};

/*
 * The media type to answer in. application/graphql-response+json is for those who name it, with a weight not below that
 * of application/json; so is text/event-stream. Wildcards and an absent header get application/json. False: the client
 * takes none of them (406).
 */
MUST_CHECK bool transport_accept(struct str accept, enum transport_media *out);
/* With its charset. */
struct str transport_content_type(enum transport_media media);
/* Is a body of this Content-Type JSON in UTF-8? */
bool transport_is_json(struct str content_type);

/* One operation that is asked for. */
struct transport_call {
    struct str query; /* NULL ptr: the persisted one */
    struct str operation_name;
    const struct json *variables; /* an object, or NULL */
    struct str persisted;         /* SHA-256 of the document (automatic persisted queries), or empty */
};

struct transport_calls {
    struct transport_call *items;
    size_t count;
    bool batch; /* asked for as a list, answered as one */
};

/* From a body: one call, or a list of 1 to `max_batch` (0: lists are refused). */
MUST_CHECK bool transport_read_body(struct arena *arena, struct str body, const struct json_limits *limits,
                                    size_t max_batch, struct transport_calls *out, struct err *err);
/* From the query of a GET. */
MUST_CHECK bool transport_read_query(struct arena *arena, struct str query, const struct json_limits *limits,
                                     struct transport_calls *out, struct err *err);

/* An entry of `errors`. */
struct transport_error {
    const struct err *err;
    const struct gql_location *location; /* NULL: none */
    struct str key;                      /* of the root field; NULL ptr: it is about the whole request */
    struct uuid conflict_id;             /* of the record that holds the value; nil: none */
    struct str conflict_object;          /* its object's name */
};
void transport_put_error(struct strbuf *out, const struct transport_error *error);
/* {"errors":[…]} of one, for what is refused as a whole. */
void transport_put_refusal(struct strbuf *out, const struct err *err);
/*
 * One reply as a server-sent event (the "distinct connections mode" of graphql-sse's protocol): JSON without newlines
 * goes between begin and end. `id`: what the client may resume from; empty: nothing.
 */
void transport_begin_next(struct strbuf *out, struct str id);
void transport_end_next(struct strbuf *out);
void transport_put_complete(struct strbuf *out);
/* A comment, so that nobody on the way takes the connection for dead. */
void transport_put_heartbeat(struct strbuf *out);

/* "BAD_USER_INPUT" and the like. */
const char *transport_error_code(const struct err *err);

#endif
