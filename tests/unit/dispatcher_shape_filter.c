#include "common/text/json_read.h"
#include "common/text/like.h"
#include "dispatcher/shape/record_filter.h"
#include "dispatcher/shape/record_pick.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

static const char record[] =
    "{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"name\":\"Zo\xc3\xab & Co\",\"empty\":\"\",\"gone\":null,"
    "\"employees\":42,\"rate\":0.5,\"big\":\"12345678901234567890\",\"ideal\":true,\"stage\":\"WON\","
    "\"tags\":[\"A\",\"B\"],\"none\":[],\"createdAt\":\"2026-03-01T10:00:00.000Z\",\"closeDate\":\"2026-03-01\","
    "\"address\":{\"addressCity\":\"Turku\",\"addressStreet1\":\"\",\"addressLat\":60.45},"
    "\"emails\":{\"primaryEmail\":\"ada@example.com\",\"additionalEmails\":null},"
    "\"companyId\":\"90056586-1228-4e03-a507-70140aa85c05\",\"quote\":\"it's 5, or (6)\",\"digits\":\"10\"}";

static bool holds(const char *text, const char *updated_fields)
{
    struct err err;
    struct record_filter *filter = record_filter_new(str_from(text), &err);
    struct record_view view;
    if (filter == NULL) {
        fail_msg("%s: %s", text, err.text);
    }
    record_view_init(&view, str_from(record), str_from(updated_fields));
    bool answer = record_filter_holds(filter, &view);
    record_view_release(&view);
    record_filter_free(filter);
    return answer;
}

static void conditions_mean_what_sql_makes_of_them(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        bool holds;
    } cases[] = {
        {"", true},
        /* Text, and nothing as null. */
        {"name[eq]:Zoë & Co", true},
        {"name[eq]:zoë & co", false},
        {"name[neq]:Other", true},
        {"name[in]:[Other,\"Zoë & Co\"]", true},
        {"name[in]:[Other]", false},
        {"name[like]:Zo_ %", true},
        {"name[like]:zo%", false},
        {"name[ilike]:ZOË%", true},
        {"name[startsWith]:Zo", true},
        {"name[startsWith]:Z%", false},
        {"name[endsWith]:Co", true},
        {"name[gt]:Zn", true},
        {"name[lt]:Zn", false},
        {"quote[eq]:\"it's 5, or (6)\"", true},
        {"digits[gt]:9", false}, /* text, as the field is */
        {"empty[is]:NULL", true},
        {"empty[eq]:\"\"", true},
        {"empty[neq]:x", false},
        {"not(empty[eq]:x)", false}, /* unknown stays unknown */
        {"gone[is]:NULL", true},
        {"gone[is]:NOT_NULL", false},
        {"name[is]:NOT_NULL", true},
        {"name[neq]:\"\"", true},
        {"gone[gt]:1", false},
        {"not(gone[gt]:1)", false},
        {"or(gone[gt]:1,employees[eq]:42)", true},
        {"and(gone[gt]:1,employees[eq]:42)", false},
        {"not(and(gone[gt]:1,employees[eq]:1))", true},
        /* Numbers. */
        {"employees[eq]:42", true},
        {"employees[eq]:42.0", true},
        {"employees[gt]:9", true},
        {"employees[gte]:42", true},
        {"employees[lt]:42", false},
        {"employees[lte]:42", true},
        {"employees[in]:[1,42]", true},
        {"employees[eq]:many", false},
        {"rate[lt]:1e0", true},
        {"big[gt]:999", true},
        {"big[lt]:99999999999999999999", true},
        {"address.addressLat[gt]:60", true},
        /* The rest of the types. */
        {"ideal[eq]:true", true},
        {"ideal[eq]:FALSE", false},
        {"stage[in]:[LOST,WON]", true},
        {"stage[containsAny]:[WON]", true},
        {"tags[containsAny]:[X,B]", true},
        {"tags[containsAny]:[X]", false},
        {"tags[containsExactly]:[A,B]", true},
        {"tags[containsExactly]:[B,A]", false},
        {"tags[containsIlike]:a", true},
        {"not(gone[containsIlike]:a)", true},
        {"not(gone[containsAny]:[a])", false},
        {"tags[isEmptyArray]:true", false},
        {"none[isEmptyArray]:true", true},
        {"gone[isEmptyArray]:true", true},
        {"createdAt[eq]:2026-03-01T12:00:00+02:00", true},
        {"createdAt[gt]:2026-03-01", true},
        {"createdAt[lt]:2026-03-01T10:00:00.001Z", true},
        {"closeDate[eq]:2026/03/01", true},
        {"closeDate[gte]:2026-03-02", false},
        {"id[eq]:20202020-3EC3-4FE3-8997-B76AA0BFA408", true},
        {"companyId[in]:[90056586-1228-4e03-a507-70140aa85c05]", true},
        {"emails.primaryEmail[eq]:Ada@Example.com", true},
        {"address.addressCity[eq]:Turku", true},
        {"address.addressStreet1[is]:NULL", true},
        /* What is not there is unknown. */
        {"nothing[eq]:1", false},
        {"not(nothing[eq]:1)", false},
        {"nothing[is]:NULL", false},
        {"name.first[eq]:x", false},
        {"or(nothing[eq]:1,name[is]:NOT_NULL)", true},
        /* Groups. */
        {"employees[gt]:1,name[like]:Z%", true},
        {"employees[gt]:100,name[like]:Z%", false},
        {"or(employees[gt]:100,not(name[like]:A%))", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (holds(cases[i].filter, "") != cases[i].holds) {
            fail_msg("%s: should %shold", cases[i].filter, cases[i].holds ? "" : "not ");
        }
    }
}

static void updated_fields_are_a_field(void **state)
{
    (void)state;
    assert_true(holds("updatedFields[containsAny]:[name,address]", "[\"employees\",\"name\"]"));
    assert_false(holds("updatedFields[containsAny]:[address]", "[\"employees\",\"name\"]"));
    assert_true(holds("updatedFields[containsExactly]:[name]", "[\"name\"]"));
    assert_false(holds("updatedFields[containsAny]:[name]", ""));
    assert_true(holds("or(updatedFields[is]:NULL,updatedFields[containsAny]:[name])", ""));
    assert_false(holds("updatedFields[is]:NULL", "[\"name\"]"));
}

static void a_bad_filter_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"name", "name[eq]", "name[eq]:", "name[has]:1", "or(name[eq]:1", "in[in]:x"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {.code = ERR_NONE};
        assert_null(record_filter_new(str_from(cases[i]), &err));
        assert_int_equal(err.code, ERR_INVALID);
    }
}

static void a_record_that_cannot_be_read_is_let_through(void **state)
{
    (void)state;
    struct record_view view;
    struct record_filter *filter = record_filter_new(STR("a[eq]:1"), NULL);
    record_view_init(&view, STR("{\"a\":"), STR_EMPTY);
    assert_true(record_filter_holds(filter, &view));
    record_view_release(&view);
    record_filter_free(filter);
}

static void patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool like, ilike;
    } cases[] = {
        {"", "", true, true},
        {"", "a", false, false},
        {"%", "", true, true},
        {"%", "anything", true, true},
        {"a%c", "abbc", true, true},
        {"a%c", "abbd", false, false},
        {"%b%b%", "abab", true, true},
        {"_", "ä", true, true},
        {"__", "ä", false, false},
        {"ÄITI", "äiti", false, true},
        {"100\\%", "100%", true, true},
        {"100\\%", "100x", false, false},
        {"a\\_b", "a_b", true, true},
        {"a\\_b", "axb", false, false},
        {"%aab", "aaab", true, true},
        {"ж%", "Жук", false, true},
        {"%a%a%a%a%b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (like_matches(str_from(cases[i].pattern), str_from(cases[i].text), false) != cases[i].like ||
            like_matches(str_from(cases[i].pattern), str_from(cases[i].text), true) != cases[i].ilike) {
            fail_msg("'%s' over '%s'", cases[i].pattern, cases[i].text);
        }
    }
}

static void chosen_fields_keep_their_bytes(void **state)
{
    (void)state;
    static const char source[] =
        "{\"id\":\"x\",\"name\":\"a\\\"},{b\",\"n\":1.5,\"o\":{\"p\":[1,{\"q\":\"]\"}]},\"z\":null}";
    static const struct {
        struct str fields[3];
        size_t count;
        const char *out;
    } cases[] = {
        {{{0}}, 0, "{\"id\":\"x\"}"},
        {{STR_INIT("z"), STR_INIT("o")}, 2, "{\"id\":\"x\",\"o\":{\"p\":[1,{\"q\":\"]\"}]},\"z\":null}"},
        {{STR_INIT("name"), STR_INIT("nothing"), STR_INIT("n")}, 3, "{\"id\":\"x\",\"name\":\"a\\\"},{b\",\"n\":1.5}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        record_pick_put(&out, str_from(source), cases[i].fields, cases[i].count);
        assert_string_equal(strbuf_cstr(&out), cases[i].out);
        strbuf_release(&out);
    }
    struct strbuf out = {0};
    record_pick_put(&out, STR("{}"), NULL, 0);
    assert_string_equal(strbuf_cstr(&out), "{}");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_mean_what_sql_makes_of_them),
        cmocka_unit_test(updated_fields_are_a_field),
        cmocka_unit_test(a_bad_filter_is_refused),
        cmocka_unit_test(a_record_that_cannot_be_read_is_let_through),
        cmocka_unit_test(patterns),
        cmocka_unit_test(chosen_fields_keep_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
