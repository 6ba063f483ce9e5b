#include "common/text/json_write.h"

#include "common/base/alloc.h"
#include "common/text/json_scan.h"
#include "common/text/number.h"
#include <stdlib.h>

static void put_escape(struct strbuf *out, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[0x20] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    char letter = byte < sizeof letters ? letters[byte] : (char)byte;
    if (letter != '\0') {
        strbuf_put(out, str_of((char[]){'\\', letter}, 2));
        return;
    }
    strbuf_put(out, str_of((char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6));
}

void json_put_string(struct strbuf *out, struct str text)
{
    strbuf_put_char(out, '"');
    size_t at = 0;
    while (at < text.len) {
        size_t end = json_plain_end(text, at);
        strbuf_put(out, str_of(text.ptr + at, end - at));
        if (end < text.len) {
            put_escape(out, (unsigned char)text.ptr[end]);
            end++;
        }
        at = end;
    }
    strbuf_put_char(out, '"');
}

/* Whole numbers of up to 15 digits already are what ECMAScript prints, but for negative zero. */
static bool is_small_integer(struct str text)
{
    size_t at = text.ptr[0] == '-' ? 1 : 0;
    if (text.len > 15 || str_is(text, "-0")) {
        return false;
    }
    for (; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9') {
            return false;
        }
    }
    return true;
}

static void put_number(struct strbuf *out, struct str text)
{
    double value = 0;
    if (is_small_integer(text)) {
        strbuf_put(out, text);
    } else if (number_parse_double(text, &value)) {
        number_put_double(out, value);
    } else {
        strbuf_put(out, STR("null"));
    }
}

/* Is the key an array index to JavaScript (ECMA-262 6.1.7)? */
static bool array_index(struct str key, int64_t *out)
{
    if (key.len == 0 || key.len > 10 || key.ptr[0] < '0' || key.ptr[0] > '9' || (key.ptr[0] == '0' && key.len > 1)) {
        return false;
    }
    return str_to_int64(key, 0, (int64_t)UINT32_MAX - 1, out);
}

static int compare_keys(struct str a, struct str b)
{
    int64_t a_index = 0;
    int64_t b_index = 0;
    bool a_first = array_index(a, &a_index);
    bool b_first = array_index(b, &b_index);
    if (a_first != b_first) {
        return a_first ? -1 : 1;
    }
    if (a_first) {
        return (a_index > b_index) - (a_index < b_index);
    }
    return a.len != b.len ? (a.len > b.len) - (a.len < b.len) : str_cmp(a, b);
}

static int compare_members(const void *left, const void *right)
{
    const struct json *const *a = left;
    const struct json *const *b = right;
    return compare_keys((*a)->key, (*b)->key);
}

static void put_member(struct strbuf *out, const struct json *member, bool first)
{
    if (!first) {
        strbuf_put_char(out, ',');
    }
    json_put_string(out, member->key);
    strbuf_put_char(out, ':');
    json_put_canonical(out, member);
}

static bool in_order(const struct json *object)
{
    for (const struct json *at = object->first; at != NULL && at->next != NULL; at = at->next) {
        if (compare_keys(at->key, at->next->key) > 0) {
            return false;
        }
    }
    return true;
}

static void put_object(struct strbuf *out, const struct json *object)
{
    strbuf_put_char(out, '{');
    if (in_order(object)) {
        JSON_EACH(member, object)
        {
            put_member(out, member, member == object->first);
        }
    } else {
        const struct json **members = xcalloc(object->count, sizeof(const struct json *));
        size_t count = 0;
        JSON_EACH(member, object)
        {
            members[count++] = member;
        }
        qsort(members, count, sizeof(const struct json *), compare_members);
        for (size_t i = 0; i < count; i++) {
            put_member(out, members[i], i == 0);
        }
        free(members);
    }
    strbuf_put_char(out, '}');
}

static void put_array(struct strbuf *out, const struct json *array)
{
    strbuf_put_char(out, '[');
    JSON_EACH(item, array)
    {
        if (item != array->first) {
            strbuf_put_char(out, ',');
        }
        json_put_canonical(out, item);
    }
    strbuf_put_char(out, ']');
}

/* The recursion is as deep as the tree, and json_parse has bounded that. */
void json_put_canonical(struct strbuf *out, const struct json *value)
{
    switch (value->type) {
    case JSON_NULL: strbuf_put(out, STR("null")); break;
    case JSON_FALSE: strbuf_put(out, STR("false")); break;
    case JSON_TRUE: strbuf_put(out, STR("true")); break;
    case JSON_NUMBER: put_number(out, value->text); break;
    case JSON_STRING: json_put_string(out, value->text); break;
    case JSON_ARRAY: put_array(out, value); break;
    case JSON_OBJECT: put_object(out, value); break;
    }
}
