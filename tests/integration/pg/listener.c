#include "support.h"

#include "common/base/strbuf.h"
#include "tests.h"

struct heard {
    struct world *world;
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
    if (heard->world->pending > 0) {
        world_answered(heard->world);
    }
}

static void notifications_come_also_after_a_reconnect(void **state)
{
    (void)state;
    struct world world;
    struct pg_pool_options options = pool_options(1, false);
    world_init(&world, &options);
    ask_sql(&world, PG_READ, "select 1");
    struct heard heard = {.world = &world};
    const char *const channels[] = {"portti_model", "Other \"one\""};
    world.pending++;
    heard.listener = pg_listener_new(world.loop, test_conninfo(), channels, 2, heard_on_notify, &heard);
    world_wait(&world);
    world.pending++;
    ask_sql(&world, PG_WRITE, "select pg_notify('portti_model', '7'), pg_notify('Other \"one\"', 'x')");
    world_sleep(&world, 50000);
    assert_string_equal(strbuf_cstr(&heard.text), "[:][portti_model:7][Other \"one\":x]");
    strbuf_clear(&heard.text);
    ask_sql(&world, PG_WRITE,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'portti-listener'");
    world.pending++;
    world_wait(&world);
    world_sleep(&world, 100000);
    ask_sql(&world, PG_WRITE, "select pg_notify('portti_model', '8')");
    world_sleep(&world, 50000);
    assert_string_equal(strbuf_cstr(&heard.text), "[:][portti_model:8]");
    heard.frees = true;
    world.pending++;
    ask_sql(&world, PG_WRITE, "select pg_notify('portti_model', '9'), pg_notify('portti_model', '10')");
    world_sleep(&world, 50000);
    assert_string_equal(strbuf_cstr(&heard.text), "[:][portti_model:8][portti_model:9]");
    assert_null(heard.listener);
    strbuf_release(&heard.text);
    world_release(&world);
}

int run_listener_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(notifications_come_also_after_a_reconnect)};
    return cmocka_run_group_tests_name("pg listener", tests, NULL, NULL);
}
