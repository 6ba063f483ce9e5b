#include "gateway/metadata/put.h"

#include "common/text/json_write.h"
#include "common/text/timestamp.h"

void put_name(struct strbuf *out, const char *name)
{
    bool first = out->len == 0 || out->ptr[out->len - 1] == '{';
    strbuf_puts(out, first ? "\"" : ",\"");
    strbuf_puts(out, name);
    strbuf_puts(out, "\":");
}

void put_text(struct strbuf *out, const char *name, struct str text)
{
    put_name(out, name);
    if (text.ptr == NULL) {
        strbuf_puts(out, "null");
    } else {
        json_put_string(out, text);
    }
}

void put_texts(struct strbuf *out, const char *name, const struct str *items, size_t count)
{
    put_name(out, name);
    if (items == NULL) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        json_put_string(out, items[i]);
    }
    strbuf_put_char(out, ']');
}

void put_bool(struct strbuf *out, const char *name, bool value)
{
    put_name(out, name);
    strbuf_puts(out, value ? "true" : "false");
}

void put_int(struct strbuf *out, const char *name, int64_t value)
{
    put_name(out, name);
    strbuf_put_int(out, value);
}

void put_id(struct strbuf *out, const char *name, const struct uuid *id)
{
    put_name(out, name);
    if (uuid_is_nil(id)) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    uuid_put(out, id);
    strbuf_put_char(out, '"');
}

void put_time(struct strbuf *out, const char *name, bool null, int64_t us)
{
    put_name(out, name);
    if (null) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    timestamp_put(out, us);
    strbuf_put_char(out, '"');
}

void put_time_or_null(struct strbuf *out, const char *name, int64_t us)
{
    put_time(out, name, us == 0, us);
}
