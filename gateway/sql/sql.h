/*
 * SQL text, a function of the plan's shape: equal shapes give equal text, so they share a prepared statement. Values
 * are always parameters, identifiers come quoted from the catalogue, and every table is schema-qualified. PostgreSQL
 * never builds JSON here.
 */
#ifndef PORTTI_SQL_SQL_H
#define PORTTI_SQL_SQL_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/plan/plan.h"
#include <stdbool.h>
#include <stdint.h>

struct sql {
    struct str text;
    const uint32_t *types; /* of the parameters: PostgreSQL's type OIDs */
    size_t type_count;
};

/* One record's columns by $1 = id, live ones only. Result columns are object->columns, here and below. */
struct sql sql_read_one(struct arena *arena, const struct object *object);
/* A page in id order. Without `after`: $1 = limit. With it: $1 = id, $2 = limit. */
struct sql sql_read_many(struct arena *arena, const struct object *object, bool after);
/* The exact number of live records at constant cost: $1 = object id. One row, one int8. */
struct sql sql_live_count(void);
/* All columns, one record: parameters in column order. */
struct sql sql_insert_one(struct arena *arena, const struct object *object);
/* All columns, any number of records: one array a column, in column order. */
struct sql sql_insert_many(struct arena *arena, const struct object *object);
/* One record by $1 = id, live or deleted, locked until the transaction ends. */
struct sql sql_lock(struct arena *arena, const struct object *object);
/* Sets the columns marked in `changed` (at least one), in column order: $1 = id, then the values. */
struct sql sql_update(struct arena *arena, const struct object *object, const bool *changed);
/* Deletes $1 = id. */
struct sql sql_delete(struct arena *arena, const struct object *object);
/* The records whose many-to-one `field` is in $1 = ids, locked; at most $2. */
struct sql sql_lock_referring(struct arena *arena, const struct field *field);
/* Clears many-to-one `field` where it is in $1 = ids; $2 = updatedAt, $3, $4 = updatedBy's source and name. */
struct sql sql_clear_referring(struct arena *arena, const struct field *field);

/* The outbox: one event, or arrays of them; RETURNING seq. Parameters in the order of enum sql_event. */
enum sql_event {
    SQL_EVENT_ID,
    SQL_EVENT_OBJECT_ID,
    SQL_EVENT_OBJECT_NAME,
    SQL_EVENT_ACTION,
    SQL_EVENT_RECORD_ID,
    SQL_EVENT_RECORD,
    SQL_EVENT_UPDATED_FIELDS,
    SQL_EVENT_DELTA,
    SQL_EVENT_CREATED_AT,
    SQL_EVENT_PARAMS
};
struct sql sql_outbox_one(void);
struct sql sql_outbox_many(void);
struct sql sql_begin(void);
struct sql sql_commit(void);

#endif
