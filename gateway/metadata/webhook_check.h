/*
 * A webhook's filter and fields against the catalogue: what is wrong in them is told when they are set, not found out
 * by what never comes. The dispatcher runs a filter over a record's JSON, so what needs more than that is refused here:
 * fields of other records, the order of options, the text of JSON.
 */
#ifndef PORTTI_METADATA_WEBHOOK_CHECK_H
#define PORTTI_METADATA_WEBHOOK_CHECK_H

#include "gateway/catalogue/catalogue.h"
#include "gateway/metadata/webhook.h"

/* Objects that the operations name must have all the fields; with "*" it is enough that one object has. ERR_INVALID
 * with the sentence that GET /rest/{objects}?filter= would have, and the object. */
MUST_CHECK bool webhook_check(struct arena *arena, const struct catalogue *catalogue, const struct webhook *webhook,
                              struct err *err);
/* The same of a filter and operations alone. */
MUST_CHECK bool webhook_check_filter(struct arena *arena, const struct catalogue *catalogue,
                                     const struct str *operations, size_t operation_count, struct str filter,
                                     struct err *err);

#endif
