/* Inside this room: members of a JSON object, each with the comma or brace before it. */
#ifndef PORTTI_METADATA_PUT_H
#define PORTTI_METADATA_PUT_H

#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stdint.h>

/* `,"name":` */
void put_name(struct strbuf *out, const char *name);
/* A string; null when its pointer is NULL. */
void put_text(struct strbuf *out, const char *name, struct str text);
void put_bool(struct strbuf *out, const char *name, bool value);
/* null when nil. */
void put_id(struct strbuf *out, const char *name, const struct uuid *id);
void put_time(struct strbuf *out, const char *name, bool null, int64_t us);

#endif
