/*
 * /rest/metadata/webhookDeliveries: core.attempt as people search it. A delivery is its latest attempt; the statement
 * has only the conditions that were asked for, so that each finds its index.
 */
#include "common/crypto/digest.h"
#include "gateway/metadata/delivery.h"
#include "gateway/request/webhook_rows.h"

enum { PARAMS_MAX = 16 };

#define ATTEMPT_COLUMNS                                                                                                \
    "a.webhook_id, a.event_id, a.seq, a.object_name, a.action, a.record_id, a.event_at, a.attempt::bigint,"            \
    " a.started_at, a.duration_us, a.outcome, a.status::bigint, a.error, a.next_at"

struct search {
    struct request *request;
    struct delivery_search wanted;
    struct strbuf sql;
    uint32_t types[PARAMS_MAX];
    struct pg_param params[PARAMS_MAX];
    size_t count;
};

/* A condition that ends where its parameter goes. */
static void add(struct search *search, bool given, const char *condition, enum sql_type type, struct pg_param param)
{
    if (given) {
        strbuf_printf(&search->sql, " and %s $%zu", condition, search->count + 1);
        search->types[search->count] = type;
        search->params[search->count++] = param;
    }
}

static void add_cursor(struct search *search)
{
    const struct delivery_search *wanted = &search->wanted;
    const struct delivery_cursor *cursor = &wanted->cursor;
    struct request *request = search->request;
    if (!wanted->after_given && !wanted->before_given) {
        return;
    }
    size_t first = search->count + 1;
    strbuf_printf(&search->sql, " and (a.started_at, a.webhook_id, a.event_id) %s ($%zu, $%zu, $%zu)",
                  wanted->after_given ? "<" : ">", first, first + 1, first + 2);
    const uint32_t types[] = {SQL_TIMESTAMPTZ, SQL_UUID, SQL_UUID};
    const struct pg_param params[] = {webhook_param_time(request, cursor->started_us),
                                      param_uuid(request->arena, &cursor->id.webhook),
                                      param_uuid(request->arena, &cursor->id.event)};
    memcpy(search->types + search->count, types, sizeof(types));
    memcpy(search->params + search->count, params, sizeof(params));
    search->count += ARRAY_LEN(types);
}

static void add_order(struct search *search, const char *alias, bool limited)
{
    const char *direction = search->wanted.before_given ? "asc" : "desc";
    strbuf_printf(&search->sql, " order by %s.started_at %s, %s.webhook_id %s, %s.event_id %s", alias, direction, alias,
                  direction, alias, direction);
    if (limited) {
        strbuf_printf(&search->sql, " limit %zu", search->wanted.limit + 1);
    }
}

static void build(struct search *search)
{
    const struct delivery_search *wanted = &search->wanted;
    struct request *request = search->request;
    struct arena *arena = request->arena;
    /* Without a webhook or a record there is no index in the order of time: the latest of each webhook, merged. */
    bool each = !wanted->by_webhook && !wanted->by_record;
    strbuf_printf(&search->sql,
                  "select p.*, (select count(*) from core.attempt c where c.webhook_id = p.webhook_id"
                  " and c.event_id = p.event_id) from (%sselect " ATTEMPT_COLUMNS " from core.attempt a where %s",
                  each ? "select l.* from core.webhook w cross join lateral (" : "",
                  each ? "a.webhook_id = w.id" : "true");
    add(search, wanted->by_webhook, "a.webhook_id =", SQL_UUID, param_uuid(arena, &wanted->webhook));
    add(search, wanted->by_event, "a.event_id =", SQL_UUID, param_uuid(arena, &wanted->event));
    add(search, wanted->by_record, "a.record_id =", SQL_UUID, param_uuid(arena, &wanted->record));
    add(search, wanted->object.len > 0, "a.object_name =", SQL_TEXT, param_text(wanted->object));
    add(search, wanted->action.len > 0, "a.action =", SQL_TEXT, param_text(wanted->action));
    add(search, wanted->outcome.len > 0, "a.outcome =", SQL_TEXT, param_text(wanted->outcome));
    if (wanted->outcome.len > 0 && !str_is(wanted->outcome, "delivered")) {
        strbuf_puts(&search->sql, " and a.outcome <> 'delivered'"); /* the condition of the index on trouble */
    }
    add(search, wanted->from_us != 0, "a.started_at >=", SQL_TIMESTAMPTZ, webhook_param_time(request, wanted->from_us));
    add(search, wanted->to_us != 0, "a.started_at <", SQL_TIMESTAMPTZ, webhook_param_time(request, wanted->to_us));
    add_cursor(search);
    strbuf_puts(&search->sql,
                " and not exists (select from core.attempt b where b.webhook_id = a.webhook_id"
                " and b.event_id = a.event_id and (b.started_at, b.attempt) > (a.started_at, a.attempt))");
    add_order(search, "a", true);
    if (each) {
        strbuf_puts(&search->sql, ") l");
        add_order(search, "l", true);
    }
    strbuf_puts(&search->sql, ") p");
    add_order(search, "p", false);
}

static void read_attempt(const struct pg_result *result, size_t row, struct attempt *out)
{
    *out = (struct attempt){
        .number = pg_int_at(result, row, 7),
        .started_us = pg_time_at(result, row, 8),
        .duration_us = pg_int_at(result, row, 9),
        .part_us = {-1, -1, -1, -1},
        .outcome = pg_text_at(result, row, 10),
        .status = pg_int_at(result, row, 11),
        .error = pg_text_at(result, row, 12),
        .next_us = pg_time_at(result, row, 13),
    };
}

static void read_delivery(const struct pg_result *result, size_t row, struct delivery_view *out)
{
    *out = (struct delivery_view){
        .id = {pg_uuid_at(result, row, 0), pg_uuid_at(result, row, 1)},
        .sequence = pg_int_at(result, row, 2),
        .object = pg_text_at(result, row, 3),
        .action = pg_text_at(result, row, 4),
        .record_id = pg_uuid_at(result, row, 5),
        .event_us = pg_time_at(result, row, 6),
    };
    read_attempt(result, row, &out->last);
}

static void put_cursor(struct strbuf *out, const struct pg_result *result, size_t row)
{
    struct delivery_view delivery;
    read_delivery(result, row, &delivery);
    const struct delivery_cursor cursor = {delivery.last.started_us, delivery.id};
    strbuf_put_char(out, '"');
    delivery_cursor_put(out, &cursor);
    strbuf_put_char(out, '"');
}

/* Rows stand backwards when what is before a cursor was asked for. */
static size_t row_at(const struct delivery_search *wanted, size_t shown, size_t i)
{
    return wanted->before_given ? shown - 1 - i : i;
}

static void put_page(struct strbuf *out, const struct delivery_search *wanted, const struct pg_result *result)
{
    enum { COUNT_COLUMN = 14 };
    size_t rows = pg_rows(result);
    bool more = rows > wanted->limit;
    size_t shown = more ? wanted->limit : rows;
    strbuf_puts(out, "{\"data\":[");
    for (size_t i = 0; i < shown; i++) {
        struct delivery_view delivery;
        size_t row = row_at(wanted, shown, i);
        read_delivery(result, row, &delivery);
        delivery.attempts = pg_int_at(result, row, COUNT_COLUMN);
        strbuf_puts(out, i == 0 ? "" : ",");
        delivery_put_json(out, &delivery);
    }
    bool next = wanted->before_given || more;
    bool previous = wanted->before_given ? more : wanted->after_given;
    strbuf_printf(out,
                  "],\"pageInfo\":{\"hasNextPage\":%s,\"hasPreviousPage\":%s,\"startCursor\":", next ? "true" : "false",
                  previous ? "true" : "false");
    if (shown == 0) {
        strbuf_puts(out, "null,\"endCursor\":null}}");
        return;
    }
    put_cursor(out, result, row_at(wanted, shown, 0));
    strbuf_puts(out, ",\"endCursor\":");
    put_cursor(out, result, row_at(wanted, shown, shown - 1));
    strbuf_puts(out, "}}");
}

static void on_page(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct search *search = context;
    struct request *request = search->request;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    put_page(&request->exchange->body, &search->wanted, results[0]);
    request_finish(request, 200);
}

static void list(struct request *request)
{
    struct search *search = ARENA_NEW(request->arena, struct search);
    struct query_params params;
    struct err err;
    search->request = request;
    if (!query_parse(request->arena, request->exchange->request.query, &params, &err) ||
        !delivery_search_read(&params, &search->wanted, &err)) {
        request_fail(request, &err);
        return;
    }
    build(search);
    struct str sql = arena_copy(request->arena, strbuf_str(&search->sql));
    strbuf_release(&search->sql);
    webhook_run(request, PG_READ, (struct sql){sql, search->types, search->count}, search->params, on_page, search);
}

static void delivery_not_found(struct request *request)
{
    struct err err;
    err_fail_tag(&err, ERR_NOT_FOUND, "DELIVERY_NOT_FOUND", "Delivery not found");
    request_fail(request, &err);
}

static void on_log(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    enum { PARTS_FROM = 14, RESPONSE = 18 };
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    size_t rows = pg_rows(results[0]);
    if (rows == 0) {
        delivery_not_found(request);
        return;
    }
    struct attempt *attempts = ARENA_ARRAY(request->arena, struct attempt, rows);
    struct str ignored;
    for (size_t row = 0; row < rows; row++) {
        read_attempt(results[0], row, &attempts[row]);
        for (size_t i = 0; i < ARRAY_LEN(attempts[row].part_us); i++) {
            if (pg_value(results[0], row, PARTS_FROM + i, &ignored)) {
                attempts[row].part_us[i] = pg_int_at(results[0], row, PARTS_FROM + i);
            }
        }
        attempts[row].response = pg_text_at(results[0], row, RESPONSE);
    }
    struct delivery_view delivery;
    read_delivery(results[0], rows - 1, &delivery);
    delivery.attempts = (int64_t)rows;
    delivery_put_json_whole(&request->exchange->body, &delivery, attempts, rows);
    request_finish(request, 200);
}

static struct pg_param *id_params(struct request *request, const struct delivery_id *id, size_t more)
{
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 2 + more);
    params[0] = param_uuid(request->arena, &id->webhook);
    params[1] = param_uuid(request->arena, &id->event);
    return params;
}

static void read_one(struct request *request, const struct delivery_id *id)
{
    static const uint32_t types[] = {SQL_UUID, SQL_UUID};
    webhook_run(request, PG_READ,
                (struct sql){STR("select l.* from (select " ATTEMPT_COLUMNS
                                 ", a.dns_us::bigint, a.connect_us::bigint, a.tls_us::bigint, a.first_byte_us::bigint,"
                                 " a.response from core.attempt a where a.webhook_id = $1 and a.event_id = $2"
                                 " order by a.started_at desc, a.attempt desc limit 1000) l"
                                 " order by l.started_at, l.attempt"),
                             types, ARRAY_LEN(types)},
                id_params(request, id, 0), on_log, request);
}

/* Resend. */

struct resend {
    struct request *request;
    struct delivery_id id;
};

static void on_resend_stands(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct resend *resend = context;
    struct request *request = resend->request;
    (void)results;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    delivery_put_accepted(&request->exchange->body, &resend->id);
    request_finish(request, 202);
}

/* A replay of one event. */
static void insert_resend(struct resend *resend, int64_t seq, int64_t created_us)
{
    static const uint32_t types[] = {SQL_UUID, SQL_UUID, SQL_UUID, SQL_TIMESTAMPTZ, SQL_INT8, SQL_TIMESTAMPTZ};
    struct request *request = resend->request;
    struct pg_param *params = id_params(request, &resend->id, 4);
    uint8_t random[16];
    random_bytes(random, sizeof random);
    struct uuid job = uuid_v4(random);
    params[2] = param_uuid(request->arena, &job);
    params[3] = webhook_param_time(request, created_us);
    params[4] = param_int(request->arena, seq - 1);
    params[5] = webhook_param_time(request, request_now_us());
    webhook_run(request, PG_WRITE,
                (struct sql){STR("insert into core.replay (webhook_id, event_id, id, from_at, to_at, seq, created_at)"
                                 " values ($1, $2, $3, $4, $4::timestamptz + interval '1 microsecond', $5, $6)"),
                             types, ARRAY_LEN(types)},
                params, on_resend_stands, resend);
}

static void on_found(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct resend *resend = context;
    struct request *request = resend->request;
    struct str there;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else if (pg_rows(results[0]) == 0) {
        delivery_not_found(request);
    } else if (!pg_value(results[0], 0, 0, &there)) {
        webhook_not_found(request);
    } else if (pg_value(results[0], 0, 1, &there)) {
        webhook_refuse(request, "The webhook is disabled: resume it before you resend");
    } else if (!pg_value(results[0], 0, 2, &there)) {
        webhook_refuse(request, "The event is no longer stored: it is older than the retention");
    } else {
        insert_resend(resend, pg_int_at(results[0], 0, 2), pg_time_at(results[0], 0, 3));
    }
}

static void begin_resend(struct request *request, const struct delivery_id *id)
{
    static const uint32_t types[] = {SQL_UUID, SQL_UUID};
    struct resend *resend = ARENA_NEW(request->arena, struct resend);
    *resend = (struct resend){request, *id};
    webhook_run(request, PG_READ,
                (struct sql){STR("select w.id, w.disabled_at, o.seq, o.created_at from (select seq from core.attempt"
                                 " where webhook_id = $1 and event_id = $2 order by started_at desc limit 1) a"
                                 " left join core.webhook w on w.id = $1 and w.deleted_at is null"
                                 " left join core.outbox o on o.seq = a.seq and o.event_id = $2"),
                             types, ARRAY_LEN(types)},
                id_params(request, id, 0), on_found, resend);
}

void handle_deliveries(struct request *request, const struct settings_route *route)
{
    struct str id_text = route->id_text;
    struct delivery_id id;
    if (id_text.ptr == NULL) {
        list(request);
    } else if (!delivery_id_parse(id_text, &id)) {
        struct err err;
        err_fail_tag(&err, ERR_INVALID, "BAD_REQUEST", "'%.*s' is no id of a delivery: {webhookId}_{eventId}",
                     STR_ARG(str_cut(id_text, 100)));
        request_fail(request, &err);
    } else if (request->exchange->request.method == HTTP_POST) {
        begin_resend(request, &id);
    } else {
        read_one(request, &id);
    }
}
