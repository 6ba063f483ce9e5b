#include "dispatcher/match/match.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

static struct match_index *index_of(const char *const *patterns, size_t count)
{
    struct match_index *index = match_index_new();
    for (size_t i = 0; i < count; i++) {
        struct str one = str_from(patterns[i]);
        match_index_add(index, (uint32_t)i, &one, 1);
    }
    return index;
}

static void the_four_spellings_match_and_nothing_else(void **state)
{
    (void)state;
    const char *const patterns[] = {"company.updated",     "company.*", "*.updated", "*.*",       "company.created",
                                    "person.updated",      "*",         "company",   "COMPANY.*", "comp*.updated",
                                    "company.updated.now", "",          ".",         "*.created", "person.*"};
    struct match_index *index = index_of(patterns, ARRAY_LEN(patterns));
    const uint32_t *found;
    assert_int_equal(match_find(index, STR("company"), EVENT_UPDATED, &found), 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(found[i], i);
    }
    match_index_free(index);
}

static void events_about_webhooks_are_wanted_by_name_only(void **state)
{
    (void)state;
    const char *const patterns[] = {"webhook.disabled", "webhook.*", "*.disabled", "*.*", "webhook.failing"};
    struct match_index *index = index_of(patterns, ARRAY_LEN(patterns));
    const uint32_t *found;
    assert_int_equal(match_find(index, STR("webhook"), EVENT_DISABLED, &found), 2);
    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 1);
    assert_int_equal(match_find(index, STR("webhook"), EVENT_CREATED, &found), 2); /* an object of that name */
    match_index_free(index);
}

static void patterns_alone(void **state)
{
    (void)state;
    const struct str patterns[] = {STR_INIT("company.*"), STR_INIT("person.deleted")};
    assert_true(match_wants(patterns, 2, STR("company"), EVENT_CREATED));
    assert_true(match_wants(patterns, 2, STR("person"), EVENT_DELETED));
    assert_false(match_wants(patterns, 2, STR("person"), EVENT_CREATED));
    assert_false(match_wants(patterns, 0, STR("person"), EVENT_CREATED));
}

static void several_matching_patterns_count_once(void **state)
{
    (void)state;
    const struct str all[] = {STR_INIT("*.*"), STR_INIT("company.*"), STR_INIT("company.deleted"),
                              STR_INIT("*.deleted"), STR_INIT("*.*")};
    struct match_index *index = match_index_new();
    match_index_add(index, 3, all, ARRAY_LEN(all));
    match_index_add(index, 9, all, 1);
    const uint32_t *found;
    assert_int_equal(match_find(index, STR("company"), EVENT_DELETED, &found), 2);
    assert_int_equal(found[0], 3);
    assert_int_equal(found[1], 9);
    match_index_free(index);
}

static void workflow_run_updates_need_the_exact_string(void **state)
{
    (void)state;
    const char *const patterns[] = {"*.*", "workflowRun.*", "*.updated", "workflowRun.updated"};
    struct match_index *index = index_of(patterns, ARRAY_LEN(patterns));
    const uint32_t *found;
    assert_int_equal(match_find(index, STR("workflowRun"), EVENT_UPDATED, &found), 1);
    assert_int_equal(found[0], 3);
    assert_int_equal(match_find(index, STR("workflowRun"), EVENT_CREATED, &found), 2);
    match_index_free(index);
}

static void nobody_is_a_fine_answer(void **state)
{
    (void)state;
    struct match_index *index = match_index_new();
    const uint32_t *found;
    assert_int_equal(match_find(index, STR("company"), EVENT_UPDATED, &found), 0);
    match_index_free(index);
}

/* The index against the rule as the contract words it. */
static void the_index_agrees_with_the_rule(void **state)
{
    (void)state;
    const char *const objects[] = {"company", "person", "workflowRun", "note", "*"};
    const char *const actions[] = {"created", "updated", "deleted", "restored", "destroyed", "*"};
    enum { SUBSCRIBERS = 200 };
    static char has[SUBSCRIBERS][5][6];
    struct match_index *index = match_index_new();
    unsigned seed = 7;
    for (uint32_t s = 0; s < SUBSCRIBERS; s++) {
        char texts[8][40];
        struct str patterns[8];
        size_t count = 0;
        for (; count < s % 6; count++) {
            seed = seed * 1103515245U + 12345U;
            size_t o = (seed >> 16) % 5;
            size_t a = (seed >> 20) % 6;
            has[s][o][a] = 1;
            patterns[count] = str_of(texts[count], (size_t)snprintf(texts[count], 40, "%s.%s", objects[o], actions[a]));
        }
        match_index_add(index, s, patterns, count);
    }
    for (size_t o = 0; o < 4; o++) {
        for (size_t a = 0; a < 5; a++) {
            enum event_action action;
            assert_true(event_action_parse(str_from(actions[a]), &action));
            const uint32_t *found;
            size_t count = match_find(index, str_from(objects[o]), action, &found);
            size_t at = 0;
            bool exact = o == 2 && a == 1;
            for (uint32_t s = 0; s < SUBSCRIBERS; s++) {
                if (has[s][o][a] || (!exact && (has[s][o][5] || has[s][4][a] || has[s][4][5]))) {
                    assert_true(at < count);
                    assert_int_equal(found[at++], s);
                }
            }
            assert_int_equal(at, count);
        }
    }
    match_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_spellings_match_and_nothing_else),
        cmocka_unit_test(events_about_webhooks_are_wanted_by_name_only),
        cmocka_unit_test(patterns_alone),
        cmocka_unit_test(several_matching_patterns_count_once),
        cmocka_unit_test(workflow_run_updates_need_the_exact_string),
        cmocka_unit_test(nobody_is_a_fine_answer),
        cmocka_unit_test(the_index_agrees_with_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
