/* Inside this room: selection sets that are the same every time, made ahead. */
#ifndef PORTTI_GRAPHQL_READY_H
#define PORTTI_GRAPHQL_READY_H

#include "gateway/graphql/prepare.h"

struct gql_ready {
    const struct gql_selected *first;
    uint32_t count;
    uint32_t fields; /* at all levels */
    uint32_t levels;
    struct gql_memo *memo; /* of the whole set */
};

/* NULL when the set was not made ahead; all three may be NULL. */
const struct gql_ready *gql_ready_of(const struct gql_ahead *ahead, const struct gql_selection_set *set);

#endif
