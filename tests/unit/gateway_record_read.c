/* A record's JSON form and back: nothing may be lost on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway_record_fixture.h"

#include "gateway/record/record_input.h"
#include "gateway/record/record_json.h"
#include "gateway/record/record_read.h"

static struct arena arena;
static struct catalogue *catalogue;
static const struct json_limits limits = {.max_depth = 32, .max_nodes = 10000};

static int begin(void **state)
{
    (void)state;
    catalogue = fixture_catalogue();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    catalogue_unref(catalogue);
    return 0;
}

static const struct object *person(void)
{
    return catalogue_by_singular(catalogue, STR("person"));
}

static struct str written(const struct value *values)
{
    struct strbuf out = {0};
    record_put_json(&out, person(), NULL, 0, values);
    struct str kept = arena_copy(&arena, strbuf_str(&out));
    strbuf_release(&out);
    return kept;
}

static struct str made_of(const char *body)
{
    struct record_input input;
    struct err err = {0};
    struct json *json = json_parse(&arena, str_from(body), &limits, &err);
    struct uuid id = fixture_id(0xABCD);
    struct record_actor actor = {.source = STR("API"), .name = STR("a key")};
    assert_non_null(json);
    if (!record_input_read(&arena, person(), json, RECORD_INPUT_CREATE, 1700000000000000, &input, &err) ||
        !record_input_complete(&arena, person(), &input, &id, 1700000000000000, 0, &actor, &err)) {
        fail_msg("%s", err.text);
    }
    return written(input.values);
}

static void assert_survives(const char *body)
{
    struct str before = made_of(body);
    struct json *json = json_parse(&arena, before, &limits, NULL);
    struct value *values = ARENA_ARRAY(&arena, struct value, person()->column_count);
    assert_non_null(json);
    assert_true(record_read_json(&arena, person(), json, values));
    struct str after = written(values);
    if (!str_eq(before, after)) {
        fail_msg("%.*s became %.*s", STR_ARG(before), STR_ARG(after));
    }
}

static void every_type_survives(void **state)
{
    (void)state;
    assert_survives("{\"motto\":\"m\"}");
    assert_survives(
        "{\"motto\":\"\\u00e9\\n\\\"\",\"jobTitle\":\"x\",\"happy\":false,\"score\":1e-7,\"whole\":-3,"
        "\"exact\":\"123456789012345678901234567890.123456789\",\"born\":\"1999-12-31\","
        "\"seenAt\":\"2024-02-29T12:00:00.123Z\",\"rating\":\"DONE\",\"stage\":\"DONE\",\"tags\":[\"DONE\"],"
        "\"data\":{\"a\":[1,{\"b\":null}]},\"words\":[\"a\",\"\",\"c,d\"],"
        "\"name\":{\"firstName\":\"A\",\"lastName\":\"B\"},"
        "\"emails\":{\"primaryEmail\":\"a@b.example\",\"additionalEmails\":[\"c@d.example\"]},"
        "\"phones\":{\"primaryPhoneNumber\":\"612345678\",\"primaryPhoneCallingCode\":\"+33\","
        "\"primaryPhoneCountryCode\":\"FR\"},"
        "\"links\":{\"primaryLinkUrl\":\"https://a.example/x\",\"primaryLinkLabel\":\"A\","
        "\"secondaryLinks\":[{\"url\":\"https://b.example\",\"label\":\"b\"}]},"
        "\"address\":{\"addressCity\":\"Oulu\",\"addressLat\":65.01},"
        "\"amount\":{\"amountMicros\":\"12345678901234567890\",\"currencyCode\":\"EUR\"},"
        "\"companyId\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\"}");
}

static void what_does_not_fit_is_null(void **state)
{
    (void)state;
    struct value *values = ARENA_ARRAY(&arena, struct value, person()->column_count);
    struct json *json = json_parse(&arena,
                                   STR("{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"score\":\"many\","
                                       "\"name\":7,\"stage\":\"GONE\",\"notAField\":1}"),
                                   &limits, NULL);
    assert_true(record_read_json(&arena, person(), json, values));
    for (size_t i = 0; i < person()->column_count; i++) {
        assert_int_equal(values[i].null, &person()->columns[i] != person()->id_column);
    }
    json = json_parse(&arena, STR("{\"score\":1}"), &limits, NULL);
    assert_false(record_read_json(&arena, person(), json, values));
    json = json_parse(&arena, STR("[]"), &limits, NULL);
    assert_false(record_read_json(&arena, person(), json, values));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_survives),
        cmocka_unit_test(what_does_not_fit_is_null),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
