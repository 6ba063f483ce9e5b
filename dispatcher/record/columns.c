#include "dispatcher/record/columns.h"
#include "common/text/timestamp.h"
#include "common/text/utf8.h"

static void next(struct strbuf *column)
{
    strbuf_put_char(column, column->len == 0 ? '{' : ',');
}

void column_put_null(struct strbuf *column)
{
    next(column);
    strbuf_put(column, STR("NULL"));
}

void column_put_int(struct strbuf *column, int64_t value)
{
    next(column);
    strbuf_put_int(column, value);
}

void column_put_uuid(struct strbuf *column, const struct uuid *uuid)
{
    next(column);
    uuid_put(column, uuid);
}

void column_put_time(struct strbuf *column, int64_t us)
{
    next(column);
    timestamp_put_exact(column, us);
}

void column_put_text(struct strbuf *column, struct str text)
{
    next(column);
    strbuf_put_char(column, '"');
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t point = utf8_next(text, &at);
        if (point == UINT32_MAX || point == 0) {
            strbuf_put(column, STR("\xef\xbf\xbd"));
            continue;
        }
        if (point == '"' || point == '\\') {
            strbuf_put_char(column, '\\');
        }
        strbuf_put(column, str_slice(text, from, at));
    }
    strbuf_put_char(column, '"');
}

struct str column_finish(struct strbuf *column)
{
    if (column->len == 0) {
        strbuf_put_char(column, '{');
    }
    if (column->ptr[column->len - 1] != '}') {
        strbuf_put_char(column, '}');
    }
    return strbuf_str(column);
}
