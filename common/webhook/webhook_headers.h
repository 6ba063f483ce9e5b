/*
 * The headers that a webhook may add to its deliveries: names that are tokens (RFC 9110 5.6.2) and that neither we nor
 * HTTP have a use for, values of visible ASCII, spaces and tabs. At rest they are one JSON object of names and values.
 */
#ifndef PORTTI_WEBHOOK_WEBHOOK_HEADERS_H
#define PORTTI_WEBHOOK_WEBHOOK_HEADERS_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include <stddef.h>

enum { WEBHOOK_HEADERS_MAX = 20, WEBHOOK_HEADER_NAME_MAX = 100, WEBHOOK_HEADER_VALUE_MAX = 2048 };

struct webhook_header {
    struct str name;
    struct str value;
};

/* From a JSON object of strings. ERR_INVALID with a sentence that names the header and never its value. */
MUST_CHECK bool webhook_headers_read(struct arena *arena, const struct json *value, const struct webhook_header **out,
                                     size_t *count, struct err *err);
/* The object again. */
void webhook_headers_put(struct strbuf *out, const struct webhook_header *headers, size_t count);

#endif
