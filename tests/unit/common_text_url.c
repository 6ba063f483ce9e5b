#include "common/text/url.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void percent_encoding_round_trips(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct strbuf out = {0};
    struct str text = STR("a b+c/\xC3\xAB?&=~-._%");
    struct str decoded = STR_EMPTY;
    url_encode_put(&out, text);
    assert_string_equal(strbuf_cstr(&out), "a%20b%2Bc%2F%C3%AB%3F%26%3D~-._%25");
    assert_true(url_decode(&arena, strbuf_str(&out), true, &decoded));
    assert_true(str_eq(decoded, text));
    assert_true(url_decode(&arena, STR("a+b%2b"), true, &decoded));
    assert_true(str_is(decoded, "a b+"));
    assert_true(url_decode(&arena, STR("a+b"), false, &decoded));
    assert_true(str_is(decoded, "a+b"));
    static const char *const bad[] = {"%", "%1", "a%zz", "%00", "%ff", "%C3", "\xff", "a%2"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(url_decode(&arena, str_from(bad[i]), true, &decoded));
        assert_true(str_is(decoded, "a+b"));
    }
    assert_false(url_decode(&arena, STR("a\0b"), true, &decoded));
    strbuf_release(&out);
    arena_release(&arena);
}

static void queries_are_split(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    struct query_params params;
    struct str query = STR("&filter=name%5Beq%5D:a+b&&limit=10&flag&empty=&limit=20&a=b=c&=x&");
    assert_true(query_parse(&arena, query, &params, &err));
    assert_int_equal(params.count, 7);
    assert_true(str_is(query_get(&params, "filter")->value, "name[eq]:a b"));
    assert_false(query_get(&params, "filter")->repeated);
    assert_true(str_is(query_get(&params, "limit")->value, "10"));
    assert_true(query_get(&params, "limit")->repeated);
    assert_true(params.items[4].repeated);
    assert_int_equal(query_get(&params, "flag")->value.len, 0);
    assert_true(str_is(query_get(&params, "a")->value, "b=c"));
    assert_true(str_is(query_get(&params, "")->value, "x"));
    assert_null(query_get(&params, "none"));
    assert_true(query_parse(&arena, STR_EMPTY, &params, &err));
    assert_int_equal(params.count, 0);
    arena_release(&arena);
}

static void bad_queries_name_the_byte(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t at;
    } cases[] = {{"a=1&b=x%zz", 7}, {"%=1", 0}, {"a=1&\xff=2", 4}, {"a=%00", 2}};
    struct arena arena = {0};
    struct err err = {0};
    struct query_params params;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_false(query_parse(&arena, str_from(cases[i].query), &params, &err));
        assert_int_equal(err.offset, cases[i].at);
        assert_int_equal(err.code, ERR_INVALID);
    }
    struct strbuf many = {0};
    for (int i = 0; i < QUERY_PARAMS_MAX; i++) {
        strbuf_printf(&many, "&k%d=1", i);
    }
    assert_true(query_parse(&arena, strbuf_str(&many), &params, &err));
    assert_int_equal(params.count, QUERY_PARAMS_MAX);
    strbuf_puts(&many, "&x");
    assert_false(query_parse(&arena, strbuf_str(&many), &params, &err));
    assert_int_equal(err.offset, many.len - 1);
    strbuf_release(&many);
    arena_release(&arena);
}

/* Right sides as new URL(x).href of Node.js 20. */
static void urls_are_normalised_as_whatwg(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        {"https://a.b", "https://a.b/"},
        {"  https://a.b  ", "https://a.b/"},
        {"HTTPS://Hooks.Example.COM:443/X", "https://hooks.example.com/X"},
        {"http://a.b:80?x", "http://a.b/?x"},
        {"http://a.b:443/", "http://a.b:443/"},
        {"http://a.b:/", "http://a.b/"},
        {"http://a.b:08080/", "http://a.b:8080/"},
        {"http://a.b#f", "http://a.b/#f"},
        {"http://a.b/?#", "http://a.b/?#"},
        {"http://u:p@a.b/", "http://u:p@a.b/"},
        {"http://u:@a.b/", "http://u@a.b/"},
        {"http://:@a.b/", "http://a.b/"},
        {"http://a@b@c.d/", "http://a%40b@c.d/"},
        {"http://a.b/x/../y/./z/..", "http://a.b/y/"},
        {"http://a.b/../..", "http://a.b/"},
        {"http://a.b/%2e%2E/x/%2e", "http://a.b/x/"},
        {"http://a.b/...", "http://a.b/..."},
        {"http://a.b//x//", "http://a.b//x//"},
        {"http://a.b/x\\y", "http://a.b/x/y"},
        {"http://a.b/ \"<>`{}|%zz\xC3\xA9", "http://a.b/%20%22%3C%3E%60%7B%7D|%zz%C3%A9"},
        {"http://a.b/? \"'<>`{}\\\xC3\xA9", "http://a.b/?%20%22%27%3C%3E`{}\\%C3%A9"},
        {"http://a.b/# \"<>`{}", "http://a.b/#%20%22%3C%3E%60{}"},
        {"http://127.1/", "http://127.0.0.1/"},
        {"http://0x7f.0.0.01/", "http://127.0.0.1/"},
        {"http://2130706433/", "http://127.0.0.1/"},
        {"http://0300.0250.1/", "http://192.168.0.1/"},
        {"http://1.2.3.4./", "http://1.2.3.4/"},
        {"http://0x./", "http://0.0.0.0/"},
        {"http://4294967295/", "http://255.255.255.255/"},
        {"http://[::1]:8080/", "http://[::1]:8080/"},
        {"http://[2001:DB8:0:0:1:0:0:1]", "http://[2001:db8::1:0:0:1]/"},
        {"http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"},
        {"http://[::]/", "http://[::]/"},
        {"http://[1::]/", "http://[1::]/"},
        {"http://[1:2:3:4:5:6:7:8]/", "http://[1:2:3:4:5:6:7:8]/"},
        {"http://localhost./", "http://localhost./"},
        {"http://a_b.c/", "http://a_b.c/"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct url url;
        struct str normal = STR_EMPTY;
        if (!url_parse_http(&arena, str_from(cases[i].text), &url, &normal, &err)) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
        assert_string_equal(arena_cstr(&arena, normal), cases[i].wanted);
        arena_release(&arena);
    }
}

static void parts_are_filled(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct url url;
    struct str normal;
    assert_true(url_parse_http(&arena, STR("HTTP://U:P@[::1]:8080/a b?q#f"), &url, &normal, NULL));
    assert_true(str_is(url.scheme, "http"));
    assert_true(str_is(url.userinfo, "U:P"));
    assert_true(str_is(url.host, "::1"));
    assert_true(url.host_is_ipv6);
    assert_int_equal(url.port, 8080);
    assert_true(str_is(url.path, "/a%20b"));
    assert_true(str_is(url.query, "?q"));
    assert_true(url_parse_http(&arena, STR("https://A.b:443"), &url, &normal, NULL));
    assert_true(str_is(url.host, "a.b"));
    assert_int_equal(url.port, -1);
    assert_true(str_is(url.path, "/"));
    assert_int_equal(url.query.len, 0);
    arena_release(&arena);
}

static void bad_urls_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "a.b",
        "/x",
        "ftp://a.b",
        "javascript:alert(1)",
        "file:///x",
        "https:",
        "https://",
        "https:a.b",
        "https:/a.b",
        "https:///a.b",
        "https://?x",
        "https://:1",
        "https://u@",
        "https://@/x",
        "https://a:x",
        "https://a:65536",
        "https://a:-1",
        "https://a:0",
        "https://a:+1",
        "https://a:1a",
        "https://a b/",
        "https://a%62/",
        "https://\xC3\xA9/",
        "https://.",
        "https://a..b",
        "https://.a",
        "https://a\\b",
        "https://a\\@b/",
        "https://[::1",
        "https://[]",
        "https://[::1]x/",
        "https://[1:2]/",
        "https://[::1%25lo]/",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://4294967296/",
        "https://1.2.3.09/",
        "https://a.09/",
        "https://foo.0x4/",
        "https://a\tb/",
        "https://a/\nx",
        "https://a/\x7f",
        "https://a/\xff",
        "https://a<b/",
        "https://a^b/",
        "https://a|b/",
        "https://a;b/",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct url url;
        struct str normal;
        if (url_parse_http(&arena, str_from(bad[i]), &url, &normal, &err)) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_int_equal(err.code, ERR_INVALID);
        assert_true(err.text[0] != '\0');
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percent_encoding_round_trips),
        cmocka_unit_test(queries_are_split),
        cmocka_unit_test(bad_queries_name_the_byte),
        cmocka_unit_test(urls_are_normalised_as_whatwg),
        cmocka_unit_test(parts_are_filled),
        cmocka_unit_test(bad_urls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
