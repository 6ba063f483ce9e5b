/*
 * Filters: a tree of conditions on one object's records, with columns resolved and values typed.
 */
#ifndef PORTTI_PLAN_FILTER_H
#define PORTTI_PLAN_FILTER_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/filter/filter_syntax.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/plan/path.h"
#include "gateway/record/value.h"
#include <stdbool.h>
#include <stddef.h>

enum filter_kind {
    FILTER_AND,     /* all of the children; true when there are none */
    FILTER_OR,      /* one of the children; false when there are none */
    FILTER_NOT,     /* not the one child */
    FILTER_COMPARE, /* column, op, values */
    FILTER_RELATED, /* some record across `relation` (to-one or to-many) for which the one child holds */
    FILTER_SEARCH   /* full-text search: `relation` is the TS_VECTOR field, the one value what a person typed */
};

struct filter {
    enum filter_kind kind;
    struct filter *first; /* child */
    struct filter *next;  /* sibling */
    const struct column *column;
    enum filter_op op;
    const struct value *values; /* EQ … ILIKE one; IN, CONTAINS_*: any number; patterns are TEXT values */
    size_t value_count;
    const struct field *relation;
};

struct filter *filter_new(struct arena *arena, enum filter_kind kind);
/* Appends; keeps the order. */
void filter_add(struct filter *parent, struct filter *child);
/* May a field of this type be asked this? */
bool filter_allows(const struct column *column, enum filter_op op);
const char *filter_op_name(enum filter_op op);
/* Is the column NULL? (Or is it not?) */
struct filter *filter_null_test(struct arena *arena, const struct column *column, bool is_null);
/*
 * The comparison `op` on `column`, its values read from text and typed by the column. ERR_INVALID with the contract's
 * sentence when the operator is not allowed for the field's type or a value is not of it. "" for a text column means
 * NULL, since that is how it is stored. gt and lt on an option compare the places in the list of options.
 */
MUST_CHECK struct filter *filter_compare(struct arena *arena, const struct column *column, enum filter_op op,
                                         const struct str *texts, size_t count, struct err *err);
/* Wraps `leaf` in the relations that the path walks. */
struct filter *filter_through(struct arena *arena, const struct path *path, struct filter *leaf);
/* Does the filter say something about `column` of the root object itself? */
bool filter_mentions(const struct filter *filter, const struct column *column);
/* Is there a condition that must hold and that an index answers? */
bool filter_selective(const struct filter *filter);
void filter_print(struct strbuf *out, const struct filter *filter);

#endif
