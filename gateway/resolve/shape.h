/*
 * Inside this room: how the reply looks, worked out once for all records. A shape is an object of the reply or a member
 * of one; writing is a walk over them in which nothing is looked up.
 */
#ifndef PORTTI_RESOLVE_SHAPE_H
#define PORTTI_RESOLVE_SHAPE_H

#include "common/base/str.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/plan/group.h"
#include <stddef.h>

enum shape_kind {
    SHAPE_TEXT, /* the lead says it all: __typename, and what is always null */
    /* of records */
    SHAPE_COLUMN,
    SHAPE_JOIN,      /* a join column beside its relation: null when there is no live record there */
    SHAPE_COMPOSITE, /* an object of its items */
    SHAPE_MEMBERS,   /* JSON of which only some members are asked for: an object, or a list of them */
    SHAPE_VECTOR,
    SHAPE_TO_ONE,
    SHAPE_TO_MANY,
    /* of JSON that is stored */
    SHAPE_MEMBER,
    /* of connections and groups */
    SHAPE_TOTAL_COUNT,
    SHAPE_AGGREGATE,
    SHAPE_GROUP_VALUES,
    SHAPE_EDGES,
    SHAPE_PAGE_INFO,
    /* of edges */
    SHAPE_NODE,
    SHAPE_CURSOR,
    /* of PageInfo */
    SHAPE_START_CURSOR,
    SHAPE_END_CURSOR,
    SHAPE_HAS_NEXT_PAGE,
    SHAPE_HAS_PREVIOUS_PAGE
};

struct shape {
    enum shape_kind kind;
    struct str lead;      /* `{"name":` of the first member, `,"name":` of others */
    struct str null_text; /* what SQL's NULL reads as */
    struct str key;       /* MEMBER: in the stored JSON */
    const struct column *column;
    const struct aggregate *aggregate;
    size_t index; /* of the relation or the aggregate */
    const struct shape *items;
    size_t count;
};

#endif
