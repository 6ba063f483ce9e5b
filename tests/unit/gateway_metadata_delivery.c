#include "gateway/metadata/delivery.h"
#include "gateway/metadata/replay.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

#define WEBHOOK "90056586-1228-4e03-a507-70140aa85c05"
#define EVENT   "01934f5e-0000-7000-8000-000000000001"

static struct delivery_id id_of(const char *text)
{
    struct delivery_id id;
    assert_true(delivery_id_parse(str_from(text), &id));
    return id;
}

static void ids_and_cursors(void **state)
{
    (void)state;
    static const char *const bad[] = {"",          WEBHOOK, (WEBHOOK "_"), (WEBHOOK "-" EVENT), (WEBHOOK "_" EVENT "x"),
                                      ("x_" EVENT)};
    struct delivery_id ignored;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(delivery_id_parse(str_from(bad[i]), &ignored));
    }
    const struct delivery_cursor cursor = {1234567, id_of(WEBHOOK "_" EVENT)};
    struct strbuf out = {0};
    delivery_cursor_put(&out, &cursor);
    assert_string_equal(strbuf_cstr(&out), "1234567_" WEBHOOK "_" EVENT);
    strbuf_release(&out);
}

static void a_delivery_and_its_attempts(void **state)
{
    (void)state;
    const struct attempt attempt = {.number = 1,
                                    .started_us = 1000000,
                                    .duration_us = 2500,
                                    .part_us = {10, 1000, -1, 1234},
                                    .outcome = STR("failed"),
                                    .status = 500,
                                    .response = STR("no"),
                                    .next_us = 6000000};
    struct delivery_view delivery = {.id = id_of(WEBHOOK "_" EVENT),
                                     .sequence = 7,
                                     .attempts = 1,
                                     .object = STR("company"),
                                     .action = STR("updated")};
    delivery.last = attempt;
    delivery.event_us = 500000;
    delivery.record_id = delivery.id.webhook;
    struct strbuf out = {0};
    delivery_put_json_whole(&out, &delivery, &attempt, 1);
    assert_string_equal(
        strbuf_cstr(&out),
        "{\"id\":\"" WEBHOOK "_" EVENT "\",\"webhookId\":\"" WEBHOOK "\",\"eventId\":\"" EVENT
        "\",\"sequence\":7,\"eventName\":\"company.updated\",\"object\":\"company\",\"action\":\"updated\","
        "\"recordId\":\"" WEBHOOK
        "\",\"eventDate\":\"1970-01-01T00:00:00.500Z\",\"status\":\"retrying\",\"attempts\":1,"
        "\"lastAttemptAt\":\"1970-01-01T00:00:01.000Z\",\"nextAttemptAt\":\"1970-01-01T00:00:06.000Z\","
        "\"responseStatus\":500,\"error\":null,\"durationMs\":2.5,\"attemptLog\":[{\"attempt\":1,"
        "\"startedAt\":\"1970-01-01T00:00:01.000Z\",\"durationMs\":2.5,\"timings\":{\"dnsMs\":0.01,\"connectMs\":1,"
        "\"tlsMs\":null,\"firstByteMs\":1.234},\"outcome\":\"retrying\",\"responseStatus\":500,\"error\":null,"
        "\"response\":\"no\",\"nextAttemptAt\":\"1970-01-01T00:00:06.000Z\"}]}");
    strbuf_release(&out);
}

static bool search(const char *query, struct delivery_search *out, struct err *err)
{
    struct arena arena = {0};
    struct query_params params;
    assert_true(query_parse(&arena, str_from(query), &params, err));
    bool read = delivery_search_read(&params, out, err);
    arena_release(&arena);
    return read;
}

static void searches(void **state)
{
    (void)state;
    struct delivery_search out;
    struct err err;
    assert_true(search("", &out, &err));
    assert_int_equal(out.limit, DELIVERIES_PAGE_DEFAULT);
    assert_true(search("limit=1000&status=failed&from=2026-01-01&starting_after=5_" WEBHOOK "_" EVENT, &out, &err));
    assert_int_equal(out.limit, DELIVERIES_PAGE_MAX);
    assert_true(str_is(out.outcome, "gave_up"));
    assert_true(out.after_given && out.cursor.started_us == 5);
    static const char *const bad[] = {
        "limit=0",          "limit=x",  "status=gave_up",          "webhook=1",
        "from=yesterday",   "nope=1",   ("starting_after=" EVENT), ("ending_before=-5_" WEBHOOK "_" EVENT),
        "record=companies", "event=%20"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (search(bad[i], &out, &err)) {
            fail_msg("%s is taken", bad[i]);
        }
    }
    assert_false(search("starting_after=5_" WEBHOOK "_" EVENT "&ending_before=5_" WEBHOOK "_" EVENT, &out, &err));
}

static bool read_replay(const char *text, struct replay *out, struct arena *arena)
{
    static const struct json_limits limits = {.max_depth = 4, .max_nodes = 100};
    struct err err;
    const struct json *body = json_parse(arena, str_from(text), &limits, NULL);
    assert_non_null(body);
    return replay_read(arena, body, 1000000, out, &err);
}

static void replays(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct replay replay;
    assert_true(read_replay("{\"from\":\"1970-01-01T00:00:00Z\"}", &replay, &arena));
    assert_int_equal(replay.to_us, 1000000);
    assert_true(replay.operations == NULL && replay.filter.ptr == NULL && str_is(replay.rate, "off"));
    static const char *const bad[] = {"[]",
                                      "{}",
                                      "{\"from\":\"2026-01-01\",\"to\":\"2026-01-01\"}",
                                      "{\"from\":5}",
                                      "{\"from\":\"1970-01-01\",\"rate\":\"x\"}",
                                      "{\"from\":\"1970-01-01\",\"operations\":[5]}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(read_replay(bad[i], &replay, &arena));
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_and_cursors),
        cmocka_unit_test(a_delivery_and_its_attempts),
        cmocka_unit_test(searches),
        cmocka_unit_test(replays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
