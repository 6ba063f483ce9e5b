/*
 * Subscriptions: one root field of Subscription into what to listen to, and an event into its reply. Pure.
 */
#ifndef PORTTI_RESOLVE_RESOLVE_EVENT_H
#define PORTTI_RESOLVE_RESOLVE_EVENT_H

#include "common/event/event.h"
#include "gateway/resolve/resolve.h"

struct resolved_event {
    /* READ_ONE of the event's record, whose values are the event's own: object, filter (filter_matches can do it) and
     * selection, with what of its relations is asked for. */
    struct plan plan;
    enum event_action action;
    const struct gql_selected *root;
    const struct shape *record; /* NULL: the record is not asked for */
    const struct gql_selected *fault;
};

/* As resolve_plan. */
MUST_CHECK bool resolve_event(struct arena *arena, const struct gql_selected *root, const struct resolve_limits *limits,
                              int64_t now_us, struct resolved_event *out, struct err *err);
/* Appends the value of the root field. `records` holds the one record, with its relations. */
void resolve_put_event(struct strbuf *out, struct arena *arena, const struct resolved_event *resolved,
                       const struct event *event, const struct record_set *records);

#endif
