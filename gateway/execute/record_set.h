/*
 * Records together with what their plan's relations bring: one statement a relation and level, for all parents at once.
 * Values outlive the results they came from. Internal to the room.
 */
#ifndef PORTTI_EXECUTE_RECORD_SET_H
#define PORTTI_EXECUTE_RECORD_SET_H

#include "gateway/execute/operation_private.h"

/* Fills every link of the tree, then calls back, with a failure when it could not. Within the operation's transaction,
 * while there is one. */
void record_set_fetch(struct operation *operation, struct record_set *root,
                      void (*on_fetched)(struct operation *operation, const struct pg_failure *failure));

#endif
