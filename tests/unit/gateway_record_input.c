/* A client's JSON into values, and those into the record's JSON form: each type's good, bad and empty inputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway/record/record_input.h"
#include "gateway/record/record_json.h"
#include "tests/unit/gateway_record_fixture.h"

static struct arena arena;
static struct catalogue *catalogue;
static const struct object *person;
static const struct json_limits limits = {.max_depth = 32, .max_nodes = 10000};

/* 2026-03-01T12:34:56.789012Z */
#define NOW_US INT64_C(1772368496789012)

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

static const struct json *parsed(const char *text)
{
    struct err err = {0};
    const struct json *json = json_parse(&arena, str_from(text), &limits, &err);
    if (json == NULL) {
        fail_msg("%s: %s", text, err.text);
    }
    return json;
}

static bool read_as(enum record_input_mode mode, const char *text, struct record_input *out, struct err *err)
{
    *err = (struct err){0};
    return record_input_read(&arena, person, parsed(text), mode, NOW_US, out, err);
}

/* The field's JSON after `body` was read; unset values count as null. */
static struct str field_after(const char *body, const char *name)
{
    struct record_input input;
    struct err err;
    if (!read_as(RECORD_INPUT_CREATE, body, &input, &err)) {
        fail_msg("%s: %s", body, err.text);
    }
    for (size_t i = 0; i < person->column_count; i++) {
        if (!input.set[i]) {
            input.values[i] = value_null(person->columns[i].kind);
        }
    }
    const struct field *field = object_field(person, str_from(name));
    assert_non_null(field);
    struct strbuf out = {0};
    field_put_json(&out, field, input.values);
    struct str copy = arena_copy(&arena, strbuf_str(&out));
    strbuf_release(&out);
    return copy;
}

struct good {
    const char *field, *value, *reads;
};

static void assert_good(const struct good *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str body = arena_printf(&arena, "{\"%s\":%s}", cases[i].field, cases[i].value);
        struct str got = field_after(arena_cstr(&arena, body), cases[i].field);
        if (!str_is(got, cases[i].reads)) {
            fail_msg("%s = %s reads %.*s, expected %s", cases[i].field, cases[i].value, STR_ARG(got), cases[i].reads);
        }
    }
}

static void good_scalars_read_back(void **state)
{
    (void)state;
    static const struct good cases[] = {
        {"jobTitle", "\"Boss \\u00e4\\n\"", "\"Boss ä\\n\""},
        {"jobTitle", "\"\"", "\"\""},
        {"jobTitle", "null", "\"\""},
        {"code", "\"\"", "\"\""},
        {"happy", "true", "true"},
        {"happy", "false", "false"},
        {"happy", "null", "null"},
        {"score", "0", "0"},
        {"score", "-1.50", "-1.5"},
        {"score", "1e3", "1000"},
        {"score", "null", "null"},
        {"whole", "-12", "-12"},
        {"whole", "1e2", "100"},
        {"exact", "\"123.45\"", "123.45"},
        {"exact", "123.450", "123.45"},
        {"exact", "12345678901234567890", "\"12345678901234567890\""},
        {"exact", "\"0.10000000000000000001\"", "\"0.10000000000000000001\""},
        {"exact", "null", "null"},
        {"position", "1.5", "1.5"},
        {"position", "\"first\"", "-1772368496789"},
        {"position", "\"last\"", "1772368496789"},
        {"born", "\"2025-01-13\"", "\"2025-01-13\""},
        {"born", "\"01/13/2025\"", "\"2025-01-13\""},
        {"born", "null", "null"},
        {"seenAt", "\"2025-01-13T10:20:30.123987+02:00\"", "\"2025-01-13T08:20:30.123Z\""},
        {"seenAt", "\"Jan 13, 2025\"", "\"2025-01-13T00:00:00.000Z\""},
        {"seenAt", "\"1969-12-31T23:59:59.999999Z\"", "\"1969-12-31T23:59:59.999Z\""},
        {"seenAt", "null", "null"},
        {"rating", "\"DONE\"", "\"DONE\""},
        {"rating", "null", "null"},
        {"stage", "\"NEW\"", "\"NEW\""},
        {"stage", "null", "null"},
        {"token", "\"AAAAAAAA-0000-4000-8000-00000000000A\"", "\"aaaaaaaa-0000-4000-8000-00000000000a\""},
        {"token", "null", "null"},
    };
    assert_good(cases, sizeof cases / sizeof cases[0]);
}

static void good_lists_and_json_read_back(void **state)
{
    (void)state;
    static const struct good cases[] = {
        {"tags", "[\"NEW\",\"DONE\"]", "[\"NEW\",\"DONE\"]"},
        {"tags", "\"NEW\"", "[\"NEW\"]"},
        {"tags", "[]", "[]"},
        {"tags", "null", "null"},
        {"words", "[\"a\",\"\",\"b\\\"\"]", "[\"a\",\"\",\"b\\\"\"]"},
        {"words", "\"one\"", "[\"one\"]"},
        {"words", "[]", "[]"},
        {"words", "null", "null"},
        {"data", "{\"bb\":1.0,\"a\":[{}]}", "{\"a\":[{}],\"bb\":1}"},
        {"data", "{}", "null"},
        {"data", "\"{}\"", "null"},
        {"data", "\"\"", "null"},
        {"data", "[]", "[]"},
        {"data", "\"{\\\"a\\\":1}\"", "{\"a\":1}"},
        {"data", "12", "12"},
        {"data", "false", "false"},
        {"data", "null", "null"},
        {"files", "[{\"fileId\":\"f1\",\"label\":\"One\"}]", "[{\"label\":\"One\",\"fileId\":\"f1\"}]"},
        {"files", "[]", "[]"},
        {"files", "null", "null"},
    };
    assert_good(cases, sizeof cases / sizeof cases[0]);
}

static void good_composites_read_back(void **state)
{
    (void)state;
    static const struct good cases[] = {
        {"name", "{\"firstName\":\"John\"}", "{\"firstName\":\"John\",\"lastName\":\"\"}"},
        {"name", "null", "{\"firstName\":\"\",\"lastName\":\"\"}"},
        {"emails", "{\"primaryEmail\":\"ANN@M\\u00fcnchen\\uff0eDE.\",\"additionalEmails\":[\"B@C.de\"]}",
         "{\"primaryEmail\":\"ann@xn--mnchen-3ya.de\",\"additionalEmails\":[\"b@c.de\"]}"},
        {"emails", "{\"primaryEmail\":\"\",\"additionalEmails\":[]}",
         "{\"primaryEmail\":\"\",\"additionalEmails\":[]}"},
        {"emails", "{\"additionalEmails\":\"[\\\"x@y.z\\\"]\"}",
         "{\"primaryEmail\":\"\",\"additionalEmails\":[\"x@y.z\"]}"},
        {"emails", "{\"primaryEmail\":null,\"additionalEmails\":null}",
         "{\"primaryEmail\":\"\",\"additionalEmails\":null}"},
        {"phones",
         "{\"primaryPhoneNumber\":\" 612345678 "
         "\",\"primaryPhoneCountryCode\":\"FR\",\"primaryPhoneCallingCode\":\"+33\","
         "\"additionalPhones\":[{\"countryCode\":\"FI\",\"callingCode\":\"+358\",\"number\":\"1\"},{}]}",
         "{\"primaryPhoneNumber\":\"612345678\",\"primaryPhoneCountryCode\":\"FR\",\"primaryPhoneCallingCode\":\"+33\","
         "\"additionalPhones\":[{\"number\":\"1\",\"callingCode\":\"+358\",\"countryCode\":\"FI\"},{}]}"},
        {"links",
         "{\"primaryLinkUrl\":\"HTTPS://Example.COM/Path?Q#F\",\"primaryLinkLabel\":\"L\",\"secondaryLinks\":"
         "[{\"label\":null,\"url\":\"WWW.Two.com/A\"}]}",
         "{\"primaryLinkLabel\":\"L\",\"primaryLinkUrl\":\"https://example.com/Path?Q#F\",\"secondaryLinks\":"
         "[{\"url\":\"www.two.com/A\",\"label\":null}]}"},
        {"links", "{\"primaryLinkUrl\":\"http://User:Pass@HOST/\"}",
         "{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"http://User:Pass@host/\",\"secondaryLinks\":null}"},
        {"links", "{\"primaryLinkUrl\":\"Not a Link\"}",
         "{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"Not a Link\",\"secondaryLinks\":null}"},
        {"domain", "{\"primaryLinkUrl\":\"https://user@www.M\\u00fcnchen.DE:8080/path?x\"}",
         "{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"www.xn--mnchen-3ya.de\",\"secondaryLinks\":null}"},
        {"domain", "{\"primaryLinkUrl\":\"http://test/\"}",
         "{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"test\",\"secondaryLinks\":null}"},
        {"domain", "{\"primaryLinkUrl\":\"Example.com\"}",
         "{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"example.com\",\"secondaryLinks\":null}"},
        {"domain", "{\"primaryLinkUrl\":\"\"}",
         "{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"\",\"secondaryLinks\":null}"},
        {"address", "{\"addressCity\":\"Oulu\",\"addressLat\":\"65.0100\",\"addressLng\":25.5}",
         "{\"addressStreet1\":\"\",\"addressStreet2\":\"\",\"addressCity\":\"Oulu\",\"addressPostcode\":\"\","
         "\"addressState\":\"\",\"addressCountry\":\"\",\"addressLat\":65.01,\"addressLng\":25.5}"},
        {"amount", "{\"amountMicros\":\"1000000\",\"currencyCode\":\"EUR\"}",
         "{\"amountMicros\":1000000,\"currencyCode\":\"EUR\"}"},
        {"amount", "{\"amountMicros\":90071992547409931}",
         "{\"amountMicros\":\"90071992547409931\",\"currencyCode\":\"\"}"},
        {"amount", "{\"amountMicros\":null}", "{\"amountMicros\":null,\"currencyCode\":\"\"}"},
        {"checkedBy",
         "{\"source\":\"EMAIL\",\"name\":\"Forged\",\"workspaceMemberId\":\"x\",\"context\":{\"provider\":\"google\"}}",
         "{\"source\":\"EMAIL\",\"workspaceMemberId\":null,\"name\":\"\",\"context\":{\"provider\":\"google\"}}"},
        {"body", "{\"markdown\":\"# Hi\"}", "{\"blocknote\":\"\",\"markdown\":\"# Hi\"}"},
    };
    assert_good(cases, sizeof cases / sizeof cases[0]);
}

static void join_columns_take_ids(void **state)
{
    (void)state;
    assert_true(str_is(field_after("{\"companyId\":\"00000000-0000-4000-8000-00000000000A\"}", "company"),
                       "\"00000000-0000-4000-8000-00000000000a\""));
    assert_true(str_is(field_after("{\"companyId\":null}", "company"), "null"));
}

struct bad {
    const char *body, *sentence;
};

static void assert_bad(enum record_input_mode mode, const struct bad *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct record_input input;
        struct err err;
        if (read_as(mode, cases[i].body, &input, &err)) {
            fail_msg("%s was taken", cases[i].body);
        }
        if (strcmp(err.text, cases[i].sentence) != 0) {
            fail_msg("%s\n  got      %s\n  expected %s", cases[i].body, err.text, cases[i].sentence);
        }
        assert_int_equal(err.code, ERR_INVALID);
        assert_string_equal(err.tag, "INVALID_ARGS_DATA");
    }
}

static void bad_values_are_named(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {"[]", "A record must be a JSON object, not array"},
        {"{\"nope\":1}", "Object person doesn't have any \"nope\" field."},
        {"{\"gone\":\"x\"}", "Object person doesn't have any \"gone\" field."},
        {"{\"jobTitle\":1}", "Invalid string value '1' for field \"jobTitle\""},
        {"{\"jobTitle\":{\"a\":1}}", "Invalid string value '{\"a\":1}' for field \"jobTitle\""},
        {"{\"code\":null}", "Field \"code\" cannot be null"},
        {"{\"happy\":\"true\"}", "Invalid boolean value 'true' for field \"happy\""},
        {"{\"happy\":0}", "Invalid boolean value '0' for field \"happy\""},
        {"{\"score\":\"1\"}", "Invalid number value '1' for field \"score\""},
        {"{\"score\":1e999}", "Invalid number value '1e999' for field \"score\""},
        {"{\"whole\":1.5}", "Invalid number value '1.5' for field \"whole\""},
        {"{\"whole\":9007199254740994}", "Invalid number value '9007199254740994' for field \"whole\""},
        {"{\"exact\":\"abc\"}", "Invalid number value 'abc' for field \"exact\""},
        {"{\"exact\":\"\"}", "Invalid number value '' for field \"exact\""},
        {"{\"exact\":1e400}", "Invalid number value '1e400' for field \"exact\""},
        {"{\"position\":null}", "Invalid position value 'null' for field \"position\""},
        {"{\"position\":\"middle\"}", "Invalid position value 'middle' for field \"position\""},
        {"{\"born\":\"2025-02-30\"}",
         "Invalid value '2025-02-30' for date field \"born\". Expected format: 'YYYY-MM-DD'"},
        {"{\"born\":2025}", "Invalid value '2025' for date field \"born\". Expected format: 'YYYY-MM-DD'"},
        {"{\"seenAt\":\"2025\"}",
         "Invalid value '2025' for date-time field \"seenAt\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"},
        {"{\"stage\":\"FOO\"}", "Invalid value 'FOO' for field \"stage\". Allowed values: NEW, DONE"},
        {"{\"stage\":1}", "Invalid value '1' for field \"stage\". Allowed values: NEW, DONE"},
        {"{\"rating\":\"\"}", "Invalid value '' for field \"rating\". Allowed values: NEW, DONE"},
        {"{\"tags\":[\"NEW\",\"FOO\"]}", "Invalid value 'FOO' for field \"tags\". Allowed values: NEW, DONE"},
        {"{\"tags\":[1]}", "Invalid value 1 for field \"tags - Array values need to be string\""},
        {"{\"words\":1}", "Invalid value 1 for field \"words - Array values need to be string\""},
        {"{\"words\":[\"a\",null]}", "Invalid value null for field \"words - Array values need to be string\""},
        {"{\"data\":\"{\"}", "Invalid object value '{' for field \"data\""},
        {"{\"files\":[{\"fileId\":\"a\",\"size\":1}]}", "Sub field \"size\" not found for field \"files\""},
        {"{\"files\":[{\"label\":\"a\"}]}", "Invalid object value '{\"label\":\"a\"}' for field \"files\""},
        {"{\"files\":[{\"fileId\":5}]}", "Invalid string value '5' for field \"files.fileId\""},
        {"{\"files\":{\"fileId\":\"a\"}}", "Invalid object value '{\"fileId\":\"a\"}' for field \"files\""},
        {"{\"token\":\"abc\"}", "Invalid UUID value 'abc' for field \"token\""},
        {"{\"companyId\":1}", "Invalid UUID value '1' for field \"companyId\""},
        {"{\"id\":\"abc\"}", "Invalid UUID value 'abc' for field \"id\""},
        {"{\"name\":\"John\"}", "Invalid object value 'John' for field \"name\""},
        {"{\"name\":{\"nickName\":\"J\"}}", "Sub field \"nickName\" not found for composite type: FULL_NAME"},
        {"{\"emails\":{\"x\":1}}", "Sub field \"x\" not found for composite type: EMAILS"},
        {"{\"name\":{\"firstName\":1}}", "Invalid string value '1' for field \"name.firstName\""},
        {"{\"emails\":{\"primaryEmail\":\"nope\"}}",
         "Invalid string value 'nope' for email field \"emails.primaryEmail\""},
        {"{\"emails\":{\"additionalEmails\":[\"a@b.c\",\"nope\"]}}",
         "Invalid string value 'nope' for email field \"emails.additionalEmails\""},
        {"{\"emails\":{\"additionalEmails\":\"a@b.c\"}}",
         "Invalid string value 'a@b.c' for email field \"emails.additionalEmails\""},
        {"{\"phones\":{\"additionalPhones\":[\"1\"]}}",
         "Invalid object value '1' for field \"phones.additionalPhones\""},
        {"{\"links\":{\"secondaryLinks\":[{\"href\":\"x\"}]}}",
         "Sub field \"href\" not found for field \"links.secondaryLinks\""},
        {"{\"domain\":{\"primaryLinkUrl\":\"two words\"}}",
         "Invalid domain value 'two words' for field \"domain.primaryLinkUrl\""},
        {"{\"amount\":{\"amountMicros\":\"1,5\"}}", "Invalid number value '1,5' for field \"amount.amountMicros\""},
        {"{\"checkedBy\":{\"source\":\"ME\"}}",
         "Invalid value 'ME' for field \"checkedBy.source\". Allowed values: EMAIL, CALENDAR, WORKFLOW, AGENT, API, "
         "IMPORT, MANUAL, SYSTEM, WEBHOOK, APPLICATION"},
        {"{\"company\":{\"connect\":{}}}", "Relation \"company\" requires create, connect, or disconnect operation, "
                                           "such as {\"connect\":{\"where\":{…}}}; or set "
                                           "\"companyId\""},
        {"{\"searchVector\":\"a\"}", "Field \"searchVector\" does not support write operations"},
        {"{\"deletedAt\":null}", "Field \"deletedAt\" is not writable"},
        {"{\"updatedAt\":\"2025-01-01\"}", "Field \"updatedAt\" is not writable"},
        {"{\"updatedBy\":{}}", "Field \"updatedBy\" is not writable"},
        {"{\"createdBy\":{\"source\":null}}", "Field \"createdBy.source\" cannot be null"},
    };
    assert_bad(RECORD_INPUT_CREATE, cases, sizeof cases / sizeof cases[0]);
}

static void an_update_may_not_rewrite_history(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {"{\"createdAt\":\"2025-01-01\"}", "Field \"createdAt\" is not writable"},
        {"{\"createdBy\":{\"source\":\"API\"}}", "Field \"createdBy\" is not writable"},
    };
    assert_bad(RECORD_INPUT_UPDATE, cases, sizeof cases / sizeof cases[0]);
}

static void one_to_many_is_not_writable(void **state)
{
    (void)state;
    const struct object *company = catalogue_by_plural(catalogue, STR("companies"));
    struct record_input input;
    struct err err = {0};
    assert_false(
        record_input_read(&arena, company, parsed("{\"people\":[]}"), RECORD_INPUT_CREATE, NOW_US, &input, &err));
    assert_string_equal(err.text, "Field \"people\" is not writable");
}

static void quoted_values_are_cut_at_a_character(void **state)
{
    (void)state;
    struct strbuf body = {0};
    strbuf_puts(&body, "{\"stage\":\"x");
    for (size_t i = 0; i < 100; i++) {
        strbuf_puts(&body, "ä");
    }
    strbuf_puts(&body, "\"}");
    struct record_input input;
    struct err err;
    assert_false(read_as(RECORD_INPUT_CREATE, strbuf_cstr(&body), &input, &err));
    strbuf_release(&body);
    assert_true(str_starts_with(err_str(&err), STR("Invalid value 'xä")));
    /* 80 bytes would cut the 40th letter in two. */
    assert_int_equal(str_find_str(err_str(&err), STR("ä' for field \"stage\"")), 15 + 79 - 2);
}

static void an_update_sets_only_what_it_names(void **state)
{
    (void)state;
    struct record_input input;
    struct err err;
    assert_true(read_as(RECORD_INPUT_UPDATE, "{\"id\":\"whatever\",\"name\":{\"firstName\":\"J\"}}", &input, &err));
    size_t set = 0;
    for (size_t i = 0; i < person->column_count; i++) {
        set += input.set[i];
    }
    assert_int_equal(set, 1);
    assert_true(input.set[object_field(person, STR("name"))->columns[0].index]);
    assert_true(read_as(RECORD_INPUT_UPDATE, "{}", &input, &err));
}

static struct str completed(const char *body, size_t index)
{
    struct record_input input;
    struct err err;
    struct uuid id = fixture_id(0xABCD);
    struct record_actor actor = {.source = STR("API"), .name = STR("My key")};
    if (!read_as(RECORD_INPUT_CREATE, body, &input, &err) ||
        !record_input_complete(&arena, person, &input, &id, NOW_US, index, &actor, &err)) {
        return arena_copy(&arena, err_str(&err));
    }
    for (size_t i = 0; i < person->column_count; i++) {
        assert_true(input.set[i]);
    }
    struct strbuf out = {0};
    record_put_json(&out, person, NULL, 0, input.values);
    struct str copy = arena_copy(&arena, strbuf_str(&out));
    strbuf_release(&out);
    return copy;
}

static void assert_same(struct str got, const char *expected)
{
    if (!str_is(got, expected)) {
        fail_msg("got      %.*s\nexpected %s", STR_ARG(got), expected);
    }
}

static void a_create_is_completed(void **state)
{
    (void)state;
    struct str tokens = completed("{\"motto\":\"m\"}", 2);
    assert_same(
        tokens,
        "{\"id\":\"00000000-0000-0000-0000-00000000abcd\",\"createdAt\":\"2026-03-01T12:34:56.789Z\","
        "\"updatedAt\":\"2026-03-01T12:34:56.789Z\",\"deletedAt\":null,"
        "\"createdBy\":{\"source\":\"API\",\"workspaceMemberId\":null,\"name\":\"My key\",\"context\":null},"
        "\"updatedBy\":{\"source\":\"API\",\"workspaceMemberId\":null,\"name\":\"My key\",\"context\":null},"
        "\"position\":1772368496789.002,\"jobTitle\":\"\",\"code\":\"it's\",\"motto\":\"m\",\"happy\":true,"
        "\"score\":null,\"whole\":null,\"exact\":null,\"born\":\"2026-03-01\",\"seenAt\":null,\"rating\":null,"
        "\"stage\":\"NEW\",\"tags\":[\"NEW\",\"DONE\"],\"data\":null,\"words\":null,\"files\":null,"
        "\"token\":\"00000000-0000-0000-0000-00000000abd3\",\"name\":{\"firstName\":\"Ann\",\"lastName\":\"\"},"
        "\"emails\":{\"primaryEmail\":\"\",\"additionalEmails\":null},"
        "\"phones\":{\"primaryPhoneNumber\":\"\",\"primaryPhoneCountryCode\":\"\",\"primaryPhoneCallingCode\":\"\","
        "\"additionalPhones\":null},"
        "\"links\":{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"\",\"secondaryLinks\":null},"
        "\"domain\":{\"primaryLinkLabel\":\"\",\"primaryLinkUrl\":\"\",\"secondaryLinks\":null},"
        "\"address\":{\"addressStreet1\":\"\",\"addressStreet2\":\"\",\"addressCity\":\"\",\"addressPostcode\":\"\","
        "\"addressState\":\"\",\"addressCountry\":\"\",\"addressLat\":null,\"addressLng\":null},"
        "\"amount\":{\"amountMicros\":null,\"currencyCode\":\"\"},"
        "\"checkedBy\":{\"source\":null,\"workspaceMemberId\":null,\"name\":\"\",\"context\":null},"
        "\"body\":{\"blocknote\":\"\",\"markdown\":\"\"},\"companyId\":null}");
}

static void what_the_client_gave_is_kept(void **state)
{
    (void)state;
    struct str record = completed("{\"id\":\"11111111-0000-4000-8000-000000000001\",\"createdAt\":\"2020-01-02\","
                                  "\"createdBy\":{\"source\":\"EMAIL\",\"name\":\"Forged\"},\"position\":3,"
                                  "\"motto\":\"m\",\"stage\":null,\"name\":{\"lastName\":\"Doe\"},\"happy\":false}",
                                  0);
    static const char *const parts[] = {
        "{\"id\":\"11111111-0000-4000-8000-000000000001\",\"createdAt\":\"2020-01-02T00:00:00.000Z\",",
        "\"updatedAt\":\"2026-03-01T12:34:56.789Z\",",
        "\"createdBy\":{\"source\":\"EMAIL\",\"workspaceMemberId\":null,\"name\":\"My key\",\"context\":null}",
        "\"updatedBy\":{\"source\":\"API\",",
        "\"position\":3,",
        "\"stage\":null,",
        "\"name\":{\"firstName\":\"Ann\",\"lastName\":\"Doe\"}",
        "\"happy\":false",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (str_find_str(record, str_from(parts[i])) == record.len) {
            fail_msg("%s is not in %.*s", parts[i], STR_ARG(record));
        }
    }
}

static void nulls_stand_for_what_we_put_in(void **state)
{
    (void)state;
    struct str record = completed("{\"id\":null,\"createdAt\":null,\"createdBy\":null,\"motto\":\"\"}", 0);
    assert_true(str_starts_with(record, STR("{\"id\":\"00000000-0000-0000-0000-00000000abcd\",\"createdAt\":\"2026-")));
    assert_true(str_find_str(record, STR("\"createdBy\":{\"source\":\"API\"")) < record.len);
}

static void a_required_field_without_default_must_be_given(void **state)
{
    (void)state;
    assert_same(completed("{}", 0), "Field \"motto\" cannot be null");
}

static void a_selection_keeps_its_order_and_the_id(void **state)
{
    (void)state;
    struct record_input input;
    struct err err;
    struct uuid id = fixture_id(0xABCD);
    struct record_actor actor = {.source = STR("API"), .name = STR("k")};
    assert_true(read_as(RECORD_INPUT_CREATE, "{\"motto\":\"m\"}", &input, &err));
    assert_true(record_input_complete(&arena, person, &input, &id, NOW_US, 0, &actor, &err));
    const struct field *selection[] = {object_field(person, STR("company")), object_field(person, STR("id")),
                                       object_field(person, STR("motto"))};
    struct strbuf out = {0};
    record_put_json(&out, person, selection, 3, input.values);
    assert_same(strbuf_str(&out),
                "{\"id\":\"00000000-0000-0000-0000-00000000abcd\",\"companyId\":null,\"motto\":\"m\"}");
    strbuf_release(&out);
    strbuf_init(&out, 44);
    record_put_json(&out, person, selection, 0, input.values);
    assert_true(out.overflowed);
    strbuf_release(&out);
    /* The guess of what it will take is over the ceiling, the bytes are not. */
    strbuf_init(&out, 45);
    record_put_json(&out, person, selection + 1, 1, input.values);
    assert_false(out.overflowed);
    assert_same(strbuf_str(&out), "{\"id\":\"00000000-0000-0000-0000-00000000abcd\"}");
    strbuf_release(&out);
}

static struct str from_text(const char *field, size_t nth, const char *text)
{
    const struct column *column = &object_field(person, str_from(field))->columns[nth];
    struct value value;
    struct err err = {0};
    if (!value_from_text(&arena, column, str_from(text), &value, &err)) {
        return arena_copy(&arena, err_str(&err));
    }
    assert_false(value.null);
    return value_to_pg(&arena, &value);
}

static void filter_texts_are_typed(void **state)
{
    (void)state;
    assert_same(from_text("score", 0, "1.50"), "1.5");
    assert_same(from_text("score", 0, "x"), "Invalid number value 'x' for field \"score\"");
    assert_same(from_text("position", 0, "last"), "Invalid position value 'last' for field \"position\"");
    assert_same(from_text("exact", 0, "0012"), "Invalid number value '0012' for field \"exact\"");
    assert_same(from_text("exact", 0, "12.10"), "12.1");
    assert_same(from_text("happy", 0, "true"), "t");
    assert_same(from_text("happy", 0, "yes"), "Invalid boolean value 'yes' for field \"happy\"");
    assert_same(from_text("jobTitle", 0, ""), "");
    assert_same(from_text("seenAt", 0, "2025-01-13T10:20:30.123456Z"), "2025-01-13T10:20:30.123456Z");
    assert_same(from_text("born", 0, "2025/01/13"), "2025-01-13");
    assert_same(from_text("stage", 0, "FOO"), "Invalid value 'FOO' for field \"stage\". Allowed values: NEW, DONE");
    assert_same(from_text("emails", 0, "ANN@Example.com"), "ann@example.com");
    assert_same(from_text("emails", 0, "ANN@"), "ANN@");
    assert_same(from_text("domain", 1, "https://Example.com/"), "example.com");
    assert_same(from_text("company", 0, "nope"), "Invalid UUID value 'nope' for field \"companyId\"");
    assert_same(from_text("words", 0, "a,b"), "{\"a,b\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_scalars_read_back),
        cmocka_unit_test(good_lists_and_json_read_back),
        cmocka_unit_test(good_composites_read_back),
        cmocka_unit_test(join_columns_take_ids),
        cmocka_unit_test(bad_values_are_named),
        cmocka_unit_test(an_update_may_not_rewrite_history),
        cmocka_unit_test(one_to_many_is_not_writable),
        cmocka_unit_test(quoted_values_are_cut_at_a_character),
        cmocka_unit_test(an_update_sets_only_what_it_names),
        cmocka_unit_test(a_create_is_completed),
        cmocka_unit_test(what_the_client_gave_is_kept),
        cmocka_unit_test(nulls_stand_for_what_we_put_in),
        cmocka_unit_test(a_required_field_without_default_must_be_given),
        cmocka_unit_test(a_selection_keeps_its_order_and_the_id),
        cmocka_unit_test(filter_texts_are_typed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
