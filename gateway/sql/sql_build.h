/* Building a statement whose text depends on the plan: text and parameters side by side. Internal to the room. */
#ifndef PORTTI_SQL_SQL_BUILD_H
#define PORTTI_SQL_SQL_BUILD_H

#include "gateway/sql/sql.h"

struct sql_builder {
    struct arena *arena;
    struct strbuf text;
    uint32_t *types;
    struct sql_arg *args;
    size_t count;
    size_t capacity;
    unsigned aliases; /* given out */
};

void build_begin(struct sql_builder *builder, struct arena *arena);
struct sql_bound build_end(struct sql_builder *builder);
void build_text(struct sql_builder *builder, const char *text);
void build_str(struct sql_builder *builder, struct str text);
/* Appends "$n" and its argument. */
void build_arg(struct sql_builder *builder, uint32_t type, struct str text);
void build_value(struct sql_builder *builder, const struct value *value);
/* "$n" as an array of the values' kind. */
void build_values(struct sql_builder *builder, enum column_kind kind, const struct value *values, size_t count);
void build_int(struct sql_builder *builder, int64_t value);
void build_uuids(struct sql_builder *builder, const struct uuid *ids, size_t count);
/* `t<alias>."column"` */
void build_column(struct sql_builder *builder, unsigned alias, const struct column *column);
/* All columns of the object, comma separated. */
void build_columns(struct sql_builder *builder, unsigned alias, const struct object *object);
/* ` from "workspace"."person" t<alias>` */
void build_from(struct sql_builder *builder, unsigned alias, const struct object *object);

/* The condition that `filter` makes on t<alias>. */
void build_filter(struct sql_builder *builder, unsigned alias, const struct filter *filter);
/* ` where …`: live ones unless the plan sees deleted ones too, and the filter. */
void build_where(struct sql_builder *builder, unsigned alias, const struct plan *plan);
/* ` where …`: what sql_duplicates finds. */
void build_duplicates_where(struct sql_builder *builder, const struct object *object, const struct value *values,
                            const bool *usable, const struct uuid *except);
/* ` and …`: the same of one relation's records, behind the condition on the join column. */
void build_related_where(struct sql_builder *builder, unsigned alias, const struct plan_relation *relation);

/* Orders: joins for the terms that need them, then expressions over these joins. */
struct build_order {
    const struct order_term *terms;
    size_t count;
    unsigned aliases[ORDER_TERMS_MAX]; /* where each term's column stands */
};
void build_order_joins(struct sql_builder *builder, unsigned root, const struct order_term *terms, size_t count,
                       struct build_order *out);
void build_order_by(struct sql_builder *builder, const struct build_order *order, bool backward);
/* ` and (…)`: what comes behind (or before) the cursor. */
void build_keyset(struct sql_builder *builder, const struct build_order *order, const struct plan_page *page);

#endif
