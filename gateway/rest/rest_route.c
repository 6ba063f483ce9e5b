/* Paths (contract 1 and 1.1). */
#include "gateway/rest/rest.h"

#include "common/text/url.h"

enum { SEGMENTS_MAX = 3 };

struct segments {
    struct str segments[SEGMENTS_MAX];
    size_t count;
    bool too_long;
};

static bool split_path(struct arena *arena, struct str path, struct segments *out)
{
    *out = (struct segments){0};
    struct str rest = str_slice(path, sizeof "/rest" - 1, path.len);
    if (rest.ptr == NULL) {
        return true;
    }
    struct str part;
    while (str_split(&rest, '/', &part)) {
        if (part.len == 0) {
            continue;
        }
        if (out->count == SEGMENTS_MAX) {
            out->too_long = true;
            return true;
        }
        if (!url_decode(arena, part, false, &out->segments[out->count++])) {
            return false;
        }
    }
    return true;
}

/* A route by its shape: `first` and `last` are words that the first and the last segment must be, or NULL. */
struct route_row {
    size_t segments;
    const char *first;
    const char *last;
    enum rest_method method;
    enum rest_action action;
    int plural_at;
    int id_at; /* -1 = none */
};

/* Words come before ids: the first row whose shape fits decides what the path is. */
static const struct route_row rows[] = {
    {2, "batch", NULL, REST_POST, REST_CREATE_MANY, 1, -1},
    {2, "restore", NULL, REST_PATCH, REST_RESTORE_MANY, 1, -1},
    {3, "restore", NULL, REST_PATCH, REST_RESTORE_ONE, 1, 2},
    {2, NULL, "duplicates", REST_POST, REST_FIND_DUPLICATES, 0, -1},
    {2, NULL, "merge", REST_PATCH, REST_MERGE, 0, -1},
    {2, NULL, "groupBy", REST_GET, REST_GROUP_BY, 0, -1},
    {2, NULL, "restore", REST_PATCH, REST_RESTORE_MANY, 0, -1},
    {3, NULL, "restore", REST_PATCH, REST_RESTORE_ONE, 0, 1},
    {1, NULL, NULL, REST_GET, REST_FIND_MANY, 0, -1},
    {1, NULL, NULL, REST_POST, REST_CREATE_ONE, 0, -1},
    {1, NULL, NULL, REST_PATCH, REST_UPDATE_MANY, 0, -1},
    {1, NULL, NULL, REST_DELETE, REST_DELETE_MANY, 0, -1},
    {2, NULL, NULL, REST_GET, REST_FIND_ONE, 0, 1},
    {2, NULL, NULL, REST_PATCH, REST_UPDATE_ONE, 0, 1},
    {2, NULL, NULL, REST_DELETE, REST_DELETE_ONE, 0, 1},
};

static bool shape_fits(const struct route_row *row, const struct segments *path)
{
    return row->segments == path->count && (row->first == NULL || str_is(path->segments[0], row->first)) &&
           (row->last == NULL || str_is(path->segments[path->count - 1], row->last));
}

static bool same_shape(const struct route_row *a, const struct route_row *b)
{
    return a->segments == b->segments && a->first == b->first && a->last == b->last;
}

static const char *const method_lists[] = {
    [REST_GET] = "GET, HEAD", [REST_POST] = "POST", [REST_PATCH] = "PATCH, PUT", [REST_DELETE] = "DELETE"};

static struct str allow_list(struct arena *arena, const struct route_row *shape)
{
    struct strbuf list = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (same_shape(&rows[i], shape)) {
            strbuf_puts(&list, method_lists[rows[i].method]);
            strbuf_puts(&list, ", ");
        }
    }
    strbuf_puts(&list, "OPTIONS");
    struct str copy = arena_copy(arena, strbuf_str(&list));
    strbuf_release(&list);
    return copy;
}

static enum rest_routing bad_path(struct str path, struct err *err)
{
    struct str shown = str_cut(path, 120);
    err_fail(
        err, ERR_INVALID, 0,
        "Query path '%.*s' invalid. Valid examples: /rest/companies/id or /rest/companies or /rest/batch/companies",
        STR_ARG(shown));
    return REST_BAD_PATH;
}

enum rest_routing rest_route(struct arena *arena, enum rest_method method, struct str path, struct rest_route *out,
                             struct str *allow, struct err *err)
{
    struct segments parts;
    if (!split_path(arena, path, &parts) || parts.too_long || parts.count == 0) {
        return bad_path(path, err);
    }
    const struct route_row *shape = NULL;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct route_row *row = &rows[i];
        if (!shape_fits(row, &parts)) {
            continue;
        }
        /* `restore` is a word for PATCH only: DELETE /rest/people/restore is a bad id, not a mass delete. */
        bool restore = row->action == REST_RESTORE_ONE || row->action == REST_RESTORE_MANY;
        if (shape == NULL && !(restore && method != REST_PATCH)) {
            shape = row;
        }
        if (shape != NULL && same_shape(row, shape) && row->method == method) {
            *out = (struct rest_route){.action = row->action,
                                       .plural = parts.segments[row->plural_at],
                                       .id_text = row->id_at < 0 ? STR_EMPTY : parts.segments[row->id_at]};
            return REST_ROUTED;
        }
    }
    if (shape == NULL) {
        return bad_path(path, err);
    }
    *allow = allow_list(arena, shape);
    err_fail(err, ERR_INVALID, 0, "Method not allowed. Allowed: %.*s", STR_ARG(*allow));
    return REST_BAD_METHOD;
}
