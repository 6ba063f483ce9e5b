/* Schemas made type by type, whatever their size. */
#include "gateway/graphql/schema_build.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { TYPES = 1000 };

/* More types than were estimated: the array moves while types are named and described. */
static void an_estimate_may_be_too_low(void **state)
{
    (void)state;
    static char names[TYPES][16];
    static char refs[TYPES][24];
    static struct gql_field_row fields[TYPES][2];
    static struct gql_type_row rows[TYPES];
    static const struct gql_field_row query[] = {{.name = "first", .type = "Type0"}, {0}};
    static const struct gql_type_row root = {.kind = GQL_OBJECT, .name = "Query", .fields = query};
    struct arena arena = {0};
    struct gql_builder builder;
    struct err err = {0};
    for (size_t i = 0; i < TYPES; i++) {
        (void)snprintf(names[i], sizeof names[i], "Type%zu", i);
        /* The first half is named when it is described, the second half by the type in front of it. */
        (void)snprintf(refs[i], sizeof refs[i], "[Type%zu!]!", i < TYPES / 2 ? i : (i + 1) % TYPES);
        fields[i][0] = (struct gql_field_row){.name = "next", .type = refs[i], .role = (uint8_t)(i % 200)};
        rows[i] = (struct gql_type_row){.kind = GQL_OBJECT, .name = names[i], .fields = fields[i]};
    }
    gql_build_begin(&builder, &arena, 1);
    gql_build_tables(&builder, &root, 1);
    gql_build_tables(&builder, rows, TYPES);
    const struct gql_schema *schema = gql_build_finish(&builder, &err);
    if (schema == NULL) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < TYPES; i++) {
        const struct gql_type *type = gql_schema_type(schema, str_from(names[i]));
        assert_non_null(type);
        assert_int_equal(type->count, 1);
        assert_int_equal(type->fields[0].role, i % 200);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_estimate_may_be_too_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
