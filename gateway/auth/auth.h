/*
 * API keys: JWTs (HS256, RFC 7519) with the contract's claims (contract/rest-core section 4), a keyring of the keys
 * that exist, and token buckets. Pure: time is an argument.
 */
#ifndef PORTTI_AUTH_AUTH_H
#define PORTTI_AUTH_AUTH_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/map.h"
#include "common/base/str.h"
#include "common/text/uuid.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What may be done to records (contract/metadata 7). */
enum record_right { RIGHT_READ, RIGHT_UPDATE, RIGHT_SOFT_DELETE, RIGHT_DESTROY, RIGHT_COUNT };
enum right_said { RIGHT_INHERITED, RIGHT_GIVEN, RIGHT_DENIED };

/* Of one object: what is said of it otherwise than of all. */
struct object_rule {
    struct uuid object_id;
    enum right_said said[RIGHT_COUNT];
};

/* Of one field: what is taken away. */
struct field_rule {
    struct uuid object_id;
    struct uuid field_id;
    bool hidden; /* may not be read */
    bool frozen; /* may not be written */
};

/* Settings that may be allowed one by one; bits. */
enum settings_right {
    SETTINGS_DATA_MODEL = 1,
    SETTINGS_KEYS_AND_WEBHOOKS = 2,
    SETTINGS_ROLES = 4,
    SETTINGS_WORKSPACE = 8,
    SETTINGS_VIEWS = 16,
    SETTINGS_LAYOUTS = 32
};

struct role {
    struct uuid id;
    struct str label;
    bool can_update_all_settings;
    bool can_read_all_records;
    bool can_update_all_records;
    bool can_soft_delete_all_records;
    bool can_destroy_all_records;
    bool can_introspect;               /* GraphQL's schemas */
    unsigned settings;                 /* enum settings_right, where not all may be changed */
    const struct object_rule *objects; /* by object_id, ascending */
    size_t object_count;
    const struct field_rule *fields; /* by object_id, then field_id, ascending */
    size_t field_count;
};

struct api_key {
    struct uuid id;
    struct str name;
    const struct role *role; /* NULL: no role, so it cannot be used */
    bool revoked;
    int64_t expires_us; /* the key's own: a token ends with it, or earlier by its own exp */
};

/* Immutable once built, shared by reference count like the catalogue. */
struct keyring {
    atomic_size_t references;
    struct arena arena;
    int64_t version;
    struct uuid workspace_id;
    struct api_key *keys;
    size_t key_count;
    struct map by_id; /* 16 raw bytes -> struct api_key */
};

struct keyring *keyring_new(void);
/* Copies texts and rules into the keyring. Before it is shared. */
void keyring_build(struct keyring *keyring, const struct api_key *keys, size_t key_count, const struct role *roles,
                   size_t role_count);
struct keyring *keyring_ref(struct keyring *keyring);
void keyring_unref(struct keyring *keyring);

/* Issues a token: {"sub":ws,"workspaceId":ws,"type":"API_KEY","jti":key,"iat":…,"exp":…}. Lives in `arena`. */
struct str token_issue(struct arena *arena, struct str server_secret, const struct uuid *workspace_id,
                       const struct uuid *key_id, int64_t issued_s, int64_t expires_s);

/* Longer ones are invalid. Ours take about 330 bytes. */
enum { TOKEN_MAX = 8 * 1024 };

/* Checks tokens for one thread: holds the derived key and the last few good tokens, and nothing that grows. */
struct token_checker;
struct token_checker *token_checker_new(struct str server_secret);
void token_checker_free(struct token_checker *checker);
/* token_issue, by who checks them: without the server's secret. */
struct str token_checker_issue(const struct token_checker *checker, struct arena *arena,
                               const struct uuid *workspace_id, const struct uuid *key_id, int64_t issued_s,
                               int64_t expires_s);

/*
 * From the Authorization header's value (empty: absent) to the key, or the contract's refusals:
 * ERR_FORBIDDEN, tag "FORBIDDEN_EXCEPTION", "Missing authentication token" (absent or empty bearer; another scheme);
 * ERR_UNAUTHENTICATED, tag "UNAUTHENTICATED", "Token invalid." / "Token has expired." (it or its key);
 * ERR_FORBIDDEN, tag "FORBIDDEN_EXCEPTION", "This API Key is revoked" (revoked or unknown key);
 * ERR_INTERNAL, tag "API_KEY_ROLE_NOT_FOUND", "API key has no role assigned".
 */
MUST_CHECK bool authenticate(struct token_checker *checker, const struct keyring *keyring, struct str authorization,
                             int64_t now_s, const struct api_key **out, struct err *err);

/*
 * Rate limits: "100/s,6000/min", "off". Up to 4 buckets a key, each with continuous refill; a request takes one token
 * of each or of none. One table serves all workers of the process; several gateway processes count apart (see README).
 */
enum { RATE_BUCKETS_MAX = 4 };
struct rate_limit {
    size_t count; /* 0 = off */
    struct {
        int64_t tokens;
        int64_t window_us;
    } buckets[RATE_BUCKETS_MAX];
};
/* windows: s, min, h, d (also "second", "minute", "m", "hour", "day"); tokens 1..1e9. */
MUST_CHECK bool rate_limit_parse(struct str text, struct rate_limit *out, struct err *err);

/* Thread-safe: shared by all workers. Holds at most `max_keys` keys (1 at least); the one used least recently makes
 * room and starts full again when it comes back, so give it more than there are keys. */
struct rate_table;
struct rate_table *rate_table_new(const struct rate_limit *limit, size_t max_keys);
void rate_table_free(struct rate_table *table);
struct rate_verdict {
    bool allowed;
    int64_t retry_after_us; /* when refused: until every bucket has a token */
    size_t bucket;          /* the one that refused, or the tightest */
    int64_t limit, remaining, reset_us;
    int64_t window_us; /* of that bucket */
};
struct rate_verdict rate_take(struct rate_table *table, const struct uuid *key_id, int64_t now_us);

#endif
