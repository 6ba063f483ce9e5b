#include "gateway/metadata/api_key.h"

#include "common/text/timestamp.h"
#include "gateway/metadata/body.h"
#include "gateway/metadata/put.h"

static bool read_revoked(const struct json *body, struct api_key_row *out, struct api_key_given *given, struct err *err)
{
    bool null = false;
    if (!body_time(body, "revokedAt", &out->revoked_us, &given->revoked, &null, err)) {
        return false;
    }
    out->revoked = given->revoked && !null;
    return true;
}

bool api_key_read_create(const struct json *body, struct api_key_row *out, struct api_key_given *given, struct err *err)
{
    bool null = false;
    *out = (struct api_key_row){0};
    *given = (struct api_key_given){.name = true};
    if (!body_is_object(body, err) || !body_id(body, "id", &out->id, &given->id, err) ||
        !body_required_text(body, "name", API_KEY_NAME_MAX, &out->name, err) ||
        !body_time(body, "expiresAt", &out->expires_us, &given->expires, &null, err) ||
        !read_revoked(body, out, given, err) || !body_id(body, "roleId", &out->role_id, &given->role_id, err)) {
        return false;
    }
    if (!given->expires || null) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "expiresAt should not be empty");
    }
    return given->role_id ||
           err_fail_tag(err, ERR_INVALID, "INVALID_INPUT",
                        "roleId should not be empty: give the id of the role that the key shall have");
}

bool api_key_read_update(const struct json *body, struct api_key_row *out, struct api_key_given *given, struct err *err)
{
    bool null = false;
    *out = (struct api_key_row){0};
    *given = (struct api_key_given){0};
    if (!body_is_object(body, err) || !body_text(body, "name", API_KEY_NAME_MAX, &out->name, &given->name, err) ||
        !body_time(body, "expiresAt", &out->expires_us, &given->expires, &null, err) ||
        !read_revoked(body, out, given, err) || !body_id(body, "roleId", &out->role_id, &given->role_id, err)) {
        return false;
    }
    /* GraphQL clients send null for what they leave alone. */
    given->expires = given->expires && !null;
    given->name = given->name && out->name.ptr != NULL;
    return !given->name || out->name.len > 0 ||
           err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "name should not be empty");
}

bool api_key_token_expiry(const struct api_key_row *key, struct str expires, int64_t now_us, int64_t *out_us,
                          struct err *err)
{
    int64_t until = key->expires_us;
    if (key->revoked) {
        return err_fail_tag(err, ERR_FORBIDDEN, "API_KEY_REVOKED", "This API Key is revoked");
    }
    if (expires.len > 0 && !timestamp_parse(expires, &until)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_INPUT",
                            "expiresAt must be a date such as \"2027-12-31T00:00:00.000Z\"");
    }
    until = until < key->expires_us ? until : key->expires_us;
    if (until <= now_us) {
        return err_fail_tag(err, ERR_INVALID, "API_KEY_EXPIRED", "This API Key has expired");
    }
    *out_us = until;
    return true;
}

void api_key_put_brief(struct strbuf *out, const struct api_key_row *key)
{
    strbuf_put_char(out, '{');
    put_id(out, "id", &key->id);
    put_text(out, "name", key->name);
    put_time(out, "expiresAt", false, key->expires_us);
    put_time(out, "revokedAt", !key->revoked, key->revoked_us);
    strbuf_put_char(out, '}');
}

static void put_common(struct strbuf *out, const struct api_key_row *key)
{
    put_id(out, "id", &key->id);
    put_text(out, "name", key->name);
    put_time(out, "expiresAt", false, key->expires_us);
    put_time(out, "revokedAt", !key->revoked, key->revoked_us);
    put_id(out, "workspaceId", &key->workspace_id);
    put_time(out, "createdAt", false, key->created_us);
    put_time(out, "updatedAt", false, key->updated_us);
}

void api_key_put_json(struct strbuf *out, const struct api_key_row *key, const struct str *token)
{
    strbuf_put_char(out, '{');
    put_common(out, key);
    put_id(out, "roleId", &key->role_id);
    if (token != NULL) {
        put_text(out, "token", *token);
    }
    strbuf_put_char(out, '}');
}

void api_key_put_document(struct strbuf *out, const struct api_key_row *key, enum role_form form)
{
    strbuf_put_char(out, '{');
    put_common(out, key);
    put_name(out, "role");
    if (key->role == NULL) {
        strbuf_puts(out, "null");
    } else {
        role_put_json(out, key->role, form);
    }
    strbuf_put_char(out, '}');
}
