#include "gateway/auth/auth.h"

#include "common/base/alloc.h"
#include "common/base/secret.h"
#include "common/base/strbuf.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include "common/text/json_read.h"
#include <stdlib.h>

/* The header of every token that we issue: {"alg":"HS256","typ":"JWT"} */
#define OUR_HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

struct token_parts {
    struct str header;
    struct str claims;
    struct str signature;
};

/* What a token says, once it is known to be ours: nothing in here depends on the time or on the keyring. */
struct claims {
    struct uuid workspace_id;
    struct uuid key_id;
    int64_t not_before_s;
    int64_t expires_s;
};

enum { REMEMBERED_SLOTS = 64, REMEMBERED_LEN = 512 };

/* A token whose signature and claims were found good. Its time and its key are still checked on every request. */
struct remembered {
    size_t len; /* 0 = free */
    char token[REMEMBERED_LEN];
    struct claims claims;
};

struct token_checker {
    struct hmac_key *key;
    struct arena arena; /* reset before each token that is parsed */
    struct remembered remembered[REMEMBERED_SLOTS];
};

static struct hmac_key *signing_key(struct str server_secret)
{
    uint8_t derived[SEAL_KEY_LEN];
    derive_key(server_secret, STR("api-key-token"), derived);
    struct hmac_key *key = hmac_key_new(str_of((const char *)derived, sizeof derived));
    secret_wipe(derived, sizeof derived);
    return key;
}

static struct str issue(struct arena *arena, struct hmac_key *key, const struct uuid *workspace_id,
                        const struct uuid *key_id, int64_t issued_s, int64_t expires_s)
{
    struct strbuf claims = {0};
    strbuf_puts(&claims, "{\"sub\":\"");
    uuid_put(&claims, workspace_id);
    strbuf_puts(&claims, "\",\"workspaceId\":\"");
    uuid_put(&claims, workspace_id);
    strbuf_puts(&claims, "\",\"type\":\"API_KEY\",\"jti\":\"");
    uuid_put(&claims, key_id);
    strbuf_puts(&claims, "\",\"iat\":");
    strbuf_put_int(&claims, issued_s);
    strbuf_puts(&claims, ",\"exp\":");
    strbuf_put_int(&claims, expires_s);
    strbuf_put_char(&claims, '}');

    struct strbuf token = {0};
    strbuf_puts(&token, OUR_HEADER ".");
    base64url_put(&token, strbuf_str(&claims));
    uint8_t mac[SHA256_LEN];
    struct str signed_part = strbuf_str(&token);
    hmac_sha256(key, &signed_part, 1, mac);
    strbuf_put_char(&token, '.');
    base64url_put(&token, str_of((const char *)mac, sizeof mac));
    struct str issued = arena_copy(arena, strbuf_str(&token));
    secret_wipe(token.ptr, token.capacity);
    strbuf_release(&token);
    strbuf_release(&claims);
    return issued;
}

struct str token_issue(struct arena *arena, struct str server_secret, const struct uuid *workspace_id,
                       const struct uuid *key_id, int64_t issued_s, int64_t expires_s)
{
    struct hmac_key *key = signing_key(server_secret);
    struct str token = issue(arena, key, workspace_id, key_id, issued_s, expires_s);
    hmac_key_free(key);
    return token;
}

struct str token_checker_issue(const struct token_checker *checker, struct arena *arena,
                               const struct uuid *workspace_id, const struct uuid *key_id, int64_t issued_s,
                               int64_t expires_s)
{
    return issue(arena, checker->key, workspace_id, key_id, issued_s, expires_s);
}

struct token_checker *token_checker_new(struct str server_secret)
{
    struct token_checker *checker = xcalloc(1, sizeof *checker);
    checker->key = signing_key(server_secret);
    return checker;
}

void token_checker_free(struct token_checker *checker)
{
    if (checker != NULL) {
        hmac_key_free(checker->key);
        arena_release(&checker->arena);
        secret_wipe(checker, sizeof *checker);
        free(checker);
    }
}

/* The bearer token, or empty when there is none of that scheme (RFC 6750 section 2.1; the scheme in either case). */
static struct str bearer_token(struct str authorization)
{
    struct str rest = str_trim(authorization);
    struct str scheme = str_slice(rest, 0, str_find(rest, ' '));
    if (!str_eq_nocase(scheme, STR("Bearer"))) {
        return STR_EMPTY;
    }
    return str_trim(str_slice(rest, scheme.len, rest.len));
}

static bool split(struct str token, struct token_parts *out)
{
    struct str rest = token;
    return str_split(&rest, '.', &out->header) && str_split(&rest, '.', &out->claims) &&
           str_split(&rest, '.', &out->signature) && rest.ptr == NULL;
}

static bool signature_matches(struct token_checker *checker, const struct token_parts *parts)
{
    struct str given = STR_EMPTY;
    if (!base64url_decode(&checker->arena, parts->signature, &given)) {
        return false;
    }
    uint8_t mac[SHA256_LEN];
    const struct str pieces[] = {parts->header, STR("."), parts->claims};
    hmac_sha256(checker->key, pieces, ARRAY_LEN(pieces), mac);
    return secret_equal(given, str_of((const char *)mac, sizeof mac));
}

static const struct json *part_read(struct arena *arena, struct str part)
{
    static const struct json_limits limits = {.max_depth = 4, .max_nodes = 64};
    struct str text = STR_EMPTY;
    if (!base64url_decode(arena, part, &text)) {
        return NULL;
    }
    const struct json *json = json_parse(arena, text, &limits, NULL);
    return json_is(json, JSON_OBJECT) ? json : NULL;
}

static bool is_string(const struct json *value, const char *text)
{
    return json_is(value, JSON_STRING) && str_is(value->text, text);
}

static bool header_is_ours(struct arena *arena, struct str part)
{
    if (str_eq(part, STR(OUR_HEADER))) {
        return true;
    }
    const struct json *header = part_read(arena, part);
    /* RFC 7515 section 4.1.11: extensions that must be understood, and we know none. */
    return header != NULL && is_string(json_get(header, "alg"), "HS256") && json_get(header, "crit") == NULL;
}

/* RFC 7519 allows fractions; the tokens of this contract hold whole seconds. */
static bool seconds_of(const struct json *value, int64_t *out)
{
    return json_is(value, JSON_NUMBER) && str_to_int64(value->text, 0, INT64_MAX, out);
}

static bool uuid_of(const struct json *value, struct uuid *out)
{
    return json_is(value, JSON_STRING) && uuid_parse(value->text, out);
}

static bool claims_read(struct arena *arena, struct str part, struct claims *out)
{
    const struct json *json = part_read(arena, part);
    if (json == NULL) {
        return false;
    }
    struct uuid workspace;
    struct claims claims = {0};
    const struct json *type = json_get(json, "type");
    const struct json *workspace_claim = json_get(json, "workspaceId");
    const struct json *not_before = json_get(json, "nbf");
    /* Keys of older generations carry neither `type` nor `workspaceId`. */
    bool good = (type == NULL || is_string(type, "API_KEY")) && uuid_of(json_get(json, "sub"), &claims.workspace_id) &&
                (workspace_claim == NULL ||
                 (uuid_of(workspace_claim, &workspace) && uuid_eq(&workspace, &claims.workspace_id))) &&
                (not_before == NULL || seconds_of(not_before, &claims.not_before_s)) &&
                uuid_of(json_get(json, "jti"), &claims.key_id) && seconds_of(json_get(json, "exp"), &claims.expires_s);
    if (good) {
        *out = claims;
    }
    return good;
}

/* The signature is what a guesser lacks, so it is what must not be compared byte by byte. */
static bool remembers(const struct remembered *slot, struct str token, struct str signature)
{
    size_t signed_len = token.len - signature.len;
    return slot->len == token.len && memcmp(slot->token, token.ptr, signed_len) == 0 &&
           secret_equal(str_of(slot->token + signed_len, signature.len), signature);
}

static void remember(struct remembered *slot, struct str token, const struct claims *claims)
{
    if (token.len <= sizeof slot->token) {
        slot->len = token.len;
        memcpy(slot->token, token.ptr, token.len);
        slot->claims = *claims;
    }
}

/* Nothing of a token is parsed before its signature stands, so strangers reach no parser. */
static bool token_read(struct token_checker *checker, struct str token, struct claims *out)
{
    struct token_parts parts;
    if (token.len > TOKEN_MAX || !split(token, &parts)) {
        return false;
    }
    struct remembered *slot = &checker->remembered[map_hash(parts.signature) % REMEMBERED_SLOTS];
    if (remembers(slot, token, parts.signature)) {
        *out = slot->claims;
        return true;
    }
    arena_reset(&checker->arena);
    if (!signature_matches(checker, &parts) || !header_is_ours(&checker->arena, parts.header) ||
        !claims_read(&checker->arena, parts.claims, out)) {
        return false;
    }
    remember(slot, token, out);
    return true;
}

bool authenticate(struct token_checker *checker, const struct keyring *keyring, struct str authorization, int64_t now_s,
                  const struct api_key **out, struct err *err)
{
    struct str token = bearer_token(authorization);
    if (token.len == 0) {
        return err_fail_tag(err, ERR_FORBIDDEN, "FORBIDDEN_EXCEPTION", "Missing authentication token");
    }
    struct claims claims;
    if (!token_read(checker, token, &claims) || !uuid_eq(&claims.workspace_id, &keyring->workspace_id) ||
        now_s < claims.not_before_s) {
        return err_fail_tag(err, ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token invalid.");
    }
    if (now_s >= claims.expires_s) {
        return err_fail_tag(err, ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token has expired.");
    }
    const struct api_key *key =
        map_get(&keyring->by_id, str_of((const char *)claims.key_id.bytes, sizeof claims.key_id.bytes));
    if (key == NULL || key->revoked) {
        return err_fail_tag(err, ERR_FORBIDDEN, "FORBIDDEN_EXCEPTION", "This API Key is revoked");
    }
    /* A key whose time was cut short takes its tokens along. */
    if (now_s >= key->expires_us / 1000000) {
        return err_fail_tag(err, ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token has expired.");
    }
    if (key->role == NULL) {
        return err_fail_tag(err, ERR_INTERNAL, "API_KEY_ROLE_NOT_FOUND", "API key has no role assigned");
    }
    *out = key;
    return true;
}
