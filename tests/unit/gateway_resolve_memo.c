/* Selections that are remembered with their document: the same plan and the same reply as without, and no more memory.
 */
#include "common/text/json_read.h"
#include "gateway/plan/plan.h"
#include "gateway/resolve/resolve.h"
#include "gateway/resolve/shape.h"
#include "gateway/schema/core_schema.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct world {
    struct arena kept; /* the document's */
    struct arena request;
    struct arena schema_arena;
    struct catalogue *catalogue;
    const struct gql_schema *schema;
    const struct gql_document *document;
    const struct gql_ahead *ahead;
    struct resolve_limits limits;
    struct resolved resolved;
    struct err err;
};

static const struct gql_limits gql_limits = {0};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->catalogue = crm_catalogue(1);
    world->schema = core_schema_build(&world->schema_arena, world->catalogue, &world->err);
    assert_non_null(world->schema);
    world->limits = (struct resolve_limits){.page_size_default = 60,
                                            .page_size_max = 200,
                                            .relation_limit = 60,
                                            .max_batch = 60,
                                            .max_merge = 9,
                                            .max_groups = 1000,
                                            .max_depth = 5,
                                            .max_complexity = 4};
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_release(&world->kept);
    arena_release(&world->request);
    arena_release(&world->schema_arena);
    catalogue_unref(world->catalogue);
    free(world);
    return 0;
}

static void keep(struct world *world, const char *text)
{
    struct gql_errors errors = {.arena = &world->request};
    world->document = gql_parse(&world->kept, str_from(text), &gql_limits, &errors);
    assert_non_null(world->document);
    world->ahead = gql_prepare_ahead(&world->kept, world->schema, world->document);
}

static const struct gql_selected *prepare(struct world *world, const struct gql_ahead *ahead, const char *variables)
{
    static const struct json_limits json_limits = {.max_depth = 8, .max_nodes = 100};
    struct gql_errors errors = {.arena = &world->request};
    struct gql_prepared prepared;
    const struct json *json = json_parse(&world->request, str_from(variables), &json_limits, NULL);
    assert_true(gql_prepare_document(&world->request, world->schema, world->document, ahead, STR_EMPTY, json,
                                     &gql_limits, &prepared, &errors));
    return prepared.first;
}

static bool plan(struct world *world, const struct gql_ahead *ahead, const char *variables)
{
    return resolve_plan(&world->request, prepare(world, ahead, variables), &world->limits, 0, &world->resolved,
                        &world->err);
}

/* The plan as text, and how the reply begins. */
static struct str told(struct world *world, const struct gql_ahead *ahead, const char *variables)
{
    struct strbuf out = {0};
    assert_true(plan(world, ahead, variables));
    plan_print(&out, &world->resolved.plan);
    for (size_t i = 0; i < world->resolved.shape->count; i++) {
        strbuf_put(&out, world->resolved.shape->items[i].lead);
    }
    struct str text = arena_copy(&world->request, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

static void check_same(struct world *world, const char *variables)
{
    struct str plain = told(world, NULL, variables);
    struct str ahead = told(world, world->ahead, variables);
    if (!str_eq(plain, ahead)) {
        fail_msg("%.*s\nis not\n%.*s", STR_ARG(ahead), STR_ARG(plain));
    }
}

static void it_is_worked_out_once(void **state)
{
    static const char *const documents[] = {
        "query($n: Int) { companies(first: $n) { totalCount edges { cursor node { id } } pageInfo { endCursor } } }",
        "query($n: Int) { companies(first: $n) { edges { node { people { edges { node { company { id } } } } } } } }",
        "query($n: Int) { companies(offset: $n) { edges { node { id __typename } } maxEmployees: totalCount } }",
        "mutation($n: Float) { createCompany(data: {position: $n}) { id people { totalCount } } }",
        "query($n: Float) { company(filter: {position: {eq: $n}}) { name id words } }",
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        keep(world, documents[i]);
        check_same(world, "{\"n\": 3}");
        const struct shape *items = world->resolved.shape->items;
        const struct plan_relation *relations = world->resolved.plan.selection.relations;
        size_t total = world->kept.total;
        /* Another argument, the same selection. */
        check_same(world, "{\"n\": 4}");
        assert_ptr_equal(world->resolved.shape->items, items);
        assert_ptr_equal(world->resolved.plan.selection.relations, relations);
        assert_int_equal(world->kept.total, total);
    }
}

static void what_a_variable_changes_is_not_kept(void **state)
{
    struct world *world = *state;
    keep(world, "query($n: Int, $all: Boolean = true) { companies { edges { node { id"
                " name @include(if: $all) people(first: $n) { totalCount edges { node { id } } } } } } }");
    size_t total = world->kept.total;
    check_same(world, "{\"n\": 3}");
    assert_int_equal(world->resolved.plan.selection.relations[0].page.limit, 3);
    check_same(world, "{\"n\": 4, \"all\": false}");
    assert_int_equal(world->resolved.plan.selection.relations[0].page.limit, 4);
    assert_int_equal(world->kept.total, total);
}

static void other_limits_are_other_plans(void **state)
{
    struct world *world = *state;
    keep(world, "{ people { edges { node { id company { id } b: company { id } } } } }");
    check_same(world, "{}");
    size_t total = world->kept.total;
    world->limits.max_complexity = 2;
    assert_false(plan(world, world->ahead, "{}"));
    assert_string_equal(world->err.tag, "TOO_COMPLEX_QUERY");
    world->limits.max_complexity = 4;
    world->limits.max_depth = 0;
    assert_false(plan(world, world->ahead, "{}"));
    world->limits.max_depth = 5;
    check_same(world, "{}");
    assert_int_equal(world->kept.total, total);
}

static void a_refusal_takes_memory_once(void **state)
{
    struct world *world = *state;
    world->limits.max_complexity = 2;
    keep(world, "{ people { edges { node { id company { id } b: company { id } } } } }");
    assert_false(plan(world, world->ahead, "{}"));
    size_t total = world->kept.total;
    for (int i = 0; i < 3; i++) {
        assert_false(plan(world, world->ahead, "{}"));
        assert_string_equal(world->err.tag, "TOO_COMPLEX_QUERY");
    }
    assert_int_equal(world->kept.total, total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(it_is_worked_out_once),
        TEST(what_a_variable_changes_is_not_kept),
        TEST(other_limits_are_other_plans),
        TEST(a_refusal_takes_memory_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
