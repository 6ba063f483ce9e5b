#include "gateway/catalogue/identifier.h"
#include <stdlib.h>

void identifier_put(struct strbuf *out, struct str name)
{
    strbuf_put_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '\0') {
            abort();
        }
        if (name.ptr[i] == '"') {
            strbuf_put_char(out, '"');
        }
        strbuf_put_char(out, name.ptr[i]);
    }
    strbuf_put_char(out, '"');
}

struct str identifier_quote(struct arena *arena, struct str name)
{
    struct strbuf quoted = {0};
    identifier_put(&quoted, name);
    struct str copy = arena_copy(arena, strbuf_str(&quoted));
    strbuf_release(&quoted);
    return copy;
}
