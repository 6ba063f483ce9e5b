/*
 * Inside this room: SQL that makes and changes record tables. The text of every such statement comes from here, made
 * from the catalogue, so that what is stored follows the model. Each function appends statements that end in ";\n".
 */
#ifndef PORTTI_CONTROL_DDL_H
#define PORTTI_CONTROL_DDL_H

#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"

/*
 * The table with all its columns and its primary key; neither indexes nor foreign keys. `search_columns`, names of text
 * columns, feed the column of the TS_VECTOR field; with none that column stays empty.
 */
void ddl_create_table(struct strbuf *out, const struct object *object, const struct str *search_columns,
                      size_t search_count);
/* The columns of a field that is new to an existing table. Nothing for a field without columns. */
void ddl_add_columns(struct strbuf *out, const struct field *field);
/*
 * What belongs to one field, once all tables stand: the unique index of a unique field and one on
 * its deleted records, the foreign key and index of a
 * many-to-one, the GIN index of a TS_VECTOR. `searched`: does the table's TS_VECTOR column hold anything?
 */
void ddl_field_indexes(struct strbuf *out, const struct field *field, bool searched);
/* An index over columns, among live records only when unique. Named idx_… or uniq_<object>_<column>_<column>. */
void ddl_index(struct strbuf *out, const struct object *object, const struct str *columns, size_t count, bool unique);

/* A text literal: quotes doubled (standard_conforming_strings is on, so a backslash is itself). */
void ddl_literal(struct strbuf *out, struct str text);
/* Appends prefix_<object>_<part>; what would pass PostgreSQL's 63 bytes ends in a hash of the whole instead. */
void ddl_name(struct strbuf *out, const char *prefix, struct str object, struct str part);

#endif
