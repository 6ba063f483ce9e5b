/* Inside this room: JSON for people. */
#ifndef PORTTI_BLUEPRINT_PRETTY_H
#define PORTTI_BLUEPRINT_PRETTY_H

#include "common/base/strbuf.h"
#include "common/text/json_read.h"

/* Members in their order; what fits into a line of a hundred bytes stands in one. */
void pretty_put(struct strbuf *out, const struct json *value);

#endif
