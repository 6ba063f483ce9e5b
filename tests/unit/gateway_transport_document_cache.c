#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/transport/document_cache.h"
#include "tests/unit/gateway_graphql_fixture.h"

struct fixture {
    struct arena arena;
    const struct gql_schema *schema;
    struct document_cache cache;
    struct gql_errors errors;
    bool hit;
};

static void setup(struct fixture *fixture, size_t most_bytes)
{
    *fixture = (struct fixture){0};
    fixture->schema = zoo_schema(&fixture->arena);
    fixture->errors.arena = &fixture->arena;
    document_cache_init(&fixture->cache, most_bytes);
}

static void teardown(struct fixture *fixture)
{
    document_cache_release(&fixture->cache);
    arena_release(&fixture->arena);
}

static struct cached_document *get(struct fixture *fixture, int64_t version, struct str source)
{
    static const struct gql_limits limits = {0};
    fixture->errors.source = source;
    return document_cache_get(&fixture->cache, &fixture->arena, fixture->schema, version, source, &limits,
                              &fixture->errors, &fixture->hit);
}

/* Gets, puts back, and tells whether it was there. */
static bool seen(struct fixture *fixture, int64_t version, struct str source)
{
    struct cached_document *document = get(fixture, version, source);
    assert_non_null(document);
    assert_int_equal(document->document->operation_count, 1);
    document_cache_put(&fixture->cache, document);
    return fixture->hit;
}

static void a_document_is_there_the_second_time(void **state)
{
    struct fixture fixture;
    (void)state;
    setup(&fixture, 100000);
    assert_false(seen(&fixture, 1, STR("{ count }")));
    assert_true(seen(&fixture, 1, STR("{ count }")));
    assert_false(seen(&fixture, 1, STR("{ count old }")));
    /* Another schema, another judgement. */
    assert_false(seen(&fixture, 2, STR("{ count }")));
    teardown(&fixture);
}

static void what_is_not_valid_is_not_kept(void **state)
{
    struct fixture fixture;
    (void)state;
    setup(&fixture, 100000);
    for (int i = 0; i < 2; i++) {
        assert_null(get(&fixture, 1, STR("{ nothing }")));
        assert_false(fixture.hit);
        assert_null(get(&fixture, 1, STR("{")));
    }
    assert_int_equal(fixture.errors.count, 4);
    assert_int_equal(fixture.cache.bytes, 0);
    teardown(&fixture);
}

static void the_least_recently_used_one_goes_first(void **state)
{
    struct fixture fixture;
    char text[8][64];
    (void)state;
    setup(&fixture, 100000);
    assert_false(seen(&fixture, 1, STR("{ count }")));
    fixture.cache.most_bytes = 4 * fixture.cache.bytes + 400;
    for (int i = 0; i < 8; i++) {
        snprintf(text[i], sizeof text[i], "{ a%d: count }", i);
        assert_false(seen(&fixture, 1, str_from(text[i])));
        assert_true(seen(&fixture, 1, STR("{ count }")));
        assert_true(fixture.cache.bytes <= fixture.cache.most_bytes);
    }
    assert_false(seen(&fixture, 1, str_from(text[0])));
    assert_true(seen(&fixture, 1, STR("{ count }")));
    teardown(&fixture);
}

static void one_that_is_held_outlives_the_cache_of_it(void **state)
{
    struct fixture fixture;
    (void)state;
    setup(&fixture, 100000);
    struct cached_document *held = get(&fixture, 1, STR("{ count }"));
    fixture.cache.most_bytes = 0;
    assert_non_null(held);
    document_cache_put(&fixture.cache, get(&fixture, 1, STR("{ old }")));
    assert_false(seen(&fixture, 1, STR("{ old }")));
    assert_true(str_is(held->document->source, "{ count }"));
    document_cache_put(&fixture.cache, held);
    assert_int_equal(fixture.cache.bytes, 0);
    teardown(&fixture);
}

static void a_reply_counts(void **state)
{
    struct fixture fixture;
    (void)state;
    setup(&fixture, 100000);
    struct cached_document *document = get(&fixture, 1, STR("{ count }"));
    assert_non_null(document);
    for (int i = 0; i < 2000; i++) {
        strbuf_put(&document->reply, STR("0123456789"));
    }
    document_cache_put(&fixture.cache, document);
    assert_true(fixture.cache.bytes >= 20000);
    assert_true(seen(&fixture, 1, STR("{ count }")));
    /* One that has outgrown the cache is let go. */
    document = get(&fixture, 1, STR("{ count }"));
    for (int i = 0; i < 10000; i++) {
        strbuf_put(&document->reply, STR("0123456789"));
    }
    document_cache_put(&fixture.cache, document);
    assert_int_equal(fixture.cache.bytes, 0);
    assert_false(seen(&fixture, 1, STR("{ count }")));
    teardown(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_there_the_second_time),
        cmocka_unit_test(what_is_not_valid_is_not_kept),
        cmocka_unit_test(the_least_recently_used_one_goes_first),
        cmocka_unit_test(one_that_is_held_outlives_the_cache_of_it),
        cmocka_unit_test(a_reply_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
