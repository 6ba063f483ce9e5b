/* Inside this room: what the commands that do one thing and end share. */
#ifndef PORTTI_APP_TOOLS_PRIVATE_H
#define PORTTI_APP_TOOLS_PRIVATE_H

#include "common/base/err.h"
#include "common/pg/pg_sync.h"
#include "gateway/app/gateway_settings.h"

/* Says on standard error what is wrong; returns 1, the exit status. */
int app_complain(const struct err *err);
MUST_CHECK struct pg_sync *app_connect(const struct gateway_settings *settings, struct err *err);

#endif
