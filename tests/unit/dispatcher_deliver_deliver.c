#include "common/base/arena.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include "common/text/timestamp.h"
#include "dispatcher/deliver/body.h"
#include "dispatcher/deliver/headers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

/* The worked example of contract/webhooks 1.5. */
static const char example_body[] =
    "{\"targetUrl\":\"https://hooks.example.com/twenty\",\"eventName\":\"company.updated\",\"objectMetadata\":{\"id\":"
    "\"370985db-22d8-4463-8e5f-2271d30913bd\",\"nameSingular\":\"company\"},\"workspaceId\":\"872cfcf1-c79f-42bc-877d-"
    "5829f06eb3f9\",\"webhookId\":\"90056586-1228-4e03-a507-70140aa85c05\",\"eventDate\":\"2026-01-01T00:00:00.000Z\","
    "\"record\":{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"name\":\"Zo\xc3\xab & Co <b>\",\"employees\":42},"
    "\"updatedFields\":[\"name\",\"employees\"]}";
static const char example_secret[] = "6f1c2b9a4d8e7f30516273849aabbccddeeff00112233445566778899aabbccd";
static const char example_signature[] = "3ed07cb91195959aa0bde1db100a31d9c54f00e6c7763ad67df91aa266fc8b86";

static struct uuid uuid_of(const char *text)
{
    struct uuid uuid;
    assert_true(uuid_parse(str_from(text), &uuid));
    return uuid;
}

static const struct deliver_shape whole = {.thin = false};

static struct deliver_keys *keys_of(struct str secret)
{
    const struct deliver_secret one = {.secret = secret, .until_us = INT64_MAX};
    return deliver_keys_new(&one, 1);
}

static struct event example_event(void)
{
    struct event event = {
        .id = uuid_of("01934f5e-0000-7000-8000-000000000001"),
        .workspace_id = uuid_of("872cfcf1-c79f-42bc-877d-5829f06eb3f9"),
        .object_id = uuid_of("370985db-22d8-4463-8e5f-2271d30913bd"),
        .object_name = STR("company"),
        .action = EVENT_UPDATED,
        .record_id = uuid_of("20202020-3ec3-4fe3-8997-b76aa0bfa408"),
        .record = STR("{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"name\":\"Zo\xc3\xab & Co "
                      "<b>\",\"employees\":42}"),
        .updated_fields = STR("[\"name\",\"employees\"]"),
    };
    assert_true(timestamp_parse(STR("2026-01-01T00:00:00.000Z"), &event.created_us));
    return event;
}

static const char *line_of(const struct deliver_headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct str line = str_from(headers->lines[i]);
        size_t colon = str_find(line, ':');
        if (str_eq(str_slice(line, 0, colon), str_from(name))) {
            return headers->lines[i] + colon + 2;
        }
    }
    return NULL;
}

static void the_worked_example_comes_out_byte_by_byte(void **state)
{
    (void)state;
    struct event event = example_event();
    struct uuid webhook = uuid_of("90056586-1228-4e03-a507-70140aa85c05");
    struct strbuf body = {0};
    deliver_body_put(&body, &event, STR("https://hooks.example.com/twenty"), &webhook, &whole);
    assert_int_equal(body.len, 439);
    assert_true(str_eq(strbuf_str(&body), str_from(example_body)));
    strbuf_release(&body);
}

static void without_updated_fields_the_key_is_absent(void **state)
{
    (void)state;
    struct event event = example_event();
    struct uuid webhook = uuid_of("90056586-1228-4e03-a507-70140aa85c05");
    event.action = EVENT_DESTROYED;
    event.updated_fields = STR_EMPTY;
    struct strbuf body = {0};
    deliver_body_put(&body, &event, STR("http://x/\"q\"\\"), &webhook, &whole);
    struct str text = strbuf_str(&body);
    assert_true(
        str_starts_with(text, STR("{\"targetUrl\":\"http://x/\\\"q\\\"\\\\\",\"eventName\":\"company.destroyed\"")));
    assert_int_equal(str_find_str(text, STR("updatedFields")), text.len);
    assert_true(str_ends_with(text, STR("\"employees\":42}}")));
    strbuf_release(&body);
}

static void twenty_signature_is_that_of_the_worked_example(void **state)
{
    (void)state;
    struct deliver_keys *keys = keys_of(str_from(example_secret));
    struct deliver_attempt attempt = {.event_id = STR("01934f5e-0000-7000-8000-000000000001"),
                                      .now_us = INT64_C(1767225600123456),
                                      .body = str_from(example_body),
                                      .user_agent = STR("Portti/0"),
                                      .nonce = {0xab, 1}};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    assert_string_equal(line_of(&headers, "X-Twenty-Webhook-Timestamp"), "1767225600123");
    assert_string_equal(line_of(&headers, "X-Twenty-Webhook-Signature"), example_signature);
    assert_string_equal(line_of(&headers, "X-Twenty-Webhook-Nonce"), "ab010000000000000000000000000000");
    assert_string_equal(line_of(&headers, "webhook-id"), "01934f5e-0000-7000-8000-000000000001");
    assert_string_equal(line_of(&headers, "webhook-timestamp"), "1767225600");
    assert_string_equal(line_of(&headers, "Content-Type"), "application/json");
    assert_string_equal(line_of(&headers, "User-Agent"), "Portti/0");
    deliver_keys_free(keys);
}

static void a_plain_secret_signs_both_schemes_with_its_text(void **state)
{
    (void)state;
    struct deliver_keys *keys = keys_of(str_from(example_secret));
    struct deliver_attempt attempt = {.event_id = STR("e"), .now_us = INT64_C(1614265330000000), .body = STR("{}")};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    struct hmac_key *key = hmac_key_new(str_from(example_secret));
    struct str signed_text = STR("e.1614265330.{}");
    uint8_t mac[SHA256_LEN];
    hmac_sha256(key, &signed_text, 1, mac);
    struct strbuf expected = {0};
    strbuf_puts(&expected, "v1,");
    base64_put(&expected, str_of((const char *)mac, sizeof(mac)));
    assert_string_equal(line_of(&headers, "webhook-signature"), strbuf_cstr(&expected));
    strbuf_release(&expected);
    hmac_key_free(key);
    deliver_keys_free(keys);
}

static void standard_webhooks_vector(void **state)
{
    (void)state;
    struct deliver_keys *keys = keys_of(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    struct deliver_attempt attempt = {.event_id = STR("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                      .now_us = INT64_C(1614265330999999),
                                      .body = STR("{\"test\": 2432232314}")};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    assert_string_equal(line_of(&headers, "webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    deliver_keys_free(keys);
}

static void ed25519_vector(void **state)
{
    (void)state;
    const struct deliver_secret one = {
        .signing_key =
            STR("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="),
        .until_us = INT64_MAX};
    struct deliver_keys *keys = deliver_keys_new(&one, 1);
    struct deliver_attempt attempt = {.event_id = STR("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                      .now_us = INT64_C(1614265330000000),
                                      .body = STR("{\"test\": 2432232314}")};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    assert_string_equal(line_of(&headers, "webhook-signature"),
                        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/"
                        "enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==");
    assert_null(line_of(&headers, "X-Twenty-Webhook-Signature"));
    deliver_keys_free(keys);
}

/* How many signatures the header has, and the first of them. */
static size_t signatures(struct deliver_keys *keys, int64_t now_us, char first[64])
{
    struct deliver_attempt attempt = {.event_id = STR("e"), .now_us = now_us, .body = STR("{}")};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    struct str list = str_from(line_of(&headers, "webhook-signature"));
    struct str one;
    size_t count = 0;
    while (list.len > 0 && str_split(&list, ' ', &one)) {
        if (count++ == 0) {
            assert_true(one.len < 64);
            memcpy(first, one.ptr, one.len);
            first[one.len] = '\0';
        }
    }
    return count;
}

static void replaced_secrets_sign_until_their_time(void **state)
{
    (void)state;
    const struct deliver_secret both[] = {{.secret = STR("new"), .until_us = INT64_MAX},
                                          {.secret = STR("old"), .until_us = 1000}};
    struct deliver_keys *keys = deliver_keys_new(both, 2);
    struct deliver_keys *only_new = keys_of(STR("new"));
    struct deliver_keys *only_old = keys_of(STR("old"));
    char first[64];
    char expected[64];
    assert_int_equal(signatures(keys, 1000, first), 2);
    assert_int_equal(signatures(only_new, 1000, expected), 1);
    assert_string_equal(first, expected);
    assert_int_equal(signatures(keys, 1001, first), 1);
    assert_string_equal(first, expected);
    deliver_keys_free(keys);
    deliver_keys_free(only_new);
    deliver_keys_free(only_old);
}

static void assert_body(const struct deliver_shape *shape, const char *record, const char *end)
{
    struct event event = example_event();
    struct uuid webhook = uuid_of("90056586-1228-4e03-a507-70140aa85c05");
    struct strbuf body = {0};
    deliver_body_put(&body, &event, STR("http://x/"), &webhook, shape);
    struct str text = strbuf_str(&body);
    struct str found = str_slice(text, str_find_str(text, STR("\"record\":")) + 9, text.len);
    assert_true(str_starts_with(found, str_from(record)));
    assert_true(str_ends_with(text, str_from(end)));
    strbuf_release(&body);
}

static void less_than_the_whole_record(void **state)
{
    (void)state;
    static const char id_only[] = "{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\"}";
    static const char thin_end[] = "\"employees\"],\"payload\":\"thin\"}";
    const struct str fields[] = {STR_INIT("employees"), STR_INIT("none")};
    assert_body(&(struct deliver_shape){.thin = true}, id_only, thin_end);
    assert_body(&(struct deliver_shape){.max_bytes = 300}, id_only, thin_end);
    assert_body(&(struct deliver_shape){.max_bytes = 4000}, "{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"name\"",
                "\"employees\"]}");
    assert_body(&(struct deliver_shape){.chosen = true, .fields = fields, .field_count = 2},
                "{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"employees\":42}", "\"employees\"]}");
}

static void a_whsec_secret_that_is_no_base64_still_signs(void **state)
{
    (void)state;
    struct deliver_keys *keys = keys_of(STR("whsec_***"));
    struct deliver_attempt attempt = {.event_id = STR("e"), .body = STR("{}")};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    assert_non_null(line_of(&headers, "webhook-signature"));
    assert_non_null(line_of(&headers, "X-Twenty-Webhook-Signature"));
    deliver_keys_free(keys);
}

static void an_empty_secret_signs_nothing(void **state)
{
    (void)state;
    assert_null(keys_of(STR_EMPTY));
    struct deliver_attempt attempt = {.event_id = STR("e"), .body = STR("{}"), .user_agent = STR("Portti/0")};
    struct deliver_headers headers;
    deliver_headers_make(&headers, NULL, &attempt);
    assert_int_equal(headers.count, 5);
    assert_null(line_of(&headers, "webhook-signature"));
    assert_null(line_of(&headers, "X-Twenty-Webhook-Signature"));
    assert_null(line_of(&headers, "X-Twenty-Webhook-Timestamp"));
    assert_string_equal(line_of(&headers, "webhook-id"), "e");
}

static void the_longest_lines_fit(void **state)
{
    (void)state;
    char id[65];
    char agent[129];
    memset(id, 'a', sizeof(id) - 1);
    memset(agent, 'b', sizeof(agent) - 1);
    const struct deliver_secret one = {
        .secret = STR("x"),
        .signing_key =
            STR("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="),
        .until_us = INT64_MAX};
    const struct deliver_secret all[DELIVER_KEYS_MAX] = {one, one, one, one, one};
    struct deliver_keys *keys = deliver_keys_new(all, DELIVER_KEYS_MAX);
    struct deliver_attempt attempt = {
        .event_id = str_of(id, 64), .now_us = INT64_MAX, .body = STR("{}"), .user_agent = str_of(agent, 128)};
    struct deliver_headers headers;
    deliver_headers_make(&headers, keys, &attempt);
    assert_int_equal(headers.count, 9);
    deliver_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_comes_out_byte_by_byte),
        cmocka_unit_test(without_updated_fields_the_key_is_absent),
        cmocka_unit_test(twenty_signature_is_that_of_the_worked_example),
        cmocka_unit_test(a_plain_secret_signs_both_schemes_with_its_text),
        cmocka_unit_test(standard_webhooks_vector),
        cmocka_unit_test(ed25519_vector),
        cmocka_unit_test(replaced_secrets_sign_until_their_time),
        cmocka_unit_test(less_than_the_whole_record),
        cmocka_unit_test(a_whsec_secret_that_is_no_base64_still_signs),
        cmocka_unit_test(an_empty_secret_signs_nothing),
        cmocka_unit_test(the_longest_lines_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
