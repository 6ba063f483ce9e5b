/* Several records into one: whose value wins, what is united, what is never lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway/record/record_input.h"
#include "gateway/record/record_json.h"
#include "gateway/record/record_merge.h"
#include "tests/unit/gateway_record_fixture.h"

static struct arena arena;
static struct catalogue *catalogue;
static const struct object *person;
static const struct json_limits limits = {.max_depth = 32, .max_nodes = 10000};

#define NOW_US INT64_C(1772368496789000)

static int begin(void **state)
{
    (void)state;
    catalogue = fixture_catalogue();
    person = catalogue_by_plural(catalogue, STR("people"));
    return person == NULL;
}

static int end(void **state)
{
    (void)state;
    catalogue_unref(catalogue);
    arena_release(&arena);
    return 0;
}

static const struct value *record(const char *body, size_t number)
{
    struct err err = {0};
    struct record_input input;
    struct uuid id = fixture_id(1000 + number);
    const struct json *json = json_parse(&arena, str_from(body), &limits, &err);
    if (json == NULL || !record_input_read(&arena, person, json, RECORD_INPUT_CREATE, NOW_US, &input, &err)) {
        fail_msg("%s: %s", body, err.text);
    }
    struct value *values = ARENA_ARRAY(&arena, struct value, person->column_count);
    for (size_t i = 0; i < person->column_count; i++) {
        values[i] = input.set[i] ? input.values[i] : value_null(person->columns[i].kind);
    }
    values[person->id_column->index] = (struct value){.kind = COLUMN_UUID, .as.uuid = id};
    return values;
}

/* The JSON of `name` after the merge of up to three bodies. */
static struct str merged(const char *const *bodies, size_t count, size_t priority, const char *name)
{
    const struct value *records[3];
    struct value *out = ARENA_ARRAY(&arena, struct value, person->column_count);
    for (size_t i = 0; i < count; i++) {
        records[i] = record(bodies[i], i);
    }
    record_merge(&arena, person, records, count, priority, out);
    struct strbuf json = {0};
    field_put_json(&json, object_field(person, str_from(name)), out);
    struct str copy = arena_copy(&arena, strbuf_str(&json));
    strbuf_release(&json);
    return copy;
}

static void check(const char *const *bodies, size_t count, size_t priority, const char *name, const char *expected)
{
    struct str got = merged(bodies, count, priority, name);
    if (!str_is(got, expected)) {
        fail_msg("%s: got %.*s, expected %s", name, STR_ARG(got), expected);
    }
}

static void the_survivor_wins_and_gaps_are_filled(void **state)
{
    (void)state;
    const char *const bodies[] = {"{\"score\":1}", "{\"score\":2,\"jobTitle\":\"two\",\"happy\":false}",
                                  "{\"jobTitle\":\"three\",\"born\":\"2000-01-02\"}"};
    check(bodies, 3, 0, "score", "1");
    check(bodies, 3, 1, "score", "2");
    check(bodies, 3, 2, "score", "1");
    check(bodies, 3, 0, "jobTitle", "\"two\"");
    check(bodies, 3, 2, "jobTitle", "\"three\"");
    check(bodies, 3, 0, "happy", "false");
    check(bodies, 3, 0, "born", "\"2000-01-02\"");
    check(bodies, 3, 0, "exact", "null");
}

static void the_id_and_what_we_keep_are_the_survivors(void **state)
{
    (void)state;
    const char *const bodies[] = {"{\"position\":1}", "{\"position\":2,\"createdAt\":\"2020-01-02T03:04:05.000Z\"}"};
    check(bodies, 2, 1, "id", "\"00000000-0000-0000-0000-0000000003e9\"");
    check(bodies, 2, 1, "position", "2");
    check(bodies, 2, 0, "createdAt", "null");
}

static void composites_are_taken_whole(void **state)
{
    (void)state;
    const char *const bodies[] = {"{\"address\":{\"addressCity\":\"Turku\"}}",
                                  "{\"address\":{\"addressCity\":\"Oulu\",\"addressStreet1\":\"Isokatu 1\"}}"};
    struct str first = merged(bodies, 2, 0, "address");
    assert_true(str_find_str(first, STR("Turku")) < first.len);
    assert_int_equal(str_find_str(first, STR("Isokatu")), first.len);
    struct str second = merged(bodies, 2, 1, "address");
    assert_true(str_find_str(second, STR("Oulu")) < second.len && str_find_str(second, STR("Isokatu")) < second.len);
}

static void lists_are_united(void **state)
{
    (void)state;
    const char *const bodies[] = {"{\"words\":[\"b\",\"a\"]}", "{\"words\":[\"c\",\"a\"],\"tags\":[\"DONE\"]}", "{}"};
    check(bodies, 3, 0, "words", "[\"b\",\"a\",\"c\"]");
    check(bodies, 3, 1, "words", "[\"c\",\"a\",\"b\"]");
    check(bodies, 3, 2, "words", "[\"b\",\"a\",\"c\"]");
    check(bodies, 3, 0, "tags", "[\"DONE\"]");
}

static void no_address_is_lost(void **state)
{
    (void)state;
    const char *const bodies[] = {
        "{\"emails\":{\"primaryEmail\":\"john@a.example\",\"additionalEmails\":[\"j1@a.example\",\"jane@a.example\"]}}",
        "{\"emails\":{\"primaryEmail\":\"jane@a.example\",\"additionalEmails\":[\"j2@a.example\",\"john@a.example\"]}}",
        "{}"};
    check(bodies, 3, 0, "emails",
          "{\"primaryEmail\":\"john@a.example\",\"additionalEmails\":[\"j1@a.example\",\"jane@a.example\","
          "\"j2@a.example\"]}");
    check(bodies, 3, 2, "emails",
          "{\"primaryEmail\":\"john@a.example\",\"additionalEmails\":[\"j1@a.example\",\"jane@a.example\","
          "\"j2@a.example\"]}");
    check(bodies, 3, 1, "emails",
          "{\"primaryEmail\":\"jane@a.example\",\"additionalEmails\":[\"j2@a.example\",\"john@a.example\","
          "\"j1@a.example\"]}");
}

static void no_number_is_lost(void **state)
{
    (void)state;
    const char *const bodies[] = {
        "{\"phones\":{\"primaryPhoneNumber\":\"1\",\"primaryPhoneCallingCode\":\"+1\"}}",
        "{\"phones\":{\"primaryPhoneNumber\":\"2\",\"primaryPhoneCallingCode\":\"+2\",\"primaryPhoneCountryCode\":"
        "\"FI\","
        "\"additionalPhones\":[{\"number\":\"1\",\"callingCode\":\"+1\",\"countryCode\":\"US\"},{\"number\":\"1\","
        "\"callingCode\":\"+9\",\"countryCode\":\"\"}]}}"};
    struct str phones = merged(bodies, 2, 0, "phones");
    const char *further = "\"additionalPhones\":[{\"number\":\"2\",\"callingCode\":\"+2\",\"countryCode\":\"FI\"},"
                          "{\"number\":\"1\",\"callingCode\":\"+9\",\"countryCode\":\"\"}]";
    if (str_find_str(phones, str_from(further)) == phones.len) {
        fail_msg("%.*s", STR_ARG(phones));
    }
}

static void no_link_is_lost(void **state)
{
    (void)state;
    const char *const bodies[] = {"{\"links\":{\"secondaryLinks\":[{\"url\":\"https://c.example\",\"label\":\"C\"}]}}",
                                  "{\"links\":{\"primaryLinkUrl\":\"https://b.example\",\"primaryLinkLabel\":\"B\"}}"};
    struct str links = merged(bodies, 2, 0, "links");
    assert_true(str_find_str(links, STR("\"primaryLinkUrl\":\"https://b.example\"")) < links.len);
    assert_true(str_find_str(links, STR("\"secondaryLinks\":[{\"url\":\"https://c.example\",\"label\":\"C\"}]")) <
                links.len);
}

static void nothing_comes_of_nothing(void **state)
{
    (void)state;
    const char *const bodies[] = {"{}", "{}"};
    check(bodies, 2, 0, "emails", "{\"primaryEmail\":\"\",\"additionalEmails\":null}");
    check(bodies, 2, 0, "words", "null");
    check(bodies, 2, 0, "company", "null");
}

static void relations_lead_outside(void **state)
{
    (void)state;
    const char *const bodies[] = {"{}", "{\"companyId\":\"00000000-0000-4000-8000-000000000007\"}"};
    check(bodies, 2, 0, "company", "\"00000000-0000-4000-8000-000000000007\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_survivor_wins_and_gaps_are_filled),
        cmocka_unit_test(the_id_and_what_we_keep_are_the_survivors),
        cmocka_unit_test(composites_are_taken_whole),
        cmocka_unit_test(lists_are_united),
        cmocka_unit_test(no_address_is_lost),
        cmocka_unit_test(no_number_is_lost),
        cmocka_unit_test(no_link_is_lost),
        cmocka_unit_test(nothing_comes_of_nothing),
        cmocka_unit_test(relations_lead_outside),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
