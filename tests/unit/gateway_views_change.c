/* Views and what is in them: what is asked for becomes rows, a refusal or a report (gateway/views). */
#include "gateway/views/piece_change.h"
#include "gateway/views/piece_operation.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define VIEW  "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER "aaaaaaaa-0000-4000-8000-000000000002"
#define GROUP "bbbbbbbb-0000-4000-8000-000000000001"
#define INNER "bbbbbbbb-0000-4000-8000-000000000002"
#define FRESH "cccccccc-0000-4000-8000-000000000001"

static struct arena arena;
static struct catalogue *catalogue;
static struct piece_fact facts[4];
static struct report report;
static struct err err;
static struct str rows;

static const struct json *json(const char *text)
{
    static const struct json_limits limits = {.max_depth = 8, .max_nodes = 100};
    const struct json *parsed = json_parse(&arena, str_from(text), &limits, &err);
    assert_non_null(parsed);
    return parsed;
}

static struct uuid id(const char *text)
{
    struct uuid uuid;
    assert_true(uuid_parse(str_from(text), &uuid));
    return uuid;
}

static const char *field(const char *object, const char *name)
{
    const struct object *found = catalogue_by_singular(catalogue, str_from(object));
    const struct field *one = object_field(found, str_from(name));
    struct strbuf out = {0};
    assert_non_null(one);
    uuid_put(&out, &one->id);
    const char *text = arena_cstr(&arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

static const char *object_id(const char *name)
{
    return catalogue_by_singular(catalogue, str_from(name))->id_text;
}

/* A view of people, one of companies that is deleted, and two groups in the first, one within the other. */
static int set_up(void **state)
{
    (void)state;
    catalogue = crm_catalogue(1);
    struct uuid person = catalogue_by_singular(catalogue, STR("person"))->id;
    struct uuid company = catalogue_by_singular(catalogue, STR("company"))->id;
    facts[0] = (struct piece_fact){PIECE_VIEW, id(VIEW), id(VIEW), person, true, NULL};
    facts[0].row = json(
        arena_cstr(&arena, arena_printf(&arena, "{\"type\":\"TABLE\",\"object_id\":\"%s\"}", object_id("person"))));
    facts[1] = (struct piece_fact){PIECE_VIEW, id(OTHER), id(OTHER), company, false, json("{}")};
    facts[2] = (struct piece_fact){PIECE_VIEW_FILTER_GROUP,
                                   id(GROUP),
                                   id(VIEW),
                                   person,
                                   true,
                                   json("{\"view_id\":\"" VIEW "\",\"parent_group_id\":null}")};
    facts[3] = (struct piece_fact){PIECE_VIEW_FILTER_GROUP,
                                   id(INNER),
                                   id(VIEW),
                                   person,
                                   true,
                                   json("{\"view_id\":\"" VIEW "\",\"parent_group_id\":\"" GROUP "\"}")};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    catalogue_unref(catalogue);
    arena_release(&arena);
    return 0;
}

static enum piece_outcome change(enum piece_kind kind, enum piece_verb verb, const char *of, const char *input)
{
    struct piece_op op = {.id = id(of), .input = input == NULL ? NULL : json(input)};
    struct piece_change one = {.kind = kind, .verb = verb, .ops = &op, .op_count = 1};
    report = (struct report){.arena = &arena};
    err = (struct err){0};
    return piece_change_check(&arena, &one, catalogue, facts, ARRAY_LEN(facts), &rows, &report, &err);
}

static const char *text(const char *format, ...) PRINTF_LIKE(1, 2);
static const char *text(const char *format, ...)
{
    struct strbuf out = {0};
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&out, format, args);
    va_end(args);
    const char *copy = arena_cstr(&arena, strbuf_str(&out));
    strbuf_release(&out);
    return copy;
}

static void assert_holds(struct str whole, const char *part)
{
    if (str_find_str(whole, str_from(part)) >= whole.len) {
        fail_msg("no %s in %.*s", part, STR_ARG(whole));
    }
}

static void assert_reported(const char *code, const char *part)
{
    const struct report_entry *entry = report.first;
    assert_non_null(entry);
    assert_non_null(entry->errors);
    assert_string_equal(entry->errors->code, code);
    assert_holds(entry->errors->message, part);
}

static void assert_refused(const char *input, const char *sentence)
{
    assert_int_equal(change(PIECE_VIEW, PIECE_CREATE, FRESH, input), PIECE_REFUSED);
    assert_int_equal(err.code, ERR_INVALID);
    assert_string_equal(err.text, sentence);
}

static void a_create_has_every_column(void **state)
{
    (void)state;
    assert_int_equal(
        change(PIECE_VIEW_FIELD, PIECE_CREATE, FRESH,
               text("{\"viewId\":\"" VIEW "\",\"fieldMetadataId\":\"%s\",\"position\":2,\"isVisible\":null,"
                    "\"createdAt\":1,\"more\":1}",
                    field("person", "jobTitle"))),
        PIECE_READY);
    assert_string_equal(arena_cstr(&arena, rows),
                        text("[{\"id\":\"" FRESH "\",\"field_id\":\"%s\",\"is_visible\":true,\"size\":180,"
                             "\"position\":2,\"aggregate_operation\":null,\"view_id\":\"" VIEW "\",\"group_id\":null}]",
                             field("person", "jobTitle")));
}

static void an_id_that_is_brought_is_taken(void **state)
{
    (void)state;
    assert_int_equal(change(PIECE_VIEW_GROUP, PIECE_CREATE, FRESH,
                            "{\"id\":\"DDDDDDDD-0000-4000-8000-000000000001\",\"viewId\":\"" VIEW
                            "\",\"fieldValue\":\"\"}"),
                     PIECE_READY);
    assert_holds(rows, "{\"id\":\"dddddddd-0000-4000-8000-000000000001\"");
}

static void an_update_has_what_was_given(void **state)
{
    (void)state;
    assert_int_equal(
        change(PIECE_VIEW, PIECE_UPDATE, VIEW,
               text("{\"name\":\"N\",\"isCompact\":null,\"calendarLayout\":null,\"objectMetadataId\":\"%s\"}",
                    object_id("person"))),
        PIECE_READY);
    assert_string_equal(arena_cstr(&arena, rows), "[{\"id\":\"" VIEW "\",\"name\":\"N\",\"calendar_layout\":null}]");
}

static void the_form_is_checked_first(void **state)
{
    (void)state;
    assert_refused("[]", "The body must be a JSON object");
    assert_refused("{}", "name should not be empty");
    assert_refused("{\"name\":null}", "name should not be empty");
    assert_refused("{\"name\":5}", "name must be a string");
    assert_refused("{\"id\":\"x\",\"name\":\"n\"}", "id must be a UUID");
#define REST ",\"name\":\"n\",\"icon\":\"i\",\"objectMetadataId\":\"" VIEW "\"}"
    assert_refused("{\"isCompact\":\"yes\"" REST, "isCompact must be a boolean value");
    assert_refused("{\"position\":\"1\"" REST, "position must be a number");
    assert_refused("{\"position\":1e999" REST, "position must be a number");
    assert_refused("{\"groupLoadLimit\":1.5" REST, "groupLoadLimit must be an integer that is not negative");
    assert_refused("{\"groupLoadLimit\":2147483648" REST, "groupLoadLimit must be an integer that is not negative");
    assert_refused("{\"visibility\":\"TABLE\"" REST,
                   "visibility must be one of the following values: WORKSPACE UNLISTED");
    /* A part of a word, or two of them, is no word. */
    assert_refused("{\"visibility\":\"WORK\"" REST,
                   "visibility must be one of the following values: WORKSPACE UNLISTED");
    assert_refused("{\"visibility\":\"WORKSPACE UNLISTED\"" REST,
                   "visibility must be one of the following values: WORKSPACE UNLISTED");
#undef REST
}

static void what_it_names_must_be_there_and_fit(void **state)
{
    (void)state;
    const char *name = field("person", "name");
    assert_int_equal(change(PIECE_VIEW_SORT, PIECE_CREATE, FRESH,
                            text("{\"viewId\":\"" FRESH "\",\"fieldMetadataId\":\"%s\"}", name)),
                     PIECE_REPORTED);
    assert_reported("VIEW_NOT_FOUND", "View not found");
    assert_int_equal(change(PIECE_VIEW_SORT, PIECE_CREATE, FRESH,
                            text("{\"viewId\":\"" OTHER "\",\"fieldMetadataId\":\"%s\"}", name)),
                     PIECE_REPORTED);
    assert_reported("VIEW_NOT_FOUND", "View not found"); /* it is deleted */
    assert_int_equal(change(PIECE_VIEW_SORT, PIECE_CREATE, FRESH,
                            text("{\"viewId\":\"" VIEW "\",\"fieldMetadataId\":\"%s\"}", field("company", "address"))),
                     PIECE_REPORTED);
    assert_reported("INVALID_VIEW_SORT_DATA", "\"address\" belongs to the object \"company\"");
    assert_int_equal(
        change(PIECE_VIEW_SORT, PIECE_CREATE, FRESH, "{\"viewId\":\"" VIEW "\",\"fieldMetadataId\":\"" FRESH "\"}"),
        PIECE_REPORTED);
    assert_reported("FIELD_METADATA_NOT_FOUND", "fieldMetadataId is no field of the model");
    assert_int_equal(
        change(PIECE_VIEW_SORT, PIECE_CREATE, FRESH,
               text("{\"viewId\":\"" VIEW "\",\"fieldMetadataId\":\"%s\",\"subFieldName\":\"firstName\"}", name)),
        PIECE_READY);
    assert_int_equal(
        change(PIECE_VIEW_SORT, PIECE_CREATE, FRESH,
               text("{\"viewId\":\"" VIEW "\",\"fieldMetadataId\":\"%s\",\"subFieldName\":\"first\"}", name)),
        PIECE_REPORTED);
    assert_reported("INVALID_VIEW_SORT_DATA", "has no sub-field \"first\"");
}

static void all_that_is_wrong_is_told(void **state)
{
    (void)state;
    assert_int_equal(change(PIECE_VIEW, PIECE_CREATE, FRESH,
                            text("{\"name\":\" \",\"icon\":\"i\",\"objectMetadataId\":\"%s\",\"type\":\"CALENDAR\","
                                 "\"calendarEndFieldMetadataId\":\"%s\"}",
                                 object_id("person"), field("person", "jobTitle"))),
                     PIECE_REPORTED);
    assert_int_equal(report.first->error_count, 3);
    assert_reported("INVALID_VIEW_DATA", "name: it should not be empty");
    assert_holds(report.first->errors->next->message, "needs calendarFieldMetadataId");
    assert_holds(report.first->errors->next->next->message, "\"jobTitle\" is no date");
}

static void what_is_fixed_stays(void **state)
{
    (void)state;
    assert_int_equal(
        change(PIECE_VIEW, PIECE_UPDATE, VIEW, text("{\"objectMetadataId\":\"%s\"}", object_id("company"))),
        PIECE_REPORTED);
    assert_reported("INVALID_VIEW_DATA", "objectMetadataId cannot be changed");
}

static void groups_are_never_within_themselves(void **state)
{
    (void)state;
    assert_int_equal(
        change(PIECE_VIEW_FILTER_GROUP, PIECE_UPDATE, INNER, "{\"parentViewFilterGroupId\":\"" GROUP "\"}"),
        PIECE_READY);
    assert_int_equal(
        change(PIECE_VIEW_FILTER_GROUP, PIECE_UPDATE, GROUP, "{\"parentViewFilterGroupId\":\"" INNER "\"}"),
        PIECE_REPORTED);
    assert_reported("INVALID_VIEW_FILTER_GROUP_DATA", "a group cannot be within itself");
}

static void what_is_gone_can_only_be_destroyed(void **state)
{
    (void)state;
    static const enum piece_verb verbs[] = {PIECE_UPDATE, PIECE_DELETE};
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        assert_int_equal(change(PIECE_VIEW, verbs[i], OTHER, "{}"), PIECE_REFUSED);
        assert_int_equal(err.code, ERR_NOT_FOUND);
        assert_string_equal(err.tag, "VIEW_NOT_FOUND");
    }
    assert_int_equal(change(PIECE_VIEW, PIECE_DESTROY, OTHER, NULL), PIECE_READY);
    assert_int_equal(change(PIECE_VIEW, PIECE_DESTROY, FRESH, NULL), PIECE_REFUSED);
}

/* What json_build_object takes at most; and one more list or column of a view could go past it. */
static void documents_fit_a_function_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < PIECE_KIND_COUNT; i++) {
        const struct piece_info *info = &piece_kinds[i];
        assert_true(2 * (info->column_count + info->list_count) <= 100);
    }
}

/* Each operation is found by its name, and each kind of GraphQL has its six. */
static void operations_are_whole(void **state)
{
    (void)state;
    unsigned actions[PIECE_KIND_COUNT] = {0};
    for (size_t i = 0; i < piece_operation_count; i++) {
        assert_ptr_equal(piece_operation_find(str_from(piece_operations[i].name)), &piece_operations[i]);
        actions[piece_operations[i].kind] |= 1U << piece_operations[i].action;
    }
    for (size_t i = PIECE_VIEW; i <= PIECE_VIEW_FIELD_GROUP; i++) {
        assert_int_equal(actions[i], 0x3f);
    }
    assert_null(piece_operation_find(STR("getViewz")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_create_has_every_column),
        cmocka_unit_test(an_id_that_is_brought_is_taken),
        cmocka_unit_test(an_update_has_what_was_given),
        cmocka_unit_test(the_form_is_checked_first),
        cmocka_unit_test(what_it_names_must_be_there_and_fit),
        cmocka_unit_test(all_that_is_wrong_is_told),
        cmocka_unit_test(what_is_fixed_stays),
        cmocka_unit_test(groups_are_never_within_themselves),
        cmocka_unit_test(what_is_gone_can_only_be_destroyed),
        cmocka_unit_test(documents_fit_a_function_call),
        cmocka_unit_test(operations_are_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
