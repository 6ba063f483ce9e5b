/*
 * The GraphQL front end over records (contract graphql-core): one root field of an operation into a plan, and what the
 * plan brings back into the field's JSON. Pure.
 */
#ifndef PORTTI_RESOLVE_RESOLVE_H
#define PORTTI_RESOLVE_RESOLVE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "gateway/graphql/prepare.h"
#include "gateway/plan/plan.h"
#include "gateway/plan/result.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resolve_limits {
    size_t page_size_default; /* of a root's connection */
    size_t page_size_max;     /* more is cut to this, root and nested */
    size_t relation_limit;    /* of a nested connection, each parent, unless `first` or `last` says how many */
    size_t max_batch;         /* records of one write or one look for duplicates */
    size_t max_merge;
    size_t max_groups;
    size_t max_depth;      /* levels of relations (contract 3.3) */
    size_t max_complexity; /* 1, and 1 for each relation selected, ordered by or filtered through (contract 3.3) */
};

struct shape;

struct resolved {
    struct plan plan;
    const struct gql_selected *root;
    const struct shape *shape;        /* how a record or connection of the reply looks */
    const struct gql_selected *fault; /* when it cannot be planned: the field that is to blame */
};

/*
 * Plans `root`, a field of Query or Mutation with a role of gateway/schema's. Everything is typed and checked here,
 * with the contract's sentences and code words. Inputs of a create hold only what the client sent: the caller completes
 * them. A `viewId` is the caller's to read. `root` must stay for resolve_put. False with `out->fault`: the root field
 * is null and *err is why.
 */
MUST_CHECK bool resolve_plan(struct arena *arena, const struct gql_selected *root, const struct resolve_limits *limits,
                             int64_t now_us, struct resolved *out, struct err *err);

/*
 * Appends the value of the root field, with every level as it was selected. `arena` is for scraps. False, with nothing
 * appended, when the field asked for one record and there is none: ERR_NOT_FOUND.
 */
MUST_CHECK bool resolve_put(struct strbuf *out, struct arena *arena, const struct resolved *resolved,
                            const struct plan_result *result, struct err *err);

#endif
