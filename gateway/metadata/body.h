/*
 * Inside this room: the members of a settings body, whose types are checked and whose absence is told. All fail with
 * ERR_INVALID and tag INVALID_INPUT, naming the member. `*given` says whether the body names it; what it does not name
 * leaves the output untouched.
 */
#ifndef PORTTI_METADATA_BODY_H
#define PORTTI_METADATA_BODY_H

#include "common/base/err.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

MUST_CHECK bool body_is_object(const struct json *body, struct err *err);
/* A string of at most `max` bytes, trimmed; null gives the empty string with a NULL pointer. */
MUST_CHECK bool body_text(const struct json *body, const char *name, size_t max, struct str *out, bool *given,
                          struct err *err);
/* The same; must be there, and not blank: "<name> should not be empty", the contract's sentence. */
MUST_CHECK bool body_required_text(const struct json *body, const char *name, size_t max, struct str *out,
                                   struct err *err);
/* null counts as not given. */
MUST_CHECK bool body_bool(const struct json *body, const char *name, bool *out, bool *given, struct err *err);
MUST_CHECK bool body_id(const struct json *body, const char *name, struct uuid *out, bool *given, struct err *err);
/* A date; null and "" are `*null`. */
MUST_CHECK bool body_time(const struct json *body, const char *name, int64_t *out_us, bool *given, bool *null,
                          struct err *err);

#endif
