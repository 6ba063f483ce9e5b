/* Inputs of a role's permissions against the model (contract: metadata section 7). */
#include "gateway/metadata/permission.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FLAGS(list) "{\"permissionFlagKeys\":" list "}"

static void flags_are_names(void **state)
{
    (void)state;
    static const struct {
        const char *input, *out; /* NULL: refused */
    } rows[] = {
        {FLAGS("[]"), "[]"},
        {FLAGS("[\"DATA_MODEL\",\"ROLES\"]"), "[\"DATA_MODEL\",\"ROLES\"]"},
        {FLAGS("[\"data_model\"]"), NULL},
        {FLAGS("[\"A\\\"B\"]"), NULL},
        {FLAGS("[\"\"]"), NULL},
        {FLAGS("[1]"), NULL},
        {FLAGS("\"DATA_MODEL\""), NULL},
        {"{}", NULL},
    };
    static const struct json_limits limits = {.max_depth = 8, .max_nodes = 100};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct str out = STR_EMPTY;
        const struct json *input = json_parse(&arena, str_from(rows[i].input), &limits, &err);
        assert_non_null(input);
        assert_int_equal(role_flags_read(&arena, input, &out, &err), rows[i].out != NULL);
        assert_true(rows[i].out == NULL || str_is(out, rows[i].out));
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flags_are_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
