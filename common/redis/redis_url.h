/* Inside common/redis: where a Redis is. */
#ifndef PORTTI_REDIS_REDIS_URL_H
#define PORTTI_REDIS_REDIS_URL_H

#include "common/base/err.h"
#include "common/base/str.h"

struct redis_address {
    char *host;     /* NULL for a unix socket */
    int port;       /* 6379 unless said otherwise */
    char *path;     /* of the socket, or NULL */
    char *user;     /* NULL: the default user */
    char *password; /* NULL: none */
    int db;
};

/*
 * "redis://[[user]:password@]host[:port][/db]" or "unix://[[user]:password@]/path/to.sock[?db=N]"; user and password
 * may be percent-encoded. On failure there is nothing to release, and `*err` repeats no part of the URL.
 */
MUST_CHECK bool redis_address_parse(struct str url, struct redis_address *out, struct err *err);
/* Overwrites the password. */
void redis_address_release(struct redis_address *address);

#endif
