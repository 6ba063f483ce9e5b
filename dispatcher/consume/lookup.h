/* Reads beside the outbox's cursor: webhooks, single events for retries, and what a predecessor has decided. */
#ifndef PORTTI_DISPATCHER_CONSUME_LOOKUP_H
#define PORTTI_DISPATCHER_CONSUME_LOOKUP_H

#include "common/base/arena.h"
#include "common/pg/pg.h"
#include "dispatcher/consume/stored_event.h"
#include <stdbool.h>

struct webhook_row {
    struct uuid id;
    struct str target_url;
    struct str *operations;
    size_t operation_count;
    struct str secret; /* sealed, or empty */
    int64_t from_seq;  /* what has a higher number came after the webhook */
    bool disabled;
    struct str order;          /* none, record or endpoint */
    struct str retry_schedule; /* empty = as the settings say; the same for the rate */
    struct str rate_limit;
    struct str filter;  /* empty: every event */
    struct str *fields; /* NULL: the whole record */
    size_t field_count;
    bool thin;
    struct str headers;     /* sealed, or empty */
    int64_t max_bytes;      /* 0 = as the settings say */
    struct str signing_key; /* sealed; empty: no v1a */
    bool paused;
    /* What was replaced; sealed; as many in each, times in microseconds as text. */
    struct str *old_secrets;
    struct str *old_signing_keys;
    struct str *old_until;
    size_t old_count;
    int64_t failing_since_us; /* 0: it does not fail */
    int64_t noticed;          /* percent of the time until it is disabled that was told of */
    struct uuid replay_id;    /* the job that is next; nil: none */
    struct str replay_rate;
    struct str authorities; /* PEM; empty = the usual ones */
    struct str client_certificate;
    struct str client_key; /* sealed */
};

/* PostgreSQL's binary text[] of one dimension; NULL elements are left out. Returns how many. */
size_t lookup_texts(struct arena *arena, struct str value, struct str **out);

struct webhook_rows {
    struct webhook_row *rows; /* those not deleted, ordered by id */
    size_t count;
    int64_t version;
    struct uuid workspace_id;
};

/* The callbacks below are called once each, from the loop; on failure with ok = false (it is logged here). All that is
 * passed is valid during the callback. */
typedef void (*webhooks_callback)(void *context, bool ok, const struct webhook_rows *webhooks);
void lookup_webhooks(struct pg_pool *pool, webhooks_callback on_done, void *context);

struct event_key {
    int64_t seq;
    int64_t created_us;
};
/* Those of the events that still stand in the outbox, in no order. */
typedef void (*events_callback)(void *context, bool ok, struct stored_event *const *events, size_t count);
void lookup_events(struct pg_pool *pool, const struct event_key *keys, size_t count, struct uuid workspace_id,
                   events_callback on_done, void *context);

struct decided_row {
    struct uuid webhook_id;
    struct uuid event_id;
};
/* Of the events with these sequence numbers: the deliveries that were decided for good or wait in core.pending. */
typedef void (*decided_callback)(void *context, bool ok, const struct decided_row *rows, size_t count);
void lookup_decided(struct pg_pool *pool, const int64_t *seqs, size_t count, decided_callback on_done, void *context);

#endif
