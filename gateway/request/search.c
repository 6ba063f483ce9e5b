/*
 * GET /rest/search: the words of all searchable objects, ranked (contract/graphql-core, appendix B). Always on the slow
 * pool, since a common word matches much.
 *
 *   query (or searchInput), limit (30, at most 100), starting_after (or after), includedObjectNameSingulars,
 *   excludedObjectNameSingulars (comma lists)
 */
#include "common/text/encode.h"
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "common/text/url.h"
#include "gateway/policy/policy.h"
#include "gateway/request/request_private.h"
#include "gateway/sql/sql_search.h"

enum { LIMIT_DEFAULT = 30, LIMIT_MAX = 100, QUERY_MAX = 1000 };

struct search {
    struct query_params params;
    struct sql_search sql;
    struct sql_search_cursor cursor;
};

static struct str param(const struct search *search, const char *name, const char *other)
{
    const struct query_param *given = query_get(&search->params, name);
    given = given == NULL ? query_get(&search->params, other) : given;
    return given == NULL ? STR_EMPTY : given->value;
}

static bool lists(struct str list, struct str name)
{
    struct str one;
    while (list.len > 0 && str_split(&list, ',', &one)) {
        if (str_eq(str_trim(one), name)) {
            return true;
        }
    }
    return false;
}

/* People first, then what they work for: the order of equals. */
static int precedence(const struct object *object)
{
    static const char *const first[] = {"person", "company", "opportunity"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        if (str_is(object->name_singular, first[i])) {
            return (int)i;
        }
    }
    return (int)ARRAY_LEN(first);
}

static void choose_objects(struct request *request, struct search *search)
{
    const struct catalogue *catalogue = request->model->catalogue;
    struct str included = param(search, "includedObjectNameSingulars", "includedObjectNameSingulars");
    struct str excluded = param(search, "excludedObjectNameSingulars", "excludedObjectNameSingulars");
    const struct object **objects = ARENA_ARRAY(request->arena, const struct object *, catalogue->object_count);
    size_t count = 0;
    for (int rank = 0; rank <= 3; rank++) {
        for (size_t i = 0; i < catalogue->object_count; i++) {
            const struct object *object = &catalogue->objects[i];
            if (precedence(object) == rank && object->active && object->searchable &&
                sql_search_field(object) != NULL && (included.len == 0 || lists(included, object->name_singular)) &&
                !lists(excluded, object->name_singular) && policy_reads_all_of(request->role, object)) {
                objects[count++] = object;
            }
        }
    }
    search->sql.objects = objects;
    search->sql.object_count = count;
}

static bool bad_cursor(struct str text, struct err *err)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_CURSOR", "Invalid cursor: %.*s", STR_ARG(str_cut(text, 80)));
}

static bool is_rank(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c < '0' || c > '9') && c != '.' && c != 'e' && c != '-' && c != '+') {
            return false;
        }
    }
    double value = 0;
    return text.len > 0 && text.len < 32 && number_parse_double(text, &value);
}

/* base64url of "<ts_rank_cd> <ts_rank> <object> <id>". */
static bool read_cursor(struct request *request, struct search *search, struct str text, struct err *err)
{
    struct str parts[4] = {STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY};
    struct str rest;
    struct sql_search_cursor *cursor = &search->cursor;
    if (!base64url_decode(request->arena, text, &rest)) {
        return bad_cursor(text, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(parts) && rest.ptr != NULL; i++) {
        (void)str_split(&rest, ' ', &parts[i]);
    }
    *cursor = (struct sql_search_cursor){.rank_cd = parts[0], .rank = parts[1], .object = SIZE_MAX};
    for (size_t i = 0; i < search->sql.object_count; i++) {
        if (str_eq(search->sql.objects[i]->name_singular, parts[2])) {
            cursor->object = i;
        }
    }
    if (!is_rank(cursor->rank_cd) || !is_rank(cursor->rank) || cursor->object == SIZE_MAX ||
        !uuid_parse(parts[3], &cursor->id)) {
        return bad_cursor(text, err);
    }
    search->sql.after = cursor;
    return true;
}

static bool read_search(struct request *request, struct search *search, struct err *err)
{
    if (!query_parse(request->arena, request->exchange->request.query, &search->params, err)) {
        return false;
    }
    struct str typed = param(search, "query", "searchInput");
    struct str limit = param(search, "limit", "limit");
    struct str after = param(search, "starting_after", "after");
    int64_t wanted = LIMIT_DEFAULT;
    if (typed.ptr == NULL) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "'query' is missing: the words to search for");
    }
    if (typed.len > QUERY_MAX) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "'query' is longer than %d bytes", QUERY_MAX);
    }
    if (limit.len > 0 && !str_to_int64(limit, 0, INT64_MAX, &wanted)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_LIMIT_QUERY_PARAM",
                            "limit '%.*s' is invalid. Should be an integer", STR_ARG(str_cut(limit, 80)));
    }
    search->sql.limit = wanted > LIMIT_MAX ? LIMIT_MAX : (size_t)wanted;
    search->sql.words = sql_search_words(request->arena, typed, false);
    choose_objects(request, search);
    return after.len == 0 || search->sql.object_count == 0 || read_cursor(request, search, after, err);
}

static struct str text_at(const struct pg_result *rows, size_t row, size_t column)
{
    struct str text = STR_EMPTY;
    (void)pg_value(rows, row, column, &text);
    return text;
}

static const struct object *object_at(const struct search *search, const struct pg_result *rows, size_t row)
{
    struct str place;
    return search->sql.objects[pg_value(rows, row, 0, &place) ? (size_t)pg_get_int8(place) : 0];
}

static struct uuid id_at(const struct pg_result *rows, size_t row)
{
    struct uuid id = {0};
    struct str bytes = text_at(rows, row, 1);
    if (bytes.len == sizeof id.bytes) {
        memcpy(id.bytes, bytes.ptr, bytes.len);
    }
    return id;
}

static void put_result(struct strbuf *body, const struct search *search, const struct pg_result *rows, size_t row)
{
    const struct object *object = object_at(search, rows, row);
    struct uuid id = id_at(rows, row);
    strbuf_puts(body, "{\"recordId\":\"");
    uuid_put(body, &id);
    strbuf_puts(body, "\",\"objectNameSingular\":");
    json_put_string(body, object->name_singular);
    strbuf_puts(body, ",\"objectLabelSingular\":");
    json_put_string(body, object->label_singular);
    strbuf_puts(body, ",\"label\":");
    json_put_string(body, text_at(rows, row, 2));
    strbuf_printf(body, ",\"imageUrl\":null,\"tsRankCD\":%.*s,\"tsRank\":%.*s}", STR_ARG(text_at(rows, row, 3)),
                  STR_ARG(text_at(rows, row, 4)));
}

static void put_cursor(struct strbuf *body, const struct search *search, const struct pg_result *rows, size_t row)
{
    struct strbuf cursor = {0};
    struct uuid id = id_at(rows, row);
    strbuf_printf(&cursor, "%.*s %.*s %.*s ", STR_ARG(text_at(rows, row, 3)), STR_ARG(text_at(rows, row, 4)),
                  STR_ARG(object_at(search, rows, row)->name_singular));
    uuid_put(&cursor, &id);
    strbuf_put_char(body, '"');
    base64url_put(body, strbuf_str(&cursor));
    strbuf_put_char(body, '"');
    strbuf_release(&cursor);
}

static void answer(struct request *request, const struct search *search, const struct pg_result *rows, size_t found)
{
    struct strbuf *body = &request->exchange->body;
    size_t count = found > search->sql.limit ? search->sql.limit : found;
    strbuf_puts(body, "{\"data\":{\"search\":[");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(body, i == 0 ? "" : ",");
        put_result(body, search, rows, i);
    }
    strbuf_printf(body, "]},\"pageInfo\":{\"hasNextPage\":%s,\"endCursor\":", found > count ? "true" : "false");
    if (count == 0) {
        strbuf_puts(body, "null");
    } else {
        put_cursor(body, search, rows, count - 1);
    }
    strbuf_puts(body, "}}");
    request_finish(request, 200);
}

static void search_again(void *context, struct model *newer)
{
    struct request *request = context;
    if (newer == NULL) {
        request_fail_pg(request, &request->failure);
        return;
    }
    model_unref(request->model);
    request->model = model_ref(newer);
    handle_search(request);
}

static void on_found(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    request->again.planned = request->model;
    request->again.on_model = search_again;
    request->again.context = request;
    if (failure != NULL && request_replans(request, failure, &request->again)) {
        request->failure = *failure;
    } else if (failure != NULL) {
        request_fail_pg(request, failure);
    } else {
        answer(request, request->exchange->user, results[0], pg_rows(results[0]));
    }
}

void handle_search(struct request *request)
{
    struct search *search = ARENA_NEW(request->arena, struct search);
    struct err err;
    request->exchange->user = search;
    if (!policy_reads_something(request->role)) {
        policy_deny(&err);
        request_fail(request, &err);
        return;
    }
    if (!read_search(request, search, &err)) {
        request_fail(request, &err);
        return;
    }
    if (search->sql.object_count == 0) {
        answer(request, search, NULL, 0);
        return;
    }
    request->commands[0] = command_bound(request->arena, sql_search(request->arena, &search->sql));
    request->job = (struct pg_job){.kind = PG_READ,
                                   .commands = request->commands,
                                   .command_count = 1,
                                   .cost = LIMIT_MAX,
                                   .on_done = on_found,
                                   .context = request};
    pg_submit(request->worker->executor.slow, &request->job);
}
