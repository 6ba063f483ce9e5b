/*
 * Tables as PostgreSQL has them, read by somebody else into plain values. Texts are PostgreSQL's own spelling
 * (format_type, pg_get_expr), never parsed but where a comment says so.
 */
#ifndef PORTTI_INSPECT_DATABASE_H
#define PORTTI_INSPECT_DATABASE_H

#include "common/base/map.h"
#include "common/base/str.h"
#include "gateway/catalogue/catalogue.h"
#include <stdbool.h>
#include <stddef.h>

struct db_column {
    struct str name;
    struct str type;         /* "character varying(20)" */
    struct str default_text; /* NULL ptr: none; of a generated column what it is made of */
    bool not_null;
    bool generated;
    bool identity;
    struct str domain_of; /* base type when it is a domain, else NULL ptr */
    bool is_enum;
};

struct db_index {
    struct str name;
    struct str method;         /* "btree" */
    const struct str *columns; /* NULL ptr: an expression */
    size_t column_count;
    struct str predicate; /* NULL ptr: none */
    bool unique, valid, primary;
};

struct db_key {
    struct str name;
    const struct str *columns;
    size_t column_count;
    struct str target; /* "schema.table", unquoted: see db_table.path */
    const struct str *target_columns;
    char on_delete; /* pg_constraint.confdeltype: a r c n d */
    bool validated;
};

struct db_table {
    struct str schema, name;
    struct str path; /* "schema.name", unquoted */
    char kind;       /* pg_class.relkind: r, p, v, m, f */
    struct db_column *columns;
    size_t column_count;
    struct db_index *indexes;
    size_t index_count;
    struct db_key *keys; /* foreign ones */
    size_t key_count;
};

/*
 * How PostgreSQL spells a column that the model wants: asked of it once for each distinct pair, since nobody else knows
 * how it prints an expression.
 */
struct db_spelling {
    enum column_kind kind;
    struct str expression; /* ddl_default's; empty: none */
    struct str type;       /* filled by who asked */
    struct str default_text;
};

struct database {
    struct db_table *tables;
    size_t table_count;
    struct map by_path; /* -> struct db_table */
    struct db_spelling *spellings;
    size_t spelling_count;
    const struct uuid *counted; /* objects that have a row in core.record_count */
    size_t counted_count;
    size_t unfinished; /* rows of core.model_work */
};

const struct db_table *database_table(const struct database *database, struct str schema, struct str name);
const struct db_column *db_table_column(const struct db_table *table, struct str name);

/* The distinct pairs of kind and default of all columns of a model, in the arena; `type` and `default_text` are empty.
 */
struct db_spelling *database_spellings(struct arena *arena, const struct catalogue *catalogue, size_t *count);

#endif
