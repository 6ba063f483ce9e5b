/* The admin port: health, readiness and Prometheus metrics, on the main thread. */
#ifndef PORTTI_APP_ADMIN_H
#define PORTTI_APP_ADMIN_H

#include "gateway/app/gateway_settings.h"
#include "gateway/app/worker.h"
#include "gateway/control/control.h"

struct admin;

/* NULL when the port cannot be had. */
MUST_CHECK struct admin *admin_new(struct loop *loop, const struct gateway_settings *settings,
                                   const struct control *control, struct worker *const *workers, size_t worker_count,
                                   struct err *err);
/* NULL is allowed. */
void admin_free(struct admin *admin);

#endif
