/* Arena, map, list, errors. */
#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/list.h"
#include "common/base/map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void arena_is_aligned_and_zeroed(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *bytes = (unsigned char *)arena_bytes(&arena, size % 13);
        memset(bytes, 0xEE, size % 13);
        unsigned char *block = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(block[i], 0);
        }
        memset(block, 0xEE, size);
    }
    arena_release(&arena);
    assert_null(arena.chunk);
}

static void arena_survives_reset(void **state)
{
    (void)state;
    struct arena arena = {0};
    arena_reset(&arena);
    (void)arena_alloc(&arena, 100000);
    assert_int_equal(arena.total, 100000);
    (void)arena_alloc(&arena, 10);
    (void)arena_alloc(&arena, 50000);
    arena_reset(&arena);
    assert_int_equal(arena.total, 0);
    assert_non_null(arena.chunk);
    int *numbers = ARENA_ARRAY(&arena, int, 5);
    assert_int_equal(numbers[4], 0);
    struct str copy = arena_copy(&arena, STR("abc"));
    assert_true(str_is(copy, "abc"));
    assert_non_null(arena_copy(&arena, STR_EMPTY).ptr);
    assert_string_equal(arena_cstr(&arena, STR("x")), "x");
    assert_string_equal(arena_cstr(&arena, STR_EMPTY), "");
    assert_true(str_is(arena_printf(&arena, "%d-%s", 5, "y"), "5-y"));
    arena_release(&arena);
}

static struct str key_of(struct arena *arena, int number)
{
    return arena_printf(arena, "key-%d", number);
}

static void map_finds_what_was_set(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct map map = {0};
    int values[2000];
    assert_null(map_get(&map, STR("a")));
    assert_null(map_remove(&map, STR("a")));
    for (int i = 0; i < 2000; i++) {
        assert_null(map_set(&map, key_of(&arena, i), &values[i]));
    }
    assert_ptr_equal(map_set(&map, STR("key-7"), &values[8]), &values[7]);
    assert_ptr_equal(map_set(&map, STR("key-7"), &values[7]), &values[8]);
    assert_null(map_set(&map, STR(""), &values[0]));
    assert_ptr_equal(map_get(&map, STR("")), &values[0]);
    assert_ptr_equal(map_remove(&map, STR("")), &values[0]);
    for (int i = 0; i < 2000; i++) {
        assert_ptr_equal(map_get(&map, key_of(&arena, i)), &values[i]);
    }
    assert_int_equal(map.count, 2000);
    map_release(&map);
    assert_int_equal(map.count, 0);
    arena_release(&arena);
}

static void map_removal_leaves_the_others(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct map map = {0};
    int values[500];
    for (int i = 0; i < 500; i++) {
        (void)map_set(&map, key_of(&arena, i), &values[i]);
    }
    for (int i = 0; i < 500; i += 2) {
        assert_ptr_equal(map_remove(&map, key_of(&arena, i)), &values[i]);
        assert_null(map_remove(&map, key_of(&arena, i)));
    }
    for (int i = 0; i < 500; i++) {
        assert_ptr_equal(map_get(&map, key_of(&arena, i)), i % 2 == 0 ? NULL : &values[i]);
    }
    size_t seen = 0;
    for (size_t at = 0; map_next(&map, &at) != NULL;) {
        seen++;
    }
    assert_int_equal(seen, 250);
    map_release(&map);
    arena_release(&arena);
}

static void map_does_not_fill_with_gravestones(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct map map = {0};
    int value = 0;
    for (int i = 0; i < 20000; i++) {
        struct str key = key_of(&arena, i);
        assert_null(map_set(&map, key, &value));
        assert_ptr_equal(map_remove(&map, key), &value);
    }
    assert_int_equal(map.count, 0);
    assert_true(map.capacity <= 32);
    map_release(&map);
    arena_release(&arena);
}

struct item {
    int number;
    struct list link;
};

static void list_keeps_order(void **state)
{
    (void)state;
    struct list head;
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    list_init(&head);
    assert_true(list_empty(&head));
    assert_null(list_pop_front(&head));
    for (int i = 1; i < 4; i++) {
        list_push_back(&head, &items[i].link);
    }
    list_push_front(&head, &items[0].link);
    int wanted = 0;
    LIST_EACH(at, after, &head)
    {
        assert_int_equal(LIST_ENTRY(at, struct item, link)->number, wanted++);
        if (wanted == 2) {
            list_remove(at);
        }
    }
    assert_int_equal(wanted, 4);
    assert_false(list_linked(&items[1].link));
    list_remove(&items[1].link);
    assert_ptr_equal(list_pop_front(&head), &items[0].link);
    assert_ptr_equal(list_pop_front(&head), &items[2].link);
}

static void errors_are_filled(void **state)
{
    (void)state;
    struct err err = {0};
    assert_false(err_fail(NULL, ERR_INVALID, 1, "nobody listens"));
    assert_false(err_fail(&err, ERR_INVALID, 17, "bad %s", "thing"));
    assert_int_equal(err.code, ERR_INVALID);
    assert_int_equal(err.offset, 17);
    assert_null(err.tag);
    assert_string_equal(err.text, "bad thing");
    assert_false(err_fail_tag(&err, ERR_CONFLICT, "TAKEN", "no"));
    assert_string_equal(err.tag, "TAKEN");
    assert_int_equal(err.offset, 0);
    assert_true(str_is(err_str(&err), "no"));
}

/* Whatever character straddles the end, the rest is whole characters. */
static void long_errors_are_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"};
    for (size_t kind = 0; kind < ARRAY_LEN(characters); kind++) {
        size_t width = strlen(characters[kind]);
        for (size_t pad = 0; pad < 4; pad++) {
            char long_text[ERR_TEXT_MAX * 5] = "";
            size_t len = pad;
            memset(long_text, '-', pad);
            for (int i = 0; i < ERR_TEXT_MAX; i++, len += width) {
                memcpy(long_text + len, characters[kind], width);
            }
            struct err err = {0};
            (void)err_fail(&err, ERR_INVALID, 0, "%.*s", (int)len, long_text);
            size_t kept = strlen(err.text);
            assert_true(kept >= ERR_TEXT_MAX - 1 - 4 && kept < ERR_TEXT_MAX);
            assert_int_equal((kept - pad) % width, 0);
        }
    }
}

static void a_growing_array_keeps_its_items(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t *items = NULL;
    size_t capacity = 0;
    for (size_t count = 0; count < 100; count++) {
        items = arena_grow(&arena, items, count, &capacity, sizeof *items);
        assert_true(capacity > count);
        items[count] = count * 7;
    }
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(items[i], i * 7);
    }
    arena_release(&arena);
}

static void a_copied_text_ends_with_nul(void **state)
{
    (void)state;
    char *some = str_dup(str_slice(STR("abcdef"), 1, 3));
    char *none = str_dup(STR_EMPTY);
    assert_string_equal(some, "bc");
    assert_string_equal(none, "");
    free(some);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_is_aligned_and_zeroed),
        cmocka_unit_test(arena_survives_reset),
        cmocka_unit_test(map_finds_what_was_set),
        cmocka_unit_test(map_removal_leaves_the_others),
        cmocka_unit_test(map_does_not_fill_with_gravestones),
        cmocka_unit_test(list_keeps_order),
        cmocka_unit_test(errors_are_filled),
        cmocka_unit_test(long_errors_are_cut_between_characters),
        cmocka_unit_test(a_growing_array_keeps_its_items),
        cmocka_unit_test(a_copied_text_ends_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
