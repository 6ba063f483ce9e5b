/*
 * What a key's role may do (contract/metadata section 7). Every plan passes through here before it is executed,
 * whichever protocol it came from. A role says something of all objects, and may say otherwise of one; of an object
 * that it may read it may have fields hidden or frozen. Whatever a plan looks at is judged: what comes back, but also
 * what it filters, orders or groups by, since a question that may be asked is a value that may be read.
 */
#ifndef PORTTI_POLICY_POLICY_H
#define PORTTI_POLICY_POLICY_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/auth/auth.h"
#include "gateway/plan/plan.h"
#include <stdbool.h>

/* All other rights come with that of reading. */
bool policy_may(const struct role *role, const struct object *object, enum record_right right);
/* Is there anything at all that the role may read? */
bool policy_reads_something(const struct role *role);
/* May it read this object with all its fields? */
bool policy_reads_all_of(const struct role *role, const struct object *object);

/*
 * For plans in which nothing was asked for by name: of "every field" those that are hidden are left out, and so are
 * relations that may not be followed. ERR_INVALID, tag INVALID_FIELDS_QUERY_PARAM, when a field was named that is
 * hidden. Only reads less: what the plan is about is for policy_check.
 */
MUST_CHECK bool policy_narrow(struct arena *arena, const struct role *role, struct plan *plan, struct err *err);
/* The contract's refusal; returns false. */
bool policy_deny(struct err *err);
/* ERR_FORBIDDEN with tag PERMISSION_DENIED when the role lacks what the plan needs. */
MUST_CHECK bool policy_check(const struct role *role, const struct plan *plan, struct err *err);
/* The same of one record that is to be written, for those that no plan holds. */
MUST_CHECK bool policy_check_input(const struct role *role, const struct object *object,
                                   const struct record_input *input, struct err *err);

/* For the metadata APIs: `needed` are bits of enum settings_right; 0 stands for all settings. */
MUST_CHECK bool policy_check_settings(const struct role *role, unsigned needed, struct err *err);

#endif
