/* Statements over pieces. Their texts depend on the kind alone; what varies are parameters. Pure. */
#ifndef PORTTI_VIEWS_PIECE_SQL_H
#define PORTTI_VIEWS_PIECE_SQL_H

#include "common/base/arena.h"
#include "gateway/views/piece.h"
#include <stdbool.h>

/* Of every row that is read: id (uuid), document (text: JSON with all members; `deep`: with its lists of pieces too).
 */

/* $1 uuid[]: those ids, in their order. `live`: only what is not deleted. */
struct str piece_sql_read(struct arena *arena, const struct piece_info *info, bool deep, bool live);
/* $1 uuid: the parent, or null for all; $2 text: types with spaces between, or null for all. */
struct str piece_sql_list(struct arena *arena, const struct piece_info *info, bool deep);
/* $3 uuid: the cursor, or null; $4 int8: how many. Ids descending from the cursor on, or (`backward`) ascending. */
struct str piece_sql_page(struct arena *arena, const struct piece_info *info, bool backward);
/* One int8: how many there are; $1 and $2 as above. */
struct str piece_sql_count(struct arena *arena, const struct piece_info *info);

/*
 * $1 uuid[]: what is mentioned. Rows: kind's table (text), id, scope, object id (uuid or null), live (bool), row (JSON
 * as text).
 */
struct str piece_sql_facts(struct arena *arena, const struct piece_info *info);

/* $1 text: the rows of piece_change_check. */
struct str piece_sql_insert(struct arena *arena, const struct piece_info *info);
struct str piece_sql_update(struct arena *arena, const struct piece_info *info);
/* $1 uuid[] */
struct str piece_sql_delete(struct arena *arena, const struct piece_info *info);
struct str piece_sql_destroy(struct arena *arena, const struct piece_info *info);

#endif
