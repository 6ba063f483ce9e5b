/* What comes back: `fields` and `depth` into a selection; and the parameters of groupBy. Internal to the room. */
#ifndef PORTTI_REST_REST_SELECT_H
#define PORTTI_REST_REST_SELECT_H

#include "gateway/rest/rest.h"
#include "gateway/rest/rest_params.h"

/* Contract 2.4 and 2.6. */
MUST_CHECK bool rest_select(struct arena *arena, const struct rest_params *params, const struct rest_limits *limits,
                            struct plan *plan, struct err *err);
/* Contract 2.8, but for the filter. */
MUST_CHECK bool rest_group_read(struct arena *arena, struct str query, struct plan *plan, struct err *err);

#endif
