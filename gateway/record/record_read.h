/* The way back from a record's JSON form (record_json.h), as events carry it, to its values. */
#ifndef PORTTI_RECORD_RECORD_READ_H
#define PORTTI_RECORD_RECORD_READ_H

#include "common/base/arena.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/record/value.h"

/*
 * `values` are by object->columns. What the record does not name (a field that is newer than the event) and what does
 * not fit its column (a field whose type was changed since) is NULL. False when the record has no id, or `json` is no
 * object.
 */
MUST_CHECK bool record_read_json(struct arena *arena, const struct object *object, const struct json *json,
                                 struct value *values);

#endif
