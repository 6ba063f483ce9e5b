/*
 * Records that a write creates along with its own, since they are what its records are to lead to ({"create":{…}}).
 * They are part of its transaction. Internal to the room.
 */
#ifndef PORTTI_EXECUTE_ALONG_H
#define PORTTI_EXECUTE_ALONG_H

#include "gateway/execute/write_set.h"

/* One input: of the plan, or inside of another one. */
struct along {
    const struct object *object;
    struct record_input *input;
    struct along *parent;      /* NULL: it is the plan's */
    const struct field *field; /* of the parent: leads here */
    size_t index;              /* of the plan's input that it is, or lies in */
    size_t depth;
};

/* All inputs, the plan's and those that lie in them, parents first. Returns how many. */
size_t along_gather(struct operation *operation, struct along **out);
/*
 * Completes the records that come along and leads their parents to them: operation->along are then their values, in the
 * order in which they can be inserted. False when one of them is refused, or they are too many; the operation has been
 * failed then.
 */
MUST_CHECK bool along_prepare(struct operation *operation);
/* Writes their inserts to `commands`, which has room for along_count. Returns how many: one a run of one object. */
size_t along_inserts(struct operation *operation, struct pg_command *commands);
/* Adds them to what a transaction that thinks changes. */
void along_add(struct write_set *set);

#endif
