/* Parse, print, parse again, print again: the same bytes. */
#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits limits = {.max_depth = 32, .max_nodes = 100000};
    struct arena arena = {0};
    struct err err = {0};
    struct strbuf first = {0};
    struct strbuf second = {0};
    struct json *value = json_parse(&arena, str_of((const char *)data, size), &limits, &err);
    if (value == NULL) {
        assert(err.code == ERR_INVALID && err.offset <= size && err.text[0] != '\0');
    } else {
        json_put_canonical(&first, value);
        value = json_parse(&arena, strbuf_str(&first), &limits, &err);
        assert(value != NULL);
        json_put_canonical(&second, value);
        assert(str_eq(strbuf_str(&first), strbuf_str(&second)));
    }
    strbuf_release(&first);
    strbuf_release(&second);
    arena_release(&arena);
    return 0;
}
