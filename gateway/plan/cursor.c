#include "gateway/plan/cursor.h"

#include "common/text/encode.h"
#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include "gateway/record/record_input.h"
#include "gateway/record/record_json.h"
#include <stdio.h>

enum { CURSOR_MAX = 16 * 1024 };

/* The names of a path, such as {"company", "name"}. */
static size_t path_names(const struct path *path, struct str names[PATH_NAMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < path->hop_count; i++) {
        names[count++] = path->hops[i]->name;
    }
    if (path->by_join_column) {
        names[count++] = path->column->name;
        return count;
    }
    names[count++] = path->field->name;
    if (path->column->sub != NULL) {
        names[count++] = str_from(path->column->sub->name);
    }
    return count;
}

static void put_value(struct strbuf *out, struct arena *arena, const struct column *column, const struct value *value)
{
    if (value->null) {
        strbuf_put(out, STR("null"));
    } else if (value->kind == COLUMN_TIMESTAMPTZ && value->as.us % 1000 != 0) {
        /* Somebody else's table keeps microseconds: the record's JSON shows fewer, the cursor must not. */
        json_put_string(out, value_to_pg(arena, value));
    } else {
        value_put_json(out, column, value);
    }
}

/* The terms whose names begin like those of `first`, at `depth`: {"name":{"firstName":…,"lastName":…}}. */
static void put_object(struct strbuf *out, struct arena *arena, const struct order_term *terms,
                       const struct value *values, size_t count, bool *done, size_t depth, const struct str *prefix)
{
    bool first = true;
    strbuf_put_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        struct str names[PATH_NAMES_MAX];
        size_t length = path_names(&terms[i].path, names);
        bool inside = !done[i] && length > depth;
        for (size_t n = 0; inside && n < depth; n++) {
            inside = str_eq(names[n], prefix[n]);
        }
        if (!inside) {
            continue;
        }
        strbuf_puts(out, first ? "" : ",");
        first = false;
        json_put_string(out, names[depth]);
        strbuf_put_char(out, ':');
        if (length == depth + 1) {
            done[i] = true;
            put_value(out, arena, terms[i].path.column, &values[i]);
        } else {
            put_object(out, arena, terms, values, count, done, depth + 1, names);
        }
    }
    strbuf_put_char(out, '}');
}

/* The commonest one, without a detour. */
static void put_id_object(struct strbuf *out, const struct value *id)
{
    strbuf_put(out, STR("{\"id\":\""));
    uuid_put(out, &id->as.uuid);
    strbuf_put(out, STR("\"}"));
}

void cursor_put(struct strbuf *out, struct arena *arena, const struct order_term *terms, size_t count,
                const struct value *values)
{
    struct strbuf json = {0};
    bool done[ORDER_TERMS_MAX] = {false};
    if (order_is_id(terms, count)) {
        put_id_object(&json, &values[0]);
    } else {
        put_object(&json, arena, terms, values, count, done, 0, NULL);
    }
    base64_put(out, strbuf_str(&json));
    strbuf_release(&json);
}

static const struct json *find(const struct json *object, const struct path *path)
{
    struct str names[PATH_NAMES_MAX];
    size_t count = path_names(path, names);
    const struct json *at = object;
    for (size_t i = 0; i < count && at != NULL; i++) {
        at = json_get_str(at, names[i]);
    }
    if (at != NULL || count != 2) {
        return at;
    }
    /* Older cursors have the dotted name as one key. */
    char dotted[256];
    int length = snprintf(dotted, sizeof dotted, "%.*s.%.*s", STR_ARG(names[0]), STR_ARG(names[1]));
    return length > 0 && (size_t)length < sizeof dotted ? json_get(object, dotted) : NULL;
}

static bool read_value(struct arena *arena, const struct column *column, const struct json *json, struct value *out)
{
    static const char *const words[] = {[JSON_FALSE] = "false", [JSON_TRUE] = "true"};
    if (json->type == JSON_NULL) {
        *out = value_null(column->kind);
        return true;
    }
    if (json->type == JSON_ARRAY || json->type == JSON_OBJECT) {
        return false;
    }
    struct str text = json->type == JSON_FALSE || json->type == JSON_TRUE ? str_from(words[json->type]) : json->text;
    /* As stored, whatever today's rules for input are. */
    if (column->kind == COLUMN_TEXT) {
        *out = (struct value){.kind = COLUMN_TEXT, .as.text = text};
        return true;
    }
    return value_from_text(arena, column, text, out, NULL);
}

static bool invalid(struct str text, struct err *err)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_CURSOR", "Invalid cursor: %.*s", STR_ARG(str_cut(text, 80)));
}

static struct json *decode(struct arena *arena, struct str text)
{
    static const struct json_limits limits = {.max_depth = PATH_NAMES_MAX + 1, .max_nodes = 256};
    struct str decoded;
    char *plain = arena_bytes(arena, text.len);
    for (size_t i = 0; i < text.len; i++) {
        plain[i] = text.ptr[i] == ' ' ? '+' : text.ptr[i];
    }
    if (text.len > CURSOR_MAX || !base64_decode(arena, str_of(plain, text.len), &decoded)) {
        return NULL;
    }
    return json_parse(arena, decoded, &limits, NULL);
}

bool cursor_parse(struct arena *arena, const struct order_term *terms, size_t count, struct str text,
                  const struct value **out, const struct order_term **missing, struct err *err)
{
    struct json *json = decode(arena, text);
    if (missing != NULL) {
        *missing = NULL;
    }
    if (!json_is(json, JSON_OBJECT)) {
        return invalid(text, err);
    }
    struct value *values = ARENA_ARRAY(arena, struct value, count);
    for (size_t i = 0; i < count; i++) {
        const struct json *member = find(json, &terms[i].path);
        if (member == NULL && missing != NULL) {
            *missing = &terms[i];
        }
        if (member == NULL || !read_value(arena, terms[i].path.column, member, &values[i])) {
            return invalid(text, err);
        }
    }
    if (values[count - 1].null) {
        return invalid(text, err);
    }
    *out = values;
    return true;
}
