#include "gateway/inspect/adopt_column.h"

#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/json_write.h"

static const struct {
    const char *type; /* format_type; a star stands for the rest */
    enum field_type field;
    bool cast, whole;
} types[] = {
    {"uuid", FIELD_UUID, false, false},
    {"text", FIELD_TEXT, false, false},
    {"character varying*", FIELD_TEXT, false, false},
    {"boolean", FIELD_BOOLEAN, false, false},
    {"double precision", FIELD_NUMBER, false, false},
    {"smallint", FIELD_NUMBER, true, true},
    {"integer", FIELD_NUMBER, true, true},
    /* Digits beyond 2^53 would be lost in a double. */
    {"bigint", FIELD_NUMERIC, true, false},
    {"numeric*", FIELD_NUMERIC, false, false},
    {"date", FIELD_DATE, false, false},
    {"timestamp with time zone", FIELD_DATE_TIME, false, false},
    {"jsonb", FIELD_RAW_JSON, false, false},
    {"text[]", FIELD_ARRAY, false, false},
};

static bool matches(struct str type, const char *pattern)
{
    struct str wanted = str_from(pattern);
    if (wanted.len > 0 && wanted.ptr[wanted.len - 1] == '*') {
        struct str stem = str_slice(wanted, 0, wanted.len - 1);
        return str_starts_with(type, stem) && !str_ends_with(type, STR("[]"));
    }
    return str_eq(type, wanted);
}

static const char *why_not(const struct db_column *column)
{
    if (column->is_enum) {
        return "an enumerated type, whose values PostgreSQL alone knows";
    }
    if (str_starts_with(column->type, STR("timestamp"))) {
        return "a time whose zone is not said";
    }
    if (str_is(column->type, "json")) {
        return "json cannot be compared: jsonb can";
    }
    return "no field type holds such values";
}

bool adopt_type(const struct db_column *column, struct adopted_type *out, const char **why)
{
    struct str type = column->domain_of.ptr != NULL ? column->domain_of : column->type;
    if (str_starts_with(type, STR("timestamp(")) && str_ends_with(type, STR(" with time zone"))) {
        type = STR("timestamp with time zone"); /* of fewer digits */
    }
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (matches(type, types[i].type)) {
            bool cast = types[i].cast || column->domain_of.ptr != NULL;
            *out = (struct adopted_type){
                .type = types[i].field, .column_type = cast ? type : STR_EMPTY, .whole = types[i].whole};
            return true;
        }
    }
    *why = why_not(column);
    return false;
}

/* 'it''s'::text to it's; false when it is no single literal of a type. */
static bool read_literal(struct arena *arena, struct str text, struct str *out)
{
    char *plain = arena_bytes(arena, text.len + 1);
    size_t len = 0;
    size_t i = 1;
    if (text.len < 2 || text.ptr[0] != '\'') {
        return false;
    }
    for (; i < text.len; i++) {
        if (text.ptr[i] == '\'') {
            if (i + 1 == text.len || text.ptr[i + 1] != '\'') {
                break;
            }
            i++;
        }
        plain[len++] = text.ptr[i];
    }
    struct str cast = str_slice(text, i + 1, text.len);
    *out = str_of(plain, len);
    return i < text.len && (cast.len == 0 || (str_starts_with(cast, STR("::")) && str_find(cast, '\'') == cast.len));
}

/* 5, '5'::numeric, (-5), '-5'::integer */
static bool read_number(struct arena *arena, struct str text, struct str *out)
{
    struct str literal = text;
    static const struct json_limits limits = {.max_depth = 1, .max_nodes = 1};
    if (text.len > 2 && text.ptr[0] == '(' && str_find(text, ')') == text.len - 1) {
        literal = str_slice(text, 1, text.len - 1);
    } else if (text.len > 0 && text.ptr[0] == '\'' && !read_literal(arena, text, &literal)) {
        return false;
    }
    struct err ignored;
    if (!json_is(json_parse(arena, literal, &limits, &ignored), JSON_NUMBER)) {
        return false;
    }
    *out = literal;
    return true;
}

static struct str quoted(struct arena *arena, struct str text)
{
    struct strbuf out = {0};
    json_put_string(&out, arena_printf(arena, "'%.*s'", STR_ARG(text)));
    struct str json = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

static bool read_json(struct arena *arena, struct str text, struct str *out)
{
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 10000};
    struct str literal;
    struct err ignored;
    if (!read_literal(arena, text, &literal) || json_parse(arena, literal, &limits, &ignored) == NULL) {
        return false;
    }
    *out = literal;
    return true;
}

bool adopt_default(struct arena *arena, const struct db_column *column, enum field_type type, struct str *out)
{
    struct str text = column->default_text;
    struct str literal;
    *out = STR_EMPTY;
    if (text.ptr == NULL || str_starts_with(text, STR("NULL::"))) {
        return true;
    }
    switch (type) {
    case FIELD_UUID: *out = STR("\"uuid\""); return str_is(text, "gen_random_uuid()");
    case FIELD_DATE_TIME: *out = STR("\"now\""); return str_is(text, "now()") || str_is(text, "CURRENT_TIMESTAMP");
    case FIELD_BOOLEAN: *out = text; return str_is(text, "true") || str_is(text, "false");
    case FIELD_NUMBER:
    case FIELD_NUMERIC: return read_number(arena, text, out);
    case FIELD_RAW_JSON: return read_json(arena, text, out);
    case FIELD_ARRAY: *out = STR("[]"); return str_is(text, "'{}'::text[]") || str_is(text, "ARRAY[]::text[]");
    case FIELD_TEXT:
        if (!read_literal(arena, text, &literal)) {
            return false;
        }
        *out = quoted(arena, literal);
        return true;
    default: return false;
    }
}
