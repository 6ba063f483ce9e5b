/*
 * The schema of the records API (contract/graphql-core 1, 2 and 5), made from the catalogue: for every active object
 * its queries, mutations and subscriptions, its record, connection and group types, and its inputs; one enum per field
 * with options; and the types that all share. Every field says by its role what it is, and by its source of what: an
 * executor needs no names.
 */
#ifndef PORTTI_SCHEMA_CORE_SCHEMA_H
#define PORTTI_SCHEMA_CORE_SCHEMA_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/graphql/schema.h"

/* role of a struct gql_field, and what its `source` points to */
enum core_role {
    CORE_NOTHING, /* arguments, and fields told apart by name: those of ShareWithInput and the granularity inputs */

    /* of Query and Mutation: struct object */
    CORE_FIND_MANY,
    CORE_FIND_ONE,
    CORE_DUPLICATES,
    CORE_GROUP_BY,
    CORE_CREATE_ONE,
    CORE_CREATE_MANY,
    CORE_UPDATE_ONE,
    CORE_UPDATE_MANY,
    CORE_DELETE_ONE,
    CORE_DELETE_MANY,
    CORE_DESTROY_ONE,
    CORE_DESTROY_MANY,
    CORE_RESTORE_ONE,
    CORE_RESTORE_MANY,
    CORE_MERGE,

    /* of Subscription: struct object */
    CORE_ON_CREATE,
    CORE_ON_UPDATE,
    CORE_ON_DELETE,
    CORE_ON_RESTORE,
    CORE_ON_DESTROY,

    /* of records, and of their inputs: struct field */
    CORE_FIELD,   /* a scalar, list or composite */
    CORE_JOIN,    /* companyId */
    CORE_TO_ONE,  /* company: the target's record or input */
    CORE_TO_MANY, /* people: a connection */

    /* of composites, and of their inputs: struct sub_field_type */
    CORE_SUB,
    /* of what lies in JSON, such as AdditionalPhone and FileObject: none; the key is the name */
    CORE_JSON_MEMBER,

    /* of connections, edges and PageInfo: none */
    CORE_TOTAL_COUNT,
    CORE_EDGES,
    CORE_PAGE_INFO,
    CORE_GROUP_VALUES, /* groupByDimensionValues */
    CORE_NODE,
    CORE_CURSOR,
    CORE_START_CURSOR,
    CORE_END_CURSOR,
    CORE_HAS_NEXT_PAGE,
    CORE_HAS_PREVIOUS_PAGE,

    /* aggregates, of connections and of the inputs that order groups by them: struct field. Of a CURRENCY, MIN to SUM
     * are over its amountMicros. */
    CORE_COUNT_UNIQUE,
    CORE_COUNT_EMPTY,
    CORE_COUNT_NOT_EMPTY,
    CORE_PERCENTAGE_EMPTY,
    CORE_PERCENTAGE_NOT_EMPTY,
    CORE_MIN,
    CORE_MAX,
    CORE_AVG,
    CORE_SUM,
    CORE_COUNT_TRUE,
    CORE_COUNT_FALSE,

    /* of filters: none */
    CORE_AND,
    CORE_OR,
    CORE_NOT,
    /* operators, of the filters of a scalar: none */
    CORE_EQ,
    CORE_NEQ,
    CORE_GT,
    CORE_GTE,
    CORE_LT,
    CORE_LTE,
    CORE_IN,
    CORE_IS,
    CORE_LIKE,
    CORE_ILIKE,
    CORE_STARTS_WITH,
    CORE_ENDS_WITH,
    CORE_REGEX,
    CORE_IREGEX,
    CORE_CONTAINS_ANY,
    CORE_CONTAINS_ILIKE,
    CORE_IS_EMPTY_ARRAY,
    CORE_SEARCH,

    /* of XOrderByWithGroupByInput: none */
    CORE_ORDER_AGGREGATE,
    /* of XRecordEvent: none */
    CORE_EVENT_ID,
    CORE_EVENT_ACTION,
    CORE_EVENT_TIME,           /* occurredAt */
    CORE_EVENT_UPDATED_FIELDS, /* of a change of the record; null of its creation and destruction */
    CORE_EVENT_RECORD,
    /* of XRelationInput and XConnectInput: none */
    CORE_CONNECT,
    CORE_CREATE,
    CORE_DISCONNECT,
    CORE_WHERE
};

/* role of a struct gql_type, and what its `source` points to */
enum core_type_role {
    CORE_TYPE_OTHER,
    CORE_TYPE_RECORD,           /* struct object */
    CORE_TYPE_CONNECTION,       /* struct object */
    CORE_TYPE_GROUP_CONNECTION, /* struct object */
    CORE_TYPE_EDGE,             /* struct object */
    CORE_TYPE_PAGE_INFO,
    CORE_TYPE_EVENT,     /* struct object */
    CORE_TYPE_COMPOSITE, /* struct field_type_info */
    CORE_TYPE_JSON_ITEM, /* AdditionalPhone, SecondaryLink, ActorContext, FileObject */
    CORE_TYPE_OPTIONS    /* struct field; the values' sources are struct option */
};

/*
 * Made in `arena`, borrowing from the catalogue, which must be held as long as the schema is used. Objects whose names
 * would make two types or root fields of one name are left out, the later ones in the catalogue's order. NULL, with a
 * sentence, only when this room is at odds with itself.
 */
MUST_CHECK const struct gql_schema *core_schema_build(struct arena *arena, const struct catalogue *catalogue,
                                                      struct err *err);

/*
 * An object that GraphQL would serve no more, or not at all: active in `after` and left out of its schema, though not
 * of that of `before`. Of `after`; NULL when there is none.
 */
const struct object *core_schema_loses(const struct catalogue *before, const struct catalogue *after);

#endif
