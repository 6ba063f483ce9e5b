/*
 * A result group: everything that one transaction will write: attempts, the exceptions in core.pending, the cursor. It
 * is gathered once and then never changes, so it can be sent again until it stands.
 */
#ifndef PORTTI_DISPATCHER_RECORD_GROUP_H
#define PORTTI_DISPATCHER_RECORD_GROUP_H

#include "common/base/strbuf.h"
#include "common/event/event.h"
#include "common/pg/pg.h"
#include "common/text/uuid.h"
#include "dispatcher/schedule/verdict.h"
#include <stdbool.h>
#include <stdint.h>

enum { ATTEMPT_PARTS = 4 };

struct attempt_row {
    struct uuid webhook_id;
    struct uuid event_id;
    int64_t seq;
    int attempt;
    int64_t started_us;
    int64_t duration_us;
    const char *outcome;  /* "delivered", "failed", "gave_up", "disabled" */
    int status;           /* 0 = NULL */
    enum failure failure; /* FAILURE_NONE = NULL */
    struct str response;  /* any bytes; made fit for PostgreSQL's text here */
    int64_t next_at_us;   /* 0 = NULL */
    /* Of the event; an object without text: NULL, all four. */
    struct str object_name;
    struct str action;
    struct uuid record_id;
    int64_t event_us;
    int64_t part_us[ATTEMPT_PARTS]; /* of the transfer: DNS, connection, TLS, first byte; -1 = NULL */
};

enum pending_state {
    PENDING_RETRY,     /* until next_at */
    PENDING_IN_FLIGHT, /* until there is room */
    PENDING_WAITING    /* behind an older row of its record */
};

struct pending_row {
    struct uuid webhook_id;
    struct uuid event_id;
    int64_t seq;
    int64_t event_created_us;
    struct uuid record_id;
    int attempt; /* tries made so far */
    enum pending_state state;
    int64_t next_at_us;
    int last_status; /* 0 = NULL */
    enum failure last_failure;
};

struct group;

struct group *group_new(void);
void group_free(struct group *group);
void group_attempt(struct group *group, const struct attempt_row *row);
/* Inserts or replaces; a delivery at most once a group, and not together with a delete. */
void group_pending(struct group *group, const struct pending_row *row);
void group_pending_delete(struct group *group, const struct uuid *webhook_id, const struct uuid *event_id);
/* Moves the cursor; `upper` empty = NULL. */
void group_cursor(struct group *group, struct str snapshot, struct str upper, int64_t upper_seq);
/* Disables a webhook, and tells others of it in an event. */
void group_disable(struct group *group, const struct uuid *webhook_id, struct str reason, const struct uuid *event_id,
                   struct str record);
/* Since when a webhook has only failed; 0: it does not. At most once a group for each. */
void group_health(struct group *group, const struct uuid *webhook_id, int64_t failing_since_us);
/* Tells others in an event that it fails, unless they were told of as much before. After group_health. */
void group_notice(struct group *group, const struct uuid *webhook_id, int percent, const struct uuid *event_id,
                  struct str record);
/* What came of a piece of a replay. */
struct replay_move {
    struct uuid id;
    int64_t seq;   /* of the last event of the piece; 0: it was empty */
    size_t events; /* of the right operations */
    size_t made;   /* deliveries */
    bool done;
};
void group_replay_move(struct group *group, const struct replay_move *move);
/* What the log says of a delivery that is dropped with its webhook. */
#define GROUP_DISABLED "the webhook was disabled"
#define GROUP_DELETED  "the webhook was deleted"
/* The rest reads back, behind all the changes above. The first `most` of a webhook's rows that are in flight, by seq.
 */
void group_refill(struct group *group, const struct uuid *webhook_id, size_t most);
/* Retries with from < next_at <= to, the earliest `most` of them. */
void group_due(struct group *group, int64_t from_us, int64_t to_us, size_t most);
/* The oldest GROUP_UNPARK_MOST rows of a record that wait; record NULL: of the webhook, in whatever state. */
void group_unpark(struct group *group, const struct uuid *webhook_id, const struct uuid *record_id);
/* The next `most` events of a replay, for group_replay_row. */
void group_replay_read(struct group *group, const struct uuid *replay_id, size_t most);
/* Drops what is pending for the shard's webhooks that are deleted or disabled, GROUP_PURGE_MOST rows at a time, each
 * with an attempt that says so; group_purged of the answer tells how many it were, and by which version of the webhooks
 * (as webhook_rows has it) it went. */
void group_purge(struct group *group);
size_t group_purged(const struct pg_result *result, int64_t *webhooks_version);
/* Nothing to write and nothing to read? */
bool group_empty(const struct group *group);
/* The next PENDING_PIECE rows of core.pending that are no retries, ordered by webhook, record and seq, for
 * group_read_row: $1, $2, $3 are what the last piece ended with. */
enum { PENDING_PIECE = 20000 };
extern const struct pg_statement pending_piece_statement;
/* Webhook and record of the retries in PENDING_BLOCKS blocks of the table from block $1 on, for group_retry_row; always
 * one row at least, whose ids may be zeros. */
enum { PENDING_BLOCKS = 500 };
extern const struct pg_statement pending_retries_statement;
size_t group_rows(const struct group *group);

/* Which part of the webhooks: core.shard_of. */
struct shard {
    int64_t number; /* from 0 */
    int64_t count;
};
bool shard_has(const struct shard *shard, const struct uuid *webhook_id);

enum { GROUP_COMMANDS_MAX = 14, GROUP_UNPARK_MOST = 64, GROUP_PURGE_MOST = 2000 };
enum group_read { READ_REFILL, READ_DUE, READ_UNPARK, READ_UNPARK_ALL, READ_REPLAY, READ_PURGE, GROUP_READS };

struct group_commands {
    struct pg_command commands[GROUP_COMMANDS_MAX];
    size_t count;
    size_t reads[GROUP_READS]; /* index of the result that has the rows; 0 = none */
};

/*
 * The statements of the group's transaction; they point into the group. The first one moves cursor and lease and fails
 * with division_by_zero (22012) when the shard is no longer in `epoch`, so that an old owner's results never commit.
 * `again`: the group may already stand (its answer was lost), so attempts that are there are not added twice.
 */
void group_prepare(struct group *group, const struct shard *shard, int64_t epoch, int64_t lease_us, bool again,
                   struct group_commands *out);

/* A row of a result that was read back. */
void group_read_row(const struct pg_result *result, size_t row, struct pending_row *out);

/* So much of the outbox is looked at for a piece of a replay. */
enum { GROUP_REPLAY_STRETCH = 5000 };
/* An event to be delivered again, or that there is none in the stretch. Texts are the result's. */
struct replay_row {
    struct uuid replay_id;
    struct uuid webhook_id;
    struct event event;  /* sequence 0: none */
    bool known;          /* its action */
    int64_t stretch_end; /* the last seq that was looked at; 0: there was none */
    size_t stretch;      /* how many were */
    bool by_name;        /* this event was asked for: whatever the webhook wants */
    bool has_operations;
    struct str operations; /* PostgreSQL's text[], binary */
    struct str filter;     /* empty: none */
    bool waits;            /* core.pending has it */
    bool waits_for_retry;
    int attempt; /* tries made so far, when it waits */
};
void group_replay_row(const struct pg_result *result, size_t row, struct replay_row *out);

/* Fills two ids and returns the number of blocks that the table has. */
int64_t group_retry_row(const struct pg_result *result, size_t row, struct pending_row *out);

#endif
