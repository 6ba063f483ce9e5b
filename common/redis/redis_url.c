#include "common/redis/redis_url.h"

#include "common/base/alloc.h"
#include "common/base/arena.h"
#include "common/base/secret.h"
#include "common/text/url.h"
#include <stdlib.h>

enum { DEFAULT_PORT = 6379, DB_MAX = 1000000 };

static bool decoded(struct str text, char **out)
{
    struct arena arena = {0};
    struct str plain = STR_EMPTY;
    bool good = url_decode(&arena, text, false, &plain);
    if (good) {
        *out = str_dup(plain);
    }
    arena_release(&arena);
    return good;
}

/* "[user]:password"; without a colon there is no password and so no sense in it. */
static bool parse_login(struct str login, struct redis_address *out)
{
    size_t colon = str_find(login, ':');
    if (colon == login.len || (colon > 0 && !decoded(str_slice(login, 0, colon), &out->user))) {
        return false;
    }
    return decoded(str_slice(login, colon + 1, login.len), &out->password);
}

static bool parse_port(struct str text, int *out)
{
    int64_t port = 0;
    if (!str_to_int64(text, 1, 65535, &port)) {
        return false;
    }
    *out = (int)port;
    return true;
}

static bool parse_db(struct str text, int *out)
{
    int64_t db = 0;
    if (!str_to_int64(text, 0, DB_MAX, &db)) {
        return false;
    }
    *out = (int)db;
    return true;
}

static bool parse_host(struct str authority, struct redis_address *out)
{
    struct str host = str_slice(authority, 0, str_find(authority, ':'));
    struct str rest = str_slice(authority, host.len, authority.len);
    if (authority.len > 0 && authority.ptr[0] == '[') {
        size_t close = str_find(authority, ']');
        if (close == authority.len) {
            return false;
        }
        host = str_slice(authority, 1, close);
        rest = str_slice(authority, close + 1, authority.len);
    }
    if (host.len == 0 || memchr(host.ptr, '\0', host.len) != NULL) {
        return false;
    }
    out->host = str_dup(host);
    return rest.len == 0 || (rest.ptr[0] == ':' && parse_port(str_slice(rest, 1, rest.len), &out->port));
}

static bool parse_tcp(struct str authority, struct str path, struct redis_address *out)
{
    return parse_host(authority, out) && (path.len <= 1 || parse_db(str_slice(path, 1, path.len), &out->db));
}

static bool parse_unix(struct str authority, struct str path, struct redis_address *out)
{
    size_t question = str_find(path, '?');
    struct str query = str_slice(path, question, path.len);
    if (authority.len != 0 || question <= 1 || memchr(path.ptr, '\0', question) != NULL) {
        return false;
    }
    out->path = str_dup(str_slice(path, 0, question));
    return query.len == 0 ||
           (str_starts_with(query, STR("?db=")) && parse_db(str_slice(query, 4, query.len), &out->db));
}

static bool parse(struct str url, struct redis_address *out)
{
    bool tcp = str_starts_with(url, STR("redis://"));
    if (!tcp && !str_starts_with(url, STR("unix://"))) {
        return false;
    }
    struct str rest = str_slice(url, tcp ? 8 : 7, url.len);
    struct str authority = str_slice(rest, 0, str_find(rest, '/'));
    struct str path = str_slice(rest, authority.len, rest.len);
    size_t at = str_find(authority, '@');
    if (at < authority.len) {
        if (!parse_login(str_slice(authority, 0, at), out)) {
            return false;
        }
        authority = str_slice(authority, at + 1, authority.len);
    }
    return tcp ? parse_tcp(authority, path, out) : parse_unix(authority, path, out);
}

bool redis_address_parse(struct str url, struct redis_address *out, struct err *err)
{
    struct redis_address address = {.port = DEFAULT_PORT};
    if (!parse(url, &address)) {
        redis_address_release(&address);
        return err_fail(err, ERR_INVALID, 0,
                        "The Redis URL is not of the form redis://[:password@]host[:port][/db] or unix:///path[?db=N]");
    }
    *out = address;
    return true;
}

void redis_address_release(struct redis_address *address)
{
    if (address->password != NULL) {
        secret_wipe(address->password, strlen(address->password));
    }
    free(address->host);
    free(address->path);
    free(address->user);
    free(address->password);
    *address = (struct redis_address){0};
}
