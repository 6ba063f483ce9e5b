/*
 * The webhooks as the dispatcher knows them: one `struct hook` each, with its lane, its unsealed keys and its
 * deliveries. A hook outlives its row while deliveries of it are under way.
 */
#ifndef PORTTI_DISPATCHER_APP_HOOKS_H
#define PORTTI_DISPATCHER_APP_HOOKS_H

#include "common/base/list.h"
#include "common/base/map.h"
#include "common/crypto/digest.h"
#include "dispatcher/consume/lookup.h"
#include "dispatcher/deliver/headers.h"
#include "dispatcher/match/match.h"
#include "dispatcher/schedule/lane.h"

enum hook_state { HOOK_ACTIVE, HOOK_DISABLED, HOOK_DELETED };

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
    int64_t created_us;
    struct list deliveries; /* all that are in memory */
    size_t held;            /* how many those are */
    bool spilled;           /* more of them wait in core.pending: new ones must queue up behind */
    size_t spilling;        /* on their way there */
    size_t refill_rows;     /* of the answer */
    size_t refill_limit;    /* rows that are being read back at most; 0 = none are */
};

struct hooks {
    struct map by_id;
    struct hook **active; /* subscribers of `index`, by position */
    size_t active_count;
    struct match_index *index;
    int64_t version; /* 0 = never loaded */
    struct uuid workspace_id;
    size_t window; /* of a new lane */
    uint8_t seal_key[SEAL_KEY_LEN];
};

void hooks_init(struct hooks *hooks, struct str server_secret, size_t window);
/* No hook may have deliveries. */
void hooks_release(struct hooks *hooks);
struct hook *hooks_find(const struct hooks *hooks, const struct uuid *id);
/* Takes over what was loaded. `on_stopped` hears of each hook that has stopped being active and still has deliveries.
 */
void hooks_load(struct hooks *hooks, const struct webhook_rows *rows,
                void (*on_stopped)(void *context, struct hook *hook), void *context);
#endif
