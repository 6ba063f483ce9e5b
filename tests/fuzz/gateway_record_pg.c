/* Any bytes in PostgreSQL's binary format: refused or read, and what was read can be printed both ways. */
#include "common/text/json_read.h"
#include "common/text/utf8.h"
#include "gateway/record/record_json.h"
#include "gateway/record/value.h"
#include <stdlib.h>

static const struct json_limits limits = {.max_depth = 600, .max_nodes = 5u << 20};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* PostgreSQL's texts are UTF-8 without NUL; only such may go into JSON. */
static bool is_text(const struct value *value)
{
    size_t count = value->kind == COLUMN_TEXT_ARRAY ? value->as.array.count : 1;
    for (size_t i = 0; i < count; i++) {
        struct str text = value->kind == COLUMN_TEXT_ARRAY ? value->as.array.items[i] : value->as.text;
        if (utf8_invalid_at(text) != text.len || str_find(text, '\0') != text.len) {
            return false;
        }
    }
    return true;
}

static void print(struct arena *arena, const struct value *value)
{
    struct strbuf out = {0};
    struct column column = {.kind = value->kind};
    value_put_array_element(&out, arena, value);
    strbuf_clear(&out);
    bool text = value->kind == COLUMN_TEXT || value->kind == COLUMN_TEXT_ARRAY;
    if (value->null || !text || is_text(value)) {
        value_put_json(&out, &column, value);
        if (json_parse(arena, strbuf_str(&out), &limits, NULL) == NULL) {
            abort();
        }
    }
    strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int kind = 0; kind < COLUMN_KIND_COUNT; kind++) {
        struct arena arena = {0};
        struct value value;
        if (value_from_pg(&arena, (enum column_kind)kind, str_of((const char *)data, size), false, &value)) {
            if (!value_eq(&value, &value)) {
                abort();
            }
            print(&arena, &value);
        }
        arena_release(&arena);
    }
    return 0;
}
