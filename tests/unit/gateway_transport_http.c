#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/transport/transport.h"

#define RESPONSE_TYPE "application/graphql-response+json"

static const struct json_limits limits = {.max_depth = 16, .max_nodes = 1000};

static void accept_chooses_the_media_type(void **state)
{
    static const struct {
        const char *accept;
        int wanted; /* -1: refused */
    } rows[] = {
        {NULL, TRANSPORT_JSON},
        {"", TRANSPORT_JSON},
        {" ", TRANSPORT_JSON},
        {"*/*", TRANSPORT_JSON},
        {"application/*;q=0.1", TRANSPORT_JSON},
        {"application/json", TRANSPORT_JSON},
        {RESPONSE_TYPE, TRANSPORT_RESPONSE},
        {"Application/GraphQL-Response+JSON ; charset=utf-8", TRANSPORT_RESPONSE},
        {RESPONSE_TYPE ",application/json;q=0.9", TRANSPORT_RESPONSE},
        {"application/json," RESPONSE_TYPE, TRANSPORT_RESPONSE},
        {"application/json;q=0.9," RESPONSE_TYPE ";q=0.8", TRANSPORT_JSON},
        {RESPONSE_TYPE ";q=0,*/*", TRANSPORT_JSON},
        {RESPONSE_TYPE ";q=0.000,application/json;q=0.001", TRANSPORT_JSON},
        {"application/json;q=0,*/*", -1},
        {"text/html", -1},
        {"*/*;q=0", -1},
        {"application/json;q=nonsense", -1},
        {"application/graphql+json", -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        enum transport_media media;
        bool accepted = transport_accept(str_from(rows[i].accept), &media);
        assert_int_equal(accepted ? (int)media : -1, rows[i].wanted);
    }
}

static void only_json_in_utf8_is_read(void **state)
{
    static const struct {
        const char *type;
        bool json;
    } rows[] = {
        {"application/json", true},
        {"APPLICATION/json; charset=UTF-8", true},
        {"application/json;charset=\"utf-8\"", true},
        {"application/json; charset=utf8; profile=x", true},
        {"application/json; charset=iso-8859-1", false},
        {"application/json; Charset=\"utf-16\"", false},
        {"application/jsonx", false},
        {"application/graphql", false},
        {"text/json", false},
        {"", false},
        {NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(transport_is_json(str_from(rows[i].type)), rows[i].json);
    }
}

static void bodies_are_read_or_refused(void **state)
{
    static const struct {
        const char *body;
        const char *refusal; /* NULL: read */
    } rows[] = {
        {"{\"query\":\"{a}\"}", NULL},
        {"{\"query\":\"\"}", NULL},
        {"{\"query\":\"{a}\",\"variables\":null,\"operationName\":null,\"extensions\":null}", NULL},
        {"{\"query\":\"{a}\",\"variables\":{\"x\":1},\"operationName\":\"A\",\"more\":[]}", NULL},
        {"{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"ab\"}}}", NULL},
        {"[{\"query\":\"{a}\"},{\"query\":\"{b}\"}]", NULL},
        {"", "no body"},
        {" \n", "no body"},
        {"{\"query\":\"{a}\"", "not JSON"},
        {"7", "not number"},
        {"[]", "empty"},
        {"[1]", "not number"},
        {"[{\"query\":\"{a}\"},{\"query\":\"{b}\"},{\"query\":\"{c}\"}]", "3 of at most 2"},
        {"{}", "\"query\" is missing"},
        {"{\"query\":null}", "\"query\" is missing"},
        {"{\"query\":7}", "\"query\" must be a string, not number"},
        {"{\"query\":\"{a}\",\"variables\":[]}", "\"variables\" must be an object, not array"},
        {"{\"query\":\"{a}\",\"operationName\":{}}", "\"operationName\" must be a string, not object"},
        {"{\"query\":\"{a}\",\"extensions\":\"\"}", "\"extensions\" must be an object, not string"},
        {"{\"query\":\"{a}\",\"extensions\":{\"persistedQuery\":true}}", "\"persistedQuery\" must be an object"},
        {"{\"extensions\":{\"persistedQuery\":{\"version\":1}}}", "no \"sha256Hash\""},
        {"{\"extensions\":{\"persistedQuery\":{\"version\":2,\"sha256Hash\":\"ab\"}}}", "version"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct transport_calls calls;
        struct err err = {0};
        bool read = transport_read_body(&arena, str_from(rows[i].body), &limits, 2, &calls, &err);
        assert_int_equal(read, rows[i].refusal == NULL);
        if (!read) {
            assert_non_null(strstr(err.text, rows[i].refusal));
            assert_string_equal(err.tag, "BAD_REQUEST");
        }
        arena_release(&arena);
    }
}

static void a_call_is_what_the_body_says(void **state)
{
    struct arena arena = {0};
    struct transport_calls calls;
    struct err err;
    (void)state;
    assert_true(transport_read_body(&arena,
                                    STR("{\"query\":\"{a}\",\"variables\":{\"x\":1},\"operationName\":\"A\","
                                        "\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"ab\"}}}"),
                                    &limits, 0, &calls, &err));
    assert_int_equal(calls.count, 1);
    assert_false(calls.batch);
    assert_true(str_is(calls.items[0].query, "{a}"));
    assert_true(str_is(calls.items[0].operation_name, "A"));
    assert_true(str_is(calls.items[0].persisted, "ab"));
    assert_int_equal(calls.items[0].variables->count, 1);
    /* A list is refused where lists are not enabled. */
    assert_false(transport_read_body(&arena, STR("[{\"query\":\"{a}\"}]"), &limits, 0, &calls, &err));
    arena_release(&arena);
}

static void a_get_is_read_from_its_query(void **state)
{
    struct arena arena = {0};
    struct transport_calls calls;
    struct err err;
    (void)state;
    assert_true(transport_read_query(&arena, STR("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=A+b"),
                                     &limits, &calls, &err));
    assert_true(str_is(calls.items[0].query, "{a}"));
    assert_true(str_is(calls.items[0].operation_name, "A b"));
    assert_int_equal(calls.items[0].variables->count, 1);
    assert_true(transport_read_query(&arena, STR("query={a}&variables=null&extensions="), &limits, &calls, &err));
    assert_null(calls.items[0].variables);
    assert_false(transport_read_query(&arena, STR("query={a}&variables=[]"), &limits, &calls, &err));
    assert_false(transport_read_query(&arena, STR("query={a}&extensions={"), &limits, &calls, &err));
    assert_non_null(strstr(err.text, "\"extensions\""));
    assert_false(transport_read_query(&arena, STR("operationName=A"), &limits, &calls, &err));
    arena_release(&arena);
}

static void check_error(const struct transport_error *error, const char *wanted)
{
    struct strbuf out = {0};
    transport_put_error(&out, error);
    assert_string_equal(strbuf_cstr(&out), wanted);
    strbuf_release(&out);
}

static void errors_have_the_words_of_the_contract(void **state)
{
    struct err err;
    struct gql_location location = {2, 3};
    struct transport_error error = {.err = &err, .location = &location, .key = STR("a")};
    (void)state;
    err_fail_tag(&err, ERR_NOT_FOUND, "RECORD_NOT_FOUND", "Record not found");
    check_error(&error, "{\"message\":\"Record not found\",\"locations\":[{\"line\":2,\"column\":3}],\"path\":[\"a\"],"
                        "\"extensions\":{\"subCode\":\"RECORD_NOT_FOUND\",\"userFriendlyMessage\":\"This record does "
                        "not exist or has been deleted.\",\"code\":\"NOT_FOUND\"}}");
    error = (struct transport_error){.err = &err};
    err_fail(&err, ERR_INVALID, 0, "say \"what\"");
    check_error(&error, "{\"message\":\"say \\\"what\\\"\",\"extensions\":{\"code\":\"BAD_USER_INPUT\"}}");
    err_fail_tag(&err, ERR_LIMITED, "LIMIT_REACHED", "x");
    check_error(&error, "{\"message\":\"x\",\"extensions\":{\"subCode\":\"LIMIT_REACHED\",\"userFriendlyMessage\":\"An "
                        "error occurred.\",\"code\":\"BAD_USER_INPUT\"}}");
    err_fail_tag(&err, ERR_UNAUTHENTICATED, "UNAUTHENTICATED", "x");
    check_error(&error, "{\"message\":\"x\",\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}");
    err_fail_tag(&err, ERR_TIMEOUT, "QUERY_READ_TIMEOUT", "x");
    assert_string_equal(transport_error_code(&err), "TIMEOUT");
    err_fail_tag(&err, ERR_UNAVAILABLE, "TRANSIENT_DATABASE_ERROR", "x");
    assert_string_equal(transport_error_code(&err), "SERVICE_UNAVAILABLE");
    err_fail_tag(&err, ERR_INVALID, "DUPLICATE_ENTRY_DETECTED", "x");
    error.conflict_id = (struct uuid){.bytes = {1}};
    error.conflict_object = STR("company");
    check_error(&error, "{\"message\":\"x\",\"extensions\":{\"subCode\":\"DUPLICATE_ENTRY_DETECTED\","
                        "\"userFriendlyMessage\":\"This record already exists.\",\"conflictingRecordId\":\"01000000-"
                        "0000-0000-0000-000000000000\",\"conflictingObjectNameSingular\":\"company\",\"code\":\"BAD_"
                        "USER_INPUT\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_chooses_the_media_type), cmocka_unit_test(only_json_in_utf8_is_read),
        cmocka_unit_test(bodies_are_read_or_refused),    cmocka_unit_test(a_call_is_what_the_body_says),
        cmocka_unit_test(a_get_is_read_from_its_query),  cmocka_unit_test(errors_have_the_words_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
