#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/zip/zip.h"

/* The frame of RFC 1952: magic, deflate, and at the end the length of what went in. */
static void check_frame(const struct strbuf *out, size_t from, size_t text_len)
{
    const unsigned char *bytes = (const unsigned char *)out->ptr;
    assert_true(out->len - from >= 18);
    assert_int_equal(bytes[from], 0x1f);
    assert_int_equal(bytes[from + 1], 0x8b);
    assert_int_equal(bytes[from + 2], 8);
    const unsigned char *end = bytes + out->len - 4;
    size_t length = (size_t)end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
    assert_int_equal(length, text_len);
}

static void texts_are_framed_and_shrink(void **state)
{
    (void)state;
    struct strbuf text = {0};
    struct strbuf out = {0};
    struct zip *zip = zip_new();
    for (size_t i = 0; i < 1000; i++) {
        strbuf_puts(&text, "{\"name\":\"Acme\",\"employees\":42},");
        if (i % 250 == 0) {
            size_t from = out.len;
            assert_true(zip_put(zip, &out, strbuf_str(&text)));
            check_frame(&out, from, text.len);
        }
    }
    strbuf_clear(&out);
    assert_true(zip_put(zip, &out, strbuf_str(&text)));
    assert_true(out.len < text.len / 10);
    strbuf_clear(&out);
    assert_true(zip_put(zip, &out, STR_EMPTY));
    check_frame(&out, 0, 0);
    zip_free(zip);
    strbuf_release(&text);
    strbuf_release(&out);
}

static void pieces_are_one_member(void **state)
{
    (void)state;
    struct strbuf whole = {0};
    struct strbuf pieces = {0};
    struct strbuf text = {0};
    struct zip *zip = zip_new();
    zip_begin(zip);
    for (unsigned i = 0; i < 5000; i++) {
        size_t from = text.len;
        strbuf_printf(&text, "{\"number\":%u},", i * 2654435761u);
        zip_put_piece(zip, &pieces, str_of(text.ptr + from, text.len - from), false);
    }
    zip_put_piece(zip, &pieces, STR_EMPTY, true);
    check_frame(&pieces, 0, text.len);
    assert_true(zip_put(zip, &whole, strbuf_str(&text)));
    assert_true(str_eq(strbuf_str(&whole), strbuf_str(&pieces)));
    zip_free(zip);
    strbuf_release(&whole);
    strbuf_release(&pieces);
    strbuf_release(&text);
}

static void equal_texts_give_equal_bytes(void **state)
{
    (void)state;
    struct strbuf one = {0};
    struct strbuf two = {0};
    struct zip *zip = zip_new();
    assert_true(zip_put(zip, &one, STR("abcabcabcabc")));
    assert_true(zip_put(zip, &two, STR("something else in between")));
    strbuf_clear(&two);
    assert_true(zip_put(zip, &two, STR("abcabcabcabc")));
    assert_true(str_eq(strbuf_str(&one), strbuf_str(&two)));
    zip_free(zip);
    strbuf_release(&one);
    strbuf_release(&two);
}

static void a_low_ceiling_leaves_the_buffer_alone(void **state)
{
    (void)state;
    struct strbuf out;
    struct zip *zip = zip_new();
    strbuf_init(&out, 20);
    strbuf_puts(&out, "before");
    assert_false(zip_put(zip, &out, STR("a text that needs more than twenty bytes with its frame")));
    assert_true(str_is(strbuf_str(&out), "before"));
    zip_free(zip);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_framed_and_shrink),
        cmocka_unit_test(pieces_are_one_member),
        cmocka_unit_test(equal_texts_give_equal_bytes),
        cmocka_unit_test(a_low_ceiling_leaves_the_buffer_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
