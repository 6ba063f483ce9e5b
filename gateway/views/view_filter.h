/*
 * What a saved view shows of its object's records: its filters, their groups and its any-field search, as a filter of a
 * plan (contract: graphql-core 3.17). Pure.
 */
#ifndef PORTTI_VIEWS_VIEW_FILTER_H
#define PORTTI_VIEWS_VIEW_FILTER_H

#include "common/text/json_read.h"
#include "gateway/plan/filter.h"

/* `view` is the document of a view with the lists of pieces within. ERR_INVALID, in a sentence that names the field,
 * for what a view may hold and cannot be asked of records. Values are texts, or JSON in a text, as clients store them.
 */
MUST_CHECK bool view_filter_build(struct arena *arena, const struct object *object, const struct json *view,
                                  int64_t now_us, struct filter **out, struct err *err);

#endif
