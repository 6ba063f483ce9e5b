#include "common/event/event.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void actions_have_names(void **state)
{
    (void)state;
    static const char *const names[EVENT_ACTION_COUNT] = {"created",   "updated", "deleted", "restored",
                                                          "destroyed", "test",    "failing", "disabled"};
    enum event_action parsed = EVENT_CREATED;
    for (int action = 0; action < EVENT_ACTION_COUNT; action++) {
        assert_true(str_is(event_action_name((enum event_action)action), names[action]));
        assert_true(event_action_parse(str_from(names[action]), &parsed));
        assert_int_equal(parsed, action);
    }
    assert_false(event_action_parse(STR("upserted"), &parsed));
    assert_false(event_action_parse(STR("Created"), &parsed));
    assert_false(event_action_parse(STR_EMPTY, &parsed));
    assert_int_equal(parsed, EVENT_DISABLED);
}

static void stream_fields_are_in_order(void **state)
{
    (void)state;
    static const char *const wanted[EVENT_STREAM_FIELDS][2] = {
        {"id", "01964f2e-0000-7000-8000-000000000001"},
        {"sequence", "42"},
        {"workspaceId", "872cfcf1-c79f-42bc-877d-5829f06eb3f9"},
        {"objectId", "370985db-22d8-4463-8e5f-2271d30913bd"},
        {"object", "company"},
        {"action", "updated"},
        {"recordId", "20202020-3ec3-4fe3-8997-b76aa0bfa408"},
        {"createdAt", "2026-01-01T00:00:00.000Z"},
        {"updatedFields", "[\"name\"]"},
        {"record", "{\"name\":\"x\"}"},
    };
    struct arena arena = {0};
    struct event event = {
        .sequence = 42,
        .object_name = STR("company"),
        .action = EVENT_UPDATED,
        .record = STR("{\"name\":\"x\"}"),
        .updated_fields = STR("[\"name\"]"),
        .created_us = INT64_C(1767225600000000),
    };
    assert_true(uuid_parse(str_from(wanted[0][1]), &event.id));
    assert_true(uuid_parse(str_from(wanted[2][1]), &event.workspace_id));
    assert_true(uuid_parse(str_from(wanted[3][1]), &event.object_id));
    assert_true(uuid_parse(str_from(wanted[6][1]), &event.record_id));
    struct str names[EVENT_STREAM_FIELDS];
    struct str values[EVENT_STREAM_FIELDS];
    event_to_stream(&arena, &event, names, values);
    for (size_t i = 0; i < EVENT_STREAM_FIELDS; i++) {
        assert_true(str_is(names[i], wanted[i][0]));
        assert_true(str_is(values[i], wanted[i][1]));
    }
    /* And back. */
    struct str pairs[2 * EVENT_STREAM_FIELDS];
    struct event read;
    for (size_t i = 0; i < EVENT_STREAM_FIELDS; i++) {
        pairs[2 * i] = names[EVENT_STREAM_FIELDS - 1 - i];
        pairs[2 * i + 1] = values[EVENT_STREAM_FIELDS - 1 - i];
    }
    assert_true(event_from_stream(pairs, ARRAY_LEN(pairs), &read));
    assert_true(uuid_eq(&read.id, &event.id) && uuid_eq(&read.object_id, &event.object_id));
    assert_true(uuid_eq(&read.workspace_id, &event.workspace_id) && uuid_eq(&read.record_id, &event.record_id));
    assert_int_equal(read.sequence, 42);
    assert_int_equal(read.action, EVENT_UPDATED);
    assert_int_equal(read.created_us, event.created_us);
    assert_true(str_eq(read.object_name, event.object_name) && str_eq(read.record, event.record));
    assert_true(str_eq(read.updated_fields, event.updated_fields));
    assert_false(event_from_stream(pairs, 2, &read));
    pairs[1] = STR_EMPTY; /* the record */
    assert_false(event_from_stream(pairs, ARRAY_LEN(pairs), &read));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_have_names),
        cmocka_unit_test(stream_fields_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
