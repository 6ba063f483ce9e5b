/* Which query parameters a route knows, and the opt-in refusal of those that it does not. */
#ifndef PORTTI_REST_REST_STRICT_H
#define PORTTI_REST_REST_STRICT_H

#include "gateway/rest/rest.h"

/* Nothing is wrong unless `header` (Prefer: handling=strict) or the query's own strict=true asks for it. ERR_INVALID
 * then names the first parameters that the action has no use for, each with the nearest one that it has. */
MUST_CHECK bool rest_strict_check(struct arena *arena, enum rest_action action, struct str query, bool header,
                                  struct err *err);
/* Has the action a use for the parameter? */
bool rest_strict_knows(enum rest_action action, struct str name);

#endif
