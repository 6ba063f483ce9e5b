/*
 * An existing table as an object, without moving its data. Pure: a model, the tables that are there and what somebody
 * wants become rows of core.object and core.field, columns to be added, and a list of what could not be mapped. Nothing
 * is guessed: a column is mapped when PostgreSQL's type, default and constraints say the same as a field would.
 */
#ifndef PORTTI_INSPECT_ADOPT_H
#define PORTTI_INSPECT_ADOPT_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/inspect/database.h"

enum { ADOPT_MAPS_MAX = 64 };

struct adopt_wish {
    struct str schema, table;
    struct str singular, plural; /* names of the object */
    /* A field's name and its column, in place of what the column's name gives. */
    struct adopt_map {
        struct str field, column;
    } maps[ADOPT_MAPS_MAX];
    size_t map_count;
    bool add_system_columns; /* those that records need and the table has not */
    bool add_id;             /* a uuid for each row: PostgreSQL rewrites the table for it */
    struct uuid (*fresh_id)(void);
};

struct adopt_line {
    struct str column; /* empty: of the table as a whole */
    struct str text;
};

struct adopt_list {
    struct adopt_line *lines;
    size_t count, capacity;
};

struct adoption {
    struct arena *arena;
    struct object_row object;
    struct field_row *fields; /* the object's, then the other sides of its relations, on other objects */
    size_t field_count;
    bool *added; /* parallel: its columns are to be added */
    bool id_added;
    struct adopt_list mapped;   /* "customer_name": field customerName, TEXT */
    struct adopt_list unmapped; /* columns that stay PostgreSQL's, and why */
    struct adopt_list notes;    /* what is good to know */
    struct adopt_list missing;  /* why it cannot be done; empty: it can */
};

/* False when the wish itself is at fault (no such table, bad names, adopted already). */
MUST_CHECK bool adopt_plan(struct arena *arena, const struct catalogue *catalogue, const struct database *database,
                           const struct adopt_wish *wish, struct adoption *out, struct err *err);
/* Adds what a caller found out about the table as a whole. */
void adopt_note(struct adoption *adoption, struct adopt_list *list, struct str text);
void adopt_put_text(struct strbuf *out, const struct adopt_wish *wish, const struct adoption *adoption);

#endif
