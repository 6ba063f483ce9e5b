#include "common/webhook/webhook_event.h"
#include "common/webhook/webhook_headers.h"
#include "common/webhook/webhook_keys.h"
#include "common/webhook/webhook_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

static void delays(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; /* -1: refused */
    } cases[] = {
        {"1ms", 1000}, {"5s", 5000000}, {"5m", 300000000}, {"2h", 7200000000}, {"30d", 2592000000000},
        {"0s", -1},    {"31d", -1},     {"", -1},          {"5", -1},          {"s", -1},
        {"5 s", -1},   {" 5s", -1},     {"-5s", -1},       {"5S", -1},         {"99999999999999999999s", -1},
        {"5s5s", -1},  {"1.5s", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t us = -1;
        bool read = webhook_delay_parse(str_from(cases[i].text), &us);
        if (read != (cases[i].us >= 0) || us != cases[i].us) {
            fail_msg("'%s' gives %lld", cases[i].text, (long long)us);
        }
    }
    int64_t us = -1;
    assert_true(webhook_duration_parse(STR("0s"), &us));
    assert_int_equal(us, 0);
}

static void rates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t count, period_us; /* count -1: refused */
    } cases[] = {
        {"100/s", 100, 1000000},
        {"90/min", 90, 60000000},
        {"1000/h", 1000, 3600000000},
        {" 5 / s ", 5, 1000000},
        {"off", 0, 0},
        {"", 0, 0},
        {"0/s", -1, 0},
        {"5", -1, 0},
        {"5/day", -1, 0},
        {"-5/s", -1, 0},
        {"1000001/s", -1, 0},
        {"/s", -1, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t count = -1;
        int64_t period_us = 0;
        bool read = webhook_rate_parse(str_from(cases[i].text), &count, &period_us);
        if (read != (cases[i].count >= 0) || (read && (count != cases[i].count || period_us != cases[i].period_us))) {
            fail_msg("'%s'", cases[i].text);
        }
    }
}

static bool read_headers(const char *text, struct strbuf *out, struct err *err)
{
    static const struct json_limits limits = {.max_depth = 4, .max_nodes = 100};
    struct arena arena = {0};
    const struct webhook_header *headers;
    size_t count = 0;
    const struct json *json = json_parse(&arena, str_from(text), &limits, NULL);
    assert_non_null(json);
    bool read = webhook_headers_read(&arena, json, &headers, &count, err);
    if (read) {
        webhook_headers_put(out, headers, count);
    }
    arena_release(&arena);
    return read;
}

static void headers_come_back_as_they_went(void **state)
{
    (void)state;
    static const char *const cases[] = {"{}", "{\"X-Tenant\":\"north\",\"Authorization\":\"Bearer a.b-c\"}",
                                        "{\"a!#$%&'*+-.^_`|~9\":\"~ !\\\"\\t x\"}"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        struct err err = {.text = ""};
        if (!read_headers(cases[i], &out, &err)) {
            fail_msg("%s: %s", cases[i], err.text);
        }
        assert_string_equal(strbuf_cstr(&out), cases[i]);
        strbuf_release(&out);
    }
    struct strbuf out = {0};
    assert_true(read_headers("{\"X\":\"  trimmed \"}", &out, NULL));
    assert_string_equal(strbuf_cstr(&out), "{\"X\":\"trimmed\"}");
    strbuf_release(&out);
}

static void headers_that_would_break_a_delivery_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "[]",
        "{\"Host\":\"x\"}",
        "{\"hOST\":\"x\"}",
        "{\"webhook-anything\":\"x\"}",
        "{\"X-Twenty-Webhook-Nonce\":\"x\"}",
        "{\"X-Portti-Sequence\":\"x\"}",
        "{\"Proxy-Connection\":\"x\"}",
        "{\"\":\"x\"}",
        "{\"a b\":\"x\"}",
        "{\"a\":\"\"}",
        "{\"a\":\"  \"}",
        "{\"a\":\"x\\r\\ny\"}",
        "{\"a\":\"\\u007f\"}",
        "{\"a\":\"\xc3\xa4\"}",
        "{\"a\":1}",
        "{\"a\":null}",
        "{\"A\":\"1\",\"a\":\"2\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {.code = ERR_NONE};
        struct strbuf out = {0};
        if (read_headers(cases[i], &out, &err)) {
            fail_msg("%s is taken", cases[i]);
        }
        assert_int_equal(err.code, ERR_INVALID);
    }
}

static void keys(void **state)
{
    (void)state;
    /* The vector of contract/webhooks section 2. */
    struct str key =
        STR("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==");
    struct arena arena = {0};
    uint8_t seed[WEBHOOK_SEED_LEN];
    assert_true(webhook_signing_key_seed(&arena, key, seed));
    assert_true(str_eq(webhook_signing_key(&arena, seed), key));
    assert_true(str_is(webhook_public_key(&arena, key), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="));
    assert_int_equal(webhook_public_key(&arena, STR("whsk_AAAA")).len, 0);
    assert_int_equal(webhook_public_key(&arena, STR("whsec_x")).len, 0);
    assert_false(webhook_signing_key_seed(&arena, STR(""), seed));
    arena_release(&arena);
}

static void an_event_about_a_webhook(void **state)
{
    (void)state;
    struct webhook_event event = {.target_url =
                                      STR("https://user:password@hooks.example.com:8443/secret/path?token=t@u#f")};
    struct strbuf out = {0};
    assert_true(uuid_parse(STR("90056586-1228-4e03-a507-70140aa85c05"), &event.id));
    event.reason = STR("why");
    event.failing_since_us = 1000000;
    webhook_event_put(&out, &event);
    assert_string_equal(
        strbuf_cstr(&out),
        "{\"id\":\"90056586-1228-4e03-a507-70140aa85c05\",\"targetUrl\":\"https://hooks.example.com:8443\",\"reason\":"
        "\"why\",\"failingSince\":\"1970-01-01T00:00:01.000Z\",\"disablesAt\":null,\"disabledAt\":null}");
    static const struct {
        struct str url;
        const char *shown;
    } urls[] = {{STR_INIT("http://[::1]?q@x"), "\"targetUrl\":\"http://[::1]\""},
                {STR_INIT("http://a.example"), "\"targetUrl\":\"http://a.example\""},
                {STR_INIT("nonsense"), "\"targetUrl\":\"nonsense\""},
                {STR_INIT(""), "\"targetUrl\":\"\""}};
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        strbuf_clear(&out);
        event.target_url = urls[i].url;
        webhook_event_put(&out, &event);
        assert_non_null(strstr(strbuf_cstr(&out), urls[i].shown));
    }
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays),
        cmocka_unit_test(rates),
        cmocka_unit_test(headers_come_back_as_they_went),
        cmocka_unit_test(headers_that_would_break_a_delivery_are_refused),
        cmocka_unit_test(keys),
        cmocka_unit_test(an_event_about_a_webhook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
