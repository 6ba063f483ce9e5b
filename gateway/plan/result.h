/*
 * What the execution of a plan brings back, as values. REST and GraphQL each write it in their own spelling. All of it
 * lives in the request's arena.
 */
#ifndef PORTTI_PLAN_RESULT_H
#define PORTTI_PLAN_RESULT_H

#include "gateway/plan/plan.h"

struct record_links;

/* Records of one object together with what their plan's relations bring. */
struct record_set {
    const struct object *object;
    const struct plan_selection *selection;
    struct value **rows; /* each by object->columns */
    size_t count;
    struct record_links *links; /* one for each of the selection's relations, once fetched */
};

/* The far side of one relation, and which of its records belong to which parent. */
struct record_links {
    const struct plan_relation *relation;
    struct record_set set;
    size_t *first;  /* of each parent: where its records begin in `set` */
    size_t *number; /* how many they are */
    bool *cut;      /* there are more */
    int64_t *total; /* of those that were cut */
};

#endif
