#include "common/text/number.h"
#include "common/text/number_powers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void doubles_print_as_ecmascript(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {1.0, "1"},
        {-1.5, "-1.5"},
        {42.0, "42"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {123456.789, "123456.789"},
        {1e20, "100000000000000000000"},
        {1e21, "1e+21"},
        {-1.5e21, "-1.5e+21"},
        {123456789012345680000.0, "123456789012345680000"},
        {1e23, "1e+23"},
        {1.2e-6, "0.0000012"},
        {1e-6, "0.000001"},
        {1e-7, "1e-7"},
        {1.5e-7, "1.5e-7"},
        {0x1p53, "9007199254740992"},
        {0x1p53 - 1, "9007199254740991"},
        {0x1p53 + 2, "9007199254740994"},
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p63, "9223372036854776000"},
        {5e-324, "5e-324"},
        {1e-323, "1e-323"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {9.5367431640625e-7, "9.5367431640625e-7"},
        {4.35, "4.35"},
        {-73.98765432109876, "-73.98765432109876"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        number_put_double(&out, cases[i].value);
        assert_string_equal(strbuf_cstr(&out), cases[i].text);
        strbuf_release(&out);
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Reads back as the same double through the C library, and no number with one digit less does. */
static void doubles_are_short_and_exact(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&random);
        double value = 0;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        char text[NUMBER_DOUBLE_MAX + 1];
        size_t len = number_print_double(value, text);
        text[len] = '\0';
        assert_true(strtod(text, NULL) == value);
        double parsed = 0;
        assert_true(number_parse_double(str_of(text, len), &parsed));
        assert_true(parsed == value);
        /* In exponent form every digit counts, so one fewer must not do. */
        const char *exponent = strchr(text, 'e');
        int digits = exponent == NULL ? 0 : (int)(exponent - text) - (value < 0) - (strchr(text, '.') != NULL);
        if (digits >= 2) {
            char shorter[40];
            assert_true(snprintf(shorter, sizeof shorter, "%.*e", digits - 2, value) > 0);
            assert_true(strtod(shorter, NULL) != value);
        }
    }
}

/* Whole numbers of up to 2112 bits, the lowest 32 first. */
enum { LIMBS = 66 };

static void times_ten(uint32_t limbs[LIMBS])
{
    uint64_t carry = 0;
    for (size_t i = 0; i < LIMBS; i++) {
        carry += (uint64_t)limbs[i] * 10;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void by_ten(uint32_t limbs[LIMBS])
{
    uint64_t rest = 0;
    for (size_t i = LIMBS; i-- > 0;) {
        rest = rest << 32 | limbs[i];
        limbs[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
}

static bool bit_of(const uint32_t limbs[LIMBS], long bit)
{
    return bit >= 0 && (limbs[bit / 32] >> (bit % 32) & 1) != 0;
}

/* The uppermost 128 bits, plus one when a bit below them is set or `inexact`. */
static void check_power(int k, const uint32_t limbs[LIMBS], bool inexact)
{
    uint64_t words[2] = {0, 0};
    long top = LIMBS * 32 - 1;
    while (!bit_of(limbs, top)) {
        top--;
    }
    for (long i = 0; i < 128; i++) {
        words[i / 64] = words[i / 64] << 1 | bit_of(limbs, top - i);
    }
    for (long bit = top - 128; bit >= 0; bit--) {
        inexact = inexact || bit_of(limbs, bit);
    }
    words[1] += inexact;
    words[0] += inexact && words[1] == 0;
    assert_true(NUMBER_POWERS[k - POWER_MIN][0] == words[0]);
    assert_true(NUMBER_POWERS[k - POWER_MIN][1] == words[1]);
}

static void powers_of_ten_are_right(void **state)
{
    (void)state;
    uint32_t up[LIMBS] = {1};
    for (int k = 0; k <= POWER_MAX; k++, times_ten(up)) {
        check_power(k, up, false);
    }
    uint32_t down[LIMBS] = {0};
    down[LIMBS - 1] = 1;
    for (int k = -1; k >= POWER_MIN; k--) {
        by_ten(down);
        check_power(k, down, true);
    }
}

static void json_numbers_are_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "-",   "+1",  "01",  "-01",   ".5",     "1.",  "1.e1", "1e",    "1e+", "1 ",
                                      " 1", "0x1", "NaN", "inf", "1e400", "-1e400", "1,5", "--1",  "1e1.5", "1_0"};
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"1E+2", 100},
        {"1e-400", 0},
        {"0.1", 0.1},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"0.000000000000000000000000000000000000000000000000000000000000000000000000000000000001e84", 1},
        {"9007199254740993", 9007199254740992.0},
        {"1e0000000000000000000000000000000000000002", 100},
        {"0e99999999999999999999", 0},
    };
    double value = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(number_parse_double(str_from(bad[i]), &value));
        assert_true(value == 7);
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(number_parse_double(str_from(good[i].text), &value));
        assert_true(value == good[i].value);
    }
}

static void decimals_become_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted; /* NULL = refused */
    } cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"+0.000", "0"},
        {"0e999999999999999999999", "0"},
        {"42.00", "42"},
        {"+1.50", "1.5"},
        {"-0.050", "-0.05"},
        {"1e3", "1000"},
        {"1.25e1", "12.5"},
        {"1.25e2", "125"},
        {"125e-2", "1.25"},
        {"125e-3", "0.125"},
        {"125e-5", "0.00125"},
        {"100e-2", "1"},
        {"1e19", "10000000000000000000"},
        {"1e20", NULL},
        {"1e-19", "0.0000000000000000001"},
        {"1e-20", NULL},
        {"12345678901234567890", "12345678901234567890"},
        {"123456789012345678901", NULL},
        {"1e999999999999999999999", NULL},
        {"1e-999999999999999999999", NULL},
        {"9007199254740993.1", "9007199254740993.1"},
        {"", NULL},
        {"+", NULL},
        {"+-1", NULL},
        {"-+1", NULL},
        {"++1", NULL},
        {"01", NULL},
        {".5", NULL},
        {"1.", NULL},
        {"1 ", NULL},
        {"NaN", NULL},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str out = STR("untouched");
        bool done = number_canonical_decimal(&arena, str_from(cases[i].text), 20, &out);
        assert_true(done == (cases[i].wanted != NULL));
        assert_true(str_is(out, done ? cases[i].wanted : "untouched"));
    }
    struct str out;
    assert_false(number_canonical_decimal(&arena, STR("0"), 0, &out));
    arena_release(&arena);
}

static void lossy_decimals_are_told_apart(void **state)
{
    (void)state;
    static const char *const survive[] = {"0",       "1", "-1.5", "0.1", "9007199254740992", "123456789.12345678",
                                          "0.000001"};
    static const char *const lossy[] = {"9007199254740993", "0.1000000000000000055", "1000000000000000000000",
                                        "0.0000001",        "123456789012345678",    "9007199254740992.5"};
    for (size_t i = 0; i < ARRAY_LEN(survive); i++) {
        assert_true(number_survives_double(str_from(survive[i])));
    }
    for (size_t i = 0; i < ARRAY_LEN(lossy); i++) {
        assert_false(number_survives_double(str_from(lossy[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_print_as_ecmascript), cmocka_unit_test(doubles_are_short_and_exact),
        cmocka_unit_test(powers_of_ten_are_right),     cmocka_unit_test(json_numbers_are_strict),
        cmocka_unit_test(decimals_become_canonical),   cmocka_unit_test(lossy_decimals_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
