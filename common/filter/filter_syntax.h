/*
 * The grammar of filters (contract/rest-core 2.1): text into a tree of conditions whose fields are paths and whose
 * values are text. What a path means and what a value may be is for those who know of fields: the gateway, with its
 * catalogue, and the dispatcher, with a record's JSON. One grammar for both, so that a filter means the same to them.
 */
#ifndef PORTTI_FILTER_FILTER_SYNTAX_H
#define PORTTI_FILTER_FILTER_SYNTAX_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include <stddef.h>

enum filter_op {
    FILTER_EQ,
    FILTER_NEQ,
    FILTER_IN,
    FILTER_CONTAINS_ANY,
    FILTER_CONTAINS_EXACTLY,
    FILTER_IS_NULL,
    FILTER_IS_NOT_NULL,
    FILTER_GT,
    FILTER_GTE,
    FILTER_LT,
    FILTER_LTE,
    FILTER_STARTS_WITH,
    FILTER_ENDS_WITH,
    FILTER_LIKE,
    FILTER_ILIKE,
    FILTER_CONTAINS_ILIKE,
    FILTER_IS_EMPTY_ARRAY,
    FILTER_REGEX, /* clients may spell it, no field allows it */
    FILTER_IREGEX,
    FILTER_OP_COUNT
};

enum filter_syntax_kind {
    FILTER_SYNTAX_AND, /* all of the children; true when there are none */
    FILTER_SYNTAX_OR,
    FILTER_SYNTAX_NOT, /* not the one child */
    FILTER_SYNTAX_CONDITION
};

/* Texts point into the text that was parsed. */
struct filter_syntax {
    enum filter_syntax_kind kind;
    struct filter_syntax *first; /* child */
    struct filter_syntax *next;  /* sibling */
    size_t offset;               /* CONDITION: where it begins */
    struct str path;             /* such as name, address.addressCity */
    enum filter_op op;
    const struct str *texts; /* IS_*: none; IN, CONTAINS_ANY, CONTAINS_EXACTLY: any number; else one */
    size_t count;
};

/* With a real parser: quotes, commas and brackets in values mean what a reader expects. At most 500 conditions, 20
 * levels, 1000 values in a list. NULL on failure, with `*err` (ERR_INVALID, the contract's sentences) naming the byte.
 * An empty text gives an empty AND. */
MUST_CHECK struct filter_syntax *filter_syntax_parse(struct arena *arena, struct str text, struct err *err);
/* Adds to a refusal where its condition stands, unless its sentence names a byte already. `err` may be NULL. */
void filter_syntax_name_byte(struct err *err, size_t offset);

#endif
