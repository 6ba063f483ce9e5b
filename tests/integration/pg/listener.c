#include "support.h"

#include "common/base/strbuf.h"
#include "tests.h"
#include <string.h>

struct heard {
    struct strbuf text;
    struct pg_listener *listener;
    bool frees;
};

static void heard_on_notify(void *context, struct str channel, struct str payload)
{
    struct heard *heard = context;
    strbuf_printf(&heard->text, "[%.*s:%.*s]", STR_ARG(channel), STR_ARG(payload));
    if (heard->frees) {
        pg_listener_free(heard->listener);
        heard->listener = NULL;
    }
}

static void expect_heard(struct world *world, struct heard *heard, const char *text)
{
    for (int i = 0; i < 500 && heard->text.len < strlen(text); i++) {
        world_sleep(world, 10000);
    }
    assert_string_equal(strbuf_cstr(&heard->text), text);
    strbuf_clear(&heard->text);
}

static void notifications_come_also_after_a_reconnect(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    struct heard heard = {0};
    const char *const channels[] = {"portti_model", "Other \"one\""};
    heard.listener = pg_listener_new(world.loop, test_conninfo(), channels, 2, heard_on_notify, &heard);
    expect_heard(&world, &heard, "[:]");
    ask_sql(&world, PG_WRITE, "select pg_notify('portti_model', '7'), pg_notify('Other \"one\"', 'x')");
    expect_heard(&world, &heard, "[portti_model:7][Other \"one\":x]");
    ask_sql(&world, PG_WRITE,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'portti-listener'");
    expect_heard(&world, &heard, "[:]");
    ask_sql(&world, PG_WRITE, "select pg_notify('portti_model', '8')");
    expect_heard(&world, &heard, "[portti_model:8]");
    heard.frees = true;
    ask_sql(&world, PG_WRITE, "select pg_notify('portti_model', '9'), pg_notify('portti_model', '10')");
    expect_heard(&world, &heard, "[portti_model:9]");
    assert_null(heard.listener);
    strbuf_release(&heard.text);
    world_release(&world);
}

int run_listener_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(notifications_come_also_after_a_reconnect)};
    return cmocka_run_group_tests_name("pg listener", tests, NULL, NULL);
}
