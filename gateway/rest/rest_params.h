/* The query parameters of one request, checked. Internal to the room. */
#ifndef PORTTI_REST_REST_PARAMS_H
#define PORTTI_REST_REST_PARAMS_H

#include "common/text/url.h"
#include "gateway/rest/rest.h"

struct rest_params {
    size_t limit;
    size_t depth;
    struct str after; /* empty: not given */
    struct str before;
    struct str order_by; /* empty: not given */
    struct str filter;
    enum plan_count count;
    bool upsert;
    bool keep_deleted; /* upsert=true&revive=false */
    bool soft_delete;
    bool fields_given;
    const struct str *fields; /* trimmed, no empty ones, no repetition */
    size_t field_count;
};

MUST_CHECK bool rest_params_read(struct arena *arena, struct str query, const struct rest_limits *limits,
                                 struct rest_params *out, struct err *err);

#endif
