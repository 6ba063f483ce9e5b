/* Values that come as JSON documents: of them, the members that were selected. */
#include "common/text/json_write.h"
#include "gateway/metaquery/metaquery_inner.h"

static void put_value(struct putting *p, const struct gql_selected *selected, const struct json *json);

static void put_members(struct putting *p, const struct gql_selected *first, const struct json *json)
{
    struct members members = {first, true};
    const struct gql_selected *member;
    while ((member = next_member(p, &members)) != NULL) {
        put_value(p, member, json_get_str(json, member->field->name));
    }
}

/* Documents are ours and no deeper than their types. */
static void put_value(struct putting *p, const struct gql_selected *selected, const struct json *json)
{
    if (json == NULL || json->type == JSON_NULL) {
        strbuf_puts(p->out, "null");
    } else if (selected->first == NULL) {
        json_put_canonical(p->out, json);
    } else if (json->type != JSON_ARRAY) {
        put_members(p, selected->first, json);
    } else {
        strbuf_put_char(p->out, '[');
        JSON_EACH(item, json)
        {
            strbuf_puts(p->out, item == json->first ? "" : ",");
            put_members(p, selected->first, item);
        }
        strbuf_put_char(p->out, ']');
    }
}

bool metaquery_put_document(struct strbuf *out, struct metaquery *query, const struct json *document, struct err *err)
{
    struct putting putting = {.out = out, .err = err};
    if (document == NULL && gql_ref_is_required(query->root->field->type)) {
        return err_fail_tag(err, ERR_NOT_FOUND, "NOT_FOUND", "There is none with this id");
    }
    put_value(&putting, query->root, document);
    return true;
}
