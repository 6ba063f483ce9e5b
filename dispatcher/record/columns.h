/* Array literals, one a column, for INSERT … SELECT unnest(…). For the files of this room. */
#ifndef PORTTI_DISPATCHER_RECORD_COLUMNS_H
#define PORTTI_DISPATCHER_RECORD_COLUMNS_H

#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include <stdint.h>

/* A zeroed strbuf is a column without rows. */
void column_put_null(struct strbuf *column);
void column_put_int(struct strbuf *column, int64_t value);
void column_put_uuid(struct strbuf *column, const struct uuid *uuid);
/* Microseconds since 1970, exactly. */
void column_put_time(struct strbuf *column, int64_t us);
/* Any bytes: what is not UTF-8 becomes U+FFFD, NUL too. */
void column_put_text(struct strbuf *column, struct str text);
/* The whole literal: closed, "{}" without rows. Nothing may be put afterwards. */
struct str column_finish(struct strbuf *column);

#endif
