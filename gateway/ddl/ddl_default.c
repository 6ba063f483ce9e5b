/* Defaults: from the model's spelling (contract: metadata 4.1, "a string default that is a literal is quoted") to SQL.
 */
#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include "gateway/ddl/ddl.h"

static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};

/* "'abc'" without its quotes; false for a function or what is no string. */
static bool quoted_text(const struct json *value, struct str *out)
{
    struct str text = value->type == JSON_STRING ? value->text : STR_EMPTY;
    if (text.len < 2 || text.ptr[0] != '\'' || text.ptr[text.len - 1] != '\'') {
        return false;
    }
    *out = str_slice(text, 1, text.len - 1);
    return true;
}

static bool put_text_array(struct strbuf *out, const struct json *list)
{
    bool first = true;
    strbuf_puts(out, "array[");
    JSON_EACH(item, list)
    {
        struct str text = STR_EMPTY;
        (void)quoted_text(item, &text);
        strbuf_puts(out, first ? "" : ", ");
        ddl_literal(out, text);
        first = false;
    }
    strbuf_puts(out, "]::text[]");
    return true;
}

static bool put_json(struct strbuf *out, const struct json *value)
{
    struct strbuf text = {0};
    json_put_canonical(&text, value);
    ddl_literal(out, strbuf_str(&text));
    strbuf_puts(out, "::jsonb");
    strbuf_release(&text);
    return true;
}

/* A string: a literal, or one of the two functions there are. */
static bool put_string(struct strbuf *out, const struct column *column, const struct json *value)
{
    struct str text = STR_EMPTY;
    if (quoted_text(value, &text)) {
        ddl_literal(out, text);
        strbuf_printf(out, "::%s", column_kinds[column->kind].sql);
        return true;
    }
    const char *call = NULL;
    if (str_is(value->text, "uuid") && column->kind == COLUMN_UUID) {
        call = "gen_random_uuid()";
    } else if (str_is(value->text, "now") && column->kind == COLUMN_TIMESTAMPTZ) {
        call = "now()";
    } else if (str_is(value->text, "now") && column->kind == COLUMN_DATE) {
        call = "(now() at time zone 'UTC')::date";
    }
    strbuf_puts(out, call == NULL ? "" : call);
    return call != NULL;
}

/* What no column can take is left out. */
static bool put_value(struct strbuf *out, const struct column *column, const struct json *value)
{
    if (value == NULL || value->type == JSON_NULL) {
        return false;
    }
    if (column->kind == COLUMN_JSONB) {
        return put_json(out, value);
    }
    switch (value->type) {
    case JSON_STRING: return put_string(out, column, value);
    case JSON_ARRAY: return column->kind == COLUMN_TEXT_ARRAY && put_text_array(out, value);
    case JSON_TRUE:
    case JSON_FALSE:
        strbuf_puts(out, value->type == JSON_TRUE ? "true" : "false");
        return column->kind == COLUMN_BOOLEAN;
    case JSON_NUMBER: strbuf_put(out, value->text); return true; /* JSON's numbers are numbers in SQL too */
    default: return false;
    }
}

bool ddl_default(struct strbuf *out, const struct column *column)
{
    struct str text = column->field->default_json;
    if (text.len == 0) {
        return false;
    }
    struct arena arena = {0};
    struct err ignored;
    const struct json *value = json_parse(&arena, text, &limits, &ignored);
    size_t before = out->len;
    bool some = put_value(out, column, column->sub == NULL ? value : json_get(value, column->sub->name));
    if (!some) {
        out->len = before;
    }
    arena_release(&arena);
    return some;
}
