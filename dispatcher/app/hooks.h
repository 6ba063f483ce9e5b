/*
 * The webhooks as the dispatcher knows them: one `struct hook` each, with its lane, its unsealed keys and its
 * deliveries. A hook outlives its row while deliveries of it are under way.
 */
#ifndef PORTTI_DISPATCHER_APP_HOOKS_H
#define PORTTI_DISPATCHER_APP_HOOKS_H

#include "common/base/list.h"
#include "common/base/map.h"
#include "common/crypto/digest.h"
#include "dispatcher/app/hook_shape.h"
#include "dispatcher/app/hook_tls.h"
#include "dispatcher/consume/lookup.h"
#include "dispatcher/deliver/headers.h"
#include "dispatcher/match/match.h"
#include "dispatcher/record/group.h"
#include "dispatcher/schedule/lane.h"
#include "dispatcher/schedule/parked.h"

enum hook_state { HOOK_ACTIVE, HOOK_DISABLED, HOOK_DELETED };

/* Which deliveries wait for each other. */
enum hook_order { ORDER_NONE, ORDER_RECORD, ORDER_ENDPOINT };

struct replay_piece {
    struct replay_move move;
    size_t stretch; /* events of the outbox that were looked at */
    int64_t stretch_end;
};

struct hook {
    struct lane lane;
    struct uuid id;
    enum hook_state state;
    bool seen; /* in the load that is going on */
    char *url;
    char *host; /* for the log: the rest of a URL may hold secrets */
    char *sealed;
    struct deliver_keys *keys; /* NULL: not signed */
    bool secret_unreadable;    /* nothing may be sent */
    struct hook_shape *shape;
    /* Since when nothing but failures came of its deliveries; 0: it does not fail. */
    int64_t failing_since_us;
    int64_t failing_from_us; /* the same in loop time, which does not jump */
    int noticed;             /* percent of the time until it is disabled that others were told of */
    bool health_written;     /* core.webhook_health has a row */
    bool health_dirty;
    struct uuid replay_wanted; /* the job that is next; nil: none */
    struct uuid replay_id;     /* that a piece is being read of */
    int64_t replay_count;      /* of the job that is next: so many at most in replay_period_us; 0: as it takes them */
    int64_t replay_period_us;
    int64_t replay_at_us;             /* loop time: the next piece not before */
    size_t replay_limit;              /* events that are being read at most; 0: none are */
    struct replay_piece replay_piece; /* that is being taken */
    bool just_paused;                 /* its deliveries have to get rows: they may wait for long */
    struct hook_tls *tls;             /* NULL: nothing of its own */
    bool forbidden;                   /* its URL names an address, and one that may not be delivered to */
    enum hook_order order;
    enum hook_order order_wanted; /* in force when no delivery is in memory that was put in the old order */
    struct schedule schedule;
    int64_t from_seq;       /* what has a higher number came after the webhook */
    struct list deliveries; /* all that are in memory */
    size_t held;            /* how many those are */
    size_t event_bytes;     /* of the events that they keep */
    size_t usual_bytes;     /* of one */
    struct list shelf;      /* deliveries that need their event, while there are enough */
    size_t loading;         /* whose events are being read */
    struct parked parked;   /* records with deliveries that wait in core.pending for their time */
    bool dropped;           /* it has stopped, and what it had in memory is gone */
    bool rows_left;         /* its rows in core.pending may not be gone yet */
    bool spilled;           /* more of them wait in core.pending: new ones must queue up behind */
    size_t spilling;        /* on their way there */
    size_t refill_rows;     /* of the answer */
    size_t refill_limit;    /* rows that are being read back at most; 0 = none are */
};

/* What a webhook that says nothing itself gets. */
struct hooks_defaults {
    size_t window_most;
    int64_t probe_interval_us;
    struct schedule schedule;
    struct pace_rate rate;
    size_t max_bytes;                   /* of a body; more is sent thin */
    const struct egress_policy *egress; /* must live as long as the hooks */
    struct shard shard;                 /* whose webhooks these are */
};

struct hooks {
    struct map by_id;
    struct hook **active; /* subscribers of `index`, by position */
    size_t active_count;
    struct match_index *index;
    int64_t version; /* 0 = never loaded */
    bool torn;       /* one goes on that had stopped, before its rows were gone: memory does not know of them */
    struct uuid workspace_id;
    struct hooks_defaults defaults;
    struct lanes *lanes;
    uint8_t seal_key[SEAL_KEY_LEN];
};

/* `lanes` is where the hooks' lanes take turns. */
void hooks_init(struct hooks *hooks, struct str server_secret, const struct hooks_defaults *defaults,
                struct lanes *lanes);
/* No hook may have deliveries. */
void hooks_release(struct hooks *hooks);
/* A hook's last delivery has left memory: a new order may come into force. Not while others wait in core.pending that
 * were put there in the old order. */
void hook_emptied(struct hook *hook);
struct hook *hooks_find(const struct hooks *hooks, const struct uuid *id);
struct hooks_clock {
    int64_t loop_us; /* the lanes' clock */
    int64_t day_us;  /* the time of day, by the database's clock */
};

/* Takes over what was loaded of the shard. `on_stopped` hears of each hook that has stopped being active and still has
 * deliveries. */
void hooks_load(struct hooks *hooks, const struct webhook_rows *rows, const struct hooks_clock *now,
                void (*on_stopped)(void *context, struct hook *hook), void *context);
#endif
