/* Percent-encoding and query strings (RFC 3986; application/x-www-form-urlencoded for the query). */
#ifndef PORTTI_TEXT_URL_H
#define PORTTI_TEXT_URL_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include <stdbool.h>

/* Decodes %XX, and '+' as a space when `plus_is_space`. False on a bad escape, %00 or a result that is not UTF-8. */
MUST_CHECK bool url_decode(struct arena *arena, struct str text, bool plus_is_space, struct str *out);
/* Everything but unreserved characters is escaped. */
void url_encode_put(struct strbuf *out, struct str text);

struct query_param {
    struct str name;
    struct str value;
    bool repeated; /* the name occurs more than once */
};

struct query_params {
    struct query_param *items;
    size_t count;
};

#define QUERY_PARAMS_MAX 256

/* `query` is the part behind '?'. Empty pieces ("a=1&&b=2") are skipped. ERR_INVALID names the byte on a bad escape or
 * more than QUERY_PARAMS_MAX parameters. */
MUST_CHECK bool query_parse(struct arena *arena, struct str query, struct query_params *out, struct err *err);
/* The first with that name, or NULL. */
const struct query_param *query_get(const struct query_params *params, const char *name);

struct url {
    struct str scheme; /* lower case */
    struct str userinfo;
    struct str host; /* lower case; an IPv6 literal without its brackets */
    bool host_is_ipv6;
    int port;         /* -1 when absent */
    struct str path;  /* starts with '/', "/" when absent */
    struct str query; /* with its '?', or empty */
};

/*
 * An absolute http or https URL, and its normal form as WHATWG's URL prints it for such inputs: scheme and host in
 * lower case, the default port dropped, "/" when the path is empty, spaces and non-ASCII percent-encoded, the fragment
 * kept. False with a sentence in `*err` otherwise.
 */
MUST_CHECK bool url_parse_http(struct arena *arena, struct str text, struct url *out, struct str *normal,
                               struct err *err);

#endif
