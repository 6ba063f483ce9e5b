/*
 * Several records into one (contract/rest-core 1.10).
 */
#ifndef PORTTI_RECORD_RECORD_MERGE_H
#define PORTTI_RECORD_RECORD_MERGE_H

#include "common/base/arena.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/record/value.h"

/*
 * `records` hold values indexed like object->columns; the one at `priority` survives. In `out`, which is indexed the
 * same way: its id and what else we keep ourselves; of every other field its own value if it has one, else that of the
 * first record which has. Lists are united, its own elements first; e-mail addresses, phone numbers and links that do
 * not become the primary one join the list of further ones, so that none is lost. A relation to one of the records
 * themselves becomes none. Values live in `arena` or where they came from.
 */
void record_merge(struct arena *arena, const struct object *object, const struct value *const *records, size_t count,
                  size_t priority, struct value *out);

#endif
