#include "common/pg/pg_prepared.h"

#include "common/base/alloc.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void pg_prepared_init(struct pg_prepared_set *set, size_t most)
{
    *set = (struct pg_prepared_set){.most = most};
    list_init(&set->recent);
}

static void forget(struct pg_prepared_set *set, struct pg_prepared *statement)
{
    map_remove(&set->by_sql, statement->sql);
    list_remove(&statement->link);
    free(statement);
}

void pg_prepared_clear(struct pg_prepared_set *set)
{
    LIST_EACH(at, after, &set->recent)
    {
        forget(set, LIST_ENTRY(at, struct pg_prepared, link));
    }
    set->leftover_count = 0;
}

void pg_prepared_release(struct pg_prepared_set *set)
{
    pg_prepared_clear(set);
    map_release(&set->by_sql);
    free(set->leftovers);
    set->leftovers = NULL;
}

void pg_prepared_name(uint64_t id, char *out, size_t size)
{
    snprintf(out, size, "p%" PRIu64, id);
}

uint64_t pg_prepared_types(const uint32_t *types, size_t count)
{
    uint64_t hash = 0xCBF29CE484222325u + count;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ types[i]) * 0x100000001B3u;
    }
    return hash;
}

struct pg_prepared *pg_prepared_find(struct pg_prepared_set *set, struct str sql, uint64_t types)
{
    struct pg_prepared *statement = map_get(&set->by_sql, sql);
    if (statement != NULL && statement->types != types) {
        /* One that is still being prepared is left by the answer to that. */
        pg_prepared_drop(set, sql, statement->id, statement->ready);
        return NULL;
    }
    if (statement != NULL && set->recent.next != &statement->link) {
        list_remove(&statement->link);
        list_push_front(&set->recent, &statement->link);
    }
    return statement;
}

static struct pg_prepared *longest_unused(struct pg_prepared_set *set)
{
    for (struct list *at = set->recent.prev; at != &set->recent; at = at->prev) {
        struct pg_prepared *statement = LIST_ENTRY(at, struct pg_prepared, link);
        if (statement->ready) {
            return statement;
        }
    }
    return NULL;
}

bool pg_prepared_make_room(struct pg_prepared_set *set)
{
    while (set->by_sql.count >= set->most) {
        struct pg_prepared *victim = longest_unused(set);
        if (victim == NULL) {
            return false;
        }
        pg_prepared_leave(set, victim->id);
        forget(set, victim);
    }
    return true;
}

struct pg_prepared *pg_prepared_add(struct pg_prepared_set *set, struct str sql, uint64_t types)
{
    /* One allocation; the text stands behind the struct. */
    struct pg_prepared *statement = xcalloc(1, sizeof *statement + sql.len + 1);
    char *copy = (char *)(statement + 1);
    if (sql.len > 0) {
        memcpy(copy, sql.ptr, sql.len);
    }
    statement->sql = str_of(copy, sql.len);
    statement->id = ++set->last_id;
    statement->types = types;
    pg_prepared_name(statement->id, statement->name, sizeof statement->name);
    map_set(&set->by_sql, statement->sql, statement);
    list_push_front(&set->recent, &statement->link);
    return statement;
}

static struct pg_prepared *exactly(const struct pg_prepared_set *set, struct str sql, uint64_t id)
{
    struct pg_prepared *statement = map_get(&set->by_sql, sql);
    return statement != NULL && statement->id == id ? statement : NULL;
}

void pg_prepared_settle(struct pg_prepared_set *set, struct str sql, uint64_t id, bool ready)
{
    struct pg_prepared *statement = exactly(set, sql, id);
    if (statement == NULL) {
        /* Dropped meanwhile by a user that saw a failure first; the name must not be left lying on the server. */
        if (ready) {
            pg_prepared_leave(set, id);
        }
    } else if (ready) {
        statement->ready = true;
    } else {
        forget(set, statement);
    }
}

void pg_prepared_drop(struct pg_prepared_set *set, struct str sql, uint64_t id, bool exists)
{
    struct pg_prepared *statement = exactly(set, sql, id);
    if (statement != NULL) {
        forget(set, statement);
        if (exists) {
            pg_prepared_leave(set, id);
        }
    }
}

void pg_prepared_leave(struct pg_prepared_set *set, uint64_t id)
{
    if (set->leftover_count == set->leftover_capacity) {
        set->leftover_capacity = set->leftover_capacity == 0 ? 16 : set->leftover_capacity * 2;
        set->leftovers = xrealloc(set->leftovers, set->leftover_capacity * sizeof *set->leftovers);
    }
    set->leftovers[set->leftover_count++] = id;
}

bool pg_prepared_take_leftover(struct pg_prepared_set *set, uint64_t *id)
{
    if (set->leftover_count == 0) {
        return false;
    }
    *id = set->leftovers[--set->leftover_count];
    return true;
}
