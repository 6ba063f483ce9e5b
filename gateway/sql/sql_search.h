/* Full-text search over several objects at once. */
#ifndef PORTTI_SQL_SQL_SEARCH_H
#define PORTTI_SQL_SQL_SEARCH_H

#include "gateway/sql/sql.h"

/* Where a page of results begins: behind this one. The ranks are PostgreSQL's own text, which it reads back exactly. */
struct sql_search_cursor {
    struct str rank_cd;
    struct str rank;
    size_t object; /* index into `objects` */
    struct uuid id;
};

struct sql_search {
    const struct object *const *objects; /* which have a search column; at least one */
    size_t object_count;
    struct str words; /* of sql_search_words; empty: everything matches */
    const struct sql_search_cursor *after;
    size_t limit;
};

/* The column of an object that is searched, or NULL. */
const struct field *sql_search_field(const struct object *object);
/* Cuts the next word off what a person typed; false when there is none left. */
bool sql_search_next(struct str *rest, struct str *word);
/* What a person typed as a tsquery: all words, the last one as a beginning (or each, if `all`). Empty when there is no
 * word in it. */
struct str sql_search_words(struct arena *arena, struct str typed, bool all);
/*
 * Best first (ts_rank_cd, ts_rank, then the objects' order and id), live ones only, one row more than the limit.
 * Columns: index of the object as int8, id, the label as text, ts_rank_cd and ts_rank as text.
 */
struct sql_bound sql_search(struct arena *arena, const struct sql_search *search);

#endif
