#include "gateway/request/settings_list.h"

#include "common/text/url.h"

enum { PAGE_DEFAULT = 60, PAGE_MAX = 200 };

static bool read_cursor(const struct query_params *params, const char *name, struct uuid *out, bool *given,
                        struct err *err)
{
    const struct query_param *param = query_get(params, name);
    *given = param != NULL && param->value.len > 0;
    if (*given && !uuid_parse(param->value, out)) {
        return err_fail(err, ERR_INVALID, 0, "Invalid cursor: %.*s", STR_ARG(str_cut(param->value, 80)));
    }
    return true;
}

bool settings_page_read(struct arena *arena, struct str query, struct settings_page *out, struct err *err)
{
    struct query_params params;
    *out = (struct settings_page){0};
    if (!query_parse(arena, query, &params, err) ||
        !read_cursor(&params, "starting_after", &out->cursor, &out->forward_given, err) ||
        !read_cursor(&params, "ending_before", &out->cursor, &out->backward_given, err)) {
        return false;
    }
    if (out->forward_given && out->backward_given) {
        return err_fail(err, ERR_INVALID, 0, "'starting_after' and 'ending_before' cannot be used together.");
    }
    const struct query_param *limit = query_get(&params, "limit");
    int64_t wanted = PAGE_DEFAULT;
    if (limit != NULL && limit->value.len > 0 && !str_to_int64(limit->value, 0, INT64_MAX, &wanted)) {
        return err_fail(err, ERR_INVALID, 0, "limit '%.*s' is invalid. Should be an integer",
                        STR_ARG(str_cut(limit->value, 80)));
    }
    out->limit = wanted > PAGE_MAX ? PAGE_MAX : (size_t)wanted;
    return true;
}

/* [from, to) of all. */
static void window(const struct settings_page *page, const struct uuid *ids, size_t count, size_t *from, size_t *to)
{
    size_t at = count;
    for (size_t i = 0; i < count; i++) {
        if (uuid_eq(&ids[i], &page->cursor)) {
            at = i;
        }
    }
    if (page->backward_given) {
        *to = at == count ? 0 : at;
        *from = *to > page->limit ? *to - page->limit : 0;
        return;
    }
    *from = !page->forward_given ? 0 : at == count ? count : at + 1;
    *to = count - *from > page->limit ? *from + page->limit : count;
}

static void put_cursor(struct strbuf *out, const char *name, const struct uuid *id)
{
    strbuf_printf(out, ",\"%s\":", name);
    if (id == NULL) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    uuid_put(out, id);
    strbuf_put_char(out, '"');
}

void settings_array_put(struct strbuf *out, const struct str *documents, size_t count)
{
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        strbuf_put(out, documents[i]);
    }
    strbuf_put_char(out, ']');
}

void settings_page_put(struct strbuf *out, const struct settings_page *page, const struct str *documents,
                       const struct uuid *ids, size_t count)
{
    size_t from = 0;
    size_t to = count;
    window(page, ids, count, &from, &to);
    bool next = page->backward_given || to < count;
    bool previous = page->backward_given ? from > 0 : page->forward_given;
    strbuf_puts(out, "{\"data\":");
    settings_array_put(out, documents + from, to - from);
    strbuf_printf(out, ",\"pageInfo\":{\"hasNextPage\":%s,\"hasPreviousPage\":%s", next ? "true" : "false",
                  previous ? "true" : "false");
    put_cursor(out, "startCursor", from < to ? &ids[from] : NULL);
    put_cursor(out, "endCursor", from < to ? &ids[to - 1] : NULL);
    strbuf_printf(out, "},\"totalCount\":%zu}", count);
}
