/* Pages and filters of connections (contract/metadata 2.4). */
#include "common/text/encode.h"
#include "gateway/metaquery/metaquery_inner.h"
#include <stdlib.h>

enum { PAGE_DEFAULT = 10, PAGE_MAX = 1000 };

static int descending(const void *a, const void *b)
{
    return uuid_cmp(&((const struct listed *)b)->id, &((const struct listed *)a)->id);
}

static bool refuse(struct putting *p, const char *sentence)
{
    return err_fail_tag(p->err, ERR_INVALID, "BAD_USER_INPUT", "%s", sentence);
}

/* ---- pages ---- */

struct paging {
    bool first_given, last_given, after_given, before_given;
    int64_t size;
    struct uuid cursor;
};

static bool read_size(const struct gql_datum *paging, const char *name, struct paging *out)
{
    const struct gql_datum *datum = gql_datum_get(paging, name);
    if (datum == NULL || datum->kind != GQL_DATUM_INT) {
        return false;
    }
    out->size = datum->as.integer;
    return true;
}

/* The base64 of {"id":"…"}. */
static bool decode_cursor(struct arena *arena, const struct json *json, struct uuid *out)
{
    static const struct json_limits limits = {.max_depth = 2, .max_nodes = 8};
    struct str text;
    struct err ignored;
    if (!json_is(json, JSON_STRING) || !base64_decode(arena, json->text, &text)) {
        return false;
    }
    const struct json *id = json_get(json_parse(arena, text, &limits, &ignored), "id");
    return json_is(id, JSON_STRING) && uuid_parse(id->text, out);
}

static bool read_cursor(struct putting *p, const struct gql_datum *paging, const char *name, bool *given,
                        struct uuid *out)
{
    const struct gql_datum *datum = gql_datum_get(paging, name);
    *given = datum != NULL && datum->kind != GQL_DATUM_NULL;
    if (!*given) {
        return true;
    }
    const struct json *json = gql_datum_json(p->arena, datum);
    return decode_cursor(p->arena, json, out) || err_fail_tag(p->err, ERR_INVALID, "BAD_USER_INPUT",
                                                              "Invalid cursor: %.*s", STR_ARG(str_cut(json->text, 80)));
}

static bool check(struct putting *p, const struct paging *paging)
{
    if (paging->first_given && paging->last_given) {
        return refuse(p, "paging must be with either first or last");
    }
    if (paging->first_given && paging->before_given) {
        return refuse(p, "paging must be either first/after or last/before");
    }
    if (paging->last_given && paging->after_given) {
        return refuse(p, "paging must be either first/after or last/before");
    }
    if (paging->after_given && paging->before_given) {
        return refuse(p, "paging must use either before or after");
    }
    if (paging->size < 0) {
        return refuse(p, "Page size cannot be negative");
    }
    return paging->size <= PAGE_MAX || err_fail_tag(p->err, ERR_INVALID, "BAD_USER_INPUT",
                                                    "Requested page size of %lld exceeds the maximum size of %d",
                                                    (long long)paging->size, PAGE_MAX);
}

static bool read_paging(struct putting *p, const struct gql_selected *connection, struct paging *out)
{
    const struct gql_datum *paging = gql_selected_argument(connection, "paging");
    *out = (struct paging){.size = PAGE_DEFAULT};
    if (paging == NULL || paging->kind != GQL_DATUM_OBJECT) {
        return true;
    }
    out->first_given = read_size(paging, "first", out);
    out->last_given = read_size(paging, "last", out);
    struct uuid before = {0};
    if (!read_cursor(p, paging, "after", &out->after_given, &out->cursor) ||
        !read_cursor(p, paging, "before", &out->before_given, &before)) {
        return false;
    }
    out->cursor = out->before_given ? before : out->cursor;
    return check(p, out);
}

bool page_read(struct putting *p, const struct gql_selected *connection, struct listed *items, size_t count,
               struct window *out)
{
    struct paging paging;
    *out = (struct window){.items = items};
    if (!read_paging(p, connection, &paging)) {
        p->fault = connection;
        return false;
    }
    if (count > 0) {
        qsort(items, count, sizeof *items, descending);
    }
    bool given = paging.after_given || paging.before_given;
    size_t at = 0; /* of the first that is not in front of the cursor, which need not be there */
    while (given && at < count && uuid_cmp(&items[at].id, &paging.cursor) > 0) {
        at++;
    }
    size_t size = (size_t)paging.size;
    if (paging.last_given || paging.before_given) {
        out->to = paging.before_given ? at : count;
        out->from = out->to > size ? out->to - size : 0;
        out->has_previous = out->from > 0;
        out->has_next = paging.before_given;
        return true;
    }
    out->from = paging.after_given && at < count && uuid_eq(&items[at].id, &paging.cursor) ? at + 1 : at;
    out->to = count - out->from > size ? out->from + size : count;
    out->has_next = out->to < count;
    out->has_previous = paging.after_given;
    return true;
}

static void put_cursor(struct putting *p, const struct listed *item)
{
    struct strbuf text = {0};
    strbuf_puts(&text, "{\"id\":\"");
    uuid_put(&text, &item->id);
    strbuf_puts(&text, "\"}");
    strbuf_put_char(p->out, '"');
    base64_put(p->out, strbuf_str(&text));
    strbuf_put_char(p->out, '"');
    strbuf_release(&text);
}

static void put_page_info(struct putting *p, const struct gql_selected *selected, const struct window *window)
{
    struct members members = {selected->first, true};
    const struct gql_selected *member;
    bool empty = window->from == window->to;
    while ((member = next_member(p, &members)) != NULL) {
        switch ((enum metadata_role)member->field->role) {
        case META_HAS_NEXT_PAGE: answer_flag(p, window->has_next); break;
        case META_HAS_PREVIOUS_PAGE: answer_flag(p, window->has_previous); break;
        default:
            if (empty) {
                strbuf_puts(p->out, "null");
            } else {
                bool start = member->field->role == META_START_CURSOR;
                put_cursor(p, &window->items[start ? window->from : window->to - 1]);
            }
        }
    }
}

typedef bool (*put_item)(struct putting *p, const struct gql_selected *first, const void *item);

static bool put_edges(struct putting *p, const struct gql_selected *selected, const struct window *window, put_item put)
{
    strbuf_put_char(p->out, '[');
    for (size_t i = window->from; i < window->to && !p->out->overflowed; i++) {
        struct members members = {selected->first, true};
        const struct gql_selected *member;
        strbuf_puts(p->out, i == window->from ? "" : ",");
        while ((member = next_member(p, &members)) != NULL) {
            if (member->field->role == META_CURSOR) {
                put_cursor(p, &window->items[i]);
            } else if (!put(p, member->first, window->items[i].item)) {
                return false;
            }
        }
    }
    strbuf_put_char(p->out, ']');
    return true;
}

bool put_connection(struct putting *p, const struct gql_selected *selected, const struct window *window, put_item put)
{
    struct members members = {selected->first, true};
    const struct gql_selected *member;
    while ((member = next_member(p, &members)) != NULL) {
        if (member->field->role == META_PAGE_INFO) {
            put_page_info(p, member, window);
        } else if (!put_edges(p, member, window, put)) {
            return false;
        }
    }
    return true;
}

/* ---- filters ---- */

/* SQL's LIKE without escapes; recursion is as deep as the pattern has %. */
static bool like(struct str text, struct str pattern)
{
    while (pattern.len > 0 && pattern.ptr[0] != '%') {
        if (text.len == 0 || (pattern.ptr[0] != '_' && pattern.ptr[0] != text.ptr[0])) {
            return false;
        }
        text = str_slice(text, 1, text.len);
        pattern = str_slice(pattern, 1, pattern.len);
    }
    if (pattern.len == 0) {
        return text.len == 0;
    }
    while (pattern.len > 0 && pattern.ptr[0] == '%') {
        pattern = str_slice(pattern, 1, pattern.len);
    }
    for (size_t i = 0; i <= text.len; i++) {
        if (like(str_slice(text, i, text.len), pattern)) {
            return true;
        }
    }
    return false;
}

enum { PATTERN_MAX = 64, WILDCARDS_MAX = 4 };

static bool id_is_like(const struct uuid *id, struct str pattern, bool any_case)
{
    char text[UUID_TEXT_LEN];
    char lower[PATTERN_MAX];
    size_t wildcards = 0;
    uuid_print(id, text);
    if (pattern.len > PATTERN_MAX) {
        return false;
    }
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        wildcards += c == '%';
        lower[i] = any_case && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return wildcards <= WILDCARDS_MAX && like(str_of(text, sizeof text), str_of(lower, pattern.len));
}

static bool id_in(const struct uuid *id, const struct gql_datum *list)
{
    for (const struct gql_datum *item = list->as.items.first; item != NULL; item = item->next) {
        struct uuid other;
        if (item->kind == GQL_DATUM_JSON && uuid_parse(item->as.json->text, &other) && uuid_eq(id, &other)) {
            return true;
        }
    }
    return false;
}

/* What is compared with something that is no id is not equal to it. */
static bool id_compares(const struct uuid *id, struct str op, const struct json *json)
{
    struct uuid other = {0};
    if (str_is(op, "like") || str_is(op, "iLike")) {
        return id_is_like(id, json->text, str_is(op, "iLike"));
    }
    if (str_is(op, "notLike") || str_is(op, "notILike")) {
        return !id_is_like(id, json->text, str_is(op, "notILike"));
    }
    bool valid = json_is(json, JSON_STRING) && uuid_parse(json->text, &other);
    int order = valid ? uuid_cmp(id, &other) : 0;
    if (str_is(op, "eq")) {
        return valid && order == 0;
    }
    if (str_is(op, "neq")) {
        return !valid || order != 0;
    }
    return valid && (str_is(op, "gt")    ? order > 0
                     : str_is(op, "gte") ? order >= 0
                     : str_is(op, "lt")  ? order < 0
                                         : order <= 0);
}

/* An id is never null and is neither true nor false. */
static bool id_passes(const struct uuid *id, const struct gql_datum *comparison)
{
    for (const struct gql_datum *member = comparison->as.items.first; member != NULL; member = member->next) {
        struct str op = member->field->name;
        bool good;
        if (member->kind == GQL_DATUM_LIST) {
            good = id_in(id, member) == str_is(op, "in");
        } else if (member->kind == GQL_DATUM_JSON) {
            good = id_compares(id, op, member->as.json);
        } else {
            good = str_is(op, "isNot");
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool flag_passes(bool flag, const struct gql_datum *comparison)
{
    for (const struct gql_datum *member = comparison->as.items.first; member != NULL; member = member->next) {
        bool is = member->kind == GQL_DATUM_BOOLEAN && member->as.boolean == flag;
        if (is != str_is(member->field->name, "is")) {
            return false;
        }
    }
    return true;
}

static bool list_passes(const struct filtered *filtered, const void *item, const struct gql_datum *list, bool all)
{
    for (const struct gql_datum *filter = list->as.items.first; filter != NULL; filter = filter->next) {
        if (filter_passes(filtered, item, filter) != all) {
            return !all;
        }
    }
    return all || list->as.items.count == 0;
}

static bool member_passes(const struct filtered *filtered, const void *item, const struct gql_datum *member)
{
    enum metadata_role role = (enum metadata_role)member->field->role;
    switch (role) {
    case META_NOTHING: return list_passes(filtered, item, member, str_is(member->field->name, "and"));
    case META_ID:
    case META_UNIVERSAL_ID:
    case META_OBJECT_ID: {
        struct uuid id = filtered->id(item, role);
        return id_passes(&id, member);
    }
    default: return flag_passes(filtered->flag(item, role), member);
    }
}

bool filter_passes(const struct filtered *filtered, const void *item, const struct gql_datum *filter)
{
    if (filter == NULL || filter->kind != GQL_DATUM_OBJECT) {
        return true;
    }
    for (const struct gql_datum *member = filter->as.items.first; member != NULL; member = member->next) {
        if (member->kind != GQL_DATUM_NULL && !member_passes(filtered, item, member)) {
            return false;
        }
    }
    return true;
}
