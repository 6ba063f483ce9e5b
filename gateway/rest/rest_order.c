#include "gateway/rest/rest_filter.h"

static bool parse_term(const struct object *object, struct str text, struct order_term *out, struct err *err)
{
    struct str path = text;
    *out = (struct order_term){.nulls_first = true};
    size_t open = str_find(text, '[');
    if (open < text.len) {
        struct str direction = str_slice(text, open + 1, text.len);
        path = str_slice(text, 0, open);
        bool closed = direction.len > 0 && direction.ptr[direction.len - 1] == ']';
        direction = str_slice(direction, 0, direction.len - (closed ? 1u : 0u));
        if (!closed || !order_direction_parse(direction, out)) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_ORDER_BY_QUERY_PARAM",
                                "'order_by' direction '%.*s' invalid. Allowed values are 'AscNullsFirst', "
                                "'AscNullsLast', 'DescNullsFirst', 'DescNullsLast'. eg: ?order_by=name[AscNullsFirst]",
                                STR_ARG(str_cut(direction, 40)));
        }
    }
    struct err why;
    if (!path_parse(object, path, &out->path, &why)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ORDER_BY_QUERY_PARAM",
                            "Field \"%.*s\" does not exist or is not sortable", STR_ARG(str_cut(path, 80)));
    }
    return order_check(&out->path, err);
}

bool rest_order_parse(const struct object *object, struct str text, struct order_term *terms, size_t *count,
                      struct err *err)
{
    struct str rest = text;
    struct str part;
    *count = 0;
    while (rest.len > 0 && str_split(&rest, ',', &part)) {
        struct order_term term;
        if (*count == ORDER_TERMS_MAX - 1) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_ORDER_BY_QUERY_PARAM", "'order_by' has more than %d terms",
                                ORDER_TERMS_MAX - 1);
        }
        if (!parse_term(object, str_trim(part), &term, err)) {
            return false;
        }
        order_add(terms, count, term);
    }
    order_finish(terms, count, object);
    return true;
}
