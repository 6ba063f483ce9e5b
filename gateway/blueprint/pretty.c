#include "gateway/blueprint/pretty.h"

#include "common/text/json_write.h"

enum { LINE = 100, STEP = 2 };

static void put(struct strbuf *out, const struct json *value, size_t depth, bool broken);

static void put_break(struct strbuf *out, size_t depth, bool broken)
{
    if (broken) {
        strbuf_printf(out, "\n%*s", (int)(depth * STEP), "");
    }
}

static void put_children(struct strbuf *out, const struct json *value, size_t depth, bool broken)
{
    bool object = value->type == JSON_OBJECT;
    strbuf_put_char(out, object ? '{' : '[');
    JSON_EACH(child, value)
    {
        put_break(out, depth + 1, broken);
        if (object) {
            json_put_string(out, child->key);
            strbuf_puts(out, ": ");
        }
        put(out, child, depth + 1, broken);
        if (child->next != NULL) {
            strbuf_puts(out, broken ? "," : ", ");
        }
    }
    put_break(out, depth, broken && value->first != NULL);
    strbuf_put_char(out, object ? '}' : ']');
}

static void put(struct strbuf *out, const struct json *value, size_t depth, bool broken)
{
    if (value->type == JSON_STRING) {
        json_put_string(out, value->text);
    } else if (value->type == JSON_ARRAY || value->type == JSON_OBJECT) {
        struct strbuf line = {0};
        if (broken) {
            put_children(&line, value, depth, false);
        }
        if (broken && depth > 1 && line.len + depth * STEP <= LINE) {
            strbuf_put(out, strbuf_str(&line));
        } else {
            put_children(out, value, depth, broken);
        }
        strbuf_release(&line);
    } else {
        json_put_canonical(out, value);
    }
}

void pretty_put(struct strbuf *out, const struct json *value)
{
    put(out, value, 0, true);
    strbuf_put_char(out, '\n');
}
