/* Grouping: dimensions, aggregates, the order of the groups. */
#ifndef PORTTI_PLAN_GROUP_H
#define PORTTI_PLAN_GROUP_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/plan/order.h"
#include "gateway/plan/path.h"
#include <stdbool.h>
#include <stddef.h>

enum { GROUP_DIMENSIONS_MAX = 4, GROUP_ORDERS_MAX = 8, GROUP_AGGREGATES_MAX = 64 };

enum granularity {
    GRANULARITY_NONE,
    GRANULARITY_DAY,
    GRANULARITY_WEEK,
    GRANULARITY_MONTH,
    GRANULARITY_QUARTER,
    GRANULARITY_YEAR,
    GRANULARITY_DAY_OF_THE_WEEK,
    GRANULARITY_MONTH_OF_THE_YEAR,
    GRANULARITY_QUARTER_OF_THE_YEAR,
    GRANULARITY_COUNT
};

enum week_start { WEEK_MONDAY, WEEK_SUNDAY, WEEK_SATURDAY };

struct group_dimension {
    struct path path;
    enum granularity granularity;
    struct str time_zone; /* IANA name; empty: UTC */
    enum week_start week_start;
    bool by_day; /* a period is called by its first day where the zone's clocks are, not by the moment it begins */
};

enum aggregate_op {
    AGGREGATE_TOTAL_COUNT, /* no column */
    AGGREGATE_COUNT_EMPTY,
    AGGREGATE_COUNT_NOT_EMPTY,
    AGGREGATE_COUNT_UNIQUE_VALUES,
    AGGREGATE_PERCENTAGE_EMPTY,
    AGGREGATE_PERCENTAGE_NOT_EMPTY,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_AVG,
    AGGREGATE_SUM,
    AGGREGATE_COUNT_TRUE,
    AGGREGATE_COUNT_FALSE,
    AGGREGATE_OP_COUNT
};

struct aggregate {
    struct str name; /* as asked for: the key in the answer */
    enum aggregate_op op;
    const struct column *column;
    const struct field *whole; /* a composite all of whose columns count, joined as text, or a TS_VECTOR, which has none
                                * that clients see; NULL: `column` alone */
};

/* The groups are ordered by a dimension or by an aggregate. */
struct group_order {
    bool by_aggregate;
    size_t index;
    bool descending;
    bool nulls_first;
};

struct group {
    struct group_dimension dimensions[GROUP_DIMENSIONS_MAX];
    size_t dimension_count;
    struct aggregate *aggregates;
    size_t aggregate_count;
    struct group_order orders[GROUP_ORDERS_MAX];
    size_t order_count;
    size_t limit;
    size_t sample; /* records shown with each group; 0 = none. Their order is the plan's. */
    size_t sample_offset;
};

MUST_CHECK bool granularity_parse(struct str name, enum granularity *out);
const char *granularity_name(enum granularity granularity);
/* Does it cut time into periods? (Others fold it, or leave it as it is.) */
bool granularity_cuts(enum granularity granularity);
/* Of a whole field, whatever its type: of a CURRENCY, MIN to SUM are over its amountMicros. */
struct aggregate aggregate_of(struct str name, enum aggregate_op op, const struct field *field);
/* "maxAmountAmountMicros" and the like. ERR_INVALID names what cannot be. */
MUST_CHECK bool aggregate_parse(const struct object *object, struct str name, struct aggregate *out, struct err *err);

#endif
