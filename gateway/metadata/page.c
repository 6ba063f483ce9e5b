#include "gateway/metadata/page.h"
#include "common/text/url.h"

enum { LIMIT_DEFAULT = 60, LIMIT_MAX = 200, SHOWN_MAX = 80 };

static bool read_cursor(const struct query_params *query, const char *name, struct uuid *out, bool *given,
                        struct err *err)
{
    const struct query_param *param = query_get(query, name);
    *given = param != NULL && param->value.len > 0;
    return !*given || uuid_parse(param->value, out) ||
           err_fail(err, ERR_INVALID, 0, "Invalid cursor: %.*s", STR_ARG(str_cut(param->value, SHOWN_MAX)));
}

bool page_params_read(struct arena *arena, struct str query, struct page_params *out, struct err *err)
{
    struct query_params params;
    *out = (struct page_params){0};
    if (!query_parse(arena, query, &params, err) ||
        !read_cursor(&params, "starting_after", &out->cursor, &out->after, err) ||
        !read_cursor(&params, "ending_before", &out->cursor, &out->before, err)) {
        return false;
    }
    if (out->after && out->before) {
        return err_fail(err, ERR_INVALID, 0, "'starting_after' and 'ending_before' cannot be used together.");
    }
    const struct query_param *limit = query_get(&params, "limit");
    int64_t wanted = LIMIT_DEFAULT;
    if (limit != NULL && limit->value.len > 0 && !str_to_int64(limit->value, 0, INT64_MAX, &wanted)) {
        return err_fail(err, ERR_INVALID, 0, "limit '%.*s' is invalid. Should be an integer",
                        STR_ARG(str_cut(limit->value, SHOWN_MAX)));
    }
    out->limit = wanted > LIMIT_MAX ? LIMIT_MAX : (size_t)wanted;
    return true;
}

/* The window of a page that ends, or begins, at `at`. */
static struct page window(const struct page_params *params, size_t count, size_t at)
{
    struct page page = {.total = count};
    if (params->before) {
        page.to = at;
        page.from = at > params->limit ? at - params->limit : 0;
        page.has_previous = page.from > 0;
        page.has_next = true;
        return page;
    }
    page.from = at;
    page.to = count - at > params->limit ? at + params->limit : count;
    page.has_next = page.to < count;
    page.has_previous = params->after;
    return page;
}

struct page page_of(const struct page_params *params, const struct uuid *ids, size_t count)
{
    size_t at = 0; /* of the first id that is lower than the cursor, or the cursor */
    while (at < count && (params->after || params->before) && uuid_cmp(&ids[at], &params->cursor) > 0) {
        at++;
    }
    bool found = params->after && at < count && uuid_eq(&ids[at], &params->cursor);
    return window(params, count, found ? at + 1 : at);
}

struct page page_of_listed(const struct page_params *params, const struct uuid *ids, size_t count)
{
    if (!params->after && !params->before) {
        return window(params, count, 0);
    }
    size_t at = 0;
    while (at < count && !uuid_eq(&ids[at], &params->cursor)) {
        at++;
    }
    if (at == count) {
        return window(params, count, params->before ? 0 : count);
    }
    return window(params, count, params->after ? at + 1 : at);
}

static void put_cursor(struct strbuf *out, const struct uuid *id)
{
    if (id == NULL) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    uuid_put(out, id);
    strbuf_put_char(out, '"');
}

void page_put(struct strbuf *out, const struct page *page, const struct uuid *ids)
{
    bool some = page->from < page->to;
    strbuf_printf(out, "\"pageInfo\":{\"hasNextPage\":%s,\"hasPreviousPage\":%s,\"startCursor\":",
                  page->has_next ? "true" : "false", page->has_previous ? "true" : "false");
    put_cursor(out, some ? &ids[page->from] : NULL);
    strbuf_puts(out, ",\"endCursor\":");
    put_cursor(out, some ? &ids[page->to - 1] : NULL);
    strbuf_printf(out, "},\"totalCount\":%zu", page->total);
}
