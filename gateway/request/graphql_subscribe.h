/*
 * A subscription: the live changes of one object as server-sent events, until the client leaves or something ends it.
 * Internal to the room.
 */
#ifndef PORTTI_REQUEST_GRAPHQL_SUBSCRIBE_H
#define PORTTI_REQUEST_GRAPHQL_SUBSCRIBE_H

#include "gateway/request/graphql.h"

/* What is asked for; the texts and variables live as long as the exchange. Ends the request, at some time. */
struct subscription_asked {
    struct str source;
    struct str operation_name;
    const struct json *variables;
    const struct gql_limits *limits;
};
void subscription_start(struct request *request, const struct subscription_asked *asked);
void subscription_register_metrics(void);

#endif
