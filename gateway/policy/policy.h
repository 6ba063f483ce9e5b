/*
 * What a key's role may do. Every plan passes through here before it is executed, whichever protocol it came from.
 */
#ifndef PORTTI_POLICY_POLICY_H
#define PORTTI_POLICY_POLICY_H

#include "common/base/err.h"
#include "gateway/auth/auth.h"
#include "gateway/plan/plan.h"
#include <stdbool.h>

/* ERR_FORBIDDEN with tag PERMISSION_DENIED when the role lacks what the plan needs. */
MUST_CHECK bool policy_check(const struct role *role, const struct plan *plan, struct err *err);
/* For the metadata APIs: may the role change settings such as webhooks? */
MUST_CHECK bool policy_check_settings(const struct role *role, struct err *err);

#endif
