/* The query parameters of one request, checked. Internal to the room. */
#ifndef PORTTI_REST_REST_PARAMS_H
#define PORTTI_REST_REST_PARAMS_H

#include "common/text/url.h"
#include "gateway/rest/rest.h"

struct rest_params {
    size_t limit;
    bool after_given;
    struct uuid after;
    bool soft_delete;
    bool fields_given;
    const struct str *fields; /* trimmed, no empty ones, no repetition */
    size_t field_count;
    bool filter_given;
};

MUST_CHECK bool rest_params_read(struct arena *arena, struct str query, enum rest_action action,
                                 const struct rest_limits *limits, struct rest_params *out, struct err *err);

#endif
