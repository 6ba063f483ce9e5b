/* Inside this room: an adoption under way. */
#ifndef PORTTI_INSPECT_ADOPT_PRIVATE_H
#define PORTTI_INSPECT_ADOPT_PRIVATE_H

#include "common/base/strbuf.h"
#include "gateway/inspect/adopt.h"
#include <stdarg.h>

enum { ADOPT_SYSTEM_MAX = 8 };

struct adopting {
    struct arena *arena;
    const struct catalogue *catalogue;
    const struct database *database;
    const struct db_table *table;
    const struct adopt_wish *wish;
    bool *used;        /* columns that a field has; parallel to the table's */
    bool *id_by_index; /* indexes that make the id unique */
    struct adoption *out;
};

void adopt_say(struct adopting *adopting, struct adopt_list *list, struct str column, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* A new field of the object, with what all have. */
struct field_row *adopt_field(struct adopting *adopting, const char *type, struct str name);
/* {"columnName":…,"columnType":…,"dataType":"int"} and, of a relation, what it needs. */
struct str adopt_settings(struct arena *arena, struct str column, struct str type, bool whole);
/* The column that the wish gives to a field, or NULL. */
const struct db_column *adopt_mapped(const struct adopting *adopting, struct str field);
void adopt_use(struct adopting *adopting, const struct db_column *column);

/* id, createdAt, updatedAt, deletedAt, createdBy, updatedBy, position: the first fields, in this order. */
void adopt_system_fields(struct adopting *adopting);
/* All columns that are left. */
void adopt_other_fields(struct adopting *adopting);

#endif
