/* Phone numbers: formatting goes, nothing is guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/record/phone.h"

static void expect(enum phone_part part, const char *sent, const char *stored)
{
    struct arena arena = {0};
    struct str got = phone_canonical(&arena, part, str_from(sent));
    if (!str_is(got, stored)) {
        print_error("\"%s\" became \"%.*s\" instead of \"%s\"\n", sent, STR_ARG(got), stored);
        fail();
    }
    arena_release(&arena);
}

static void formatting_of_a_number_goes(void **state)
{
    (void)state;
    expect(PHONE_NUMBER, "06 12 34 56 78", "0612345678");
    expect(PHONE_NUMBER, "(415) 555-2671", "4155552671");
    expect(PHONE_NUMBER, " +33 6.12.34.56.78 ", "+33612345678");
    expect(PHONE_NUMBER,
           "030/1234\xC2\xA0"
           "56\xE2\x80\x91"
           "7",
           "0301234567");
    expect(PHONE_NUMBER, "123456789", "123456789");
}

static void what_is_more_than_a_number_is_kept(void **state)
{
    (void)state;
    expect(PHONE_NUMBER, " 555 2671 ext. 5 ", "555 2671 ext. 5");
    expect(PHONE_NUMBER, "1-800-FLOWERS", "1-800-FLOWERS");
    expect(PHONE_NUMBER, "1+2", "1+2");
    expect(PHONE_NUMBER, "+", "+");
    expect(PHONE_NUMBER, "-", "-");
    expect(PHONE_NUMBER, "", "");
}

static void codes_have_one_spelling(void **state)
{
    (void)state;
    expect(PHONE_CALLING_CODE, "33", "+33");
    expect(PHONE_CALLING_CODE, "+33", "+33");
    expect(PHONE_CALLING_CODE, "+1 (684)", "+1684");
    expect(PHONE_CALLING_CODE, "", "");
    expect(PHONE_COUNTRY_CODE, "fr", "FR");
    expect(PHONE_COUNTRY_CODE, "FR", "FR");
    expect(PHONE_COUNTRY_CODE, "f1", "f1");
    expect(PHONE_COUNTRY_CODE, "france", "france");
}

static void parts_are_known_by_their_names(void **state)
{
    (void)state;
    assert_int_equal(phone_part_of(STR("primaryPhoneNumber")), PHONE_NUMBER);
    assert_int_equal(phone_part_of(STR("primaryPhoneCallingCode")), PHONE_CALLING_CODE);
    assert_int_equal(phone_part_of(STR("countryCode")), PHONE_COUNTRY_CODE);
    assert_int_equal(phone_part_of(STR("callingCode")), PHONE_CALLING_CODE);
    assert_int_equal(phone_part_of(STR("number")), PHONE_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formatting_of_a_number_goes),
        cmocka_unit_test(what_is_more_than_a_number_is_kept),
        cmocka_unit_test(codes_have_one_spelling),
        cmocka_unit_test(parts_are_known_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
