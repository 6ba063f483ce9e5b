/* Reads whose text depends on the plan: pages, counts, the other side of relations. */
#include "gateway/sql/sql_build.h"
#include "gateway/sql/sql_type.h"

void sql_page_places(const struct plan *plan, size_t *places)
{
    size_t extra = plan->object->column_count;
    for (size_t i = 0; i < plan->order_count; i++) {
        const struct path *path = &plan->order[i].path;
        places[i] = path->hop_count == 0 ? path->column->index : extra++;
    }
}

void sql_related_needs(const struct plan_relation *relation, bool *needed)
{
    const struct object *target = relation->field->target;
    const struct plan_selection *selection = &relation->selection;
    for (size_t i = 0; i < target->column_count; i++) {
        needed[i] = selection->fields == NULL;
    }
    for (size_t i = 0; selection->fields != NULL && i < selection->count; i++) {
        const struct field *field = selection->fields[i];
        for (size_t k = 0; k < field->column_count; k++) {
            needed[field->columns[k].index] = true;
        }
    }
    needed[target->id_column->index] = true;
    if (relation->field->side == RELATION_ONE_TO_MANY) {
        needed[relation->field->inverse->columns[0].index] = true;
    }
    for (size_t i = 0; i < relation->order_count; i++) {
        if (relation->order[i].path.hop_count == 0) {
            needed[relation->order[i].path.column->index] = true;
        }
    }
}

/* How many needed columns stand before this one. */
static size_t rank_of(const bool *needed, size_t column)
{
    size_t rank = 0;
    for (size_t i = 0; i < column; i++) {
        rank += needed[i];
    }
    return rank;
}

void sql_related_places(const struct plan_relation *relation, const bool *needed, size_t *places)
{
    size_t extra = rank_of(needed, relation->field->target->column_count);
    for (size_t i = 0; i < relation->order_count; i++) {
        const struct path *path = &relation->order[i].path;
        places[i] = path->hop_count == 0 ? rank_of(needed, path->column->index) : extra++;
    }
}

static void build_window(struct sql_builder *builder, const struct plan_page *page)
{
    build_text(builder, " limit ");
    build_int(builder, (int64_t)page->limit + 1);
    if (page->offset > 0) {
        build_text(builder, " offset ");
        build_int(builder, (int64_t)page->offset);
    }
}

struct sql_bound sql_page(struct arena *arena, const struct plan *plan)
{
    struct sql_builder builder;
    struct build_order order;
    build_begin(&builder, arena);
    /* The joins' aliases are needed for the select list, which stands before them. */
    struct sql_builder joins;
    build_begin(&joins, arena);
    build_order_joins(&joins, 0, plan->order, plan->order_count, &order);
    builder.aliases = joins.aliases;
    build_text(&builder, "select ");
    build_columns(&builder, 0, plan->object);
    for (size_t i = 0; i < plan->order_count; i++) {
        if (plan->order[i].path.hop_count > 0) {
            build_text(&builder, ", ");
            build_column(&builder, order.aliases[i], plan->order[i].path.column);
        }
    }
    build_from(&builder, 0, plan->object);
    build_str(&builder, strbuf_str(&joins.text));
    strbuf_release(&joins.text);
    build_where(&builder, 0, plan);
    build_keyset(&builder, &order, &plan->page);
    build_order_by(&builder, &order, plan->page.backward);
    build_window(&builder, &plan->page);
    return build_end(&builder);
}

struct sql_bound sql_count(struct arena *arena, const struct plan *plan)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select count(*)");
    build_from(&builder, 0, plan->object);
    build_where(&builder, 0, plan);
    return build_end(&builder);
}

struct sql_bound sql_estimate(struct arena *arena, const struct plan *plan)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "explain (format json) select");
    build_from(&builder, 0, plan->object);
    build_where(&builder, 0, plan);
    return build_end(&builder);
}

struct sql_bound sql_lock_matching(struct arena *arena, const struct plan *plan, size_t limit)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_columns(&builder, 0, plan->object);
    build_from(&builder, 0, plan->object);
    build_where(&builder, 0, plan);
    build_text(&builder, " order by ");
    build_column(&builder, 0, plan->object->id_column);
    build_text(&builder, " limit ");
    build_int(&builder, (int64_t)limit);
    build_text(&builder, " for update of t0");
    return build_end(&builder);
}

static void build_by_ids(struct sql_builder *builder, const struct object *object, const struct uuid *ids, size_t count,
                         bool with_deleted)
{
    build_from(builder, 0, object);
    build_text(builder, " where ");
    build_column(builder, 0, object->id_column);
    build_text(builder, " = any(");
    build_uuids(builder, ids, count);
    build_text(builder, ")");
    if (!with_deleted) {
        build_text(builder, " and ");
        build_column(builder, 0, object->deleted_at);
        build_text(builder, " is null");
    }
    build_text(builder, " order by ");
    build_column(builder, 0, object->id_column);
}

struct sql_bound sql_by_ids(struct arena *arena, const struct object *object, const struct uuid *ids, size_t count,
                            bool with_deleted, bool lock)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_columns(&builder, 0, object);
    build_by_ids(&builder, object, ids, count, with_deleted);
    build_text(&builder, lock ? " for update" : "");
    return build_end(&builder);
}

/* The columns of terms across relations, called o1, o2, …: inside as they are, outside by these names. */
static void build_order_columns(struct sql_builder *builder, const struct build_order *order, bool inside)
{
    size_t number = 0;
    for (size_t i = 0; i < order->count; i++) {
        if (order->terms[i].path.hop_count == 0) {
            continue;
        }
        number++;
        build_text(builder, ", ");
        if (inside) {
            build_column(builder, order->aliases[i], order->terms[i].path.column);
            strbuf_printf(&builder->text, " as o%zu", number);
        } else {
            strbuf_printf(&builder->text, "t0.o%zu", number);
        }
    }
}

static void build_needed(struct sql_builder *builder, const struct plan_relation *relation)
{
    const struct object *target = relation->field->target;
    bool *needed = ARENA_ARRAY(builder->arena, bool, target->column_count);
    const char *comma = "";
    sql_related_needs(relation, needed);
    for (size_t i = 0; i < target->column_count; i++) {
        if (needed[i]) {
            build_text(builder, comma);
            build_column(builder, 0, &target->columns[i]);
            comma = ", ";
        }
    }
}

/* Without one, by id. */
static void plan_order(const struct plan_relation *relation, struct order_term *id, struct build_order *order,
                       struct sql_builder *joins)
{
    size_t count = relation->order_count;
    const struct order_term *terms = relation->order;
    if (count == 0) {
        order_finish(id, &count, relation->field->target);
        terms = id;
    }
    build_order_joins(joins, 1, terms, count, order);
}

/*
 * A lateral select a parent: the index on the join column finds each parent's few, and the limit stops early. The ids
 * stand in a select of their own, where the planner does not count them: or else a plan made for few parents would look
 * cheaper than the generic one each time, and PostgreSQL would plan for ever, over all indexes of the table. That a
 * table of links has an index for each object of the model is what made this dear.
 */
static struct sql_bound related_many(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                                     size_t count, bool together)
{
    const struct object *target = relation->field->target;
    struct order_term id;
    struct build_order order;
    struct sql_builder builder;
    struct sql_builder joins;
    build_begin(&builder, arena);
    build_begin(&joins, arena);
    joins.aliases = 1;
    plan_order(relation, &id, &order, &joins);
    builder.aliases = joins.aliases;
    build_text(&builder, "select ");
    build_needed(&builder, relation);
    build_order_columns(&builder, &order, false);
    build_text(&builder, together ? " from (select " : " from unnest((select ");
    build_uuids(&builder, ids, count);
    build_text(&builder, together ? ") as parent (ids)" : ")) as parent (id)");
    build_text(&builder, " cross join lateral (select ");
    build_text(&builder, joins.text.len == 0 ? "*" : "t1.*");
    build_order_columns(&builder, &order, true);
    build_from(&builder, 1, target);
    build_str(&builder, strbuf_str(&joins.text));
    strbuf_release(&joins.text);
    build_text(&builder, " where ");
    build_column(&builder, 1, &relation->field->inverse->columns[0]);
    build_text(&builder, together ? " = any(parent.ids)" : " = parent.id");
    build_related_where(&builder, 1, relation);
    build_keyset(&builder, &order, &relation->page);
    build_order_by(&builder, &order, relation->page.backward);
    build_window(&builder, &relation->page);
    build_text(&builder, ") as t0");
    if (count > SQL_RELATED_MAX / (relation->page.limit + 1)) {
        build_text(&builder, " limit ");
        build_int(&builder, SQL_RELATED_MAX + 1);
    }
    return build_end(&builder);
}

static struct sql_bound related_one(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                                    size_t count)
{
    const struct object *target = relation->field->target;
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_needed(&builder, relation);
    build_by_ids(&builder, target, ids, count, false);
    return build_end(&builder);
}

struct sql_bound sql_related(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                             size_t count, bool together)
{
    return relation->field->side == RELATION_MANY_TO_ONE ? related_one(arena, relation, ids, count)
                                                         : related_many(arena, relation, ids, count, together);
}
