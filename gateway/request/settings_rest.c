/*
 * /rest/metadata/apiKeys, /rest/metadata/roles, /rest/metadata/workspace (contract: metadata sections 1, 6, 7). Over
 * the operations of settings.h. The contract has REST routes for keys alone, and none that gives a token: ours shows
 * one when the key is made and, at /rest/metadata/apiKeys/{id}/token, when another is asked for.
 */
#include "gateway/request/request_private.h"
#include "gateway/request/settings.h"
#include "gateway/request/settings_list.h"

static const struct json_limits body_limits = {.max_depth = 8, .max_nodes = 1024};

struct rest_call {
    struct settings_call call; /* first */
    struct page_params page;
    bool alias;
    bool missing_is_null; /* an unknown key reads as null: 200 and an empty body (contract 1.3) */
};

/* False when the request has been ended. */
static bool succeeded(struct request *request, const struct settings_answer *answer)
{
    /* Asked first: the answer may be gone with its request when that has been ended. */
    bool good = answer->failure == NULL && answer->err == NULL;
    if (answer->failure != NULL) {
        request_fail_pg(request, answer->failure);
    } else if (answer->err != NULL) {
        request_fail(request, answer->err);
    }
    return good;
}

static struct strbuf *body_of(const struct settings_call *call)
{
    return &call->request->exchange->body;
}

static int success_status(const struct request *request)
{
    return request->exchange->request.method == HTTP_POST ? 201 : 200;
}

static void on_list(struct settings_call *call, const struct settings_answer *answer)
{
    const struct rest_call *rest = call->context;
    if (!succeeded(call->request, answer)) {
        return;
    }
    if (rest->alias) {
        settings_array_put(body_of(call), answer->documents, answer->count);
    } else {
        settings_page_put(body_of(call), &rest->page, answer->documents, answer->ids, answer->count);
    }
    request_finish(call->request, 200);
}

static void on_one(struct settings_call *call, const struct settings_answer *answer)
{
    const struct rest_call *rest = call->context;
    if (!succeeded(call->request, answer)) {
        return;
    }
    if (answer->count == 0 && !rest->missing_is_null) {
        struct err err;
        err_fail_tag(&err, ERR_NOT_FOUND, "ROLE_NOT_FOUND", "Role not found");
        request_fail(call->request, &err);
        return;
    }
    if (answer->count > 0) {
        strbuf_put(body_of(call), answer->documents[0]);
    }
    request_finish(call->request, success_status(call->request));
}

/* With the token, this once. A key that was made revoked or expired gets none. */
static void on_key_created(struct settings_call *call, const struct settings_answer *answer)
{
    int64_t expires_us = 0;
    struct str token = STR_EMPTY;
    if (!succeeded(call->request, answer)) {
        return;
    }
    if (api_key_token_expiry(&answer->keys[0], STR_EMPTY, request_now_us(), &expires_us, &call->err)) {
        token = api_key_token(call, &answer->keys[0], expires_us);
    }
    api_key_put_json(body_of(call), &answer->keys[0], &token);
    request_finish(call->request, 201);
}

static void on_token(struct settings_call *call, const struct settings_answer *answer)
{
    if (succeeded(call->request, answer)) {
        strbuf_printf(body_of(call), "{\"token\":\"%.*s\"}", STR_ARG(answer->token));
        request_finish(call->request, 201);
    }
}

static struct rest_call *new_call(struct request *request,
                                  void (*on_done)(struct settings_call *call, const struct settings_answer *answer))
{
    struct rest_call *rest = ARENA_NEW(request->arena, struct rest_call);
    rest->call = (struct settings_call){.request = request, .form = ROLE_FLAT, .on_done = on_done, .context = rest};
    return rest;
}

/* NULL when the request has been ended. An empty body is an empty object. */
static const struct json *read_body(struct request *request)
{
    struct err err;
    struct str text = request->exchange->request.body;
    const struct json *body = json_parse(request->arena, text.len == 0 ? STR("{}") : text, &body_limits, &err);
    if (body == NULL) {
        request_fail(request, &err);
    }
    return body;
}

static struct rest_call *new_list(struct request *request, bool alias)
{
    struct rest_call *rest = new_call(request, on_list);
    struct err err;
    rest->alias = alias;
    if (!page_params_read(request->arena, request->exchange->request.query, &rest->page, &err)) {
        request_fail(request, &err);
        return NULL;
    }
    return rest;
}

/* ---- keys ---- */

static void add_deprecation(struct request *request, struct str id_text)
{
    request_add_header(request, "Deprecation", STR("@1786320000"));
    request_add_header(request, "Link",
                       arena_printf(request->arena, "</rest/metadata/apiKeys%s%.*s>; rel=\"successor-version\"",
                                    id_text.ptr == NULL ? "" : "/", STR_ARG(id_text)));
}

static void issue_token(struct request *request, const struct uuid *id, const struct json *body)
{
    const struct json *expires = json_get(body, "expiresAt");
    struct err err;
    if (body->type != JSON_OBJECT || (expires != NULL && expires->type != JSON_NULL && expires->type != JSON_STRING)) {
        err_fail_tag(&err, ERR_INVALID, "INVALID_INPUT", "The body may be an object with expiresAt, a date");
        request_fail(request, &err);
        return;
    }
    api_keys_issue_token(&new_call(request, on_token)->call, id,
                         json_is(expires, JSON_STRING) ? expires->text : STR_EMPTY);
}

static void handle_key(struct request *request, const struct settings_route *route)
{
    enum http_method method = request->exchange->request.method;
    struct uuid id;
    const struct json *body = request_parse_id(request, route->id_text, &id) ? read_body(request) : NULL;
    if (body == NULL) {
        return;
    }
    struct rest_call *rest = new_call(request, on_one);
    rest->missing_is_null = true;
    if (route->token) {
        issue_token(request, &id, body);
    } else if (method == HTTP_PATCH) {
        api_keys_update(&rest->call, &id, body);
    } else if (method == HTTP_DELETE) {
        api_keys_revoke(&rest->call, &id);
    } else {
        api_keys_get(&rest->call, &id);
    }
}

static void handle_keys(struct request *request, const struct settings_route *route)
{
    if (route->alias) {
        add_deprecation(request, route->id_text);
    }
    if (route->id_text.ptr != NULL) {
        handle_key(request, route);
    } else if (request->exchange->request.method == HTTP_POST) {
        const struct json *body = read_body(request);
        if (body != NULL) {
            api_keys_create(&new_call(request, on_key_created)->call, body);
        }
    } else {
        struct rest_call *rest = new_list(request, route->alias);
        if (rest != NULL) {
            api_keys_list(&rest->call);
        }
    }
}

/* ---- roles ---- */

static void handle_role(struct request *request, struct str id_text)
{
    enum http_method method = request->exchange->request.method;
    struct uuid id;
    const struct json *body = request_parse_id(request, id_text, &id) ? read_body(request) : NULL;
    if (body == NULL) {
        return;
    }
    struct rest_call *rest = new_call(request, on_one);
    if (method == HTTP_PATCH) {
        roles_update(&rest->call, &id, body);
    } else if (method == HTTP_DELETE) {
        roles_delete(&rest->call, &id);
    } else {
        roles_get(&rest->call, &id);
    }
}

static void handle_roles(struct request *request, const struct settings_route *route)
{
    if (route->id_text.ptr != NULL) {
        handle_role(request, route->id_text);
    } else if (request->exchange->request.method == HTTP_POST) {
        const struct json *body = read_body(request);
        if (body != NULL) {
            roles_create(&new_call(request, on_one)->call, body);
        }
    } else {
        struct rest_call *rest = new_list(request, false);
        if (rest != NULL) {
            roles_list(&rest->call);
        }
    }
}

/* ---- the workspace ---- */

static void handle_workspace(struct request *request, const struct settings_route *route)
{
    (void)route;
    struct rest_call *rest = new_call(request, on_one);
    if (request->exchange->request.method != HTTP_PATCH) {
        workspace_get(&rest->call);
        return;
    }
    const struct json *body = read_body(request);
    if (body != NULL) {
        workspace_update(&rest->call, body);
    }
}

/* ---- routes ---- */

enum { READ = 1, POST = 2, PATCH = 4, DELETE = 8 };

static int method_bit(enum http_method method)
{
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD: return READ;
    case HTTP_POST: return POST;
    case HTTP_PATCH: return PATCH;
    case HTTP_DELETE: return DELETE;
    case HTTP_PUT:
    case HTTP_OPTIONS:
    case HTTP_METHOD_OTHER: break;
    }
    return 0;
}

static struct str allow_list(int methods)
{
    switch (methods) {
    case READ | POST: return STR("GET, HEAD, POST, OPTIONS");
    case READ | PATCH | DELETE: return STR("GET, HEAD, PATCH, DELETE, OPTIONS");
    case READ | PATCH: return STR("GET, HEAD, PATCH, OPTIONS");
    default: return STR("POST, OPTIONS");
    }
}

static const struct {
    struct str path;
    void (*handle)(struct request *request, const struct settings_route *route);
    int all; /* methods of the collection */
    int one; /* of one in it; 0: there is no such path */
    bool tokens;
    bool alias;
} rows[] = {
    {STR_INIT("/rest/metadata/apiKeys"), handle_keys, READ | POST, READ | PATCH | DELETE, true, false},
    {STR_INIT("/rest/apiKeys"), handle_keys, READ | POST, READ | PATCH | DELETE, true, true},
    {STR_INIT("/rest/metadata/roles"), handle_roles, READ | POST, READ | PATCH | DELETE, false, false},
    {STR_INIT("/rest/metadata/workspace"), handle_workspace, READ | PATCH, 0, false, false},
};

static bool rest_of(struct str path, struct str prefix, struct str *rest)
{
    *rest = str_slice(path, prefix.len, path.len);
    if (!str_starts_with(path, prefix) || (rest->len > 0 && rest->ptr[0] != '/')) {
        return false;
    }
    *rest = str_slice(*rest, 1, rest->len);
    return true;
}

bool settings_route(const struct http_request *http, struct settings_route *out)
{
    struct str rest;
    size_t i = 0;
    while (i < ARRAY_LEN(rows) && !rest_of(http->path, rows[i].path, &rest)) {
        i++;
    }
    if (i == ARRAY_LEN(rows) || (rest.len > 0 && rows[i].one == 0)) {
        return false;
    }
    bool token = rows[i].tokens && str_ends_with(rest, STR("/token"));
    int methods = rest.len == 0 ? rows[i].all : token ? POST : rows[i].one;
    int method = method_bit(http->method);
    *out = (struct settings_route){.handle = rows[i].handle,
                                   .id_text = rest.len == 0 ? STR_EMPTY : rest,
                                   .token = token,
                                   .alias = rows[i].alias,
                                   .allow = allow_list(methods),
                                   .known = (methods & method) != 0,
                                   .secret = rows[i].tokens && method == POST};
    if (token) {
        out->id_text = str_slice(rest, 0, rest.len - (sizeof "/token" - 1));
    }
    return true;
}
