/* gateway/catalogue/model_row.h */
#include "gateway/catalogue/model_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct uuid one = {{1}};

#define ONE "\"01000000-0000-0000-0000-000000000000\""

static void assert_put(struct strbuf *out, const char *json)
{
    assert_string_equal(strbuf_cstr(out), json);
    strbuf_release(out);
}

static void empty_members_are_left_out(void **state)
{
    (void)state;
    struct strbuf out = {0};
    struct field_row row = {.id = one, .name = STR("a\"b"), .default_json = STR("{\"x\":1}"), .unique = true};
    row.ordinal = 2.5;
    field_row_put(&out, &row);
    assert_put(&out, "{\"id\":" ONE ",\"name\":\"a\\\"b\",\"default_value\":{\"x\":1},\"is_system\":false,"
                     "\"is_nullable\":false,\"is_unique\":true,\"is_active\":false,\"is_standard\":false,"
                     "\"is_searchable\":false,\"is_label_synced_with_name\":false,\"is_ui_editable\":false,"
                     "\"is_audit_logged\":false,\"ordinal\":2.5,\"created_at\":\"1970-01-01T00:00:00.000Z\","
                     "\"updated_at\":\"1970-01-01T00:00:00.000Z\"}");
}

static void an_object_is_put_whole(void **state)
{
    (void)state;
    struct strbuf out = {0};
    struct object_row row = {.id = one, .universal_id = one, .table_name = STR("pet"), .table_schema = STR("shop")};
    row.adopted = true;
    row.created_us = 1500;
    object_row_put(&out, &row);
    assert_put(&out, "{\"id\":" ONE ",\"universal_id\":" ONE ",\"table_name\":\"pet\",\"is_system\":false,"
                     "\"is_active\":false,\"is_searchable\":false,\"is_standard\":false,"
                     "\"is_label_synced_with_name\":false,\"created_at\":\"1970-01-01T00:00:00.001Z\","
                     "\"updated_at\":\"1970-01-01T00:00:00.000Z\",\"table_schema\":\"shop\",\"is_adopted\":true}");
}

/* Readers go by the table, and ask by the list. */
static void lists_and_tables_have_one_order(void **state)
{
    (void)state;
    static const struct {
        const struct row_columns *columns;
        const char *read;
    } cases[] = {{&object_row_columns, OBJECT_COLUMNS_READ}, {&field_row_columns, FIELD_COLUMNS_READ}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        for (size_t k = 0; k < cases[i].columns->count; k++) {
            const struct row_column *column = &cases[i].columns->list[k];
            strbuf_printf(&out, "%s%s%s", k == 0 ? "" : ", ", column->name, column->kind == ROW_JSON ? "::text" : "");
        }
        assert_put(&out, cases[i].read);
    }
}

static void a_change_leaves_alone_what_stays_as_it_was_made(void **state)
{
    (void)state;
    static const char *const fixed[] = {"created_at", "table_schema", "is_adopted"};
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        assert_null(strstr(OBJECT_COLUMNS, fixed[i]));
        assert_null(strstr(FIELD_COLUMNS, fixed[i]));
    }
    assert_non_null(strstr(OBJECT_COLUMNS_EXCLUDED, "excluded.universal_id, excluded.name_singular, "));
    assert_non_null(strstr(FIELD_COLUMNS_EXCLUDED, ", excluded.ordinal"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_members_are_left_out),
        cmocka_unit_test(an_object_is_put_whole),
        cmocka_unit_test(lists_and_tables_have_one_order),
        cmocka_unit_test(a_change_leaves_alone_what_stays_as_it_was_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
