#include "gateway/rest/rest.h"

#include "common/text/encode.h"
#include "common/text/json_read.h"

void rest_put_cursor(struct strbuf *out, const struct uuid *id)
{
    char json[sizeof "{\"id\":\"\"}" - 1 + UUID_TEXT_LEN];
    memcpy(json, "{\"id\":\"", 7);
    uuid_print(id, json + 7);
    memcpy(json + 7 + UUID_TEXT_LEN, "\"}", 2);
    base64_put(out, str_of(json, sizeof json));
}

bool rest_cursor_parse(struct arena *arena, struct str text, struct uuid *out, struct err *err)
{
    enum { CURSOR_MAX = 4096 };
    static const struct json_limits limits = {.max_depth = 8, .max_nodes = 64};
    struct str decoded;
    char *plain = arena_bytes(arena, text.len);
    for (size_t i = 0; i < text.len; i++) {
        plain[i] = text.ptr[i] == ' ' ? '+' : text.ptr[i];
    }
    struct json *json = NULL;
    if (text.len <= CURSOR_MAX && base64_decode(arena, str_of(plain, text.len), &decoded)) {
        json = json_parse(arena, decoded, &limits, NULL);
    }
    const struct json *id = json_get(json, "id");
    if (!json_is(id, JSON_STRING) || !uuid_parse(id->text, out)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_CURSOR", "Invalid cursor: %.*s",
                            STR_ARG(str_cut(text, 80)));
    }
    return true;
}
