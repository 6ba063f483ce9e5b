/*
 * A misspelt parameter that is silently dropped makes a client page for ever over the first page: whoever wants to know
 * asks for it (contract 9).
 */
#include "gateway/rest/rest_strict.h"

#include "common/text/url.h"

enum { NAME_MAX_LEN = 32, NAMED_MAX = 3 };

#define ON(action) (1u << (action))
#define LISTS      (ON(REST_FIND_MANY) | ON(REST_GROUP_BY))
#define CREATES    (ON(REST_CREATE_ONE) | ON(REST_CREATE_MANY))
#define DELETES    (ON(REST_DELETE_ONE) | ON(REST_DELETE_MANY) | ON(REST_DELETE_LIST))
#define MANY       (ON(REST_UPDATE_MANY) | ON(REST_DELETE_MANY) | ON(REST_RESTORE_MANY))
#define CHANGES                                                                                                        \
    (ON(REST_UPDATE_ONE) | ON(REST_UPDATE_MANY) | ON(REST_UPDATE_LIST) | ON(REST_RESTORE_ONE) |                        \
     ON(REST_RESTORE_MANY) | ON(REST_RESTORE_LIST))
#define SELECTS (ON(REST_FIND_MANY) | ON(REST_FIND_ONE) | CREATES | CHANGES | ON(REST_FIND_DUPLICATES) | ON(REST_MERGE))
#define ALL     (~0u)

struct known {
    const char *name;
    unsigned actions;
};

static const struct known known[] = {
    {"depth", SELECTS},
    {"fields", SELECTS},
    {"filter", LISTS | MANY},
    {"order_by", LISTS},
    {"limit", LISTS},
    {"starting_after", ON(REST_FIND_MANY)},
    {"ending_before", ON(REST_FIND_MANY)},
    {"count", ON(REST_FIND_MANY)},
    {"upsert", CREATES},
    {"revive", CREATES},
    {"soft_delete", DELETES},
    {"group_by", ON(REST_GROUP_BY)},
    {"aggregate", ON(REST_GROUP_BY)},
    {"include_records_sample", ON(REST_GROUP_BY)},
    {"order_by_for_records", ON(REST_GROUP_BY)},
    {"view_id", ON(REST_GROUP_BY)},
    {"strict", ALL},
    {"timing", ALL},
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, in one row. Long names are cut: nothing known is that long. */
static size_t distance(struct str a, struct str b)
{
    size_t row[NAME_MAX_LEN + 1];
    a = str_slice(a, 0, NAME_MAX_LEN);
    b = str_slice(b, 0, NAME_MAX_LEN);
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.len; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            size_t changed = corner + (a.ptr[i] == b.ptr[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = least(changed, least(row[j], row[j + 1]) + 1);
        }
    }
    return row[b.len];
}

/* Half of a name, such as `after` for starting_after, is as near as one letter wrong. */
static size_t farness(struct str given, struct str name)
{
    bool half = given.len >= 4 && (str_find_str(name, given) < name.len || str_find_str(given, name) < given.len);
    return half ? 1 : distance(given, name);
}

/* What other APIs call it. */
static struct str alias_of(struct str given)
{
    static const struct {
        const char *given;
        const char *known;
    } aliases[] = {{"cursor", "starting_after"}, {"sort", "order_by"},  {"orderBy", "order_by"},
                   {"page_size", "limit"},       {"per_page", "limit"}, {"where", "filter"},
                   {"include", "depth"},         {"select", "fields"},  {"before", "ending_before"}};
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
        if (str_is(given, aliases[i].given)) {
            return str_from(aliases[i].known);
        }
    }
    return given;
}

static const char *nearest(enum rest_action action, struct str given)
{
    struct str meant = alias_of(given);
    const char *best = known[0].name;
    size_t best_far = SIZE_MAX;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        size_t far = farness(meant, str_from(known[i].name));
        if ((known[i].actions & ON(action)) != 0 && far < best_far) {
            best = known[i].name;
            best_far = far;
        }
    }
    return best;
}

bool rest_strict_knows(enum rest_action action, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_is(name, known[i].name)) {
            return (known[i].actions & ON(action)) != 0;
        }
    }
    return false;
}

static bool asked_for(const struct query_params *params, bool header)
{
    const struct query_param *strict = query_get(params, "strict");
    return strict == NULL ? header : str_is(strict->value, "true");
}

bool rest_strict_check(struct arena *arena, enum rest_action action, struct str query, bool header, struct err *err)
{
    struct query_params params;
    if (query.len == 0) {
        return true;
    }
    if (!query_parse(arena, query, &params, err)) {
        return false;
    }
    if (!asked_for(&params, header)) {
        return true;
    }
    struct strbuf list = {0};
    size_t unknown = 0;
    for (size_t i = 0; i < params.count; i++) {
        struct str name = params.items[i].name;
        if (!rest_strict_knows(action, name) && unknown++ < NAMED_MAX) {
            strbuf_printf(&list, "%s'%.*s' (did you mean '%s'?)", unknown == 1 ? "" : ", ",
                          STR_ARG(str_cut(name, NAME_MAX_LEN)), nearest(action, name));
        }
    }
    struct str named = arena_copy(arena, strbuf_str(&list));
    strbuf_release(&list);
    return unknown == 0 ||
           err_fail_tag(err, ERR_INVALID, "UNKNOWN_QUERY_PARAM", "Unknown query parameter%s %.*s%s",
                        unknown == 1 ? "" : "s", STR_ARG(named), unknown > NAMED_MAX ? " and more" : "");
}
