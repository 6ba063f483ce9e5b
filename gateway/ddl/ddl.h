/*
 * SQL that makes and changes record tables. The text of every such statement comes from here, made from the catalogue,
 * so that what is stored follows the model. A function adds whole statements, without a semicolon, to a list; names of
 * schema, tables, columns and indexes are quoted.
 */
#ifndef PORTTI_DDL_DDL_H
#define PORTTI_DDL_DDL_H

#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"

/* Statements in order; they and the list live in the arena. Start with the arena alone. */
struct ddl {
    struct arena *arena;
    struct str *statements;
    size_t count;
    size_t capacity;
};
void ddl_add(struct ddl *ddl, struct str statement);
/* Copies the text of `statement`, then empties it. */
void ddl_take(struct ddl *ddl, struct strbuf *statement);

/* ---- tables and columns ---- */

/*
 * The table with all its columns and its primary key; neither indexes nor foreign keys. `search_columns`, names of text
 * columns, feed the column of the TS_VECTOR field; with none that column stays empty.
 */
void ddl_create_table(struct ddl *ddl, const struct object *object, const struct str *search_columns,
                      size_t search_count);
/* Nothing for an adopted one. */
void ddl_drop_table(struct ddl *ddl, const struct object *object);
/* Indexes and keys keep their names: see ddl_rename_index, ddl_rename_key. */
void ddl_rename_table(struct ddl *ddl, const struct object *before, const struct object *after);
/* The columns of a field that is new to an existing table. Nothing for a field without columns. */
void ddl_add_columns(struct ddl *ddl, const struct field *field);
/* Indexes and keys over them go along. Nothing for a field whose column was there before its object. */
void ddl_drop_columns(struct ddl *ddl, const struct field *field);
/* Those whose names differ, in the table as it is called after its own renaming. */
void ddl_rename_columns(struct ddl *ddl, const struct field *before, const struct field *after);
/* NOT NULL as the columns have it; `false` takes it from all of them. */
void ddl_not_null(struct ddl *ddl, const struct field *field, bool wanted);
void ddl_set_defaults(struct ddl *ddl, const struct field *field);
/* Records that have nothing in a column which may not be empty get its default; or, of texts alone, the empty text that
 * clients have read all along. */
void ddl_fill(struct ddl *ddl, const struct field *field, bool texts_only);
/* For large tables: a check which is validated without holding up writers spares SET NOT NULL its look at every record.
 */
void ddl_add_check(struct ddl *ddl, const struct field *field);
/* Beforehand, since the check is in force for new versions of old records at once: fails with 23502 when some record
 * has no value. */
void ddl_find_empty(struct ddl *ddl, const struct field *field);
void ddl_validate_check(struct ddl *ddl, const struct field *field);
void ddl_drop_check(struct ddl *ddl, const struct field *field);
/*
 * Stored values of a field with options: those of `from` become what stands at the same place in `to`; an empty text
 * there stands for none: the field's default where it may not be empty, else NULL. Of a MULTI_SELECT the item goes.
 */
void ddl_replace_options(struct ddl *ddl, const struct field *field, const struct str *from, const struct str *to,
                         size_t count);

/* From now on PostgreSQL takes none but the field's options: what was planned with the old ones, here or in another
 * gateway, cannot bring them back. Old records are not looked at. The constraint is called opt_<id of the field>. */
void ddl_check_options(struct ddl *ddl, const struct field *field);

/* ---- search ---- */

enum { DDL_SEARCH_MAX = 64 };
/* The object's TS_VECTOR field, or NULL. */
const struct field *ddl_search_field(const struct object *object);
/* The columns that feed the TS_VECTOR by the rule for objects made over the API: the texts of its searchable
 * fields, at most DDL_SEARCH_MAX. Returns how many; the names are the catalogue's. Inactive fields count: leaving
 * one out would have PostgreSQL write the whole table again. */
size_t ddl_search_columns(const struct object *object, struct str out[DDL_SEARCH_MAX]);
/* Made anew over other columns. PostgreSQL rewrites the table for it; its index goes along and is the caller's. */
void ddl_rebuild_search(struct ddl *ddl, const struct object *object, const struct str *columns, size_t count);
void ddl_drop_search(struct ddl *ddl, const struct object *object);

/* ---- indexes and keys ---- */

struct ddl_index {
    struct str name;  /* bare: "uniq_pet_name" */
    struct str shape; /* behind ON: `"workspace"."_pet" ("name") where "deletedAt" is null` */
    bool unique;
};
enum { DDL_INDEXES_MAX = 2 };

/*
 * The indexes that belong to one field: of a unique one, one among the live records and one among the deleted; that of
 * a join column; the GIN index of a TS_VECTOR, when `searched`: does its column hold anything? None for a field that is
 * inactive and unique: uniqueness rests meanwhile. Returns how many.
 */
size_t ddl_field_indexes(struct arena *arena, const struct field *field, bool searched,
                         struct ddl_index out[DDL_INDEXES_MAX]);
/* Over columns, among live records only when unique. Named idx_… or uniq_<object>_<column>_<column>. */
struct ddl_index ddl_index_over(struct arena *arena, const struct object *object, const struct str *columns,
                                size_t count, bool unique);
/* `apart`: CONCURRENTLY, so outside a transaction, and writers are not held up. */
void ddl_create_index(struct ddl *ddl, const struct ddl_index *index, bool apart);
void ddl_drop_index(struct ddl *ddl, const struct object *object, struct str name, bool apart);
void ddl_rename_index(struct ddl *ddl, const struct object *object, struct str from, struct str to);

/* The foreign key of a many-to-one field; that of an adopted column is its owner's, and none of these touches it.
 * Later: NOT VALID, to be validated afterwards without blocking anybody. */
void ddl_add_key(struct ddl *ddl, const struct field *field, bool later);
void ddl_validate_key(struct ddl *ddl, const struct field *field);
void ddl_drop_key(struct ddl *ddl, const struct field *field);
void ddl_rename_key(struct ddl *ddl, const struct field *before, const struct field *after);
struct str ddl_key_name(struct arena *arena, const struct field *field);

/* ---- texts ---- */

/* A text literal: quotes doubled (standard_conforming_strings is on, so a backslash is itself). */
void ddl_literal(struct strbuf *out, struct str text);
/* prefix_<object>_<part>; what would pass PostgreSQL's 63 bytes ends in a hash of the whole instead. */
struct str ddl_name(struct arena *arena, const char *prefix, struct str object, struct str part);
/* The column's default as an expression; false, and nothing is written, when it has none. */
bool ddl_default(struct strbuf *out, const struct column *column);

#endif
