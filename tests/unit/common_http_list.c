#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/http/http_list.h"

static void weights_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *name;
        int weight;
    } rows[] = {
        {"gzip", "gzip", 1000},
        {"deflate, GZIP;q=0.5, br", "gzip", 500},
        {"deflate, gzip ; q=0.125", "gzip", 125},
        {"gzip;q=0", "gzip", 0},
        {"gzip;q=0.000", "gzip", 0},
        {"gzip;q=1.000", "gzip", 1000},
        {"gzip;q=1.5", "gzip", 0},
        {"gzip;q=x", "gzip", 0},
        {"gzip;q=", "gzip", 0},
        {"br, *;q=0.1", "gzip", -1},
        {"br, *;q=0.1", "*", 100},
        {"application/problem+json;charset=utf-8;q=0.7", "application/problem+json", 700},
        {"xgzip, gzipx", "gzip", -1},
        {"", "gzip", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(http_list_weight(str_from(rows[i].list), str_from(rows[i].name)), rows[i].weight);
    }
    assert_int_equal(http_list_weight(STR_EMPTY, STR("gzip")), -1);
}

static void what_is_named_is_preferred(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool preferred;
    } rows[] = {
        {"b", true},    {"a, b", true}, {"a;q=0.9, b;q=0.8", false}, {"a;q=0.1, b", true}, {"b;q=0", false},
        {"*/*", false}, {"a", false},   {"b;q=0.2, */*", true},      {"", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(http_list_prefers(str_from(rows[i].list), STR("b"), STR("a")), rows[i].preferred);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_read),
        cmocka_unit_test(what_is_named_is_preferred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
