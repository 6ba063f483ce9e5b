#include "gateway/docs/docs_text.h"

#include "common/text/json_write.h"
#include <stdarg.h>

void docs_put(struct strbuf *out, const char *text, ...)
{
    va_list args;
    va_start(args, text);
    for (;;) {
        size_t plain = strcspn(text, "'~^|");
        strbuf_put(out, str_of(text, plain));
        text += plain;
        switch (*text) {
        case '\'': strbuf_put_char(out, '"'); break;
        case '~': strbuf_put(out, va_arg(args, struct str)); break;
        case '^': json_put_string(out, va_arg(args, struct str)); break;
        case '|': strbuf_put_uint(out, va_arg(args, size_t)); break;
        default: va_end(args); return;
        }
        text++;
    }
}

void docs_put_cap(struct strbuf *out, struct str name)
{
    char first = name.len > 0 ? name.ptr[0] : '_';
    strbuf_put_char(out, first >= 'a' && first <= 'z' ? (char)(first - 32) : first);
    strbuf_put(out, str_slice(name, 1, name.len));
}
