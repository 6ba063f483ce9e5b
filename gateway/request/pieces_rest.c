/*
 * /rest/metadata/views, viewFields, … pageLayoutWidgets (contract: metadata 1.1 to 1.3): every kind of gateway/views by
 * the same handler. Whoever has a key may read them, since whoever shows records needs them.
 */
#include "common/text/url.h"
#include "gateway/policy/policy.h"
#include "gateway/request/pieces.h"
#include "gateway/request/request_private.h"

static const struct json_limits body_limits = {.max_depth = 32, .max_nodes = 50000};

static struct piece_call *new_call(struct request *request,
                                   void (*on_done)(struct piece_call *call, const struct piece_answer *answer))
{
    struct piece_call *call = ARENA_NEW(request->arena, struct piece_call);
    call->request = request;
    call->on_done = on_done;
    return call;
}

/* False when the request has been ended. */
static bool succeeded(struct request *request, const struct piece_answer *answer)
{
    /* Asked first: the answer may be gone with its request when that has been ended. */
    bool good = answer->err == NULL && answer->report == NULL && answer->failure == NULL;
    if (answer->failure != NULL) {
        request_fail_pg(request, answer->failure);
    } else if (answer->report != NULL) {
        report_put_rest(&request->exchange->body, answer->report);
        request_finish(request, 400);
    } else if (answer->err != NULL) {
        request_fail(request, answer->err);
    }
    return good;
}

static void on_page(struct piece_call *call, const struct piece_answer *answer)
{
    if (!succeeded(call->request, answer)) {
        return;
    }
    struct strbuf *body = &call->request->exchange->body;
    strbuf_puts(body, "{\"data\":[");
    for (size_t i = 0; i < answer->count; i++) {
        strbuf_puts(body, i > 0 ? "," : "");
        strbuf_put(body, answer->documents[i]);
    }
    strbuf_puts(body, "],");
    page_put(body, &answer->page, answer->ids);
    strbuf_put_char(body, '}');
    request_finish(call->request, 200);
}

static void on_one(struct piece_call *call, const struct piece_answer *answer)
{
    if (!succeeded(call->request, answer)) {
        return;
    }
    if (answer->count == 0) {
        struct err err;
        err_fail_tag(&err, ERR_NOT_FOUND, call->info->missing, "%s not found", call->info->spoken);
        request_fail(call->request, &err);
        return;
    }
    strbuf_put(&call->request->exchange->body, answer->documents[0]);
    request_finish(call->request, call->request->exchange->request.method == HTTP_POST ? 201 : 200);
}

static void on_deleted(struct piece_call *call, const struct piece_answer *answer)
{
    if (succeeded(call->request, answer)) {
        strbuf_puts(&call->request->exchange->body, "{\"success\":true}");
        request_finish(call->request, 200);
    }
}

/* ---- lists ---- */

struct wanted {
    struct page_params page;
    bool narrowed;
    struct uuid parent;
    struct str types;
};

static bool read_list(struct request *request, const struct piece_info *info, struct wanted *out, struct err *err)
{
    struct str text = request->exchange->request.query;
    struct query_params params;
    if (!page_params_read(request->arena, text, &out->page, err) || !query_parse(request->arena, text, &params, err)) {
        return false;
    }
    const struct query_param *parent = query_get(&params, info->parent_name);
    const struct query_param *type = info->type_name == NULL ? NULL : query_get(&params, info->type_name);
    out->narrowed = parent != NULL && parent->value.len > 0;
    if (out->narrowed && !uuid_parse(parent->value, &out->parent)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "%s must be a UUID", info->parent_name);
    }
    if (!out->narrowed && info->parent_wanted) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "The query parameter %s is required", info->parent_name);
    }
    if (type != NULL && type->value.len > 0) {
        const struct piece_enum *values = piece_column(info, STR("type"))->values;
        out->types = type->value;
        return piece_enum_has(values, type->value) ||
               err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "%s must be one of the following values: %s",
                            info->type_name, values->values);
    }
    return true;
}

static void list(struct request *request, enum piece_kind kind)
{
    struct wanted wanted = {.types = STR_EMPTY};
    struct err err;
    if (!read_list(request, &piece_kinds[kind], &wanted, &err)) {
        request_fail(request, &err);
        return;
    }
    piece_page(new_call(request, on_page), kind, wanted.narrowed ? &wanted.parent : NULL, wanted.types, &wanted.page);
}

/* ---- one ---- */

static void write_one(struct request *request, enum piece_kind kind, enum piece_verb verb, const struct uuid *id)
{
    struct piece_op *op = ARENA_NEW(request->arena, struct piece_op);
    struct piece_change change = {.kind = kind, .verb = verb, .ops = op, .op_count = 1};
    struct str text = request->exchange->request.body;
    struct err err;
    if (!policy_check_settings(request->role, piece_kinds[kind].of_view ? SETTINGS_VIEWS : SETTINGS_LAYOUTS, &err)) {
        request_fail(request, &err);
        return;
    }
    if (id != NULL) {
        op->id = *id;
    }
    if (verb != PIECE_DELETE) {
        op->input = json_parse(request->arena, text.len == 0 ? STR("{}") : text, &body_limits, &err);
        if (op->input == NULL) {
            request_fail(request, &err);
            return;
        }
    }
    piece_write(new_call(request, verb == PIECE_DELETE ? on_deleted : on_one), &change);
}

static void handle(struct request *request, const struct settings_route *route)
{
    enum http_method method = request->exchange->request.method;
    enum piece_kind kind = route->piece;
    struct uuid id;
    struct err err;
    if (route->id_text.ptr == NULL) {
        if (method == HTTP_POST) {
            write_one(request, kind, PIECE_CREATE, NULL);
        } else {
            list(request, kind);
        }
    } else if (!uuid_parse(route->id_text, &id)) {
        err_fail_tag(&err, ERR_INVALID, NULL, "'%.*s' is not a valid UUID", STR_ARG(str_cut(route->id_text, 80)));
        request_fail(request, &err);
    } else if (method == HTTP_PATCH || method == HTTP_DELETE) {
        write_one(request, kind, method == HTTP_PATCH ? PIECE_UPDATE : PIECE_DELETE, &id);
    } else {
        piece_get(new_call(request, on_one), kind, &id);
    }
}

bool pieces_route(const struct http_request *http, struct settings_route *out)
{
    static const struct str base = STR_INIT("/rest/metadata/");
    struct str rest = str_slice(http->path, base.len, http->path.len);
    struct str name;
    if (!str_starts_with(http->path, base) || !str_split(&rest, '/', &name)) {
        return false;
    }
    for (size_t i = 0; i < PIECE_KIND_COUNT; i++) {
        if (!str_is(name, piece_kinds[i].path)) {
            continue;
        }
        bool all = rest.ptr == NULL || rest.len == 0;
        bool read = http->method == HTTP_GET || http->method == HTTP_HEAD;
        bool write = all ? http->method == HTTP_POST : http->method == HTTP_PATCH || http->method == HTTP_DELETE;
        *out = (struct settings_route){.handle = handle,
                                       .id_text = all ? STR_EMPTY : rest,
                                       .allow = all ? STR("GET, HEAD, POST, OPTIONS")
                                                    : STR("GET, HEAD, PATCH, DELETE, OPTIONS"),
                                       .known = read || write,
                                       .open = true,
                                       .piece = (enum piece_kind)i};
        return true;
    }
    return false;
}
