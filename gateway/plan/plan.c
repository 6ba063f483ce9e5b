#include "gateway/plan/plan.h"

#include "gateway/record/record_json.h"

static const char *const kind_names[PLAN_KIND_COUNT] = {
    [PLAN_READ_ONE] = "read_one",       [PLAN_READ_MANY] = "read_many", [PLAN_GROUP] = "group",
    [PLAN_DUPLICATES] = "duplicates",   [PLAN_CREATE] = "create",       [PLAN_UPSERT] = "upsert",
    [PLAN_UPDATE] = "update",           [PLAN_RESTORE] = "restore",     [PLAN_DESTROY] = "destroy",
    [PLAN_SOFT_DELETE] = "soft_delete", [PLAN_MERGE] = "merge",
};

bool plan_writes(const struct plan *plan)
{
    return plan->kind >= PLAN_CREATE;
}

static void indent(struct strbuf *out, size_t level)
{
    for (size_t i = 0; i < level; i++) {
        strbuf_puts(out, "  ");
    }
}

static void print_terms(struct strbuf *out, const struct order_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str direction = order_direction_name(&terms[i]);
        strbuf_put_char(out, ' ');
        path_print(out, &terms[i].path);
        strbuf_printf(out, "[%.*s]", STR_ARG(direction));
    }
}

static void print_cursor(struct strbuf *out, const struct plan_page *page, const struct order_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_put_char(out, ' ');
        value_put_json(out, terms[i].path.column, &page->cursor[i]);
    }
}

static void print_aggregates(struct strbuf *out, const struct aggregate *aggregates, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(out, i == 0 ? " aggregates %.*s" : " %.*s", STR_ARG(aggregates[i].name));
    }
}

/* Only what REST's own use of relations does not have is named; it has a limit alone. */
static void print_window(struct strbuf *out, const struct plan_relation *relation)
{
    const struct plan_page *page = &relation->page;
    if (page->unseen) {
        strbuf_puts(out, " unseen");
    } else {
        strbuf_printf(out, " limit %zu%s", page->limit, page->backward ? " backward" : "");
    }
    if (page->offset > 0) {
        strbuf_printf(out, " offset %zu", page->offset);
    }
    if (relation->order_count > 0 && !order_is_id(relation->order, relation->order_count)) {
        strbuf_puts(out, " order");
        print_terms(out, relation->order, relation->order_count);
    }
    if (page->cursor != NULL) {
        strbuf_puts(out, " cursor");
        print_cursor(out, page, relation->order, relation->order_count);
    }
    strbuf_puts(out, page->count == COUNT_EXACT ? " count" : "");
    if (relation->filter != NULL) {
        strbuf_puts(out, " filter ");
        filter_print(out, relation->filter);
    }
    strbuf_puts(out, relation->with_deleted ? " with deleted" : "");
    print_aggregates(out, relation->aggregates, relation->aggregate_count);
}

static void print_selection(struct strbuf *out, const struct plan_selection *selection, size_t level)
{
    indent(out, level);
    strbuf_puts(out, "fields");
    if (selection->fields == NULL) {
        strbuf_puts(out, " *");
    }
    for (size_t i = 0; selection->fields != NULL && i < selection->count; i++) {
        strbuf_put_char(out, ' ');
        strbuf_put(out, selection->fields[i]->name);
    }
    if (selection->vector != NULL) {
        strbuf_printf(out, " and %.*s", STR_ARG(selection->vector->name));
    }
    strbuf_put_char(out, '\n');
    for (size_t i = 0; i < selection->relation_count; i++) {
        const struct plan_relation *relation = &selection->relations[i];
        indent(out, level);
        strbuf_printf(out, "relation %.*s", STR_ARG(relation->field->name));
        if (relation->field->side == RELATION_ONE_TO_MANY) {
            print_window(out, relation);
        }
        strbuf_put_char(out, '\n');
        print_selection(out, &relation->selection, level + 1);
    }
}

static void print_order(struct strbuf *out, const struct plan *plan)
{
    strbuf_puts(out, "  order");
    print_terms(out, plan->order, plan->order_count);
    strbuf_put_char(out, '\n');
}

static void print_page(struct strbuf *out, const struct plan *plan)
{
    static const char *const counts[] = {
        [COUNT_EXACT] = "exact", [COUNT_ESTIMATED] = "estimated", [COUNT_CUT] = "cut", [COUNT_NONE] = "none"};
    const struct plan_page *page = &plan->page;
    if (page->unseen) {
        strbuf_puts(out, "  unseen\n");
    } else {
        strbuf_printf(out, "  limit %zu%s\n", page->limit, page->backward ? " backward" : "");
    }
    if (page->offset > 0) {
        strbuf_printf(out, "  offset %zu\n", page->offset);
    }
    if (page->cursor != NULL) {
        strbuf_puts(out, "  cursor");
        print_cursor(out, page, plan->order, plan->order_count);
        strbuf_put_char(out, '\n');
    }
    strbuf_printf(out, "  count %s\n", counts[page->count]);
}

static void print_connect(struct strbuf *out, const struct record_connect *connect, size_t level)
{
    indent(out, level);
    strbuf_printf(out, "%.*s to", STR_ARG(connect->field->name));
    for (size_t i = 0; i < connect->count; i++) {
        strbuf_printf(out, " %.*s = ", STR_ARG(connect->columns[i]->name));
        value_put_json(out, connect->columns[i], &connect->values[i]);
    }
    strbuf_put_char(out, '\n');
}

static void print_input(struct strbuf *out, const struct object *object, const struct record_input *input, size_t level)
{
    for (size_t i = 0; i < object->column_count; i++) {
        if (input->set[i]) {
            indent(out, level);
            strbuf_printf(out, "%.*s = ", STR_ARG(object->columns[i].name));
            value_put_json(out, &object->columns[i], &input->values[i]);
            strbuf_put_char(out, '\n');
        }
    }
    for (size_t i = 0; i < input->connect_count; i++) {
        print_connect(out, &input->connects[i], level);
    }
    for (size_t i = 0; i < input->create_count; i++) {
        const struct record_create *create = &input->creates[i];
        indent(out, level);
        strbuf_printf(out, "%.*s to a new %.*s\n", STR_ARG(create->field->name),
                      STR_ARG(create->field->target->name_singular));
        print_input(out, create->field->target, create->input, level + 1);
    }
}

static void print_target(struct strbuf *out, const struct plan *plan)
{
    if (plan->kind == PLAN_READ_ONE || (plan_writes(plan) && plan->target == TARGET_ONE && plan->input_count <= 1 &&
                                        plan->kind != PLAN_CREATE && plan->kind != PLAN_UPSERT)) {
        strbuf_puts(out, "  id ");
        uuid_put(out, &plan->id);
        strbuf_put_char(out, '\n');
    }
    for (size_t i = 0; i < plan->id_count; i++) {
        strbuf_puts(out, "  id ");
        uuid_put(out, &plan->ids[i]);
        strbuf_put_char(out, '\n');
    }
    if (plan->filter != NULL) {
        strbuf_puts(out, "  filter ");
        filter_print(out, plan->filter);
        strbuf_put_char(out, '\n');
    }
    strbuf_puts(out, plan->with_deleted ? "  with deleted\n" : "");
    strbuf_puts(out, plan->keep_deleted ? "  keep deleted\n" : "");
    if (plan->kind == PLAN_MERGE) {
        strbuf_printf(out, "  into %zu%s\n", plan->priority, plan->dry_run ? " dry run" : "");
    }
}

static void print_dimension(struct strbuf *out, const struct group_dimension *dimension)
{
    static const char *const starts[] = {[WEEK_SUNDAY] = " from SUNDAY", [WEEK_SATURDAY] = " from SATURDAY"};
    strbuf_puts(out, "  by ");
    path_print(out, &dimension->path);
    if (dimension->granularity != GRANULARITY_NONE) {
        strbuf_printf(out, " %s%s", granularity_name(dimension->granularity),
                      dimension->week_start == WEEK_MONDAY ? "" : starts[dimension->week_start]);
        if (dimension->time_zone.len > 0) {
            strbuf_printf(out, " in %.*s", STR_ARG(dimension->time_zone));
        }
        strbuf_puts(out, dimension->by_day ? " as days" : "");
    }
    strbuf_put_char(out, '\n');
}

static void print_group_order(struct strbuf *out, const struct group *group, const struct group_order *order)
{
    struct order_term term = {.descending = order->descending, .nulls_first = order->nulls_first};
    struct str direction = order_direction_name(&term);
    strbuf_puts(out, "  groups by ");
    if (order->by_aggregate) {
        strbuf_put(out, group->aggregates[order->index].name);
    } else {
        path_print(out, &group->dimensions[order->index].path);
    }
    strbuf_printf(out, "[%.*s]\n", STR_ARG(direction));
}

static void print_group(struct strbuf *out, const struct group *group)
{
    for (size_t i = 0; i < group->dimension_count; i++) {
        print_dimension(out, &group->dimensions[i]);
    }
    for (size_t i = 0; i < group->aggregate_count; i++) {
        strbuf_printf(out, "  aggregate %.*s\n", STR_ARG(group->aggregates[i].name));
    }
    for (size_t i = 0; i < group->order_count; i++) {
        print_group_order(out, group, &group->orders[i]);
    }
    strbuf_printf(out, "  groups %zu sample %zu", group->limit, group->sample);
    if (group->sample_offset > 0) {
        strbuf_printf(out, " offset %zu", group->sample_offset);
    }
    strbuf_put_char(out, '\n');
}

void plan_print(struct strbuf *out, const struct plan *plan)
{
    strbuf_printf(out, "%s %.*s\n", kind_names[plan->kind], STR_ARG(plan->object->name_singular));
    print_target(out, plan);
    if (plan->kind == PLAN_GROUP) {
        print_group(out, &plan->group);
    }
    if (plan->order_count > 0) {
        print_order(out, plan);
    }
    if (plan->kind == PLAN_READ_MANY) {
        print_page(out, plan);
    }
    if (plan->aggregate_count > 0) {
        strbuf_put_char(out, ' ');
        print_aggregates(out, plan->aggregates, plan->aggregate_count);
        strbuf_put_char(out, '\n');
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        strbuf_puts(out, "  values\n");
        print_input(out, plan->object, &plan->inputs[i], 2);
    }
    print_selection(out, &plan->selection, 1);
}
