/* Inside this room: rows of core.object and core.field, written over a blocking connection. */
#ifndef PORTTI_TOOLS_MODEL_ROWS_H
#define PORTTI_TOOLS_MODEL_ROWS_H

#include "common/pg/pg_sync.h"
#include "gateway/catalogue/catalogue.h"

MUST_CHECK bool rows_insert_object(struct pg_sync *connection, const struct object_row *row, struct err *err);
MUST_CHECK bool rows_insert_fields(struct pg_sync *connection, const struct field_row *rows, size_t count,
                                   struct err *err);

#endif
