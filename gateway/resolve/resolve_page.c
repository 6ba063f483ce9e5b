/* Orders and windows (contract 2.7, 3.5, 3.6). */
#include "gateway/plan/cursor.h"
#include "gateway/resolve/resolve_inner.h"

const struct gql_datum *resolve_argument(const struct gql_selected *selected, const char *name)
{
    const struct gql_datum *datum = gql_selected_argument(selected, name);
    return datum == NULL || datum->kind == GQL_DATUM_NULL ? NULL : datum;
}

bool resolve_size(struct resolving *r, const struct gql_selected *selected, const char *name, const char *word,
                  const char *tag, size_t fallback, size_t *out)
{
    const struct gql_datum *datum = resolve_argument(selected, name);
    *out = fallback;
    if (datum == NULL) {
        return true;
    }
    if (datum->kind != GQL_DATUM_INT) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Invalid argument: \"%s\" must be a number", name);
    }
    if (datum->as.integer < 0) {
        return RESOLVE_REFUSE(r, tag, "%s argument must be non-negative", word);
    }
    *out = (size_t)datum->as.integer;
    return true;
}

size_t resolve_written_order(struct arena *arena, const struct gql_datum *object, const struct gql_datum *const **out)
{
    const struct gql_datum **sorted = ARENA_ARRAY(arena, const struct gql_datum *, object->as.items.count + 1);
    size_t count = 0;
    for (const struct gql_datum *at = object->as.items.first; at != NULL; at = at->next) {
        if (at->kind == GQL_DATUM_NULL) {
            continue;
        }
        size_t place = count++;
        for (; place > 0 && sorted[place - 1]->offset > at->offset; place--) {
            sorted[place] = sorted[place - 1];
        }
        sorted[place] = at;
    }
    *out = sorted;
    return count;
}

/* ---- orderBy ---- */

struct ordering {
    struct order_term *terms;
    size_t count;
};

static bool read_keys(struct resolving *r, const struct gql_datum *object, const struct path *from,
                      struct ordering *out);

static bool add_term(struct resolving *r, const struct path *path, const struct gql_datum *direction,
                     struct ordering *out)
{
    struct order_term term = {.path = *path};
    if (direction->kind != GQL_DATUM_ENUM || !order_direction_parse(direction->as.value->name, &term)) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Invalid direction for field \"%.*s\"", STR_ARG(path->field->name));
    }
    if (!order_check(path, r->err)) {
        r->err->tag = INVALID_ARGS;
        return false;
    }
    if (out->count == ORDER_TERMS_MAX - 1) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "\"orderBy\" has more than %d terms", ORDER_TERMS_MAX - 1);
    }
    order_add(out->terms, &out->count, term);
    return true;
}

static bool read_sub_fields(struct resolving *r, const struct gql_datum *object, struct path *path,
                            struct ordering *out)
{
    const struct gql_datum *const *parts = NULL;
    size_t count = resolve_written_order(r->arena, object, &parts);
    for (size_t i = 0; i < count; i++) {
        path->column = resolve_sub_column(path->field, parts[i]->field->source);
        if (!add_term(r, path, parts[i], out)) {
            return false;
        }
    }
    return true;
}

static bool read_key(struct resolving *r, const struct gql_datum *key, const struct path *from, struct ordering *out)
{
    const struct field *field = key->field->source;
    struct path path = *from;
    path.field = field;
    switch ((enum core_role)key->field->role) {
    case CORE_JOIN:
        path.column = &field->columns[0];
        path.by_join_column = true;
        return add_term(r, &path, key, out);
    case CORE_TO_ONE:
        if (path.hop_count == PATH_HOPS_MAX || key->kind != GQL_DATUM_OBJECT) {
            return RESOLVE_REFUSE(r, INVALID_ARGS, "Ordering through more than %d relations is not supported",
                                  PATH_HOPS_MAX);
        }
        path.hops[path.hop_count++] = field;
        path.object = field->target;
        return read_keys(r, key, &path, out);
    default: break;
    }
    if (key->kind == GQL_DATUM_OBJECT) {
        return read_sub_fields(r, key, &path, out);
    }
    path.column = field->column_count == 1 ? &field->columns[0] : NULL;
    return add_term(r, &path, key, out);
}

/* Keys apply in the order that they were written in. */
static bool read_keys(struct resolving *r, const struct gql_datum *object, const struct path *from,
                      struct ordering *out)
{
    const struct gql_datum *const *keys = NULL;
    size_t count = resolve_written_order(r->arena, object, &keys);
    for (size_t i = 0; i < count; i++) {
        if (!read_key(r, keys[i], from, out)) {
            return false;
        }
    }
    return true;
}

/* Are the first `count` relations of both the same? */
static bool walk_alike(const struct path *a, const struct path *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a->hops[i] != b->hops[i]) {
            return false;
        }
    }
    return true;
}

/* Do terms before this one walk its first `count` relations too? */
static bool is_walked(const struct ordering *ordering, size_t term, size_t count)
{
    const struct path *path = &ordering->terms[term].path;
    for (size_t i = 0; i < term; i++) {
        const struct path *other = &ordering->terms[i].path;
        if (other->hop_count >= count && walk_alike(other, path, count)) {
            return true;
        }
    }
    return false;
}

/* One for each relation, however many of its fields are ordered by. */
static size_t relations_of(const struct ordering *ordering)
{
    size_t count = 0;
    for (size_t term = 0; term < ordering->count; term++) {
        for (size_t hops = 1; hops <= ordering->terms[term].path.hop_count; hops++) {
            count += is_walked(ordering, term, hops) ? 0 : 1;
        }
    }
    return count;
}

bool resolve_order(struct resolving *r, const struct object *object, const struct gql_datum *datum,
                   const struct order_term **terms, size_t *count)
{
    struct ordering ordering = {.terms = ARENA_ARRAY(r->arena, struct order_term, ORDER_TERMS_MAX)};
    const struct path from = {.object = object};
    const struct gql_datum *item = datum == NULL ? NULL : datum->as.items.first;
    for (; item != NULL; item = item->next) {
        if (item->kind == GQL_DATUM_OBJECT && !read_keys(r, item, &from, &ordering)) {
            return false;
        }
    }
    r->complexity += relations_of(&ordering);
    order_finish(ordering.terms, &ordering.count, object);
    *terms = ordering.terms;
    *count = ordering.count;
    return true;
}

/* ---- windows ---- */

static bool conflict(struct resolving *r, const char *one, const char *other)
{
    return RESOLVE_REFUSE(r, "ARGS_CONFLICT", "Cannot provide both %s and %s", one, other);
}

static bool text_argument(struct resolving *r, const struct gql_selected *selected, const char *name, struct str *out)
{
    const struct gql_datum *datum = resolve_argument(selected, name);
    *out = STR_EMPTY;
    if (datum != NULL && datum->kind != GQL_DATUM_STRING) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Invalid argument: \"%s\" must be a string", name);
    }
    if (datum != NULL) {
        *out = datum->as.text;
    }
    return true;
}

/* Of another order, or no cursor at all. */
static bool refuse_cursor(struct resolving *r, const struct order_term *missing)
{
    struct strbuf name = {.ceiling = 120};
    if (missing == NULL) {
        return false;
    }
    path_print(&name, &missing->path);
    RESOLVE_REFUSE(r, "INVALID_CURSOR",
                   "Cursor is missing the value for orderBy field \"%.*s\": it was encoded for a different orderBy. "
                   "Restart pagination without a cursor.",
                   STR_ARG(strbuf_str(&name)));
    strbuf_release(&name);
    return false;
}

/* 0 and "" are as good as nothing here (contract 3.5). */
static bool check_conflicts(struct resolving *r, size_t first, size_t last, struct str before, struct str after)
{
    if (first > 0 && last > 0) {
        return conflict(r, "first", "last");
    }
    if (before.len > 0 && after.len > 0) {
        return conflict(r, "before", "after");
    }
    if (before.len > 0 && first > 0) {
        return conflict(r, "before", "first");
    }
    return !(after.len > 0 && last > 0) || conflict(r, "after", "last");
}

static bool read_page(struct resolving *r, const struct gql_selected *selected, size_t limit, struct window *out)
{
    struct str before, after;
    size_t first = 0;
    size_t last = 0;
    struct plan_page *page = &out->page;
    bool has_first = resolve_argument(selected, "first") != NULL;
    bool has_last = resolve_argument(selected, "last") != NULL;
    if (!resolve_size(r, selected, "first", "First", "INVALID_ARGS_FIRST", 0, &first) ||
        !resolve_size(r, selected, "last", "Last", "INVALID_ARGS_LAST", 0, &last) ||
        !resolve_size(r, selected, "offset", "Offset", INVALID_ARGS, 0, &page->offset) ||
        !text_argument(r, selected, "before", &before) || !text_argument(r, selected, "after", &after) ||
        !check_conflicts(r, first, last, before, after)) {
        return false;
    }
    page->limit = has_first ? first : has_last ? last : limit;
    page->limit = page->limit > r->limits->page_size_max ? r->limits->page_size_max : page->limit;
    page->backward = before.len > 0;
    struct str cursor = page->backward ? before : after;
    const struct order_term *missing = NULL;
    return cursor.len == 0 ||
           cursor_parse(r->arena, out->order, out->order_count, cursor, &page->cursor, &missing, r->err) ||
           refuse_cursor(r, missing);
}

bool resolve_window(struct resolving *r, const struct gql_selected *selected, const struct object *object, size_t limit,
                    struct window *out)
{
    *out = (struct window){.page = {.count = COUNT_NONE}};
    if (!resolve_filter(r, resolve_argument(selected, "filter"), &out->filter) ||
        !resolve_order(r, object, resolve_argument(selected, "orderBy"), &out->order, &out->order_count)) {
        return false;
    }
    /* A filter that says something about deletedAt sees deleted records as well (contract 3.8). */
    out->with_deleted = filter_mentions(out->filter, object->deleted_at);
    return read_page(r, selected, limit, out);
}
