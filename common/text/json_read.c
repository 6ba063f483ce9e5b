#include "common/text/json_read.h"

#include "common/base/map.h"
#include "common/text/json_scan.h"
#include "common/text/number_scan.h"
#include "common/text/utf8.h"

/* Up to here a linear look for a duplicate key is cheaper than a map. */
enum { FEW_MEMBERS = 16 };

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    size_t depth;
    size_t nodes;
    const struct json_limits *limits;
    struct err *err;
};

static bool parse_value(struct reader *reader, struct json **out);

static bool fail(const struct reader *reader, size_t at, const char *what)
{
    return err_fail(reader->err, ERR_INVALID, at, "%s at byte %zu", what, at);
}

static bool unexpected(const struct reader *reader, size_t at)
{
    return fail(reader, at, at < reader->text.len ? "Unexpected character" : "Unexpected end");
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->text.len) {
        char byte = reader->text.ptr[reader->at];
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') {
            return;
        }
        reader->at++;
    }
}

static char peek(const struct reader *reader)
{
    return reader->at < reader->text.len ? reader->text.ptr[reader->at] : '\0';
}

static bool expect(struct reader *reader, char byte)
{
    skip_space(reader);
    if (peek(reader) != byte) {
        return unexpected(reader, reader->at);
    }
    reader->at++;
    return true;
}

/* Four hex digits. */
static bool read_unit(struct reader *reader, uint32_t *out)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        char digit = peek(reader);
        uint32_t value = 0;
        if (digit >= '0' && digit <= '9') {
            value = (uint32_t)(digit - '0');
        } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
            value = (uint32_t)((digit | 0x20) - 'a' + 10);
        } else {
            return unexpected(reader, reader->at);
        }
        unit = unit << 4 | value;
        reader->at++;
    }
    *out = unit;
    return true;
}

/* Behind "\u". `start` is where the backslash stands. */
static bool read_code_point(struct reader *reader, size_t start, uint32_t *out)
{
    uint32_t unit = 0;
    uint32_t low = 0;
    if (!read_unit(reader, &unit)) {
        return false;
    }
    if (unit == 0) {
        return fail(reader, start, "U+0000 is not allowed, found");
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        *out = unit;
        return true;
    }
    if (unit > 0xDBFF || !str_starts_with(str_slice(reader->text, reader->at, reader->text.len), STR("\\u"))) {
        return fail(reader, start, "Unpaired surrogate");
    }
    reader->at += 2;
    if (!read_unit(reader, &low)) {
        return false;
    }
    if (low < 0xDC00 || low > 0xDFFF) {
        return fail(reader, start, "Unpaired surrogate");
    }
    *out = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

/* At a backslash; writes what the escape stands for. */
static bool read_escape(struct reader *reader, char *out, size_t *len)
{
    size_t start = reader->at++;
    char letter = peek(reader);
    char plain = '\0';
    switch (letter) {
    case '"':
    case '\\':
    case '/': plain = letter; break;
    case 'b': plain = '\b'; break;
    case 'f': plain = '\f'; break;
    case 'n': plain = '\n'; break;
    case 'r': plain = '\r'; break;
    case 't': plain = '\t'; break;
    case 'u': break;
    default: return unexpected(reader, reader->at);
    }
    reader->at++;
    if (plain != '\0') {
        out[(*len)++] = plain;
        return true;
    }
    uint32_t point = 0;
    if (!read_code_point(reader, start, &point)) {
        return false;
    }
    *len += utf8_put(point, out + *len);
    return true;
}

/* Where a string ends, closed or not, so that one allocation holds it. */
static size_t string_end(struct str text, size_t at)
{
    while (at < text.len) {
        if (text.ptr[at] == '\\') {
            at += 2;
        } else if (json_plain((unsigned char)text.ptr[at])) {
            at = json_plain_end(text, at);
        } else {
            return at;
        }
    }
    return text.len;
}

/* `from` is the first byte, reader->at the first escape. An escape is never shorter than what it stands for. */
static bool read_escaped(struct reader *reader, size_t from, struct str *out)
{
    char *bytes = arena_bytes(reader->arena, string_end(reader->text, reader->at) - from);
    size_t len = reader->at - from;
    memcpy(bytes, reader->text.ptr + from, len);
    while (peek(reader) == '\\') {
        if (!read_escape(reader, bytes, &len)) {
            return false;
        }
        size_t end = json_plain_end(reader->text, reader->at);
        memcpy(bytes + len, reader->text.ptr + reader->at, end - reader->at);
        len += end - reader->at;
        reader->at = end;
    }
    *out = str_of(bytes, len);
    return true;
}

/* At the opening quote. */
static bool read_string(struct reader *reader, struct str *out)
{
    size_t from = ++reader->at;
    reader->at = json_plain_end(reader->text, from);
    *out = str_of(reader->text.ptr + from, reader->at - from);
    if (peek(reader) == '\\' && !read_escaped(reader, from, out)) {
        return false;
    }
    if (peek(reader) != '"') {
        return reader->at < reader->text.len ? fail(reader, reader->at, "Control character in a string")
                                             : unexpected(reader, reader->at);
    }
    reader->at++;
    return true;
}

static bool parse_array(struct reader *reader, struct json *array)
{
    struct json **tail = &array->first;
    reader->at++;
    skip_space(reader);
    if (peek(reader) == ']') {
        reader->at++;
        return true;
    }
    for (;;) {
        if (!parse_value(reader, tail)) {
            return false;
        }
        tail = &(*tail)->next;
        array->count++;
        skip_space(reader);
        if (peek(reader) != ',') {
            return expect(reader, ']');
        }
        reader->at++;
    }
}

/* Is the key of the last member already there? The map comes in when there are too many for a linear look. */
static bool is_duplicate(struct map *seen, const struct json *object, struct json *last)
{
    if (object->count <= FEW_MEMBERS) {
        JSON_EACH(member, object)
        {
            if (member != last && str_eq(member->key, last->key)) {
                return true;
            }
        }
        return false;
    }
    if (seen->count == 0) {
        for (struct json *member = object->first; member != last; member = member->next) {
            (void)map_set(seen, member->key, member);
        }
    }
    return map_set(seen, last->key, last) != NULL;
}

static bool parse_member(struct reader *reader, struct map *seen, struct json *object, struct json **tail)
{
    struct str key;
    skip_space(reader);
    size_t start = reader->at;
    if (peek(reader) != '"') {
        return unexpected(reader, start);
    }
    if (!read_string(reader, &key) || !expect(reader, ':') || !parse_value(reader, tail)) {
        return false;
    }
    (*tail)->key = key;
    object->count++;
    return !is_duplicate(seen, object, *tail) || fail(reader, start, "Duplicate key");
}

static bool parse_members(struct reader *reader, struct map *seen, struct json *object)
{
    struct json **tail = &object->first;
    reader->at++;
    skip_space(reader);
    if (peek(reader) == '}') {
        reader->at++;
        return true;
    }
    for (;;) {
        if (!parse_member(reader, seen, object, tail)) {
            return false;
        }
        tail = &(*tail)->next;
        skip_space(reader);
        if (peek(reader) != ',') {
            return expect(reader, '}');
        }
        reader->at++;
    }
}

static bool parse_container(struct reader *reader, struct json *value)
{
    if (reader->depth == reader->limits->max_depth) {
        return fail(reader, reader->at, "Nested too deeply");
    }
    reader->depth++;
    bool parsed = false;
    if (value->type == JSON_ARRAY) {
        parsed = parse_array(reader, value);
    } else {
        struct map seen = {0};
        parsed = parse_members(reader, &seen, value);
        map_release(&seen);
    }
    reader->depth--;
    value->text = str_slice(reader->text, value->offset, reader->at);
    return parsed;
}

static bool parse_number(struct reader *reader, struct json *value)
{
    struct number_parts parts;
    value->type = JSON_NUMBER;
    if (!number_scan(str_slice(reader->text, reader->at, reader->text.len), &parts)) {
        return unexpected(reader, reader->at + parts.len);
    }
    reader->at += parts.len;
    value->text = str_slice(reader->text, value->offset, reader->at);
    return true;
}

static bool parse_word(struct reader *reader, struct str word)
{
    for (size_t i = 0; i < word.len; i++, reader->at++) {
        if (peek(reader) != word.ptr[i]) {
            return unexpected(reader, reader->at);
        }
    }
    return true;
}

static bool parse_value(struct reader *reader, struct json **out)
{
    skip_space(reader);
    if (reader->nodes == reader->limits->max_nodes) {
        return fail(reader, reader->at, "Too many values");
    }
    reader->nodes++;
    struct json *value = ARENA_NEW(reader->arena, struct json);
    value->offset = reader->at;
    *out = value;
    switch (peek(reader)) {
    case '{': value->type = JSON_OBJECT; return parse_container(reader, value);
    case '[': value->type = JSON_ARRAY; return parse_container(reader, value);
    case '"': value->type = JSON_STRING; return read_string(reader, &value->text);
    case 'n': value->type = JSON_NULL; return parse_word(reader, STR("null"));
    case 't': value->type = JSON_TRUE; return parse_word(reader, STR("true"));
    case 'f': value->type = JSON_FALSE; return parse_word(reader, STR("false"));
    default: return parse_number(reader, value);
    }
}

struct json *json_parse(struct arena *arena, struct str text, const struct json_limits *limits, struct err *err)
{
    struct reader reader = {.arena = arena, .text = text, .limits = limits, .err = err};
    struct json *value = NULL;
    size_t bad = utf8_invalid_at(text);
    if (bad < text.len) {
        (void)fail(&reader, bad, "Invalid UTF-8");
        return NULL;
    }
    if (!parse_value(&reader, &value)) {
        return NULL;
    }
    skip_space(&reader);
    if (reader.at < text.len) {
        (void)unexpected(&reader, reader.at);
        return NULL;
    }
    return value;
}

const struct json *json_get_str(const struct json *object, struct str key)
{
    if (!json_is(object, JSON_OBJECT)) {
        return NULL;
    }
    JSON_EACH(member, object)
    {
        if (str_eq(member->key, key)) {
            return member;
        }
    }
    return NULL;
}

const struct json *json_get(const struct json *object, const char *key)
{
    return json_get_str(object, str_from(key));
}

const char *json_type_name(const struct json *value)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",     [JSON_FALSE] = "boolean", [JSON_TRUE] = "boolean",  [JSON_NUMBER] = "number",
        [JSON_STRING] = "string", [JSON_ARRAY] = "array",   [JSON_OBJECT] = "object",
    };
    return names[value->type];
}
