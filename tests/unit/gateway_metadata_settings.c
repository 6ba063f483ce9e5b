/* Bodies and documents of keys, roles and the workspace (contract: metadata sections 2.3, 6 and 7). */
#include "gateway/metadata/api_key.h"
#include "gateway/metadata/workspace.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ROLE "aaaaaaaa-0000-4000-8000-000000000001"

static struct arena arena;

static const struct json *json(const char *text)
{
    static const struct json_limits limits = {.max_depth = 8, .max_nodes = 100};
    struct err err = {0};
    const struct json *parsed = json_parse(&arena, str_from(text), &limits, &err);
    assert_string_equal(err.text, "");
    return parsed;
}

static struct strbuf out;

static const char *printed(void)
{
    return strbuf_cstr(&out);
}

static void a_key_is_read(void **state)
{
    (void)state;
    struct api_key_row key;
    struct api_key_given given;
    struct err err = {0};
    assert_true(api_key_read_create(
        json("{\"name\":\" k \",\"expiresAt\":\"2027-01-02T03:04:05Z\",\"roleId\":\"" ROLE "\",\"more\":[1]}"), &key,
        &given, &err));
    assert_true(str_is(key.name, "k"));
    assert_false(given.id || key.revoked);
    strbuf_clear(&out);
    api_key_put_brief(&out, &key);
    assert_string_equal(printed(),
                        "{\"id\":null,\"name\":\"k\",\"expiresAt\":\"2027-01-02T03:04:05.000Z\",\"revokedAt\":null}");
}

static void null_and_blank_take_a_revocation_back(void **state)
{
    (void)state;
    struct api_key_row key;
    struct api_key_given given;
    struct err err = {0};
    static const char *const bodies[] = {"{\"revokedAt\":null}", "{\"revokedAt\":\"\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        assert_true(api_key_read_update(json(bodies[i]), &key, &given, &err));
        assert_true(given.revoked && !key.revoked);
    }
    assert_true(api_key_read_update(json("{\"name\":null,\"expiresAt\":null,\"roleId\":null}"), &key, &given, &err));
    assert_false(given.revoked || given.name || given.expires || given.role_id);
}

static void a_token_never_outlives_its_key(void **state)
{
    (void)state;
    struct api_key_row key = {.expires_us = INT64_C(2000000000000000)};
    int64_t until = 0;
    struct err err = {0};
    assert_true(api_key_token_expiry(&key, STR_EMPTY, 5, &until, &err));
    assert_true(until == key.expires_us);
    assert_true(api_key_token_expiry(&key, STR("2030-01-01"), 5, &until, &err));
    assert_true(until == INT64_C(1893456000000000));
    assert_true(api_key_token_expiry(&key, STR("2099-01-01"), 5, &until, &err));
    assert_true(until == key.expires_us);
    assert_false(api_key_token_expiry(&key, STR_EMPTY, key.expires_us, &until, &err));
    assert_string_equal(err.tag, "API_KEY_EXPIRED");
    assert_false(api_key_token_expiry(&key, STR("never"), 5, &until, &err));
    assert_string_equal(err.tag, "INVALID_INPUT");
    key.revoked = true;
    assert_false(api_key_token_expiry(&key, STR_EMPTY, 5, &until, &err));
    assert_string_equal(err.tag, "API_KEY_REVOKED");
}

static void a_key_brings_its_role(void **state)
{
    (void)state;
    const struct api_key_row key = {.name = STR("k")};
    const struct api_key_row *const keys[] = {&key};
    const struct role_row role = {.label = STR("R"), .keys = keys, .key_count = 1, .flags = {[ROLE_FOR_USERS] = true}};
    const struct api_key_row with = {.name = STR("k"), .role = &role};
    struct json_limits limits = {.max_depth = 8, .max_nodes = 200};
    strbuf_clear(&out);
    api_key_put_document(&out, &with, ROLE_DEEP);
    const struct json *document = json_parse(&arena, strbuf_str(&out), &limits, NULL);
    const struct json *inner = json_get(document, "role");
    assert_true(str_is(json_get(inner, "label")->text, "R"));
    assert_true(json_is(json_get(inner, "canBeAssignedToUsers"), JSON_TRUE));
    assert_true(json_is(json_get(inner, "canUpdateAllSettings"), JSON_FALSE));
    assert_int_equal(json_get(inner, "apiKeys")->count, 1);
    assert_int_equal(json_get(inner, "objectPermissions")->count, 0);
    strbuf_clear(&out);
    api_key_put_document(&out, &with, ROLE_NESTED);
    document = json_parse(&arena, strbuf_str(&out), &limits, NULL);
    assert_null(json_get(json_get(document, "role"), "apiKeys"));
    strbuf_clear(&out);
    struct str none = STR_EMPTY;
    api_key_put_json(&out, &with, &none);
    document = json_parse(&arena, strbuf_str(&out), &limits, NULL);
    assert_true(json_is(json_get(document, "token"), JSON_NULL));
    assert_null(json_get(document, "role"));
}

static void a_role_that_writes_reads(void **state)
{
    (void)state;
    struct role_row role;
    struct role_given given;
    struct err err = {0};
    assert_false(role_read_create(json("{\"label\":\"x\",\"canDestroyAllObjectRecords\":true}"), &role, &given, &err));
    assert_string_equal(err.tag, "CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION");
    assert_true(
        role_read_create(json("{\"label\":\"x\",\"canDestroyAllObjectRecords\":true,\"canReadAllObjectRecords\":true}"),
                         &role, &given, &err));
    assert_true(role.flags[ROLE_FOR_API_KEYS] && role.flags[ROLE_INTROSPECT] && !role.flags[ROLE_UPDATE_SETTINGS]);
    assert_true(role_read_update(json("{\"canDestroyAllObjectRecords\":true}"), &role, &given, &err));
    assert_true(given.flags[ROLE_DESTROY_RECORDS] && !given.flags[ROLE_READ_RECORDS] && !given.label);
}

static void the_workspace_takes_what_it_is(void **state)
{
    (void)state;
    struct workspace_row row;
    struct workspace_given given;
    struct err err = {0};
    static const char *const same[] = {"{\"isGoogleAuthEnabled\":false}",
                                       "{\"trashRetentionDays\":null}",
                                       "{\"subdomain\":\"\"}",
                                       "{\"workspaceMembersCount\":0}",
                                       "{\"featureFlags\":[]}",
                                       "{\"aiChatModelTier\":null}",
                                       "{\"nonsense\":true}"};
    static const char *const others[] = {"{\"isGoogleAuthEnabled\":true}", "{\"trashRetentionDays\":14}",
                                         "{\"subdomain\":\"x\"}",          "{\"subdomain\":5}",
                                         "{\"aiChatModelTier\":\"x\"}",    "{\"featureFlags\":[{}]}",
                                         "{\"customDomain\":\"null\"}"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        assert_true(workspace_read_update(json(same[i]), &row, &given, &err));
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_false(workspace_read_update(json(others[i]), &row, &given, &err));
        assert_string_equal(err.tag, "NOT_CHANGEABLE");
    }
}

static int leave(void **state)
{
    (void)state;
    strbuf_release(&out);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read),
        cmocka_unit_test(null_and_blank_take_a_revocation_back),
        cmocka_unit_test(a_token_never_outlives_its_key),
        cmocka_unit_test(a_key_brings_its_role),
        cmocka_unit_test(a_role_that_writes_reads),
        cmocka_unit_test(the_workspace_takes_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, leave);
}
