#include "dispatcher/shape/record_pick.h"

/* Index behind the string that begins at `at`. */
static size_t string_end(struct str text, size_t at)
{
    for (at++; at < text.len && text.ptr[at] != '"'; at++) {
        at += text.ptr[at] == '\\';
    }
    return at < text.len ? at + 1 : text.len;
}

/* Index of the comma or bracket behind the value that begins at `at`. */
static size_t value_end(struct str text, size_t at)
{
    size_t depth = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if (c == '"') {
            at = string_end(text, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            break;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        at++;
    }
    return at;
}

static bool wanted(struct str name, const struct str *fields, size_t count)
{
    bool found = str_is(name, "id");
    for (size_t i = 0; i < count && !found; i++) {
        found = str_eq(name, fields[i]);
    }
    return found;
}

void record_pick_put(struct strbuf *out, struct str record, const struct str *fields, size_t count)
{
    bool any = false;
    size_t at = 1;
    strbuf_put_char(out, '{');
    while (at < record.len && record.ptr[at] == '"') {
        size_t key_end = string_end(record, at);
        size_t end = value_end(record, key_end + 1);
        /* Names of fields are identifiers, which need no escapes. */
        if (wanted(str_slice(record, at + 1, key_end - 1), fields, count)) {
            strbuf_puts(out, any ? "," : "");
            strbuf_put(out, str_slice(record, at, end));
            any = true;
        }
        at = end + 1;
    }
    strbuf_put_char(out, '}');
}
