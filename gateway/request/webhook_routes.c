/* The paths of webhooks and their deliveries. */
#include "gateway/request/webhook_rows.h"

static bool is_among(struct str list, struct str word)
{
    struct str one;
    while (str_split(&list, ',', &one)) {
        if (str_eq(str_trim(one), word)) {
            return true;
        }
    }
    return false;
}

static void go_to_webhooks(struct request *request, const struct settings_route *route)
{
    handle_webhooks(request, route->id_text, route->alias);
}

static void no_such_action(struct request *request, const struct settings_route *route)
{
    struct err err;
    (void)route;
    err_fail(&err, ERR_NOT_FOUND, 0, "A webhook has test, pause, resume, rotateSecret and replay, a delivery resend");
    request_fail(request, &err);
}

/* `path` is `prefix`, or goes on behind it and a slash; `*rest` is that, without a pointer when there is none. */
static bool under(struct str path, struct str prefix, struct str *rest)
{
    if (!str_starts_with(path, prefix) || (path.len > prefix.len && path.ptr[prefix.len] != '/')) {
        return false;
    }
    *rest = path.len > prefix.len + 1 ? str_slice(path, prefix.len + 1, path.len) : STR_EMPTY;
    return true;
}

static struct settings_route webhook_path(struct str rest, bool alias)
{
    struct settings_route route = {.handle = go_to_webhooks, .id_text = rest, .alias = alias};
    size_t slash = str_find(rest, '/');
    route.allow = rest.ptr == NULL ? STR("GET, HEAD, POST, OPTIONS") : STR("GET, HEAD, PATCH, DELETE, OPTIONS");
    if (slash < rest.len && !alias) {
        route.id_text = str_slice(rest, 0, slash);
        route.action = webhook_action_find(str_slice(rest, slash + 1, rest.len));
        route.handle = route.action == NULL ? no_such_action : handle_webhook_action;
        route.allow = route.action == NULL ? STR("POST, OPTIONS") : webhook_action_allows(route.action);
    }
    return route;
}

static struct settings_route delivery_path(struct str rest)
{
    struct settings_route route = {.handle = handle_deliveries, .id_text = rest, .allow = STR("GET, HEAD, OPTIONS")};
    size_t slash = str_find(rest, '/');
    if (slash < rest.len) {
        bool resend = str_is(str_slice(rest, slash, rest.len), "/resend");
        route.id_text = str_slice(rest, 0, slash);
        route.handle = resend ? handle_deliveries : no_such_action;
        route.allow = STR("POST, OPTIONS");
    }
    return route;
}

bool webhooks_route(const struct http_request *http, struct settings_route *out)
{
    struct str rest;
    if (under(http->path, STR("/rest/metadata/webhooks"), &rest)) {
        *out = webhook_path(rest, false);
    } else if (under(http->path, STR("/rest/webhooks"), &rest)) {
        *out = webhook_path(rest, true);
    } else if (under(http->path, STR("/rest/metadata/webhookDeliveries"), &rest)) {
        *out = delivery_path(rest);
    } else {
        return false;
    }
    out->needs = SETTINGS_KEYS_AND_WEBHOOKS;
    out->known = is_among(out->allow, http->method_text);
    return true;
}
