/*
 * The REST front end over records (contract: rest-core): path, query and body into a plan; results into envelopes;
 * errors into bodies. Pure.
 */
#ifndef PORTTI_REST_REST_H
#define PORTTI_REST_REST_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/plan/plan.h"
#include "gateway/plan/result.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rest_method { REST_GET, REST_POST, REST_PATCH, REST_DELETE, REST_OTHER };

enum rest_action {
    REST_FIND_MANY,
    REST_FIND_ONE,
    REST_CREATE_ONE,
    REST_CREATE_MANY,
    REST_UPDATE_ONE,
    REST_UPDATE_MANY, /* by filter */
    REST_UPDATE_LIST, /* by a list of ids, each with its own values */
    REST_DELETE_ONE,
    REST_DELETE_MANY,
    REST_DELETE_LIST,
    REST_RESTORE_ONE,
    REST_RESTORE_MANY,
    REST_RESTORE_LIST,
    REST_FIND_DUPLICATES,
    REST_MERGE,
    REST_GROUP_BY
};

struct rest_route {
    enum rest_action action;
    struct str plural;  /* decoded */
    struct str id_text; /* decoded; empty when the route has none */
};

enum rest_routing { REST_ROUTED, REST_BAD_PATH, REST_BAD_METHOD };

/*
 * `path` starts with "/rest". On REST_BAD_PATH `*err` is filled; on REST_BAD_METHOD `*allow` names the methods that the
 * path has, for the Allow header, and `*err` is filled. A HEAD request comes here as REST_GET, a PUT as REST_PATCH.
 */
enum rest_routing rest_route(struct arena *arena, enum rest_method method, struct str path, struct rest_route *out,
                             struct str *allow, struct err *err);

struct rest_limits {
    size_t page_size_default;
    size_t page_size_max;
    size_t max_batch;
    size_t max_merge;
    size_t max_depth; /* 1, or 2 where the operator allows it */
    size_t relation_limit;
    size_t max_json_depth;
    size_t max_json_nodes;
};

struct rest_request {
    struct rest_route route;
    struct str query;
    struct str body;
    bool streamed; /* a list that is not held: `limit` may be "all" or any number, and "all" is the default */
    bool lines;    /* an import's body is NDJSON: it is left to the caller */
    bool strict;   /* unknown query parameters are refused (Prefer: handling=strict) */
};

/* Everything is looked up and typed here. A create's inputs hold only what the client sent: the caller completes them,
 * and looks up the records that they connect to. */
MUST_CHECK bool rest_plan(struct arena *arena, const struct catalogue *catalogue, const struct rest_request *request,
                          const struct rest_limits *limits, int64_t now_us, struct plan *out, struct err *err);

/*
 * Results (contract 1.4, 1.9, 2.8), each in its envelope; nested lists that were cut are told of in "truncated". A list
 * is begun before there is a result, so that its rows can be written as they come: after rest_put_list_begin, the rows
 * of the result, if it has any, and the rest of the envelope come with rest_put_result.
 */
void rest_put_list_begin(struct strbuf *out, const struct plan *plan);
/* `index` counts from 0; `values` by object->columns. */
void rest_put_list_row(struct strbuf *out, const struct plan *plan, size_t index, const struct value *values);
void rest_put_result(struct strbuf *out, struct arena *arena, const struct plan *plan,
                     const struct plan_result *result);
/* The status of a success. */
int rest_success_status(const struct plan *plan);

/* Errors (contract 3.1, 3.5). */
int rest_error_status(const struct err *err);
void rest_put_error(struct strbuf *out, int status, const struct err *err);
/* The same as application/problem+json (RFC 9457). */
void rest_put_problem(struct strbuf *out, int status, const struct err *err, struct str request_id);
/* Of the status alone, such as "BadRequestException". */
const char *rest_exception_name(int status);

#endif
