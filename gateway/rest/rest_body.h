/* Bodies into a plan's inputs. Internal to the room. */
#ifndef PORTTI_REST_REST_BODY_H
#define PORTTI_REST_REST_BODY_H

#include "gateway/rest/rest.h"

struct rest_body {
    struct str text;
    const struct rest_limits *limits;
    int64_t now_us;
};

/* Nothing for the actions that have no body. */
MUST_CHECK bool rest_body_read(struct arena *arena, enum rest_action action, const struct rest_body *body,
                               struct plan *plan, struct err *err);

#endif
