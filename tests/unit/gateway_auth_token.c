/* Who gets in, and what the others read: contract/rest-core 3.5 and R1 to R5, and every way to bend a JWT. */
#include "common/base/strbuf.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include "gateway/auth/auth.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECRET            STR("a server secret that is long enough")
#define HEADER            "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define WORKSPACE         "11111111-1111-4111-8111-111111111111"
#define OTHER_WORKSPACE   "22222222-2222-4222-8222-222222222222"
#define GOOD              "aaaaaaaa-0000-4000-8000-000000000001"
#define REVOKED           "aaaaaaaa-0000-4000-8000-000000000002"
#define ROLELESS          "aaaaaaaa-0000-4000-8000-000000000003"
#define UNKNOWN           "aaaaaaaa-0000-4000-8000-000000000004"
#define SHORT             "aaaaaaaa-0000-4000-8000-000000000005"
#define CLAIMS(key, rest) "{\"sub\":\"" WORKSPACE "\",\"jti\":\"" key "\"" rest "}"

enum { NOW_S = 1800000000 };

struct fixture {
    struct arena arena;
    struct keyring *keyring;
    struct token_checker *checker;
};

static struct uuid uuid(const char *text)
{
    struct uuid parsed;
    assert_true(uuid_parse(str_from(text), &parsed));
    return parsed;
}

static int enter(void **state)
{
    static struct fixture fixture;
    char label[] = "Admin";
    char name[] = "quickstart";
    const struct role roles[] = {
        {.id = uuid(OTHER_WORKSPACE), .label = str_of(label, 5), .can_read_all_records = true}};
    const struct api_key keys[] = {
        {.id = uuid(GOOD), .name = str_of(name, 10), .role = &roles[0], .expires_us = INT64_MAX},
        {.id = uuid(SHORT), .name = STR("short"), .role = &roles[0], .expires_us = INT64_C(1000000) * NOW_S + 999999},
        {.id = uuid(REVOKED), .name = STR("old"), .role = &roles[0], .revoked = true},
        {.id = uuid(ROLELESS), .name = STR("bare"), .expires_us = INT64_MAX},
    };
    fixture.keyring = keyring_new();
    fixture.keyring->workspace_id = uuid(WORKSPACE);
    keyring_build(fixture.keyring, keys, ARRAY_LEN(keys), roles, ARRAY_LEN(roles));
    /* The keyring has its own copies. */
    memset(label, 'x', sizeof label);
    memset(name, 'x', sizeof name);
    fixture.checker = token_checker_new(SECRET);
    *state = &fixture;
    return 0;
}

static int leave(void **state)
{
    struct fixture *fixture = *state;
    token_checker_free(fixture->checker);
    token_checker_free(NULL);
    keyring_unref(keyring_ref(fixture->keyring));
    keyring_unref(fixture->keyring);
    keyring_unref(NULL);
    arena_release(&fixture->arena);
    return 0;
}

static void put_signed(struct strbuf *out, struct str header, struct str claims, struct str secret)
{
    size_t start = out->len;
    base64url_put(out, header);
    strbuf_put_char(out, '.');
    base64url_put(out, claims);
    uint8_t derived[SEAL_KEY_LEN];
    derive_key(secret, STR("api-key-token"), derived);
    struct hmac_key *key = hmac_key_new(str_of((const char *)derived, sizeof derived));
    uint8_t mac[SHA256_LEN];
    struct str piece = str_slice(strbuf_str(out), start, out->len);
    hmac_sha256(key, &piece, 1, mac);
    hmac_key_free(key);
    strbuf_put_char(out, '.');
    base64url_put(out, str_of((const char *)mac, sizeof mac));
}

/* "Bearer " and a token with a right signature over whatever it is given. */
static struct str bearer(struct fixture *fixture, const char *header, const char *claims)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "Bearer ");
    put_signed(&out, str_from(header), str_from(claims), SECRET);
    struct str copy = arena_copy(&fixture->arena, strbuf_str(&out));
    strbuf_release(&out);
    return copy;
}

static void expect(struct fixture *fixture, struct str authorization, enum err_code code, const char *tag,
                   const char *sentence)
{
    struct err err = {0};
    const struct api_key *key = NULL;
    bool ok = authenticate(fixture->checker, fixture->keyring, authorization, NOW_S, &key, &err);
    if (code == ERR_NONE) {
        assert_string_equal(err.text, "");
        assert_true(ok);
        assert_true(str_is(key->name, "quickstart"));
        assert_true(str_is(key->role->label, "Admin"));
        assert_true(key->role->can_read_all_records);
        return;
    }
    assert_false(ok);
    assert_null(key);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.code, code);
    assert_string_equal(err.tag, tag);
}

static void lets_in(struct fixture *fixture, struct str authorization)
{
    expect(fixture, authorization, ERR_NONE, NULL, NULL);
}

static void invalid(struct fixture *fixture, struct str authorization)
{
    expect(fixture, authorization, ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token invalid.");
}

static void missing(struct fixture *fixture, struct str authorization)
{
    expect(fixture, authorization, ERR_FORBIDDEN, "FORBIDDEN_EXCEPTION", "Missing authentication token");
}

static struct str issued(struct fixture *fixture, const char *key, int64_t expires_s)
{
    struct uuid workspace = uuid(WORKSPACE);
    struct uuid key_id = uuid(key);
    struct str token = token_issue(&fixture->arena, SECRET, &workspace, &key_id, NOW_S - 10, expires_s);
    return arena_printf(&fixture->arena, "Bearer %.*s", STR_ARG(token));
}

static void an_issued_token_lets_in(void **state)
{
    lets_in(*state, issued(*state, GOOD, NOW_S + 1));
    lets_in(*state, issued(*state, GOOD, NOW_S + INT64_C(100) * 365 * 86400));
}

static void a_token_ends_with_its_key(void **state)
{
    expect(*state, issued(*state, SHORT, NOW_S + 1000), ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token has expired.");
}

static void an_issued_token_has_the_contracts_claims(void **state)
{
    struct fixture *fixture = *state;
    struct str rest = issued(fixture, GOOD, NOW_S);
    struct str header = STR_EMPTY;
    struct str claims = STR_EMPTY;
    assert_true(str_split(&rest, '.', &header) && str_split(&rest, '.', &claims));
    struct str text = STR_EMPTY;
    assert_true(base64url_decode(&fixture->arena, str_slice(header, 7, header.len), &text));
    assert_true(str_is(text, HEADER));
    assert_true(base64url_decode(&fixture->arena, claims, &text));
    assert_true(str_is(text, "{\"sub\":\"" WORKSPACE "\",\"workspaceId\":\"" WORKSPACE
                             "\",\"type\":\"API_KEY\",\"jti\":\"" GOOD "\",\"iat\":1799999990,\"exp\":1800000000}"));
}

static void no_token_is_missing(void **state)
{
    missing(*state, STR_EMPTY);
    missing(*state, STR(""));
    missing(*state, STR("Bearer"));
    missing(*state, STR("Bearer "));
    missing(*state, STR("Bearer    "));
    missing(*state, STR("   "));
    missing(*state, STR("Basic dXNlcjpwYXNz"));
    missing(*state, STR("Bearertoken"));
    missing(*state, STR("\0Bearer x"));
    /* Without its scheme. */
    struct str whole = issued(*state, GOOD, NOW_S + 60);
    missing(*state, str_slice(whole, 7, whole.len));
}

static void the_scheme_is_read_in_either_case(void **state)
{
    struct fixture *fixture = *state;
    struct str whole = issued(fixture, GOOD, NOW_S + 60);
    struct str token = str_slice(whole, 7, whole.len);
    lets_in(fixture, arena_printf(&fixture->arena, "bearer %.*s", STR_ARG(token)));
    lets_in(fixture, arena_printf(&fixture->arena, "BEARER   %.*s  ", STR_ARG(token)));
}

static void a_malformed_token_is_invalid(void **state)
{
    struct fixture *fixture = *state;
    static const char *const rows[] = {
        "invalid-token", ".",       "..",       "...", "a.b",
        "a.b.c",         "a.b.c.d", "\xff\xfe", "%00", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30."};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        invalid(fixture, arena_printf(&fixture->arena, "Bearer %s", rows[i]));
    }
    struct str whole = issued(fixture, GOOD, NOW_S + 60);
    invalid(fixture, arena_printf(&fixture->arena, "%.*s.", STR_ARG(whole)));
    invalid(fixture, arena_printf(&fixture->arena, "%.*s=", STR_ARG(whole)));
    invalid(fixture, arena_printf(&fixture->arena, "%.*s garbage", STR_ARG(whole)));
    invalid(fixture, arena_printf(&fixture->arena, "%.*s\"", STR_ARG(whole)));
    invalid(fixture, arena_printf(&fixture->arena, "Bearer \"%.*s\"", STR_ARG(str_slice(whole, 7, whole.len))));
}

/* Each byte of a token counts, the spare bits of its last ones too. */
static void no_byte_may_change(void **state)
{
    struct fixture *fixture = *state;
    struct str whole = issued(fixture, GOOD, NOW_S + 60);
    for (size_t at = 7; at < whole.len; at++) {
        struct str bent = arena_copy(&fixture->arena, whole);
        char *byte = (char *)(uintptr_t)bent.ptr + at;
        *byte = (char)(*byte == 'A' ? 'B' : 'A');
        invalid(fixture, bent);
        *byte = '\0';
        invalid(fixture, bent);
        invalid(fixture, str_slice(whole, 0, at == 7 ? 8 : at));
        arena_reset(&fixture->arena);
        whole = issued(fixture, GOOD, NOW_S + 60);
    }
    for (const char *last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; *last != '\0'; last++) {
        if (*last != whole.ptr[whole.len - 1]) {
            struct str bent = arena_copy(&fixture->arena, whole);
            ((char *)(uintptr_t)bent.ptr)[bent.len - 1] = *last;
            invalid(fixture, bent);
        }
    }
}

static void a_token_of_another_key_is_invalid(void **state)
{
    struct fixture *fixture = *state;
    struct uuid workspace = uuid(WORKSPACE);
    struct uuid key = uuid(GOOD);
    struct str token = token_issue(&fixture->arena, STR("another secret"), &workspace, &key, NOW_S, NOW_S + 60);
    invalid(fixture, arena_printf(&fixture->arena, "Bearer %.*s", STR_ARG(token)));
}

static void swapped_parts_are_invalid(void **state)
{
    struct fixture *fixture = *state;
    struct str parts[2][3];
    for (int64_t i = 0; i < 2; i++) {
        struct str rest = issued(fixture, GOOD, NOW_S + 60 + i);
        rest = str_slice(rest, 7, rest.len);
        assert_true(str_split(&rest, '.', &parts[i][0]) && str_split(&rest, '.', &parts[i][1]) &&
                    str_split(&rest, '.', &parts[i][2]));
    }
    const struct str rows[][3] = {
        {parts[0][0], parts[0][1], parts[1][2]},
        {parts[0][0], parts[1][1], parts[0][2]},
        {parts[0][1], parts[0][0], parts[0][2]},
        {parts[0][0], parts[0][2], parts[0][1]},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        invalid(fixture, arena_printf(&fixture->arena, "Bearer %.*s.%.*s.%.*s", STR_ARG(rows[i][0]),
                                      STR_ARG(rows[i][1]), STR_ARG(rows[i][2])));
    }
}

static void only_hs256_is_taken(void **state)
{
    struct fixture *fixture = *state;
    const char *claims = CLAIMS(GOOD, ",\"exp\":1800000060");
    lets_in(fixture, bearer(fixture, "{\"typ\":\"JWT\",\"alg\":\"HS256\"}", claims));
    lets_in(fixture, bearer(fixture, " { \"alg\" : \"HS256\" } ", claims));
    /* All with a signature that our own key made. */
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\",\"typ\":\"JWT\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{\"alg\":[\"HS256\"]}",
        "{\"alg\":null}",
        "{\"typ\":\"JWT\"}",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{}",
        "[]",
        "\"HS256\"",
        "",
        "{\"alg\":\"HS256\"",
    };
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        invalid(fixture, bearer(fixture, headers[i], claims));
    }
    /* And the classic: no signature at all. */
    struct strbuf out = {0};
    strbuf_puts(&out, "Bearer ");
    base64url_put(&out, STR("{\"alg\":\"none\"}"));
    strbuf_put_char(&out, '.');
    base64url_put(&out, str_from(claims));
    invalid(fixture, strbuf_str(&out));
    strbuf_put_char(&out, '.');
    invalid(fixture, strbuf_str(&out));
    strbuf_release(&out);
}

static void claims_must_be_right(void **state)
{
    struct fixture *fixture = *state;
    static const char *const right[] = {
        /* As keys of older generations have them. */
        CLAIMS(GOOD, ",\"exp\":1800000001"),
        CLAIMS(GOOD, ",\"exp\":1800000001,\"type\":\"API_KEY\",\"iat\":1.5,\"other\":[1]"),
        CLAIMS(GOOD, ",\"exp\":9223372036854775807,\"workspaceId\":\"" WORKSPACE "\""),
        CLAIMS(GOOD, ",\"exp\":1800000001,\"nbf\":1800000000"),
        CLAIMS("AAAAAAAA-0000-4000-8000-000000000001", ",\"exp\":1800000001"),
    };
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        lets_in(fixture, bearer(fixture, HEADER, right[i]));
    }
    static const char *const wrong[] = {
        CLAIMS(GOOD, ""),
        CLAIMS(GOOD, ",\"exp\":\"1800000060\""),
        CLAIMS(GOOD, ",\"exp\":1800000060.5"),
        CLAIMS(GOOD, ",\"exp\":1.9e9"),
        CLAIMS(GOOD, ",\"exp\":9223372036854775808"),
        CLAIMS(GOOD, ",\"exp\":-1"),
        CLAIMS(GOOD, ",\"exp\":null"),
        CLAIMS(GOOD, ",\"exp\":true"),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"exp\":1800000061"),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"type\":\"ACCESS\""),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"type\":null"),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"workspaceId\":\"" OTHER_WORKSPACE "\""),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"workspaceId\":null"),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"nbf\":1800000001"),
        CLAIMS(GOOD, ",\"exp\":1800000060,\"nbf\":\"0\""),
        CLAIMS("key", ",\"exp\":1800000060"),
        CLAIMS("", ",\"exp\":1800000060"),
        CLAIMS(GOOD, ",\"exp\":1800000060") "x",
        "{\"sub\":\"" OTHER_WORKSPACE "\",\"jti\":\"" GOOD "\",\"exp\":1800000060}",
        "{\"sub\":1,\"jti\":\"" GOOD "\",\"exp\":1800000060}",
        "{\"jti\":\"" GOOD "\",\"exp\":1800000060}",
        "{\"sub\":\"" WORKSPACE "\",\"exp\":1800000060}",
        "{\"sub\":\"" WORKSPACE "\",\"jti\":7,\"exp\":1800000060}",
        "{}",
        "[]",
        "null",
        "",
        "\xff",
        "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{}}}}}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        invalid(fixture, bearer(fixture, HEADER, wrong[i]));
    }
}

static void an_expired_token_says_so(void **state)
{
    struct fixture *fixture = *state;
    expect(fixture, issued(fixture, GOOD, NOW_S), ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token has expired.");
    expect(fixture, issued(fixture, GOOD, 0), ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token has expired.");
    expect(fixture, issued(fixture, REVOKED, 1), ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "Token has expired.");
}

static void a_key_must_exist_and_have_a_role(void **state)
{
    struct fixture *fixture = *state;
    expect(fixture, issued(fixture, REVOKED, NOW_S + 60), ERR_FORBIDDEN, "FORBIDDEN_EXCEPTION",
           "This API Key is revoked");
    expect(fixture, issued(fixture, UNKNOWN, NOW_S + 60), ERR_FORBIDDEN, "FORBIDDEN_EXCEPTION",
           "This API Key is revoked");
    expect(fixture, issued(fixture, ROLELESS, NOW_S + 60), ERR_INTERNAL, "API_KEY_ROLE_NOT_FOUND",
           "API key has no role assigned");
}

static void a_huge_token_is_invalid_however_it_is_signed(void **state)
{
    struct fixture *fixture = *state;
    for (size_t padding = 5000; padding <= 80000; padding += 75000) {
        struct strbuf claims = {0};
        strbuf_puts(&claims, "{\"sub\":\"" WORKSPACE "\",\"jti\":\"" GOOD "\",\"exp\":1800000060,\"pad\":\"");
        for (size_t i = 0; i < padding; i++) {
            strbuf_put_char(&claims, 'x');
        }
        strbuf_puts(&claims, "\"}");
        struct str header = bearer(fixture, HEADER, strbuf_cstr(&claims));
        if (padding == 5000) {
            lets_in(fixture, header);
        } else {
            invalid(fixture, header);
        }
        strbuf_release(&claims);
    }
}

/* Remembered or not, time, workspace and key are looked at each time. */
static void a_remembered_token_is_checked_again(void **state)
{
    struct fixture *fixture = *state;
    struct str header = bearer(fixture, HEADER, CLAIMS(GOOD, ",\"exp\":1800000060,\"nbf\":1799999000"));
    struct keyring *keyring = keyring_new();
    struct role role = {.label = STR("Admin")};
    struct api_key key = {.id = uuid(GOOD), .name = STR("k"), .role = &role, .expires_us = INT64_MAX};
    keyring->workspace_id = uuid(WORKSPACE);
    keyring_build(keyring, &key, 1, &role, 1);
    const struct api_key *found = NULL;
    struct err err = {0};
    for (int i = 0; i < 2; i++) {
        assert_true(authenticate(fixture->checker, keyring, header, NOW_S, &found, &err));
        assert_false(authenticate(fixture->checker, keyring, header, NOW_S + 60, &found, &err));
        assert_string_equal(err.text, "Token has expired.");
        assert_false(authenticate(fixture->checker, keyring, header, NOW_S - 5000, &found, &err));
        assert_string_equal(err.text, "Token invalid.");
    }
    struct str bent = arena_copy(&fixture->arena, header);
    ((char *)(uintptr_t)bent.ptr)[bent.len - 20] ^= 1;
    invalid(fixture, bent);
    keyring->keys[0].revoked = true;
    assert_false(authenticate(fixture->checker, keyring, header, NOW_S, &found, &err));
    assert_string_equal(err.text, "This API Key is revoked");
    keyring->keys[0].revoked = false;
    keyring->keys[0].role = NULL;
    assert_false(authenticate(fixture->checker, keyring, header, NOW_S, &found, &err));
    assert_string_equal(err.text, "API key has no role assigned");
    keyring->workspace_id = uuid(OTHER_WORKSPACE);
    assert_false(authenticate(fixture->checker, keyring, header, NOW_S, &found, &err));
    assert_string_equal(err.text, "Token invalid.");
    keyring_unref(keyring);
}

static void an_empty_keyring_knows_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct keyring *empty = keyring_new();
    empty->workspace_id = uuid(WORKSPACE);
    keyring_build(empty, NULL, 0, NULL, 0);
    const struct api_key *key = NULL;
    struct err err = {0};
    assert_false(authenticate(fixture->checker, empty, issued(fixture, GOOD, NOW_S + 60), NOW_S, &key, &err));
    assert_string_equal(err.text, "This API Key is revoked");
    keyring_unref(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issued_token_lets_in),
        cmocka_unit_test(a_token_ends_with_its_key),
        cmocka_unit_test(an_issued_token_has_the_contracts_claims),
        cmocka_unit_test(no_token_is_missing),
        cmocka_unit_test(the_scheme_is_read_in_either_case),
        cmocka_unit_test(a_malformed_token_is_invalid),
        cmocka_unit_test(no_byte_may_change),
        cmocka_unit_test(a_token_of_another_key_is_invalid),
        cmocka_unit_test(swapped_parts_are_invalid),
        cmocka_unit_test(only_hs256_is_taken),
        cmocka_unit_test(claims_must_be_right),
        cmocka_unit_test(an_expired_token_says_so),
        cmocka_unit_test(a_key_must_exist_and_have_a_role),
        cmocka_unit_test(a_huge_token_is_invalid_however_it_is_signed),
        cmocka_unit_test(a_remembered_token_is_checked_again),
        cmocka_unit_test(an_empty_keyring_knows_nobody),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
