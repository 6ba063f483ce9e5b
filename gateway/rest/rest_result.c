/* What a plan brought back, in REST's envelopes (contract 1.4, 1.9 and 2.8). */
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "gateway/plan/cursor.h"
#include "gateway/record/record_json.h"
#include "gateway/rest/rest.h"

static const struct uuid *id_of(const struct record_set *set, size_t row)
{
    return &set->rows[row][set->object->id_column->index].as.uuid;
}

/* ---- records with what their relations bring ---- */

static void put_record(struct strbuf *out, const struct record_set *set, size_t row);

static void put_records(struct strbuf *out, const struct record_set *set, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        put_record(out, set, first + i);
    }
}

static void put_links(struct strbuf *out, const struct record_links *links, size_t parent)
{
    const struct field *field = links->relation->field;
    strbuf_printf(out, ",\"%.*s\":", STR_ARG(field->name));
    if (field->side == RELATION_MANY_TO_ONE) {
        if (links->number[parent] == 0) {
            strbuf_put(out, STR("null"));
        } else {
            put_record(out, &links->set, links->first[parent]);
        }
        return;
    }
    strbuf_put_char(out, '[');
    put_records(out, &links->set, links->first[parent], links->number[parent]);
    strbuf_put_char(out, ']');
}

static void put_record(struct strbuf *out, const struct record_set *set, size_t row)
{
    record_put_json(out, set->object, set->selection->fields, set->selection->count, set->rows[row]);
    if (set->links == NULL) {
        return;
    }
    /* The relations go in before the record's closing brace. */
    out->len--;
    for (size_t i = 0; i < set->selection->relation_count; i++) {
        put_links(out, &set->links[i], row);
    }
    strbuf_put_char(out, '}');
}

/* ---- nested lists that hold fewer records than there are ---- */

static void put_cuts_of(struct strbuf *out, const struct record_set *set, size_t *count)
{
    for (size_t i = 0; set->links != NULL && i < set->selection->relation_count; i++) {
        const struct record_links *links = &set->links[i];
        for (size_t parent = 0; links->total != NULL && parent < set->count; parent++) {
            if (!links->cut[parent]) {
                continue;
            }
            strbuf_put(out, (*count)++ == 0 ? STR(",\"truncated\":[{\"id\":\"") : STR(",{\"id\":\""));
            uuid_put(out, id_of(set, parent));
            strbuf_printf(out, "\",\"relation\":\"%.*s\",\"returned\":%zu,\"totalCount\":%lld}",
                          STR_ARG(links->relation->field->name), links->number[parent],
                          (long long)links->total[parent]);
        }
        put_cuts_of(out, &links->set, count);
    }
}

static void put_cuts(struct strbuf *out, const struct record_set *set)
{
    size_t count = 0;
    put_cuts_of(out, set, &count);
    if (count > 0) {
        strbuf_put_char(out, ']');
    }
}

/* ---- pages ---- */

static void put_bool(struct strbuf *out, bool value)
{
    strbuf_put(out, value ? STR("true") : STR("false"));
}

static void put_cursor_or_null(struct strbuf *out, struct arena *arena, const struct plan *plan,
                               const struct value *values)
{
    if (values == NULL) {
        strbuf_put(out, STR("null"));
        return;
    }
    strbuf_put_char(out, '"');
    cursor_put(out, arena, plan->order, plan->order_count, values);
    strbuf_put_char(out, '"');
}

static void put_page_info(struct strbuf *out, struct arena *arena, const struct plan *plan,
                          const struct result_page *page)
{
    if (page->total >= 0) {
        strbuf_put(out, STR(",\"totalCount\":"));
        strbuf_put_int(out, page->total);
    }
    if (page->estimated) {
        strbuf_put(out, STR(",\"totalCountIsEstimate\":true"));
    }
    strbuf_put(out, STR(",\"pageInfo\":{\"hasNextPage\":"));
    put_bool(out, page->has_next);
    strbuf_put(out, STR(",\"hasPreviousPage\":"));
    put_bool(out, page->has_previous);
    strbuf_put(out, STR(",\"startCursor\":"));
    put_cursor_or_null(out, arena, plan, page->first);
    strbuf_put(out, STR(",\"endCursor\":"));
    put_cursor_or_null(out, arena, plan, page->last);
    strbuf_put(out, STR("}"));
}

/* ---- envelopes ---- */

static void put_capitalised(struct strbuf *out, struct str name)
{
    char first = name.ptr[0];
    strbuf_put_char(out, first >= 'a' && first <= 'z' ? (char)(first - 32) : first);
    strbuf_put(out, str_slice(name, 1, name.len));
}

/* {"data":{"createCompany": */
static void put_data_begin(struct strbuf *out, const struct plan *plan)
{
    static const char *const verbs[PLAN_KIND_COUNT] = {
        [PLAN_CREATE] = "create",      [PLAN_UPSERT] = "create",   [PLAN_MERGE] = "merge",    [PLAN_UPDATE] = "update",
        [PLAN_SOFT_DELETE] = "delete", [PLAN_RESTORE] = "restore", [PLAN_DESTROY] = "delete",
    };
    bool many = plan->kind == PLAN_READ_MANY || plan->batch;
    struct str name = many ? plan->object->name_plural : plan->object->name_singular;
    strbuf_put(out, STR("{\"data\":{\""));
    if (verbs[plan->kind] == NULL) {
        strbuf_put(out, name);
    } else {
        strbuf_puts(out, verbs[plan->kind]);
        put_capitalised(out, name);
    }
    strbuf_put(out, STR("\":"));
}

void rest_put_list_begin(struct strbuf *out, const struct plan *plan)
{
    put_data_begin(out, plan);
    strbuf_put_char(out, '[');
}

void rest_put_list_row(struct strbuf *out, const struct plan *plan, size_t index, const struct value *values)
{
    strbuf_puts(out, index == 0 ? "" : ",");
    record_put_json(out, plan->object, plan->selection.fields, plan->selection.count, values);
}

static void put_list_end(struct strbuf *out, struct arena *arena, const struct plan *plan,
                         const struct plan_result *result)
{
    put_records(out, &result->records, 0, result->records.count);
    strbuf_puts(out, "]}");
    put_page_info(out, arena, plan, &result->page);
    put_cuts(out, &result->records);
    strbuf_put_char(out, '}');
}

static void put_ids(struct strbuf *out, const struct record_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        strbuf_puts(out, i == 0 ? "{\"id\":\"" : ",{\"id\":\"");
        uuid_put(out, id_of(set, i));
        strbuf_puts(out, "\"}");
    }
}

static void put_written(struct strbuf *out, const struct str *json, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        strbuf_put(out, json[i]);
    }
}

/* One record, or a list when it was asked for as one; of what was deleted the ids. */
static void put_data(struct strbuf *out, const struct plan *plan, const struct plan_result *result)
{
    const struct record_set *set = &result->records;
    bool gone = plan->kind == PLAN_SOFT_DELETE || plan->kind == PLAN_DESTROY;
    put_data_begin(out, plan);
    strbuf_puts(out, plan->batch ? "[" : "");
    if (gone) {
        put_ids(out, set);
    } else if (result->json != NULL && plan->selection.fields == NULL && set->links == NULL) {
        put_written(out, result->json, set->count);
    } else {
        put_records(out, set, 0, set->count);
    }
    strbuf_puts(out, plan->batch ? "]}" : "}");
    put_cuts(out, set);
    strbuf_put_char(out, '}');
}

/* ---- duplicates ---- */

static void put_duplicates(struct strbuf *out, struct arena *arena, const struct plan *plan,
                           const struct plan_result *result)
{
    strbuf_puts(out, "{\"data\":[");
    for (size_t i = 0; i < result->duplicates_count; i++) {
        const struct result_duplicates *found = &result->duplicates[i];
        strbuf_puts(out, i == 0 ? "{\"" : ",{\"");
        strbuf_put(out, plan->object->name_singular);
        strbuf_puts(out, "Duplicates\":[");
        put_records(out, &result->records, found->first, found->count);
        strbuf_put_char(out, ']');
        put_page_info(out, arena, plan, &found->page);
        strbuf_put_char(out, '}');
    }
    strbuf_put_char(out, ']');
    put_cuts(out, &result->records);
    strbuf_put_char(out, '}');
}

/* ---- groups ---- */

/* Numbers that may be exact beyond a double are strings (contract: "1000000000000"); counts and shares are numbers. */
static bool is_number(const struct aggregate *aggregate)
{
    switch (aggregate->op) {
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_SUM:
    case AGGREGATE_AVG: return aggregate->column->kind == COLUMN_FLOAT8;
    default: return true;
    }
}

static void put_number(struct strbuf *out, struct str text)
{
    double value = 0;
    if (number_parse_double(text, &value)) {
        number_put_double(out, value);
    } else {
        strbuf_puts(out, "null");
    }
}

static void put_aggregate(struct strbuf *out, struct arena *arena, const struct aggregate *aggregate, struct str text)
{
    strbuf_put_char(out, ',');
    json_put_string(out, aggregate->name);
    strbuf_put_char(out, ':');
    if (text.ptr == NULL) {
        strbuf_puts(out, "null");
    } else if (is_number(aggregate)) {
        put_number(out, text);
    } else if (aggregate->column->kind == COLUMN_NUMERIC) {
        struct str canonical;
        bool read = number_canonical_decimal(arena, text, 1000, &canonical);
        json_put_string(out, read ? canonical : text);
    } else {
        json_put_string(out, text);
    }
}

static void put_dimensions(struct strbuf *out, const struct str *dimensions, size_t count)
{
    strbuf_puts(out, "{\"groupByDimensionValues\":[");
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        if (dimensions[i].ptr != NULL) {
            json_put_string(out, dimensions[i]);
        } else {
            strbuf_puts(out, "null");
        }
    }
    strbuf_put_char(out, ']');
}

static void put_groups(struct strbuf *out, struct arena *arena, const struct plan *plan,
                       const struct plan_result *result)
{
    const struct group *asked = &plan->group;
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < result->group_count; i++) {
        const struct result_group *group = &result->groups[i];
        strbuf_puts(out, i == 0 ? "" : ",");
        put_dimensions(out, group->dimensions, asked->dimension_count);
        for (size_t k = 0; k < asked->aggregate_count; k++) {
            put_aggregate(out, arena, &asked->aggregates[k], group->aggregates[k]);
        }
        if (asked->sample > 0) {
            strbuf_puts(out, ",\"records\":[");
            put_records(out, &result->records, group->first, group->count);
            strbuf_put_char(out, ']');
        }
        strbuf_put_char(out, '}');
    }
    strbuf_put_char(out, ']');
}

void rest_put_result(struct strbuf *out, struct arena *arena, const struct plan *plan, const struct plan_result *result)
{
    switch (plan->kind) {
    case PLAN_READ_MANY: put_list_end(out, arena, plan, result); return;
    case PLAN_GROUP: put_groups(out, arena, plan, result); return;
    case PLAN_DUPLICATES: put_duplicates(out, arena, plan, result); return;
    default: put_data(out, plan, result); return;
    }
}
