/* Inside this room: a relation's {"connect":{"where":{…}}} or {"disconnect":true}. */
#ifndef PORTTI_RECORD_INPUT_CONNECT_H
#define PORTTI_RECORD_INPUT_CONNECT_H

#include "gateway/record/record_input.h"

/* Of {"disconnect":true} (none any more) or {"disconnect":false} (no change) the boolean; NULL of anything else. */
const struct json *disconnect_of(const struct json *json);
/* ERR_INVALID with the contract's codes CONNECT_NOT_ALLOWED (there is nothing to connect on this side) and
 * CONNECT_UNIQUE_CONSTRAINT_ERROR (`where` must give all of one unique field, or the id, and nothing else). */
MUST_CHECK bool connect_from_json(struct arena *arena, const struct field *field, const struct json *json,
                                  int64_t now_us, struct record_connect *out, struct err *err);

#endif
