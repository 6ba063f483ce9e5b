/* The normal form of a URL is its own normal form; decoding what was encoded gives the same bytes. */
#include "common/text/url.h"
#include "common/text/utf8.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_url(struct arena *arena, struct str text)
{
    struct url url;
    struct url again;
    struct str normal;
    struct str twice;
    struct err err = {0};
    if (!url_parse_http(arena, text, &url, &normal, &err)) {
        assert(err.code == ERR_INVALID && err.text[0] != '\0');
        return;
    }
    bool same = url_parse_http(arena, normal, &again, &twice, &err) && str_eq(normal, twice);
    assert(same && str_eq(url.host, again.host) && url.port == again.port && str_eq(url.path, again.path));
    assert(url.host.len > 0 && url.path.len > 0 && url.path.ptr[0] == '/');
    for (size_t i = 0; i < normal.len; i++) {
        assert(normal.ptr[i] > ' ' && normal.ptr[i] <= '~');
    }
}

static void check_escapes(struct arena *arena, struct str text)
{
    struct str decoded;
    struct strbuf encoded = {0};
    url_encode_put(&encoded, text);
    bool good = url_decode(arena, strbuf_str(&encoded), true, &decoded);
    assert(good == (utf8_invalid_at(text) == text.len && str_find(text, '\0') == text.len));
    assert(!good || str_eq(decoded, text));
    strbuf_release(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = arena_copy(&arena, str_of((const char *)data, size));
    struct query_params params;
    struct err err = {0};
    check_url(&arena, text);
    check_escapes(&arena, text);
    if (query_parse(&arena, text, &params, &err)) {
        assert(params.count <= QUERY_PARAMS_MAX);
        for (size_t i = 0; i < params.count; i++) {
            assert(utf8_invalid_at(params.items[i].value) == params.items[i].value.len);
        }
    } else {
        assert(err.offset <= size);
    }
    arena_release(&arena);
    return 0;
}
