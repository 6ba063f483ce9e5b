#include "gateway/record/value.h"

#include "common/text/number.h"
#include "common/text/timestamp.h"

#define DAY_US    INT64_C(86400000000)
#define SECOND_US INT64_C(1000000)

static bool array_eq(const struct value *a, const struct value *b)
{
    if (a->as.array.count != b->as.array.count) {
        return false;
    }
    for (size_t i = 0; i < a->as.array.count; i++) {
        if (!str_eq(a->as.array.items[i], b->as.array.items[i])) {
            return false;
        }
    }
    return true;
}

bool value_eq(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind || a->null != b->null) {
        return false;
    }
    if (a->null) {
        return true;
    }
    switch (a->kind) {
    case COLUMN_UUID: return uuid_eq(&a->as.uuid, &b->as.uuid);
    case COLUMN_BOOLEAN: return a->as.boolean == b->as.boolean;
    case COLUMN_FLOAT8: return a->as.float8 == b->as.float8;
    case COLUMN_DATE: return a->as.days == b->as.days;
    case COLUMN_TIMESTAMPTZ: return a->as.us == b->as.us;
    case COLUMN_TEXT_ARRAY: return array_eq(a, b);
    case COLUMN_TEXT:
    case COLUMN_NUMERIC:
    case COLUMN_JSONB:
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break;
    }
    return str_eq(a->as.text, b->as.text);
}

static struct str float8_text(struct arena *arena, double number)
{
    struct strbuf text = {0};
    number_put_double(&text, number);
    struct str copy = arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    return copy;
}

static struct str date_text(struct arena *arena, int32_t days)
{
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    civil_from_days(days, &year, &month, &day);
    return arena_printf(arena, "%04d-%02d-%02d", year, month, day);
}

/* With its microseconds: timestamp_print would cut a filter's value to milliseconds. */
static struct str timestamptz_text(struct arena *arena, int64_t us)
{
    int64_t days = us / DAY_US - (us % DAY_US < 0 ? 1 : 0);
    int64_t rest = us - days * DAY_US;
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    civil_from_days((int32_t)days, &year, &month, &day);
    int seconds = (int)(rest / SECOND_US);
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, day, seconds / 3600,
                        seconds / 60 % 60, seconds % 60, (int)(rest % SECOND_US));
}

static void put_quoted(struct strbuf *out, struct str text)
{
    strbuf_put_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            strbuf_put(out, str_slice(text, from, i));
            strbuf_put_char(out, '\\');
            from = i;
        }
    }
    strbuf_put(out, str_slice(text, from, text.len));
    strbuf_put_char(out, '"');
}

static struct str array_text(struct arena *arena, const struct value *value)
{
    if (value->as.array.count == 0) {
        return STR("{}");
    }
    struct strbuf text = {0};
    for (size_t i = 0; i < value->as.array.count; i++) {
        strbuf_put_char(&text, i == 0 ? '{' : ',');
        put_quoted(&text, value->as.array.items[i]);
    }
    strbuf_put_char(&text, '}');
    struct str copy = arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    return copy;
}

struct str value_to_pg(struct arena *arena, const struct value *value)
{
    if (value->null) {
        return STR_EMPTY;
    }
    switch (value->kind) {
    case COLUMN_UUID: {
        char *text = arena_bytes(arena, UUID_TEXT_LEN);
        uuid_print(&value->as.uuid, text);
        return str_of(text, UUID_TEXT_LEN);
    }
    case COLUMN_BOOLEAN: return value->as.boolean ? STR("t") : STR("f");
    case COLUMN_FLOAT8: return float8_text(arena, value->as.float8);
    case COLUMN_DATE: return date_text(arena, value->as.days);
    case COLUMN_TIMESTAMPTZ: return timestamptz_text(arena, value->as.us);
    case COLUMN_TEXT_ARRAY: return array_text(arena, value);
    case COLUMN_TEXT:
    case COLUMN_NUMERIC:
    case COLUMN_JSONB:
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break;
    }
    return value->as.text;
}

void value_put_array_element(struct strbuf *out, struct arena *arena, const struct value *value)
{
    if (value->null) {
        strbuf_puts(out, "NULL");
        return;
    }
    put_quoted(out, value_to_pg(arena, value));
}

struct str value_uuid_array(struct arena *arena, const struct uuid *ids, size_t count)
{
    char *text = arena_bytes(arena, 2 + count * (UUID_TEXT_LEN + 1));
    size_t len = 0;
    text[len++] = '{';
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            text[len++] = ',';
        }
        uuid_print(&ids[i], text + len);
        len += UUID_TEXT_LEN;
    }
    text[len++] = '}';
    return str_of(text, len);
}
