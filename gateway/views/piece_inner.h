/* Inside this room: one operation while it is checked. */
#ifndef PORTTI_VIEWS_PIECE_INNER_H
#define PORTTI_VIEWS_PIECE_INNER_H

#include "gateway/views/piece_change.h"

struct checking {
    struct arena *arena;
    const struct piece_change *change;
    const struct piece_info *info;
    const struct catalogue *catalogue;
    const struct piece_fact *facts;
    size_t fact_count;
    struct report *report;
    struct err *err;
    /* Of the operation. */
    struct piece_op *op;
    const struct piece_fact *own; /* what is changed; NULL for a create */
    struct report_entry *entry;
    const struct object *object; /* that the view is of; NULL while it is unknown */
    struct uuid scope;           /* nil while it is unknown */
};

const struct piece_fact *fact_of(const struct checking *c, enum piece_kind kind, const struct uuid *id);
/* What was given for a column, when that counts: null for what is never null does not. NULL: keep, or the fallback. */
const struct json *given(const struct checking *c, const struct piece_column *column);
/* What a column will hold: what is given, else what is there. Empty and false: null. */
struct str will_be(const struct checking *c, const char *name);
bool id_will_be(const struct checking *c, const char *name, struct uuid *out);

/* The form of all that is given: the JSON types. False with an err. */
MUST_CHECK bool check_form(const struct checking *c);
/* What it means: adds to the entry (piece_rules.c). */
void check_meaning(struct checking *c);

#endif
