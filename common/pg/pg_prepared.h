/*
 * Inside common/pg: which statements one connection has prepared, under which names, and which was used longest ago.
 * A value without I/O: the connection sends PREPARE and DEALLOCATE and tells what came of them.
 *
 * A statement is SENT until its prepare was answered. Later users in the pipeline already rely on it; when it fails,
 * the entry is dropped, those users fail as well (26000), and the next attempt prepares under a new name.
 */
#ifndef PORTTI_PG_PG_PREPARED_H
#define PORTTI_PG_PG_PREPARED_H

#include "common/base/list.h"
#include "common/base/map.h"
#include "common/base/str.h"

struct pg_prepared {
    struct str sql; /* own copy, with a NUL behind it */
    uint64_t id;
    uint64_t types; /* of the parameters, hashed: the same text may be prepared for others */
    char name[24];  /* "p" and the id */
    bool ready;     /* the server said so */
    struct list link;
};

struct pg_prepared_set {
    struct map by_sql;
    struct list recent; /* most recently used first */
    uint64_t last_id;
    size_t most;
    /* Names to DEALLOCATE: they exist on the server, and nobody here uses them any more. */
    uint64_t *leftovers;
    size_t leftover_count;
    size_t leftover_capacity;
};

void pg_prepared_init(struct pg_prepared_set *set, size_t most);
void pg_prepared_release(struct pg_prepared_set *set);
/* The connection is a new one: the server knows nothing. */
void pg_prepared_clear(struct pg_prepared_set *set);
void pg_prepared_name(uint64_t id, char *out, size_t size);
/* The statement, moved to the front, or NULL. One that was prepared for parameters of other types is dropped: a column
 * was made anew under its old name. */
struct pg_prepared *pg_prepared_find(struct pg_prepared_set *set, struct str sql, uint64_t types);
/* Is there room for one more, given that leftovers are deallocated first? Makes room by turning the least recently used
 * ready statements into leftovers. False when all are still being prepared. */
bool pg_prepared_make_room(struct pg_prepared_set *set);
struct pg_prepared *pg_prepared_add(struct pg_prepared_set *set, struct str sql, uint64_t types);
/* FNV-1a. */
uint64_t pg_prepared_types(const uint32_t *types, size_t count);
/* What the server answered to the prepare of `sql` under `id`. */
void pg_prepared_settle(struct pg_prepared_set *set, struct str sql, uint64_t id, bool ready);
/* The server refused to run it under that name. `exists`: there, but stale. */
void pg_prepared_drop(struct pg_prepared_set *set, struct str sql, uint64_t id, bool exists);
void pg_prepared_leave(struct pg_prepared_set *set, uint64_t id);
/* The next name to deallocate, taken off; false when there is none. */
bool pg_prepared_take_leftover(struct pg_prepared_set *set, uint64_t *id);

#endif
