#include "gateway/request/settings_list.h"

void settings_array_put(struct strbuf *out, const struct str *documents, size_t count)
{
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        strbuf_put(out, documents[i]);
    }
    strbuf_put_char(out, ']');
}

void settings_page_put(struct strbuf *out, const struct page_params *params, const struct str *documents,
                       const struct uuid *ids, size_t count)
{
    struct page page = page_of_listed(params, ids, count);
    strbuf_puts(out, "{\"data\":");
    settings_array_put(out, documents + page.from, page.to - page.from);
    strbuf_put_char(out, ',');
    page_put(out, &page, ids);
    strbuf_put_char(out, '}');
}
