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
    build_text(&builder, " limit ");
    build_int(&builder, (int64_t)plan->page.limit + 1);
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

struct sql_bound sql_by_ids(struct arena *arena, const struct object *object, const struct uuid *ids, size_t count,
                            bool with_deleted, bool lock)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_columns(&builder, 0, object);
    build_from(&builder, 0, object);
    build_text(&builder, " where ");
    build_column(&builder, 0, object->id_column);
    build_text(&builder, " = any(");
    build_uuids(&builder, ids, count);
    build_text(&builder, ")");
    if (!with_deleted) {
        build_text(&builder, " and ");
        build_column(&builder, 0, object->deleted_at);
        build_text(&builder, " is null");
    }
    build_text(&builder, " order by ");
    build_column(&builder, 0, object->id_column);
    build_text(&builder, lock ? " for update" : "");
    return build_end(&builder);
}

/* A lateral select a parent: the index on the join column finds each parent's few, and the limit stops early. */
static struct sql_bound related_many(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                                     size_t count)
{
    const struct object *target = relation->field->target;
    const struct column *join = &relation->field->inverse->columns[0];
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_columns(&builder, 0, target);
    build_text(&builder, " from unnest(");
    build_uuids(&builder, ids, count);
    build_text(&builder, ") as parent (id) cross join lateral (select *");
    build_from(&builder, 1, target);
    build_text(&builder, " where ");
    build_column(&builder, 1, join);
    build_text(&builder, " = parent.id and ");
    build_column(&builder, 1, target->deleted_at);
    build_text(&builder, " is null order by ");
    build_column(&builder, 1, target->id_column);
    build_text(&builder, " limit ");
    build_int(&builder, (int64_t)relation->page.limit + 1);
    build_text(&builder, ") as t0");
    return build_end(&builder);
}

struct sql_bound sql_related(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                             size_t count)
{
    if (relation->field->side == RELATION_MANY_TO_ONE) {
        return sql_by_ids(arena, relation->field->target, ids, count, false, false);
    }
    return related_many(arena, relation, ids, count);
}

struct sql_bound sql_related_counts(struct arena *arena, const struct plan_relation *relation, const struct uuid *ids,
                                    size_t count)
{
    const struct object *target = relation->field->target;
    const struct column *join = &relation->field->inverse->columns[0];
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_column(&builder, 0, join);
    build_text(&builder, ", count(*)");
    build_from(&builder, 0, target);
    build_text(&builder, " where ");
    build_column(&builder, 0, join);
    build_text(&builder, " = any(");
    build_uuids(&builder, ids, count);
    build_text(&builder, ") and ");
    build_column(&builder, 0, target->deleted_at);
    build_text(&builder, " is null group by 1");
    return build_end(&builder);
}
