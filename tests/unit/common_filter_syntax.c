#include "common/base/strbuf.h"
#include "common/filter/filter_syntax.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

static void print(struct strbuf *out, const struct filter_syntax *node)
{
    static const char *const names[] = {
        [FILTER_SYNTAX_AND] = "and", [FILTER_SYNTAX_OR] = "or", [FILTER_SYNTAX_NOT] = "not"};
    if (node->kind == FILTER_SYNTAX_CONDITION) {
        strbuf_printf(out, "%.*s@%zu#%d", STR_ARG(node->path), node->offset, (int)node->op);
        for (size_t i = 0; i < node->count; i++) {
            strbuf_printf(out, "<%.*s>", STR_ARG(node->texts[i]));
        }
        return;
    }
    strbuf_printf(out, "%s(", names[node->kind]);
    for (const struct filter_syntax *child = node->first; child != NULL; child = child->next) {
        strbuf_puts(out, child == node->first ? "" : " ");
        print(out, child);
    }
    strbuf_put_char(out, ')');
}

static void texts_into_trees(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tree;
    } cases[] = {
        {"", "and()"},
        {"a[eq]:1", "a@0#0<1>"},
        {"a[eq]:1,b.c[neq]:x", "and(a@0#0<1> b.c@8#1<x>)"},
        {"or(a[gt]:1,not(b[is]:NULL))", "or(a@3#7<1> not(b@15#5))"},
        {"b[is]:NOT_NULL", "b@0#6"},
        {"a[in]:[x,\"y,z\",'w']", "a@0#2<x><y,z><w>"},
        {"a[containsAny]:[]", "a@0#3"},
        {"a[eq]:\"it's, (fine)\"", "a@0#0<it's, (fine)>"},
        {"a[like]:f(x)%", "a@0#13<f(x)%>"},
        {"a[eq]:\"\"", "a@0#0<>"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct strbuf out = {0};
        struct err err = {.text = ""};
        const struct filter_syntax *tree = filter_syntax_parse(&arena, str_from(cases[i].text), &err);
        if (tree == NULL) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
        print(&out, tree);
        assert_string_equal(strbuf_cstr(&out), cases[i].tree);
        strbuf_release(&out);
        arena_release(&arena);
    }
}

static void faults_are_named_with_their_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"a", "eg: price[gte]:10 (condition at byte 0"},
        {"a[eq]:1,b", "(condition at byte 8"},
        {"a[has]:1", "comparator regex not in"},
        {"or(a[eq]:1", "1 close bracket is missing"},
        {"a[in]:x", "array value expected"},
        {"a[in]:[x", "array value expected"},
        {"a[is]:MAYBE", "byte 6: 'is' takes NULL or NOT_NULL"},
        {"not(a[eq]:1,b[eq]:2)", "only 1 condition"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct err err = {.text = ""};
        assert_null(filter_syntax_parse(&arena, str_from(cases[i].text), &err));
        if (str_find_str(err_str(&err), str_from(cases[i].part)) == err_str(&err).len) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
        arena_release(&arena);
    }
}

static void bounds_hold(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct strbuf deep = {0};
    struct strbuf wide = {0};
    for (size_t i = 0; i < 21; i++) {
        strbuf_puts(&deep, "not(");
    }
    for (size_t i = 0; i < 501; i++) {
        strbuf_puts(&wide, i == 0 ? "a[eq]:1" : ",a[eq]:1");
    }
    assert_null(filter_syntax_parse(&arena, strbuf_str(&deep), NULL));
    assert_null(filter_syntax_parse(&arena, strbuf_str(&wide), NULL));
    strbuf_release(&deep);
    strbuf_release(&wide);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_into_trees),
        cmocka_unit_test(faults_are_named_with_their_byte),
        cmocka_unit_test(bounds_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
