#include "gateway/rest/rest_tag.h"

#include <inttypes.h>
#include <stdio.h>

struct str rest_tag(struct arena *arena, uint64_t version, uint64_t form)
{
    return version == 0 ? arena_printf(arena, "\"%016" PRIx64 "\"", form)
                        : arena_printf(arena, "\"%016" PRIx64 "-%016" PRIx64 "\"", version, form);
}

static struct str opaque(struct str tag)
{
    return str_starts_with(tag, STR("W/")) ? str_slice(tag, 2, tag.len) : tag;
}

/* Our own tags hold no comma, and a foreign one that does cannot equal ours. */
bool rest_tag_listed(struct str list, struct str tag)
{
    struct str one;
    while (list.ptr != NULL && str_split(&list, ',', &one)) {
        one = str_trim(one);
        if (str_is(one, "*") || str_eq(opaque(one), opaque(tag))) {
            return true;
        }
    }
    return false;
}

bool rest_tag_has_version(struct str list, uint64_t version)
{
    char text[24];
    snprintf(text, sizeof text, "\"%016" PRIx64, version);
    struct str one;
    while (list.ptr != NULL && str_split(&list, ',', &one)) {
        one = str_trim(one);
        struct str bare = opaque(one);
        char next = bare.len > 17 ? bare.ptr[17] : '\0';
        if (str_is(one, "*") || (str_starts_with(bare, str_from(text)) && (next == '-' || next == '"'))) {
            return true;
        }
    }
    return false;
}
