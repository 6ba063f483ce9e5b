#include "gateway/graphql/value_print.h"

#include "common/text/json_write.h"

enum { SHOWN_MAX = 400 };

/* One line, nothing to escape: shown as it may have been written. */
static bool plain_block(struct str text)
{
    return str_find(text, '\n') == text.len && str_find(text, '"') == text.len && str_find(text, '\\') == text.len;
}

void gql_value_print(struct strbuf *out, const struct gql_value *value)
{
    if (out->overflowed) {
        return;
    }
    switch (value->kind) {
    case GQL_VALUE_VARIABLE: strbuf_put_char(out, '$'); break;
    case GQL_VALUE_STRING:
        if (value->block && plain_block(value->text)) {
            strbuf_printf(out, "\"\"\"%.*s\"\"\"", STR_ARG(value->text));
        } else {
            json_put_string(out, value->text);
        }
        return;
    case GQL_VALUE_LIST:
    case GQL_VALUE_OBJECT:
        strbuf_puts(out, value->kind == GQL_VALUE_LIST ? "[" : "{");
        for (const struct gql_value *child = value->first; child != NULL; child = child->next) {
            if (value->kind == GQL_VALUE_OBJECT) {
                strbuf_put(out, child->key);
                strbuf_puts(out, ": ");
            }
            gql_value_print(out, child);
            strbuf_puts(out, child->next == NULL ? "" : ", ");
        }
        strbuf_puts(out, value->kind == GQL_VALUE_LIST ? "]" : "}");
        return;
    default: break;
    }
    strbuf_put(out, value->text);
}

struct str gql_value_text(struct arena *arena, const struct gql_value *value)
{
    struct strbuf out = {.ceiling = SHOWN_MAX};
    gql_value_print(&out, value);
    struct str text = str_cut(strbuf_str(&out), SHOWN_MAX);
    text = out.overflowed ? arena_printf(arena, "%.*s...", STR_ARG(text)) : arena_copy(arena, text);
    strbuf_release(&out);
    return text;
}

/* The fields of an object in the order of their names; of equal names in the order written. */
static const struct gql_value **sorted(struct arena *arena, const struct gql_value *object, int64_t *work)
{
    const struct gql_value **fields = ARENA_ARRAY(arena, const struct gql_value *, object->count);
    size_t count = 0;
    for (const struct gql_value *at = object->first; at != NULL && *work > 0; at = at->next) {
        size_t place = count++;
        while (place > 0 && str_cmp(fields[place - 1]->key, at->key) > 0) {
            fields[place] = fields[place - 1];
            place--;
            --*work;
        }
        fields[place] = at;
    }
    return fields;
}

static bool same_objects(struct arena *arena, const struct gql_value *a, const struct gql_value *b, int64_t *work)
{
    const struct gql_value **first = sorted(arena, a, work);
    const struct gql_value **second = sorted(arena, b, work);
    for (uint32_t i = 0; i<a->count && * work> 0; i++) {
        if (!str_eq(first[i]->key, second[i]->key) || !gql_value_same(arena, first[i], second[i], work)) {
            return false;
        }
    }
    return true;
}

bool gql_value_same(struct arena *arena, const struct gql_value *a, const struct gql_value *b, int64_t *work)
{
    *work -= 1 + (int64_t)(a->text.len / 16);
    if (*work <= 0) {
        return true;
    }
    if (a->kind != b->kind || a->block != b->block || a->count != b->count || !str_eq(a->text, b->text)) {
        return false;
    }
    if (a->kind == GQL_VALUE_OBJECT) {
        return same_objects(arena, a, b, work);
    }
    const struct gql_value *other = b->first;
    for (const struct gql_value *at = a->first; at != NULL; at = at->next, other = other->next) {
        if (!gql_value_same(arena, at, other, work)) {
            return false;
        }
    }
    return true;
}
