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
/* An array of strings; null when `items` is NULL. */
void put_texts(struct strbuf *out, const char *name, const struct str *items, size_t count);
void put_bool(struct strbuf *out, const char *name, bool value);
void put_int(struct strbuf *out, const char *name, int64_t value);
/* null when nil. */
void put_id(struct strbuf *out, const char *name, const struct uuid *id);
void put_time(struct strbuf *out, const char *name, bool null, int64_t us);
/* null when 0. */
void put_time_or_null(struct strbuf *out, const char *name, int64_t us);

#endif
