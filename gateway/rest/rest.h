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

/* Envelopes (contract 1.4). */
/* A nested list that holds fewer records than there are. */
struct rest_cut {
    struct uuid record;
    const struct field *relation;
    size_t returned;
    int64_t total;
};
/* {"data":{"<key>": — the caller appends the record or the array, then rest_put_data_end. */
void rest_put_data_begin(struct strbuf *out, const struct plan *plan);
void rest_put_data_end(struct strbuf *out, const struct rest_cut *cuts, size_t cut_count);
struct rest_page_info {
    bool has_next;
    bool has_previous;
    const struct value *first; /* values of the order's terms; NULL on an empty page */
    const struct value *last;
    int64_t total; /* -1: not counted */
    bool estimated;
    const struct rest_cut *cuts; /* nested lists that were cut */
    size_t cut_count;
};
/* },"totalCount":…,"pageInfo":{…}} in place of rest_put_data_end, for find many. */
void rest_put_page_end(struct strbuf *out, struct arena *arena, const struct plan *plan,
                       const struct rest_page_info *page);
/* ,"truncated":[…] for what was cut, or nothing. */
void rest_put_cuts(struct strbuf *out, const struct rest_cut *cuts, size_t count);
/* Duplicates (contract 1.9): {"data":[ and ]}, and of each input what comes around its records. Cursors are made of
 * the plan's order. */
void rest_put_duplicates_begin(struct strbuf *out);
void rest_put_duplicates_end(struct strbuf *out, const struct rest_cut *cuts, size_t cut_count);
void rest_put_duplicate_begin(struct strbuf *out, const struct plan *plan); /* {"personDuplicates": */
void rest_put_duplicate_end(struct strbuf *out, struct arena *arena, const struct plan *plan,
                            const struct rest_page_info *page);
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
