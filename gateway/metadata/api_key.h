/*
 * API keys as the metadata API shows and takes them (contract: metadata section 6). Pure. A key is a row; tokens are
 * issued for it, by gateway/auth, and never kept.
 */
#ifndef PORTTI_METADATA_API_KEY_H
#define PORTTI_METADATA_API_KEY_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include "gateway/metadata/role.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { API_KEY_NAME_MAX = 255 };

struct api_key_row {
    struct uuid id;
    struct str name;
    struct uuid role_id;         /* nil: none */
    const struct role_row *role; /* NULL: none, or nobody asked */
    int64_t expires_us;
    bool revoked;
    int64_t revoked_us;
    struct uuid workspace_id;
    int64_t created_us, updated_us;
};

/* What a body names. */
struct api_key_given {
    bool id, name, role_id, expires, revoked;
};

/* A create's body: {name, expiresAt, roleId, revokedAt?, id?}. A date in the past is taken, as the contract has it. */
MUST_CHECK bool api_key_read_create(const struct json *body, struct api_key_row *out, struct api_key_given *given,
                                    struct err *err);
/* An update's body: any subset of {name, expiresAt, revokedAt, roleId}; revokedAt null or "" takes a revocation back.
 */
MUST_CHECK bool api_key_read_update(const struct json *body, struct api_key_row *out, struct api_key_given *given,
                                    struct err *err);

/*
 * Until when a token lives that is asked for with `expires` (empty: as long as the key): never longer than the key.
 * ERR_FORBIDDEN: API_KEY_REVOKED; ERR_INVALID: API_KEY_EXPIRED, INVALID_INPUT.
 */
MUST_CHECK bool api_key_token_expiry(const struct api_key_row *key, struct str expires, int64_t now_us, int64_t *out_us,
                                     struct err *err);

/* The REST form: {"id","name","expiresAt","revokedAt","workspaceId","createdAt","updatedAt","roleId"}, and "token" when
 * there is one to show (NULL: no such property; an empty token: null). */
void api_key_put_json(struct strbuf *out, const struct api_key_row *key, const struct str *token);
/* The GraphQL form: with `role`, in that form. */
void api_key_put_document(struct strbuf *out, const struct api_key_row *key, enum role_form form);
/* {"id","name","expiresAt","revokedAt"}: within a role. */
void api_key_put_brief(struct strbuf *out, const struct api_key_row *key);

#endif
