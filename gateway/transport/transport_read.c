/* What a request asks for. */
#include "common/text/url.h"
#include "gateway/transport/transport.h"

static bool bad(struct err *err, const char *sentence)
{
    return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "%s", sentence);
}

static bool wrong_type(struct err *err, const char *name, const char *wanted, const struct json *given)
{
    return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "\"%s\" must be %s, not %s", name, wanted,
                        json_type_name(given));
}

/* Absent and null are the same. */
static const struct json *member(const struct json *body, const char *name)
{
    const struct json *value = json_get(body, name);
    return json_is(value, JSON_NULL) ? NULL : value;
}

static bool read_text(const struct json *body, const char *name, struct str *out, struct err *err)
{
    const struct json *value = member(body, name);
    if (value == NULL) {
        return true;
    }
    if (value->type != JSON_STRING) {
        return wrong_type(err, name, "a string", value);
    }
    *out = value->text.ptr == NULL ? STR("") : value->text;
    return true;
}

static bool read_object(const struct json *body, const char *name, const struct json **out, struct err *err)
{
    *out = member(body, name);
    return *out == NULL || (*out)->type == JSON_OBJECT || wrong_type(err, name, "an object", *out);
}

/* extensions.persistedQuery: {"version":1,"sha256Hash":"…"} */
static bool read_persisted(const struct json *extensions, struct str *out, struct err *err)
{
    const struct json *persisted = NULL;
    if (!read_object(extensions, "persistedQuery", &persisted, err)) {
        return false;
    }
    if (persisted == NULL) {
        return true;
    }
    const struct json *version = json_get(persisted, "version");
    if (!json_is(version, JSON_NUMBER) || !str_is(version->text, "1")) {
        return bad(err, "Unsupported persisted query version");
    }
    if (!read_text(persisted, "sha256Hash", out, err)) {
        return false;
    }
    return out->len > 0 || bad(err, "\"persistedQuery\" has no \"sha256Hash\"");
}

static bool finish(struct transport_call *call, const struct json *extensions, struct err *err)
{
    if (!read_persisted(extensions, &call->persisted, err)) {
        return false;
    }
    if (call->query.ptr == NULL && call->persisted.len == 0) {
        return bad(err, "\"query\" is missing: the GraphQL document to execute");
    }
    return true;
}

static bool read_call(const struct json *body, struct transport_call *out, struct err *err)
{
    const struct json *extensions = NULL;
    if (body->type != JSON_OBJECT) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "A GraphQL request is a JSON object, not %s",
                            json_type_name(body));
    }
    *out = (struct transport_call){0};
    return read_text(body, "query", &out->query, err) && read_text(body, "operationName", &out->operation_name, err) &&
           read_object(body, "variables", &out->variables, err) && read_object(body, "extensions", &extensions, err) &&
           finish(out, extensions, err);
}

static bool read_batch(struct arena *arena, const struct json *list, size_t max_batch, struct transport_calls *out,
                       struct err *err)
{
    if (max_batch == 0) {
        return bad(err, "Lists of GraphQL requests are not enabled on this server (setting graphql_batch)");
    }
    if (list->count == 0) {
        return bad(err, "The list of GraphQL requests is empty");
    }
    if (list->count > max_batch) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST",
                            "Too many GraphQL requests in one list: %zu of at most %zu", list->count, max_batch);
    }
    *out = (struct transport_calls){.items = ARENA_ARRAY(arena, struct transport_call, list->count), .batch = true};
    JSON_EACH(item, list)
    {
        if (!read_call(item, &out->items[out->count++], err)) {
            return false;
        }
    }
    return true;
}

bool transport_read_body(struct arena *arena, struct str body, const struct json_limits *limits, size_t max_batch,
                         struct transport_calls *out, struct err *err)
{
    if (str_trim(body).len == 0) {
        return bad(err, "The request has no body: a JSON object with \"query\" is expected");
    }
    struct err why;
    const struct json *json = json_parse(arena, body, limits, &why);
    if (json == NULL) {
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "The body is not JSON: %s", why.text);
    }
    if (json->type == JSON_ARRAY) {
        return read_batch(arena, json, max_batch, out, err);
    }
    *out = (struct transport_calls){.items = ARENA_NEW(arena, struct transport_call), .count = 1};
    return read_call(json, out->items, err);
}

static struct str param(const struct query_params *params, const char *name)
{
    const struct query_param *given = query_get(params, name);
    return given == NULL ? STR_EMPTY : given->value;
}

/* A parameter that holds JSON; empty and null are as absent. */
static bool read_json_param(struct arena *arena, const struct query_params *params, const char *name,
                            const struct json_limits *limits, const struct json **out, struct err *err)
{
    struct str text = param(params, name);
    *out = NULL;
    if (text.len == 0) {
        return true;
    }
    const struct json *json = json_parse(arena, text, limits, err);
    if (json == NULL) {
        struct err why = *err;
        return err_fail_tag(err, ERR_INVALID, "BAD_REQUEST", "Parameter \"%s\": %s", name, why.text);
    }
    if (json->type != JSON_OBJECT && json->type != JSON_NULL) {
        return wrong_type(err, name, "an object", json);
    }
    *out = json->type == JSON_OBJECT ? json : NULL;
    return true;
}

bool transport_read_query(struct arena *arena, struct str query, const struct json_limits *limits,
                          struct transport_calls *out, struct err *err)
{
    struct query_params params;
    const struct json *extensions = NULL;
    if (!query_parse(arena, query, &params, err)) {
        err->tag = "BAD_REQUEST";
        return false;
    }
    *out = (struct transport_calls){.items = ARENA_NEW(arena, struct transport_call), .count = 1};
    struct transport_call *call = out->items;
    call->query = param(&params, "query");
    call->operation_name = param(&params, "operationName");
    return read_json_param(arena, &params, "variables", limits, &call->variables, err) &&
           read_json_param(arena, &params, "extensions", limits, &extensions, err) && finish(call, extensions, err);
}
