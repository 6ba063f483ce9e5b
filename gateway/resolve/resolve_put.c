/*
 * What a plan brought back, as the reply wants it: a walk over the shape, with no names looked up and no tree built.
 */
#include "gateway/resolve/resolve_inner.h"

#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "gateway/plan/cursor.h"
#include "gateway/record/record_json.h"

/* A connection or group: some records of a set, and what surrounds them. */
struct view {
    const struct record_set *set;
    size_t first;
    size_t count;
    const struct order_term *order;
    size_t order_count;
    const struct value *start; /* of a page: where it begins and ends; NULL: its own first and last records tell */
    const struct value *end;
    bool has_next;
    bool has_previous;
    int64_t total;
    const struct str *aggregates;
    const struct group *group;
    const struct str *dimensions;
};

static void put_view(struct strbuf *out, struct arena *arena, const struct shape *shape, const struct view *view);

static void put_bool(struct strbuf *out, bool value)
{
    strbuf_put(out, value ? STR("true") : STR("false"));
}

/* An object ends; one without members never began. */
static void end_object(struct strbuf *out, const struct shape *shape)
{
    strbuf_put(out, shape->count == 0 ? STR("{}") : STR("}"));
}

/* ---- values ---- */

static void put_column(struct strbuf *out, const struct shape *shape, const struct value *values)
{
    const struct value *value = &values[shape->column->index];
    if (value->null) {
        strbuf_put(out, shape->null_text);
    } else {
        value_put_json(out, shape->column, value);
    }
}

static void put_members_of(struct strbuf *out, const struct shape *shape, const struct json *json)
{
    if (json->type != JSON_OBJECT) {
        strbuf_put(out, STR("null"));
        return;
    }
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *item = &shape->items[i];
        const struct json *member = item->kind == SHAPE_MEMBER ? json_get_str(json, item->key) : NULL;
        strbuf_put(out, item->lead);
        if (member != NULL) {
            json_put_canonical(out, member);
        } else if (item->kind == SHAPE_MEMBER) {
            strbuf_put(out, STR("null"));
        }
    }
    end_object(out, shape);
}

/* Stored JSON is ours and well-formed; what is not reads as null. */
static void put_members(struct strbuf *out, struct arena *arena, const struct shape *shape, const struct value *values)
{
    static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};
    const struct value *value = &values[shape->column->index];
    if (value->null) {
        strbuf_put(out, shape->null_text);
        return;
    }
    const struct json *json = json_parse(arena, value->as.text, &limits, NULL);
    if (json == NULL) {
        strbuf_put(out, STR("null"));
    } else if (json->type == JSON_ARRAY) {
        strbuf_put_char(out, '[');
        JSON_EACH(item, json)
        {
            put_members_of(out, shape, item);
            strbuf_puts(out, item->next == NULL ? "" : ",");
        }
        strbuf_put_char(out, ']');
    } else {
        put_members_of(out, shape, json);
    }
}

static void put_composite(struct strbuf *out, struct arena *arena, const struct shape *shape,
                          const struct value *values)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *item = &shape->items[i];
        strbuf_put(out, item->lead);
        if (item->kind == SHAPE_COLUMN) {
            put_column(out, item, values);
        } else if (item->kind == SHAPE_MEMBERS) {
            put_members(out, arena, item, values);
        }
    }
    end_object(out, shape);
}

static void put_text(struct strbuf *out, struct str text)
{
    if (text.ptr == NULL) {
        strbuf_put(out, STR("null"));
    } else {
        json_put_string(out, text);
    }
}

/* ---- relations ---- */

static void put_to_one(struct strbuf *out, struct arena *arena, const struct shape *shape,
                       const struct record_links *links, size_t row)
{
    if (links->number[row] == 0) {
        strbuf_put(out, STR("null"));
    } else {
        resolve_put_record(out, arena, shape, &links->set, links->first[row]);
    }
}

static void put_to_many(struct strbuf *out, struct arena *arena, const struct shape *shape,
                        const struct record_links *links, size_t row)
{
    const struct plan_relation *relation = links->relation;
    const struct plan_page *page = &relation->page;
    bool cut = links->cut[row];
    struct view view = {.set = &links->set,
                        .first = links->first[row],
                        .count = links->number[row],
                        .order = relation->order,
                        .order_count = relation->order_count,
                        .has_next = page->backward || cut,
                        .has_previous = page->backward ? cut : page->cursor != NULL || page->offset > 0,
                        .total = links->total == NULL ? 0 : links->total[row],
                        .aggregates = links->aggregates == NULL ? NULL : links->aggregates[row]};
    put_view(out, arena, shape, &view);
}

static void put_member(struct strbuf *out, struct arena *arena, const struct shape *item, const struct record_set *set,
                       size_t row)
{
    const struct value *values = set->rows[row];
    strbuf_put(out, item->lead);
    switch (item->kind) {
    case SHAPE_COLUMN: put_column(out, item, values); return;
    case SHAPE_JOIN:
        if (set->links[item->index].number[row] == 0) {
            strbuf_put(out, STR("null"));
        } else {
            put_column(out, item, values);
        }
        return;
    case SHAPE_COMPOSITE: put_composite(out, arena, item, values); return;
    case SHAPE_MEMBERS: put_members(out, arena, item, values); return;
    case SHAPE_VECTOR: put_text(out, set->vectors == NULL ? STR_EMPTY : set->vectors[row]); return;
    case SHAPE_TO_ONE: put_to_one(out, arena, item, &set->links[item->index], row); return;
    case SHAPE_TO_MANY: put_to_many(out, arena, item, &set->links[item->index], row); return;
    default: return;
    }
}

void resolve_put_record(struct strbuf *out, struct arena *arena, const struct shape *shape,
                        const struct record_set *set, size_t row)
{
    for (size_t i = 0; i < shape->count; i++) {
        put_member(out, arena, &shape->items[i], set, row);
    }
    end_object(out, shape);
}

/* ---- connections ---- */

/* What a cursor to the row is made of: kept beside it when the order lies across relations, else in the row itself. */
static const struct value *order_values(struct arena *arena, const struct view *view, size_t row)
{
    if (view->set->orders != NULL && view->set->orders[row] != NULL) {
        return view->set->orders[row];
    }
    struct value *values = ARENA_ARRAY(arena, struct value, view->order_count);
    for (size_t i = 0; i < view->order_count; i++) {
        const struct path *path = &view->order[i].path;
        values[i] = path->hop_count == 0 ? view->set->rows[row][path->column->index] : value_null(path->column->kind);
    }
    return values;
}

static void put_cursor(struct strbuf *out, struct arena *arena, const struct view *view, const struct value *values)
{
    strbuf_put_char(out, '"');
    cursor_put(out, arena, view->order, view->order_count, values);
    strbuf_put_char(out, '"');
}

static void put_end(struct strbuf *out, struct arena *arena, const struct view *view, bool last)
{
    const struct value *values = last ? view->end : view->start;
    if (view->count == 0) {
        strbuf_put(out, STR("null"));
        return;
    }
    size_t row = view->first + (last ? view->count - 1 : 0);
    put_cursor(out, arena, view, values != NULL ? values : order_values(arena, view, row));
}

static void put_page_info(struct strbuf *out, struct arena *arena, const struct shape *shape, const struct view *view)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *item = &shape->items[i];
        strbuf_put(out, item->lead);
        switch (item->kind) {
        case SHAPE_START_CURSOR: put_end(out, arena, view, false); break;
        case SHAPE_END_CURSOR: put_end(out, arena, view, true); break;
        case SHAPE_HAS_NEXT_PAGE: put_bool(out, view->has_next); break;
        case SHAPE_HAS_PREVIOUS_PAGE: put_bool(out, view->has_previous); break;
        default: break;
        }
    }
    end_object(out, shape);
}

static void put_edges(struct strbuf *out, struct arena *arena, const struct shape *shape, const struct view *view)
{
    strbuf_put_char(out, '[');
    for (size_t n = 0; n < view->count; n++) {
        size_t row = view->first + n;
        strbuf_put(out, n == 0 ? STR("") : STR(","));
        for (size_t i = 0; i < shape->count; i++) {
            const struct shape *item = &shape->items[i];
            strbuf_put(out, item->lead);
            if (item->kind == SHAPE_NODE) {
                resolve_put_record(out, arena, item, view->set, row);
            } else if (item->kind == SHAPE_CURSOR) {
                put_cursor(out, arena, view, order_values(arena, view, row));
            }
        }
        end_object(out, shape);
    }
    strbuf_put_char(out, ']');
}

static void put_number(struct strbuf *out, struct str text)
{
    double value = 0;
    if (number_parse_double(text, &value)) {
        number_put_double(out, value);
    } else {
        strbuf_put(out, STR("null"));
    }
}

static bool is_count(enum aggregate_op op)
{
    switch (op) {
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_AVG:
    case AGGREGATE_SUM: return false;
    default: return true;
    }
}

/* Numbers are JSON numbers here, even those of a CURRENCY (contract 2.9). */
static void put_aggregate(struct strbuf *out, const struct aggregate *aggregate, struct str text)
{
    if (text.ptr == NULL) {
        strbuf_put(out, STR("null"));
        return;
    }
    bool number = is_count(aggregate->op) || aggregate->column->kind == COLUMN_FLOAT8 ||
                  aggregate->column->kind == COLUMN_NUMERIC;
    if (number) {
        put_number(out, text);
    } else {
        json_put_string(out, text);
    }
}

/* PostgreSQL's text of a text[]: {a,"b c",NULL}. */
static void put_list(struct strbuf *out, struct arena *arena, struct str text)
{
    char *item = arena_bytes(arena, text.len);
    size_t at = 1;
    strbuf_put_char(out, '[');
    while (at < text.len && text.ptr[at] != '}') {
        bool quoted = text.ptr[at] == '"';
        size_t len = 0;
        at += quoted;
        while (at < text.len && (quoted ? text.ptr[at] != '"' : text.ptr[at] != ',' && text.ptr[at] != '}')) {
            at += text.ptr[at] == '\\' && at + 1 < text.len;
            item[len++] = text.ptr[at++];
        }
        at += quoted;
        json_put_string(out, str_of(item, len));
        if (at < text.len && text.ptr[at] == ',') {
            strbuf_put_char(out, ',');
            at++;
        }
    }
    strbuf_put_char(out, ']');
}

/* Values of NUMBER fields are numbers, amounts are strings (contract 3.17). */
static void put_dimension(struct strbuf *out, struct arena *arena, const struct group_dimension *dimension,
                          struct str text)
{
    if (text.ptr == NULL) {
        strbuf_put(out, STR("null"));
        return;
    }
    switch (dimension->path.column->kind) {
    case COLUMN_FLOAT8: put_number(out, text); return;
    case COLUMN_BOOLEAN: put_bool(out, text.len > 0 && text.ptr[0] == 't'); return;
    case COLUMN_TEXT_ARRAY: put_list(out, arena, text); return;
    default: json_put_string(out, text); return;
    }
}

static void put_dimensions(struct strbuf *out, struct arena *arena, const struct view *view)
{
    strbuf_put_char(out, '[');
    for (size_t i = 0; view->group != NULL && i < view->group->dimension_count; i++) {
        strbuf_put(out, i == 0 ? STR("") : STR(","));
        put_dimension(out, arena, &view->group->dimensions[i], view->dimensions[i]);
    }
    strbuf_put_char(out, ']');
}

static void put_view(struct strbuf *out, struct arena *arena, const struct shape *shape, const struct view *view)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *item = &shape->items[i];
        strbuf_put(out, item->lead);
        switch (item->kind) {
        case SHAPE_TOTAL_COUNT: strbuf_put_int(out, view->total); break;
        case SHAPE_AGGREGATE:
            put_aggregate(out, item->aggregate, view->aggregates == NULL ? STR_EMPTY : view->aggregates[item->index]);
            break;
        case SHAPE_GROUP_VALUES: put_dimensions(out, arena, view); break;
        case SHAPE_EDGES: put_edges(out, arena, item, view); break;
        case SHAPE_PAGE_INFO: put_page_info(out, arena, item, view); break;
        default: break;
        }
    }
    end_object(out, shape);
}

/* ---- roots ---- */

static void put_page(struct strbuf *out, struct arena *arena, const struct resolved *resolved,
                     const struct plan_result *result)
{
    struct view view = {.set = &result->records,
                        .count = result->records.count,
                        .order = resolved->plan.order,
                        .order_count = resolved->plan.order_count,
                        .start = result->page.first,
                        .end = result->page.last,
                        .has_next = result->page.has_next,
                        .has_previous = result->page.has_previous,
                        .total = result->page.total,
                        .aggregates = result->aggregates};
    put_view(out, arena, resolved->shape, &view);
}

/* The total is among the aggregates, where it was asked for. */
static int64_t group_total(const struct group *group, const struct str *aggregates)
{
    int64_t total = 0;
    for (size_t i = 0; i < group->aggregate_count; i++) {
        bool is_total = group->aggregates[i].op == AGGREGATE_TOTAL_COUNT && aggregates[i].ptr != NULL;
        if (is_total && !str_to_int64(aggregates[i], 0, INT64_MAX, &total)) {
            total = 0;
        }
    }
    return total;
}

static void put_groups(struct strbuf *out, struct arena *arena, const struct resolved *resolved,
                       const struct plan_result *result)
{
    const struct group *group = &resolved->plan.group;
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < result->group_count; i++) {
        const struct result_group *found = &result->groups[i];
        int64_t total = group_total(group, found->aggregates);
        struct view view = {.set = &result->records,
                            .first = found->first,
                            .count = found->count,
                            .order = resolved->plan.order,
                            .order_count = resolved->plan.order_count,
                            .has_next = total > (int64_t)(group->sample_offset + found->count),
                            .has_previous = group->sample_offset > 0,
                            .total = total,
                            .aggregates = found->aggregates,
                            .group = group,
                            .dimensions = found->dimensions};
        strbuf_put(out, i == 0 ? STR("") : STR(","));
        put_view(out, arena, resolved->shape, &view);
    }
    strbuf_put_char(out, ']');
}

static void put_duplicates(struct strbuf *out, struct arena *arena, const struct resolved *resolved,
                           const struct plan_result *result)
{
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < result->duplicates_count; i++) {
        const struct result_duplicates *found = &result->duplicates[i];
        struct view view = {.set = &result->records,
                            .first = found->first,
                            .count = found->count,
                            .order = resolved->plan.order,
                            .order_count = resolved->plan.order_count,
                            .total = found->page.total,
                            .aggregates = found->aggregates};
        strbuf_put(out, i == 0 ? STR("") : STR(","));
        put_view(out, arena, resolved->shape, &view);
    }
    strbuf_put_char(out, ']');
}

static void put_records(struct strbuf *out, struct arena *arena, const struct resolved *resolved,
                        const struct record_set *set)
{
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < set->count; i++) {
        strbuf_put(out, i == 0 ? STR("") : STR(","));
        resolve_put_record(out, arena, resolved->shape, set, i);
    }
    strbuf_put_char(out, ']');
}

bool resolve_put(struct strbuf *out, struct arena *arena, const struct resolved *resolved,
                 const struct plan_result *result, struct err *err)
{
    switch ((enum core_role)resolved->root->field->role) {
    case CORE_FIND_MANY: put_page(out, arena, resolved, result); return true;
    case CORE_GROUP_BY: put_groups(out, arena, resolved, result); return true;
    case CORE_DUPLICATES: put_duplicates(out, arena, resolved, result); return true;
    case CORE_CREATE_MANY:
    case CORE_UPDATE_MANY:
    case CORE_DELETE_MANY:
    case CORE_DESTROY_MANY:
    case CORE_RESTORE_MANY: put_records(out, arena, resolved, &result->records); return true;
    default: break;
    }
    if (result->records.count == 0) {
        return err_fail_tag(err, ERR_NOT_FOUND, "RECORD_NOT_FOUND", "Record not found");
    }
    resolve_put_record(out, arena, resolved->shape, &result->records, 0);
    return true;
}
