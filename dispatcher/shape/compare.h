/* Inside this room: a value of a record's JSON against a text of a filter. */
#ifndef PORTTI_DISPATCHER_SHAPE_COMPARE_H
#define PORTTI_DISPATCHER_SHAPE_COMPARE_H

#include "common/text/json_read.h"
#include <stdbool.h>

/* `path` is the field's: e-mail addresses are stored in lower case. */
bool value_equals(const struct json *value, struct str path, struct str text);
/* The order of the two, negative when the value is less. False when they have none. */
MUST_CHECK bool value_compare(const struct json *value, struct str text, int *order);

#endif
