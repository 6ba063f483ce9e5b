/* Chosen fields of a record. The bytes of what is chosen are copied as they are, so that the body stays what
 * JSON.stringify makes of it. */
#ifndef PORTTI_DISPATCHER_SHAPE_RECORD_PICK_H
#define PORTTI_DISPATCHER_SHAPE_RECORD_PICK_H

#include "common/base/str.h"
#include "common/base/strbuf.h"
#include <stddef.h>

/* `record` is a JSON object as the gateway writes them: no spaces. Its members of these names, and always `id`, in the
 * record's own order; names that it does not have are left out. */
void record_pick_put(struct strbuf *out, struct str record, const struct str *fields, size_t count);

#endif
