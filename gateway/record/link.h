/* Inside this room: how the links of LINKS fields are stored (contract/rest-core 6.4). */
#ifndef PORTTI_RECORD_LINK_H
#define PORTTI_RECORD_LINK_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>

/* The scheme and host in lower case, the rest as it is; a text that does not look like a URL is left alone. */
struct str link_canonical(struct arena *arena, struct str text);
/* The bare domain of a URL: no scheme, user, port, path. False when there is none; `*out` is then untouched. */
MUST_CHECK bool link_domain(struct arena *arena, struct str text, struct str *out);

#endif
