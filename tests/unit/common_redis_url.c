#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/redis/redis_url.h"

static void check_text(const char *got, const char *wanted)
{
    assert_int_equal(got == NULL, wanted == NULL);
    if (wanted != NULL) {
        assert_string_equal(got, wanted);
    }
}

static void good_urls_are_taken_apart(void **state)
{
    (void)state;
    const struct {
        const char *url;
        struct redis_address wanted;
    } rows[] = {
        {"redis://localhost", {.host = (char[]){"localhost"}, .port = 6379}},
        {"redis://localhost/", {.host = (char[]){"localhost"}, .port = 6379}},
        {"redis://10.0.0.1:7000/5", {.host = (char[]){"10.0.0.1"}, .port = 7000, .db = 5}},
        {"redis://:p%40ss@cache:1", {.host = (char[]){"cache"}, .port = 1, .password = (char[]){"p@ss"}}},
        {"redis://me:x@cache",
         {.host = (char[]){"cache"}, .port = 6379, .user = (char[]){"me"}, .password = (char[]){"x"}}},
        {"redis://[::1]:7000/2", {.host = (char[]){"::1"}, .port = 7000, .db = 2}},
        {"redis://[fe80::1]", {.host = (char[]){"fe80::1"}, .port = 6379}},
        {"unix:///run/redis.sock", {.path = (char[]){"/run/redis.sock"}, .port = 6379}},
        {"unix:///run/redis.sock?db=4", {.path = (char[]){"/run/redis.sock"}, .port = 6379, .db = 4}},
        {"unix://:x@/run/r.sock", {.path = (char[]){"/run/r.sock"}, .port = 6379, .password = (char[]){"x"}}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct redis_address address;
        struct err err;
        assert_true(redis_address_parse(str_from(rows[i].url), &address, &err));
        check_text(address.host, rows[i].wanted.host);
        check_text(address.path, rows[i].wanted.path);
        check_text(address.user, rows[i].wanted.user);
        check_text(address.password, rows[i].wanted.password);
        assert_int_equal(address.port, rows[i].wanted.port);
        assert_int_equal(address.db, rows[i].wanted.db);
        redis_address_release(&address);
    }
}

static void bad_urls_are_refused_without_repeating_them(void **state)
{
    (void)state;
    static const char *const urls[] = {"",
                                       "localhost",
                                       "rediss://:secret@x",
                                       "redis://",
                                       "redis://:secret@",
                                       "redis://secret@x",
                                       "redis://:secr%zz@x",
                                       "redis://:secret@x:0",
                                       "redis://:secret@x:65536",
                                       "redis://:secret@x:12a",
                                       "redis://:secret@x/one",
                                       "redis://:secret@x/-1",
                                       "redis://[::1",
                                       "redis://[::1]x",
                                       "redis://[]",
                                       "unix://",
                                       "unix:///",
                                       "unix://host/path",
                                       "unix:///path?secret=1",
                                       "unix:///path?db="};
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct redis_address address;
        struct err err = {0};
        assert_false(redis_address_parse(str_from(urls[i]), &address, &err));
        assert_int_equal(err.code, ERR_INVALID);
        assert_null(strstr(err.text, "secr"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_urls_are_taken_apart),
                                       cmocka_unit_test(bad_urls_are_refused_without_repeating_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
