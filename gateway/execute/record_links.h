/*
 * Which records across a relation belong to which parent, told apart by the relation's key: the parent's id of a
 * to-many relation, the join column of a to-one. Internal to the room.
 */
#ifndef PORTTI_EXECUTE_RECORD_LINKS_H
#define PORTTI_EXECUTE_RECORD_LINKS_H

#include "common/base/arena.h"
#include "common/text/uuid.h"
#include "gateway/plan/result.h"

/* The distinct keys of all parents that have one. */
size_t record_links_keys(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                         struct uuid **out);
/* The ids of those parents whose records were cut. */
size_t record_links_cut(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                        struct uuid **out);
/* Sorts the rows that came for all parents by their key and points each parent to its own, cut to the relation's page
 * and in its order. */
void record_links_place(struct arena *arena, struct record_links *links, const struct record_set *parents);

/* What sql_related_totals says of one key. */
struct record_total {
    struct uuid key;
    int64_t total;
    const struct str *aggregates; /* NULL: none */
};
/* Gives each parent its total and aggregates; one that is not among them has no records. */
void record_links_total(struct arena *arena, struct record_links *links, const struct record_set *parents,
                        struct record_total *totals, size_t count);

#endif
