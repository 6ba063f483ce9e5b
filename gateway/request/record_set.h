/*
 * Records together with what their plan's relations bring: one statement a relation and level, for all parents at once.
 * Values outlive the results they came from. Internal to the room.
 */
#ifndef PORTTI_REQUEST_RECORD_SET_H
#define PORTTI_REQUEST_RECORD_SET_H

#include "gateway/request/request_private.h"

/* Fills every link of the tree, then calls back, with a failure when it could not. */
void record_set_fetch(struct request *request, struct record_set *root,
                      void (*on_fetched)(struct request *request, const struct pg_failure *failure));
/* One record with its relations. */
void record_set_put(struct strbuf *out, const struct record_set *set, size_t row);
/* What was cut, anywhere in the tree. */
size_t record_set_cuts(struct arena *arena, const struct record_set *root, struct rest_cut **out);

#endif
