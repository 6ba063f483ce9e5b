/* The dispatcher's own HTTP port: /healthz, /readyz, /metrics. */
#ifndef PORTTI_DISPATCHER_APP_ADMIN_H
#define PORTTI_DISPATCHER_APP_ADMIN_H

#include "common/base/err.h"
#include "common/http/http_server.h"

struct admin;

struct admin_options {
    const char *bind_address;
    uint16_t port;
    /* Sets gauges before /metrics is printed. */
    void (*observe)(void *context);
    /* Adds series of its own behind the others. */
    void (*print)(void *context, struct strbuf *out);
    /* NULL when ready, otherwise what is missing. `*role` becomes "leader" or "standby". */
    const char *(*not_ready)(void *context, const char **role);
    void *context;
};

MUST_CHECK struct admin *admin_new(struct loop *loop, const struct admin_options *options, struct err *err);
void admin_free(struct admin *admin);
uint16_t admin_port(const struct admin *admin);

#endif
