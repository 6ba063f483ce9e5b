/*
 * The plan: what a request asks for, with names already turned into pointers into the catalogue and values typed. REST
 * and GraphQL are two spellings of it; policy, SQL and execution know nothing else. A plan and all that it points to
 * lives in the request's arena and is valid as long as the catalogue it was built against.
 */
#ifndef PORTTI_PLAN_PLAN_H
#define PORTTI_PLAN_PLAN_H

#include "common/base/arena.h"
#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/plan/filter.h"
#include "gateway/plan/group.h"
#include "gateway/plan/order.h"
#include "gateway/record/record_input.h"
#include <stdbool.h>
#include <stddef.h>

enum plan_kind {
    PLAN_READ_ONE,
    PLAN_READ_MANY,
    PLAN_GROUP,
    PLAN_DUPLICATES,
    PLAN_CREATE,
    PLAN_UPSERT,
    PLAN_UPDATE,
    PLAN_SOFT_DELETE,
    PLAN_RESTORE,
    PLAN_DESTROY,
    PLAN_MERGE,
    PLAN_KIND_COUNT
};

struct plan_relation;

/* What comes back of each record. */
struct plan_selection {
    const struct field *const *fields; /* NULL: every active field that is stored */
    size_t count;
    const struct plan_relation *relations;
    size_t relation_count;
    const struct field *vector; /* searchVector, which is no column of the model; NULL: not asked for */
};

/* Is there more to it than what stands in the records' own rows? */
static inline bool plan_selection_fetches(const struct plan_selection *selection)
{
    return selection->relation_count > 0 || selection->vector != NULL;
}

enum plan_count {
    COUNT_EXACT,
    COUNT_ESTIMATED, /* of a root's page only */
    COUNT_CUT,       /* of relations only: exact, of those parents whose records do not all come back */
    COUNT_NONE
};

/* A window over the records in their order. */
struct plan_page {
    size_t limit;
    size_t offset;              /* as many are passed over, behind the cursor if there is one */
    bool backward;              /* the records before the cursor, still in forward order */
    const struct value *cursor; /* NULL, or one value an order term: where the window begins (or ends) */
    enum plan_count count;
    bool cursors; /* of every record, not of the first and the last alone */
    bool unseen;  /* nothing but the count and the aggregates is asked for: no records are read */
};

/*
 * A relation that comes back with its records: one statement for all parents. One relation may come back several times,
 * each time with its own of all this. What stands behind the selection is of to-many relations, where it holds for each
 * parent by itself.
 */
struct plan_relation {
    const struct field *field;
    struct plan_selection selection;
    const struct filter *filter; /* NULL: all */
    bool with_deleted;
    const struct order_term *order; /* ends with id; NULL: by id */
    size_t order_count;
    struct plan_page page;
    const struct aggregate *aggregates; /* over all that match, whatever the page */
    size_t aggregate_count;
};

/* Which records a write is about. */
enum plan_target { TARGET_ONE, TARGET_IDS, TARGET_FILTER };

struct plan {
    enum plan_kind kind;
    const struct object *object;
    struct plan_selection selection;
    const struct filter *filter;    /* NULL: all */
    bool with_deleted;              /* soft-deleted records are seen as well */
    const struct order_term *order; /* ends with id */
    size_t order_count;
    struct plan_page page;
    const struct aggregate *aggregates; /* READ_MANY, DUPLICATES: over all that match, whatever the page */
    size_t aggregate_count;
    enum plan_target target;
    struct uuid id;         /* TARGET_ONE */
    const struct uuid *ids; /* TARGET_IDS, MERGE, DUPLICATES by id */
    size_t id_count;
    struct record_input *inputs; /* CREATE, UPSERT: what the client sent; UPDATE: one partial, or one an id */
    size_t input_count;
    bool batch;         /* asked for as a list, answered as one */
    bool keep_deleted;  /* UPSERT: do not revive soft-deleted records */
    struct group group; /* GROUP */
    size_t priority;    /* MERGE: index into ids of the record that survives */
    bool dry_run;       /* MERGE */
};

/* Does it change records? */
bool plan_writes(const struct plan *plan);
/* The plan as text, for golden tests and for people: the same question in either protocol prints the same. */
void plan_print(struct strbuf *out, const struct plan *plan);

#endif
