/* What a role may do: rights by object, fields that are hidden or frozen (contract: metadata section 7). */
#include "gateway/policy/policy.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct object company = {.id = {{1}}, .name_singular = STR_INIT("company")};
static struct object person = {.id = {{2}}, .name_singular = STR_INIT("person")};
static struct field fields[] = {
    {.id = {{10}}, .name = STR_INIT("id"), .object = &person, .active = true, .column_count = 1},
    {.id = {{11}}, .name = STR_INIT("job"), .object = &person, .active = true, .column_count = 1},
    {.id = {{12}},
     .name = STR_INIT("company"),
     .object = &person,
     .active = true,
     .column_count = 1,
     .side = RELATION_MANY_TO_ONE,
     .target = &company},
    {.id = {{13}}, .name = STR_INIT("searchVector"), .object = &person, .active = true, .type = FIELD_TS_VECTOR},
};
enum { ID, JOB, COMPANY, VECTOR };
static struct column columns[] = {
    {.field = &fields[ID], .index = 0}, {.field = &fields[JOB], .index = 1}, {.field = &fields[COMPANY], .index = 2}};

static int set_up(void **state)
{
    (void)state;
    person.fields = fields;
    person.field_count = ARRAY_LEN(fields);
    person.columns = columns;
    person.column_count = ARRAY_LEN(columns);
    return 0;
}

static const struct role all = {.can_read_all_records = true,
                                .can_update_all_records = true,
                                .can_soft_delete_all_records = true,
                                .can_destroy_all_records = true};

static bool may(const struct role *role, const struct plan *plan)
{
    struct err err = {0};
    bool allowed = policy_check(role, plan, &err);
    assert_true(allowed || (err.code == ERR_FORBIDDEN && strcmp(err.tag, "PERMISSION_DENIED") == 0));
    return allowed;
}

static void rights_by_object(void **state)
{
    (void)state;
    static const struct {
        enum right_said said[RIGHT_COUNT];
        bool blanket, reads, updates, deletes, destroys;
    } rows[] = {
        {{RIGHT_INHERITED, RIGHT_INHERITED, RIGHT_INHERITED, RIGHT_INHERITED}, true, true, true, true, true},
        {{RIGHT_INHERITED, RIGHT_INHERITED, RIGHT_INHERITED, RIGHT_INHERITED}, false, false, false, false, false},
        {{RIGHT_DENIED, RIGHT_INHERITED, RIGHT_GIVEN, RIGHT_GIVEN}, true, false, false, false, false},
        {{RIGHT_INHERITED, RIGHT_DENIED, RIGHT_INHERITED, RIGHT_INHERITED}, true, true, false, true, true},
        {{RIGHT_INHERITED, RIGHT_INHERITED, RIGHT_DENIED, RIGHT_DENIED}, true, true, true, false, false},
        {{RIGHT_GIVEN, RIGHT_INHERITED, RIGHT_INHERITED, RIGHT_INHERITED}, false, true, false, false, false},
        {{RIGHT_GIVEN, RIGHT_GIVEN, RIGHT_INHERITED, RIGHT_GIVEN}, false, true, true, false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct object_rule rules[] = {{.object_id = {{1}}}, {.object_id = {{2}}}, {.object_id = {{3}}}};
        memcpy(rules[1].said, rows[i].said, sizeof rules[1].said);
        struct role role = rows[i].blanket ? all : (struct role){0};
        role.objects = rules;
        role.object_count = ARRAY_LEN(rules);
        assert_int_equal(may(&role, &(struct plan){.kind = PLAN_READ_MANY, .object = &person}), rows[i].reads);
        assert_int_equal(may(&role, &(struct plan){.kind = PLAN_UPDATE, .object = &person}), rows[i].updates);
        assert_int_equal(may(&role, &(struct plan){.kind = PLAN_RESTORE, .object = &person}), rows[i].deletes);
        assert_int_equal(may(&role, &(struct plan){.kind = PLAN_DESTROY, .object = &person}), rows[i].destroys);
        assert_int_equal(may(&role, &(struct plan){.kind = PLAN_MERGE, .object = &person}),
                         rows[i].updates && rows[i].destroys);
        assert_int_equal(may(&role, &(struct plan){.kind = PLAN_READ_ONE, .object = &company}), rows[i].blanket);
        assert_int_equal(policy_reads_something(&role), rows[i].blanket || rows[i].reads);
    }
}

static void relations_need_their_target(void **state)
{
    (void)state;
    static const struct object_rule rule = {.object_id = {{1}}, .said = {[RIGHT_READ] = RIGHT_DENIED}};
    struct role role = all;
    role.objects = &rule;
    role.object_count = 1;
    struct filter inside = {.kind = FILTER_AND};
    struct filter related = {.kind = FILTER_RELATED, .relation = &fields[COMPANY], .first = &inside};
    struct filter not = {.kind = FILTER_NOT, .first = &related};
    struct plan_relation relation = {.field = &fields[COMPANY]};
    struct order_term term = {.path = {.hops = {&fields[COMPANY]}, .hop_count = 1, .field = &fields[ID]}};
    struct plan plans[] = {
        {.kind = PLAN_READ_MANY, .object = &person, .filter = &not },
        {.kind = PLAN_READ_MANY, .object = &person, .selection = {.relations = &relation, .relation_count = 1}},
        {.kind = PLAN_READ_MANY, .object = &person, .order = &term, .order_count = 1},
        {.kind = PLAN_GROUP, .object = &person, .group = {.dimensions = {{.path = term.path}}, .dimension_count = 1}},
    };
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        assert_true(may(&all, &plans[i]));
        assert_false(may(&role, &plans[i]));
    }
}

static void hidden_fields(void **state)
{
    (void)state;
    static const struct field_rule rule = {.object_id = {{2}}, .field_id = {{11}}, .hidden = true};
    struct role role = all;
    role.fields = &rule;
    role.field_count = 1;
    const struct field *job[] = {&fields[JOB]};
    const struct field *other[] = {&fields[COMPANY]};
    struct filter compare = {.kind = FILTER_COMPARE, .column = &columns[JOB]};
    struct filter search = {.kind = FILTER_SEARCH, .relation = &fields[VECTOR]};
    struct order_term term = {.path = {.field = &fields[JOB]}};
    struct aggregate column = {.column = &columns[JOB]};
    struct aggregate whole = {.whole = &fields[JOB]};
    struct plan plans[] = {
        {.kind = PLAN_READ_MANY, .object = &person},
        {.kind = PLAN_READ_MANY, .object = &person, .selection = {.fields = job, .count = 1}},
        {.kind = PLAN_READ_MANY, .object = &person, .selection = {.fields = other, .count = 1}, .filter = &compare},
        {.kind = PLAN_READ_MANY, .object = &person, .selection = {.fields = other, .count = 1}, .filter = &search},
        {.kind = PLAN_READ_MANY,
         .object = &person,
         .selection = {.fields = other, .count = 1},
         .order = &term,
         .order_count = 1},
        {.kind = PLAN_READ_MANY,
         .object = &person,
         .selection = {.fields = other, .count = 1},
         .aggregates = &column,
         .aggregate_count = 1},
        {.kind = PLAN_GROUP,
         .object = &person,
         .selection = {.fields = other, .count = 1},
         .group = {.aggregates = &whole, .aggregate_count = 1}},
        {.kind = PLAN_DUPLICATES, .object = &person, .selection = {.fields = other, .count = 1}},
        {.kind = PLAN_MERGE, .object = &person, .selection = {.fields = other, .count = 1}},
    };
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        assert_true(may(&all, &plans[i]));
        assert_false(may(&role, &plans[i]));
    }
    assert_true(may(
        &role, &(struct plan){.kind = PLAN_READ_MANY, .object = &person, .selection = {.fields = other, .count = 1}}));
    assert_false(policy_reads_all_of(&role, &person));
    assert_true(policy_reads_all_of(&role, &company));
}

static void what_is_not_named_is_left_out(void **state)
{
    (void)state;
    static const struct field_rule hidden = {.object_id = {{2}}, .field_id = {{11}}, .hidden = true};
    static const struct object_rule closed = {.object_id = {{1}}, .said = {[RIGHT_READ] = RIGHT_DENIED}};
    struct role role = all;
    role.fields = &hidden;
    role.field_count = 1;
    role.objects = &closed;
    role.object_count = 1;
    struct arena arena = {0};
    struct err err = {0};
    struct plan_relation relation = {.field = &fields[COMPANY]};
    struct plan plan = {
        .kind = PLAN_READ_MANY, .object = &person, .selection = {.relations = &relation, .relation_count = 1}};
    assert_true(policy_narrow(&arena, &role, &plan, &err));
    assert_int_equal(plan.selection.count, 2);
    assert_ptr_equal(plan.selection.fields[1], &fields[COMPANY]);
    assert_int_equal(plan.selection.relation_count, 0);
    assert_true(may(&role, &plan));
    const struct field *job[] = {&fields[JOB]};
    struct plan named = {.kind = PLAN_READ_MANY, .object = &person, .selection = {.fields = job, .count = 1}};
    assert_false(policy_narrow(&arena, &role, &named, &err));
    assert_string_equal(err.tag, "INVALID_FIELDS_QUERY_PARAM");
    arena_release(&arena);
}

static void frozen_fields(void **state)
{
    (void)state;
    static const struct field_rule rules[] = {{.object_id = {{1}}, .field_id = {{11}}, .frozen = true},
                                              {.object_id = {{2}}, .field_id = {{9}}, .hidden = false},
                                              {.object_id = {{2}}, .field_id = {{11}}, .frozen = true}};
    struct role role = all;
    role.fields = rules;
    role.field_count = ARRAY_LEN(rules);
    struct value values[3] = {{0}};
    bool set[2][3] = {{true, false, true}, {true, true, false}};
    struct record_input inputs[] = {{.values = values, .set = set[0]}, {.values = values, .set = set[1]}};
    for (enum plan_kind kind = PLAN_CREATE; kind <= PLAN_UPDATE; kind++) {
        assert_true(may(&role, &(struct plan){.kind = kind, .object = &person, .inputs = inputs, .input_count = 1}));
        assert_false(may(&role, &(struct plan){.kind = kind, .object = &person, .inputs = inputs, .input_count = 2}));
    }
    assert_false(may(&role, &(struct plan){.kind = PLAN_MERGE, .object = &person}));
    struct record_connect connect = {.field = &fields[COMPANY]};
    struct record_input connects = {.values = values, .set = set[0], .connects = &connect, .connect_count = 1};
    struct plan plan = {.kind = PLAN_CREATE, .object = &person, .inputs = &connects, .input_count = 1};
    assert_true(may(&role, &plan));
    static const struct object_rule closed = {.object_id = {{1}}, .said = {[RIGHT_READ] = RIGHT_DENIED}};
    role.objects = &closed;
    role.object_count = 1;
    assert_false(may(&role, &plan));
    struct record_create create = {.field = &fields[COMPANY], .input = &inputs[0]};
    struct record_input creates = {.values = values, .set = set[0], .creates = &create, .create_count = 1};
    plan.inputs = &creates;
    assert_false(may(&role, &plan));
}

static void settings_one_by_one(void **state)
{
    (void)state;
    struct err err = {0};
    struct role role = {.settings = SETTINGS_ROLES | SETTINGS_DATA_MODEL};
    assert_true(policy_check_settings(&role, SETTINGS_ROLES, &err));
    assert_false(policy_check_settings(&role, SETTINGS_ROLES | SETTINGS_KEYS_AND_WEBHOOKS, &err));
    assert_false(policy_check_settings(&role, 0, &err));
    role.can_update_all_settings = true;
    assert_true(policy_check_settings(&role, 0, &err));
    assert_true(policy_check_settings(&role, SETTINGS_WORKSPACE, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights_by_object), cmocka_unit_test(relations_need_their_target),
        cmocka_unit_test(hidden_fields),    cmocka_unit_test(what_is_not_named_is_left_out),
        cmocka_unit_test(frozen_fields),    cmocka_unit_test(settings_one_by_one),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
