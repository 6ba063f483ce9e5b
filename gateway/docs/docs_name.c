/* Which objects the document of records shows, and what it calls them. */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

bool docs_shows(const struct object *object)
{
    /* Words that the routes take for themselves: GET /rest/search is the search, whatever objects there are. */
    static const char *const taken[] = {"batch", "restore", "search", "metadata", "webhooks", "apiKeys"};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        if (str_is(object->name_plural, taken[i])) {
            return false;
        }
    }
    return object->active;
}

void docs_put_schema_name(struct strbuf *out, const struct object *object)
{
    size_t start = out->len;
    docs_put_cap(out, object->name_singular);
    /* "PersonForUpdate" may be an object of its own and the update of a person: an underscore is in no name. */
    if (!out->overflowed && (docs_is_shared_schema(str_of(out->ptr + start, out->len - start)) ||
                             str_ends_with(object->name_singular, STR("ForUpdate")) ||
                             str_ends_with(object->name_singular, STR("ForResponse")))) {
        strbuf_put_char(out, '_');
    }
}

void docs_put_schema_ref(struct strbuf *out, const struct object *object, const char *suffix)
{
    docs_put(out, "{'$ref':'#/components/schemas/");
    docs_put_schema_name(out, object);
    docs_put(out, "~'}", str_from(suffix));
}
