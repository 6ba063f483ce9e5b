/*
 * What the execution of a plan brings back, as values. REST and GraphQL each write it in their own spelling. A result
 * and all that it points to is valid during the callback that hands it over, and no longer. A text whose `ptr` is NULL
 * is SQL's NULL.
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
    const struct uuid *together; /* a preview of a merge, one row: what leads to any of these leads to it; or NULL */
    size_t together_count;
    struct record_links *links;  /* one for each of the selection's relations; NULL until they are fetched */
    const struct str *vectors;   /* of each row the search vector, where the selection asks for it */
    const struct value **orders; /* of each row the values of the order's terms, what a cursor to it is made of; NULL
                                    unless the page asks for them (plan_page.cursors) */
};

/* The far side of one relation, and which of its records belong to which parent. */
struct record_links {
    const struct plan_relation *relation;
    struct record_set set;
    size_t *first;  /* of each parent: where its records begin in `set` */
    size_t *number; /* how many they are */
    bool *cut;      /* there are more behind them (before them, of a backward page) */
    int64_t *total; /* of those that were cut, or of every parent where the relation counts; NULL: of none */
    const struct str **aggregates; /* of each parent, one text for each of the relation's; NULL: none asked for */
};

/* Where a page stands among all records that match. */
struct result_page {
    bool has_next;
    bool has_previous;
    const struct value *first; /* values of the order's terms in the first record; NULL on an empty page */
    const struct value *last;
    int64_t total; /* -1: not counted */
    bool estimated;
};

/* PLAN_GROUP: one group. */
struct result_group {
    const struct str *dimensions; /* one for each of the plan's */
    const struct str *aggregates; /* likewise, as PostgreSQL writes numbers */
    size_t first;                 /* its sample, in the result's records */
    size_t count;
};

/* PLAN_DUPLICATES: of one input. */
struct result_duplicates {
    size_t first; /* in the result's records */
    size_t count;
    struct result_page page;      /* of what was found; there is never a next one */
    const struct str *aggregates; /* one for each of the plan's, over all that look like it; NULL: none */
};

struct plan_result {
    /* READ_ONE: the record. READ_MANY: the page (no rows when they went to the operation's on_row). GROUP: the samples.
     * DUPLICATES: of all inputs. MERGE: the survivor, or its preview. Other writes: the records as the write left them,
     * DESTROY as it found them, in the order asked for. */
    struct record_set records;
    const struct str *json;       /* CREATE: each record's whole JSON, which its event needed; NULL otherwise */
    struct result_page page;      /* READ_MANY */
    const struct str *aggregates; /* READ_MANY: one for each of the plan's, over all that match; NULL: none asked for */
    const struct result_group *groups;
    size_t group_count;
    const struct result_duplicates *duplicates; /* one for each input or id */
    size_t duplicates_count;
    uint64_t version; /* READ_ONE: stands for the stored row, whatever of it was asked for; 0: not asked for */
};

#endif
