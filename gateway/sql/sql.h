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

/* A parameter in PostgreSQL's text format. */
struct sql_arg {
    struct str text;
    bool null;
};

/* A statement together with its parameters. */
struct sql_bound {
    struct sql sql;
    const struct sql_arg *args;
};

/* The plan's page: object->columns, then the columns of the order's terms that lie across relations (see
 * sql_page_extra), one row more than the limit. With page.backward the rows come in reverse. */
struct sql_bound sql_page(struct arena *arena, const struct plan *plan);
/* Of each order term, its column among the result's: object->columns come first. */
void sql_page_places(const struct plan *plan, size_t *places);
/* The same for the pages of a relation, among the columns that they bring. */
void sql_related_places(const struct plan_relation *relation, const bool *needed, size_t *places);
/* Which columns of its target a relation brings: those of the fields that are asked for (all of them when none is
 * named), its id and join column, and what cursors are made of. `needed` is by column, and zeroed. */
void sql_related_needs(const struct plan_relation *relation, bool *needed);
/* How many records match: one row, one int8. */
struct sql_bound sql_count(struct arena *arena, const struct plan *plan);
/* EXPLAIN (format json) of the same: one row, one text. */
struct sql_bound sql_estimate(struct arena *arena, const struct plan *plan);
/* The matching records, locked, in id order, at most `limit`. */
struct sql_bound sql_lock_matching(struct arena *arena, const struct plan *plan, size_t limit);
/* The records with these ids, live ones, locked if wanted. */
struct sql_bound sql_by_ids(struct arena *arena, const struct object *object, const struct uuid *ids, size_t count,
                            bool with_deleted, bool lock);
/* The ids and search vectors (as text) of these records, in the order of their ids. */
struct sql_bound sql_vectors(struct arena *arena, const struct object *object, const struct field *vector,
                             const struct uuid *ids, size_t count);
/* More records than this come not across one relation at once, whatever its pages allow: one more tells it. */
enum { SQL_RELATED_MAX = 100000 };
/* `together`: the ids are those of one parent, which the first one stands for. */
/* The other side of a relation, for all parents at once: of a to-one the records with these ids; of a to-many those
 * whose join column is among these ids, each parent's page of them, one more than its limit, parent by parent in the
 * page's order (backward in reverse). Result columns are those of the target's that sql_related_needs marks, in their
 * order, then those of the order's terms that lie across relations. */
struct sql_bound sql_related(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                             size_t count, bool together);
/* Groups: dimensions as text, then aggregates as text (NULL = none). */
struct sql_bound sql_groups(struct arena *arena, const struct plan *plan);
/* The sample of each group: the dimensions as text, then object->columns. */
struct sql_bound sql_group_samples(struct arena *arena, const struct plan *plan);
/* What there is across a to-many relation: the join column, how many as int8, then the relation's aggregates as text,
 * for each of these parents that has any. */
struct sql_bound sql_related_totals(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                                    size_t count, bool together);
/* READ_MANY's aggregates over all that match, as text: one row. */
struct sql_bound sql_aggregates(struct arena *arena, const struct plan *plan);

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
/* Points many-to-one `field` elsewhere (or nowhere) where it is in $1 = ids: $2 = the new id or NULL, $3 = updatedAt,
 * $4, $5 = updatedBy's source and name. */
struct sql sql_repoint(struct arena *arena, const struct field *field);
/* Deletes those whose id is in $1. */
struct sql sql_delete_many(struct arena *arena, const struct object *object);

/* Values that a column of wanted records may have. */
struct sql_key {
    const struct column *column;
    struct value *values;
    size_t count;
};
/* The records that have one of the values in one of the columns, in id order. */
struct sql_bound sql_by_keys(struct arena *arena, const struct object *object, const struct sql_key *keys, size_t count,
                             bool with_deleted, bool lock);
/* What looks like the record with these values: live records, but for `except` if there is one, that agree in all
 * columns of one of the criteria marked in `usable`; by position and id, at most `limit`. object->columns, then the
 * number of all of them. At least one is usable. */
struct sql_bound sql_duplicates(struct arena *arena, const struct object *object, const struct value *values,
                                const bool *usable, const struct uuid *except, size_t limit);

/* Aggregates over all of them, as text: one row. */
struct sql_bound sql_duplicate_aggregates(struct arena *arena, const struct object *object, const struct value *values,
                                          const bool *usable, const struct uuid *except,
                                          const struct aggregate *aggregates, size_t count);

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
